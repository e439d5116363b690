package serialization

import (
	"encoding/binary"
	"math"
)

// The per-value binary of the Go and Node ports:
//
//	type u8, name_len u32 LE, name, size u32 LE, data
//
// The data of a container are its values, that of an array are a count as u32
// LE and the elements, which have empty names. Nothing has a header.

// binaryHead is the size of a value without its name and data.
const binaryHead = 9

// pushedCost is what a value counts against Limits.Values in a format that
// does not say beforehand how many there are: finding room for them doubles
// their cost.
const pushedCost = 2

// push is append with a capacity that doubles however large it is, so that all
// copies together are no larger than the last.
func push[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		grown := make([]T, len(s), max(4, 2*cap(s)))
		copy(grown, s)
		s = grown
	}
	return append(s, v)
}

// valueList reads values up to the end of the input into c.
func (d *decoder) valueList(c *Container) error {
	if err := d.enter(containerCost); err != nil {
		return err
	}
	for d.off < len(d.s) {
		var f Field
		if err := d.binaryValue(&f); err != nil {
			return err
		}
		c.fields = push(c.fields, f)
	}
	d.depth--
	return nil
}

func (d *decoder) binaryValue(f *Field) error {
	if err := d.charge(pushedCost); err != nil {
		return err
	}
	at := d.off
	if len(d.s)-at < binaryHead {
		return d.truncated()
	}
	kind := d.swap(Kind(d.s[at]))
	if kind > KindArray {
		return d.fail(at, ErrSyntax, "no kind has this code")
	}
	d.off++
	var err error
	if f.Name, err = d.sized(); err != nil {
		return err
	}
	if len(f.Name) > d.lim.Name {
		return d.fail(at, ErrLimit, "name is too long")
	}
	data, err := d.sized()
	if err != nil {
		return err
	}
	if kind == KindContainer || kind == KindArray {
		end := d.off
		f.Value, err = d.binaryNested(kind, end-len(data), end)
		d.off = end
		return err
	}
	v, ok := decodeLittle(kind, data)
	if !ok {
		return d.fail(at, ErrSyntax, "data is not as long as its type")
	}
	f.Value = v
	return nil
}

// sized reads a length as u32 LE and so many bytes.
func (d *decoder) sized() (string, error) {
	if len(d.s)-d.off < 4 {
		return "", d.truncated()
	}
	n := binary.LittleEndian.Uint32([]byte(d.s[d.off : d.off+4]))
	from := d.off + 4
	if !fits(n, len(d.s)-from) {
		return "", d.truncated()
	}
	d.off = from + int(n)
	return d.s[from:d.off], nil
}

// binaryNested reads the data of a container or an array, which lie between two
// offsets.
func (d *decoder) binaryNested(kind Kind, from, to int) (Value, error) {
	inner := *d
	inner.s, inner.off = d.s[:to], from
	var count uint32
	if kind == KindArray {
		if to-from < 4 {
			return Value{}, inner.truncated()
		}
		count = binary.LittleEndian.Uint32([]byte(d.s[from : from+4]))
		inner.off += 4
	}
	c := new(Container)
	err := inner.valueList(c)
	d.lim.Values = inner.lim.Values
	switch {
	case err != nil:
		return Value{}, err
	case kind == KindContainer:
		return Nested(c), nil
	case int64(count) != int64(len(c.fields)):
		return Value{}, d.fail(from, ErrSyntax, "an array has another number of elements than it says")
	}
	elems := make([]Value, len(c.fields))
	for i, f := range c.fields {
		elems[i] = f.Value
	}
	return Array(elems...), nil
}

func appendBinaryFields(dst []byte, c *Container, depth int) ([]byte, error) {
	var err error
	for _, f := range c.fields {
		if dst, err = appendBinaryValue(dst, f.Name, f.Value, depth); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func appendBinaryValue(dst []byte, name string, v Value, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	if uint64(len(name)) > math.MaxUint32 {
		return nil, tooLong("name")
	}
	dst = binary.LittleEndian.AppendUint32(append(dst, byte(v.kind)), uint32(len(name)))
	dst = append(dst, name...)
	size := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	var err error
	switch v.kind {
	case KindContainer:
		dst, err = appendBinaryFields(dst, v.container(), depth+1)
	case KindArray:
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v.num))
		for _, e := range v.elems() {
			if dst, err = appendBinaryValue(dst, "", e, depth+1); err != nil {
				break
			}
		}
	default:
		dst = appendLittle(dst, v)
	}
	if err != nil {
		return nil, err
	}
	n := len(dst) - size - 4
	if uint64(n) > math.MaxUint32 {
		return nil, tooLong("value")
	}
	binary.LittleEndian.PutUint32(dst[size:], uint32(n))
	return dst, nil
}
