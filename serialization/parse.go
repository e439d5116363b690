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
)

// ParseOptions say how to read a container. A nil *ParseOptions is all
// defaults.
type ParseOptions struct {
	Limits  Limits  // zero fields are defaults
	Dialect Dialect // the zero value recognises the format
	// Borrowed makes the container's strings and bytes share the memory of the
	// input, which must then not change as long as they are in use. The
	// default is one copy of the whole input.
	Borrowed bool
}

// Parse reads a container in any dialect that can be recognised, within the
// default [Limits]. Nothing in it shares memory with b. The error is a
// [*ParseError].
func Parse(b []byte) (*Container, error) { return ParseWith(b, nil) }

// ParseDialect is Parse with the dialect given rather than recognised.
func ParseDialect(b []byte, d Dialect) (*Container, error) {
	return ParseWith(b, &ParseOptions{Dialect: d})
}

// ParseWith is Parse with options.
func ParseWith(b []byte, opts *ParseOptions) (*Container, error) {
	c := new(Container)
	if err := c.Decode(b, opts); err != nil {
		return nil, err
	}
	return c, nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]: it replaces c by
// what Parse reads from b.
func (c *Container) UnmarshalBinary(b []byte) error { return c.Decode(b, nil) }

// Decode replaces c by the container read from b, reusing the memory that c
// holds: see [Container.Reset] for what that invalidates. With opts.Borrowed
// and enough memory in c it allocates nothing. After an error, which is a
// [*ParseError], c is empty.
func (c *Container) Decode(b []byte, opts *ParseOptions) error {
	if opts == nil {
		opts = &ParseOptions{}
	}
	c.Reset()
	d := decoder{lim: opts.Limits.withDefaults(), root: c}
	if len(b) > d.lim.Bytes {
		return &ParseError{
			Reason: fmt.Sprintf("%d bytes, the limit is %d", len(b), d.lim.Bytes), Err: ErrLimit,
		}
	}
	switch opts.Dialect {
	case Auto, Msgpack:
	case CPPMsgpack:
		d.openBlobs = true
	default:
		return &ParseError{Reason: fmt.Sprintf("dialect %d is unknown", opts.Dialect), Err: ErrSyntax}
	}
	if opts.Borrowed {
		d.s = borrow(b)
	} else {
		d.s = string(b)
	}
	if err := d.whole(c); err != nil {
		c.Reset()
		return err
	}
	return nil
}
