package nats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/intermodal-io/intermodal/transport"
)

// askStored checks what every operation on streams asks for first.
func (t *Transport) askStored(ctx context.Context, op, name string) error {
	if err := transport.ContextError(ctx); err != nil {
		return fmt.Errorf("nats: %s %q: %w", op, name, err)
	}
	if t.refuses() {
		return fmt.Errorf("nats: %s %q: %w", op, name, t.refusal())
	}
	if !t.caps.Durable {
		return fmt.Errorf("nats: %s %q: the server runs without JetStream: %w", op, name, transport.ErrUnsupported)
	}
	return nil
}

// EnsureStream implements transport.Durable. What the contract has no field
// for is left as an existing stream has it.
func (t *Transport) EnsureStream(ctx context.Context, cfg transport.StreamConfig) error {
	if err := t.askStored(ctx, "ensure stream", cfg.Name); err != nil {
		return err
	}
	if err := checkStream(&cfg); err != nil {
		return fmt.Errorf("nats: ensure stream %q: %w", cfg.Name, err)
	}
	want := streamConfig(&cfg)
	_, err := t.js.CreateStream(ctx, want)
	if !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return wrap(ctx, "ensure stream", cfg.Name, err)
	}
	s, err := t.js.Stream(ctx, cfg.Name)
	if err != nil {
		return wrap(ctx, "ensure stream", cfg.Name, err)
	}
	if fields := streamDifferences(&want, &s.CachedInfo().Config); fields != nil {
		return fmt.Errorf("nats: ensure stream %q: it exists with other %s: delete it, or ask for what it has: %w",
			cfg.Name, strings.Join(fields, ", "), transport.ErrConflict)
	}
	return nil
}

func checkStream(cfg *transport.StreamConfig) error {
	if err := transport.CheckName(cfg.Name); err != nil {
		return err
	}
	if len(cfg.Subjects) == 0 {
		return fmt.Errorf("%w: a stream needs one subject at least", transport.ErrBadSubject)
	}
	for _, s := range cfg.Subjects {
		if err := transport.CheckPattern(s); err != nil {
			return err
		}
	}
	return nil
}

// unlimited is how JetStream writes a limit that is not there.
const unlimited = -1

func limit(n int) int64 {
	if n <= 0 {
		return unlimited
	}
	return int64(n)
}

func streamConfig(cfg *transport.StreamConfig) jetstream.StreamConfig {
	window := cfg.DedupWindow
	if window <= 0 {
		window = transport.DefaultDedupWindow
	}
	if cfg.MaxAge > 0 {
		// The server refuses to remember IDs for longer than messages.
		window = min(window, cfg.MaxAge)
	}
	storage := jetstream.FileStorage
	if cfg.Memory {
		storage = jetstream.MemoryStorage
	}
	return jetstream.StreamConfig{
		Name:       cfg.Name,
		Subjects:   cfg.Subjects,
		MaxMsgs:    limit(cfg.MaxMessages),
		MaxBytes:   limit(cfg.MaxBytes),
		MaxAge:     max(cfg.MaxAge, 0),
		Duplicates: window,
		Storage:    storage,
		Replicas:   max(cfg.Replicas, 1),
	}
}

// streamDifferences names the fields of transport.StreamConfig in which two
// streams differ.
func streamDifferences(a, b *jetstream.StreamConfig) []string {
	sorted := func(s []string) []string { return slices.Sorted(slices.Values(s)) }
	var fields []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"Subjects", slices.Equal(sorted(a.Subjects), sorted(b.Subjects))},
		{"MaxMessages", a.MaxMsgs == b.MaxMsgs},
		{"MaxBytes", a.MaxBytes == b.MaxBytes},
		{"MaxAge", a.MaxAge == b.MaxAge},
		{"DedupWindow", a.Duplicates == b.Duplicates},
		{"Memory", a.Storage == b.Storage},
		{"Replicas", a.Replicas == b.Replicas},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// DeleteStream implements transport.Durable.
func (t *Transport) DeleteStream(ctx context.Context, name string) error {
	if err := t.askStored(ctx, "delete stream", name); err != nil {
		return err
	}
	if err := transport.CheckName(name); err != nil {
		return fmt.Errorf("nats: delete stream: %w", err)
	}
	return wrap(ctx, "delete stream", name, t.js.DeleteStream(ctx, name))
}

// PublishStored implements transport.Durable. Where no server answers for the
// subject it is asked twice more within half a second, since in a cluster a
// stream may be without a leader for so long.
func (t *Transport) PublishStored(ctx context.Context, m transport.Message) (transport.Receipt, error) {
	none := transport.Receipt{}
	if err := t.askStored(ctx, "publish stored", m.Subject); err != nil {
		return none, err
	}
	if err := t.checkStored(&m); err != nil {
		return none, err
	}
	msg, err := encode(&m)
	if err != nil {
		return none, wrap(ctx, "publish stored", m.Subject, err)
	}
	ack, err := t.js.PublishMsg(ctx, msg)
	if err != nil {
		return none, wrap(ctx, "publish stored", m.Subject, err)
	}
	t.published.add(m.Size())
	return receipt(ack), nil
}

// checkStored checks m and takes its reply away, which is not stored.
func (t *Transport) checkStored(m *transport.Message) error {
	if err := transport.CheckSubject(m.Subject); err != nil {
		return fmt.Errorf("nats: publish stored: %w", err)
	}
	if size := m.Size(); size > t.caps.MaxMessage {
		return fmt.Errorf("nats: publish stored %q: %d bytes, the server takes %d: %w", m.Subject, size, t.caps.MaxMessage, transport.ErrTooLarge)
	}
	m.Reply = ""
	return nil
}

