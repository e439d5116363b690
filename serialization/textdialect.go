package serialization

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// The text forms: @header={{[1,target];...}};@data={{[name,type,value];...}};
// Nothing in them is escaped, so where an entry ends is a matter of what
// follows: another entry, or the end of the data.

type textReader struct {
	d      *decoder
	body   string // what is left of the data
	end    int    // offset of the end of body in the input
	base64 bool   // bytes that are empty are empty, not lost
}

// entry is one [name,type,value];
type entry struct {
	name, typ, value string
	at               int // offset of the value
}

// textDocument reads any of the text forms: two braces, the four that one
// build of the C++ library writes, or the one of old versions.
func (d *decoder) textDocument(c *Container) error {
	if err := d.enter(containerCost); err != nil {
		return err
	}
	s, ok := strings.CutPrefix(d.s, "@header=")
	if !ok {
		return d.fail(0, ErrSyntax, "text starts with @header=")
	}
	braces := len(s) - len(strings.TrimLeft(s, "{"))
	if braces != 1 && braces != 2 && braces != 4 {
		return d.fail(len("@header="), ErrSyntax, "one, two or four braces open the header")
	}
	shut := strings.Repeat("}", braces)
	python := false
	head, data, ok := strings.Cut(s[braces:], shut+";@data=")
	if !ok {
		if head, data, ok = strings.Cut(s[braces:], shut+"@data="); !ok {
			return d.truncated()
		}
		python = true
	}
	if err := d.textHeader(&c.header, head); err != nil {
		return err
	}
	data = strings.TrimSuffix(data, ";")
	if len(data) < 2*braces || !strings.HasPrefix(data, strings.Repeat("{", braces)) ||
		!strings.HasSuffix(data, shut) {
		return d.truncated()
	}
	end := len(d.s) - braces - strings.Count(d.s[len(d.s)-1:], ";")
	r := textReader{d: d, body: data[braces : len(data)-braces], end: end, base64: python || braces == 1}
	for r.body != "" {
		if err := r.field(c); err != nil {
			return err
		}
	}
	d.depth--
	return nil
}

func (d *decoder) textHeader(h *Header, s string) error {
	fields := [...]*string{&h.TargetID, &h.TargetSubID, &h.SourceID, &h.SourceSubID, &h.Type, &h.Version}
	for rest := s; rest != ""; {
		if len(rest) < 3 || rest[0] != '[' || rest[1] < '1' || rest[1] > '6' || rest[2] != ',' {
			return d.fail(len(d.s)-len(rest), ErrSyntax, "a header holds [1,...]; to [6,...];")
		}
		field := fields[rest[1]-'1']
		end := 0
		for body := rest[3:]; ; {
			i := strings.Index(body[end:], "];")
			if i < 0 {
				return d.truncated()
			}
			if end += i; end+2 == len(body) || body[end+2] == '[' {
				*field, rest = body[:end], body[end+2:]
				break
			}
			end += 2
		}
		if len(*field) > d.lim.Name {
			return d.fail(0, ErrLimit, "field of the header is too long")
		}
	}
	return nil
}

// head splits "[name,type," off s.
func (r *textReader) head(s string) (name, typ, rest string, ok bool) {
	if s == "" || s[0] != '[' {
		return "", "", "", false
	}
	i := strings.IndexByte(s[1:min(len(s), r.d.lim.Name+3)], ',')
	if i < 0 {
		return "", "", "", false
	}
	name, rest = s[1:1+i], s[2+i:]
	i = strings.IndexByte(rest[:min(len(rest), 20)], ',')
	if i < 0 {
		return "", "", "", false
	}
	_, _, ok = textKind(rest[:i])
	return name, rest[:i], rest[i+1:], ok
}

