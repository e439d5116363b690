package serialization

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
)

// UnmarshalJSON implements [json.Unmarshaler] within the default [Limits]: it
// replaces c by what [Container.MarshalJSON] wrote. Without "kinds", a whole
// number is an int64, or a uint64 if it is too large for that, any other number
// a float64; an object that is no container becomes one without a header. The
// error is a [*ParseError]; after it c is empty.
func (c *Container) UnmarshalJSON(b []byte) error {
	c.Reset()
	lim := (*Limits)(nil).withDefaults()
	if len(b) > lim.Bytes {
		return &ParseError{Reason: "document too large", Err: ErrLimit}
	}
	n, err := readJSON(b, lim)
	if err == nil {
		err = c.fromJSON(&n)
	}
	if err != nil {
		c.Reset()
	}
	return err
}

func (n *node) fail(reason string) error {
	return &ParseError{Offset: n.at, Reason: reason, Err: ErrSyntax}
}

// parts returns the three members of a container's object; ok tells whether n
// is one.
func (n *node) parts() (header, values, kinds *node, ok bool) {
	if n.kind != nodeObject || len(n.members) < 2 || len(n.members) > 3 {
		return nil, nil, nil, false
	}
	m, unique := n.sole()
	header, values, kinds = m["header"], m["values"], m["kinds"]
	if !unique || header == nil || values == nil || header.kind != nodeObject ||
		values.kind != nodeObject || len(m) == 3 && (kinds == nil || kinds.kind != nodeObject) {
		return nil, nil, nil, false
	}
	return header, values, kinds, true
}

func (c *Container) fromJSON(n *node) error {
	header, values, kinds, ok := n.parts()
	if !ok {
		return n.fail("a container is an object of header, values and, if need be, kinds")
	}
	for i := range header.members {
		m := &header.members[i]
		field := c.header.field(m.name)
		if field == nil || m.value.kind != nodeString {
			return m.value.fail("no header has this field")
		}
		*field = m.value.text
	}
	return c.fieldsFromJSON(values, kinds)
}

func (c *Container) fieldsFromJSON(values, kinds *node) error {
	listed := map[string][]*node{}
	if kinds != nil {
		for i := range kinds.members {
			m := &kinds.members[i]
			listed[m.name] = append(listed[m.name], &m.value)
		}
	}
	for i := range values.members {
		m := &values.members[i]
		var kind *node
		if l := listed[m.name]; len(l) > 0 {
			kind, listed[m.name] = l[0], l[1:]
		}
		v, err := valueFromJSON(&m.value, kind)
		if err != nil {
			return err
		}
		c.Add(m.name, v)
	}
	return nil
}

// valueFromJSON converts n to the kind given, or to its natural kind if that
// is nil.
func valueFromJSON(n, kind *node) (Value, error) {
	if n.kind == nodeArray {
		return arrayFromJSON(n, kind)
	}
	if kind == nil {
		return naturalFromJSON(n)
	}
	if kind.kind != nodeString {
		return Value{}, kind.fail("kind of a scalar is not a string")
	}
	if kind.text == stringBase64 {
		b, err := n.base64()
		return String(string(b)), err
	}
	k, ok := kindNamed(kind.text)
	if !ok {
		return Value{}, kind.fail("unknown kind " + strconv.Quote(kind.text))
	}
	switch k {
	case KindBytes:
		b, err := n.base64()
		return Bytes(b), err
	case KindFloat32, KindFloat64:
		return n.float(k)
	case KindNull, KindBool, KindString, KindContainer:
		v, err := naturalFromJSON(n)
		if err == nil && v.kind != k {
			return Value{}, n.fail("not a " + kind.text)
		}
		return v, err
	case KindArray:
		return Value{}, n.fail("not an array")
	}
	return n.integer(k)
}

func arrayFromJSON(n, kind *node) (Value, error) {
	if kind != nil && (kind.kind != nodeArray || len(kind.elems) != len(n.elems)) {
		return Value{}, kind.fail("an array needs a kind for each element")
	}
	vs := make([]Value, len(n.elems))
	for i := range n.elems {
		var k *node
		if kind != nil {
			k = &kind.elems[i]
		}
		var err error
		if vs[i], err = valueFromJSON(&n.elems[i], k); err != nil {
			return Value{}, err
		}
	}
	return Array(vs...), nil
}

func naturalFromJSON(n *node) (Value, error) {
	switch n.kind {
	case nodeNull:
		return Null(), nil
	case nodeBool:
		return Bool(n.truth), nil
	case nodeString:
		return String(n.text), nil
	case nodeObject:
		c := new(Container)
		if _, _, _, ok := n.parts(); ok {
			return Nested(c), c.fromJSON(n)
		}
		return Nested(c), c.fieldsFromJSON(n, nil)
	}
	if strings.ContainsAny(n.text, ".eE") {
		return n.float(KindFloat64)
	}
	if v, err := n.integer(KindInt64); err == nil {
		return v, nil
	}
	return n.integer(KindUint64)
}

func (n *node) base64() ([]byte, error) {
	if n.kind != nodeString {
		return nil, n.fail("base64 is not a string")
	}
	b, err := base64.StdEncoding.DecodeString(n.text)
	if err != nil {
		return nil, n.fail(err.Error())
	}
	return b, nil
}

func (n *node) float(k Kind) (Value, error) {
	bits := 64
	if k == KindFloat32 {
		bits = 32
	}
	if n.kind != nodeNumber && (n.kind != nodeString || n.text != "NaN" && n.text != "+Inf" && n.text != "-Inf") {
		return Value{}, n.fail("not a " + k.String())
	}
	f, err := strconv.ParseFloat(n.text, bits)
	if err != nil {
		return Value{}, n.fail("out of the range of " + k.String())
	}
	if bits == 32 {
		return Float32(float32(f)), nil
	}
	return Float64(f), nil
}

func (n *node) integer(k Kind) (Value, error) {
	if n.kind != nodeNumber {
		return Value{}, n.fail("not a number")
	}
	lo, hi := k.bounds()
	if lo < 0 {
		i, err := strconv.ParseInt(n.text, 10, 64)
		if err != nil || i < lo || i > int64(hi) {
			return Value{}, n.fail("not a whole number in the range of " + k.String())
		}
		return Value{kind: k, num: uint64(i)}, nil
	}
	u, err := strconv.ParseUint(n.text, 10, 64)
	if err != nil || u > hi {
		return Value{}, n.fail("not a whole number in the range of " + k.String())
	}
	return Value{kind: k, num: u}, nil
}

// bounds returns the least and the largest integer of an integer kind.
func (k Kind) bounds() (lo int64, hi uint64) {
	switch k {
	case KindInt16:
		return math.MinInt16, math.MaxInt16
	case KindUint16:
		return 0, math.MaxUint16
	case KindInt32, KindLong:
		return math.MinInt32, math.MaxInt32
	case KindUint32, KindUlong:
		return 0, math.MaxUint32
	case KindInt64:
		return math.MinInt64, math.MaxInt64
	}
	return 0, math.MaxUint64
}
