package nats

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/intermodal-io/intermodal/transport"
)

// Transport carries messages over one connection of nats.go.
type Transport struct {
	nc      *natsgo.Conn
	js      jetstream.JetStream
	caps    transport.Capabilities
	log     *slog.Logger
	onClose func(context.Context) error
	opened  time.Time

	published  counter
	reconnects atomic.Uint64

	ending atomic.Bool // Drain or Close has been called

	mu       sync.Mutex
	subs     map[subscriber]struct{}
	closed   bool  // Close has been called, or Drain is done
	past     count // of subscriptions that are closed
	shutdown sync.Once
	closeErr error // of onClose; read after shutdown
}

// subscriber is what Transport knows of a core or a stored subscription.
type subscriber interface {
	transport.Subscription
	connectionRestored()
	beginDrain() error
	awaitDrained(ctx context.Context) error
}

// count is what one subscription adds to the transport's statistics.
type count struct {
	delivered transport.Count
	dropped   transport.Count
}

// counter counts messages and bytes without a lock.
type counter struct{ messages, bytes atomic.Uint64 }

func (c *counter) add(bytes int) {
	c.messages.Add(1)
	c.bytes.Add(uint64(bytes))
}

func (c *counter) load() transport.Count {
	return transport.Count{Messages: c.messages.Load(), Bytes: c.bytes.Load()}
}

// storeLimit bounds the wait for a receipt of a batch, which may be lost with
// the connection.
const storeLimit = 5 * time.Second

// New makes a Transport of nc, which belongs to it from here on: Close and
// Drain close it. Reconnecting is as nc was set up to. opts may be nil; of
// its fields only InterestDelay, Volatile, OnClose and Logger apply.
func New(nc *natsgo.Conn, opts *Options) (*Transport, error) {
	if opts == nil {
		opts = &Options{}
	}
	if nc.IsClosed() {
		return nil, fmt.Errorf("nats: %w: %w", transport.ErrClosed, natsgo.ErrConnectionClosed)
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncTimeout(storeLimit))
	if err != nil {
		return nil, fmt.Errorf("nats: jetstream: %w", err)
	}
	t := &Transport{
		nc: nc, js: js, log: opts.Logger, onClose: opts.OnClose,
		opened: time.Now(), subs: make(map[subscriber]struct{}),
	}
	t.caps = capabilities(nc, opts)
	t.watch()
	return t, nil
}

func capabilities(nc *natsgo.Conn, opts *Options) transport.Capabilities {
	stored, _ := nc.ConnectedServerJetStream()
	c := transport.Capabilities{
		Carrier:       "nats",
		Guarantee:     transport.AtMostOnce,
		Publish:       transport.Queued,
		MaxMessage:    int(nc.MaxPayload()),
		InterestDelay: opts.InterestDelay,
		Durable:       stored,
		Replay:        stored,
		Dedup:         stored,
		Nak:           stored,
		Term:          stored,
		Persistent:    stored && !opts.Volatile,
		Reconnect:     nc.Opts.AllowReconnect && nc.Opts.MaxReconnect != 0,
		CrossProcess:  true,
	}
	if stored {
		c.Guarantee = transport.AtLeastOnce
	}
	return c
}

// watch counts reconnects and tells the subscriptions of them, besides what
// handlers the connection already has.
func (t *Transport) watch() {
	before := t.nc.ReconnectHandler()
	t.nc.SetReconnectHandler(func(nc *natsgo.Conn) {
		t.reconnects.Add(1)
		for _, s := range t.open() {
			s.connectionRestored()
		}
		if t.log != nil {
			t.log.Info("nats: connection restored", "server", nc.ConnectedAddr())
		}
		if before != nil {
			before(nc)
		}
	})
	lost := t.nc.DisconnectErrHandler()
	t.nc.SetDisconnectErrHandler(func(nc *natsgo.Conn, err error) {
		if t.log != nil {
			t.log.Warn("nats: connection lost", "error", err)
		}
		if lost != nil {
			lost(nc, err)
		}
	})
	// Without a handler nats.go writes to standard error; what it would say
	// reaches the callers as errors and gaps.
	if t.nc.ErrorHandler() == nil {
		t.nc.SetErrorHandler(func(_ *natsgo.Conn, _ *natsgo.Subscription, err error) {
			if t.log != nil {
				t.log.Warn("nats: asynchronous error", "error", err)
			}
		})
	}
}

// Publish implements transport.Transport. nil means that m is in the buffer of
// this process, which nats.go sends at once, or, while disconnected, when the
// connection is back.
func (t *Transport) Publish(ctx context.Context, m transport.Message) error {
	if err := ctx.Err(); err != nil {
		return wrap(ctx, "publish", m.Subject, err)
	}
	if err := transport.CheckSubject(m.Subject); err != nil {
		return fmt.Errorf("nats: publish: %w", err)
	}
	if t.refuses() {
		return fmt.Errorf("nats: publish %q: %w", m.Subject, t.refusal())
	}
	return t.send(ctx, &m)
}

