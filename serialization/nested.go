package serialization

import "errors"

// storage is the memory of what was decoded into one root container. Reset
// makes it available again.
type storage struct {
	containers []*Container
	used       int // of containers
	values     []Value
	total      int // values handed out since the last reset
}

func (c *Container) storage() *storage {
	if c.owned == nil {
		c.owned = new(storage)
	}
	return c.owned
}

func (s *storage) reset() {
	s.used = 0
	s.total = 0
	s.values = s.values[:0]
}

func (s *storage) takeContainer() *Container {
	if s.used == len(s.containers) {
		s.containers = append(s.containers, new(Container))
	}
	c := s.containers[s.used]
	s.used++
	c.clear()
	return c
}

// takeValues returns n values of any content. A new chunk is as large as all
// that was handed out so far, so that their number stays small.
func (s *storage) takeValues(n int) []Value {
	used := len(s.values)
	if cap(s.values)-used < n {
		s.values = make([]Value, 0, s.total+n)
		used = 0
	}
	s.total += n
	s.values = s.values[:used+n]
	return s.values[used : used+n : used+n]
}

// nested reads a map inside a container. With the keys header and values it is
// a container as we write it; any other map becomes a container without a
// header, each pair a value.
func (d *decoder) nested(v *Value) error {
	if err := d.enter(containerCost); err != nil {
		return err
	}
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	c := d.root.storage().takeContainer()
	*v = Nested(c)
	if n == 2 && d.nestedHeader(&c.header) {
		err = d.fieldMap(c)
	} else if err = d.fields(c, n); err == nil && n == 2 {
		c.promote()
	}
	d.depth--
	return err
}

// promote turns the map {"values": {...}, "header": {...}}, which a writer
// with unordered maps may produce, into the container that it is.
func (c *Container) promote() {
	vals, head := c.fields[0], c.fields[1]
	if vals.Name != "values" || head.Name != "header" ||
		vals.Value.kind != KindContainer || head.Value.kind != KindContainer {
		return
	}
	inner := vals.Value.container()
	if inner.header != (Header{}) {
		return
	}
	var h Header
	for _, f := range head.Value.container().fields {
		field := h.field(f.Name)
		if field == nil || f.Value.kind != KindString {
			return
		}
		*field = f.Value.text()
	}
	c.header = h
	c.fields, inner.fields = inner.fields, c.fields
}

// nestedHeader reads "header", its map and the key "values" if that is what
// comes next, followed by another map, and otherwise leaves everything as it
// was.
func (d *decoder) nestedHeader(h *Header) bool {
	start := d.off
	if d.literal(keyHeader) && d.plainHeader(h) && d.literal(keyValues) && d.atMap() {
		return true
	}
	d.off = start
	*h = Header{}
	return false
}

// plainHeader reads a map of nothing but header fields.
func (d *decoder) plainHeader(h *Header) bool {
	n, err := d.mapLen()
	if err != nil || n > 6 {
		return false
	}
	for range n {
		key, err := d.str("")
		if err != nil {
			return false
		}
		field := h.field(key)
		if field == nil {
			return false
		}
		if *field, err = d.str(""); err != nil || len(*field) > d.lim.Name {
			return false
		}
	}
	return true
}

func (d *decoder) literal(key string) bool {
	if len(d.s)-d.off < len(key) || d.s[d.off:d.off+len(key)] != key {
		return false
	}
	d.off += len(key)
	return true
}

func (d *decoder) atMap() bool {
	if d.off >= len(d.s) {
		return false
	}
	lead := d.s[d.off]
	return lead&0xf0 == 0x80 || lead == 0xde || lead == 0xdf
}

// blob reads bytes as C++ means them: a container if they are one whole
// document, bytes if they are anything else. A document beyond the limits is
// an error, not bytes.
func (d *decoder) blob(v *Value, at, n int) error {
	if len(d.s)-at < n {
		return d.truncated()
	}
	inner := *d
	inner.s, inner.off = d.s[:at+n], at
	if inner.atMap() {
		c := d.root.storage().takeContainer()
		err := inner.whole(c)
		d.lim.Values = inner.lim.Values
		if err == nil {
			d.off = at + n
			*v = Nested(c)
			return nil
		}
		if errors.Is(err, ErrLimit) {
			return err
		}
	}
	return d.text(v, KindBytes, at, n)
}
