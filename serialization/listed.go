package serialization

import (
	"encoding/binary"
	"math"
	"strconv"
)

// The Go and Python ports write values as a list of {name, type, data}, with
// the type as a decimal code and the data as little-endian bytes. Python puts
// the header into a map of its own, Go puts its fields beside the values.

// listedDocument reads either of the two.
func (d *decoder) listedDocument(c *Container) error {
	if err := d.enter(containerCost); err != nil {
		return err
	}
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	seenValues := false
	for range n {
		at := d.off
		key, err := d.str("key of the document")
		if err != nil {
			return err
		}
		field := c.header.field(key)
		switch {
		case key == "header":
			err = d.header(&c.header)
		case key == "values" && !seenValues:
			seenValues = true
			err = d.listedValues(c)
		case key == "values":
			err = d.fail(at, ErrSyntax, "second values")
		case field != nil:
			*field, err = d.str("field of the header")
		default:
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if !seenValues {
		return d.fail(d.off, ErrSyntax, "a container has the key values")
	}
	d.depth--
	return nil
}

func (d *decoder) listedValues(c *Container) error {
	n, err := d.arrayLen()
	if err != nil {
		return err
	}
	if err := d.charge(n); err != nil {
		return err
	}
	c.fields = make([]Field, n)
	for i := range c.fields {
		if err := d.listedValue(&c.fields[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) listedValue(f *Field) error {
	start := d.off
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	var typ string
	var data Value
	for range n {
		key, err := d.str("key of a value")
		if err != nil {
			return err
		}
		switch key {
		case "name":
			f.Name, err = d.str("name")
		case "type":
			typ, err = d.str("type")
		case "data":
			err = d.scalar(&data)
		default:
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if len(f.Name) > d.lim.Name {
		return d.fail(start, ErrLimit, "name is too long")
	}
	code, err := strconv.ParseUint(typ, 10, 8)
	if err != nil || code > uint64(KindArray) {
		return d.fail(start, ErrSyntax, "type is no code of a kind")
	}
	var raw string
	if data.kind == KindString || data.kind == KindBytes {
		raw = data.text()
	}
	v, ok := decodeLittle(d.swap(Kind(code)), raw)
	if !ok {
		return d.fail(start, ErrSyntax, "data is not as long as its type")
	}
	f.Value = v
	return nil
}

// scalar reads a value that is neither an array nor a map.
func (d *decoder) scalar(v *Value) error {
	if d.off < len(d.s) {
		if lead := d.s[d.off]; lead&0xe0 == 0x80 || lead >= 0xdc && lead <= 0xdf {
			return d.fail(d.off, ErrSyntax, "data is not bytes")
		}
	}
	return d.value(v)
}

// swap exchanges the codes 12 and 13 where the input has them the old way.
func (d *decoder) swap(k Kind) Kind {
	if d.swapped {
		switch k {
		case KindString:
			return KindBytes
		case KindBytes:
			return KindString
		}
	}
	return k
}

// decodeLittle reads the data of one value. Both ports drop the content of
// containers and arrays, so these become null.
func decodeLittle(k Kind, s string) (Value, bool) {
	b := []byte(s)
	switch k {
	case KindNull, KindContainer, KindArray:
		return Null(), true
	case KindString:
		return String(s), true
	case KindBytes:
		return Bytes(b), true
	}
	if len(b) != k.width() {
		return Value{}, false
	}
	switch k {
	case KindBool:
		return Bool(b[0] != 0), b[0] < 2
	case KindInt16:
		return Int16(int16(binary.LittleEndian.Uint16(b))), true
	case KindUint16:
		return Uint16(binary.LittleEndian.Uint16(b)), true
	case KindInt32:
		return Int32(int32(binary.LittleEndian.Uint32(b))), true
	case KindLong:
		return Long(int32(binary.LittleEndian.Uint32(b))), true
	case KindUint32, KindUlong, KindFloat32:
		return Value{kind: k, num: uint64(binary.LittleEndian.Uint32(b))}, true
	}
	return Value{kind: k, num: binary.LittleEndian.Uint64(b)}, true
}

// width returns how many bytes a scalar has in the binary forms of the ports.
func (k Kind) width() int {
	switch k {
	case KindBool:
		return 1
	case KindInt16, KindUint16:
		return 2
	case KindInt32, KindUint32, KindLong, KindUlong, KindFloat32:
		return 4
	case KindInt64, KindUint64, KindFloat64:
		return 8
	}
	return 0
}

// appendLittle appends the data of a scalar, a string or bytes.
func appendLittle(dst []byte, v Value) []byte {
	switch v.kind {
	case KindString, KindBytes:
		return append(dst, v.text()...)
	}
	for i := range v.kind.width() {
		dst = append(dst, byte(v.num>>(8*i)))
	}
	return dst
}

// appendPython writes what the Python port writes. It has no null, and drops
// the content of containers and arrays.
func appendPython(dst []byte, c *Container) ([]byte, error) {
	h := &c.header
	dst = append(dst, openLong...)
	dst = appendString(append(dst, keySourceID...), h.SourceID)
	dst = appendString(append(dst, keySourceSub...), h.SourceSubID)
	dst = appendString(append(dst, keyTargetID...), h.TargetID)
	dst = appendString(append(dst, keyTargetSub...), h.TargetSubID)
	dst = appendString(append(dst, keyType...), h.Type)
	dst = appendString(append(dst, keyVersion...), h.Version)
	dst = appendArrayLen(append(dst, keyValues...), len(c.fields))
	for _, f := range c.fields {
		switch f.Value.kind {
		case KindNull, KindContainer, KindArray:
			return nil, &EncodeError{
				Reason: strconv.Quote(f.Name) + ": Python has no " + f.Value.kind.String() + " in MessagePack",
				Err:    ErrUnrepresentable,
			}
		}
		if len(f.Name) > math.MaxInt32 || f.Value.Len() > math.MaxInt32 {
			return nil, tooLong("value")
		}
		dst = appendString(append(dst, "\x83\xa4name"...), f.Name)
		dst = appendString(append(dst, "\xa4type"...), strconv.Itoa(int(f.Value.kind)))
		dst = appendLen(append(dst, "\xa4data"...), f.Value.littleLen(), 0xc4, 0xc5, 0xc6)
		dst = appendLittle(dst, f.Value)
	}
	return dst, nil
}

// littleLen returns how many bytes appendLittle appends.
func (v Value) littleLen() int {
	if v.kind == KindString || v.kind == KindBytes {
		return int(v.num)
	}
	return v.kind.width()
}
