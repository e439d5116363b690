package broker

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"math"
	"net/url"

	"github.com/nats-io/nats-server/v2/server"
)

// Options says how a broker runs. The zero value listens on a random loopback
// port, without credentials, and stores streams in a directory that is
// removed by Shutdown.
type Options struct {
	Host string // address to listen on; empty means 127.0.0.1
	Port int    // TCP port for clients; 0 means a random free one
	Name string // server name, unique in a cluster; empty means a random one

	User     string      // user name that clients must give; empty means none
	Password string      // password of User
	Token    string      // token that clients must give instead of a user; empty means none
	TLS      *tls.Config // certificates, and ClientAuth for client certificates; nil means plain TCP

	StoreDir  string // directory of the streams, locked against other brokers; empty means a temporary one
	NoStreams bool   // without JetStream: publish and subscribe only; StoreDir must be empty
	MaxMemory int64  // bytes of all memory streams together; 0 means three quarters of the machine's memory
	MaxStore  int64  // bytes of all file streams together; 0 means three quarters of the free disk

	MaxPayload int     // largest message with its header, bytes, at most 64 MiB; 0 means 1 MiB
	Cluster    Cluster // the other brokers to form a cluster with; zero means none

	Logger *slog.Logger // what the server has to tell; nil means silence
}

// Cluster says how a broker joins others. With streams, every member needs
// Routes, the first one too.
type Cluster struct {
	Name   string   // the same on all members; empty means no cluster
	Host   string   // address to listen on for other members; empty means 127.0.0.1
	Port   int      // TCP port for other members; 0 means a random free one
	Routes []string // URLs of other members, such as nats://10.0.0.2:6222; its own may be among them
}

// maxPayload is the server's own limit.
const maxPayload = 64 << 20

func (o *Options) check() error {
	switch {
	case o.Port < 0 || o.Port > math.MaxUint16:
		return fmt.Errorf("broker: port %d is not in 0 to %d", o.Port, math.MaxUint16)
	case o.Cluster.Port < 0 || o.Cluster.Port > math.MaxUint16:
		return fmt.Errorf("broker: cluster port %d is not in 0 to %d", o.Cluster.Port, math.MaxUint16)
	case o.MaxPayload < 0 || o.MaxPayload > maxPayload:
		return fmt.Errorf("broker: largest message of %d bytes is not in 0 to %d", o.MaxPayload, maxPayload)
	case o.MaxMemory < 0 || o.MaxStore < 0:
		return fmt.Errorf("broker: stream limits of %d and %d bytes: a limit is not negative", o.MaxMemory, o.MaxStore)
	case o.Token != "" && o.User != "":
		return fmt.Errorf("broker: both a token and a user are set: choose one")
	case o.Password != "" && o.User == "":
		return fmt.Errorf("broker: a password without a user")
	case o.NoStreams && o.StoreDir != "":
		return fmt.Errorf("broker: store %q is given, but streams are off", o.StoreDir)
	case o.Cluster.Name == "" && (o.Cluster.Port != 0 || len(o.Cluster.Routes) > 0):
		return fmt.Errorf("broker: a cluster needs a name")
	}
	return nil
}

// server translates o for nats-server; store is the directory in use.
func (o *Options) server(store string) (*server.Options, error) {
	so := &server.Options{
		ServerName:         o.Name,
		Host:               orDefault(o.Host, loopback),
		Port:               orRandom(o.Port),
		Username:           o.User,
		Password:           o.Password,
		Authorization:      o.Token,
		MaxPayload:         int32(o.MaxPayload),
		JetStream:          !o.NoStreams,
		StoreDir:           store,
		JetStreamMaxMemory: o.MaxMemory,
		JetStreamMaxStore:  o.MaxStore,
		NoSigs:             true,
		NoLog:              true,

		DisableJetStreamBanner: true,
	}
	if o.TLS != nil {
		so.TLS = true
		so.TLSConfig = o.TLS.Clone()
		so.TLSVerify = o.TLS.ClientAuth >= tls.RequireAnyClientCert
		so.TLSTimeout = 5 // seconds; the server's 2 are short on a busy machine
	}
	if o.Cluster.Name == "" {
		return so, nil
	}
	so.Cluster = server.ClusterOpts{
		Name: o.Cluster.Name,
		Host: orDefault(o.Cluster.Host, loopback),
		Port: orRandom(o.Cluster.Port),
	}
	for _, r := range o.Cluster.Routes {
		u, err := url.Parse(r)
		if err != nil {
			return nil, fmt.Errorf("broker: route: %w", err)
		}
		so.Routes = append(so.Routes, u)
	}
	return so, nil
}

const loopback = "127.0.0.1"

func orDefault(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

func orRandom(port int) int {
	if port == 0 {
		return server.RANDOM_PORT
	}
	return port
}
