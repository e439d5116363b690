package serialization

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"
)

const (
	gcc12File  = "cpp_container_system_HEAD_6ab63f7_gcc12_fallback_formatter.json"
	goFile     = "go_container_system_503235a.json"
	pythonFile = "python_container_system_635659d.json"
	nodeFile   = "testdata/nodejs_value_binary_b566706.json"
)

// portAllKinds is the case all_kinds as its kinds are, where floats are exact.
func portAllKinds() *Container {
	return New("user_profile").SetSource("client_01", "session_1").SetTarget("server_01", "main_handler").
		Add("v_null", Null()).Add("v_true", Bool(true)).Add("v_false", Bool(false)).
		Add("v_short", Int16(-1000)).Add("v_ushort", Uint16(50000)).
		Add("v_int", Int32(-1000000)).Add("v_uint", Uint32(3000000000)).
		Add("v_long", Long(-2000000000)).Add("v_ulong", Ulong(3500000000)).
		Add("v_llong", Int64(-5000000000)).Add("v_ullong", Uint64(10000000000)).
		Add("v_float", Float32(3.14159)).Add("v_double", Float64(math.Pi)).
		Add("v_string", String("hello, 한글")).Add("v_bytes", Bytes([]byte{0, 1, 2, 0xfe, 0xff})).
		Add("v_container", Nested(new(Container).Add("inner_int", Int32(42)).Add("inner_str", String("nested")))).
		Add("v_array", Array(Int32(1), String("two"), Bool(true)))
}

// openBoth parses b by recognising its dialect and by being told.
func openBoth(t *testing.T, b []byte, d Dialect) *Container {
	t.Helper()
	told, err := ParseDialect(b, d)
	if err != nil {
		t.Fatalf("ParseDialect(%q, %v): %v", b, d, err)
	}
	wantEqual(t, mustParse(t, b), told)
	return told
}

func TestPortsMsgpackOpens(t *testing.T) {
	lost := func(c *Container) *Container { return c.Set("v_container", Null()).Set("v_array", Null()) }
	wantEqual(t, openBoth(t, vectors(t, goFile, "msgpack")["all_kinds"], GoMsgpack), lost(portAllKinds()))
	python := lost(portAllKinds())
	python.Remove("v_null")
	wantEqual(t, openBoth(t, vectors(t, pythonFile, "msgpack")["all_kinds"], PythonMsgpack), python)
	wantEqual(t, openBoth(t, vectors(t, goFile, "msgpack")["dup"], GoMsgpack),
		New("dup").Add("k", Int32(1)).Add("k", Int32(2)))
	for name, b := range vectors(t, goFile, "msgpack") {
		if c := openBoth(t, b, GoMsgpack); c.Header().Version != "1.0.0.0" {
			t.Errorf("%s: header %v", name, c.Header())
		}
	}
}

func TestPortsTextOpens(t *testing.T) {
	wantEqual(t, openBoth(t, vectors(t, goFile, "cppwire_text")["all_kinds"], GoText), portAllKinds())
	python := portAllKinds()
	python.Remove("v_null")
	wantEqual(t, openBoth(t, vectors(t, pythonFile, "text")["all_kinds"], PythonText), python)
	cpp := portAllKinds().Set("v_double", Float64(3.141593)).Set("v_bytes", Null()).
		Set("v_container", Null()).Set("v_array", Null())
	wantEqual(t, openBoth(t, vectors(t, cppFile, "text(binary)")["all_kinds"], CPPText), cpp)
	wantEqual(t, openBoth(t, vectors(t, gcc12File, "text(binary)")["all_kinds"], CPPText), cpp)
	single := "@header={[1,t];[5,old];[6,1];};@data={[b,13,AAE=];[c,14,1];[in,4,5];[s,12,x];};"
	wantEqual(t, openBoth(t, []byte(single), CPPText), new(Container).SetTarget("t", "").SetType("old").
		SetVersion("1").Add("b", Bytes([]byte{0, 1})).
		Add("c", Nested(new(Container).Add("in", Int32(5)))).Add("s", String("x")))
}

func TestEveryTextVectorOpensOrIsRefused(t *testing.T) {
	for _, f := range []struct{ file, format string }{
		{cppFile, "text(binary)"}, {gcc12File, "text(binary)"}, {goFile, "cppwire_text"}, {pythonFile, "text"},
	} {
		for name, b := range vectors(t, f.file, f.format) {
			_, err := Parse(b)
			// In escapes, a string pretends to be an entry whose value is no number.
			if refused := errors.Is(err, ErrSyntax); refused != (name == "escapes") {
				t.Errorf("%s %s: Parse = %v", f.file, name, err)
			}
		}
	}
	deep, err := Parse(vectors(t, goFile, "cppwire_text")["deep"])
	if err != nil || deep.String() != "deep{l4: {l3: {l2: {l1: {l0: {leaf: 1}}}}}}" {
		t.Errorf("deep = %v, %v", deep, err)
	}
}

