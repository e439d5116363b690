package serialization

import (
	"encoding"
	"reflect"
	"time"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/tagparser/v2"
)

// plan says what must be checked where bytes are decoded into a Go type. A nil
// plan, as any type has that cannot lose a number, asks for structure only.
type plan struct {
	kind   reflect.Kind // Int, Uint, Float32, Float64, Slice, Map, Struct; Interface for a map key of any type
	bits   int          // of Int and Uint
	key    *plan        // of Map
	elem   *plan        // of Slice (and arrays) and Map
	fields map[string]*plan
	list   []*plan // the fields in order, for a struct written as an array
}

// planner makes plans; a type that contains itself has one plan.
type planner map[reflect.Type]*plan

func (p planner) plan(t reflect.Type) *plan {
	if decodesItself(t) {
		return nil
	}
	if made, ok := p[t]; ok {
		return made
	}
	switch t.Kind() {
	case reflect.Pointer:
		return p.plan(t.Elem())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &plan{kind: reflect.Int, bits: t.Bits()}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &plan{kind: reflect.Uint, bits: t.Bits()}
	case reflect.Float32, reflect.Float64:
		return &plan{kind: t.Kind()}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return nil // bytes
		}
		made := &plan{kind: reflect.Slice}
		p[t] = made
		made.elem = p.plan(t.Elem())
		return made
	case reflect.Map:
		made := &plan{kind: reflect.Map}
		p[t] = made
		made.key, made.elem = p.key(t.Key()), p.plan(t.Elem())
		return made
	case reflect.Struct:
		made := &plan{kind: reflect.Struct}
		p[t] = made
		fs := p.fields(t)
		made.fields = fs.byName
		for _, f := range fs.list {
			made.list = append(made.list, f.plan)
		}
		return made
	}
	return nil
}

func (p planner) key(t reflect.Type) *plan {
	if t.Kind() == reflect.Interface {
		return &plan{kind: reflect.Interface}
	}
	return p.plan(t)
}

// fieldSet is a struct's fields as the msgpack package resolves them.
type fieldSet struct {
	byName map[string]*plan
	list   []namedPlan
}

type namedPlan struct {
	name string
	plan *plan
}

func (fs *fieldSet) add(f namedPlan) {
	fs.byName[f.name] = f.plan
	fs.list = append(fs.list, f)
}

// fields follows the msgpack package's rules for names, aliases and embedded
// structs one by one, because a field it finds and we do not would go unchecked.
func (p planner) fields(t reflect.Type) *fieldSet {
	fs := &fieldSet{byName: map[string]*plan{}}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := tagparser.Parse(f.Tag.Get("msgpack"))
		if tag.Name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		name := tag.Name
		if name == "" {
			name = f.Name
		}
		if f.Anonymous && !tag.HasOption("noinline") && p.inline(fs, f.Type, tag.HasOption("inline")) {
			fs.byName[name] = p.plan(f.Type)
			continue
		}
		fs.add(namedPlan{name, p.plan(f.Type)})
		if alias, ok := tag.Options["alias"]; ok {
			fs.byName[alias] = p.plan(f.Type)
		}
	}
	return fs
}

// inline adds the fields of an embedded struct and reports whether it did.
// Unless forced by its tag, a struct with a name that is taken is not inlined.
func (p planner) inline(fs *fieldSet, t reflect.Type, forced bool) bool {
	if !forced && (decodesItself(t) || encodesItself(t)) {
		return false
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !forced && (decodesItself(t) || encodesItself(t)) {
		return false
	}
	inner := p.fields(t).list
	for _, f := range inner {
		if _, taken := fs.byName[f.name]; taken && !forced {
			return false
		}
	}
	for _, f := range inner {
		if _, taken := fs.byName[f.name]; !taken {
			fs.add(f)
		}
	}
	return true
}

// decodesItself reports whether the msgpack package leaves the decoding of a t
// to one of t's methods, or to its own code for times.
func decodesItself(t reflect.Type) bool {
	return t == reflect.TypeFor[time.Time]() || hasMethods(t,
		reflect.TypeFor[msgpack.CustomDecoder](), reflect.TypeFor[msgpack.Unmarshaler](),
		reflect.TypeFor[encoding.BinaryUnmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]())
}

func encodesItself(t reflect.Type) bool {
	return hasMethods(t,
		reflect.TypeFor[msgpack.CustomEncoder](), reflect.TypeFor[msgpack.Marshaler](),
		reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.TextMarshaler]())
}

func hasMethods(t reflect.Type, anyOf ...reflect.Type) bool {
	for _, i := range anyOf {
		if t.Implements(i) || reflect.PointerTo(t).Implements(i) {
			return true
		}
	}
	return false
}
