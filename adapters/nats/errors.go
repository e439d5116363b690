package nats

import (
	"context"
	"errors"
	"fmt"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/intermodal-io/intermodal/transport"
)

// errSubjectOverlap is the server's answer to a stream whose subjects another
// one has; nats.go has no name for it.
var errSubjectOverlap = &jetstream.APIError{ErrorCode: 10065}

// sentinel returns the error of the contract that err means, nil for none.
func sentinel(err error) error {
	for _, m := range [...]struct{ foreign, ours error }{
		{natsgo.ErrConnectionClosed, transport.ErrClosed},
		{natsgo.ErrBadSubscription, transport.ErrClosed},
		{jetstream.ErrMsgIteratorClosed, transport.ErrClosed},
		{natsgo.ErrConnectionDraining, transport.ErrDraining},
		{natsgo.ErrMaxPayload, transport.ErrTooLarge},
		{natsgo.ErrNoResponders, transport.ErrNoResponders},
		{natsgo.ErrBadSubject, transport.ErrBadSubject},
		{natsgo.ErrBadHeaderMsg, transport.ErrBadHeader},
		{natsgo.ErrHeadersNotSupported, transport.ErrUnsupported},
		{natsgo.ErrReconnectBufExceeded, transport.ErrDisconnected},
		{natsgo.ErrDisconnected, transport.ErrDisconnected},
		{natsgo.ErrConnectionReconnecting, transport.ErrDisconnected},
		{natsgo.ErrAuthorization, transport.ErrUnauthorized},
		{natsgo.ErrAuthExpired, transport.ErrUnauthorized},
		{natsgo.ErrAuthRevoked, transport.ErrUnauthorized},
		{natsgo.ErrAccountAuthExpired, transport.ErrUnauthorized},
		{natsgo.ErrPermissionViolation, transport.ErrUnauthorized},
		{jetstream.ErrStreamNotFound, transport.ErrNotFound},
		{jetstream.ErrConsumerNotFound, transport.ErrNotFound},
		{jetstream.ErrConsumerDeleted, transport.ErrNotFound},
		{jetstream.ErrMsgAlreadyAckd, transport.ErrNotFound},
		{jetstream.ErrNoStreamResponse, transport.ErrNotFound},
		{jetstream.ErrStreamNameAlreadyInUse, transport.ErrConflict},
		{jetstream.ErrConsumerExists, transport.ErrConflict},
		{jetstream.ErrJetStreamNotEnabled, transport.ErrUnsupported},
		{jetstream.ErrJetStreamNotEnabledForAccount, transport.ErrUnsupported},
		{errSubjectOverlap, transport.ErrConflict},
		{natsgo.ErrTimeout, transport.ErrTimeout},
		{jetstream.ErrAsyncPublishTimeout, transport.ErrTimeout},
		{context.DeadlineExceeded, transport.ErrTimeout},
	} {
		if errors.Is(err, m.foreign) {
			return m.ours
		}
	}
	return nil
}

// wrap names the operation and the subject of err and translates it, the cause
// kept. ctx is what bounded the operation.
func wrap(ctx context.Context, op, subject string, err error) error {
	if err == nil {
		return nil
	}
	if ctx != nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		if ended := transport.ContextError(ctx); ended != nil {
			return fmt.Errorf("nats: %s %q: %w", op, subject, ended)
		}
	}
	if ours := sentinel(err); ours != nil {
		return fmt.Errorf("nats: %s %q: %w: %w", op, subject, ours, err)
	}
	return fmt.Errorf("nats: %s %q: %w", op, subject, err)
}
