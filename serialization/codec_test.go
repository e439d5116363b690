package serialization

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/intermodal-io/intermodal/transport"
	"github.com/vmihailenco/msgpack/v5"
)

var (
	_ transport.Codec[*Container] = ContainerCodec{}
	_ transport.Codec[order]      = (*StructCodec[order])(nil)
)

func TestContainerCodecCarriesAnyDialect(t *testing.T) {
	for _, d := range []Dialect{Auto, Msgpack, CPPMsgpack} {
		var m transport.Message
		c := New("t").Add("in", Nested(New("u").Add("x", String("y"))))
		if err := (ContainerCodec{Dialect: d}).Encode(&m, c); err != nil {
			t.Fatal(err)
		}
		if named := m.Header != nil; named != (d == CPPMsgpack) {
			t.Errorf("%v: header %v", d, m.Header)
		}
		for _, reader := range []Dialect{Auto, d} {
			got, err := ContainerCodec{Dialect: reader}.Decode(&m)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, got, c)
		}
		clear(m.Data)
	}
}

func TestContainerCodecAppendsAndApplies(t *testing.T) {
	m := transport.Message{Data: make([]byte, 0, 1000)}
	buf := m.Data[:1000]
	if err := (ContainerCodec{}).Encode(&m, allKinds()); err != nil || &m.Data[0] != &buf[0] {
		t.Errorf("Encode = %v, or the buffer was not used", err)
	}
	if _, err := (ContainerCodec{Limits: Limits{Depth: 1}}).Decode(&m); !errors.Is(err, ErrLimit) {
		t.Errorf("Decode beyond the limits = %v, want ErrLimit", err)
	}
	if err := (ContainerCodec{}).Encode(&m, nil); !errors.Is(err, ErrUnrepresentable) {
		t.Errorf("Encode(nil) = %v, want ErrUnrepresentable", err)
	}
}

type base struct {
	Small int8 `msgpack:"small"`
}

type order struct {
	base
	ID     uint64         `msgpack:"id"`
	Qty    int16          `msgpack:"qty,omitempty,alias:quantity"`
	U8     uint8          `msgpack:"u8"`
	Price  float64        `msgpack:"price"`
	F32    float32        `msgpack:"f32"`
	Tags   []int8         `msgpack:"tags"`
	Fixed  [2]uint16      `msgpack:"fixed"`
	ByNum  map[int8]int32 `msgpack:"by_num"`
	Next   *order         `msgpack:"next"`
	At     time.Time      `msgpack:"at"`
	Blob   []byte         `msgpack:"blob"`
	Any    any            `msgpack:"any"`
	ByAny  map[any]int8   `msgpack:"by_any"`
	Skip   int8           `msgpack:"-"`
	Renown int8
}

