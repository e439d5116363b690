package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// Handler deals with one delivery. nil acknowledges it; an error has it tried
// again as the RetryPolicy says. A handler may settle the delivery itself and
// return nil.
type Handler func(ctx context.Context, d *Delivery) error

// RetryPolicy says how often and when a failed delivery is tried again. The
// zero value tries each message once.
type RetryPolicy struct {
	Attempts  int                  // in all, the first included; 0 means 1
	Delay     time.Duration        // before the second attempt, doubling after; 0 means 100 ms
	MaxDelay  time.Duration        // the longest delay; 0 means 30 s
	Jitter    float64              // share of the delay, 0 to 1, by which it is shortened at random
	Retryable func(err error) bool // which errors are worth another attempt; nil: all
}

// delay returns the wait after the given attempt, 1-based.
func (p *RetryPolicy) delay(attempt int) time.Duration {
	d, limit := p.Delay, p.MaxDelay
	if d <= 0 {
		d = 100 * time.Millisecond
	}
	if limit <= 0 {
		limit = 30 * time.Second
	}
	for ; attempt > 1 && d < limit; attempt-- {
		d *= 2
	}
	d = min(d, limit)
	return d - time.Duration(rand.Float64()*min(max(p.Jitter, 0), 1)*float64(d))
}

// exhausted reports whether a delivery that failed with err has had its last
// attempt.
func (p *RetryPolicy) exhausted(attempt int, err error) bool {
	return attempt >= max(p.Attempts, 1) || p.Retryable != nil && !p.Retryable(err)
}

// Headers of a dead letter.
const (
	HeaderDeadSubject  = "Intermodal-Dead-Subject"  // where the message was published
	HeaderDeadReason   = "Intermodal-Dead-Reason"   // the handler's last error
	HeaderDeadAttempts = "Intermodal-Dead-Attempts" // how often it was tried
	HeaderDeadSequence = "Intermodal-Dead-Sequence" // its position in its stream; absent unless stored
)

// ConsumeOptions says how Consume works. The zero value, like nil, is the
// default.
type ConsumeOptions struct {
	Workers    int             // handlers at a time; 0 means 1, which keeps the order
	Retry      RetryPolicy     // what happens after an error
	DeadLetter string          // subject for messages given up; empty: they are terminated or dropped
	OnError    func(err error) // told of handler errors, gaps and failed settlements; may be called concurrently
}

// Consume hands the deliveries of s to h until s is closed or drained, which
// returns nil, or ctx ends, whose error it returns. It returns after the last
// handler.
//
// Where the carrier has Nak, a failed message is sent back and comes again
// later. Elsewhere the worker waits and tries again itself. A message given up
// is published to DeadLetter, with headers that say why, and then terminated;
// if that publish fails, it is sent back instead, so that it is not lost.
func Consume(ctx context.Context, s Subscription, h Handler, opts *ConsumeOptions) error {
	c := consumer{sub: s, handle: h}
	if opts != nil {
		c.ConsumeOptions = *opts
	}
	var once sync.Once
	var result error
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var workers sync.WaitGroup
	for range max(c.Workers, 1) {
		workers.Go(func() {
			if err := c.run(ctx); err != nil {
				once.Do(func() { result = err; stop() })
			}
		})
	}
	workers.Wait()
	return result
}

type consumer struct {
	ConsumeOptions
	sub    Subscription
	handle Handler
}

func (c *consumer) run(ctx context.Context) error {
	for {
		d, err := c.sub.Next(ctx)
		switch {
		case err == nil:
			c.deal(ctx, &d)
		case ended(err):
			return nil
		case isGap(err):
			c.report(err)
		default:
			return err
		}
	}
}

// deal has d handled, again where the carrier cannot send it back, and settled.
func (c *consumer) deal(ctx context.Context, d *Delivery) {
	for {
		err := c.handle(ctx, d)
		if err == nil {
			c.settled(d.Ack(ctx))
			return
		}
		c.report(fmt.Errorf("transport: handle message on %q, attempt %d: %w", d.Subject, d.Attempt, err))
		if c.Retry.exhausted(d.Attempt, err) {
			c.giveUp(ctx, d, err)
			return
		}
		wait := c.Retry.delay(d.Attempt)
		if err := d.Nak(ctx, wait); !errors.Is(err, ErrUnsupported) {
			c.settled(err)
			return
		}
		if !sleep(ctx, wait) {
			return
		}
		d.Attempt++
	}
}

func (c *consumer) giveUp(ctx context.Context, d *Delivery, cause error) {
	if c.DeadLetter != "" && d.settler != nil {
		if err := d.settler.Publish(ctx, deadLetter(d, c.DeadLetter, cause)); err != nil {
			c.report(fmt.Errorf("transport: dead letter of %q to %q: %w", d.Subject, c.DeadLetter, err))
			c.settled(d.Nak(ctx, c.Retry.delay(d.Attempt)))
			return
		}
	}
	c.settled(d.Term(ctx, cause.Error()))
}

func deadLetter(d *Delivery, subject string, cause error) Message {
	m := Message{Subject: subject, Header: d.Header.Clone(), Data: d.Data, ID: d.ID}
	if m.Header == nil {
		m.Header = make(Header, 4)
	}
	m.Header.Set(HeaderDeadSubject, d.Subject)
	m.Header.Set(HeaderDeadReason, cause.Error())
	m.Header.Set(HeaderDeadAttempts, strconv.Itoa(d.Attempt))
	if d.Sequence != 0 {
		m.Header.Set(HeaderDeadSequence, strconv.FormatUint(d.Sequence, 10))
	}
	return m
}

// settled reports a failed settlement. That a carrier has none, or that the
// handler was first, is no failure.
func (c *consumer) settled(err error) {
	if err != nil && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrNotFound) {
		c.report(err)
	}
}

func (c *consumer) report(err error) {
	if c.OnError != nil {
		c.OnError(err)
	}
}

// sleep waits for d and reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func isGap(err error) bool {
	var gap *GapError
	return errors.As(err, &gap)
}

// ended reports whether err is the ordinary end of a subscription.
func ended(err error) bool { return errors.Is(err, ErrClosed) && !isGap(err) }
