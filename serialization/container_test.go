package serialization

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
)

func TestKindsSurviveTheCanonicalForm(t *testing.T) {
	wantEqual(t, mustParse(t, mustSeal(t, allKinds())), allKinds())
}

func TestLongComesBackAsItsCanonicalKind(t *testing.T) {
	got := mustParse(t, mustSeal(t, long()))
	want := New("long").Add("l", Int32(-2000000000)).Add("ul", Uint32(3500000000)).
		Add("in", Array(Int32(1), Uint32(2)))
	wantEqual(t, got, want)
	for _, f := range long().fields {
		v, _ := got.Get(f.Name)
		if v.Kind() != f.Value.Kind().Canonical() {
			t.Errorf("%s came back as %v, want %v", f.Name, v.Kind(), f.Value.Kind().Canonical())
		}
	}
}

func TestGettersConvertOrRefuseButNeverWrap(t *testing.T) {
	for _, n := range []int64{math.MinInt64, math.MinInt32 - 1, math.MinInt32, math.MinInt16 - 1,
		math.MinInt16, -1, 0, 1, math.MaxInt16, math.MaxInt16 + 1, math.MaxUint16, math.MaxUint16 + 1,
		math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32, math.MaxUint32 + 1, 1 << 53, 1<<53 + 1,
		math.MaxInt64 - 511, math.MaxInt64} {
		vs := []Value{Int64(n)}
		if n >= 0 {
			vs = append(vs, Uint64(uint64(n)))
		}
		for _, v := range vs {
			check := func(what string, back float64, exact bool, err error) {
				t.Helper()
				if err == nil && !exact || err != nil && !errors.Is(err, ErrRange) {
					t.Errorf("%v(%d).%s = %v, %v", v.Kind(), n, what, back, err)
				}
			}
			i16, err := v.Int16()
			check("Int16", float64(i16), int64(i16) == n, err)
			u16, err := v.Uint16()
			check("Uint16", float64(u16), int64(u16) == n, err)
			i32, err := v.Int32()
			check("Int32", float64(i32), int64(i32) == n, err)
			u32, err := v.Uint32()
			check("Uint32", float64(u32), int64(u32) == n, err)
			u64, err := v.Uint64()
			check("Uint64", float64(u64), n >= 0 && u64 == uint64(n), err)
			f64, err := v.Float64()
			check("Float64", f64, f64 < 1<<63 && int64(f64) == n, err)
			f32, err := v.Float32()
			check("Float32", float64(f32), f32 < 1<<63 && int64(f32) == n, err)
			if i64, err := v.Int64(); err != nil || i64 != n {
				t.Errorf("%v(%d).Int64 = %d, %v", v.Kind(), n, i64, err)
			}
		}
	}
	if _, err := Uint64(math.MaxUint64).Int64(); !errors.Is(err, ErrRange) {
		t.Errorf("Uint64(max).Int64 = %v, want ErrRange", err)
	}
	if _, err := Uint64(math.MaxUint64).Float64(); !errors.Is(err, ErrRange) {
		t.Errorf("Uint64(max).Float64 = %v, want ErrRange", err)
	}
	if _, err := Float64(0.1).Float32(); !errors.Is(err, ErrRange) {
		t.Errorf("Float64(0.1).Float32 = %v, want ErrRange", err)
	}
	if f, err := Float32(0.1).Float64(); err != nil || f != float64(float32(0.1)) {
		t.Errorf("Float32(0.1).Float64 = %v, %v", f, err)
	}
	if _, err := Int64(1<<24 + 1).Float32(); !errors.Is(err, ErrRange) {
		t.Errorf("Int64(2^24+1).Float32 = %v, want ErrRange", err)
	}
}

