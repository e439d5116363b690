package nats_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/intermodal-io/intermodal/adapters/nats"
	"github.com/intermodal-io/intermodal/broker/brokertest"
	"github.com/intermodal-io/intermodal/transport"
)

// orders opens a transport with a stream of the subjects orders.>.
func orders(t *testing.T) *nats.Transport {
	t.Helper()
	tr := connect(t, brokertest.Start(t).URL(), nil)
	ensure(t, tr, transport.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}, Memory: true})
	return tr
}

func ensure(t *testing.T, tr transport.Durable, cfg transport.StreamConfig) {
	t.Helper()
	if err := tr.EnsureStream(within(t), cfg); err != nil {
		t.Fatal(err)
	}
}

func consume(t *testing.T, tr transport.Durable, cfg transport.ConsumerConfig) transport.Subscription {
	t.Helper()
	s, err := tr.Consumer(within(t), "ORDERS", cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func store(t *testing.T, tr transport.Durable, m transport.Message) transport.Receipt {
	t.Helper()
	r, err := tr.PublishStored(within(t), m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEnsureStreamNamesWhatConflicts(t *testing.T) {
	tr := orders(t)
	ensure(t, tr, transport.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}, Memory: true})

	err := tr.EnsureStream(within(t), transport.StreamConfig{
		Name: "ORDERS", Subjects: []string{"orders.>", "invoices"}, Memory: true, MaxMessages: 7,
	})
	if !errors.Is(err, transport.ErrConflict) || !strings.Contains(err.Error(), "Subjects, MaxMessages") {
		t.Errorf("EnsureStream() with other fields = %v, want ErrConflict naming Subjects, MaxMessages", err)
	}
	err = tr.EnsureStream(within(t), transport.StreamConfig{Name: "OTHER", Subjects: []string{"orders.eu"}})
	if !errors.Is(err, transport.ErrConflict) {
		t.Errorf("EnsureStream() with overlapping subjects = %v, want ErrConflict", err)
	}
	err = tr.EnsureStream(within(t), transport.StreamConfig{Name: "a.b", Subjects: []string{"x"}})
	if !errors.Is(err, transport.ErrBadSubject) {
		t.Errorf("EnsureStream() named a.b = %v, want ErrBadSubject", err)
	}
}

func TestStoredErrors(t *testing.T) {
	tr := orders(t)
	if _, err := tr.PublishStored(within(t), transport.Message{Subject: "nowhere"}); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("PublishStored() without a stream = %v, want ErrNotFound", err)
	}
	if _, err := tr.Consumer(within(t), "NONE", transport.ConsumerConfig{}); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("Consumer() without a stream = %v, want ErrNotFound", err)
	}
	if err := tr.DeleteStream(within(t), "NONE"); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("DeleteStream() without a stream = %v, want ErrNotFound", err)
	}
	big := transport.Message{Subject: "orders.big", Data: make([]byte, tr.Capabilities().MaxMessage+1)}
	if _, err := tr.PublishStored(within(t), big); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("PublishStored() of too much = %v, want ErrTooLarge", err)
	}
}

func TestPublishStoredOnce(t *testing.T) {
	tr := orders(t)
	m := transport.Message{Subject: "orders.new", Data: []byte("1"), ID: "a", Reply: "nobody.asks"}
	if r := store(t, tr, m); r != (transport.Receipt{Stream: "ORDERS", Sequence: 1}) {
		t.Errorf("PublishStored() = %+v, want sequence 1 of ORDERS", r)
	}
	if r := store(t, tr, m); !r.Duplicate || r.Sequence != 1 {
		t.Errorf("PublishStored() again = %+v, want a duplicate at 1", r)
	}
	d, err := consume(t, tr, transport.ConsumerConfig{}).Next(within(t))
	if err != nil || d.ID != "a" || d.Reply != "" || string(d.Data) != "1" || d.Sequence != 1 || d.Time.IsZero() {
		t.Errorf("Next() = %+v, %v, want message a without a reply", d, err)
	}
}

func TestPublishStoredBatch(t *testing.T) {
	tr := orders(t)
	const n = 2500
	ms := make([]transport.Message, n)
	for i := range ms {
		ms[i] = transport.Message{Subject: "orders.new", Data: fmt.Append(nil, i)}
	}
	ms[7].Subject = "nowhere"
	receipts, err := tr.PublishStoredBatch(within(t), ms)
	if !errors.Is(err, transport.ErrNotFound) || len(receipts) != n || receipts[7].Sequence != 0 {
		t.Fatalf("PublishStoredBatch() = %d receipts, %v, want %d and ErrNotFound for the eighth", len(receipts), err, n)
	}
	receipts = slices.Delete(receipts, 7, 8)
	for i, r := range receipts {
		if r.Sequence != uint64(i+1) {
			t.Fatalf("receipt %d = %+v, want sequence %d", i, r, i+1)
		}
	}
}

