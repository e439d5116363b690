// Package brokertest gives a test a broker in one line and cleans up after it.
package brokertest

import (
	"context"
	"testing"
	"time"

	"github.com/intermodal-io/intermodal/broker"
)

// stopLimit bounds the shutdown at the end of a test.
const stopLimit = 10 * time.Second

// Start runs a broker with streams on a random loopback port until the test
// ends, when it is shut down and its store is removed.
func Start(t testing.TB) *broker.Broker {
	t.Helper()
	return StartOptions(t, broker.Options{})
}

// StartOptions is Start with options.
func StartOptions(t testing.TB, opts broker.Options) *broker.Broker {
	t.Helper()
	b, err := broker.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Stop(t, b) })
	return b
}

// Stop shuts b down and fails the test when that does not work in time.
func Stop(t testing.TB, b *broker.Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), stopLimit)
	defer cancel()
	if err := b.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}