func TestGettersRefuseOtherKinds(t *testing.T) {
	v := String("5")
	_, err := v.Int64()
	var ve *ValueError
	if !errors.As(err, &ve) || !errors.Is(err, ErrKind) || ve.Kind != KindString || ve.Want != "int64" {
		t.Fatalf("String.Int64 = %v, want a ValueError of ErrKind", err)
	}
	for what, get := range map[string]func(Value) error{
		"Bool":    func(v Value) error { _, err := v.Bool(); return err },
		"Uint64":  func(v Value) error { _, err := v.Uint64(); return err },
		"Float64": func(v Value) error { _, err := v.Float64(); return err },
		"Float32": func(v Value) error { _, err := v.Float32(); return err },
		"Bytes":   func(v Value) error { _, err := v.Bytes(); return err },
		"Nested":  func(v Value) error { _, err := v.Nested(); return err },
		"Array":   func(v Value) error { _, err := v.Array(); return err },
	} {
		if err := get(v); !errors.Is(err, ErrKind) {
			t.Errorf("String.%s = %v, want ErrKind", what, err)
		}
	}
	if _, err := Bytes(nil).Text(); !errors.Is(err, ErrKind) {
		t.Errorf("Bytes.Text = %v, want ErrKind", err)
	}
}

func TestRepeatedNamesAreKeptInOrder(t *testing.T) {
	for _, n := range []int{1, 100} { // by scan and by index
		c := New("dup")
		for i := range n {
			c.Add(fmt.Sprint("k", i), Int64(int64(i)))
		}
		c.Add("k0", Int64(-1))
		if v, ok := c.Get("k0"); !ok || !v.Equal(Int64(0)) {
			t.Errorf("Get finds %v, want the first", v)
		}
		if got := slices.Collect(c.GetAll("k0")); len(got) != 2 || !got[1].Equal(Int64(-1)) {
			t.Errorf("GetAll = %v, want both", got)
		}
		c.Add("late", Bool(true)).Set("k0", Null()).Set("later", Null())
		for _, name := range []string{"late", "later"} {
			if _, ok := c.Get(name); !ok {
				t.Errorf("%s is not found after a lookup before it", name)
			}
		}
		if removed := c.Remove("k0"); removed != 2 || c.Len() != n+1 {
			t.Errorf("Remove = %d, %d left, want 2, %d", removed, c.Len(), n+1)
		}
		if _, ok := c.Get("k0"); ok {
			t.Error("Get finds what was removed")
		}
	}
}

func TestConcurrentReadersShareAContainer(t *testing.T) {
	c := New("shared")
	for i := range 100 {
		c.Add(fmt.Sprint(i), Int64(int64(i)))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if v, ok := c.Get("77"); !ok || !v.Equal(Int64(77)) {
				t.Errorf("Get(77) = %v, %v", v, ok)
			}
		})
	}
	wg.Wait()
}

func TestCloneSharesNothing(t *testing.T) {
	blob := []byte{1, 2}
	c := New("c").Add("b", Bytes(blob)).Add("n", Nested(New("in").Add("x", Array(Bytes(blob)))))
	clone, before := c.Clone(), c.Clone()
	blob[0] = 9
	n, _ := c.fields[1].Value.Nested()
	n.Set("x", Null())
	wantEqual(t, clone, before)
	if c.Equal(clone) {
		t.Fatal("the clone changed along")
	}
}

func TestSwapHeaderExchangesSourceAndTarget(t *testing.T) {
	h := New("t").SetSource("a", "b").SetTarget("c", "d").SetVersion("2").SwapHeader().Header()
	if want := (Header{"c", "d", "a", "b", "t", "2"}); h != want {
		t.Fatalf("header = %v, want %v", h, want)
	}
}

func TestAContainerInsideItselfIsAnError(t *testing.T) {
	c := New("loop")
	c.Add("self", Nested(c)).Add("arr", Array(Nested(c)))
	if _, err := c.AppendMsgpack([]byte("kept")); !errors.Is(err, ErrLimit) {
		t.Fatalf("AppendMsgpack = %v, want ErrLimit", err)
	}
	if _, err := c.MarshalJSON(); !errors.Is(err, ErrLimit) {
		t.Fatalf("MarshalJSON = %v, want ErrLimit", err)
	}
}
