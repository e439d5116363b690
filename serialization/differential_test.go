package serialization

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/vmihailenco/msgpack/v5"
)

// FuzzAgainstVmihailenco: whatever we read, an independent reader reads alike.
// It keeps the last of repeated names, and is only shown what passed our bounds.
func FuzzAgainstVmihailenco(f *testing.F) {
	for _, b := range vectors(f, cppFile, "msgpack") {
		f.Add(b)
	}
	f.Add(mustSeal(f, allKinds()))
	f.Add(mustSeal(f, typical()))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseDialect(b, Msgpack)
		if err != nil {
			return
		}
		var doc map[string]any
		if msgpack.NewDecoder(bytes.NewReader(b)).Decode(&doc) != nil {
			return // it has no unknown extensions and no keys that are not strings
		}
		values, ok := doc["values"].(map[string]any)
		if !ok && c.Len() > 0 {
			t.Fatalf("%x: values = %T, want a map", b, doc["values"])
		}
		if why := differs(c, values); why != "" {
			t.Fatalf("%x: %s", b, why)
		}
	})
}

// differs compares the last value of each name and returns what is not alike.
func differs(c *Container, m map[string]any) string {
	last := map[string]Value{}
	for name, v := range c.All() {
		last[name] = v
	}
	if len(last) != len(m) {
		return fmt.Sprintf("%d names, want %d", len(last), len(m))
	}
	for name, v := range last {
		other, ok := m[name]
		if !ok {
			return fmt.Sprintf("name %q is ours alone", name)
		}
		if why := valueDiffers(v, other); why != "" {
			return fmt.Sprintf("%q: %s", name, why)
		}
	}
	return ""
}

func valueDiffers(v Value, other any) string {
	alike := false
	switch o := other.(type) {
	case nil:
		alike = v.IsNull()
	case bool:
		got, err := v.Bool()
		alike = err == nil && got == o
	case int8, int16, int32, int64:
		got, err := v.Int64()
		alike = err == nil && fmt.Sprint(o) == fmt.Sprint(got)
	case uint8, uint16, uint32, uint64:
		got, err := v.Uint64()
		alike = err == nil && fmt.Sprint(o) == fmt.Sprint(got)
	case float32:
		alike = v.kind == KindFloat32 && uint32(v.num) == math.Float32bits(o)
	case float64:
		alike = v.kind == KindFloat64 && v.num == math.Float64bits(o)
	case string:
		alike = v.kind == KindString && v.text() == o
	case []byte:
		alike = v.kind == KindBytes && v.text() == string(o)
	case []any:
		elems, err := v.Array()
		if err != nil || len(elems) != len(o) {
			break
		}
		for i := range elems {
			if why := valueDiffers(elems[i], o[i]); why != "" {
				return fmt.Sprintf("[%d]: %s", i, why)
			}
		}
		alike = true
	case map[string]any:
		c, err := v.Nested()
		if err != nil {
			break
		}
		if why := differs(c, o); why == "" {
			return ""
		}
		// A map with exactly the keys of a container is one.
		inner, _ := o["values"].(map[string]any)
		if _, header := o["header"].(map[string]any); header && len(o) == 2 {
			return differs(c, inner)
		}
	}
	if !alike {
		return fmt.Sprintf("%v %v, want %T %v", v.kind, v, other, other)
	}
	return ""
}