func receipt(ack *jetstream.PubAck) transport.Receipt {
	return transport.Receipt{Stream: ack.Stream, Sequence: ack.Sequence, Duplicate: ack.Duplicate}
}

// storeWindow is how many messages of a batch are on their way at most.
const storeWindow = 1000

// PublishStoredBatch implements transport.Durable. The messages are sent
// without waiting for each other's receipts, and none is sent twice.
func (t *Transport) PublishStoredBatch(ctx context.Context, ms []transport.Message) ([]transport.Receipt, error) {
	receipts := make([]transport.Receipt, len(ms))
	if err := t.askStored(ctx, "publish stored", ""); err != nil {
		return receipts, err
	}
	var errs []error
	acks := make([]jetstream.PubAckFuture, len(ms))
	settle := func(i int) {
		if acks[i] == nil {
			return
		}
		select {
		case ack := <-acks[i].Ok():
			receipts[i] = receipt(ack)
			t.published.add(ms[i].Size())
		case err := <-acks[i].Err():
			errs = append(errs, wrap(ctx, "publish stored", ms[i].Subject, err))
		case <-ctx.Done():
			errs = append(errs, wrap(ctx, "publish stored", ms[i].Subject, ctx.Err()))
		}
	}
	for i := range ms {
		if i >= storeWindow {
			settle(i - storeWindow)
		}
		var err error
		if acks[i], err = t.sendStored(ctx, ms[i]); err != nil {
			errs = append(errs, err)
		}
	}
	for i := max(len(ms)-storeWindow, 0); i < len(ms); i++ {
		settle(i)
	}
	return receipts, errors.Join(errs...)
}

func (t *Transport) sendStored(ctx context.Context, m transport.Message) (jetstream.PubAckFuture, error) {
	if err := t.checkStored(&m); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, wrap(ctx, "publish stored", m.Subject, ctx.Err())
	}
	msg, err := encode(&m)
	if err != nil {
		return nil, wrap(ctx, "publish stored", m.Subject, err)
	}
	ack, err := t.js.PublishMsgAsync(msg, jetstream.WithRetryAttempts(0))
	return ack, wrap(ctx, "publish stored", m.Subject, err)
}

// idle is how long the server keeps an ephemeral consumer that nobody asks for
// messages: time enough for a connection to be restored.
const idle = 5 * time.Minute

// Consumer implements transport.Durable. It asks the server for messages ahead
// of Next, for MaxInFlight at most.
func (t *Transport) Consumer(ctx context.Context, stream string, cfg transport.ConsumerConfig) (transport.Subscription, error) {
	if err := t.askStored(ctx, "consume", stream); err != nil {
		return nil, err
	}
	if err := checkConsumer(stream, &cfg); err != nil {
		return nil, fmt.Errorf("nats: consume %q: %w", stream, err)
	}
	config := consumerConfig(&cfg)
	jc, err := t.js.CreateConsumer(ctx, stream, config)
	if err != nil {
		return nil, wrap(ctx, "consume", stream, err)
	}
	c, err := newConsumer(t, stream, jc, cfg.Durable == "", config.MaxAckPending)
	if err != nil {
		return nil, wrap(ctx, "consume", stream, err)
	}
	if !t.register(c) {
		return nil, errors.Join(fmt.Errorf("nats: consume %q: %w", stream, t.refusal()), c.Close())
	}
	return c, nil
}

func checkConsumer(stream string, cfg *transport.ConsumerConfig) error {
	if err := transport.CheckName(stream); err != nil {
		return err
	}
	if cfg.Durable != "" {
		if err := transport.CheckName(cfg.Durable); err != nil {
			return fmt.Errorf("durable: %w", err)
		}
	}
	if cfg.Filter != "" {
		if err := transport.CheckPattern(cfg.Filter); err != nil {
			return fmt.Errorf("filter: %w", err)
		}
	}
	return nil
}

func consumerConfig(cfg *transport.ConsumerConfig) jetstream.ConsumerConfig {
	c := jetstream.ConsumerConfig{
		Durable:       cfg.Durable,
		FilterSubject: cfg.Filter,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       cfg.AckWait,
		MaxDeliver:    int(limit(cfg.MaxDeliver)),
		BackOff:       cfg.Backoff,
		MaxAckPending: cfg.MaxInFlight,
	}
	if c.AckWait <= 0 {
		c.AckWait = transport.DefaultAckWait
	}
	if c.MaxAckPending <= 0 {
		c.MaxAckPending = transport.DefaultMaxInFlight
	}
	if c.MaxDeliver > 0 && len(c.BackOff) > c.MaxDeliver {
		// The server refuses waits that it could never use.
		c.BackOff = c.BackOff[:c.MaxDeliver]
	}
	if cfg.Durable == "" {
		c.InactiveThreshold = idle
	}
	switch cfg.From {
	case transport.FromNew:
		c.DeliverPolicy = jetstream.DeliverNewPolicy
	case transport.FromLast:
		c.DeliverPolicy = jetstream.DeliverLastPolicy
	case transport.FromSequence:
		c.DeliverPolicy, c.OptStartSeq = jetstream.DeliverByStartSequencePolicy, max(cfg.Sequence, 1)
	case transport.FromTime:
		c.DeliverPolicy, c.OptStartTime = jetstream.DeliverByStartTimePolicy, &cfg.Time
	}
	return c
}
