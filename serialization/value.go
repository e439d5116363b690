package serialization

import (
	"math"
	"unsafe"
)

// Value is one typed value. The zero Value is null.
//
// A Value is small and is passed by value. It shares the memory of the bytes,
// the elements or the container it was made from: whoever changes those
// changes the Value. Values cannot be compared with ==; use [Value.Equal].
type Value struct {
	_ [0]func() // not comparable: == would compare addresses
	// ptr is the first byte of text, the first element of an array or the
	// nested container; nil for all other kinds and for empty text and arrays.
	ptr unsafe.Pointer
	// num is a scalar's bits (integers sign-extended), or the length of text
	// in bytes, or of an array in elements.
	num  uint64
	kind Kind
}

// Null returns the null value.
func Null() Value { return Value{} }

// Bool returns a value of kind bool.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, num: 1}
	}
	return Value{kind: KindBool}
}

// Int16 returns a value of kind int16.
func Int16(n int16) Value { return Value{kind: KindInt16, num: uint64(n)} }

// Uint16 returns a value of kind uint16.
func Uint16(n uint16) Value { return Value{kind: KindUint16, num: uint64(n)} }

// Int32 returns a value of kind int32.
func Int32(n int32) Value { return Value{kind: KindInt32, num: uint64(n)} }

// Uint32 returns a value of kind uint32.
func Uint32(n uint32) Value { return Value{kind: KindUint32, num: uint64(n)} }

// Long returns a value of kind long, type code 6 of older formats. In the
// canonical form it travels as, and comes back as, an int32.
func Long(n int32) Value { return Value{kind: KindLong, num: uint64(n)} }

// Ulong returns a value of kind ulong, type code 7 of older formats. In the
// canonical form it travels as, and comes back as, a uint32.
func Ulong(n uint32) Value { return Value{kind: KindUlong, num: uint64(n)} }

// Int64 returns a value of kind int64.
func Int64(n int64) Value { return Value{kind: KindInt64, num: uint64(n)} }

// Uint64 returns a value of kind uint64.
func Uint64(n uint64) Value { return Value{kind: KindUint64, num: n} }

// Float32 returns a value of kind float32.
func Float32(f float32) Value {
	return Value{kind: KindFloat32, num: uint64(math.Float32bits(f))}
}

// Float64 returns a value of kind float64.
func Float64(f float64) Value { return Value{kind: KindFloat64, num: math.Float64bits(f)} }

// String returns a value of kind string. Any bytes are carried, but readers
// in other languages may insist on UTF-8.
func String(s string) Value {
	return Value{kind: KindString, ptr: unsafe.Pointer(unsafe.StringData(s)), num: uint64(len(s))}
}

// Bytes returns a value of kind bytes that keeps b without copying it: b must
// not change as long as the value is in use.
func Bytes(b []byte) Value {
	return Value{kind: KindBytes, ptr: unsafe.Pointer(unsafe.SliceData(b)), num: uint64(len(b))}
}

// Nested returns a value that holds c itself, not a copy. A nil c gives null.
func Nested(c *Container) Value {
	if c == nil {
		return Value{}
	}
	return Value{kind: KindContainer, ptr: unsafe.Pointer(c)}
}

// Array returns a value that holds the slice vs itself, not a copy. Elements
// may be of different kinds.
func Array(vs ...Value) Value {
	return Value{kind: KindArray, ptr: unsafe.Pointer(unsafe.SliceData(vs)), num: uint64(len(vs))}
}

// Kind returns the value's kind.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// Len returns the length of a string or bytes in bytes, of an array in
// elements, of a nested container in values, and 0 for every other kind.
func (v Value) Len() int {
	switch v.kind {
	case KindString, KindBytes, KindArray:
		return int(v.num)
	case KindContainer:
		return v.container().Len()
	}
	return 0
}

// The accessors below are for values whose kind has been checked.

func (v Value) text() string   { return unsafe.String((*byte)(v.ptr), int(v.num)) }
func (v Value) bytes() []byte  { return unsafe.Slice((*byte)(v.ptr), int(v.num)) }
func (v Value) elems() []Value { return unsafe.Slice((*Value)(v.ptr), int(v.num)) }

func (v Value) container() *Container { return (*Container)(v.ptr) }

func (v Value) float32() float32 { return math.Float32frombits(uint32(v.num)) }
func (v Value) float64() float64 { return math.Float64frombits(v.num) }
