package nats

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	natsgo "github.com/nats-io/nats.go"

	"github.com/intermodal-io/intermodal/transport"
)

// subscription is a core subscription: nats.go's own, with the contract's
// words for its ends and its losses.
type subscription struct {
	t       *Transport
	settle  transport.Settler // of all deliveries
	sub     *natsgo.Subscription
	subject string // for the notices of which nats.go hands over the fact only

	slow     <-chan natsgo.SubStatus // nats.go's notice that a period of loss begins
	watch    atomic.Int32            // calls of Next that still ask how much was lost
	bytes    atomic.Uint64           // delivered; nats.go counts the messages
	reported atomic.Uint64           // of the messages dropped, those that a GapError told of
	cut      atomic.Bool             // the connection was lost since the last GapError

	draining  atomic.Bool   // all that is accepted is in the buffer
	drained   chan struct{} // closed when the buffer is empty after that
	drainOnce sync.Once
	closeOnce sync.Once
	final     atomic.Pointer[transport.SubscriptionStats]
}

// Subscribe implements transport.Transport. Buffer.Messages beyond nats.go's
// SubChanLen (65536 unless the connection says otherwise) is ErrUnsupported.
func (t *Transport) Subscribe(ctx context.Context, subject string, opts *transport.SubscribeOptions) (transport.Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, wrap(ctx, "subscribe", subject, err)
	}
	if err := transport.CheckPattern(subject); err != nil {
		return nil, fmt.Errorf("nats: subscribe: %w", err)
	}
	if err := opts.Check(&t.caps); err != nil {
		return nil, fmt.Errorf("nats: subscribe %q: %w", subject, err)
	}
	if opts == nil {
		opts = &transport.SubscribeOptions{}
	}
	buffer := opts.Buffer.OrDefault()
	if most := t.nc.Opts.SubChanLen; buffer.Messages > most {
		return nil, fmt.Errorf("nats: subscribe %q: a buffer of %d messages, nats.go has %d: %w", subject, buffer.Messages, most, transport.ErrUnsupported)
	}
	if t.refuses() {
		return nil, fmt.Errorf("nats: subscribe %q: %w", subject, t.refusal())
	}
	sub, err := t.nc.QueueSubscribeSync(subject, opts.Queue)
	if err != nil {
		return nil, wrap(ctx, "subscribe", subject, err)
	}
	s := &subscription{
		t: t, settle: settler{t: t}, sub: sub, subject: subject, drained: make(chan struct{}),
		slow: sub.StatusChanged(natsgo.SubscriptionSlowConsumer),
	}
	if err := s.establish(ctx, buffer); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// establish waits until the server knows of the interest.
func (s *subscription) establish(ctx context.Context, buffer transport.Buffer) error {
	if err := s.sub.SetPendingLimits(buffer.Messages, buffer.Bytes); err != nil {
		return wrap(ctx, "subscribe", s.subject, err)
	}
	if !s.t.register(s) {
		return fmt.Errorf("nats: subscribe %q: %w", s.subject, s.t.refusal())
	}
	return s.t.flush(ctx)
}

// Next implements transport.Subscription.
func (s *subscription) Next(ctx context.Context) (transport.Delivery, error) {
	for {
		if s.mayHaveLost() {
			if err := s.gap(); err != nil {
				return transport.Delivery{}, err
			}
		}
		m, err := s.sub.NextMsgWithContext(ctx)
		if s.draining.Load() {
			s.checkDrained()
		}
		switch {
		case err == nil:
			return s.deliver(m), nil
		case errors.Is(err, natsgo.ErrSlowConsumer):
			s.watch.Store(watchCalls)
		case errors.Is(err, natsgo.ErrNoResponders):
			// nats.go took the notice from the buffer and made an error of it.
			return s.deliver(noResponders(s.subject)), nil
		default:
			return transport.Delivery{}, wrap(ctx, "next", s.subject, err)
		}
	}
}

// noResponders returns the server's notice. Its subject is that of the
// subscription: an inbox, unless somebody asks for replies on a pattern.
func noResponders(subject string) *natsgo.Msg {
	return &natsgo.Msg{
		Subject: subject,
		Header:  natsgo.Header{transport.HeaderStatus: {transport.StatusNoResponders}},
	}
}

