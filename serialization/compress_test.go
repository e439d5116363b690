package serialization

import (
	"errors"
	"strings"
	"testing"

	"github.com/intermodal-io/intermodal/transport"
)

func compressor(t testing.TB, opts *CompressOptions) *CompressCodec[*Container] {
	t.Helper()
	c, err := NewCompressCodec[*Container](ContainerCodec{}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompressionShrinksLargeMessagesAndLeavesSmallOnesAlone(t *testing.T) {
	large := New("t").Add("text", String(strings.Repeat("intermodal ", 1000)))
	for _, how := range []Compression{"", S2, Zstd} {
		c := compressor(t, &CompressOptions{Compression: how})
		var m, small transport.Message
		if err := errors.Join(c.Encode(&m, large), c.Encode(&small, New("t"))); err != nil {
			t.Fatal(err)
		}
		if len(m.Data) > 2000 || m.Header.Get(EncodingHeader) == "" {
			t.Errorf("%q: %d bytes, header %v", how, len(m.Data), m.Header)
		}
		if small.Header != nil {
			t.Errorf("%q: a small message is compressed", how)
		}
		for _, reader := range []*CompressCodec[*Container]{c, compressor(t, nil)} {
			got, err := reader.Decode(&m)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, got, large)
		}
		if _, err := c.Decode(&small); err != nil {
			t.Error(err)
		}
		m.Data = m.Data[:0]
		if err := c.Encode(&m, New("t")); err != nil || m.Header.Get(EncodingHeader) != "" {
			t.Errorf("%q: a message used again = %v, header %v", how, err, m.Header)
		}
	}
}

func TestDecompressionIsBounded(t *testing.T) {
	bomb := New("t").Add("zeros", Bytes(make([]byte, 1<<20)))
	size := len(mustSeal(t, bomb))
	for _, how := range []Compression{S2, Zstd} {
		var m transport.Message
		if err := compressor(t, &CompressOptions{Compression: how}).Encode(&m, bomb); err != nil {
			t.Fatal(err)
		}
		if _, err := compressor(t, &CompressOptions{Max: size}).Decode(&m); err != nil {
			t.Errorf("%s at the limit: %v", how, err)
		}
		if _, err := compressor(t, &CompressOptions{Max: size - 1}).Decode(&m); !errors.Is(err, ErrLimit) {
			t.Errorf("%s one past the limit: %v, want ErrLimit", how, err)
		}
		m.Data = m.Data[:len(m.Data)-3]
		if _, err := compressor(t, nil).Decode(&m); !errors.Is(err, ErrCompression) {
			t.Errorf("%s truncated: %v, want ErrCompression", how, err)
		}
	}
}

func TestUnknownCompressionIsAnError(t *testing.T) {
	if _, err := NewCompressCodec[*Container](ContainerCodec{}, &CompressOptions{Compression: "rot13"}); err == nil {
		t.Error("NewCompressCodec accepts rot13")
	}
	m := transport.Message{Header: transport.Header{EncodingHeader: {"rot13"}}, Data: []byte("x")}
	if _, err := compressor(t, nil).Decode(&m); !errors.Is(err, ErrCompression) {
		t.Errorf("Decode = %v, want ErrCompression", err)
	}
}

// FuzzDecompress: broken payloads are errors.
func FuzzDecompress(f *testing.F) {
	c := compressor(f, &CompressOptions{Min: 1, Max: 1 << 16})
	z := compressor(f, &CompressOptions{Min: 1, Max: 1 << 16, Compression: Zstd})
	for _, codec := range []*CompressCodec[*Container]{c, z} {
		var m transport.Message
		if err := codec.Encode(&m, typical()); err != nil {
			f.Fatal(err)
		}
		f.Add(m.Data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, how := range []Compression{S2, Zstd} {
			m := transport.Message{Header: transport.Header{EncodingHeader: {string(how)}}, Data: b}
			_, _ = c.Decode(&m)
		}
	})
}
