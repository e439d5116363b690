package nats

import (
	"fmt"
	"strings"

	natsgo "github.com/nats-io/nats.go"

	"github.com/intermodal-io/intermodal/transport"
)

// escapedHeader announces that all keys and values of a message are
// percent-encoded. It is sent only where NATS would change a key or a value.
const escapedHeader = "Intermodal-Escaped"

// keyDelimiters are the printable characters nats.go refuses in a key.
const keyDelimiters = "\"()/,:;<=>?@[\\]{}"

func plainKey(k string) bool {
	for i := range len(k) {
		if c := k[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(keyDelimiters, c) >= 0 {
			return false
		}
	}
	return k != escapedHeader
}

// plainValue reports whether v survives NATS: nats.go trims blanks at both
// ends and turns line breaks into spaces.
func plainValue(v string) bool {
	if v == "" {
		return true
	}
	return !blank(v[0]) && !blank(v[len(v)-1]) && !strings.ContainsAny(v, "\r\n\x00")
}

func blank(c byte) bool { return c <= ' ' }

// encodeHeader returns the NATS header of m, nil when it needs none. It shares
// memory with m.Header, which nats.go only reads.
func encodeHeader(m *transport.Message) (natsgo.Header, error) {
	if len(m.Header) == 0 && m.ID == "" {
		return nil, nil
	}
	if !plainValue(m.ID) {
		return nil, fmt.Errorf("%w: ID %q has control bytes, or blanks at an end", transport.ErrBadHeader, m.ID)
	}
	escape := false
	for k, values := range m.Header {
		if k == "" {
			return nil, fmt.Errorf("%w: a key is empty", transport.ErrBadHeader)
		}
		escape = escape || !plainKey(k)
		for _, v := range values {
			escape = escape || !plainValue(v)
		}
	}
	if !escape && m.ID == "" {
		return natsgo.Header(m.Header), nil
	}
	h := make(natsgo.Header, len(m.Header)+2)
	for k, values := range m.Header {
		if !escape {
			h[k] = values
			continue
		}
		k = escapeKey(k)
		for _, v := range values {
			h[k] = append(h[k], escapeText(v))
		}
	}
	if m.ID != "" {
		// Never escaped: the server compares IDs of messages with and without
		// other headers.
		h[transport.HeaderMessageID] = []string{m.ID}
	}
	if escape {
		h[escapedHeader] = []string{"1"}
	}
	return h, nil
}

// decodeHeader undoes encodeHeader. The header returned may be h itself.
func decodeHeader(h natsgo.Header) (header transport.Header, id string) {
	if len(h) == 0 {
		return nil, ""
	}
	if _, escaped := h[escapedHeader]; escaped {
		h = unescapeHeader(h)
	}
	if ids := h[transport.HeaderMessageID]; len(ids) > 0 {
		id = ids[0]
		delete(h, transport.HeaderMessageID)
	}
	if len(h) == 0 {
		return nil, id
	}
	return transport.Header(h), id
}

func unescapeHeader(h natsgo.Header) natsgo.Header {
	u := make(natsgo.Header, len(h))
	for k, values := range h {
		if k == escapedHeader {
			continue
		}
		if k == transport.HeaderMessageID {
			u[k] = values
			continue
		}
		key := unescapeText(k)
		for _, v := range values {
			u[key] = append(u[key], unescapeText(v))
		}
	}
	return u
}

const hexDigits = "0123456789ABCDEF"

// escapeKey makes k plain. A key that is the announcement itself is escaped too.
func escapeKey(k string) string {
	if k == escapedHeader {
		return escapeByte(k[0]) + k[1:]
	}
	var b strings.Builder
	for i := range len(k) {
		if c := k[i]; c == '%' || !plainKey(k[i:i+1]) {
			b.WriteString(escapeByte(c))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escapeText makes v plain; non-ASCII text stays as it is.
func escapeText(v string) string {
	var b strings.Builder
	for i := range len(v) {
		if c := v[i]; c == '%' || c < ' ' || c == ' ' && (i == 0 || i == len(v)-1) {
			b.WriteString(escapeByte(c))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func escapeByte(c byte) string {
	return string([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
}

// unescapeText undoes percent-encoding. What is not an encoded byte stays as
// it is: a foreign sender may announce what it did not do.
func unescapeText(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
			if hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
