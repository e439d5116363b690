package serialization

import (
	"encoding/hex"
	"log/slog"
	"strconv"
)

// printedBytes is how many bytes of a blob are printed, and printedDepth how
// deep containers and arrays are.
const (
	printedBytes = 16
	printedDepth = 8
)

// String returns the container in one line, for people:
//
//	order.created{id: 42, total: 19.9, lines: [line{sku: "A-1"}]}
//
// Long blobs and deep nesting are cut short. It is not a format to be parsed.
func (c *Container) String() string { return string(c.appendText(nil, 0)) }

// String returns the value for people. For the text of a value of kind string,
// use [Value.Text].
func (v Value) String() string { return string(v.appendText(nil, 0)) }

func (c *Container) appendText(dst []byte, depth int) []byte {
	if c == nil {
		return append(dst, "nil"...)
	}
	dst = append(append(dst, c.header.Type...), '{')
	if depth >= printedDepth && len(c.fields) > 0 {
		return append(dst, "…}"...)
	}
	for i, f := range c.fields {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(dst, f.Name...), ": "...)
		dst = f.Value.appendText(dst, depth+1)
	}
	return append(dst, '}')
}

func (v Value) appendText(dst []byte, depth int) []byte {
	switch v.kind {
	case KindNull:
		return append(dst, "null"...)
	case KindBool:
		return strconv.AppendBool(dst, v.num != 0)
	case KindInt16, KindInt32, KindLong, KindInt64:
		return strconv.AppendInt(dst, int64(v.num), 10)
	case KindUint16, KindUint32, KindUlong, KindUint64:
		return strconv.AppendUint(dst, v.num, 10)
	case KindFloat32:
		return strconv.AppendFloat(dst, float64(v.float32()), 'g', -1, 32)
	case KindFloat64:
		return strconv.AppendFloat(dst, v.float64(), 'g', -1, 64)
	case KindString:
		return strconv.AppendQuote(dst, v.text())
	case KindBytes:
		shown := v.bytes()[:min(int(v.num), printedBytes)]
		dst = hex.AppendEncode(append(dst, "0x"...), shown)
		if len(shown) < int(v.num) {
			dst = strconv.AppendUint(append(dst, "… ("...), v.num, 10)
			dst = append(dst, " bytes)"...)
		}
		return dst
	case KindContainer:
		return v.container().appendText(dst, depth)
	}
	if depth >= printedDepth && v.num > 0 {
		return append(dst, "[…]"...)
	}
	dst = append(dst, '[')
	for i, e := range v.elems() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = e.appendText(dst, depth+1)
	}
	return append(dst, ']')
}

// LogValue implements [slog.LogValuer]: a group of the header's fields that are
// not empty and of the values, each an attribute of its own.
func (c *Container) LogValue() slog.Value {
	if c == nil {
		return slog.AnyValue(nil)
	}
	h := &c.header
	values := make([]slog.Attr, 0, len(c.fields))
	for _, f := range c.fields {
		values = append(values, slog.Attr{Key: f.Name, Value: f.Value.LogValue()})
	}
	attrs := make([]slog.Attr, 0, 7)
	for _, a := range [...]struct{ key, text string }{
		{"type", h.Type}, {"version", h.Version}, {"source", h.SourceID}, {"source_sub", h.SourceSubID},
		{"target", h.TargetID}, {"target_sub", h.TargetSubID},
	} {
		if a.text != "" {
			attrs = append(attrs, slog.String(a.key, a.text))
		}
	}
	return slog.GroupValue(append(attrs, slog.Attr{Key: "values", Value: slog.GroupValue(values...)})...)
}

// LogValue implements [slog.LogValuer]. Scalars keep their type; bytes, arrays
// and containers are given as [Value.String] prints them.
func (v Value) LogValue() slog.Value {
	switch v.kind {
	case KindNull:
		return slog.AnyValue(nil)
	case KindBool:
		return slog.BoolValue(v.num != 0)
	case KindInt16, KindInt32, KindLong, KindInt64:
		return slog.Int64Value(int64(v.num))
	case KindUint16, KindUint32, KindUlong, KindUint64:
		return slog.Uint64Value(v.num)
	case KindFloat32:
		return slog.Float64Value(float64(v.float32()))
	case KindFloat64:
		return slog.Float64Value(v.float64())
	case KindString:
		return slog.StringValue(v.text())
	}
	return slog.StringValue(v.String())
}
