package serialization

import (
	"math"
	"reflect"
)

// check passes over one value like skip, and makes sure on the way that every
// number fits what the plan says it will be decoded into. What the msgpack
// package refuses by itself is not repeated here.
func (d *decoder) check(p *plan) error {
	if d.off >= len(d.s) {
		return d.truncated()
	}
	if err := d.charge(1); err != nil {
		return err
	}
	lead := d.s[d.off]
	switch {
	case lead&0xf0 == 0x90 || lead == 0xdc || lead == 0xdd:
		return d.checkArray(p)
	case d.atMap():
		return d.checkMap(p)
	case lead < 0x80 || lead >= 0xe0 || lead >= 0xca && lead <= 0xd3:
		return d.checkNumber(p)
	}
	if p != nil && p.kind == reflect.Interface && lead >= 0xc4 && lead <= 0xc6 {
		return d.fail(d.off, ErrSyntax, "bytes cannot be a key")
	}
	_, err := d.skipHead()
	return err
}

func (d *decoder) checkArray(p *plan) error {
	at := d.off
	n, err := d.arrayLen()
	if err != nil {
		return err
	}
	if err := d.enter(0); err != nil {
		return err
	}
	if p != nil && p.kind == reflect.Interface {
		return d.fail(at, ErrSyntax, "an array cannot be a key")
	}
	for i := range n {
		var elem *plan
		switch {
		case p == nil:
		case p.kind == reflect.Slice:
			elem = p.elem
		case p.kind == reflect.Struct && i < len(p.list):
			elem = p.list[i]
		}
		if err := d.check(elem); err != nil {
			return err
		}
	}
	d.depth--
	return nil
}

func (d *decoder) checkMap(p *plan) error {
	at := d.off
	n, err := d.mapLen()
	if err != nil {
		return err
	}
	if err := d.enter(0); err != nil {
		return err
	}
	if p != nil && p.kind == reflect.Interface {
		return d.fail(at, ErrSyntax, "a map cannot be a key")
	}
	for range n {
		elem, err := d.checkKey(p)
		if err != nil {
			return err
		}
		if err := d.check(elem); err != nil {
			return err
		}
	}
	d.depth--
	return nil
}

// checkKey passes over a key and returns the plan of what it stands for.
func (d *decoder) checkKey(p *plan) (*plan, error) {
	if p == nil {
		return nil, d.check(nil)
	}
	if p.kind == reflect.Struct {
		name, err := d.str("name of a field")
		return p.fields[name], err
	}
	return p.elem, d.check(p.key)
}

func (d *decoder) checkNumber(p *plan) error {
	at := d.off
	var v Value
	if err := d.value(&v); err != nil || p == nil {
		return err
	}
	var err error
	if v.kind == KindUint64 && (p.kind == reflect.Float32 || p.kind == reflect.Float64) {
		// On its way to a float, the msgpack package takes an integer as int64.
		_, err = v.Int64()
	}
	if err == nil {
		err = v.fits(p)
	}
	// A float for an integer is a wrong kind, which the msgpack package refuses.
	if e, ok := err.(*ValueError); ok && e.Err == ErrRange {
		return d.fail(at, ErrRange, "the number does not fit its field")
	}
	return nil
}

// fits returns the error of the getter that stands for the plan's type.
func (v Value) fits(p *plan) (err error) {
	switch p.kind {
	case reflect.Int:
		_, err = v.signed(math.MinInt64>>(64-p.bits), math.MaxInt64>>(64-p.bits), "")
	case reflect.Uint:
		_, err = v.unsigned(math.MaxUint64>>(64-p.bits), "")
	case reflect.Float32:
		_, err = v.Float32()
	case reflect.Float64:
		_, err = v.Float64()
	}
	return err
}