func TestStructCodecRoundTrip(t *testing.T) {
	sc := NewStructCodec[order](nil)
	want := order{base: base{-3}, ID: math.MaxUint64, Qty: -5, U8: 255, Price: 19.9, F32: 0.5,
		Tags: []int8{1, -128}, Fixed: [2]uint16{1, 65535}, ByNum: map[int8]int32{-1: 1 << 30},
		Next: &order{ID: 2}, At: time.Unix(1700000000, 5), Blob: []byte{1}, Any: "x",
		ByAny: map[any]int8{"k": 1}, Renown: 127}
	m := transport.Message{Data: []byte{}}
	if err := sc.Encode(&m, want); err != nil {
		t.Fatal(err)
	}
	got, err := sc.Decode(&m)
	if err != nil {
		t.Fatal(err)
	}
	if !got.At.Equal(want.At) || !got.Next.At.Equal(want.Next.At) {
		t.Fatalf("times differ: %v, want %v", got.At, want.At)
	}
	got.At, got.Next.At = want.At, want.Next.At
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestStructCodecRefusesNumbersThatDoNotFit(t *testing.T) {
	sc := NewStructCodec[order](nil)
	for _, v := range []map[string]any{
		{"small": 128}, {"small": -129}, {"qty": 40000}, {"quantity": 40000}, {"u8": 256}, {"u8": -1},
		{"u8": int64(-1)}, {"id": -1}, {"id": int8(-1)}, {"price": int64(1<<53 + 1)},
		{"price": uint64(1 << 63)}, {"f32": 1<<24 + 1}, {"tags": []int{1, 300}},
		{"fixed": []int{70000}}, {"by_num": map[int]int{200: 1}}, {"by_num": map[int]int64{1: 1 << 40}},
		{"next": map[string]any{"next": map[string]any{"small": 300}}}, {"Renown": 1000},
		{"by_any": map[string]int{"k": 200}},
	} {
		b, err := msgpack.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := sc.Decode(&transport.Message{Data: b}); !errors.Is(err, ErrRange) {
			t.Errorf("Decode(%v) = %+v, %v, want ErrRange", v, got, err)
		}
	}
	for _, v := range []map[string]any{{"small": 1.5}, {"id": "1"}, {"tags": 1}} {
		b, err := msgpack.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sc.Decode(&transport.Message{Data: b}); err == nil {
			t.Errorf("Decode(%v) succeeds", v)
		}
	}
}

func TestStructCodecRefusesHostileBytes(t *testing.T) {
	type arrayed struct {
		_msgpack struct{} `msgpack:",as_array"` //nolint:unused // read by the msgpack package
		A        int8
		B        string
	}
	_ = arrayed{}._msgpack
	check := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	decode := func(b string) error {
		_, err := NewStructCodec[order](nil).Decode(&transport.Message{Data: []byte(b)})
		return err
	}
	check("763 MB in 5 bytes", decode("\xdd\x02\xfa\xf0\x80"), ErrTruncated)
	check("deep arrays", decode("\x81\xa1?"+strings.Repeat("\x91", 5_000_000)+"\xc0"), ErrLimit)
	check("deep maps", decode(strings.Repeat("\x81\xa1?", 5_000_000)+"\xc0"), ErrLimit)
	check("many values", decode("\x81\xa1?\xdd\x00\x10\x00\x00"+strings.Repeat("\xc0", 1<<20)), ErrLimit)
	check("trailing", decode("\x80\x80"), ErrTrailing)
	check("nothing", decode(""), ErrTruncated)
	check("unhashable key", decode("\x81\xa6by_any\x81\x91\x01\x01"), ErrSyntax)
	check("bytes as key", decode("\x81\xa6by_any\x81\xc4\x01a\x01"), ErrSyntax)
	check("map as key", decode("\x81\xa6by_any\x81\x80\x01"), ErrSyntax)
	check("name is a number", decode("\x81\x01\x01"), ErrSyntax)
	_, err := NewStructCodec[arrayed](nil).Decode(&transport.Message{Data: []byte("\x92\xcd\x01\x00\xa1x")})
	check("struct as array", err, ErrRange)
	_, err = NewStructCodec[int8](&Limits{Bytes: 1}).Decode(&transport.Message{Data: []byte("\xd0\x01")})
	check("too large", err, ErrLimit)
}

// FuzzStructCodec: no bytes make the msgpack package panic, and what decodes
// keeps its numbers.
func FuzzStructCodec(f *testing.F) {
	sc := NewStructCodec[order](nil)
	b, err := msgpack.Marshal(order{ID: 1, Next: &order{}, ByAny: map[any]int8{1: 1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("\x81\xa6by_num\x81\x01\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := sc.Decode(&transport.Message{Data: b})
		if err != nil {
			return
		}
		var wide struct {
			ID    *uint64 `msgpack:"id"`
			Small *int64  `msgpack:"small"`
		}
		if msgpack.Unmarshal(b, &wide) != nil {
			return
		}
		if wide.ID != nil && *wide.ID != v.ID || wide.Small != nil && *wide.Small != int64(v.Small) {
			t.Fatalf("%x: got %d %d, want %d %d", b, v.ID, v.Small, *wide.ID, *wide.Small)
		}
	})
}
