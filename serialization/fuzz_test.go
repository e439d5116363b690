package serialization

import (
	"bytes"
	"testing"
)

// FuzzParse: whatever parses can be written, and reads back as the same.
func FuzzParse(f *testing.F) {
	for _, b := range vectors(f, cppFile, "msgpack") {
		f.Add(b)
	}
	f.Add(mustSeal(f, allKinds()))
	f.Add(mustSeal(f, long()))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, d := range []Dialect{Msgpack, CPPMsgpack} {
			c, err := ParseDialect(b, d)
			if err != nil {
				continue
			}
			sealed := mustSeal(t, c)
			again, err := ParseWith(sealed, &ParseOptions{Limits: Limits{Bytes: len(sealed), Name: 1 << 30}})
			if err != nil {
				t.Fatalf("%x cannot be read back: %v", sealed, err)
			}
			wantEqual(t, again, c)
			wantEqual(t, c.Clone(), c)
			if !bytes.Equal(mustSeal(t, again), sealed) {
				t.Fatalf("%x is not stable", sealed)
			}
		}
	})
}

// FuzzUnmarshalJSON: whatever parses can be written, and reads back as the same.
func FuzzUnmarshalJSON(f *testing.F) {
	for _, c := range []*Container{allKinds(), long()} {
		b, err := c.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"header":{},"values":{"a":{"b":[1,2.5,null]}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := new(Container)
		if c.UnmarshalJSON(b) != nil {
			return
		}
		out, err := c.MarshalJSON()
		if err != nil {
			t.Fatalf("%q parses but cannot be written: %v", b, err)
		}
		again := new(Container)
		if err := again.UnmarshalJSON(out); err != nil {
			return // names and kinds are listed twice, which may exceed a limit
		}
		wantEqual(t, again, c)
	})
}
