package transport

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// Message is what carriers move: bytes, addressed by subject.
//
// Publishing never keeps Data or Header: the caller may reuse both as soon as
// the call returns. A delivered message belongs to its receiver and stays
// valid for as long as it is kept, unless its subscription is Borrowed.
type Message struct {
	Subject string
	Reply   string // where a response goes; empty unless the sender asked for one
	Header  Header // nil when empty
	Data    []byte
	ID      string // identity for deduplication by carriers that store; empty for none
}

// Clone returns a copy of m that shares no memory with it.
func (m Message) Clone() Message {
	m.Subject = strings.Clone(m.Subject)
	m.Reply = strings.Clone(m.Reply)
	m.ID = strings.Clone(m.ID)
	m.Header = m.Header.Clone()
	m.Data = bytes.Clone(m.Data)
	return m
}

// Size returns the bytes that count against a carrier's limits: data, header
// keys and header values.
func (m *Message) Size() int { return len(m.Data) + m.Header.Size() }

// Header holds named values that travel with a message. Keys are
// case-sensitive and not empty; values keep their order and may hold any bytes.
type Header map[string][]string

// Get returns the first value of key, or "" if there is none.
func (h Header) Get(key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set replaces the values of key by one.
func (h Header) Set(key, value string) { h[key] = []string{value} }

// Add appends one value to those of key.
func (h Header) Add(key, value string) { h[key] = append(h[key], value) }

// Clone returns a deep copy of h; nil when h is empty.
func (h Header) Clone() Header {
	if len(h) == 0 {
		return nil
	}
	c := make(Header, len(h))
	for k, v := range h {
		values := make([]string, len(v))
		for i := range v {
			values[i] = strings.Clone(v[i])
		}
		c[strings.Clone(k)] = values
	}
	return c
}

// Size returns the bytes of all keys and values together.
func (h Header) Size() int {
	n := 0
	for k, values := range h {
		n += len(k)
		for _, v := range values {
			n += len(v)
		}
	}
	return n
}

// Equal reports whether h and o hold the same keys and values, an absent
// header being equal to an empty one.
func (h Header) Equal(o Header) bool { return maps.EqualFunc(h, o, slices.Equal[[]string]) }

// Headers with a meaning of their own. The error headers are those of the NATS
// micro-services convention (ADR-32), so that its clients read our errors and
// ours read theirs.
const (
	HeaderError     = "Nats-Service-Error"      // text of an error response
	HeaderErrorCode = "Nats-Service-Error-Code" // code of an error response
	HeaderStatus    = "Status"                  // "503" with no data: nobody listens to the request's subject
	HeaderEnd       = "Intermodal-End"          // present on the empty response that ends a stream of responses
	HeaderMessageID = "Nats-Msg-Id"             // where a carrier without a field for Message.ID puts it
)

// StatusNoResponders is the value of [HeaderStatus] by which a node answers a
// request that reached nobody.
const StatusNoResponders = "503"

// IsNoResponders reports whether m is a node's notice that a request reached
// nobody.
func (m *Message) IsNoResponders() bool {
	return len(m.Data) == 0 && m.Header.Get(HeaderStatus) == StatusNoResponders
}

// IsEnd reports whether m ends a stream of responses.
func (m *Message) IsEnd() bool {
	_, ok := m.Header[HeaderEnd]
	return ok && len(m.Data) == 0
}
