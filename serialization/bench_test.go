package serialization

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/tinylib/msgp/msgp"
	"github.com/vmihailenco/msgpack/v5"
)

// The typical container: a header of five short strings and a version, ten
// mixed values with a blob of 256 bytes, a nested container of three values and
// an array of eight. Every competitor moves the same data in the same layout.

func typical() *Container {
	inner := New("customer").Add("id", Uint64(7)).Add("name", String("Ada")).Add("vip", Bool(true))
	return New("order.created").SetSource("shop", "web-1").SetTarget("billing", "eu").
		Add("id", Uint64(123456789)).Add("qty", Int32(-3)).Add("total", Float64(19.9)).
		Add("currency", String("EUR")).Add("paid", Bool(true)).Add("note", Null()).
		Add("code", Uint16(500)).Add("blob", Bytes(make([]byte, 256))).
		Add("customer", Nested(inner)).
		Add("scores", Array(Int32(1), Int32(2), Int32(3), Int32(4), Int32(5), Int32(6), Int32(7), Int32(8)))
}

type headerStruct struct {
	TargetID    string `msgpack:"target_id" json:"target_id"`
	TargetSubID string `msgpack:"target_sub_id" json:"target_sub_id"`
	SourceID    string `msgpack:"source_id" json:"source_id"`
	SourceSubID string `msgpack:"source_sub_id" json:"source_sub_id"`
	Type        string `msgpack:"message_type" json:"message_type"`
	Version     string `msgpack:"version" json:"version"`
}

type customerStruct struct {
	Header headerStruct `msgpack:"header" json:"header"`
	Values struct {
		ID   uint64 `msgpack:"id" json:"id"`
		Name string `msgpack:"name" json:"name"`
		VIP  bool   `msgpack:"vip" json:"vip"`
	} `msgpack:"values" json:"values"`
}

type typicalStruct struct {
	Header headerStruct `msgpack:"header" json:"header"`
	Values struct {
		ID       uint64         `msgpack:"id" json:"id"`
		Qty      int32          `msgpack:"qty" json:"qty"`
		Total    float64        `msgpack:"total" json:"total"`
		Currency string         `msgpack:"currency" json:"currency"`
		Paid     bool           `msgpack:"paid" json:"paid"`
		Note     *string        `msgpack:"note" json:"note"`
		Code     uint16         `msgpack:"code" json:"code"`
		Blob     []byte         `msgpack:"blob" json:"blob"`
		Customer customerStruct `msgpack:"customer" json:"customer"`
		Scores   []int32        `msgpack:"scores" json:"scores"`
	} `msgpack:"values" json:"values"`
}

// byHand writes and reads a typicalStruct with tinylib/msgp's primitives, as a
// patient programmer would for this one message; strings and bytes that it
// reads share the input's memory.
type byHand struct{ typicalStruct }

func (h *byHand) encode(b []byte) []byte {
	v := &h.Values
	b = msgp.AppendString(msgp.AppendMapHeader(b, 2), "header")
	b = appendHeaderByHand(b, &h.Header)
	b = msgp.AppendMapHeader(msgp.AppendString(b, "values"), 10)
	b = msgp.AppendUint64(msgp.AppendString(b, "id"), v.ID)
	b = msgp.AppendInt32(msgp.AppendString(b, "qty"), v.Qty)
	b = msgp.AppendFloat64(msgp.AppendString(b, "total"), v.Total)
	b = msgp.AppendString(msgp.AppendString(b, "currency"), v.Currency)
	b = msgp.AppendBool(msgp.AppendString(b, "paid"), v.Paid)
	b = msgp.AppendNil(msgp.AppendString(b, "note"))
	b = msgp.AppendUint16(msgp.AppendString(b, "code"), v.Code)
	b = msgp.AppendBytes(msgp.AppendString(b, "blob"), v.Blob)
	b = msgp.AppendString(msgp.AppendMapHeader(msgp.AppendString(b, "customer"), 2), "header")
	b = appendHeaderByHand(b, &v.Customer.Header)
	c := &v.Customer.Values
	b = msgp.AppendMapHeader(msgp.AppendString(b, "values"), 3)
	b = msgp.AppendUint64(msgp.AppendString(b, "id"), c.ID)
	b = msgp.AppendString(msgp.AppendString(b, "name"), c.Name)
	b = msgp.AppendBool(msgp.AppendString(b, "vip"), c.VIP)
	b = msgp.AppendArrayHeader(msgp.AppendString(b, "scores"), uint32(len(v.Scores)))
	for _, s := range v.Scores {
		b = msgp.AppendInt32(b, s)
	}
	return b
}

func appendHeaderByHand(b []byte, h *headerStruct) []byte {
	b = msgp.AppendMapHeader(b, 6)
	b = msgp.AppendString(msgp.AppendString(b, "target_id"), h.TargetID)
	b = msgp.AppendString(msgp.AppendString(b, "target_sub_id"), h.TargetSubID)
	b = msgp.AppendString(msgp.AppendString(b, "source_id"), h.SourceID)
	b = msgp.AppendString(msgp.AppendString(b, "source_sub_id"), h.SourceSubID)
	b = msgp.AppendString(msgp.AppendString(b, "message_type"), h.Type)
	return msgp.AppendString(msgp.AppendString(b, "version"), h.Version)
}

var errByHand = errors.New("not what the hand-written code expects")

// handValue is what hand-written generic code would keep of one value.
type handValue struct {
	name   string
	typ    msgp.Type
	num    uint64
	f      float64
	text   []byte
	elems  []handValue
	nested *handContainer
}

// handContainer is read by hand into memory that is reused.
type handContainer struct {
	header [6][]byte
	values []handValue
}