func TestValueBinaryOpensAndIsWrittenByteForByte(t *testing.T) {
	check := func(name string, b []byte) {
		t.Helper()
		c := openBoth(t, b, ValueBinary)
		if got, err := c.AppendAs(nil, ValueBinary); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: AppendAs = %v\n%x, want\n%x", name, err, got, b)
		}
	}
	raw, err := os.ReadFile(nodeFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ File, Hex string }
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	var complex *Container
	for _, v := range list {
		b, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		check(v.File, b)
		if v.File == "nodejs_complex.bin" {
			complex = mustParse(t, b)
		}
	}
	if want := `{multi_type_test: {flag: true, count: 100, timestamp: 1234567890, ratio: 0.75, message: "Test message"}}`; complex.String() != want {
		t.Errorf("complex = %v, want %s", complex, want)
	}
	for _, f := range portAllKinds().fields {
		b := vectors(t, goFile, "value_binary:"+f.Name)["all_kinds"]
		switch f.Name {
		case "v_null", "v_container": // the Go port writes nothing for these
		case "v_long", "v_ulong": // and these without type and name
			if _, err := ParseDialect(b, ValueBinary); err == nil {
				t.Errorf("%s: a bare number is read as a value", f.Name)
			}
		default:
			check(f.Name, b)
			wantEqual(t, mustParse(t, b), new(Container).Add(f.Name, f.Value))
		}
	}
}

func TestWritersMatchTheVectors(t *testing.T) {
	check := func(c *Container, d Dialect, want []byte) {
		t.Helper()
		if got, err := c.AppendAs(nil, d); err != nil || !bytes.Equal(got, want) {
			t.Errorf("AppendAs(%v) = %v\n%s\nwant\n%s", d, err, got, want)
		}
	}
	check(portAllKinds(), GoText, vectors(t, goFile, "cppwire_text")["all_kinds"])
	for _, name := range []string{"empty_default", "floats", "deep", "dup"} {
		b := vectors(t, goFile, "cppwire_text")[name]
		check(mustParse(t, b), GoText, b)
	}
	for _, name := range []string{"empty_default", "floats", "ints_llong", "u64max", "dup", "data_container_type"} {
		b := vectors(t, cppFile, "text(binary)")[name]
		check(mustParse(t, b), CPPText, b)
	}
	scalars := portAllKinds()
	for _, lost := range []string{"v_bytes", "v_container", "v_array"} {
		scalars.Remove(lost)
	}
	all := vectors(t, cppFile, "text(binary)")["all_kinds"]
	check(scalars, CPPText, bytes.Replace(all, []byte("[v_bytes,13,];[v_container,14,];[v_array,15,];"), nil, 1))

	python, err := ParseDialect(vectors(t, pythonFile, "msgpack")["all_kinds"], PythonMsgpack)
	if err != nil {
		t.Fatal(err)
	}
	python.Remove("v_container")
	python.Remove("v_array")
	got, err := python.AppendAs(nil, PythonMsgpack)
	want := vectors(t, pythonFile, "msgpack")["all_kinds"]
	want = bytes.Replace(want, []byte("values\xdc\x00\x10"), []byte("values\x9e"), 1)
	want = want[:bytes.Index(want, []byte("\x83\xa4name\xabv_container"))]
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("AppendAs(PythonMsgpack) = %v\n%x\nwant\n%x", err, got, want)
	}
}

func TestWritersRefuseWhatAReaderWouldLose(t *testing.T) {
	for _, tt := range []struct {
		v  Value
		ds []Dialect
	}{
		{Null(), []Dialect{PythonMsgpack}},
		{Bytes([]byte{1}), []Dialect{CPPText}},
		{Array(), []Dialect{CPPText, PythonMsgpack}},
		{Nested(New("")), []Dialect{CPPText, PythonMsgpack}},
		{String("a];[evil,4,7];b"), []Dialect{CPPText, GoText}},
		{String("x}};y"), []Dialect{CPPText, GoText}},
		{Bool(true), []Dialect{GoMsgpack, PythonText, lastDialect + 1}},
	} {
		for _, d := range tt.ds {
			dst := []byte("kept")
			got, err := New("x").Add("v", tt.v).AppendAs(dst, d)
			if !errors.Is(err, ErrUnrepresentable) || string(got) != "kept" {
				t.Errorf("AppendAs(%v, %v) = %q, %v, want ErrUnrepresentable", tt.v, d, got, err)
			}
		}
	}
	for _, c := range []*Container{New("a]"), New("").Add("a,b", Null())} {
		if _, err := c.AppendAs(nil, GoText); !errors.Is(err, ErrUnrepresentable) {
			t.Errorf("AppendAs(%v) = %v, want ErrUnrepresentable", c, err)
		}
	}
}

