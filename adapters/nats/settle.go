package nats

import (
	"context"

	"github.com/intermodal-io/intermodal/transport"
)

// settler answers core deliveries; there is nothing else to settle in them.
type settler struct {
	transport.Unsettled
	t *Transport
}

// Publish implements transport.Settler, also while the transport drains.
func (s settler) Publish(ctx context.Context, m transport.Message) error {
	if err := ctx.Err(); err != nil {
		return wrap(ctx, "respond", m.Subject, err)
	}
	return s.t.send(ctx, &m)
}
