package serialization

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

var (
	_ json.Marshaler   = (*Container)(nil)
	_ json.Unmarshaler = (*Container)(nil)
)

func TestJSONKeepsEveryKindExactly(t *testing.T) {
	odd := New("odd").Add("notutf8", String("\xff\x00")).
		Add("in", Array(String("\xfe"), Float32(float32(math.Inf(1))), Float32(float32(math.Inf(-1))))).
		Add("maxf", Float64(math.MaxFloat64)).Add("-0", Float64(math.Copysign(0, -1)))
	dup := New("dup").Add("k", Int64(1)).Add("k", Bool(true)).Add("k", Uint16(2)).Add("j", Array())
	for _, c := range []*Container{allKinds(), long(), odd, dup, New("")} {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		got := new(Container)
		if err := json.Unmarshal(b, got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		wantEqual(t, got, c)
	}
}

func TestPlainJSONReadsWithNaturalKinds(t *testing.T) {
	var c Container
	err := json.Unmarshal([]byte(`{"header":{"message_type":"m"},"values":{
		"i":1,"big":18446744073709551615,"f":1.0,"e":1e3,"s":"x","n":null,"b":true,"a":[1,[2]],"o":{"x":{"values":1}}}}`), &c)
	if err != nil {
		t.Fatal(err)
	}
	want := new(Container).SetType("m").Add("i", Int64(1)).Add("big", Uint64(math.MaxUint64)).
		Add("f", Float64(1)).Add("e", Float64(1000)).Add("s", String("x")).Add("n", Null()).
		Add("b", Bool(true)).Add("a", Array(Int64(1), Array(Int64(2)))).
		Add("o", Nested(new(Container).Add("x", Nested(new(Container).Add("values", Int64(1))))))
	wantEqual(t, &c, want)
}

func TestBadJSONIsRefused(t *testing.T) {
	wrap := func(value, kind string) string {
		return `{"header":{},"values":{"v":` + value + `},"kinds":{"v":` + kind + `}}`
	}
	for _, tt := range []struct {
		json string
		want error
	}{
		{``, ErrTruncated},
		{`{"header":{},"values":{`, ErrTruncated},
		{`[]`, ErrSyntax},
		{`{"header":{},"values":{}} 1`, ErrTrailing},
		{`{"header":{"version":1},"values":{}}`, ErrSyntax},
		{`{"header":{"colour":"x"},"values":{}}`, ErrSyntax},
		{`{"header":{},"values":{"v":18446744073709551616}}`, ErrSyntax},
		{`{"header":{},"values":{"v":1e999}}`, ErrSyntax},
		{`{"header":{},"values":{"v":}}`, ErrSyntax},
		{wrap(`32768`, `"int16"`), ErrSyntax},
		{wrap(`-1`, `"uint64"`), ErrSyntax},
		{wrap(`1.5`, `"int32"`), ErrSyntax},
		{wrap(`"1"`, `"int32"`), ErrSyntax},
		{wrap(`"nan"`, `"float64"`), ErrSyntax},
		{wrap(`1e39`, `"float32"`), ErrSyntax},
		{wrap(`"!"`, `"bytes"`), ErrSyntax},
		{wrap(`1`, `"string"`), ErrSyntax},
		{wrap(`1`, `"array"`), ErrSyntax},
		{wrap(`1`, `"colour"`), ErrSyntax},
		{wrap(`1`, `{}`), ErrSyntax},
		{wrap(`[1]`, `["int16","int16"]`), ErrSyntax},
		{wrap(`[1]`, `"int16"`), ErrSyntax},
		{`{"header":{},"values":{"v":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}}`, ErrLimit},
		{`{"header":{},"values":{"` + strings.Repeat("n", 5000) + `":1}}`, ErrLimit},
	} {
		c := New("before")
		err := c.UnmarshalJSON([]byte(tt.json))
		if !errors.Is(err, tt.want) {
			t.Errorf("UnmarshalJSON(%.60s) = %v, want %v", tt.json, err, tt.want)
		}
		if c.Len() != 0 || c.Type() != "" {
			t.Errorf("UnmarshalJSON(%.60s) leaves something behind", tt.json)
		}
	}
}

func TestJSONRefusesWhatIsNotUTF8(t *testing.T) {
	for _, c := range []*Container{New("\xff"), New("").Add("\xff", Null())} {
		if _, err := c.MarshalJSON(); !errors.Is(err, ErrUnrepresentable) {
			t.Errorf("MarshalJSON = %v, want ErrUnrepresentable", err)
		}
	}
}
