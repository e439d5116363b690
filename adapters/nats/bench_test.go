package nats_test

import (
	"slices"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"

	"github.com/intermodal-io/intermodal/adapters/nats"
	"github.com/intermodal-io/intermodal/broker/brokertest"
	"github.com/intermodal-io/intermodal/transport"
)

const benchRound = 200_000 // messages

// BenchmarkCoreAgainstRaw moves 64-byte messages from one connection to
// another through an embedded server over loopback TCP, with this package and
// with nats.go alone in turn, and reports the median of the ratios.
func BenchmarkCoreAgainstRaw(b *testing.B) {
	url := brokertest.Start(b).URL()
	ours, raw := benchOurs(b, url), benchRaw(b, url)
	ours()
	raw()
	var ratios, rates []float64
	for b.Loop() {
		var mine, theirs time.Duration
		// Who goes first alternates, so that a drift of the machine favours nobody.
		if len(ratios)%2 == 0 {
			mine, theirs = ours(), raw()
		} else {
			theirs, mine = raw(), ours()
		}
		ratios = append(ratios, theirs.Seconds()/mine.Seconds())
		rates = append(rates, benchRound/mine.Seconds())
	}
	slices.Sort(ratios)
	slices.Sort(rates)
	b.ReportMetric(ratios[len(ratios)/2], "ratio-to-raw")
	b.ReportMetric(rates[len(rates)/2], "msgs/s")
}

// window is how many messages are in flight at most, so that no buffer overflows.
const window = 30_000

func benchOurs(b *testing.B, url string) func() time.Duration {
	from, to := benchOpen(b, url), benchOpen(b, url)
	sub, err := to.Subscribe(b.Context(), "bench.ours", nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx, m := b.Context(), transport.Message{Subject: "bench.ours", Data: make([]byte, 64)}
	return func() time.Duration {
		return benchRun(b, func() error { return from.Publish(ctx, m) }, func() error {
			d, err := sub.Next(ctx)
			if err == nil && len(d.Data) != 64 {
				b.Fatalf("Next() = %d bytes, want 64", len(d.Data))
			}
			return err
		})
	}
}

func benchRaw(b *testing.B, url string) func() time.Duration {
	from, to := benchDial(b, url), benchDial(b, url)
	sub, err := to.SubscribeSync("bench.raw")
	if err != nil {
		b.Fatal(err)
	}
	if err := to.Flush(); err != nil {
		b.Fatal(err)
	}
	ctx, data := b.Context(), make([]byte, 64)
	return func() time.Duration {
		return benchRun(b, func() error { return from.Publish("bench.raw", data) }, func() error {
			m, err := sub.NextMsgWithContext(ctx)
			if err == nil && len(m.Data) != 64 {
				b.Fatalf("NextMsgWithContext() = %d bytes, want 64", len(m.Data))
			}
			return err
		})
	}
}

// benchRun publishes and receives one round at once.
func benchRun(b *testing.B, publish, next func() error) time.Duration {
	room := make(chan struct{}, 3)
	failed := make(chan error, 1)
	start := time.Now()
	go func() {
		for i := range benchRound {
			if i%(window/3) == 0 {
				room <- struct{}{}
			}
			if err := publish(); err != nil {
				failed <- err
				return
			}
		}
		failed <- nil
	}()
	for i := range benchRound {
		if err := next(); err != nil {
			b.Fatal(err)
		}
		if (i+1)%(window/3) == 0 {
			<-room
		}
	}
	took := time.Since(start)
	if err := <-failed; err != nil {
		b.Fatal(err)
	}
	return took
}

func benchOpen(b *testing.B, url string) *nats.Transport {
	t, err := nats.Connect(b.Context(), url, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { t.Close() })
	return t
}

func benchDial(b *testing.B, url string) *natsgo.Conn {
	nc, err := natsgo.Connect(url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(nc.Close)
	return nc
}
