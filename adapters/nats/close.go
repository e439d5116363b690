package nats

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/intermodal-io/intermodal/transport"
)

// refuses reports whether the transport takes nothing in any more.
func (t *Transport) refuses() bool { return t.ending.Load() }

// refusal returns why the transport takes nothing in.
func (t *Transport) refusal() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return transport.ErrClosed
	}
	return transport.ErrDraining
}

// register adds s, unless the transport takes nothing in any more.
func (t *Transport) register(s subscriber) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ending.Load() {
		return false
	}
	t.subs[s] = struct{}{}
	return true
}

// forget removes s, keeping what it counted.
func (t *Transport) forget(s subscriber, last transport.SubscriptionStats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.subs[s]; ok {
		delete(t.subs, s)
		t.past.add(last)
	}
}

// open returns the subscriptions that are open.
func (t *Transport) open() []subscriber {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Collect(maps.Keys(t.subs))
}

// Drain implements transport.Transport.
func (t *Transport) Drain(ctx context.Context) error {
	t.mu.Lock()
	if t.ending.Load() {
		t.mu.Unlock()
		return fmt.Errorf("nats: drain: %w", t.refusal())
	}
	t.ending.Store(true)
	t.mu.Unlock()
	err := t.drain(ctx)
	return errors.Join(err, t.end(context.WithoutCancel(ctx)))
}

func (t *Transport) drain(ctx context.Context) error {
	subs := t.open()
	var errs []error
	for _, s := range subs {
		errs = append(errs, s.beginDrain())
	}
	// One round trip: what the server sent before it saw the interests end has
	// arrived.
	errs = append(errs, t.flush(ctx))
	for _, s := range subs {
		errs = append(errs, s.awaitDrained(ctx))
	}
	// What the handlers published while they finished.
	errs = append(errs, t.flush(ctx))
	for _, err := range errs {
		if err != nil && !errors.Is(err, transport.ErrClosed) {
			return fmt.Errorf("nats: drain: %w", err)
		}
	}
	return nil
}

// Close implements transport.Transport. It closes the connection, and what
// Options.OnClose closes.
func (t *Transport) Close() error { return t.end(context.Background()) }

func (t *Transport) end(ctx context.Context) error {
	t.mu.Lock()
	t.ending.Store(true)
	t.closed = true
	t.mu.Unlock()
	t.shutdown.Do(func() {
		for _, s := range t.open() {
			s.Close()
		}
		t.nc.Close()
		if t.onClose != nil {
			t.closeErr = t.onClose(ctx)
		}
	})
	return t.closeErr
}
