package serialization

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestStringIsForPeople(t *testing.T) {
	c := New("order").Add("id", Uint64(42)).Add("total", Float64(19.9)).Add("f", Float32(0.1)).
		Add("ok", Bool(true)).Add("none", Null()).Add("n", Int16(-1)).
		Add("lines", Array(Nested(New("line").Add("sku", String("A\n"))))).
		Add("key", Bytes([]byte{1, 255})).Add("blob", Bytes(make([]byte, 20)))
	want := `order{id: 42, total: 19.9, f: 0.1, ok: true, none: null, n: -1, lines: [line{sku: "A\n"}], ` +
		`key: 0x01ff, blob: 0x` + strings.Repeat("00", 16) + `… (20 bytes)}`
	if got := c.String(); got != want {
		t.Fatalf("String =\n%s\nwant\n%s", got, want)
	}
	loop := New("loop")
	loop.Add("self", Nested(loop)).Add("arr", Array(Nested(loop)))
	if got := loop.String(); !strings.Contains(got, "…") {
		t.Fatalf("String of a loop = %s", got)
	}
}

func TestLogValueIsStructured(t *testing.T) {
	var buf bytes.Buffer
	c := New("order").SetSource("shop", "").Add("id", Uint64(1<<64-1)).Add("ok", Bool(true)).
		Add("f", Float32(0.5)).Add("d", Float64(1.5)).Add("n", Int16(-1)).Add("s", String("x y")).
		Add("z", Null()).Add("a", Array(Int16(1)))
	slog.New(slog.NewTextHandler(&buf, nil)).Info("got", "c", c)
	want := `c.type=order c.version=1.0.0.0 c.source=shop c.values.id=18446744073709551615 c.values.ok=true ` +
		`c.values.f=0.5 c.values.d=1.5 c.values.n=-1 c.values.s="x y" c.values.z=<nil> c.values.a=[1]`
	if !strings.HasSuffix(strings.TrimSpace(buf.String()), want) {
		t.Fatalf("logged\n%s\nwant\n%s", buf.String(), want)
	}
}
