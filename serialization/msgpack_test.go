package serialization

import (
	"bytes"
	"encoding"
	"errors"
	"math"
	"strings"
	"testing"
)

var (
	_ encoding.BinaryAppender    = (*Container)(nil)
	_ encoding.BinaryMarshaler   = (*Container)(nil)
	_ encoding.BinaryUnmarshaler = (*Container)(nil)
)

// cppAllKinds is what the C++ vector all_kinds holds; integers are at their
// narrowest there, so two of the kinds differ from the C++ source.
func cppAllKinds(nested bool) *Container {
	c := New("user_profile").SetSource("client_01", "session_1").SetTarget("server_01", "main_handler").
		Add("v_null", Null()).Add("v_true", Bool(true)).Add("v_false", Bool(false)).
		Add("v_short", Int16(-1000)).Add("v_ushort", Uint16(50000)).
		Add("v_int", Int32(-1000000)).Add("v_uint", Uint32(3000000000)).
		Add("v_long", Int32(-2000000000)).Add("v_ulong", Uint32(3500000000)).
		Add("v_llong", Int64(-5000000000)).Add("v_ullong", Uint64(10000000000)).
		Add("v_float", Float32(3.14159)).Add("v_double", Float64(math.Pi)).
		Add("v_string", String("hello, 한글")).Add("v_bytes", Bytes([]byte{0, 1, 2, 0xfe, 0xff}))
	if nested {
		c.Add("v_container", Nested(New("").Add("inner_int", Int32(42)).Add("inner_str", String("nested"))))
		c.Add("v_array", Array(Int32(1), String("two"), Bool(true)))
	}
	return c
}

const cppFile = "cpp_container_system_HEAD_6ab63f7.json"

