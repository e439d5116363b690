// Package nats carries messages through NATS servers: one outside, a cluster,
// or the one embedded in this process by package broker.
//
// [Connect] dials, [New] takes over a connection of nats.go; both give a
// [Transport], which is a transport.Transport and, where the server has
// JetStream, a transport.Durable. The package is as thin as it can be: what
// waits for Next waits in nats.go's own channel, and a message without header
// and ID goes out without any.
//
// Core delivery is at most once. A full subscription drops the newest message,
// the only policy nats.go has, and reports it as a *transport.GapError; after
// a reconnect, every core subscription reports a gap of unknown size. While
// the connection is lost, nats.go keeps up to 8 MiB of publishes and sends
// them when it is back; beyond that Publish is a transport.ErrDisconnected.
//
// Header values that NATS cannot carry as they are (line breaks, blanks at
// either end, and keys with characters beyond those of a token) are
// percent-encoded, which the header Intermodal-Escaped announces; receivers
// of this package undo it. A key without values is not sent. Message.ID travels
// as Nats-Msg-Id and is refused when NATS would change it.
package nats