func TestStaleSettlementIsNotFound(t *testing.T) {
	tr := orders(t)
	store(t, tr, transport.Message{Subject: "orders.new"})
	s := consume(t, tr, transport.ConsumerConfig{Durable: "work", AckWait: 50 * time.Millisecond})
	first, err := s.Next(within(t))
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Next(within(t))
	if err != nil || second.Attempt != 2 {
		t.Fatalf("Next() after the ack wait = attempt %d, %v, want 2", second.Attempt, err)
	}
	if err := first.Ack(within(t)); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("Ack() of the first attempt = %v, want ErrNotFound", err)
	}
	if err := second.Extend(within(t)); err != nil {
		t.Errorf("Extend() = %v", err)
	}
	if err := second.Ack(within(t)); err != nil {
		t.Errorf("Ack() = %v", err)
	}
	if err := second.Ack(within(t)); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("Ack() twice = %v, want ErrNotFound", err)
	}
}

func TestConsumersShareADurable(t *testing.T) {
	tr := orders(t)
	cfg := transport.ConsumerConfig{Durable: "work", MaxInFlight: 1}
	a, b := consume(t, tr, cfg), consume(t, tr, cfg)
	seen := make(chan uint64)
	for _, s := range []transport.Subscription{a, b} {
		go func() {
			for d, err := range transport.Messages(t.Context(), s) {
				if err != nil || d.Ack(t.Context()) != nil {
					return
				}
				seen <- d.Sequence
			}
		}()
	}
	const n = 20
	for range n {
		store(t, tr, transport.Message{Subject: "orders.new"})
	}
	var got []uint64
	for range n {
		got = append(got, <-seen)
	}
	slices.Sort(got)
	if got = slices.Compact(got); len(got) != n {
		t.Errorf("%d of %d messages, want each once", len(got), n)
	}
	_, err := tr.Consumer(within(t), "ORDERS", transport.ConsumerConfig{Durable: "work", MaxInFlight: 2})
	if !errors.Is(err, transport.ErrConflict) {
		t.Errorf("Consumer() with other settings = %v, want ErrConflict", err)
	}
}

func TestConsumerStarts(t *testing.T) {
	tr := orders(t)
	var times []time.Time
	for i := range 3 {
		store(t, tr, transport.Message{Subject: fmt.Sprintf("orders.%d", i)})
	}
	all := consume(t, tr, transport.ConsumerConfig{})
	for range 3 {
		d, err := all.Next(within(t))
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, d.Time)
	}
	for name, c := range map[string]struct {
		cfg  transport.ConsumerConfig
		want uint64
	}{
		"all":      {transport.ConsumerConfig{}, 1},
		"last":     {transport.ConsumerConfig{From: transport.FromLast}, 3},
		"sequence": {transport.ConsumerConfig{From: transport.FromSequence, Sequence: 2}, 2},
		"time":     {transport.ConsumerConfig{From: transport.FromTime, Time: times[1]}, 2},
		"filter":   {transport.ConsumerConfig{Filter: "orders.2"}, 3},
	} {
		d, err := consume(t, tr, c.cfg).Next(within(t))
		if err != nil || d.Sequence != c.want {
			t.Errorf("%s: Next() = sequence %d, %v, want %d", name, d.Sequence, err, c.want)
		}
	}
	late := consume(t, tr, transport.ConsumerConfig{From: transport.FromNew})
	r := store(t, tr, transport.Message{Subject: "orders.late"})
	if d, err := late.Next(within(t)); err != nil || d.Sequence != r.Sequence {
		t.Errorf("new: Next() = sequence %d, %v, want %d", d.Sequence, err, r.Sequence)
	}
}

func TestDrainHandsOverWhatArrived(t *testing.T) {
	tr := orders(t)
	for range 3 {
		store(t, tr, transport.Message{Subject: "orders.new"})
	}
	s := consume(t, tr, transport.ConsumerConfig{Durable: "work"})
	if _, err := s.Next(within(t)); err != nil {
		t.Fatal(err)
	}
	drained := make(chan error)
	go func() { drained <- s.Drain(within(t)) }()
	for _, err := range transport.Messages(within(t), s) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := <-drained; err != nil {
		t.Errorf("Drain() = %v", err)
	}
}

var _ transport.Durable = (*nats.Transport)(nil)
