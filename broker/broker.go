package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Errors that Start returns for what its caller can mend; the cause is wrapped
// beside them.
var (
	ErrPortInUse       = errors.New("port is in use: choose another one, or 0 for any that is free")
	ErrStoreInUse      = errors.New("another broker uses this store: end it or choose another directory")
	ErrStoreUnwritable = errors.New("store cannot be written")
)

// startLimit bounds the wait for the listeners after the server has started.
const startLimit = 10 * time.Second

// Broker is a running NATS server. All methods are safe for concurrent use.
type Broker struct {
	opts  Options
	srv   *server.Server
	store *store // nil without streams

	stop    sync.Once
	stopped chan struct{}
	err     error // of releasing the store; read after stopped
}

// Start runs a broker and returns when it accepts connections. ctx bounds the
// start only: the broker runs until Shutdown.
//
// Errors: ErrPortInUse, ErrStoreInUse, ErrStoreUnwritable (a full disk too),
// what is wrong with opts, or the end of ctx. After an error nothing runs and
// nothing is held.
func Start(ctx context.Context, opts Options) (*Broker, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("broker: start: %w", err)
	}
	b := &Broker{opts: opts, stopped: make(chan struct{})}
	var dir string
	if !opts.NoStreams {
		var err error
		if b.store, err = openStore(opts.StoreDir); err != nil {
			return nil, err
		}
		dir = b.store.dir
	}
	log := &logger{out: opts.Logger}
	if err := b.newServer(dir, log); err != nil {
		return nil, errors.Join(err, b.store.close())
	}
	if err := b.run(ctx, log); err != nil {
		// The server has no listener or no store: it ends at once.
		return nil, fmt.Errorf("broker: start: %w", errors.Join(err, b.Shutdown(context.WithoutCancel(ctx))))
	}
	return b, nil
}

func (b *Broker) newServer(dir string, log *logger) error {
	so, err := b.opts.server(dir)
	if err != nil {
		return err
	}
	so.Debug = b.opts.Logger != nil && b.opts.Logger.Enabled(context.Background(), slog.LevelDebug)
	if b.srv, err = server.NewServer(so); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	b.srv.SetLoggerV2(log, so.Debug, false, false)
	return nil
}

// run starts the server and waits for its listeners.
func (b *Broker) run(ctx context.Context, log *logger) error {
	b.srv.Start() // as long as the recovery of the store, which cannot be broken off
	if err := log.failure(); err != nil {
		return err
	}
	limit := startLimit
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end))
	}
	if !b.srv.ReadyForConnections(limit) {
		if err := log.failure(); err != nil {
			return err
		}
		return fmt.Errorf("not ready for connections after %v", limit)
	}
	return ctx.Err()
}

// URL returns where clients connect to, such as nats://127.0.0.1:4222, without
// credentials; the scheme is tls when the broker has certificates.
func (b *Broker) URL() string {
	u, err := url.Parse(b.srv.ClientURL())
	if err != nil {
		return b.srv.ClientURL()
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsUnspecified() {
		u.Host = net.JoinHostPort(loopback, u.Port())
	}
	return u.String()
}

// ClusterURL returns where other brokers connect to, for their
// Options.Cluster.Routes; empty when this one is in no cluster.
func (b *Broker) ClusterURL() string {
	addr := b.srv.ClusterAddr()
	if addr == nil {
		return ""
	}
	return "nats://" + addr.String()
}

// Peers returns how many other brokers of the cluster this one is connected to.
func (b *Broker) Peers() int {
	// A pair of brokers holds several connections: one per pool slot and account.
	peers := make(map[string]bool)
	routes, err := b.srv.Routez(nil)
	if err != nil {
		return 0
	}
	for _, r := range routes.Routes {
		peers[r.RemoteID] = true
	}
	return len(peers)
}

// InProcess returns the option by which nats.go connects to this broker
// without a socket, with the broker's own user or token.
func (b *Broker) InProcess() nats.Option {
	return func(o *nats.Options) error {
		o.InProcessServer = b.srv
		o.User, o.Password, o.Token = b.opts.User, b.opts.Password, b.opts.Token
		return nil
	}
}

// Connect opens a connection inside the process. The caller closes it.
func (b *Broker) Connect(opts ...nats.Option) (*nats.Conn, error) {
	nc, err := nats.Connect("", append([]nats.Option{b.InProcess()}, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("broker: connect in process: %w", err)
	}
	return nc, nil
}

// Shutdown ends the broker, closes its connections and releases the store. It
// may be called again. When ctx ends first the error says so, the shutdown
// goes on, and a further call waits for it.
func (b *Broker) Shutdown(ctx context.Context) error {
	b.stop.Do(func() {
		go func() {
			defer close(b.stopped)
			b.srv.Shutdown()
			b.srv.WaitForShutdown()
			b.err = b.store.close()
		}()
	})
	select {
	case <-b.stopped:
		return b.err
	case <-ctx.Done():
		return fmt.Errorf("broker: shut down: %w", context.Cause(ctx))
	}
}
