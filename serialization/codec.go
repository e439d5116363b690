package serialization

import "github.com/intermodal-io/intermodal/transport"

// ContentTypeHeader is the message header that names the dialect of a
// container. [ContainerCodec] sets it for every dialect but the canonical one,
// which needs no header, and obeys it when it reads.
const ContentTypeHeader = "Content-Type"

// ContainerCodec is the codec of messages that carry containers. The zero value
// writes the canonical form, reads every dialect that can be recognised, and
// applies the default limits. It is safe for concurrent use.
type ContainerCodec struct {
	Limits Limits // for decoding; zero fields are defaults
	// Dialect is what is written, and the only thing that is read. The zero
	// value writes the canonical form and reads what ContentTypeHeader says
	// or, without that header, what can be recognised.
	Dialect Dialect
}

// Encode appends c to m.Data.
func (cc ContainerCodec) Encode(m *transport.Message, c *Container) error {
	if c == nil {
		return &EncodeError{Reason: "the container is nil", Err: ErrUnrepresentable}
	}
	b, err := c.AppendAs(m.Data, cc.Dialect)
	if err != nil {
		return err
	}
	m.Data = b
	if cc.Dialect != Auto && cc.Dialect != Msgpack {
		if m.Header == nil {
			m.Header = transport.Header{}
		}
		m.Header.Set(ContentTypeHeader, cc.Dialect.ContentType())
	}
	return nil
}

// Decode reads the container in m.Data. It shares no memory with m.
func (cc ContainerCodec) Decode(m *transport.Message) (*Container, error) {
	d := cc.Dialect
	if d == Auto {
		d = dialectOf(m.Header.Get(ContentTypeHeader))
	}
	return ParseWith(m.Data, &ParseOptions{Limits: cc.Limits, Dialect: d})
}
