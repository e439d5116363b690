package serialization

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// allKinds holds a value of every kind, the extremes of every number, a name
// that repeats and both ways of nesting.
func allKinds() *Container {
	inner := New("line").Add("sku", String("A-1")).Add("qty", Int32(3))
	bare := new(Container).Add("x", Float64(1))
	return New("order.created").SetSource("shop", "web-1").SetTarget("billing", "").
		Add("null", Null()).Add("yes", Bool(true)).Add("no", Bool(false)).
		Add("i16", Int16(math.MinInt16)).Add("u16", Uint16(math.MaxUint16)).
		Add("i32", Int32(math.MinInt32)).Add("u32", Uint32(math.MaxUint32)).
		Add("i64", Int64(math.MinInt64)).Add("i64", Int64(math.MaxInt64)).
		Add("u64", Uint64(math.MaxUint64)).Add("small", Uint64(1)).
		Add("f32", Float32(0.1)).Add("f64", Float64(math.Pi)).Add("tiny", Float64(5e-324)).
		Add("nan", Float64(math.NaN())).Add("inf", Float32(float32(math.Inf(-1)))).
		Add("text", String("hello, 한글 \"\\\n")).Add("", String("")).
		Add("bytes", Bytes([]byte{0, 1, 2, 0xfe, 0xff})).Add("empty", Bytes(nil)).
		Add("nested", Nested(inner)).Add("bare", Nested(bare)).
		Add("array", Array(Int16(1), String("two"), Bool(true), Nested(inner), Array(), Array(Uint16(7))))
}

// long holds the kinds that the canonical form normalises.
func long() *Container {
	return New("long").Add("l", Long(-2000000000)).Add("ul", Ulong(3500000000)).
		Add("in", Array(Long(1), Ulong(2)))
}

type vector struct {
	Case, Format, Hex, Text string
}

// vectors returns the golden cases of a file in one format, by case.
func vectors(t testing.TB, file, format string) map[string][]byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, v := range list {
		if v.Format != format {
			continue
		}
		if out[v.Case], err = hex.DecodeString(v.Hex); err != nil {
			t.Fatal(err)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s has no vector in format %s", file, format)
	}
	return out
}

func mustSeal(t testing.TB, c *Container) []byte {
	t.Helper()
	b, err := c.AppendMsgpack(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustParse(t testing.TB, b []byte) *Container {
	t.Helper()
	c, err := Parse(b)
	if err != nil {
		t.Fatalf("Parse(%x): %v", b, err)
	}
	return c
}

func wantEqual(t testing.TB, got, want *Container) {
	t.Helper()
	if got.Equal(want) {
		return
	}
	g, _ := got.MarshalJSON()
	w, _ := want.MarshalJSON()
	if bytes.Equal(g, w) {
		t.Fatalf("containers differ beyond JSON: %s", g)
	}
	t.Fatalf("got\n%s\nwant\n%s", g, w)
}
