package nats_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/intermodal-io/intermodal/adapters/nats"
	"github.com/intermodal-io/intermodal/broker"
	"github.com/intermodal-io/intermodal/broker/brokertest"
	"github.com/intermodal-io/intermodal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds every wait of a test.
const limit = 10 * time.Second

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

func connect(t *testing.T, url string, opts *nats.Options) *nats.Transport {
	t.Helper()
	tr, err := nats.Connect(within(t), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// pair opens two transports on one broker.
func pair(t *testing.T) (*nats.Transport, *nats.Transport) {
	t.Helper()
	url := brokertest.Start(t).URL()
	return connect(t, url, nil), connect(t, url, nil)
}

func subscribe(t *testing.T, tr transport.Transport, subject string, opts *transport.SubscribeOptions) transport.Subscription {
	t.Helper()
	s, err := tr.Subscribe(within(t), subject, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func publish(t *testing.T, tr transport.Transport, ms ...transport.Message) {
	t.Helper()
	for _, m := range ms {
		if err := tr.Publish(within(t), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := tr.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, s transport.Subscription) transport.Delivery {
	t.Helper()
	d, err := s.Next(within(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPlainMessagesCarryNoHeaderOnTheWire(t *testing.T) {
	b := brokertest.Start(t)
	nc, err := b.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	raw, err := nc.SubscribeSync("orders.*")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	publish(t, connect(t, b.URL(), nil), transport.Message{Subject: "orders.created", Data: []byte("42")})
	m, err := raw.NextMsg(limit)
	if err != nil || m.Header != nil || string(m.Data) != "42" {
		t.Fatalf("NextMsg() = %+v, %v, want 42 without a header", m, err)
	}
}

func TestHeadersAndIDSurvive(t *testing.T) {
	from, to := pair(t)
	s := subscribe(t, to, "h", nil)
	for name, m := range map[string]transport.Message{
		"plain":     {Header: transport.Header{"a": {"1", "2"}, "A": {"", "x%20y"}}},
		"breaks":    {Header: transport.Header{"k": {"a\r\nb", "\r\n", "\n"}}},
		"blanks":    {Header: transport.Header{"k": {" a ", "\t", " ", "a b"}}},
		"bytes":     {Header: transport.Header{"k": {"\x00\x01\xff\xfe%41%", "héllo"}}},
		"keys":      {Header: transport.Header{"a:b c%d": {"1"}, "ключ": {"2"}, "a\r\nb": {"3"}}},
		"announced": {Header: transport.Header{"Intermodal-Escaped": {"7"}}},
		"id":        {ID: "order-42"},
		"odd id":    {ID: "%34 2", Header: transport.Header{"k": {"\n"}}},
	} {
		m.Subject = "h"
		publish(t, from, m)
		got := next(t, s)
		if !got.Header.Equal(m.Header) || got.ID != m.ID {
			t.Errorf("%s: got %q and ID %q, want %q and %q", name, got.Header, got.ID, m.Header, m.ID)
		}
	}
	for _, m := range []transport.Message{{Header: transport.Header{"": {"v"}}}, {ID: " 42"}, {ID: "4\n2"}} {
		m.Subject = "h"
		if err := from.Publish(within(t), m); !errors.Is(err, transport.ErrBadHeader) {
			t.Errorf("Publish(%q, ID %q) = %v, want ErrBadHeader", m.Header, m.ID, err)
		}
	}
}

func TestLossIsCountedAndReportedAndDeliveryGoesOn(t *testing.T) {
	from, to := pair(t)
	s := subscribe(t, to, "n", &transport.SubscribeOptions{Buffer: transport.Buffer{Messages: 4}})
	for i := range 10 {
		publish(t, from, transport.Message{Subject: "n", Data: []byte{byte(i)}})
	}
	if err := to.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	var gap *transport.GapError
	if _, err := s.Next(within(t)); !errors.As(err, &gap) || gap.Missed != 6 {
		t.Fatalf("Next() = %v, want a gap of 6", err)
	}
	for i := range 4 {
		if d := next(t, s); d.Data[0] != byte(i) {
			t.Fatalf("Next() = %v, want %d", d.Data, i)
		}
	}
	publish(t, from, transport.Message{Subject: "n", Data: []byte{42}})
	if d := next(t, s); d.Data[0] != 42 {
		t.Fatalf("Next() after the gap = %v, want 42", d.Data)
	}
	if st := s.Stats(); st.Dropped.Messages != 6 || st.Delivered.Messages != 5 {
		t.Fatalf("Stats() = %+v, want 6 dropped and 5 delivered", st)
	}
}

func TestOverflowPoliciesNatsLacksAreRefused(t *testing.T) {
	tr, _ := pair(t)
	for _, o := range []transport.Overflow{transport.DropOldest, transport.Block, transport.Fail} {
		if _, err := tr.Subscribe(within(t), "o", &transport.SubscribeOptions{Overflow: o}); !errors.Is(err, transport.ErrUnsupported) {
			t.Errorf("Subscribe(%v) = %v, want ErrUnsupported", o, err)
		}
	}
}

func TestRequestIsAnsweredOrRefusedAtOnce(t *testing.T) {
	from, to := pair(t)
	start := time.Now()
	if _, err := from.Request(within(t), transport.Message{Subject: "ask"}); !errors.Is(err, transport.ErrNoResponders) {
		t.Fatalf("Request to nobody = %v, want ErrNoResponders", err)
	}
	if took := time.Since(start); took > limit/2 {
		t.Fatalf("ErrNoResponders took %v", took)
	}
	s := subscribe(t, to, "ask", nil)
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := from.Request(short, transport.Message{Subject: "ask"}); !errors.Is(err, transport.ErrTimeout) {
		t.Fatalf("Request unanswered = %v, want ErrTimeout", err)
	}
	next(t, s)
	go func() {
		if d, err := s.Next(t.Context()); err == nil {
			d.Respond(t.Context(), transport.Message{Data: append([]byte("re: "), d.Data...)})
		}
	}()
	r, err := from.Request(within(t), transport.Message{Subject: "ask", Data: []byte("hi")})
	if err != nil || string(r.Data) != "re: hi" {
		t.Fatalf("Request() = %q, %v, want re: hi", r.Data, err)
	}
}

func TestANoticeOfNoRespondersIsDelivered(t *testing.T) {
	tr, _ := pair(t)
	s := subscribe(t, tr, "inbox", nil)
	publish(t, tr, transport.Message{Subject: "nobody", Reply: "inbox"})
	if d := next(t, s); !d.IsNoResponders() {
		t.Fatalf("Next() = %+v, want the notice", d.Message)
	}
}

func TestNextHonoursItsContextAndKeepsTheConnection(t *testing.T) {
	from, to := pair(t)
	s := subscribe(t, to, "n", nil)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.Next(short); !errors.Is(err, transport.ErrTimeout) {
		t.Fatalf("Next() = %v, want ErrTimeout", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Next(ended); !errors.Is(err, context.Canceled) {
		t.Fatalf("Next() = %v, want Canceled", err)
	}
	publish(t, from, transport.Message{Subject: "n"})
	next(t, s)
}

func TestTooLargeAndBadSubjectsAreRefusedBeforeTheWire(t *testing.T) {
	tr, _ := pair(t)
	most := tr.Capabilities().MaxMessage
	if err := tr.Publish(within(t), transport.Message{Subject: "l", Data: make([]byte, most+1)}); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("Publish(%d bytes) = %v, want ErrTooLarge", most+1, err)
	}
	publish(t, tr, transport.Message{Subject: "l", Data: make([]byte, most)})
	for _, subject := range []string{"", "a.*", "a.>", "a b", "a..b"} {
		if err := tr.Publish(within(t), transport.Message{Subject: subject}); !errors.Is(err, transport.ErrBadSubject) {
			t.Errorf("Publish(%q) = %v, want ErrBadSubject", subject, err)
		}
	}
}

func TestConnectSaysWhyItFails(t *testing.T) {
	b := brokertest.StartOptions(t, broker.Options{User: "u", Password: "p"})
	_, err := nats.Connect(within(t), b.URL(), &nats.Options{User: "u", Password: "x"})
	if !errors.Is(err, transport.ErrUnauthorized) || !errors.Is(err, natsgo.ErrAuthorization) {
		t.Errorf("Connect with a wrong password = %v, want ErrUnauthorized with its cause", err)
	}
	connect(t, b.URL(), &nats.Options{User: "u", Password: "p"})

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := nats.Connect(short, "nats://"+silent.Addr().String(), nil); !errors.Is(err, transport.ErrTimeout) {
		t.Errorf("Connect to a silent server = %v, want ErrTimeout", err)
	}
	silent.Close()
	if _, err := nats.Connect(within(t), "nats://"+silent.Addr().String(), nil); !errors.Is(err, transport.ErrDisconnected) {
		t.Errorf("Connect to nobody = %v, want ErrDisconnected", err)
	}
	both := "nats://" + silent.Addr().String() + "," + b.URL()
	connect(t, both, &nats.Options{User: "u", Password: "p"})
}

func TestSubscriptionDrainHandsOverWhatWasAccepted(t *testing.T) {
	from, to := pair(t)
	s := subscribe(t, to, "d", nil)
	for i := range 100 {
		publish(t, from, transport.Message{Subject: "d", Data: []byte{byte(i)}})
	}
	done := make(chan error, 1)
	go func() { done <- s.Drain(within(t)) }()
	var got []byte
	for {
		d, err := s.Next(within(t))
		if errors.Is(err, transport.ErrClosed) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.Data...)
	}
	if err := <-done; err != nil || len(got) != 100 || !slices.IsSorted(got) {
		t.Fatalf("Drain() = %v after %d messages, want 100 in order", err, len(got))
	}
}

func TestDrainSaysWhenItsContextEndsFirst(t *testing.T) {
	from, to := pair(t)
	s := subscribe(t, to, "d", nil)
	publish(t, from, transport.Message{Subject: "d"})
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := to.Drain(short); !errors.Is(err, transport.ErrTimeout) {
		t.Fatalf("Drain() = %v, want ErrTimeout", err)
	}
	if _, err := s.Next(within(t)); !errors.Is(err, transport.ErrClosed) {
		t.Fatalf("Next() after Drain = %v, want ErrClosed", err)
	}
	if err := to.Publish(within(t), transport.Message{Subject: "d"}); !errors.Is(err, transport.ErrClosed) {
		t.Fatalf("Publish() after Drain = %v, want ErrClosed", err)
	}
}

func TestCloseIsIdempotentAndEndsEverything(t *testing.T) {
	closed := 0
	b := brokertest.Start(t)
	tr := connect(t, b.URL(), &nats.Options{OnClose: func(context.Context) error { closed++; return nil }})
	s := subscribe(t, tr, "c", nil)
	waiting := make(chan error, 1)
	go func() {
		_, err := s.Next(t.Context())
		waiting <- err
	}()
	for range 2 {
		if err := tr.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-waiting; !errors.Is(err, transport.ErrClosed) {
		t.Errorf("Next() = %v, want ErrClosed", err)
	}
	if closed != 1 {
		t.Errorf("OnClose ran %d times, want once", closed)
	}
	_, request := tr.Request(within(t), transport.Message{Subject: "c"})
	_, sub := tr.Subscribe(within(t), "c", nil)
	for name, err := range map[string]error{
		"Publish": tr.Publish(within(t), transport.Message{Subject: "c"}), "Request": request,
		"Subscribe": sub, "Flush": tr.Flush(within(t)), "Drain": tr.Drain(within(t)),
	} {
		if !errors.Is(err, transport.ErrClosed) {
			t.Errorf("%s after Close = %v, want ErrClosed", name, err)
		}
	}
}

func TestInterestsAreRestoredAndTheCutIsReported(t *testing.T) {
	dir := t.TempDir()
	first := brokertest.StartOptions(t, broker.Options{StoreDir: dir})
	addr, err := net.ResolveTCPAddr("tcp", first.URL()[len("nats://"):])
	if err != nil {
		t.Fatal(err)
	}
	restored := make(chan struct{}, 1)
	tr := connect(t, first.URL(), &nats.Options{NATS: []natsgo.Option{
		natsgo.ReconnectWait(10 * time.Millisecond), natsgo.ReconnectJitter(0, 0),
		natsgo.ReconnectHandler(func(*natsgo.Conn) { restored <- struct{}{} }),
	}})
	s := subscribe(t, tr, "r", nil)
	brokertest.Stop(t, first)
	brokertest.StartOptions(t, broker.Options{StoreDir: dir, Port: addr.Port})
	select {
	case <-restored:
	case <-within(t).Done():
		t.Fatal("the connection was not restored")
	}
	publish(t, tr, transport.Message{Subject: "r"})
	var gap *transport.GapError
	if _, err := s.Next(within(t)); !errors.As(err, &gap) || gap.Missed != 0 {
		t.Fatalf("Next() after a cut = %v, want a gap of unknown size", err)
	}
	next(t, s)
	if st := tr.Stats(); st.Reconnects != 1 || st.Connections != 1 {
		t.Fatalf("Stats() = %+v, want one reconnect", st)
	}
}
