package serialization

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

// appendTextDialect writes the text of C++ 1.0 or, with names, of the Go port.
// What a reader could not take apart again is an error.
func appendTextDialect(dst []byte, c *Container, named bool) ([]byte, error) {
	h := &c.header
	dst = append(dst, "@header={{"...)
	ids := [...]string{h.TargetID, h.TargetSubID, h.SourceID, h.SourceSubID, h.Type, h.Version}
	anyID := strings.Join(ids[:4], "") != ""
	for i, text := range ids {
		if i < 4 && !anyID && (named || h.Type == DefaultType) {
			continue
		}
		if !textSafe(text) {
			return nil, unsafeText("the header")
		}
		dst = append(append(dst, '[', byte('1'+i), ','), text...)
		dst = append(dst, "];"...)
	}
	dst, err := appendTextFields(append(dst, "}};@data={{"...), c.fields, named, 1)
	if err != nil {
		return nil, err
	}
	return append(dst, "}};"...), nil
}

func appendTextFields(dst []byte, fields []Field, named bool, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, tooDeep()
	}
	var err error
	for _, f := range fields {
		if strings.ContainsAny(f.Name, ",[];{}") {
			return nil, unsafeText("the name " + strconv.Quote(f.Name))
		}
		dst = append(append(append(dst, '['), f.Name...), ',')
		if named {
			dst = append(append(dst, strings.Fields(textNames)[f.Value.kind]...), "_value"...)
		} else {
			dst = strconv.AppendUint(dst, uint64(f.Value.kind), 10)
		}
		if dst, err = appendTextValue(append(dst, ','), f, named, depth); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// appendTextValue writes the value, the end of its entry and what follows it.
func appendTextValue(dst []byte, f Field, named bool, depth int) ([]byte, error) {
	v := f.Value
	if !named && (v.kind == KindBytes || v.kind == KindContainer || v.kind == KindArray) {
		return nil, &EncodeError{
			Reason: strconv.Quote(f.Name) + ": C++ text loses the content of " + v.kind.String(),
			Err:    ErrUnrepresentable,
		}
	}
	switch v.kind {
	case KindNull:
	case KindString:
		if !textSafe(v.text()) {
			return nil, unsafeText(strconv.Quote(f.Name))
		}
		dst = append(dst, v.text()...)
	case KindBytes:
		dst = hex.AppendEncode(dst, v.bytes())
	case KindFloat32, KindFloat64:
		dst = appendTextFloat(dst, v, named)
	case KindContainer:
		dst = strconv.AppendInt(dst, int64(v.Len()), 10)
		return appendTextFields(append(dst, "];"...), v.container().fields, named, depth+1)
	case KindArray:
		dst = strconv.AppendInt(dst, int64(v.Len()), 10)
		elems := make([]Field, v.Len())
		for i, e := range v.elems() {
			elems[i].Value = e
		}
		return appendTextFields(append(dst, "];"...), elems, named, depth+1)
	default:
		dst = v.appendText(dst, 0)
	}
	return append(dst, "];"...), nil
}

func appendTextFloat(dst []byte, v Value, named bool) []byte {
	f, bits := v.float64(), 64
	if v.kind == KindFloat32 {
		f, bits = float64(v.float32()), 32
	}
	if named {
		return strconv.AppendFloat(dst, f, 'g', -1, bits)
	}
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 0):
		return append(dst, strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'f', 6, 64)), "+")...)
	}
	return strconv.AppendFloat(dst, f, 'f', 6, 64)
}

// textSafe reports whether s can stand in text, where nothing is escaped.
func textSafe(s string) bool {
	return !strings.Contains(s, "]") && !strings.Contains(s, "}}")
}

func unsafeText(what string) error {
	return &EncodeError{Reason: what + " holds what text cannot escape", Err: ErrUnrepresentable}
}
