package serialization

import "strconv"

// Kind is the type of a [Value]. The numbers are the type codes that
// container_system's formats carry, so they never change.
type Kind uint8

// The sixteen kinds.
const (
	KindNull      Kind = 0
	KindBool      Kind = 1
	KindInt16     Kind = 2 // "short"
	KindUint16    Kind = 3 // "ushort"
	KindInt32     Kind = 4 // "int"
	KindUint32    Kind = 5 // "uint"
	KindLong      Kind = 6 // "long": 32 bits on the wire
	KindUlong     Kind = 7 // "ulong": 32 bits on the wire
	KindInt64     Kind = 8 // "llong"
	KindUint64    Kind = 9 // "ullong"
	KindFloat32   Kind = 10
	KindFloat64   Kind = 11
	KindString    Kind = 12
	KindBytes     Kind = 13
	KindContainer Kind = 14
	KindArray     Kind = 15
)

// String returns the kind's name in lower case, such as "uint64".
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "bool"
	case KindInt16:
		return "int16"
	case KindUint16:
		return "uint16"
	case KindInt32:
		return "int32"
	case KindUint32:
		return "uint32"
	case KindLong:
		return "long"
	case KindUlong:
		return "ulong"
	case KindInt64:
		return "int64"
	case KindUint64:
		return "uint64"
	case KindFloat32:
		return "float32"
	case KindFloat64:
		return "float64"
	case KindString:
		return "string"
	case KindBytes:
		return "bytes"
	case KindContainer:
		return "container"
	case KindArray:
		return "array"
	}
	return "kind(" + strconv.Itoa(int(k)) + ")"
}

// Canonical returns the kind that a value of kind k has after a round trip
// through the canonical form: int32 for long, uint32 for ulong, k for the rest.
func (k Kind) Canonical() Kind {
	switch k {
	case KindLong:
		return KindInt32
	case KindUlong:
		return KindUint32
	}
	return k
}

// kindNamed is the inverse of Kind.String.
func kindNamed(name string) (Kind, bool) {
	for k := KindNull; k <= KindArray; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}
