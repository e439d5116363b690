package serialization

import "fmt"

// Viewer opens parts of a sealed container in the canonical form without
// decoding the rest, for routers and filters. It allocates nothing and shares
// the memory of its input, which must not change while the Viewer, or a text
// or value taken from it, is in use. Make one with [View].
type Viewer struct {
	s      string
	lim    Limits
	header Header
	values int // offset of the map of values
}

// View reads the header of the container sealed in b and finds its values. What
// is not looked at is not checked: a document that View accepts may still be
// one that [Parse] refuses. Limits are the defaults. The error is a
// [*ParseError].
func View(b []byte) (Viewer, error) {
	d := decoder{s: borrow(b), lim: (*Limits)(nil).withDefaults()}
	w := Viewer{s: d.s, lim: d.lim}
	if len(b) > d.lim.Bytes {
		return Viewer{}, &ParseError{
			Reason: fmt.Sprintf("%d bytes, the limit is %d", len(b), d.lim.Bytes), Err: ErrLimit,
		}
	}
	if d.shortHeader(&w.header) && d.literal(keyValues) && d.atMap() {
		w.values = d.off
		return w, nil
	}
	d.off, w.header = 0, Header{}
	if err := w.open(&d); err != nil {
		return Viewer{}, err
	}
	return w, nil
}

// open reads a document of any shape that Parse reads.
func (w *Viewer) open(d *decoder) error {
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	var seenHeader bool
	for i := range n {
		key, err := d.str("key of the document")
		switch {
		case err != nil:
		case key == "header" && !seenHeader:
			seenHeader = true
			err = d.header(&w.header)
		case key == "values" && w.values == 0:
			if w.values = d.off; d.off == len(d.s) {
				err = d.truncated()
			} else if !d.atMap() {
				err = d.fail(d.off, ErrSyntax, "values are not a map")
			} else if !seenHeader || i < n-1 { // the last key needs no skipping
				err = d.skip()
			}
		case key == "header" || key == "values":
			err = d.fail(d.off, ErrSyntax, "second "+key)
		default:
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if !seenHeader || w.values == 0 {
		return d.fail(0, ErrSyntax, "a container has the keys header and values")
	}
	return nil
}

// Header returns the container's header.
func (w *Viewer) Header() Header { return w.header }

// Get returns the first value of that name and whether there is one. Everything
// before it is passed over, and bytes that are not well-formed up to the end of
// the value are an error. A value that is an array or a container takes memory;
// all others do not.
func (w *Viewer) Get(name string) (v Value, ok bool, err error) {
	d := decoder{s: w.s, off: w.values, lim: w.lim, depth: 1}
	n, err := d.mapLen()
	if err != nil {
		return Value{}, false, err
	}
	for range n {
		key, err := d.str("name")
		if err != nil {
			return Value{}, false, err
		}
		if key != name {
			if d.skipFixed() {
				continue
			}
			if err := d.skip(); err != nil {
				return Value{}, false, err
			}
			continue
		}
		if err := d.viewed(&v); err != nil {
			return Value{}, false, err
		}
		return v, true, nil
	}
	return Value{}, false, nil
}

// viewed reads one value; only arrays and maps need a container to own them.
func (d *decoder) viewed(v *Value) error {
	if d.off < len(d.s) {
		if lead := d.s[d.off]; lead&0xe0 == 0x80 || lead >= 0xdc && lead <= 0xdf {
			d.root = new(Container)
		}
	}
	return d.value(v)
}

// shortHeader reads the opening of a document as we write it, with header
// fields of less than 32 bytes, and reports whether that was there. Comparing
// whole keys of known length is several times as fast as reading them.
func (d *decoder) shortHeader(h *Header) bool {
	s := d.s
	if len(s) < len(openLong) || s[:len(openLong)] != openLong {
		return false
	}
	at := len(openLong)
	if h.TargetID, at = shortAfter(s, at, keyTargetID); at == 0 {
		return false
	}
	if h.TargetSubID, at = shortAfter(s, at, keyTargetSub); at == 0 {
		return false
	}
	if h.SourceID, at = shortAfter(s, at, keySourceID); at == 0 {
		return false
	}
	if h.SourceSubID, at = shortAfter(s, at, keySourceSub); at == 0 {
		return false
	}
	if h.Type, at = shortAfter(s, at, keyType); at == 0 {
		return false
	}
	if h.Version, at = shortAfter(s, at, keyVersion); at == 0 {
		return false
	}
	d.off = at
	return true
}

// shortAfter returns the string of less than 32 bytes that follows key and the
// offset after it, or 0. It is small enough to be inlined, and must be: with
// the key known, comparing it takes two instructions.
func shortAfter(s string, at int, key string) (string, int) {
	if from := at + len(key) + 1; from <= len(s) && s[at:from-1] == key {
		if to := from + int(s[from-1]^0xa0); to < from+32 && to <= len(s) {
			return s[from:to], to
		}
	}
	return "", 0
}

// skipFixed passes over a short string or a scalar and reports whether that
// was there; skip takes care of the rest.
func (d *decoder) skipFixed() bool {
	if d.off >= len(d.s) {
		return false
	}
	lead := d.s[d.off]
	next := d.off + 1
	switch {
	case lead&0xe0 == 0xa0:
		next += int(lead & 0x1f)
	case lead >= 0xca && lead <= 0xd3:
		next += int("\x04\x08\x01\x02\x04\x08\x01\x02\x04\x08"[lead-0xca])
	case lead < 0x80 || lead >= 0xe0 || lead == 0xc0 || lead == 0xc2 || lead == 0xc3:
	default:
		return false
	}
	if next > len(d.s) {
		return false
	}
	d.off = next
	return true
}
