package serialization

import "strings"

// Equal reports whether c and o have the same header and the same values in
// the same order. Two NaNs are equal if their bits are.
func (c *Container) Equal(o *Container) bool {
	if c == o {
		return true
	}
	if c == nil || o == nil || c.header != o.header || len(c.fields) != len(o.fields) {
		return false
	}
	for i := range c.fields {
		if c.fields[i].Name != o.fields[i].Name || !c.fields[i].Value.Equal(o.fields[i].Value) {
			return false
		}
	}
	return true
}

// Equal reports whether v and o have the same kind and the same content.
// Kinds are not converted: Int16(1) does not equal Int32(1), nor 0.0 -0.0.
func (v Value) Equal(o Value) bool {
	if v.kind != o.kind {
		return false
	}
	switch v.kind {
	case KindString, KindBytes:
		return v.text() == o.text()
	case KindContainer:
		return v.container().Equal(o.container())
	case KindArray:
		a, b := v.elems(), o.elems()
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if !a[i].Equal(b[i]) {
				return false
			}
		}
		return true
	}
	return v.num == o.num
}

// Clone returns a deep copy that shares no memory with c.
func (c *Container) Clone() *Container {
	h := c.header
	out := &Container{
		header: Header{
			SourceID:    strings.Clone(h.SourceID),
			SourceSubID: strings.Clone(h.SourceSubID),
			TargetID:    strings.Clone(h.TargetID),
			TargetSubID: strings.Clone(h.TargetSubID),
			Type:        strings.Clone(h.Type),
			Version:     strings.Clone(h.Version),
		},
		fields: make([]Field, len(c.fields)),
	}
	for i, f := range c.fields {
		out.fields[i] = Field{strings.Clone(f.Name), f.Value.Clone()}
	}
	return out
}

// Clone returns a deep copy that shares no memory with v.
func (v Value) Clone() Value {
	switch v.kind {
	case KindString:
		return String(strings.Clone(v.text()))
	case KindBytes:
		return Bytes(append([]byte(nil), v.bytes()...))
	case KindContainer:
		return Nested(v.container().Clone())
	case KindArray:
		out := make([]Value, 0, v.num)
		for _, e := range v.elems() {
			out = append(out, e.Clone())
		}
		return Array(out...)
	}
	return v
}
