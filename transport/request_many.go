package transport

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"time"
)

// InboxPrefix starts the subjects to which responses go.
const InboxPrefix = "_INBOX."

// NewInbox returns a subject of its own for responses.
func NewInbox() string { return InboxPrefix + rand.Text() }

// RequestManyOptions says when a stream of responses is over. The zero value
// waits for its end or for ctx.
type RequestManyOptions struct {
	Count int           // responses to wait for; 0 means no limit
	Stall time.Duration // longest pause between two responses; 0 means no limit
}

// RequestMany publishes m and iterates over the responses, until the responder
// ends the stream ([Delivery.RespondEnd]), opts.Count have come, or none came
// for opts.Stall. Anything else is yielded as an error, last: ErrNoResponders,
// *ReplyError, the end of ctx.
func RequestMany(ctx context.Context, t Transport, m Message, opts *RequestManyOptions) iter.Seq2[Message, error] {
	var o RequestManyOptions
	if opts != nil {
		o = *opts
	}
	return func(yield func(Message, error) bool) {
		m.Reply = NewInbox()
		sub, err := t.Subscribe(ctx, m.Reply, nil)
		if err == nil {
			defer sub.Close()
			err = t.Publish(ctx, m)
		}
		if err != nil {
			yield(Message{}, err)
			return
		}
		for n := 0; o.Count == 0 || n < o.Count; n++ {
			r, err := nextResponse(ctx, sub, o.Stall)
			if errors.Is(err, errStalled) || err == nil && r.IsEnd() {
				return
			}
			if !yield(r, err) || err != nil && !isGap(err) {
				return
			}
		}
	}
}

var errStalled = errors.New("transport: responses stalled")

func nextResponse(ctx context.Context, sub Subscription, stall time.Duration) (Message, error) {
	if stall > 0 {
		bounded, cancel := context.WithTimeoutCause(ctx, stall, errStalled)
		defer cancel()
		if d, err := sub.Next(bounded); err == nil || ctx.Err() != nil || bounded.Err() == nil {
			return response(d, err)
		}
		return Message{}, errStalled
	}
	return response(sub.Next(ctx))
}

func response(d Delivery, err error) (Message, error) {
	if err == nil {
		err = ResponseError(&d.Message)
	}
	if err != nil {
		return Message{}, err
	}
	return d.Message, nil
}
