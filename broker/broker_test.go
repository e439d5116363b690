package broker_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/intermodal-io/intermodal/broker"
	"github.com/intermodal-io/intermodal/broker/brokertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func connect(t *testing.T, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// echo publishes on one connection and receives on the other.
func echo(t *testing.T, from, to *nats.Conn) {
	t.Helper()
	sub, err := to.SubscribeSync("greetings")
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := from.Publish("greetings", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	m, err := sub.NextMsg(5 * time.Second)
	if err != nil || string(m.Data) != "hello" {
		t.Fatalf("NextMsg() = %v, %v, want hello", m, err)
	}
}

func TestConnectionsInProcessAndThroughTheURLShareMessages(t *testing.T) {
	b := brokertest.Start(t)
	in, err := b.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out := connect(t, b.URL())
	echo(t, in, out)
	echo(t, out, in)
}

func TestAnUnspecifiedHostGivesAURLThatCanBeDialled(t *testing.T) {
	b := brokertest.StartOptions(t, broker.Options{Host: "0.0.0.0", NoStreams: true})
	echo(t, connect(t, b.URL()), connect(t, b.URL()))
}

func TestPortInUseIsErrPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	for name, opts := range map[string]broker.Options{
		"clients": {Port: port, NoStreams: true},
		"streams": {Port: port},
	} {
		start := time.Now()
		b, err := broker.Start(t.Context(), opts)
		if !errors.Is(err, broker.ErrPortInUse) || b != nil {
			t.Errorf("%s: Start on a port in use = %v, %v, want ErrPortInUse", name, b, err)
		}
		var cause *net.OpError
		if !errors.As(err, &cause) {
			t.Errorf("%s: cause of %v is not kept", name, err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: Start took %v to say so", name, took)
		}
	}
}

func TestASecondBrokerOnAStoreIsErrStoreInUse(t *testing.T) {
	dir := t.TempDir()
	first := brokertest.StartOptions(t, broker.Options{StoreDir: dir})
	if _, err := broker.Start(t.Context(), broker.Options{StoreDir: dir}); !errors.Is(err, broker.ErrStoreInUse) {
		t.Fatalf("Start on a store in use = %v, want ErrStoreInUse", err)
	}
	brokertest.Stop(t, first)
	brokertest.StartOptions(t, broker.Options{StoreDir: dir})
}

func TestAStoreThatCannotBeWrittenIsErrStoreUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		_, err := broker.Start(t.Context(), broker.Options{StoreDir: dir})
		if !errors.Is(err, broker.ErrStoreUnwritable) {
			t.Errorf("Start(store %q) = %v, want ErrStoreUnwritable", dir, err)
		}
		if cause := (*os.PathError)(nil); !errors.As(err, &cause) {
			t.Errorf("cause of %v is not kept", err)
		}
	}
}

func stream(t *testing.T, nc *nats.Conn) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}})
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func TestAFileStoreSurvivesTheBroker(t *testing.T) {
	opts := broker.Options{StoreDir: t.TempDir()}
	first := brokertest.StartOptions(t, opts)
	if _, err := stream(t, connect(t, first.URL())).Publish(t.Context(), "orders.created", []byte("42")); err != nil {
		t.Fatal(err)
	}
	brokertest.Stop(t, first)

	second := brokertest.StartOptions(t, opts)
	s, err := stream(t, connect(t, second.URL())).Stream(t.Context(), "ORDERS")
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.GetMsg(t.Context(), 1)
	if err != nil || string(m.Data) != "42" {
		t.Fatalf("GetMsg(1) = %v, %v, want 42", m, err)
	}
}

func TestAFullStoreRefusesAndKeepsWhatItAccepted(t *testing.T) {
	b := brokertest.StartOptions(t, broker.Options{StoreDir: t.TempDir(), MaxStore: 64 << 10})
	js := stream(t, connect(t, b.URL()))
	accepted := uint64(0)
	var err error
	for range 100 {
		if _, err = js.Publish(t.Context(), "orders.created", make([]byte, 4<<10)); err != nil {
			break
		}
		accepted++
	}
	if err == nil {
		t.Fatal("a store of 64 KiB accepted 400 KiB")
	}
	s, err := js.Stream(t.Context(), "ORDERS")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.CachedInfo().State.Msgs; got != accepted {
		t.Fatalf("the full store holds %d messages, want the %d it accepted", got, accepted)
	}
}

func TestCredentialsAreAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		opts  broker.Options
		right nats.Option
		wrong nats.Option
	}{
		"user":  {broker.Options{User: "u", Password: "p"}, nats.UserInfo("u", "p"), nats.UserInfo("u", "x")},
		"token": {broker.Options{Token: "t"}, nats.Token("t"), nats.Token("x")},
	} {
		t.Run(name, func(t *testing.T) {
			b := brokertest.StartOptions(t, c.opts)
			in, err := b.Connect()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			echo(t, connect(t, b.URL(), c.right), in)
			for _, opts := range [][]nats.Option{nil, {c.wrong}} {
				if _, err := nats.Connect(b.URL(), opts...); !errors.Is(err, nats.ErrAuthorization) {
					t.Errorf("Connect with wrong credentials = %v, want ErrAuthorization", err)
				}
			}
		})
	}
}

func TestTLSProtectsTheSocketAndNotTheProcess(t *testing.T) {
	cert := httptest.NewUnstartedServer(nil)
	cert.StartTLS()
	defer cert.Close()
	b := brokertest.StartOptions(t, broker.Options{TLS: &tls.Config{Certificates: cert.TLS.Certificates}})
	in, err := b.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	roots := x509.NewCertPool()
	roots.AddCert(cert.Certificate())
	echo(t, connect(t, b.URL(), nats.Secure(&tls.Config{RootCAs: roots})), in)
	if _, err := nats.Connect(b.URL()); err == nil {
		t.Error("Connect without the authority succeeded")
	}
}

func TestMaxPayloadIsWhatClientsSee(t *testing.T) {
	b := brokertest.StartOptions(t, broker.Options{MaxPayload: 1000})
	if got := connect(t, b.URL()).MaxPayload(); got != 1000 {
		t.Fatalf("MaxPayload() = %d, want 1000", got)
	}
}

func TestShutdownIsIdempotentAndBounded(t *testing.T) {
	b, err := broker.Start(t.Context(), broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Shutdown(ended); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("Shutdown(ended ctx) = %v, want context.Canceled", err)
	}
	brokertest.Stop(t, b)
	brokertest.Stop(t, b)
	if _, err := nats.Connect(b.URL()); err == nil {
		t.Fatal("a broker that was shut down accepts connections")
	}
}

func TestTheLoggerHearsTheServer(t *testing.T) {
	var out bytes.Buffer
	b := brokertest.StartOptions(t, broker.Options{Logger: slog.New(slog.NewTextHandler(&out, nil))})
	brokertest.Stop(t, b)
	if !bytes.Contains(out.Bytes(), []byte("Listening for client connections")) {
		t.Fatalf("log = %s, want the address", out.String())
	}
}

func TestOptionsThatContradictAreRefused(t *testing.T) {
	for _, opts := range []broker.Options{
		{Port: -1}, {Port: 65536}, {Cluster: broker.Cluster{Name: "c", Port: -1}},
		{MaxPayload: -1}, {MaxPayload: 65 << 20}, {MaxMemory: -1}, {MaxStore: -1},
		{User: "u", Token: "t"}, {Password: "p"}, {NoStreams: true, StoreDir: "x"},
		{Cluster: broker.Cluster{Port: 1}}, {Cluster: broker.Cluster{Name: "c", Routes: []string{":"}}},
	} {
		if b, err := broker.Start(t.Context(), opts); err == nil {
			brokertest.Stop(t, b)
			t.Errorf("Start(%+v) succeeded", opts)
		}
	}
}

func TestThreeBrokersInOneProcessFormACluster(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	first := brokertest.StartOptions(t, broker.Options{Name: "n1", NoStreams: true, Cluster: broker.Cluster{Name: "c"}})
	all := []*broker.Broker{first}
	for i := range 2 {
		all = append(all, brokertest.StartOptions(t, broker.Options{
			Name: fmt.Sprintf("n%d", i+2), NoStreams: true,
			Cluster: broker.Cluster{Name: "c", Routes: []string{first.ClusterURL()}},
		}))
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, b := range all {
		for b.Peers() < 2 {
			select {
			case <-tick.C:
			case <-ctx.Done():
				t.Fatalf("%s has %d peers, want 2", b.ClusterURL(), b.Peers())
			}
		}
	}
	if url := first.ClusterURL(); url == "" {
		t.Fatal("a member of a cluster has no cluster URL")
	}
}
