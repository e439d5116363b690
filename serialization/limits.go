package serialization

// Limits bound what decoding one document may cost. In every field zero means
// the default, which suits bytes from strangers.
type Limits struct {
	// Bytes is the largest document in bytes; 0 means 16 MiB.
	Bytes int
	// Depth is how deep containers and arrays may nest in one another, the
	// outermost container being at depth 1; 0 means 64, and more than 1024
	// counts as 1024, because the stack must hold it.
	Depth int
	// Values is how many values one document may hold at all depths together;
	// 0 means 262144. A nested container counts as eight, which is about what
	// it costs in memory: 40 bytes for each unit of this limit. In text and in
	// the per-value binary, which do not count their values, each counts as
	// two; in JSON every value, those in the header and in the list of kinds
	// included, as eight.
	Values int
	// Name is the longest name of a value, and the longest field of a header,
	// in bytes; 0 means 4096.
	Name int
}

const (
	defaultBytes  = 16 << 20
	defaultDepth  = 64
	defaultValues = 1 << 18
	defaultName   = 4096
	maxDepth      = 1024

	containerCost = 8 // units of Limits.Values
)

// withDefaults returns l with every zero field replaced; a nil l is all zero.
func (l *Limits) withDefaults() Limits {
	var out Limits
	if l != nil {
		out = *l
	}
	out.Bytes = orDefault(out.Bytes, defaultBytes)
	out.Depth = min(orDefault(out.Depth, defaultDepth), maxDepth)
	out.Values = orDefault(out.Values, defaultValues)
	out.Name = orDefault(out.Name, defaultName)
	return out
}

func orDefault(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}