func (h *handContainer) decode(b []byte) (_ []byte, err error) {
	if _, b, err = msgp.ReadMapHeaderBytes(b); err != nil {
		return b, err
	}
	var key []byte
	if key, b, err = msgp.ReadMapKeyZC(b); err != nil || string(key) != "header" {
		return b, errors.Join(errByHand, err)
	}
	var n uint32
	if n, b, err = msgp.ReadMapHeaderBytes(b); err != nil || n > 6 {
		return b, errors.Join(errByHand, err)
	}
	for range n {
		if key, b, err = msgp.ReadMapKeyZC(b); err != nil {
			return b, err
		}
		i := 0
		switch string(key) {
		case "target_id":
		case "target_sub_id":
			i = 1
		case "source_id":
			i = 2
		case "source_sub_id":
			i = 3
		case "message_type":
			i = 4
		case "version":
			i = 5
		}
		if h.header[i], b, err = msgp.ReadStringZC(b); err != nil {
			return b, err
		}
	}
	if key, b, err = msgp.ReadMapKeyZC(b); err != nil || string(key) != "values" {
		return b, errors.Join(errByHand, err)
	}
	if n, b, err = msgp.ReadMapHeaderBytes(b); err != nil {
		return b, err
	}
	if cap(h.values) < int(n) {
		h.values = make([]handValue, n)
	}
	h.values = h.values[:n]
	for i := range h.values {
		v := &h.values[i]
		if key, b, err = msgp.ReadMapKeyZC(b); err != nil {
			return b, err
		}
		v.name = borrow(key)
		if b, err = v.decode(b); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (v *handValue) decode(b []byte) (_ []byte, err error) {
	v.typ = msgp.NextType(b)
	switch v.typ {
	case msgp.NilType:
		return msgp.ReadNilBytes(b)
	case msgp.BoolType:
		var ok bool
		ok, b, err = msgp.ReadBoolBytes(b)
		v.num = 0
		if ok {
			v.num = 1
		}
	case msgp.UintType:
		v.num, b, err = msgp.ReadUint64Bytes(b)
	case msgp.IntType:
		var n int64
		n, b, err = msgp.ReadInt64Bytes(b)
		v.num = uint64(n)
	case msgp.Float64Type:
		v.f, b, err = msgp.ReadFloat64Bytes(b)
	case msgp.StrType:
		v.text, b, err = msgp.ReadStringZC(b)
	case msgp.BinType:
		v.text, b, err = msgp.ReadBytesZC(b)
	case msgp.ArrayType:
		var n uint32
		if n, b, err = msgp.ReadArrayHeaderBytes(b); err != nil {
			return b, err
		}
		if cap(v.elems) < int(n) {
			v.elems = make([]handValue, n)
		}
		v.elems = v.elems[:n]
		for i := range v.elems {
			if b, err = v.elems[i].decode(b); err != nil {
				return b, err
			}
		}
	case msgp.MapType:
		if v.nested == nil {
			v.nested = new(handContainer)
		}
		return v.nested.decode(b)
	default:
		err = errByHand
	}
	return b, err
}

func typicalByHand(t testing.TB) *byHand {
	t.Helper()
	h := new(byHand)
	if err := msgpack.Unmarshal(mustSeal(t, typical()), &h.typicalStruct); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestCompetitorsMoveTheSameData(t *testing.T) {
	sealed := mustSeal(t, typical())
	if got := mustParse(t, typicalByHand(t).encode(nil)); got.Len() != typical().Len() {
		t.Fatalf("by hand %d values, want %d", got.Len(), typical().Len())
	}
	if rest, err := new(handContainer).decode(sealed); err != nil || len(rest) != 0 {
		t.Fatalf("decode by hand = %d bytes left, %v", len(rest), err)
	}
}

func typicalMap(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := msgpack.Unmarshal(mustSeal(t, typical()), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func BenchmarkEncode(b *testing.B) {
	c, hand, m := typical(), typicalByHand(b), typicalMap(b)
	var buf []byte
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("container", func() (err error) { buf, err = c.AppendMsgpack(buf[:0]); return err })
	run("msgp_by_hand", func() error { buf = hand.encode(buf[:0]); return nil })
	var w bytes.Buffer
	enc := msgpack.NewEncoder(&w)
	run("vmihailenco_struct", func() error { w.Reset(); return enc.Encode(&hand.typicalStruct) })
	run("vmihailenco_map", func() error { w.Reset(); return enc.Encode(m) })
	js := json.NewEncoder(&w)
	run("json_struct", func() error { w.Reset(); return js.Encode(&hand.typicalStruct) })
	run("json_map", func() error { w.Reset(); return js.Encode(m) })
}

func BenchmarkDecode(b *testing.B) {
	sealed := mustSeal(b, typical())
	text, err := json.Marshal(&typicalByHand(b).typicalStruct)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	var c Container
	borrowed := &ParseOptions{Borrowed: true}
	run("container_reused", func() error { return c.Decode(sealed, borrowed) })
	run("container_new", func() error { _, err := Parse(sealed); return err })
	var hand handContainer
	run("msgp_by_hand_reused", func() error { _, err := hand.decode(sealed); return err })
	run("msgp_by_hand_new", func() error { _, err := new(handContainer).decode(bytes.Clone(sealed)); return err })
	run("vmihailenco_struct", func() error { var v typicalStruct; return msgpack.Unmarshal(sealed, &v) })
	run("vmihailenco_map", func() error { var v map[string]any; return msgpack.Unmarshal(sealed, &v) })
	run("json_struct", func() error { var v typicalStruct; return json.Unmarshal(text, &v) })
	run("json_map", func() error { var v map[string]any; return json.Unmarshal(text, &v) })
}
