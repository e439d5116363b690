package serialization

import (
	"errors"
	"fmt"

	"github.com/intermodal-io/intermodal/transport"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// EncodingHeader is the message header that names how the payload is
// compressed. A message without it is not.
const EncodingHeader = "Content-Encoding"

// Compression is a way to compress payloads.
type Compression string

// The values of [EncodingHeader].
const (
	S2   Compression = "s2"   // fast
	Zstd Compression = "zstd" // small
)

// ErrCompression: a compressed payload is broken, or compressed in a way that
// is not known.
var ErrCompression = errors.New("serialization: bad compressed payload")

// CompressOptions configure a [CompressCodec]. Nil is all defaults.
type CompressOptions struct {
	Compression Compression // used for writing; "" means S2. Both are read.
	// Min is the smallest payload to compress, in bytes; 0 means 1024. What
	// does not become smaller is left alone too.
	Min int
	// Max is the largest payload after decompression, in bytes; 0 means 16 MiB.
	Max int
}

// CompressCodec compresses what another codec encodes. Make one with
// [NewCompressCodec]; it is safe for concurrent use.
type CompressCodec[T any] struct {
	inner transport.Codec[T]
	opts  CompressOptions
	enc   *zstd.Encoder
	dec   *zstd.Decoder
}

// NewCompressCodec wraps inner. The error says which compression is unknown.
func NewCompressCodec[T any](inner transport.Codec[T], opts *CompressOptions) (*CompressCodec[T], error) {
	c := &CompressCodec[T]{inner: inner}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.Compression == "" {
		c.opts.Compression = S2
	}
	if c.opts.Compression != S2 && c.opts.Compression != Zstd {
		return nil, fmt.Errorf("serialization: compression %q is unknown, known are s2 and zstd", c.opts.Compression)
	}
	c.opts.Min = orDefault(c.opts.Min, 1024)
	c.opts.Max = orDefault(c.opts.Max, defaultBytes)
	var err error
	// One at a time and no goroutines: a codec has nobody to close it.
	if c.enc, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)); err != nil {
		return nil, fmt.Errorf("serialization: zstd: %w", err)
	}
	c.dec, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxMemory(uint64(c.opts.Max)), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return nil, fmt.Errorf("serialization: zstd: %w", err)
	}
	return c, nil
}

// Encode appends v's encoding to m.Data, compressed if that makes it smaller.
func (c *CompressCodec[T]) Encode(m *transport.Message, v T) error {
	delete(m.Header, EncodingHeader) // of an earlier use of m
	before := len(m.Data)
	if err := c.inner.Encode(m, v); err != nil {
		return err
	}
	plain := m.Data[before:]
	if before > 0 || len(plain) < c.opts.Min {
		return nil // with something in front, the payload is not ours alone
	}
	var packed []byte
	if c.opts.Compression == Zstd {
		packed = c.enc.EncodeAll(plain, nil)
	} else {
		packed = s2.Encode(nil, plain)
	}
	if len(packed) >= len(plain) {
		return nil
	}
	m.Data = append(m.Data[:0], packed...)
	if m.Header == nil {
		m.Header = transport.Header{}
	}
	m.Header.Set(EncodingHeader, string(c.opts.Compression))
	return nil
}

// Decode decompresses m.Data, if its header says so, and decodes it. m is not
// changed. The error is [ErrCompression], ErrLimit for more than Max, or the
// inner codec's.
func (c *CompressCodec[T]) Decode(m *transport.Message) (T, error) {
	plain := *m
	var err error
	switch how := Compression(m.Header.Get(EncodingHeader)); how {
	case "":
	case S2:
		plain.Data, err = c.unpackS2(m.Data)
	case Zstd:
		if plain.Data, err = c.dec.DecodeAll(m.Data, nil); errors.Is(err, zstd.ErrDecoderSizeExceeded) {
			err = tooLarge(c.opts.Max)
		} else if err != nil {
			err = fmt.Errorf("%w: %w", ErrCompression, err)
		}
	default:
		err = fmt.Errorf("%w: %q is unknown, known are s2 and zstd", ErrCompression, how)
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return c.inner.Decode(&plain)
}

func (c *CompressCodec[T]) unpackS2(b []byte) ([]byte, error) {
	n, err := s2.DecodedLen(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCompression, err)
	}
	if n > c.opts.Max {
		return nil, tooLarge(c.opts.Max)
	}
	out, err := s2.Decode(nil, b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCompression, err)
	}
	return out, nil
}

func tooLarge(limit int) error {
	return &ParseError{Reason: fmt.Sprintf("more than %d bytes when decompressed", limit), Err: ErrLimit}
}
