package serialization

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// node is one JSON value with the order and the repetitions of an object's
// members kept.
type node struct {
	at      int // offset of the byte after the value's first token
	kind    nodeKind
	text    string // of a string or a number
	truth   bool
	members []member
	elems   []node
}

type member struct {
	name  string
	value node
}

type nodeKind uint8

const (
	nodeNull nodeKind = iota
	nodeBool
	nodeNumber
	nodeString
	nodeObject
	nodeArray
)

// nodeCost is what one JSON value counts against Limits.Values: that many times
// the memory of a value in the binary forms.
const nodeCost = 8

// jsonReader reads JSON into nodes within limits.
type jsonReader struct {
	dec   *json.Decoder
	lim   Limits // without zero fields; Values counts down
	depth int
}

func readJSON(b []byte, lim Limits) (node, error) {
	r := jsonReader{dec: json.NewDecoder(bytes.NewReader(b)), lim: lim}
	r.dec.UseNumber()
	n, err := r.node()
	if err != nil {
		return node{}, err
	}
	if _, err := r.dec.Token(); err != io.EOF {
		return node{}, r.fail(ErrTrailing, "the document ends here")
	}
	return n, nil
}

func (r *jsonReader) fail(kind error, reason string) error {
	return &ParseError{Offset: int(r.dec.InputOffset()), Reason: reason, Err: kind}
}

func (r *jsonReader) token() (json.Token, error) {
	t, err := r.dec.Token()
	switch {
	case err == nil:
		return t, nil
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, r.fail(ErrTruncated, "the document goes on")
	}
	return nil, r.fail(ErrSyntax, err.Error())
}

func (r *jsonReader) node() (node, error) {
	if r.lim.Values -= nodeCost; r.lim.Values < 0 {
		return node{}, r.fail(ErrLimit, "too many values")
	}
	t, err := r.token()
	if err != nil {
		return node{}, err
	}
	n := node{at: int(r.dec.InputOffset())}
	switch t := t.(type) {
	case nil:
	case bool:
		n.kind, n.truth = nodeBool, t
	case json.Number:
		n.kind, n.text = nodeNumber, t.String()
	case string:
		n.kind, n.text = nodeString, t
	case json.Delim:
		if r.depth++; r.depth > 3*r.lim.Depth { // a container is up to three objects deep
			return node{}, r.fail(ErrLimit, "nested too deeply")
		}
		if t == '{' {
			err = r.object(&n)
		} else {
			err = r.array(&n)
		}
		r.depth--
	}
	return n, err
}

func (r *jsonReader) object(n *node) error {
	n.kind = nodeObject
	for r.dec.More() {
		t, err := r.token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return r.fail(ErrSyntax, "name is not a string")
		}
		if len(name) > r.lim.Name {
			return r.fail(ErrLimit, "name is too long")
		}
		value, err := r.node()
		if err != nil {
			return err
		}
		n.members = push(n.members, member{name, value})
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) array(n *node) error {
	n.kind = nodeArray
	for r.dec.More() {
		e, err := r.node()
		if err != nil {
			return err
		}
		n.elems = push(n.elems, e)
	}
	_, err := r.token()
	return err
}

// sole returns the members of an object by name if none repeats.
func (n *node) sole() (map[string]*node, bool) {
	m := make(map[string]*node, len(n.members))
	for i := range n.members {
		m[n.members[i].name] = &n.members[i].value
	}
	return m, len(m) == len(n.members)
}
