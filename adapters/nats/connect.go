package nats

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	natsgo "github.com/nats-io/nats.go"

	"github.com/intermodal-io/intermodal/transport"
)

// Options says how to connect. The zero value, like nil, is the default.
type Options struct {
	Name     string      // shown by the server's monitoring; empty means none
	User     string      // user name; empty means what the URL holds
	Password string      // password of User
	Token    string      // token instead of a user; empty means what the URL holds
	TLS      *tls.Config // roots and certificates for tls:// URLs; nil means the system's roots

	// InterestDelay is how long the servers of a cluster may take to tell
	// each other an interest; 0 means a single server.
	InterestDelay time.Duration

	Volatile bool // the server keeps its streams for as long as this process runs only; false means that they stay

	// OnClose is called once, after the connection is closed by Close or
	// Drain, which return its error: an embedded broker ends here. nil means
	// nothing. New does not call it when it fails.
	OnClose func(ctx context.Context) error

	Logger *slog.Logger    // told of lost and restored connections; nil means silence
	NATS   []natsgo.Option // further options of nats.go, applied last; Connect only
}

// dialLimit bounds each attempt to reach one server.
const dialLimit = 5 * time.Second

// reconnectWait is the pause between attempts at the same server; nats.go adds
// jitter.
const reconnectWait = 250 * time.Millisecond

// Connect dials the first reachable of the servers in url, one or several
// comma separated URLs such as nats://host:4222 or tls://host:4222, and
// reconnects for ever when the connection is lost later. ctx bounds the
// connecting only; each server is tried once, for 5 s at most.
//
// Errors: ErrUnauthorized for credentials that a server refuses,
// ErrDisconnected when none can be reached, ErrTimeout.
func Connect(ctx context.Context, url string, opts *Options) (*Transport, error) {
	if opts == nil {
		opts = &Options{}
	}
	if err := transport.ContextError(ctx); err != nil {
		return nil, fmt.Errorf("nats: connect: %w", err)
	}
	d := &dialer{}
	d.setup.Store(&ctx)
	nc, err := natsgo.Connect(url, opts.natsOptions(d)...)
	d.release()
	if err != nil {
		return nil, connectError(ctx, err)
	}
	t, err := New(nc, opts)
	if err != nil {
		nc.Close()
		return nil, err
	}
	return t, nil
}

// connectError translates err without the URL, which may hold a password.
func connectError(ctx context.Context, err error) error {
	if ended := transport.ContextError(ctx); ended != nil {
		return fmt.Errorf("nats: connect: %w", ended)
	}
	ours := sentinel(err)
	if ours == nil || errors.Is(ours, transport.ErrTimeout) {
		ours = transport.ErrDisconnected
	}
	return fmt.Errorf("nats: connect: %w: %w", ours, err)
}

func (o *Options) natsOptions(d *dialer) []natsgo.Option {
	opts := []natsgo.Option{
		natsgo.SetCustomDialer(d),
		natsgo.Timeout(dialLimit),
		natsgo.MaxReconnects(-1),
		natsgo.ReconnectWait(reconnectWait),
		// Publish has checked the subject by the stricter rules of the contract.
		natsgo.SkipSubjectValidation(),
	}
	if o.Name != "" {
		opts = append(opts, natsgo.Name(o.Name))
	}
	if o.User != "" {
		opts = append(opts, natsgo.UserInfo(o.User, o.Password))
	}
	if o.Token != "" {
		opts = append(opts, natsgo.Token(o.Token))
	}
	if o.TLS != nil {
		opts = append(opts, func(n *natsgo.Options) error {
			n.TLSConfig = o.TLS.Clone()
			return nil
		})
	}
	return append(opts, o.NATS...)
}

// dialer lets a context bound the first connecting, which nats.go cannot.
type dialer struct {
	setup atomic.Pointer[context.Context] // nil once connected
	stops []func() bool                   // used by the goroutine that connects only
}

// release ends the hold of the context over the connection.
func (d *dialer) release() {
	d.setup.Store(nil)
	for _, stop := range d.stops {
		stop()
	}
}

// Dial implements natsgo.CustomDialer.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	ctx := context.Background()
	setup := d.setup.Load()
	if setup != nil {
		ctx = *setup
	}
	conn, err := (&net.Dialer{Timeout: dialLimit}).DialContext(ctx, network, address)
	if err != nil || setup == nil {
		return conn, err
	}
	d.stops = append(d.stops, context.AfterFunc(ctx, func() {
		// The handshake reads without a context. Nobody else has this
		// connection before Connect returns.
		if d.setup.Load() != nil {
			conn.Close()
		}
	}))
	return conn, nil
}
