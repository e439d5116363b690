package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Errors that mean the same on every carrier; test for them with errors.Is.
// A carrier's own cause stays reachable with errors.As.
var (
	ErrClosed       = errors.New("transport: closed")
	ErrDraining     = errors.New("transport: draining")
	ErrTimeout      = fmt.Errorf("transport: timed out: %w", context.DeadlineExceeded)
	ErrNoResponders = errors.New("transport: no responders")
	ErrNotFound     = errors.New("transport: not found")
	ErrTooLarge     = errors.New("transport: message too large")
	ErrBadSubject   = errors.New("transport: bad subject")
	ErrBadHeader    = errors.New("transport: bad header")
	ErrNoReply      = errors.New("transport: message asks for no reply")
	ErrConflict     = errors.New("transport: conflicts with what exists")
	ErrUnsupported  = fmt.Errorf("transport: %w", errors.ErrUnsupported)
	ErrUnauthorized = errors.New("transport: unauthorized")
	ErrDisconnected = errors.New("transport: disconnected")
	ErrProtocol     = errors.New("transport: protocol violation")
)

// GapError tells a subscriber that it lost messages: its subscription was full
// or its connection was cut. The subscription goes on after it, unless its
// policy is [Fail].
type GapError struct {
	Missed uint64 // messages lost since the last delivery or GapError; 0 when the number is unknown
}

func (e *GapError) Error() string {
	if e.Missed == 0 {
		return "transport: an unknown number of messages was lost"
	}
	return fmt.Sprintf("transport: %d messages were lost", e.Missed)
}

// ReplyError is an error that a responder sent with [Delivery.RespondError].
type ReplyError struct {
	Code, Text string
}

func (e *ReplyError) Error() string {
	return fmt.Sprintf("transport: responder says %s: %s", e.Code, e.Text)
}

// CapabilityError lists what a program needs and its carrier lacks. It is an
// [ErrUnsupported].
type CapabilityError struct {
	Carrier string
	Missing []Capability
}

func (e *CapabilityError) Error() string {
	names := make([]string, len(e.Missing))
	for i, c := range e.Missing {
		names[i] = c.String()
	}
	return fmt.Sprintf("transport: carrier %q lacks %s: choose a carrier that declares it", e.Carrier, strings.Join(names, ", "))
}

// Is makes a CapabilityError an ErrUnsupported and an errors.ErrUnsupported.
func (e *CapabilityError) Is(target error) bool {
	return target == ErrUnsupported || target == errors.ErrUnsupported
}

// ContextError translates the end of ctx into the contract's terms: an
// ErrTimeout when its deadline passed, an error that is context.Canceled when
// it was cancelled, with the cause kept, nil when ctx goes on.
func ContextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		if cause == err {
			return ErrTimeout
		}
		return fmt.Errorf("%w: %w", ErrTimeout, cause)
	}
	if cause == err {
		return fmt.Errorf("transport: %w", err)
	}
	return fmt.Errorf("transport: %w: %w", err, cause)
}

// replyError returns the error that response m carries, or nil.
func replyError(m *Message) error {
	if m.Header == nil {
		return nil
	}
	code, text := m.Header.Get(HeaderErrorCode), m.Header.Get(HeaderError)
	if code == "" && text == "" {
		return nil
	}
	return &ReplyError{Code: code, Text: text}
}

// ResponseError returns the error that response m stands for: ErrNoResponders
// for a node's notice that nobody listens, *ReplyError for a responder's
// error, nil for an ordinary response. Carriers apply it in Request.
func ResponseError(m *Message) error {
	if m.IsNoResponders() {
		return ErrNoResponders
	}
	return replyError(m)
}
