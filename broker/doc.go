// Package broker runs a NATS server inside the calling process, so that a
// program needs nothing installed to publish, subscribe and store messages.
//
// [Start] gives a running [Broker]; any NATS client reaches it at
// [Broker.URL], and nats.go in the same process without a socket through
// [Broker.Connect]. The broker never ends the process, installs no signal
// handler, writes nothing but to the logger it is given, and leaves no
// goroutine behind after [Broker.Shutdown].
package broker
