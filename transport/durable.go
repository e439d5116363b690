package transport

import (
	"context"
	"time"
)

// Durable is implemented by carriers that store messages. Streams capture what
// is published to their subjects, by Publish as well as by PublishStored.
type Durable interface {
	// EnsureStream makes the stream exist as cfg says. It may be repeated; an
	// existing stream that differs is an ErrConflict that names the fields.
	EnsureStream(ctx context.Context, cfg StreamConfig) error
	// DeleteStream removes a stream and its consumers; ErrNotFound if absent.
	DeleteStream(ctx context.Context, name string) error
	// PublishStored returns nil when m is stored. A message whose ID was stored
	// within the stream's dedup window is not stored again, and the receipt says
	// so. ErrNotFound when no stream has the subject.
	PublishStored(ctx context.Context, m Message) (Receipt, error)
	// PublishStoredBatch stores ms in order and returns a receipt for each; the
	// receipt of one that was not stored has Sequence 0, and the error joins the
	// causes.
	PublishStoredBatch(ctx context.Context, ms []Message) ([]Receipt, error)
	// Consumer opens a consumer of a stream. Its deliveries are settled with
	// Ack, Nak, Term, Extend. Several of one Durable name share the work.
	Consumer(ctx context.Context, stream string, cfg ConsumerConfig) (Subscription, error)
}

// Receipt says where a message was stored.
type Receipt struct {
	Stream    string
	Sequence  uint64 // 1 the first
	Duplicate bool   // it was stored before, at Sequence
}

// StreamConfig describes a stream.
type StreamConfig struct {
	Name        string        // see CheckName
	Subjects    []string      // patterns; no two streams may overlap
	MaxMessages int           // the oldest go beyond it; 0 means no limit
	MaxBytes    int           // the oldest go beyond it; 0 means no limit
	MaxAge      time.Duration // older ones go; 0 means no limit
	DedupWindow time.Duration // how long an ID is remembered; 0 means DefaultDedupWindow
	Memory      bool          // keep in memory even where the carrier has a disk
	Replicas    int           // copies in a cluster; 0 means 1
}

// Defaults of streams and consumers.
const (
	DefaultDedupWindow = 2 * time.Minute
	DefaultAckWait     = 30 * time.Second
	DefaultMaxInFlight = 1000
)

// Start says where a new consumer begins.
type Start uint8

const (
	FromAll      Start = iota // the first message stored
	FromNew                   // what is stored after the consumer
	FromLast                  // the last message stored
	FromSequence              // ConsumerConfig.Sequence
	FromTime                  // the first stored at or after ConsumerConfig.Time
)

// ConsumerConfig describes a consumer.
type ConsumerConfig struct {
	Durable     string // a name (see CheckName) under which progress is kept; empty: it goes when the subscription is closed
	Filter      string // a pattern; empty: all of the stream
	From        Start
	Sequence    uint64          // for FromSequence
	Time        time.Time       // for FromTime
	AckWait     time.Duration   // unsettled for so long is delivered again; 0 means DefaultAckWait
	MaxDeliver  int             // attempts before a message is given up; 0 means no limit
	Backoff     []time.Duration // replaces AckWait by attempt, the last one repeats
	MaxInFlight int             // deliveries not settled; 0 means DefaultMaxInFlight
}

// BatchPublisher is implemented by carriers that publish many messages in one
// step.
type BatchPublisher interface {
	// PublishBatch publishes ms in order and returns how many were accepted.
	PublishBatch(ctx context.Context, ms []Message) (int, error)
}

// PublishBatch publishes ms in order and returns how many were accepted, which
// is fewer than all only with an error.
func PublishBatch(ctx context.Context, t Transport, ms []Message) (n int, err error) {
	if b, ok := t.(BatchPublisher); ok {
		return b.PublishBatch(ctx, ms)
	}
	for i := range ms {
		if err := t.Publish(ctx, ms[i]); err != nil {
			return i, err
		}
	}
	return len(ms), nil
}
