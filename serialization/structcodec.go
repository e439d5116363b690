package serialization

import (
	"fmt"
	"reflect"

	"github.com/intermodal-io/intermodal/transport"
	"github.com/vmihailenco/msgpack/v5"
)

// StructCodec is the codec of messages that carry a T, mapped to MessagePack
// by the struct tags of github.com/vmihailenco/msgpack/v5. Make one with
// [NewStructCodec]; it is safe for concurrent use.
//
// Unlike that package alone, it is safe to point at bytes from strangers: before
// any of them reaches it, their structure is checked against [Limits] (depth,
// lengths against the bytes present, number of values, nothing after the end)
// and every integer against the field that it is for.
type StructCodec[T any] struct {
	lim  Limits
	plan *plan
}

// NewStructCodec returns a codec for T; nil limits are all defaults.
func NewStructCodec[T any](lim *Limits) *StructCodec[T] {
	return &StructCodec[T]{
		lim:  lim.withDefaults(),
		plan: planner{}.plan(reflect.TypeFor[T]()),
	}
}

// Encode appends v to m.Data.
func (sc *StructCodec[T]) Encode(m *transport.Message, v T) error {
	w := appender{m.Data}
	enc := msgpack.GetEncoder()
	enc.Reset(&w)
	err := enc.Encode(v)
	enc.Reset(nil) // the pool must not keep the message
	msgpack.PutEncoder(enc)
	if err != nil {
		return fmt.Errorf("serialization: encode %T: %w", v, err)
	}
	m.Data = w.b
	return nil
}

// Decode reads a T from m.Data. It shares no memory with m. The error is a
// [*ParseError] when the bytes are at fault, with ErrRange when a number does
// not fit its field, and otherwise what the msgpack package or one of T's own
// methods reports.
func (sc *StructCodec[T]) Decode(m *transport.Message) (T, error) {
	var v T
	if err := sc.check(m.Data); err != nil {
		return v, err
	}
	if err := msgpack.Unmarshal(m.Data, &v); err != nil {
		var zero T
		return zero, fmt.Errorf("serialization: decode %T: %w", v, err)
	}
	return v, nil
}

func (sc *StructCodec[T]) check(b []byte) error {
	d := decoder{s: borrow(b), lim: sc.lim}
	if len(b) > sc.lim.Bytes {
		return d.fail(0, ErrLimit, "document too large")
	}
	if err := d.check(sc.plan); err != nil {
		return err
	}
	if d.off != len(d.s) {
		return d.fail(d.off, ErrTrailing, "the document ends here")
	}
	return nil
}

// appender is the writer that the msgpack encoder needs.
type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

func (a *appender) WriteByte(b byte) error {
	a.b = append(a.b, b)
	return nil
}
