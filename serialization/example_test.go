package serialization_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/intermodal-io/intermodal/serialization"
	"github.com/intermodal-io/intermodal/transport"
)

func ExampleNew() {
	line := serialization.New("line").Add("sku", serialization.String("A-1"))
	c := serialization.New("order.created").SetSource("shop", "web-1").SetTarget("billing", "")
	c.Add("id", serialization.Uint64(42)).
		Add("total", serialization.Float64(19.9)).
		Add("lines", serialization.Array(serialization.Nested(line)))

	sealed, err := c.AppendMsgpack(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := serialization.Parse(sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	total, _ := opened.Get("total")
	f, err := total.Float64()
	fmt.Println(opened.Type(), opened.Header().SourceID, f, err)
	// Output: order.created shop 19.9 <nil>
}

func ExampleValue_Int16() {
	_, err := serialization.Int64(300000).Int16()
	fmt.Println(err)
	fmt.Println(errors.Is(err, serialization.ErrRange))
	// Output:
	// serialization: value of kind int64 as int16: out of range
	// true
}

func ExampleParse() {
	_, err := serialization.Parse([]byte("\x82\xa6header\x80\xa6values\x81\xa1n\xdd\xff\xff\xff\xff"))
	fmt.Println(err)
	// Output: serialization: parse: truncated at byte 24: the document goes on
}

func ExampleContainer_Decode() {
	sealed, _ := serialization.New("tick").Add("n", serialization.Int64(7)).AppendMsgpack(nil)

	// One container for all messages, each valid until the next Decode.
	var c serialization.Container
	if err := c.Decode(sealed, &serialization.ParseOptions{Borrowed: true}); err != nil {
		fmt.Println(err)
		return
	}
	for name, v := range c.All() {
		n, err := v.Int64()
		fmt.Println(name, n, err)
	}
	// Output: n 7 <nil>
}

func ExampleContainer_MarshalJSON() {
	c := serialization.New("tick").Add("n", serialization.Uint64(1<<64-1))
	b, err := json.Marshal(c)
	fmt.Println(string(b), err)
	// Output: {"header":{"target_id":"","target_sub_id":"","source_id":"","source_sub_id":"","message_type":"tick","version":"1.0.0.0"},"values":{"n":18446744073709551615},"kinds":{"n":"uint64"}} <nil>
}

func ExampleNewStructCodec() {
	type order struct {
		ID  uint64 `msgpack:"id"`
		Qty int8   `msgpack:"qty"`
	}
	codec := serialization.NewStructCodec[order](nil)
	var m transport.Message
	if err := codec.Encode(&m, order{ID: 42, Qty: 3}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(codec.Decode(&m))

	m.Data = []byte("\x81\xa3qty\xcd\x01\x2c") // {"qty": 300}
	_, err := codec.Decode(&m)
	fmt.Println(err)
	// Output:
	// {42 3} <nil>
	// serialization: parse: out of range at byte 5: the number does not fit its field
}
