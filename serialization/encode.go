package serialization

import (
	"encoding/binary"
	"math"
)

// AppendMsgpack appends the canonical form to dst and returns the extended
// slice. It allocates only when dst must grow. On an error, which is an
// [*EncodeError], dst is returned as it was: the container nests deeper than
// 1024 (or into itself), or holds a string longer than 4 GiB.
func (c *Container) AppendMsgpack(dst []byte) ([]byte, error) {
	out, err := appendDocument(dst, c, 1)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// AppendBinary implements [encoding.BinaryAppender] with the canonical form.
func (c *Container) AppendBinary(dst []byte) ([]byte, error) { return c.AppendMsgpack(dst) }

// MarshalBinary implements [encoding.BinaryMarshaler] with the canonical form.
func (c *Container) MarshalBinary() ([]byte, error) { return c.AppendMsgpack(nil) }

// The keys of the canonical form as they are on the wire, each with its
// MessagePack prefix, so that writing one is a single append.
const (
	openLong      = "\x82\xa6header\x86"
	openShort     = "\x82\xa6header\x82"
	keyTargetID   = "\xa9target_id"
	keyTargetSub  = "\xadtarget_sub_id"
	keySourceID   = "\xa9source_id"
	keySourceSub  = "\xadsource_sub_id"
	keyType       = "\xacmessage_type"
	keyVersion    = "\xa7version"
	keyHeader     = "\xa6header"
	keyValues     = "\xa6values"
	maxMsgpackLen = math.MaxUint32
)

func appendDocument(dst []byte, c *Container, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	dst, err := appendHeader(dst, &c.header)
	if err != nil {
		return nil, err
	}
	if uint64(len(c.fields)) > maxMsgpackLen {
		return nil, tooLong("map")
	}
	dst = appendMapLen(dst, len(c.fields))
	for i := range c.fields {
		f := &c.fields[i]
		if len(f.Name) > math.MaxUint16 && uint64(len(f.Name)) > maxMsgpackLen {
			return nil, tooLong("name")
		}
		dst = appendString(dst, f.Name)
		if dst, err = appendValue(dst, &f.Value, depth); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// appendHeader writes everything up to and including the key "values". Without
// ids, a container of the default type gets the short header, as in C++.
func appendHeader(dst []byte, h *Header) ([]byte, error) {
	total := uint64(len(h.Type)) + uint64(len(h.Version)) + uint64(len(h.TargetID)) +
		uint64(len(h.TargetSubID)) + uint64(len(h.SourceID)) + uint64(len(h.SourceSubID))
	if total > maxMsgpackLen {
		return nil, tooLong("header")
	}
	if h.Type == DefaultType && total == uint64(len(h.Type)+len(h.Version)) {
		dst = append(dst, openShort...)
	} else {
		dst = append(dst, openLong...)
		dst = appendString(append(dst, keyTargetID...), h.TargetID)
		dst = appendString(append(dst, keyTargetSub...), h.TargetSubID)
		dst = appendString(append(dst, keySourceID...), h.SourceID)
		dst = appendString(append(dst, keySourceSub...), h.SourceSubID)
	}
	dst = appendString(append(dst, keyType...), h.Type)
	dst = appendString(append(dst, keyVersion...), h.Version)
	return append(dst, keyValues...), nil
}

func appendValue(dst []byte, v *Value, depth int) ([]byte, error) {
	switch v.kind {
	case KindNull:
		return append(dst, 0xc0), nil
	case KindBool:
		return append(dst, 0xc2+byte(v.num)), nil
	case KindInt16:
		return append(dst, 0xd1, byte(v.num>>8), byte(v.num)), nil
	case KindUint16:
		return append(dst, 0xcd, byte(v.num>>8), byte(v.num)), nil
	case KindInt32, KindLong:
		return append32(dst, 0xd2, v.num), nil
	case KindUint32, KindUlong:
		return append32(dst, 0xce, v.num), nil
	case KindInt64:
		return append64(dst, 0xd3, v.num), nil
	case KindUint64:
		return append64(dst, 0xcf, v.num), nil
	case KindFloat32:
		return append32(dst, 0xca, v.num), nil
	case KindFloat64:
		return append64(dst, 0xcb, v.num), nil
	case KindString, KindBytes:
		if v.num > maxMsgpackLen {
			return nil, tooLong(v.kind.String())
		}
		if v.kind == KindString {
			return appendString(dst, v.text()), nil
		}
		return appendBin(dst, v.text()), nil
	case KindContainer:
		return appendDocument(dst, v.container(), depth+1)
	}
	return appendArray(dst, v.elems(), depth+1)
}

func appendArray(dst []byte, vs []Value, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	if uint64(len(vs)) > maxMsgpackLen {
		return nil, tooLong("array")
	}
	dst = appendArrayLen(dst, len(vs))
	var err error
	for i := range vs {
		if dst, err = appendValue(dst, &vs[i], depth); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func append32(dst []byte, format byte, n uint64) []byte {
	return append(dst, format, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func append64(dst []byte, format byte, n uint64) []byte {
	return append(dst, format, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32),
		byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func appendString(dst []byte, s string) []byte {
	if len(s) < 32 {
		return append(append(dst, 0xa0|byte(len(s))), s...)
	}
	return append(appendLen(dst, len(s), 0xd9, 0xda, 0xdb), s...)
}

func appendBin(dst []byte, s string) []byte {
	return append(appendLen(dst, len(s), 0xc4, 0xc5, 0xc6), s...)
}

// appendLen writes n in the narrowest of three formats.
func appendLen(dst []byte, n int, f8, f16, f32 byte) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(dst, f8, byte(n))
	case n <= math.MaxUint16:
		return append(dst, f16, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, f32), uint32(n))
}

func appendMapLen(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, 0x80|byte(n))
	}
	return appendLen16(dst, n, 0xde, 0xdf)
}

func appendArrayLen(dst []byte, n int) []byte {
	if n < 16 {
		return append(dst, 0x90|byte(n))
	}
	return appendLen16(dst, n, 0xdc, 0xdd)
}

func appendLen16(dst []byte, n int, f16, f32 byte) []byte {
	if n <= math.MaxUint16 {
		return append(dst, f16, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, f32), uint32(n))
}

func tooDeep() error {
	return &EncodeError{Reason: "nested deeper than 1024, or a container holds itself", Err: ErrLimit}
}

func tooLong(what string) error {
	return &EncodeError{Reason: what + " longer than 4 GiB", Err: ErrUnrepresentable}
}
