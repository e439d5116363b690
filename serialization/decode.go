package serialization

import (
	"math"
	"unsafe"
)

// decoder reads MessagePack. The input is held as a string, which every name
// and text of the result is a part of: reading them takes no copy.
type decoder struct {
	s         string
	off       int
	lim       Limits // without zero fields; Values counts down
	depth     int
	openBlobs bool       // a blob that is a document is a container
	swapped   bool       // codes 12 and 13 are the old way round
	root      *Container // whose storage nested values live in
}

func borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// whole reads one document that fills the input.
func (d *decoder) whole(c *Container) error {
	if err := d.document(c); err != nil {
		return err
	}
	if d.off != len(d.s) {
		return d.fail(d.off, ErrTrailing, "the document ends here")
	}
	return nil
}

// document reads {"header": {...}, "values": {...}} in either order. Unknown
// keys are skipped, so that the format can grow.
func (d *decoder) document(c *Container) error {
	if err := d.enter(containerCost); err != nil {
		return err
	}
	start := d.off
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	var seenHeader, seenValues bool
	for range n {
		at := d.off
		key, err := d.str("key of the document")
		if err != nil {
			return err
		}
		switch {
		case key == "header" && !seenHeader:
			seenHeader = true
			err = d.header(&c.header)
		case key == "values" && !seenValues:
			seenValues = true
			err = d.fieldMap(c)
		case key == "header" || key == "values":
			err = d.fail(at, ErrSyntax, "second "+key)
		default:
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if !seenHeader || !seenValues {
		return d.fail(start, ErrSyntax, "a container has the keys header and values")
	}
	d.depth--
	return nil
}

// header reads the map of the header.
func (d *decoder) header(h *Header) error {
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	for range n {
		key, err := d.str("key of the header")
		if err != nil {
			return err
		}
		field := h.field(key)
		if field == nil {
			if err := d.skip(); err != nil {
				return err
			}
			continue
		}
		at := d.off
		if *field, err = d.str("value in the header"); err != nil {
			return err
		}
		if len(*field) > d.lim.Name {
			return d.fail(at, ErrLimit, "field of the header is too long")
		}
	}
	return nil
}

// field returns the field a key stands for, or nil.
func (h *Header) field(key string) *string {
	switch key {
	case "target_id":
		return &h.TargetID
	case "target_sub_id":
		return &h.TargetSubID
	case "source_id":
		return &h.SourceID
	case "source_sub_id":
		return &h.SourceSubID
	case "message_type":
		return &h.Type
	case "version":
		return &h.Version
	}
	return nil
}

func (d *decoder) fieldMap(c *Container) error {
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	return d.fields(c, n)
}

// fields reads n names and values into c. n has been checked against the bytes
// that are left; the budget is charged before memory is taken.
func (d *decoder) fields(c *Container, n int) error {
	if err := d.charge(n); err != nil {
		return err
	}
	if cap(c.fields) < n {
		c.fields = make([]Field, n)
	}
	c.fields = c.fields[:n]
	for i := range c.fields {
		at := d.off
		name, err := d.str("name")
		if err != nil {
			return err
		}
		if len(name) > d.lim.Name {
			return d.fail(at, ErrLimit, "name is too long")
		}
		f := &c.fields[i]
		f.Name = name
		if err := d.value(&f.Value); err != nil {
			return err
		}
	}
	return nil
}

// value reads one value into v. The formats that a container's own writer
// uses most come first.
func (d *decoder) value(v *Value) error {
	if d.off >= len(d.s) {
		return d.truncated()
	}
	at := d.off
	lead := d.s[at]
	switch {
	case lead&0xe0 == 0xa0:
		return d.text(v, KindString, at+1, int(lead&0x1f))
	case lead >= 0xca && lead <= 0xd3:
		return d.number(v, lead)
	case lead >= 0xd9 && lead <= 0xdb, lead >= 0xc4 && lead <= 0xc6:
		return d.longText(v, lead)
	case lead < 0x80 || lead >= 0xe0: // fixint: narrower than any kind
		*v = Int32(int32(int8(lead)))
	case lead == 0xc0:
		*v = Value{}
	case lead == 0xc2 || lead == 0xc3:
		*v = Bool(lead == 0xc3)
	case lead&0xf0 == 0x90 || lead == 0xdc || lead == 0xdd:
		return d.array(v)
	case lead&0xf0 == 0x80 || lead == 0xde || lead == 0xdf:
		return d.nested(v)
	default:
		return d.fail(at, ErrSyntax, "no kind of value has this format")
	}
	d.off = at + 1
	return nil
}

// number reads the formats ca to d3: floats, unsigned and signed integers.
func (d *decoder) number(v *Value, lead byte) error {
	s := d.s[d.off+1:]
	var width int
	switch lead {
	case 0xcb, 0xcf, 0xd3:
		width = 8
	case 0xca, 0xce, 0xd2:
		width = 4
	case 0xcd, 0xd1:
		width = 2
	default:
		width = 1
	}
	if len(s) < width {
		return d.truncated()
	}
	d.off += 1 + width
	switch lead {
	case 0xcb:
		*v = Value{kind: KindFloat64, num: be64(s)}
	case 0xcf:
		*v = Value{kind: KindUint64, num: be64(s)}
	case 0xd3:
		*v = Value{kind: KindInt64, num: be64(s)}
	case 0xca:
		*v = Value{kind: KindFloat32, num: uint64(be32(s))}
	case 0xce:
		*v = Value{kind: KindUint32, num: uint64(be32(s))}
	case 0xd2:
		*v = Int32(int32(be32(s)))
	case 0xcd:
		*v = Value{kind: KindUint16, num: uint64(be16(s))}
	case 0xd1:
		*v = Int16(int16(be16(s)))
	case 0xcc:
		*v = Int32(int32(s[0]))
	default: // d0
		*v = Int32(int32(int8(s[0])))
	}
	return nil
}

// longText reads strings and bytes whose length follows the lead byte.
func (d *decoder) longText(v *Value, lead byte) error {
	kind, class := KindString, lead-0xd9
	if lead < 0xd9 {
		kind, class = KindBytes, lead-0xc4
	}
	n, at, err := d.length(class)
	if err != nil {
		return err
	}
	if kind == KindBytes && d.openBlobs {
		return d.blob(v, at, n)
	}
	return d.text(v, kind, at, n)
}

func (d *decoder) text(v *Value, kind Kind, at, n int) error {
	if len(d.s)-at < n {
		return d.truncated()
	}
	d.off = at + n
	*v = Value{kind: kind, num: uint64(n)}
	if n > 0 {
		v.ptr = unsafe.Pointer(unsafe.StringData(d.s[at : at+n]))
	}
	return nil
}

func (d *decoder) array(v *Value) error {
	n, err := d.arrayLen()
	if err != nil {
		return err
	}
	if err := d.enter(n); err != nil {
		return err
	}
	elems := d.root.storage().takeValues(n)
	for i := range elems {
		if err := d.value(&elems[i]); err != nil {
			return err
		}
	}
	d.depth--
	*v = Array(elems...)
	return nil
}

// enter goes one level deeper and charges the budget for what is there.
func (d *decoder) enter(cost int) error {
	if d.depth++; d.depth > d.lim.Depth {
		return d.fail(d.off, ErrLimit, "nested too deeply")
	}
	return d.charge(cost)
}

func (d *decoder) charge(cost int) error {
	if d.lim.Values < cost {
		return d.fail(d.off, ErrLimit, "too many values")
	}
	d.lim.Values -= cost
	return nil
}

func (d *decoder) fail(at int, kind error, reason string) error {
	return &ParseError{Offset: at, Reason: reason, Err: kind}
}

func (d *decoder) truncated() error {
	return &ParseError{Offset: len(d.s), Reason: "the document goes on", Err: ErrTruncated}
}

func be16(s string) uint16 { _ = s[1]; return uint16(s[0])<<8 | uint16(s[1]) }

func be32(s string) uint32 {
	_ = s[3]
	return uint32(s[0])<<24 | uint32(s[1])<<16 | uint32(s[2])<<8 | uint32(s[3])
}

func be64(s string) uint64 {
	_ = s[7]
	return uint64(be32(s))<<32 | uint64(be32(s[4:]))
}

// uint32 lengths are compared as int64s, so that 32-bit platforms cannot wrap.
func fits(n uint32, have int) bool { return int64(n) <= int64(have) && int64(n) <= math.MaxInt }
