package nats

import (
	"errors"
	"testing"

	natsgo "github.com/nats-io/nats.go"

	"github.com/intermodal-io/intermodal/transport"
)

func FuzzHeadersSurvive(f *testing.F) {
	f.Add("key", "value", "id")
	f.Add("a b:%", " \r\n%0", "")
	f.Add(escapedHeader, "\x00\xff", "7%41")
	f.Fuzz(func(t *testing.T, key, value, id string) {
		if key == "" || key == transport.HeaderMessageID {
			t.Skip("not a key that the contract allows in a header")
		}
		m := transport.Message{ID: id, Header: transport.Header{key: {value, "", value}}}
		encoded, err := encodeHeader(&m)
		if !plainValue(id) && errors.Is(err, transport.ErrBadHeader) {
			return
		}
		if err != nil {
			t.Fatalf("encodeHeader(%q) = %v", m.Header, err)
		}
		wire := make(natsgo.Header)
		for k, values := range encoded {
			if !plainKey(k) && k != escapedHeader {
				t.Fatalf("encodeHeader(%q) sends key %q", m.Header, k)
			}
			for _, v := range values {
				if !plainValue(v) {
					t.Fatalf("encodeHeader(%q) sends value %q", m.Header, v)
				}
				wire[k] = append(wire[k], v)
			}
		}
		if h, got := decodeHeader(wire); !h.Equal(m.Header) || got != id {
			t.Fatalf("decodeHeader(%q) = %q, %q, want %q, %q", wire, h, got, m.Header, id)
		}
	})
}

func FuzzDecodeForeignHeader(f *testing.F) {
	f.Add("k%4", "%zz%", true)
	f.Fuzz(func(_ *testing.T, key, value string, escaped bool) {
		h := natsgo.Header{key: {value}}
		if escaped {
			h[escapedHeader] = nil
		}
		decodeHeader(h)
	})
}
