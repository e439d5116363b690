// Package transport is Intermodal's contract: one interface by which services
// publish, subscribe, request and reply, whatever carries the messages.
//
// A [Transport] moves a [Message] by its subject; a [Subscription] hands each
// one over as a [Delivery], which knows how it is settled. What every carrier
// promises is written on these types and proven by package transporttest;
// where carriers differ they say so in [Capabilities], and [Require] makes a
// program fail at its start when it needs more than its carrier has.
//
// The package depends on the standard library only. Carriers live in packages
// of their own under adapters, or in anybody's repository.
package transport