func TestCPPMsgpackVectorsOpen(t *testing.T) {
	vs := vectors(t, cppFile, "msgpack")
	check := func(name string, want *Container) {
		t.Helper()
		got, err := ParseDialect(vs[name], CPPMsgpack)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantEqual(t, got, want)
	}
	check("all_kinds", cppAllKinds(true))
	check("all_scalars", cppAllKinds(false))
	check("empty_default", New(""))
	check("data_container_type", New(""))
	check("u64max", New("u64").Add("max", Uint64(math.MaxUint64)))
	check("dup", New("dup").Add("k", Int32(2)))
	check("bytes_that_look_like_msgpack_map", New("bin_amb").Add("b", Bytes([]byte{0x80, 1})))
	check("floats", New("floats").Add("nan", Float64(math.Float64frombits(0x7ff8<<48))).Add("inf", Float64(math.Inf(1))).
		Add("tiny", Float64(5e-324)).Add("huge", Float64(math.MaxFloat64)).
		Add("tenth", Float64(0.1)).Add("f32", Float32(0.1)))
	check("escapes", New("escapes").SetSource("s", "").SetTarget("t", "").
		Add("delim", String("a];[evil,4,7];b")).Add("braces", String("x}};y")).
		Add("newline", String("l1\r\nl2\nl3")).Add("spaces", String("  padded  ")).
		Add("comma", String("a,b,c")).Add("quote", String(`"<&>'\`)).Add("empty", String("")).
		Add("after", String("still here")).Add("dotted.name", Int32(1)).Add("with space", Int32(2)))
}

func TestCPPIntegersOfEveryWidthKeepTheirValue(t *testing.T) {
	got, err := ParseDialect(vectors(t, cppFile, "msgpack")["ints_llong"], CPPMsgpack)
	if err != nil {
		t.Fatal(err)
	}
	if got.Len() != 22 {
		t.Fatalf("%d values, want 22", got.Len())
	}
	for name, v := range got.All() { // a name says its value: i-129
		text, _ := v.appendPlain(nil)
		if "i"+string(text) != name {
			t.Errorf("%s = %s", name, text)
		}
	}
}

func (v Value) appendPlain(dst []byte) ([]byte, error) { return appendJSONValue(dst, v, 1) }

func TestABlobIsOpenedOnlyAsCPP(t *testing.T) {
	b := vectors(t, cppFile, "msgpack")["all_kinds"]
	v, _ := mustParse(t, b).Get("v_container")
	if v.Kind() != KindBytes {
		t.Fatalf("Parse guesses that a blob is a %v", v.Kind())
	}
}

func TestCPPMsgpackIsWrittenByteForByte(t *testing.T) {
	for name, b := range vectors(t, cppFile, "msgpack") {
		c, err := ParseDialect(b, CPPMsgpack)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.AppendAs(nil, CPPMsgpack)
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: AppendAs = %v\n%x, want\n%x", name, err, got, b)
		}
	}
}

func TestAnyWidthAndAnyMapIsRead(t *testing.T) {
	plain := func(v string) string {
		return "\x83\xa1?\xc0\xa6values\x81\xd9\x01v" + v + "\xa6header\x81\xa4more\x91\x01"
	}
	nested := func(h Header, fields ...Field) Value {
		return Nested(&Container{header: h, fields: fields})
	}
	one := Field{"a", Int32(1)}
	for _, tt := range []struct {
		bytes string
		want  Value
	}{
		{"\x05", Int32(5)}, {"\xe0", Int32(-32)}, {"\xcc\xff", Int32(255)}, {"\xd0\x80", Int32(-128)},
		{"\xcd\x00\x01", Uint16(1)}, {"\xd3\x00\x00\x00\x00\x00\x00\x00\x01", Int64(1)},
		{"\xdb\x00\x00\x00\x01a", String("a")}, {"\xc6\x00\x00\x00\x01a", Bytes([]byte("a"))},
		{"\xdd\x00\x00\x00\x01\xc0", Array(Null())},
		{"\x81\xa1a\x01", nested(Header{}, one)},
		{"\xde\x00\x02\xa6header\x81\xa7version\xa11\xa6values\x81\xa1a\x01", nested(Header{Version: "1"}, one)},
		{"\x82\xa6values\x81\xa1a\x01\xa6header\x81\xa7version\xa11", nested(Header{Version: "1"}, one)},
		{"\x82\xa6header\x80\xa1a\x01", nested(Header{}, Field{"header", nested(Header{})}, one)},
		{"\x82\xa6header\x81\xa1x\xa1y\xa6values\x80", nested(Header{},
			Field{"header", nested(Header{}, Field{"x", String("y")})}, Field{"values", nested(Header{})})},
	} {
		v, _ := mustParse(t, []byte(plain(tt.bytes))).Get("v")
		if !v.Equal(tt.want) {
			t.Errorf("%x reads as %v %v, want %v", tt.bytes, v.Kind(), v, tt.want.Kind())
		}
	}
}

func TestBadBytesAreRefusedWithPlaceAndReason(t *testing.T) {
	doc := func(values string) string { return "\x82\xa6header\x80\xa6values" + values }
	for _, tt := range []struct {
		name, bytes string
		want        error
		offset      int
	}{
		{"nothing", "", ErrTruncated, 0},
		{"not a map", "\x93", ErrSyntax, 0},
		{"text", "@header={{", ErrTruncated, 10},
		{"other text", "header", ErrSyntax, 0},
		{"no values", "\x81\xa6header\x80", ErrSyntax, 0},
		{"header twice", "\x82\xa6header\x80\xa6header\x80", ErrSyntax, 9},
		{"key is a number", "\x82\x01\x80\xa6values\x80", ErrSyntax, 1},
		{"header is no map", "\x82\xa6header\xc0\xa6values\x80", ErrSyntax, 8},
		{"header field is no string", "\x82\xa6header\x81\xa7version\x01\xa6values\x80", ErrSyntax, 17},
		{"trailing byte", doc("\x80\xc0"), ErrTrailing, 17},
		{"ext", doc("\x81\xa1a\xd4\x01\x01"), ErrSyntax, 19},
		{"c1", doc("\x81\xa1a\xc1"), ErrSyntax, 19},
		{"c1 skipped", "\x83\xa6header\x80\xa6values\x80\xa1a\xc1", ErrSyntax, 19},
		{"2^32-1 values", doc("\xdf\xff\xff\xff\xff"), ErrTruncated, 21},
		{"2^32-1 elements", doc("\x81\xa1a\xdd\xff\xff\xff\xff"), ErrTruncated, 24},
		{"2^32-1 bytes", doc("\x81\xa1a\xc6\xff\xff\xff\xff"), ErrTruncated, 24},
		{"name is a number", doc("\x81\x01\x01"), ErrSyntax, 17},
	} {
		_, err := Parse([]byte(tt.bytes))
		var pe *ParseError
		if !errors.As(err, &pe) || !errors.Is(err, tt.want) || pe.Offset != tt.offset {
			t.Errorf("%s: Parse = %v, want %v at %d", tt.name, err, tt.want, tt.offset)
		}
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	b := mustSeal(t, allKinds())
	for n := range b {
		if _, err := Parse(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Fatalf("Parse of %d of %d bytes = %v, want ErrTruncated", n, len(b), err)
		}
	}
}

func TestLimitsHoldAtTheLimitAndNotOnePast(t *testing.T) {
	deep := New("d")
	for range 9 {
		deep = New("d").Add("in", Nested(deep)) // depth 10
	}
	arrays := Null()
	for range 9 {
		arrays = Array(arrays)
	}
	wide := New("w").Add("a", Array(make([]Value, 91)...)) // 8 + 1 + 91
	name := New(strings.Repeat("t", 50)).Add(strings.Repeat("n", 50), Null())
	header := New(strings.Repeat("t", 50))
	for _, tt := range []struct {
		what        string
		c           *Container
		at, onePast Limits
	}{
		{what: "depth of containers", c: deep, at: Limits{Depth: 10}, onePast: Limits{Depth: 9}},
		{what: "depth of arrays", c: New("a").Add("a", arrays), at: Limits{Depth: 10}, onePast: Limits{Depth: 9}},
		{what: "values", c: wide, at: Limits{Values: 100}, onePast: Limits{Values: 99}},
		{what: "name", c: name, at: Limits{Name: 50}, onePast: Limits{Name: 49}},
		{what: "header", c: header, at: Limits{Name: 50}, onePast: Limits{Name: 49}},
		{what: "bytes", c: header, at: Limits{Bytes: len(mustSeal(t, header))},
			onePast: Limits{Bytes: len(mustSeal(t, header)) - 1}},
	} {
		b := mustSeal(t, tt.c)
		if _, err := ParseWith(b, &ParseOptions{Limits: tt.at}); err != nil {
			t.Errorf("%s: at the limit: %v", tt.what, err)
		}
		if _, err := ParseWith(b, &ParseOptions{Limits: tt.onePast}); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: one past the limit = %v, want ErrLimit", tt.what, err)
		}
	}
}

func TestNothingSharesMemoryUnlessBorrowed(t *testing.T) {
	b := mustSeal(t, allKinds())
	safe := mustParse(t, b)
	borrowed, err := ParseWith(b, &ParseOptions{Borrowed: true})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, borrowed, allKinds())
	clear(b)
	wantEqual(t, safe, allKinds())
	if borrowed.Equal(safe) {
		t.Fatal("a borrowed container has a copy of its input")
	}
}

func TestDecodeReusesMemoryAndForgetsWhatWasThere(t *testing.T) {
	big, small := mustSeal(t, allKinds()), mustSeal(t, long())
	c := new(Container)
	for _, b := range [][]byte{big, small, big, small} {
		if err := c.Decode(b, nil); err != nil {
			t.Fatal(err)
		}
		wantEqual(t, c, mustParse(t, b))
	}
	if err := c.Decode(big[:50], nil); err == nil || c.Len() != 0 || c.Header() != (Header{}) {
		t.Fatalf("after a failed Decode (%v) the container holds %d values", err, c.Len())
	}
}

func TestHotPathDoesNotAllocate(t *testing.T) {
	c := allKinds()
	b := mustSeal(t, c)
	buf := make([]byte, 0, len(b))
	if n := testing.AllocsPerRun(100, func() { buf, _ = c.AppendMsgpack(buf[:0]) }); n != 0 {
		t.Errorf("AppendMsgpack allocates %v times, want 0", n)
	}
	into, opts := new(Container), &ParseOptions{Borrowed: true}
	if n := testing.AllocsPerRun(100, func() { _ = into.Decode(b, opts) }); n != 0 {
		t.Errorf("Decode allocates %v times, want 0", n)
	}
}