// watchCalls is for how many calls of Next the number of losses is asked for
// after a period of loss began: concurrent calls may take messages, and so let
// the period end, while it is still growing.
const watchCalls = 1024

// mayHaveLost reports whether gap has to be asked. It spares Next the lock of
// the subscription, for which nats.go's reader competes.
func (s *subscription) mayHaveLost() bool {
	if len(s.slow) > 0 {
		s.watch.Store(watchCalls)
		select {
		case <-s.slow:
		default: // another call of Next has taken it
		}
	}
	if s.watch.Load() > 0 {
		s.watch.Add(-1)
		return true
	}
	return s.cut.Load()
}

// gap returns a *GapError when messages were lost since the last one.
func (s *subscription) gap() error {
	n, err := s.sub.Dropped()
	if err != nil {
		return nil // closed: NextMsgWithContext says how
	}
	dropped, told := uint64(n), s.reported.Load()
	if dropped > told && s.reported.CompareAndSwap(told, dropped) {
		return &transport.GapError{Missed: dropped - told}
	}
	if s.cut.Load() && s.cut.CompareAndSwap(true, false) {
		return &transport.GapError{}
	}
	return nil
}

func (s *subscription) connectionRestored() { s.cut.Store(true) }

func (s *subscription) deliver(m *natsgo.Msg) transport.Delivery {
	if m.Header == nil {
		s.bytes.Add(uint64(len(m.Data)))
		return transport.NewDelivery(transport.Message{Subject: m.Subject, Reply: m.Reply, Data: m.Data}, s.settle, transport.DeliveryMeta{})
	}
	d := decode(m)
	s.bytes.Add(uint64(d.Size()))
	return transport.NewDelivery(d, s.settle, transport.DeliveryMeta{})
}

// checkDrained ends Drain when the buffer is empty.
func (s *subscription) checkDrained() {
	if n, _, err := s.sub.Pending(); err != nil || n == 0 {
		s.drainOnce.Do(func() { close(s.drained) })
	}
}

// Drain implements transport.Subscription.
func (s *subscription) Drain(ctx context.Context) error {
	if err := s.beginDrain(); err != nil {
		return err
	}
	if err := s.t.flush(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	return s.awaitDrained(ctx)
}

// beginDrain withdraws the interest; what the server has sent still arrives.
func (s *subscription) beginDrain() error {
	return wrap(context.Background(), "drain", s.subject, s.sub.Drain())
}

// awaitDrained waits until Next has handed over what has arrived, and closes.
func (s *subscription) awaitDrained(ctx context.Context) error {
	s.draining.Store(true)
	s.checkDrained()
	select {
	case <-s.drained:
		return s.Close()
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("nats: drain %q: %w", s.subject, transport.ContextError(ctx)), s.Close())
	}
}

// Close implements transport.Subscription.
func (s *subscription) Close() error {
	var err error
	s.closeOnce.Do(func() {
		last := s.Stats()
		last.Pending = transport.Count{}
		s.final.Store(&last)
		if err = s.sub.Unsubscribe(); errors.Is(err, natsgo.ErrConnectionClosed) || errors.Is(err, natsgo.ErrBadSubscription) {
			err = nil // it is gone already
		}
		s.drainOnce.Do(func() { close(s.drained) })
		s.t.forget(s, last)
	})
	return wrap(context.Background(), "close", s.subject, err)
}

// Stats implements transport.Subscription. The bytes of dropped messages are
// not known.
func (s *subscription) Stats() transport.SubscriptionStats {
	if final := s.final.Load(); final != nil {
		return *final
	}
	var st transport.SubscriptionStats
	if n, err := s.sub.Delivered(); err == nil {
		st.Delivered = transport.Count{Messages: uint64(n), Bytes: s.bytes.Load()}
	}
	if n, bytes, err := s.sub.Pending(); err == nil {
		st.Pending = transport.Count{Messages: uint64(n), Bytes: uint64(bytes)}
	}
	if n, err := s.sub.Dropped(); err == nil {
		st.Dropped.Messages = uint64(n)
	}
	return st
}
