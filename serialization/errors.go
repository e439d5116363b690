package serialization

import (
	"errors"
	"fmt"
)

// What a caller may want to tell apart with errors.Is.
var (
	// ErrTruncated: the bytes end before the document does.
	ErrTruncated = errors.New("truncated")
	// ErrTrailing: bytes follow the end of the document.
	ErrTrailing = errors.New("bytes after the end")
	// ErrSyntax: the bytes are not in the expected format.
	ErrSyntax = errors.New("malformed")
	// ErrLimit: the document exceeds one of the Limits.
	ErrLimit = errors.New("limit exceeded")
	// ErrKind: a value is of another kind than the getter asked for.
	ErrKind = errors.New("wrong kind")
	// ErrRange: a number does not fit the type asked for.
	ErrRange = errors.New("out of range")
	// ErrUnrepresentable: the format to be written cannot carry a value.
	ErrUnrepresentable = errors.New("not representable")
)

// ParseError says where bytes could not be read and why. It unwraps to
// ErrTruncated, ErrTrailing, ErrSyntax or ErrLimit.
type ParseError struct {
	Offset int    // bytes from the start of the input
	Reason string // what was wrong there
	Err    error
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("serialization: parse: %v at byte %d: %s", e.Err, e.Offset, e.Reason)
}

func (e *ParseError) Unwrap() error { return e.Err }

// ValueError says that a value could not be read as the type asked for. It
// unwraps to ErrKind or ErrRange.
type ValueError struct {
	Kind Kind   // of the value
	Want string // the type asked for
	Err  error
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("serialization: value of kind %v as %s: %v", e.Kind, e.Want, e.Err)
}

func (e *ValueError) Unwrap() error { return e.Err }

// EncodeError says that a container could not be written. It unwraps to
// ErrLimit (nested too deeply, or into itself) or ErrUnrepresentable.
type EncodeError struct {
	Reason string
	Err    error
}

func (e *EncodeError) Error() string {
	return fmt.Sprintf("serialization: encode: %v: %s", e.Err, e.Reason)
}

func (e *EncodeError) Unwrap() error { return e.Err }
