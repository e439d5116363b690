package serialization

import (
	"errors"
	"testing"
)

func TestViewOpensHeaderAndSingleValues(t *testing.T) {
	for _, c := range []*Container{allKinds(), typical(), New("")} {
		w, err := View(mustSeal(t, c))
		if err != nil {
			t.Fatal(err)
		}
		if w.Header() != c.Header() {
			t.Errorf("header = %v, want %v", w.Header(), c.Header())
		}
		for name := range c.All() {
			want, _ := c.Get(name)
			got, ok, err := w.Get(name)
			if err != nil || !ok || !got.Equal(want) {
				t.Errorf("Get(%q) = %v, %v, %v, want %v", name, got, ok, err, want)
			}
		}
		if v, ok, err := w.Get("absent"); ok || err != nil {
			t.Errorf("Get(absent) = %v, %v, %v", v, ok, err)
		}
	}
}

func TestViewReadsKeysInAnyOrderAndSkipsUnknownOnes(t *testing.T) {
	w, err := View([]byte("\x83\xa6values\x81\xa1a\x01\xa1?\x91\xc0\xa6header\x81\xa7version\xa12"))
	if err != nil {
		t.Fatal(err)
	}
	v, ok, err := w.Get("a")
	if w.Header().Version != "2" || !ok || err != nil || !v.Equal(Int32(1)) {
		t.Fatalf("version %q, a = %v, %v, %v", w.Header().Version, v, ok, err)
	}
}

func TestViewRefusesWhatItMeets(t *testing.T) {
	b := mustSeal(t, typical())
	for n := range b {
		w, err := View(b[:n])
		if err == nil {
			_, _, err = w.Get("absent")
		}
		if !errors.Is(err, ErrTruncated) {
			t.Fatalf("View of %d of %d bytes = %v, want ErrTruncated", n, len(b), err)
		}
	}
	for _, s := range []string{"\x80", "\x91\x01", "\x82\xa6header\x80\xa6values\xc0", "\x82\xa6values\x80\xa6values\x80"} {
		if _, err := View([]byte(s)); !errors.Is(err, ErrSyntax) {
			t.Errorf("View(%q) = %v, want ErrSyntax", s, err)
		}
	}
}

func TestViewDoesNotAllocate(t *testing.T) {
	b := mustSeal(t, typical())
	if n := testing.AllocsPerRun(100, func() {
		w, _ := View(b)
		_, _, _ = w.Get("total")
	}); n != 0 {
		t.Fatalf("View and Get allocate %v times, want 0", n)
	}
}

// FuzzView: what Parse accepts in the canonical form, View shows alike.
func FuzzView(f *testing.F) {
	f.Add(mustSeal(f, allKinds()))
	f.Add(mustSeal(f, long()))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, viewErr := View(b)
		if viewErr == nil {
			_, _, _ = w.Get("x")
		}
		c, err := ParseDialect(b, Msgpack)
		if err != nil {
			return
		}
		if viewErr != nil || w.Header() != c.Header() {
			t.Fatalf("%x: View = %v, %v, want %v", b, w.Header(), viewErr, c.Header())
		}
		for _, field := range c.fields {
			want, _ := c.Get(field.Name)
			if got, ok, err := w.Get(field.Name); err != nil || !ok || !got.Equal(want) {
				t.Fatalf("%x: Get(%q) = %v, %v, %v, want %v", b, field.Name, got, ok, err, want)
			}
		}
	})
}

func BenchmarkView(b *testing.B) {
	sealed := mustSeal(b, typical())
	b.Run("header", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := View(sealed); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, name := range []string{"id", "total", "scores"} {
		b.Run("header_and_"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w, err := View(sealed)
				if err != nil {
					b.Fatal(err)
				}
				if _, ok, err := w.Get(name); err != nil || !ok {
					b.Fatal(err)
				}
			}
		})
	}
}
