package serialization

import (
	"iter"
	"sync/atomic"
)

// What a new container says about itself until told otherwise, as
// container_system does.
const (
	DefaultType    = "data_container"
	DefaultVersion = "1.0.0.0"
)

// Header says where a container comes from, where it goes and what it is.
type Header struct {
	SourceID    string
	SourceSubID string
	TargetID    string
	TargetSubID string
	Type        string // message type, such as "order.created"
	Version     string
}

// Field is one named value of a container.
type Field struct {
	Name  string
	Value Value
}

// Container is a header and ordered, named values.
//
// Any number of goroutines may read a Container at once as long as none
// changes it. The zero Container is empty and has an empty header.
type Container struct {
	header Header
	fields []Field

	// index finds names once there are more than indexFrom fields. It is
	// built by the first lookup, which may be one of several concurrent ones.
	index atomic.Pointer[map[string]int]

	// Storage that decoding into this container fills and Reset keeps.
	owned *storage
}

// Up to this many fields a scan is faster than hashing the name.
const indexFrom = 16

// New returns an empty container of the message type, or of [DefaultType] when
// it is empty, with [DefaultVersion].
func New(messageType string) *Container {
	if messageType == "" {
		messageType = DefaultType
	}
	return &Container{header: Header{Type: messageType, Version: DefaultVersion}}
}

// Header returns the container's header.
func (c *Container) Header() Header { return c.header }

// Type returns the message type.
func (c *Container) Type() string { return c.header.Type }

// SetHeader replaces the header and returns c.
func (c *Container) SetHeader(h Header) *Container {
	c.header = h
	return c
}

// SetSource sets who sends the container and returns c.
func (c *Container) SetSource(id, subID string) *Container {
	c.header.SourceID, c.header.SourceSubID = id, subID
	return c
}

// SetTarget sets whom the container is for and returns c.
func (c *Container) SetTarget(id, subID string) *Container {
	c.header.TargetID, c.header.TargetSubID = id, subID
	return c
}

// SetType sets the message type and returns c.
func (c *Container) SetType(messageType string) *Container {
	c.header.Type = messageType
	return c
}

// SetVersion sets the version of the message type and returns c.
func (c *Container) SetVersion(version string) *Container {
	c.header.Version = version
	return c
}

// SwapHeader exchanges source and target, as a reply does, and returns c.
func (c *Container) SwapHeader() *Container {
	h := &c.header
	h.SourceID, h.TargetID = h.TargetID, h.SourceID
	h.SourceSubID, h.TargetSubID = h.TargetSubID, h.SourceSubID
	return c
}

// Add appends a value and returns c. A name that is there already is not
// replaced: both are kept, in order, and Get finds the first.
func (c *Container) Add(name string, v Value) *Container {
	if m := c.index.Load(); m != nil {
		if _, ok := (*m)[name]; !ok {
			(*m)[name] = len(c.fields)
		}
	}
	c.fields = append(c.fields, Field{name, v})
	return c
}

// Set replaces the first value of that name, or appends it when there is none,
// and returns c.
func (c *Container) Set(name string, v Value) *Container {
	if i := c.find(name); i >= 0 {
		c.fields[i].Value = v
		return c
	}
	return c.Add(name, v)
}

// Remove takes out every value of that name and returns how many there were.
func (c *Container) Remove(name string) int {
	kept := c.fields[:0]
	for _, f := range c.fields {
		if f.Name != name {
			kept = append(kept, f)
		}
	}
	removed := len(c.fields) - len(kept)
	clear(c.fields[len(kept):])
	c.fields = kept
	c.index.Store(nil)
	return removed
}

// Get returns the first value of that name and whether there is one. It takes
// constant time, whatever the number of values.
func (c *Container) Get(name string) (Value, bool) {
	if i := c.find(name); i >= 0 {
		return c.fields[i].Value, true
	}
	return Value{}, false
}

// GetAll yields every value of that name in order.
func (c *Container) GetAll(name string) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for _, f := range c.fields {
			if f.Name == name && !yield(f.Value) {
				return
			}
		}
	}
}

// All yields every name and value in order.
func (c *Container) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, f := range c.fields {
			if !yield(f.Name, f.Value) {
				return
			}
		}
	}
}

// Len returns the number of values, those inside nested ones not counted.
func (c *Container) Len() int { return len(c.fields) }

// At returns the i-th field; it panics unless 0 <= i < c.Len().
func (c *Container) At(i int) Field { return c.fields[i] }

// Reset empties the container and its header but keeps its memory for what is
// added or decoded next. Everything that was decoded into it (nested
// containers, arrays) must no longer be used: [Container.Clone] keeps it.
func (c *Container) Reset() {
	c.clear()
	if c.owned != nil {
		c.owned.reset()
	}
}

// clear empties c and leaves its storage to whoever manages it.
func (c *Container) clear() {
	c.header = Header{}
	c.fields = c.fields[:0]
	if c.index.Load() != nil { // a store costs more than a load
		c.index.Store(nil)
	}
}

func (c *Container) find(name string) int {
	if len(c.fields) > indexFrom {
		return c.findIndexed(name)
	}
	for i := range c.fields {
		if c.fields[i].Name == name {
			return i
		}
	}
	return -1
}

func (c *Container) findIndexed(name string) int {
	m := c.index.Load()
	if m == nil {
		built := make(map[string]int, len(c.fields))
		for i := len(c.fields) - 1; i >= 0; i-- { // the first of a name wins
			built[c.fields[i].Name] = i
		}
		m = &built
		c.index.Store(m)
	}
	if i, ok := (*m)[name]; ok {
		return i
	}
	return -1
}
