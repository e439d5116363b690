package serialization

import "math"

// Bool returns the value of kind bool.
func (v Value) Bool() (bool, error) {
	if v.kind != KindBool {
		return false, v.mismatch("bool")
	}
	return v.num != 0, nil
}

// signed returns an integer of any kind within [lo, hi].
func (v Value) signed(lo, hi int64, want string) (int64, error) {
	switch v.kind {
	case KindInt16, KindInt32, KindLong, KindInt64:
		if n := int64(v.num); n >= lo && n <= hi {
			return n, nil
		}
	case KindUint16, KindUint32, KindUlong, KindUint64:
		if v.num <= uint64(hi) {
			return int64(v.num), nil
		}
	default:
		return 0, v.mismatch(want)
	}
	return 0, v.outOfRange(want)
}

// unsigned returns an integer of any kind within [0, hi].
func (v Value) unsigned(hi uint64, want string) (uint64, error) {
	switch v.kind {
	case KindInt16, KindInt32, KindLong, KindInt64:
		if int64(v.num) >= 0 && v.num <= hi {
			return v.num, nil
		}
	case KindUint16, KindUint32, KindUlong, KindUint64:
		if v.num <= hi {
			return v.num, nil
		}
	default:
		return 0, v.mismatch(want)
	}
	return 0, v.outOfRange(want)
}

// Int16 returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Int16() (int16, error) {
	n, err := v.signed(math.MinInt16, math.MaxInt16, "int16")
	return int16(n), err
}

// Uint16 returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Uint16() (uint16, error) {
	n, err := v.unsigned(math.MaxUint16, "uint16")
	return uint16(n), err
}

// Int32 returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Int32() (int32, error) {
	n, err := v.signed(math.MinInt32, math.MaxInt32, "int32")
	return int32(n), err
}

// Uint32 returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Uint32() (uint32, error) {
	n, err := v.unsigned(math.MaxUint32, "uint32")
	return uint32(n), err
}

// Int64 returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Int64() (int64, error) {
	return v.signed(math.MinInt64, math.MaxInt64, "int64")
}

// Uint64 returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Uint64() (uint64, error) {
	return v.unsigned(math.MaxUint64, "uint64")
}

// Int returns an integer of any kind, or ErrRange when it does not fit.
func (v Value) Int() (int, error) {
	n, err := v.signed(math.MinInt, math.MaxInt, "int")
	return int(n), err
}

// Float64 returns a float of either kind, or an integer of any kind that a
// float64 represents exactly; other integers give ErrRange.
func (v Value) Float64() (float64, error) {
	switch v.kind {
	case KindFloat64:
		return v.float64(), nil
	case KindFloat32:
		return float64(v.float32()), nil
	case KindInt16, KindInt32, KindLong, KindInt64:
		n := int64(v.num)
		// 2^63 as a float64 is out of int64's range, so it is excluded first.
		if f := float64(n); f < 1<<63 && int64(f) == n {
			return f, nil
		}
	case KindUint16, KindUint32, KindUlong, KindUint64:
		if f := float64(v.num); f < 1<<64 && uint64(f) == v.num {
			return f, nil
		}
	default:
		return 0, v.mismatch("float64")
	}
	return 0, v.outOfRange("float64")
}

// Float32 returns what [Value.Float64] does if a float32 represents it
// exactly (NaN becomes NaN), and ErrRange otherwise.
func (v Value) Float32() (float32, error) {
	if v.kind == KindFloat32 {
		return v.float32(), nil
	}
	f, err := v.Float64()
	if err != nil {
		e := err.(*ValueError)
		return 0, &ValueError{Kind: e.Kind, Want: "float32", Err: e.Err}
	}
	if n := float32(f); float64(n) == f || f != f {
		return n, nil
	}
	return 0, v.outOfRange("float32")
}

// Text returns the value of kind string. It shares the value's memory.
// (The method String is for printing and works for every kind.)
func (v Value) Text() (string, error) {
	if v.kind != KindString {
		return "", v.mismatch("string")
	}
	return v.text(), nil
}

// Bytes returns the value of kind bytes. The slice shares the value's memory
// and must not be changed; appending to it copies.
func (v Value) Bytes() ([]byte, error) {
	if v.kind != KindBytes {
		return nil, v.mismatch("bytes")
	}
	return v.bytes(), nil
}

// Nested returns the value of kind container: the container itself, not a copy.
func (v Value) Nested() (*Container, error) {
	if v.kind != KindContainer {
		return nil, v.mismatch("container")
	}
	return v.container(), nil
}

// Array returns the elements of a value of kind array. The slice shares the
// value's memory and must not be changed; appending to it copies.
func (v Value) Array() ([]Value, error) {
	if v.kind != KindArray {
		return nil, v.mismatch("array")
	}
	return v.elems(), nil
}

func (v Value) mismatch(want string) error {
	return &ValueError{Kind: v.kind, Want: want, Err: ErrKind}
}

func (v Value) outOfRange(want string) error {
	return &ValueError{Kind: v.kind, Want: want, Err: ErrRange}
}