// send publishes m, whose subject is checked, also while the transport drains.
func (t *Transport) send(ctx context.Context, m *transport.Message) error {
	if m.Reply != "" {
		if err := transport.CheckSubject(m.Reply); err != nil {
			return fmt.Errorf("nats: publish %q: reply: %w", m.Subject, err)
		}
	}
	var err error
	size := len(m.Data)
	switch {
	case len(m.Header) > 0 || m.ID != "":
		size = m.Size()
		err = t.sendHeader(m)
	case m.Reply != "":
		err = t.nc.PublishRequest(m.Subject, m.Reply, m.Data)
	default:
		err = t.nc.Publish(m.Subject, m.Data)
	}
	if err != nil {
		return wrap(ctx, "publish", m.Subject, err)
	}
	t.published.add(size)
	return nil
}

func (t *Transport) sendHeader(m *transport.Message) error {
	msg, err := encode(m)
	if err != nil {
		return err
	}
	return t.nc.PublishMsg(msg)
}

// encode returns m for nats.go; it shares memory with m.
func encode(m *transport.Message) (*natsgo.Msg, error) {
	h, err := encodeHeader(m)
	if err != nil {
		return nil, err
	}
	return &natsgo.Msg{Subject: m.Subject, Reply: m.Reply, Header: h, Data: m.Data}, nil
}

// decode is the reverse of encode.
func decode(m *natsgo.Msg) transport.Message {
	h, id := decodeHeader(m.Header)
	return transport.Message{Subject: m.Subject, Reply: m.Reply, Header: h, Data: m.Data, ID: id}
}

// Request implements transport.Transport.
func (t *Transport) Request(ctx context.Context, m transport.Message) (transport.Message, error) {
	none := transport.Message{}
	if err := transport.CheckSubject(m.Subject); err != nil {
		return none, fmt.Errorf("nats: request: %w", err)
	}
	if t.refuses() {
		return none, fmt.Errorf("nats: request %q: %w", m.Subject, t.refusal())
	}
	msg, err := encode(&m)
	if err != nil {
		return none, wrap(ctx, "request", m.Subject, err)
	}
	answer, err := t.nc.RequestMsgWithContext(ctx, msg)
	if err == nil || errors.Is(err, natsgo.ErrNoResponders) || ctx.Err() != nil {
		t.published.add(m.Size())
	}
	if err != nil {
		return none, wrap(ctx, "request", m.Subject, err)
	}
	r := decode(answer)
	if err := transport.ResponseError(&r); err != nil {
		return none, fmt.Errorf("nats: request %q: %w", m.Subject, err)
	}
	return r, nil
}

// Flush implements transport.Transport.
func (t *Transport) Flush(ctx context.Context) error {
	if t.refuses() {
		if err := t.refusal(); errors.Is(err, transport.ErrClosed) {
			return fmt.Errorf("nats: flush: %w", err)
		}
	}
	return t.flush(ctx)
}

// forever is the deadline of a context that has none: nats.go asks for one.
const forever = 100 * 365 * 24 * time.Hour

func (t *Transport) flush(ctx context.Context) error {
	bounded := ctx
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, forever)
		defer cancel()
	}
	err := t.nc.FlushWithContext(bounded)
	if errors.Is(err, natsgo.ErrConnectionClosed) && !t.nc.IsClosed() {
		// nats.go says closed to those that wait while the connection is lost.
		return fmt.Errorf("nats: flush: %w: %w", transport.ErrDisconnected, natsgo.ErrDisconnected)
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("nats: flush: %w", transport.ContextError(ctx))
	}
	return wrap(ctx, "flush", t.nc.ConnectedAddr(), err)
}

// Capabilities implements transport.Transport.
func (t *Transport) Capabilities() transport.Capabilities { return t.caps }

// Stats implements transport.Transport. The bytes of dropped messages are not
// known, since nats.go counts messages only.
func (t *Transport) Stats() transport.Stats {
	t.mu.Lock()
	total, subs := t.past, slices.Collect(maps.Keys(t.subs))
	t.mu.Unlock()
	for _, s := range subs {
		total.add(s.Stats())
	}
	connections := 0
	if t.nc.IsConnected() {
		connections = 1
	}
	return transport.Stats{
		Published:     t.published.load(),
		Delivered:     total.delivered,
		Dropped:       total.dropped,
		Subscriptions: len(subs),
		Connections:   connections,
		Reconnects:    t.reconnects.Load(),
		Uptime:        time.Since(t.opened),
	}
}

func (c *count) add(s transport.SubscriptionStats) {
	c.delivered.Messages += s.Delivered.Messages
	c.delivered.Bytes += s.Delivered.Bytes
	c.dropped.Messages += s.Dropped.Messages
}
