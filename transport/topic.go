package transport

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Codec turns a T into a message's payload and back. Its methods are safe for
// concurrent use.
type Codec[T any] interface {
	// Encode appends v's encoding to m.Data, which may be an empty slice with
	// room, and may set m.Header.
	Encode(m *Message, v T) error
	// Decode opens m. The result may share memory with m.Data only if the codec
	// says so.
	Decode(m *Message) (T, error)
}

// largestPooled bounds the buffers that a Topic keeps for encoding, bytes.
const largestPooled = 64 << 10

// Topic publishes and receives values of one type on one subject, over any
// carrier. It is safe for concurrent use.
type Topic[T any] struct {
	t       Transport
	subject string
	codec   Codec[T]
	buffers sync.Pool // of *[]byte, at most largestPooled each
}

// NewTopic returns a Topic. subject may be a pattern if the Topic only
// subscribes.
func NewTopic[T any](t Transport, subject string, codec Codec[T]) *Topic[T] {
	return &Topic[T]{t: t, subject: subject, codec: codec}
}

// Publish encodes v and publishes it.
func (p *Topic[T]) Publish(ctx context.Context, v T) error {
	buf := p.buffer()
	defer p.release(buf)
	m := Message{Subject: p.subject, Data: (*buf)[:0]}
	if err := p.codec.Encode(&m, v); err != nil {
		return fmt.Errorf("transport: encode for %q: %w", p.subject, err)
	}
	*buf = m.Data
	return p.t.Publish(ctx, m)
}

// Request encodes v, publishes it as a request and decodes the first response.
func (p *Topic[T]) Request(ctx context.Context, v T) (T, error) {
	var none T
	buf := p.buffer()
	defer p.release(buf)
	m := Message{Subject: p.subject, Data: (*buf)[:0]}
	if err := p.codec.Encode(&m, v); err != nil {
		return none, fmt.Errorf("transport: encode for %q: %w", p.subject, err)
	}
	*buf = m.Data
	r, err := p.t.Request(ctx, m)
	if err != nil {
		return none, err
	}
	return p.Decode(&r)
}

// Decode opens a message of this topic.
func (p *Topic[T]) Decode(m *Message) (T, error) {
	v, err := p.codec.Decode(m)
	if err != nil {
		return v, fmt.Errorf("transport: decode message on %q: %w", m.Subject, err)
	}
	return v, nil
}

// Respond encodes v and sends it as a response to d.
func (p *Topic[T]) Respond(ctx context.Context, d *Delivery, v T) error {
	var m Message
	if err := p.codec.Encode(&m, v); err != nil {
		return fmt.Errorf("transport: encode response to %q: %w", d.Subject, err)
	}
	return d.Respond(ctx, m)
}

// Subscribe returns the topic's typed stream; opts may be nil.
func (p *Topic[T]) Subscribe(ctx context.Context, opts *SubscribeOptions) (*TopicSubscription[T], error) {
	s, err := p.t.Subscribe(ctx, p.subject, opts)
	if err != nil {
		return nil, err
	}
	return &TopicSubscription[T]{Subscription: s, topic: p}, nil
}

// TopicSubscription is a Subscription whose messages come decoded too.
type TopicSubscription[T any] struct {
	Subscription
	topic *Topic[T]
}

// NextValue returns the next value with its delivery. When the payload cannot
// be decoded, the error says why and the delivery is set, to be settled.
func (s *TopicSubscription[T]) NextValue(ctx context.Context) (T, Delivery, error) {
	d, err := s.Next(ctx)
	if err != nil {
		var none T
		return none, d, err
	}
	v, err := s.topic.Decode(&d.Message)
	return v, d, err
}

// Values iterates over the decoded values until ctx ends or the subscription
// is closed or drained. Gaps and values that cannot be decoded are yielded as
// errors, and iteration goes on.
func (s *TopicSubscription[T]) Values(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for d, err := range Messages(ctx, s.Subscription) {
			var v T
			if err == nil {
				v, err = s.topic.Decode(&d.Message)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

func (p *Topic[T]) buffer() *[]byte {
	if b, ok := p.buffers.Get().(*[]byte); ok {
		return b
	}
	return new([]byte)
}

func (p *Topic[T]) release(b *[]byte) {
	if cap(*b) <= largestPooled {
		p.buffers.Put(b)
	}
}