func TestSwappedCodesAreAnOption(t *testing.T) {
	b, err := new(Container).Add("s", String("x")).Add("b", Bytes([]byte("y"))).AppendAs(nil, ValueBinary)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseWith(b, &ParseOptions{SwappedCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, new(Container).Add("s", Bytes([]byte("x"))).Add("b", String("y")))
}

func TestBadDialectBytesAreRefused(t *testing.T) {
	text := func(data string) string { return "@header={{[5,t];}};@data={{" + data + "}};" }
	for _, tt := range []struct {
		d    Dialect
		in   string
		want error
	}{
		{CPPText, "@head", ErrSyntax}, {CPPText, "@header={{{[5,t];}}};@data={{{}}};", ErrSyntax},
		{CPPText, "@header={{[7,t];}};@data={{}};", ErrSyntax}, {CPPText, "@header={{[5,t]}};@data={{}};", ErrTruncated},
		{CPPText, "@header={{[5,t];}};@data={{", ErrTruncated}, {CPPText, text("[n,4,1]"), ErrTruncated},
		{CPPText, text("[n,4,x];"), ErrSyntax}, {CPPText, text("[n,99,1];"), ErrSyntax},
		{CPPText, text("[n,2,40000];"), ErrSyntax}, {CPPText, text("[n,5,-1];"), ErrSyntax},
		{CPPText, text("[n,1,maybe];"), ErrSyntax}, {CPPText, text("[n,14,2];[a,4,1];"), ErrTruncated},
		{CPPText, text("[n,14,x];"), ErrSyntax}, {CPPText, text("[n,13,!];"), ErrSyntax},
		{GoText, text("[n,bytes_value,0x];"), ErrSyntax}, {GoText, text("junk"), ErrSyntax},
		{CPPText, text(strings.Repeat("[n,14,1];", 100) + "[n,4,1];"), ErrLimit},
		{CPPText, text("[" + strings.Repeat("n", 5000) + ",4,1];"), ErrSyntax},
		{ValueBinary, "\x04", ErrTruncated}, {ValueBinary, "\x10\x00\x00\x00\x00\x00\x00\x00\x00", ErrSyntax},
		{ValueBinary, "\x04\xff\xff\xff\xff\x00\x00\x00\x00", ErrTruncated},
		{ValueBinary, "\x04\x00\x00\x00\x00\x01\x00\x00\x00\x00", ErrSyntax},
		{ValueBinary, "\x0f\x00\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00", ErrSyntax},
		{ValueBinary, "\x0f\x00\x00\x00\x00\x00\x00\x00\x00", ErrTruncated},
		{ValueBinary, "\x01\x00\x00\x00\x00\x01\x00\x00\x00\x02", ErrSyntax},
		{GoMsgpack, "\x80", ErrSyntax}, {GoMsgpack, "\x81\xa6values\x91\x80", ErrSyntax},
		{GoMsgpack, "\x82\xa6values\x90\xa6values\x90", ErrSyntax}, {GoMsgpack, "\x81\xa6values\x90\xc0", ErrTrailing},
		{GoMsgpack, "\x81\xa6values\x91\x82\xa4type\xa14\xa4data\xc4\x01a", ErrSyntax},
		{GoMsgpack, "\x81\xa6values\x91\x82\xa4type\xa14\xa4data\x90", ErrSyntax},
		{GoMsgpack, "\x81\xa6values\xdd\xff\xff\xff\xff", ErrTruncated}, {lastDialect + 1, "\x80", ErrSyntax},
	} {
		if _, err := ParseDialect([]byte(tt.in), tt.d); !errors.Is(err, tt.want) {
			t.Errorf("ParseDialect(%.60q, %v) = %v, want %v", tt.in, tt.d, err, tt.want)
		}
	}
}

// FuzzDialects: no bytes are too odd for a reader, and what a writer accepts
// its reader opens.
func FuzzDialects(f *testing.F) {
	seeds := map[Dialect][]byte{
		CPPText:       vectors(f, cppFile, "text(binary)")["all_kinds"],
		GoText:        vectors(f, goFile, "cppwire_text")["all_kinds"],
		PythonText:    vectors(f, pythonFile, "text")["all_kinds"],
		GoMsgpack:     vectors(f, goFile, "msgpack")["dup"],
		PythonMsgpack: vectors(f, pythonFile, "msgpack")["all_kinds"],
		ValueBinary:   vectors(f, goFile, "value_binary:v_array")["all_kinds"],
	}
	for d, b := range seeds {
		f.Add(uint8(d), b)
	}
	f.Fuzz(func(t *testing.T, dialect uint8, b []byte) {
		c, err := ParseDialect(b, Dialect(dialect))
		if err != nil {
			return
		}
		for d := Msgpack; d <= lastDialect; d++ {
			out, err := c.AppendAs(nil, d)
			if err != nil {
				continue
			}
			again, err := ParseDialect(out, d)
			if errors.Is(err, ErrLimit) {
				continue
			}
			if err != nil || again.Len() != c.Len() {
				t.Fatalf("%v: %q opens as %v, %v, want %v", d, out, again, err, c)
			}
		}
	})
}
