package serialization

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"
)

// MarshalJSON implements [json.Marshaler]:
//
//	{"header": {...}, "values": {"id": 42, "blob": "AAE="},
//	 "kinds": {"id": "uint64", "blob": "bytes"}}
//
// Integers are written as numbers with all their digits, floats so that they
// read back exactly, bytes in base64, NaN and infinities as strings. "kinds"
// names every kind that the JSON value alone does not tell, so that
// [Container.UnmarshalJSON] restores all sixteen. A repeated name is written
// as often as it occurs. The error is an [*EncodeError].
func (c *Container) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, c, 1)
}

func appendJSON(dst []byte, c *Container, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	h := &c.header
	dst = append(dst, `{"header":{`...)
	var err error
	for i, f := range [...]struct{ key, text string }{
		{"target_id", h.TargetID}, {"target_sub_id", h.TargetSubID},
		{"source_id", h.SourceID}, {"source_sub_id", h.SourceSubID},
		{"message_type", h.Type}, {"version", h.Version},
	} {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendJSONMember(dst, f.key, "header"); err != nil {
			return nil, err
		}
		if dst, err = appendJSONText(dst, f.text, "header"); err != nil {
			return nil, err
		}
	}
	dst = append(dst, `},"values":{`...)
	for i := range c.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		f := &c.fields[i]
		if dst, err = appendJSONMember(dst, f.Name, "name"); err != nil {
			return nil, err
		}
		if dst, err = appendJSONValue(dst, f.Value, depth); err != nil {
			return nil, err
		}
	}
	return append(c.appendJSONKinds(append(dst, '}')), '}'), nil
}

// appendJSONKinds writes the member "kinds" if any value needs it. Names that
// repeat are matched by their order, so then all of them are listed.
func (c *Container) appendJSONKinds(dst []byte) []byte {
	all := c.hasDuplicates()
	opened := false
	for i := range c.fields {
		f := &c.fields[i]
		if !all && f.Value.plainJSON() {
			continue
		}
		if opened {
			dst = append(dst, ',')
		} else {
			dst, opened = append(dst, `,"kinds":{`...), true
		}
		// The name was written before, so it is valid.
		dst, _ = appendJSONMember(dst, f.Name, "name")
		dst = appendJSONKind(dst, f.Value)
	}
	if opened {
		dst = append(dst, '}')
	}
	return dst
}

func (c *Container) hasDuplicates() bool {
	seen := make(map[string]struct{}, len(c.fields))
	for i := range c.fields {
		seen[c.fields[i].Name] = struct{}{}
	}
	return len(seen) < len(c.fields)
}

// plainJSON reports whether the JSON value alone tells the kind.
func (v Value) plainJSON() bool {
	switch v.kind {
	case KindNull, KindBool, KindInt64, KindContainer:
		return true
	case KindFloat64:
		return !math.IsNaN(v.float64()) && !math.IsInf(v.float64(), 0)
	case KindString:
		return utf8.ValidString(v.text())
	case KindArray:
		for _, e := range v.elems() {
			if !e.plainJSON() {
				return false
			}
		}
		return true
	}
	return false
}

// stringBase64 is the kind of a string that is not UTF-8, which JSON requires.
const stringBase64 = "string+base64"

func appendJSONKind(dst []byte, v Value) []byte {
	if v.kind == KindArray {
		dst = append(dst, '[')
		for i, e := range v.elems() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONKind(dst, e)
		}
		return append(dst, ']')
	}
	name := v.kind.String()
	if v.kind == KindString && !utf8.ValidString(v.text()) {
		name = stringBase64
	}
	return append(append(append(dst, '"'), name...), '"')
}

func appendJSONValue(dst []byte, v Value, depth int) ([]byte, error) {
	switch v.kind {
	case KindNull:
		return append(dst, "null"...), nil
	case KindBool:
		return strconv.AppendBool(dst, v.num != 0), nil
	case KindInt16, KindInt32, KindLong, KindInt64:
		return strconv.AppendInt(dst, int64(v.num), 10), nil
	case KindUint16, KindUint32, KindUlong, KindUint64:
		return strconv.AppendUint(dst, v.num, 10), nil
	case KindFloat32:
		return appendJSONFloat(dst, float64(v.float32()), 32), nil
	case KindFloat64:
		return appendJSONFloat(dst, v.float64(), 64), nil
	case KindString:
		if utf8.ValidString(v.text()) {
			return appendJSONText(dst, v.text(), "string")
		}
		return appendJSONBase64(dst, v.bytes()), nil
	case KindBytes:
		return appendJSONBase64(dst, v.bytes()), nil
	case KindContainer:
		return appendJSON(dst, v.container(), depth+1)
	}
	if depth++; depth > maxDepth {
		return nil, tooDeep()
	}
	dst = append(dst, '[')
	var err error
	for i, e := range v.elems() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendJSONValue(dst, e, depth); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// appendJSONFloat writes the shortest digits that read back as f, always with
// a point or an exponent, which tells a float from an integer.
func appendJSONFloat(dst []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(strconv.AppendFloat(append(dst, '"'), f, 'g', -1, bits), '"')
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, bits)
	for _, b := range dst[start:] {
		if b == '.' || b == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

func appendJSONBase64(dst, b []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(dst, '"'), b), '"')
}

func appendJSONMember(dst []byte, name, what string) ([]byte, error) {
	dst, err := appendJSONText(dst, name, what)
	return append(dst, ':'), err
}

func appendJSONText(dst []byte, s, what string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, &EncodeError{Reason: what + " is not UTF-8, JSON must be", Err: ErrUnrepresentable}
	}
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		switch b := s[i]; {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b == '\t':
			dst = append(dst, '\\', 't')
		case b == '\r':
			dst = append(dst, '\\', 'r')
		case b < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"'), nil
}