// next takes the next entry off the body.
func (r *textReader) next() (entry, error) {
	at := r.end - len(r.body)
	if err := r.d.charge(pushedCost); err != nil {
		return entry{}, err
	}
	name, typ, rest, ok := r.head(r.body)
	if !ok {
		return entry{}, r.d.fail(at, ErrSyntax, "not an entry [name,type,value]; with a known type")
	}
	e := entry{name: name, typ: typ, at: r.end - len(rest)}
	for end := 0; ; end += 2 {
		i := strings.Index(rest[end:], "];")
		if i < 0 {
			return entry{}, r.d.fail(at, ErrTruncated, "the entry goes on")
		}
		end += i
		after := rest[end+2:]
		if _, _, _, ok := r.head(after); ok || after == "" {
			e.value, r.body = rest[:end], after
			return e, nil
		}
	}
}

func (r *textReader) field(c *Container) error {
	e, err := r.next()
	if err != nil {
		return err
	}
	v, err := r.value(e)
	if err != nil {
		return err
	}
	c.fields = push(c.fields, Field{e.name, v})
	return nil
}

// textNames are the Go port's names of the kinds, without their "_value".
const textNames = "null bool short ushort int uint long ulong llong ullong float double string bytes container array"

// textKind returns the kind that a type stands for; named tells that it is a
// name, not a code.
func textKind(typ string) (k Kind, named, ok bool) {
	if n, err := strconv.ParseUint(typ, 10, 8); err == nil {
		return Kind(n), false, n <= uint64(KindArray)
	}
	base, ok := strings.CutSuffix(typ, "_value")
	if !ok || base == "" {
		return 0, false, false
	}
	for name := range strings.FieldsSeq(textNames) {
		if name == base {
			return k, true, true
		}
		k++
	}
	return 0, false, false
}

func (r *textReader) value(e entry) (Value, error) {
	k, named, _ := textKind(e.typ)
	k = r.d.swap(k)
	bad := func(err error) error {
		if err == nil {
			return nil
		}
		return r.d.fail(e.at, ErrSyntax, "not a "+k.String())
	}
	switch k {
	case KindNull:
		return Null(), nil
	case KindBool:
		b, err := strconv.ParseBool(e.value)
		return Bool(b), bad(err)
	case KindFloat32, KindFloat64:
		text := strings.ToLower(e.value) // strconv takes nan, inf and infinity
		n := node{kind: nodeNumber, text: text, at: e.at}
		return n.float(k)
	case KindString:
		return String(e.value), nil
	case KindBytes:
		return r.bytes(e, named)
	case KindContainer, KindArray:
		return r.nested(e, k, named)
	}
	n := node{kind: nodeNumber, text: e.value, at: e.at}
	return n.integer(k)
}

func (r *textReader) bytes(e entry, named bool) (Value, error) {
	if e.value == "" && !named && !r.base64 {
		return Null(), nil // C++ 1.0 drops the content of bytes
	}
	decode := base64.StdEncoding.DecodeString
	if named {
		decode = hex.DecodeString
	}
	b, err := decode(e.value)
	if err != nil {
		return Value{}, r.d.fail(e.at, ErrSyntax, err.Error())
	}
	return Bytes(b), nil
}

// nested reads a container or an array whose value is how many of the entries
// that follow belong to it.
func (r *textReader) nested(e entry, k Kind, named bool) (Value, error) {
	if e.value == "" && !named && !r.base64 {
		return Null(), nil // C++ 1.0 drops the content
	}
	n, err := strconv.ParseUint(e.value, 10, 31)
	if err != nil {
		return Value{}, r.d.fail(e.at, ErrSyntax, "not a number of entries")
	}
	if err := r.d.enter(containerCost); err != nil {
		return Value{}, err
	}
	c := new(Container)
	for range n {
		if r.body == "" {
			return Value{}, r.d.truncated()
		}
		if err := r.field(c); err != nil {
			return Value{}, err
		}
	}
	r.d.depth--
	if k == KindContainer {
		return Nested(c), nil
	}
	elems := make([]Value, len(c.fields))
	for i, f := range c.fields {
		elems[i] = f.Value
	}
	return Array(elems...), nil
}
