package transport

import (
	"context"
	"time"
)

// Transport carries messages. All methods are safe for concurrent use.
//
// A context bounds a wait and nothing else: its end never costs anybody the
// connection. When it ends first, the error is an [ErrTimeout] or a
// context.Canceled. After Close every method returns [ErrClosed]; while Drain
// runs, Publish, Request and Subscribe return [ErrDraining].
type Transport interface {
	// Publish sends m to every matching subscription. What nil means is told
	// by Capabilities().Publish. Errors: ErrBadSubject, ErrBadHeader,
	// ErrTooLarge (before a byte is sent), ErrDisconnected, and those above.
	// It waits only for subscriptions that Block and for room in the carrier.
	// If Reply is set and nobody listens, the node answers to Reply with a
	// notice for which [Message.IsNoResponders] is true.
	Publish(ctx context.Context, m Message) error

	// Request publishes m with a Reply of its own and returns the first
	// response: at once ErrNoResponders when nobody listens, *ReplyError when
	// the responder sent one. ctx bounds the wait.
	Request(ctx context.Context, m Message) (Message, error)

	// Subscribe declares interest in the subjects that match the pattern
	// subject. When it returns, the interest is in force for all that is
	// published after that through the same node. ctx bounds the set-up only;
	// opts may be nil. Errors: ErrBadSubject, ErrUnsupported for an overflow
	// policy that Capabilities does not declare.
	Subscribe(ctx context.Context, subject string, opts *SubscribeOptions) (Subscription, error)

	// Flush returns when the node has processed all that this transport
	// published before the call.
	Flush(ctx context.Context) error

	// Drain stops intake, lets the subscriptions hand over what they have
	// accepted, sends what was published, and closes. If ctx ends first, the
	// transport is closed all the same and the error says so.
	Drain(ctx context.Context) error

	// Close ends the transport at once. It may be called again, and from
	// anywhere, a handler included.
	Close() error

	Capabilities() Capabilities
	Stats() Stats
}

// Subscription is a stream of deliveries. All methods are safe for concurrent
// use; several goroutines that call Next share the stream.
type Subscription interface {
	// Next waits for the next delivery. A *GapError reports losses since the
	// last call; call Next again to go on. ErrClosed ends the stream.
	Next(ctx context.Context) (Delivery, error)

	// Drain withdraws the interest and returns when Next has handed over all
	// that was accepted before, after which Next returns ErrClosed. If ctx
	// ends first the subscription is closed all the same and the error says so.
	Drain(ctx context.Context) error

	// Close withdraws the interest and discards what is pending. It may be
	// called again, and from anywhere.
	Close() error

	Stats() SubscriptionStats
}

// Overflow says what a full subscription does.
type Overflow uint8

// Every carrier has DropNewest; Capabilities declares the others.
const (
	DropNewest Overflow = iota // lose the message that arrives
	DropOldest                 // lose the message that waits longest
	Block                      // make the publisher wait
	Fail                       // lose the message that arrives and end the subscription after what is buffered
)

func (o Overflow) String() string {
	switch o {
	case DropNewest:
		return "drop newest"
	case DropOldest:
		return "drop oldest"
	case Block:
		return "block"
	case Fail:
		return "fail"
	}
	return "unknown overflow policy"
}

// Default limits of a subscription's buffer.
const (
	DefaultBufferMessages = 65536
	DefaultBufferBytes    = 64 << 20
)

// SubscribeOptions says how a subscription receives. The zero value, like nil,
// is the default.
type SubscribeOptions struct {
	Queue    string   // each message reaches one member of the queue group; empty: all messages
	Buffer   Buffer   // how much may wait for Next
	Overflow Overflow // what happens beyond Buffer
	Borrowed bool     // Data and Header are valid until the next Next only: faster
}

// Buffer limits what waits in a subscription. A message larger than Bytes is
// accepted when nothing else waits.
type Buffer struct {
	Messages int // 0 means DefaultBufferMessages
	Bytes    int // 0 means DefaultBufferBytes
}

// OrDefault returns b with its zero fields set to the defaults.
func (b Buffer) OrDefault() Buffer {
	if b.Messages <= 0 {
		b.Messages = DefaultBufferMessages
	}
	if b.Bytes <= 0 {
		b.Bytes = DefaultBufferBytes
	}
	return b
}

// Check reports what is wrong with o on a carrier with capabilities c. o may
// be nil.
func (o *SubscribeOptions) Check(c *Capabilities) error {
	if o == nil {
		return nil
	}
	if o.Queue != "" {
		if err := CheckQueue(o.Queue); err != nil {
			return err
		}
	}
	switch {
	case o.Overflow == Block && !c.Block:
		return &CapabilityError{Carrier: c.Carrier, Missing: []Capability{CanBlock}}
	case o.Overflow == DropOldest && !c.DropOldest:
		return &CapabilityError{Carrier: c.Carrier, Missing: []Capability{CanDropOldest}}
	case o.Overflow == Fail && !c.Fail:
		return &CapabilityError{Carrier: c.Carrier, Missing: []Capability{CanFail}}
	case o.Overflow > Fail:
		return ErrUnsupported
	}
	return nil
}

// Count is a number of messages and of the bytes in them (data and header).
type Count struct {
	Messages uint64 `json:"messages"`
	Bytes    uint64 `json:"bytes"`
}

// Stats counts what a transport did since it was opened.
type Stats struct {
	Published      Count         `json:"published"`       // accepted from Publish and Request
	Delivered      Count         `json:"delivered"`       // handed over by Next
	Dropped        Count         `json:"dropped"`         // lost by full subscriptions
	Subscriptions  int           `json:"subscriptions"`   // open now
	Connections    int           `json:"connections"`     // open now
	Reconnects     uint64        `json:"reconnects"`      // connections restored
	ProtocolErrors uint64        `json:"protocol_errors"` // connections refused or ended because of what the peer sent
	Uptime         time.Duration `json:"uptime_ns"`
}

// SubscriptionStats counts what one subscription did.
type SubscriptionStats struct {
	Pending     Count `json:"pending"`     // waiting for Next now
	Delivered   Count `json:"delivered"`   // handed over by Next
	Dropped     Count `json:"dropped"`     // lost because the subscription was full
	Redelivered Count `json:"redelivered"` // of Delivered, those with Attempt > 1
}
