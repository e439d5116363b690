package serialization

import (
	"errors"
	"fmt"
)

// ParseOptions say how to read a container. A nil *ParseOptions is all
// defaults.
type ParseOptions struct {
	Limits  Limits  // zero fields are defaults
	Dialect Dialect // the zero value recognises the format
	// SwappedCodes reads type code 12 as bytes and 13 as string, as C++ before
	// November 2025 and some ports wrote them. It matters to dialects with
	// type codes only.
	SwappedCodes bool
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
	lim := opts.Limits.withDefaults()
	if len(b) > lim.Bytes {
		return &ParseError{Reason: fmt.Sprintf("%d bytes, the limit is %d", len(b), lim.Bytes), Err: ErrLimit}
	}
	if opts.Dialect > lastDialect {
		return &ParseError{Reason: fmt.Sprintf("dialect %d is unknown", opts.Dialect), Err: ErrSyntax}
	}
	d := decoder{lim: lim, root: c, swapped: opts.SwappedCodes, openBlobs: opts.Dialect == CPPMsgpack}
	if opts.Borrowed {
		d.s = borrow(b)
	} else {
		d.s = string(b)
	}
	dialect := opts.Dialect
	if dialect == Auto {
		dialect = recognise(d.s)
	}
	err := d.read(c, dialect)
	if opts.Dialect == Auto && dialect == Msgpack && errors.Is(err, ErrSyntax) {
		// The ports' MessagePack starts like ours; its values are a list.
		listed := decoder{s: d.s, lim: lim, root: c, swapped: d.swapped}
		c.Reset()
		if listed.read(c, GoMsgpack) == nil {
			return nil
		}
	}
	if err != nil {
		c.Reset()
	}
	return err
}

// recognise tells the dialects' families apart by the first byte.
func recognise(s string) Dialect {
	switch {
	case s == "":
		return Msgpack
	case s[0] == '@':
		return CPPText
	case s[0] <= byte(KindArray):
		return ValueBinary
	}
	return Msgpack
}

// read reads the whole input in one dialect.
func (d *decoder) read(c *Container, dialect Dialect) error {
	switch dialect {
	case CPPText, GoText, PythonText:
		text := *d // a copy, so that d stays on the stack
		return text.textDocument(c)
	case ValueBinary:
		return d.valueList(c)
	case GoMsgpack, PythonMsgpack:
		if err := d.listedDocument(c); err != nil {
			return err
		}
		if d.off != len(d.s) {
			return d.fail(d.off, ErrTrailing, "the document ends here")
		}
		return nil
	}
	return d.whole(c)
}
