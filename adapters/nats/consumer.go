package nats

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/intermodal-io/intermodal/transport"
)

// consumer is a subscription to a stream: a pull consumer of nats.go.
type consumer struct {
	t        *Transport
	stream   string
	name     string
	delete   bool // with the subscription: it has no durable name
	messages jetstream.MessagesContext
	open     fence

	// turn is held by the one goroutine in messages.Next, which keeps a lock
	// while it waits: without a turn, the others could not heed their contexts.
	turn chan struct{}
	held jetstream.Msg // taken from messages by Drain, to be handed over by Next; under turn

	delivered   counter
	redelivered counter
	taken       chan struct{} // Next has handed over what Drain held
	closeOnce   sync.Once
	done        atomic.Bool
}

func newConsumer(t *Transport, stream string, c jetstream.Consumer, ephemeral bool, inFlight int) (*consumer, error) {
	opts := []jetstream.PullMessagesOpt{jetstream.WithMessagesErrOnMissingHeartbeat(false)}
	if inFlight < jetstream.DefaultMaxMessages {
		opts = append(opts, jetstream.PullMaxMessages(inFlight))
	}
	messages, err := c.Messages(opts...)
	if err != nil {
		return nil, err
	}
	return &consumer{
		t: t, stream: stream, name: c.CachedInfo().Name, delete: ephemeral, messages: messages,
		turn: make(chan struct{}, 1), taken: make(chan struct{}, 1),
		open: fence{inFlight: inFlight, latest: make(map[uint64]*stored)},
	}, nil
}

// Next implements transport.Subscription.
func (c *consumer) Next(ctx context.Context) (transport.Delivery, error) {
	none := transport.Delivery{}
	if c.done.Load() {
		return none, wrap(ctx, "next", c.stream, jetstream.ErrMsgIteratorClosed)
	}
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return none, wrap(ctx, "next", c.stream, ctx.Err())
	}
	m, err := c.take(ctx)
	<-c.turn
	if err != nil {
		return none, wrap(ctx, "next", c.stream, err)
	}
	return c.deliver(m)
}

// take returns what Drain holds, or the next message. The caller has the turn.
func (c *consumer) take(ctx context.Context) (jetstream.Msg, error) {
	if m := c.held; m != nil {
		c.held = nil
		c.taken <- struct{}{}
		return m, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.messages.Next(jetstream.NextContext(ctx))
}

func (c *consumer) deliver(m jetstream.Msg) (transport.Delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return transport.Delivery{}, wrap(context.Background(), "next", c.stream, err)
	}
	// The reply subject of a stored message is where it is acknowledged.
	d := decode(&natsgo.Msg{Subject: m.Subject(), Header: m.Headers(), Data: m.Data()})
	c.delivered.add(d.Size())
	if meta.NumDelivered > 1 {
		c.redelivered.add(d.Size())
	}
	s := &stored{settler: settler{t: c.t}, m: m, sequence: meta.Sequence.Stream, handed: meta.Sequence.Consumer, fence: &c.open}
	c.open.admit(s)
	return transport.NewDelivery(d, s, transport.DeliveryMeta{
		Attempt:  int(meta.NumDelivered),
		Sequence: meta.Sequence.Stream,
		Time:     meta.Timestamp,
	}), nil
}

// connectionRestored reports nothing: a stream loses nothing with a connection.
func (*consumer) connectionRestored() {}

// Drain implements transport.Subscription.
func (c *consumer) Drain(ctx context.Context) error {
	if err := c.beginDrain(); err != nil {
		return err
	}
	return c.awaitDrained(ctx)
}

func (c *consumer) beginDrain() error {
	if c.done.Load() {
		return fmt.Errorf("nats: drain %q: %w", c.stream, transport.ErrClosed)
	}
	c.messages.Drain()
	return nil
}

// awaitDrained takes what has arrived, one message at a time, and waits until
// Next has handed it over.
func (c *consumer) awaitDrained(ctx context.Context) error {
	for {
		select {
		case c.turn <- struct{}{}:
		case <-ctx.Done():
			return c.drainCut(ctx)
		}
		m, err := c.messages.Next(jetstream.NextContext(ctx))
		c.held = m
		<-c.turn
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return c.Close()
		}
		if err != nil {
			return errors.Join(wrap(ctx, "drain", c.stream, err), c.Close())
		}
		select {
		case <-c.taken:
		case <-ctx.Done():
			return c.drainCut(ctx)
		}
	}
}

func (c *consumer) drainCut(ctx context.Context) error {
	return errors.Join(fmt.Errorf("nats: drain %q: %w", c.stream, transport.ContextError(ctx)), c.Close())
}

// deleteLimit bounds the removal of an ephemeral consumer, which the server
// removes by itself when it hears nothing of it.
const deleteLimit = time.Second

// Close implements transport.Subscription. What is not acknowledged is
// delivered again, to whoever consumes next.
func (c *consumer) Close() error {
	c.closeOnce.Do(func() {
		c.done.Store(true)
		c.messages.Stop()
		if c.delete && c.t.nc.IsConnected() {
			ctx, cancel := context.WithTimeout(context.Background(), deleteLimit)
			defer cancel()
			// The server's own removal makes up for a failure.
			_ = c.t.js.DeleteConsumer(ctx, c.stream, c.name)
		}
		c.t.forget(c, c.Stats())
	})
	return nil
}

// Stats implements transport.Subscription. What is pending is in nats.go's
// channel and not counted.
func (c *consumer) Stats() transport.SubscriptionStats {
	return transport.SubscriptionStats{Delivered: c.delivered.load(), Redelivered: c.redelivered.load()}
}

// stored settles a delivery from a stream.
type stored struct {
	settler
	m        jetstream.Msg
	sequence uint64 // in the stream
	handed   uint64 // deliveries of the consumer up to this one
	fence    *fence
}

// Settle implements transport.Settler.
func (s *stored) Settle(ctx context.Context, _ *transport.Delivery, how transport.Settlement) error {
	if !s.fence.current(s, how.Verb != transport.VerbExtend) {
		return fmt.Errorf("nats: %s %q, sequence %d: it is settled, or was delivered again: %w", how.Verb, s.m.Subject(), s.sequence, transport.ErrNotFound)
	}
	var err error
	switch how.Verb {
	case transport.VerbAck:
		err = s.m.Ack()
	case transport.VerbNak:
		err = s.m.NakWithDelay(how.Delay)
	case transport.VerbTerm:
		err = s.m.TermWithReason(how.Reason)
	case transport.VerbExtend:
		err = s.m.InProgress()
	}
	return wrap(ctx, how.Verb.String(), s.m.Subject(), err)
}

// fence knows the latest delivery of each unsettled message. The server takes
// a settlement of an earlier attempt for one of the latest.
type fence struct {
	inFlight int // unsettled deliveries at the server, at most
	mu       sync.Mutex
	latest   map[uint64]*stored // by sequence
}

func (f *fence) admit(s *stored) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latest[s.sequence] = s
	if len(f.latest) <= 2*f.inFlight {
		return
	}
	// Most of these the server has given up, or handed to others.
	for sequence, old := range f.latest {
		if old.handed+uint64(f.inFlight) <= s.handed {
			delete(f.latest, sequence)
		}
	}
}

// current reports whether s is the latest delivery of its message, and forgets
// it when it is settled for good.
func (f *fence) current(s *stored, settled bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.latest[s.sequence] != s {
		return false
	}
	if settled {
		delete(f.latest, s.sequence)
	}
	return true
}
