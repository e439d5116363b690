package transport

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxSubject is the longest subject, in bytes.
const MaxSubject = 1024

// Classes of bytes in a subject.
const (
	plain  = iota
	dot    // separates tokens
	wild   // * or >
	refuse // space, control
	high   // part of a multi-byte rune
)

var classes = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c == '.':
			t[c] = dot
		case c == '*' || c == '>':
			t[c] = wild
		case c <= ' ' || c == 0x7f:
			t[c] = refuse
		case c >= utf8.RuneSelf:
			t[c] = high
		}
	}
	return t
}()

// CheckSubject reports whether s can be published to: 1 to MaxSubject bytes of
// valid UTF-8, dot-separated tokens that are not empty, without spaces, control
// bytes or wildcards. The error is an ErrBadSubject that names the fault.
func CheckSubject(s string) error {
	multi := false
	last := uint8(dot)
	for i := range len(s) {
		c := classes[s[i]]
		switch {
		case c == plain:
		case c == high:
			multi = true
		case c != dot || last == dot:
			return subjectError(s, i, c)
		}
		last = c
	}
	if last == dot || len(s) > MaxSubject || multi && !utf8.ValidString(s) {
		return subjectError(s, len(s), last)
	}
	return nil
}

func subjectError(s string, at int, class uint8) error {
	switch {
	case s == "":
		return fmt.Errorf("%w: it is empty", ErrBadSubject)
	case len(s) > MaxSubject:
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrBadSubject, len(s), MaxSubject)
	case class == dot:
		return fmt.Errorf("%w: %q has an empty token before byte %d", ErrBadSubject, s, at)
	case class == wild:
		return fmt.Errorf("%w: %q has a wildcard at byte %d: publish to a subject without * and >", ErrBadSubject, s, at)
	case class == refuse:
		return fmt.Errorf("%w: %q has a space or control byte at byte %d", ErrBadSubject, s, at)
	}
	return fmt.Errorf("%w: %q is not valid UTF-8", ErrBadSubject, s)
}

// CheckPattern reports whether p can be subscribed to: a subject in which a
// token may be * (any one token) and the last may be > (one or more tokens).
// A wildcard beside other characters of its token is refused.
func CheckPattern(p string) error {
	if !strings.ContainsAny(p, "*>") {
		return CheckSubject(p)
	}
	if len(p) > MaxSubject {
		return subjectError(p, len(p), plain)
	}
	for rest, more := p, true; more; {
		var token string
		token, rest, more = strings.Cut(rest, ".")
		switch {
		case token == "*":
		case token == ">":
			if more {
				return fmt.Errorf("%w: %q has tokens after >", ErrBadSubject, p)
			}
		case strings.ContainsAny(token, "*>"):
			return fmt.Errorf("%w: %q has a wildcard inside token %q: a wildcard is a token of its own", ErrBadSubject, p, token)
		default:
			if err := CheckSubject(token); err != nil {
				return fmt.Errorf("in pattern %q: %w", p, err)
			}
		}
	}
	return nil
}

// CheckQueue reports whether q can name a queue group; the rules are those of
// one subject.
func CheckQueue(q string) error {
	if err := CheckSubject(q); err != nil {
		return fmt.Errorf("queue group: %w", err)
	}
	return nil
}

// CheckName reports whether name can name a stream or a durable consumer:
// 1 to 255 letters, digits, - and _. Otherwise it is an ErrBadSubject.
func CheckName(name string) error {
	if name == "" || len(name) > 255 {
		return fmt.Errorf("%w: name %.40q has %d bytes: it takes 1 to 255", ErrBadSubject, name, len(name))
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return fmt.Errorf("%w: name %q has %q: it takes letters, digits, - and _", ErrBadSubject, name, c)
		}
	}
	return nil
}

// Match reports whether subject matches pattern. Both must be well formed.
func Match(pattern, subject string) bool {
	for {
		p, prest, pmore := strings.Cut(pattern, ".")
		if p == ">" {
			return true
		}
		s, srest, smore := strings.Cut(subject, ".")
		if p != "*" && p != s || pmore != smore {
			return false
		}
		if !pmore {
			return true
		}
		pattern, subject = prest, srest
	}
}
