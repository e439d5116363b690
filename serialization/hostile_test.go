package serialization

import (
	"runtime"
	"strings"
	"testing"
)

// hostile returns documents of 1 MiB, each made to cost as much as it can.
func hostile() map[string]string {
	fill := func(head, unit, tail string) string {
		n := (1<<20 - len(head) - len(tail)) / len(unit)
		return head + strings.Repeat(unit, n) + tail
	}
	const doc, text = "\x82\xa6header\x80\xa6values", "@header={{[5,t];}};@data={{"
	return map[string]string{
		"nulls":             fill(doc+"\x81\xa1a\xdd\x00\x03\xff\x00", "\xc0", ""),
		"nulls to the end":  fill(doc+"\x81\xa1a\xdd\x00\x0f\x00\x00", "\xc0", ""),
		"empty maps":        fill(doc+"\xdf\x00\x00\x70\x00", "\xa0\x80", ""),
		"pairs":             fill(doc+"\xdf\x00\x03\xff\x00", "\xa0\xc0", ""),
		"arrays of one":     fill(doc+"\x81\xa1a\xdd\x00\x01\x50\x00", "\x91\xc0", ""),
		"counts in depth":   fill(doc, "\xdf\x00\x00\xff\xff\xa0", ""),
		"deep arrays":       fill(doc+"\x81\xa0", "\x91", ""),
		"deep maps":         fill(doc, "\x81\xa0", ""),
		"headers in depth":  fill(doc, "\x81\xa0\x82\xa6header\x80\xa6values", ""),
		"ends of entries":   fill(text+"[n,12,", "];[", "];}};"),
		"nearly entries":    fill(text+"[n,12,", "];[a,x", "];}};"),
		"entries":           fill(text, "[,0,];", "}};"),
		"containers":        fill(text, "[,14,0];", "}};"),
		"nested entries":    fill(text, "[,14,1];", "}};"),
		"array of entries":  fill(text+"[,15,131000];", "[,0,];", "}};"),
		"binary nulls":      fill("", "\x00\x00\x00\x00\x00\x00\x00\x00\x00", ""),
		"binary containers": fill("", "\x0e\x00\x00\x00\x00\x00\x00\x00\x00", ""),
		"listed values":     fill("\x81\xa6values\xdd\x00\x0c\x00\x00", "\x81\xa4type\xa10", ""),
		"listed empties":    fill("\x81\xa6values\xdd\x00\x0c\x00\x00", "\x80", ""),
	}
}

func TestAHostileMegabyteCostsLessThan16MiB(t *testing.T) {
	for name, s := range hostile() {
		for _, d := range []Dialect{Auto, CPPMsgpack} {
			b := []byte(s)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ParseDialect(b, d)
			runtime.ReadMemStats(&after)
			if cost := after.TotalAlloc - before.TotalAlloc; cost > 16<<20 {
				t.Errorf("%s as %v: %d bytes allocated (%v), want at most 16 MiB", name, d, cost, err)
			}
		}
	}
}

func TestAHostileMegabyteOfJSONCostsLessThan16MiB(t *testing.T) {
	for name, unit := range map[string]string{
		"numbers": `1,`, "objects": `{},`, "arrays": `[[]],`, "members": `{"":0},`, "texts": `"",`,
	} {
		head, tail := `{"header":{},"values":{"a":[`, `0]}}`
		b := []byte(head + strings.Repeat(unit, (1<<20-len(head)-len(tail))/len(unit)) + tail)
		for _, n := range []int{len(b), len(head) + 30000*len(unit)} { // beyond the limit, and just within
			in := b
			if n < len(b) {
				in = append(b[:n:n], tail...)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := new(Container).UnmarshalJSON(in)
			runtime.ReadMemStats(&after)
			if cost := after.TotalAlloc - before.TotalAlloc; cost > 16<<20 {
				t.Errorf("%s: %d bytes allocated (%v), want at most 16 MiB", name, cost, err)
			}
		}
	}
}

// BenchmarkHostile must stay below 50 ms an operation.
func BenchmarkHostile(b *testing.B) {
	for name, s := range hostile() {
		in := []byte(s)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(in)
			}
		})
	}
}
