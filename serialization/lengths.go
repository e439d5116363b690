package serialization

// length reads a length of 1, 2 or 4 bytes (class 0, 1, 2) after the lead byte
// and returns it with the offset of what follows. It does not check that so
// many bytes are there.
func (d *decoder) length(class byte) (n, at int, err error) {
	s := d.s[d.off+1:]
	width := 1 << class
	if len(s) < width {
		return 0, 0, d.truncated()
	}
	at = d.off + 1 + width
	switch class {
	case 0:
		return int(s[0]), at, nil
	case 1:
		return int(be16(s)), at, nil
	}
	u := be32(s)
	if !fits(u, len(d.s)-at) {
		return 0, 0, d.truncated()
	}
	return int(u), at, nil
}

// str reads a string; what says in an error what was expected.
func (d *decoder) str(what string) (string, error) {
	if d.off >= len(d.s) {
		return "", d.truncated()
	}
	lead := d.s[d.off]
	n, at := int(lead&0x1f), d.off+1
	if lead&0xe0 != 0xa0 {
		if lead < 0xd9 || lead > 0xdb {
			return "", d.fail(d.off, ErrSyntax, what+" is not a string")
		}
		var err error
		if n, at, err = d.length(lead - 0xd9); err != nil {
			return "", err
		}
	}
	if len(d.s)-at < n {
		return "", d.truncated()
	}
	d.off = at + n
	return d.s[at : at+n], nil
}

// mapLen reads a map's head and refuses more pairs than bytes can follow for.
func (d *decoder) mapLen() (int, error) {
	return d.count(0x80, 0xde, 2, "map")
}

// arrayLen reads an array's head and refuses more elements than bytes can
// follow for.
func (d *decoder) arrayLen() (int, error) {
	return d.count(0x90, 0xdc, 1, "array")
}

func (d *decoder) count(fix, wide byte, each int, what string) (int, error) {
	if d.off >= len(d.s) {
		return 0, d.truncated()
	}
	lead := d.s[d.off]
	n, at := int(lead&0x0f), d.off+1
	if lead&0xf0 != fix {
		if lead != wide && lead != wide+1 {
			return 0, d.fail(d.off, ErrSyntax, "not a "+what)
		}
		var err error
		if n, at, err = d.length(lead - wide + 1); err != nil {
			return 0, err
		}
	}
	if (len(d.s)-at)/each < n {
		return 0, d.truncated()
	}
	d.off = at
	return n, nil
}

// skip passes over one value of any format, known to a container or not, with
// the same bounds as reading it.
func (d *decoder) skip() error {
	for todo := 1; todo > 0; todo-- {
		if err := d.charge(1); err != nil {
			return err
		}
		inside, err := d.skipHead()
		if err != nil {
			return err
		}
		todo += inside
	}
	return nil
}

// skipHead passes over a scalar, or over the head of a map or an array and
// returns how many values are inside.
func (d *decoder) skipHead() (inside int, err error) {
	if d.off >= len(d.s) {
		return 0, d.truncated()
	}
	lead := d.s[d.off]
	size := 0 // bytes after the lead byte
	switch {
	case lead < 0x80 || lead >= 0xe0 || lead == 0xc0 || lead == 0xc2 || lead == 0xc3:
	case lead&0xf0 == 0x80 || lead == 0xde || lead == 0xdf:
		n, err := d.mapLen()
		return 2 * n, err
	case lead&0xf0 == 0x90 || lead == 0xdc || lead == 0xdd:
		return d.arrayLen()
	case lead&0xe0 == 0xa0:
		size = int(lead & 0x1f)
	case lead >= 0xd9, lead >= 0xc4 && lead <= 0xc9:
		return 0, d.skipLong(lead)
	case lead >= 0xd4: // fixext of 1, 2, 4, 8, 16 bytes, and its type
		size = 1 + 1<<(lead-0xd4)
	case lead >= 0xca:
		size = [...]int{4, 8, 1, 2, 4, 8, 1, 2, 4, 8}[lead-0xca]
	default:
		return 0, d.fail(d.off, ErrSyntax, "c1 is no format")
	}
	if len(d.s)-d.off-1 < size {
		return 0, d.truncated()
	}
	d.off += 1 + size
	return 0, nil
}

// skipLong passes over strings, bytes and extensions that state their length.
func (d *decoder) skipLong(lead byte) error {
	class, kind := lead-0xd9, 0
	switch {
	case lead <= 0xc6:
		class = lead - 0xc4
	case lead <= 0xc9:
		class, kind = lead-0xc7, 1 // one byte of type before the data
	}
	n, at, err := d.length(class)
	if err != nil {
		return err
	}
	if len(d.s)-at-kind < n {
		return d.truncated()
	}
	d.off = at + kind + n
	return nil
}
