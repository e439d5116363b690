package serialization

import "fmt"

// Dialect names a format that containers are written in.
type Dialect uint8

const (
	// Auto recognises the format from the bytes. A blob stays a blob.
	Auto Dialect = iota
	// Msgpack is the canonical form.
	Msgpack
	// CPPMsgpack is what C++ container_system 1.0 writes: integers at their
	// narrowest, a nested container as a blob that holds a whole document.
	// Reading opens every blob that is such a document, so that bytes which
	// happen to be one come back as a container: hence never by Auto.
	CPPMsgpack
	// PythonMsgpack and GoMsgpack list the values with type codes and
	// little-endian data. The content of containers and arrays is not in the
	// bytes: they read as null.
	PythonMsgpack
	GoMsgpack
	// CPPText, GoText and PythonText are @header={{...}};@data={{...}}; with
	// nothing escaped. C++ leaves out the content of bytes, containers and
	// arrays: they read as null.
	CPPText
	GoText
	PythonText
	// ValueBinary is the Go and Node ports' form of single values. It has no
	// header; several values may follow one another.
	ValueBinary
)

const lastDialect = ValueBinary

// ContentType returns the media type that stands for the dialect in
// [ContentTypeHeader], or "" for Auto and for unknown dialects.
func (d Dialect) ContentType() string {
	switch d {
	case Msgpack:
		return "application/vnd.intermodal.container"
	case CPPMsgpack:
		return "application/vnd.container-system.cpp+msgpack"
	case PythonMsgpack:
		return "application/vnd.container-system.python+msgpack"
	case GoMsgpack:
		return "application/vnd.container-system.go+msgpack"
	case CPPText:
		return "text/vnd.container-system.cpp"
	case GoText:
		return "text/vnd.container-system.go"
	case PythonText:
		return "text/vnd.container-system.python"
	case ValueBinary:
		return "application/vnd.container-system.value"
	}
	return ""
}

// String returns the dialect's name.
func (d Dialect) String() string {
	switch d {
	case Auto:
		return "auto"
	case Msgpack:
		return "msgpack"
	case CPPMsgpack:
		return "cpp-msgpack"
	case PythonMsgpack:
		return "python-msgpack"
	case GoMsgpack:
		return "go-msgpack"
	case CPPText:
		return "cpp-text"
	case GoText:
		return "go-text"
	case PythonText:
		return "python-text"
	case ValueBinary:
		return "value-binary"
	}
	return fmt.Sprintf("dialect(%d)", uint8(d))
}

// dialectOf is the inverse of ContentType; what it does not know is Auto.
func dialectOf(contentType string) Dialect {
	if contentType == "" {
		return Auto
	}
	for d := Msgpack; d <= lastDialect; d++ {
		if d.ContentType() == contentType {
			return d
		}
	}
	return Auto
}
