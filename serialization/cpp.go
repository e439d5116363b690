package serialization

import (
	"encoding/binary"
	"math"
)

// AppendAs appends the container in the dialect d to dst and returns the
// extended slice; Auto means Msgpack. On an error, an [*EncodeError], dst is
// returned as it was. What each dialect keeps is in docs/containers.md.
func (c *Container) AppendAs(dst []byte, d Dialect) ([]byte, error) {
	var out []byte
	var err error
	switch d {
	case Auto, Msgpack:
		out, err = appendDocument(dst, c, 1)
	case CPPMsgpack:
		out, err = appendCPP(dst, c, 1)
	case PythonMsgpack:
		out, err = appendPython(dst, c)
	case CPPText:
		out, err = appendTextDialect(dst, c, false)
	case GoText:
		out, err = appendTextDialect(dst, c, true)
	case ValueBinary:
		out, err = appendBinaryFields(dst, c, 1)
	default:
		err = &EncodeError{Reason: "dialect " + d.String() + " cannot be written", Err: ErrUnrepresentable}
	}
	if err != nil {
		return dst, err
	}
	return out, nil
}

// appendCPP writes what C++ container_system writes and reads.
func appendCPP(dst []byte, c *Container, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	dst, err := appendHeader(dst, &c.header)
	if err != nil {
		return nil, err
	}
	dst = appendMapLen(dst, len(c.fields))
	for i := range c.fields {
		dst = appendString(dst, c.fields[i].Name)
		if dst, err = appendCPPValue(dst, &c.fields[i].Value, depth); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func appendCPPValue(dst []byte, v *Value, depth int) ([]byte, error) {
	switch v.kind {
	case KindInt16, KindInt32, KindLong, KindInt64:
		return appendNarrowInt(dst, int64(v.num)), nil
	case KindUint16, KindUint32, KindUlong, KindUint64:
		return appendNarrowUint(dst, v.num), nil
	case KindContainer:
		b, err := appendCPP(nil, v.container(), depth+1)
		if err != nil {
			return nil, err
		}
		if uint64(len(b)) > maxMsgpackLen {
			return nil, tooLong("container")
		}
		return appendBin(dst, borrow(b)), nil
	case KindArray:
		if depth++; depth > maxDepth {
			return nil, tooDeep()
		}
		dst = appendArrayLen(dst, int(v.num))
		elems := v.elems()
		var err error
		for i := range elems {
			if dst, err = appendCPPValue(dst, &elems[i], depth); err != nil {
				return nil, err
			}
		}
		return dst, nil
	}
	return appendValue(dst, v, depth)
}

// appendNarrowInt writes n in the narrowest format; what is not negative goes
// unsigned.
func appendNarrowInt(dst []byte, n int64) []byte {
	switch {
	case n >= 0:
		return appendNarrowUint(dst, uint64(n))
	case n >= -32:
		return append(dst, byte(n))
	case n >= math.MinInt8:
		return append(dst, 0xd0, byte(n))
	case n >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(dst, 0xd1), uint16(n))
	case n >= math.MinInt32:
		return append32(dst, 0xd2, uint64(n))
	}
	return append64(dst, 0xd3, uint64(n))
}

func appendNarrowUint(dst []byte, n uint64) []byte {
	switch {
	case n < 128:
		return append(dst, byte(n))
	case n <= math.MaxUint8:
		return append(dst, 0xcc, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, 0xcd), uint16(n))
	case n <= math.MaxUint32:
		return append32(dst, 0xce, n)
	}
	return append64(dst, 0xcf, n)
}
