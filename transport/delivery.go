package transport

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// Delivery is a Message plus how to settle it. The zero value settles nothing.
type Delivery struct {
	Message
	Attempt  int       // how often this subscription was handed the message, 1 the first time
	Sequence uint64    // position in its stream; 0 unless stored
	Time     time.Time // when it was stored; zero unless stored

	settler Settler
	token   any
}

// DeliveryMeta is what a carrier knows of a delivery beside its message.
type DeliveryMeta struct {
	Attempt  int       // 0 means 1
	Sequence uint64    // 0 unless stored
	Time     time.Time // zero unless stored
	Token    any       // the carrier's own, returned by Delivery.Token
}

// Verb is a way to settle a delivery.
type Verb uint8

const (
	VerbAck    Verb = iota // done
	VerbNak                // failed: deliver again after Delay
	VerbTerm               // failed: never deliver again, for Reason
	VerbExtend             // still at work: restart the ack timer
)

func (v Verb) String() string {
	return [...]string{"ack", "nak", "term", "extend"}[v&3]
}

// Settlement is what a receiver says of a delivery.
type Settlement struct {
	Verb   Verb
	Delay  time.Duration // of a nak; 0 means at once
	Reason string        // of a term
}

// Settler is the carrier's side of a Delivery. Its methods are safe for
// concurrent use. Carriers that store nothing may embed [Unsettled].
type Settler interface {
	// Settle settles d. Settling what is settled already, or was meanwhile
	// delivered again, is an ErrNotFound.
	Settle(ctx context.Context, d *Delivery, s Settlement) error
	// Publish sends a response or a dead letter; it works while the transport drains.
	Publish(ctx context.Context, m Message) error
}

// Unsettled implements Settle for carriers that deliver at most once: an ack
// has nothing to do, everything else is an ErrUnsupported.
type Unsettled struct{}

// Settle accepts an ack and refuses the rest.
func (Unsettled) Settle(_ context.Context, d *Delivery, s Settlement) error {
	if s.Verb == VerbAck {
		return nil
	}
	return fmt.Errorf("%s of %q on a subscription that stores nothing: use a Durable consumer: %w", s.Verb, d.Subject, ErrUnsupported)
}

// NewDelivery builds a Delivery; carriers call it.
func NewDelivery(m Message, s Settler, meta DeliveryMeta) Delivery {
	return Delivery{
		Message: m, Attempt: max(meta.Attempt, 1), Sequence: meta.Sequence, Time: meta.Time,
		settler: s, token: meta.Token,
	}
}

// Token returns what the carrier put into [DeliveryMeta].
func (d *Delivery) Token() any { return d.token }

// Ack says that the message is dealt with. Where nothing is stored there is
// nothing to do and it returns nil, so that a handler runs on any carrier.
func (d *Delivery) Ack(ctx context.Context) error {
	return d.settle(ctx, Settlement{Verb: VerbAck})
}

// Nak asks for the message again after delay; 0 means at once.
func (d *Delivery) Nak(ctx context.Context, delay time.Duration) error {
	return d.settle(ctx, Settlement{Verb: VerbNak, Delay: max(delay, 0)})
}

// Term says that the message can never be dealt with, and why; it is not
// delivered again.
func (d *Delivery) Term(ctx context.Context, reason string) error {
	return d.settle(ctx, Settlement{Verb: VerbTerm, Reason: reason})
}

// Extend says that work goes on: the ack timer starts anew.
func (d *Delivery) Extend(ctx context.Context) error {
	return d.settle(ctx, Settlement{Verb: VerbExtend})
}

func (d *Delivery) settle(ctx context.Context, s Settlement) error {
	if d.settler == nil {
		return Unsettled{}.Settle(ctx, d, s)
	}
	if err := ContextError(ctx); err != nil {
		return err
	}
	return d.settler.Settle(ctx, d, s)
}

// Respond sends m to the requester; its Subject is set for it. Many responses
// to one request make a stream, which [RequestMany] reads and
// [Delivery.RespondEnd] ends. ErrNoReply when no response was asked for.
func (d *Delivery) Respond(ctx context.Context, m Message) error {
	if d.Reply == "" || d.settler == nil {
		return fmt.Errorf("respond to %q: %w", d.Subject, ErrNoReply)
	}
	m.Subject = d.Reply
	return d.settler.Publish(ctx, m)
}

// RespondError sends an error, which the requester gets as a *ReplyError.
func (d *Delivery) RespondError(ctx context.Context, code, text string) error {
	return d.Respond(ctx, Message{Header: Header{HeaderErrorCode: {code}, HeaderError: {text}}})
}

// RespondEnd ends a stream of responses.
func (d *Delivery) RespondEnd(ctx context.Context) error {
	return d.Respond(ctx, Message{Header: Header{HeaderEnd: {"1"}}})
}

// Messages iterates over s until ctx ends or s is closed or drained. A
// *GapError is yielded and iteration goes on; any other error but the end of s
// is yielded last.
func Messages(ctx context.Context, s Subscription) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		for {
			d, err := s.Next(ctx)
			if ended(err) {
				return
			}
			if !yield(d, err) || err != nil && !isGap(err) {
				return
			}
		}
	}
}
