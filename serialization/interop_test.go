package serialization

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOtherLanguagesOpenWhatWeSeal hands a container to the MessagePack library
// of another language, which checks what it finds and seals it again.
func TestOtherLanguagesOpenWhatWeSeal(t *testing.T) {
	t.Run("python", func(t *testing.T) {
		// A python3 found earlier in PATH than the system's lacks its packages.
		python := "python3"
		if exec.Command(python, "-c", "import msgpack").Run() != nil {
			python = "/usr/bin/python3"
		}
		need(t, exec.Command(python, "-c", "import msgpack"), "python3 with python3-msgpack")
		echo(t, exec.Command(python, "testdata/interop/echo.py"))
	})
	t.Run("ruby", func(t *testing.T) {
		need(t, exec.Command("ruby", "-e", `require "msgpack"`), "ruby with ruby-msgpack")
		echo(t, exec.Command("ruby", "testdata/interop/echo.rb"))
	})
	t.Run("c", func(t *testing.T) {
		program := filepath.Join(t.TempDir(), "echo")
		check := exec.Command("cc", "-E", "-include", "msgpack.h", "-")
		check.Stdin = bytes.NewReader(nil)
		need(t, check, "cc with libmsgpack-dev")
		if out, err := exec.Command("cc", "-o", program, "testdata/interop/echo.c", "-lmsgpackc").CombinedOutput(); err != nil {
			t.Fatalf("cc: %v\n%s", err, out)
		}
		echo(t, exec.Command(program))
	})
}

func need(t *testing.T, check *exec.Cmd, what string) {
	t.Helper()
	if err := check.Run(); err != nil {
		t.Skipf("%s is not installed: %v", what, err)
	}
}

func echo(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(mustSeal(t, typical())), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, &stderr)
	}
	got := mustParse(t, out)
	if got.Header() != typical().Header() {
		t.Errorf("header = %v, want %v", got.Header(), typical().Header())
	}
	// Other libraries write numbers at their narrowest, so kinds may differ.
	if got.String() != typical().String() {
		t.Errorf("came back as\n%v\nwant\n%v", got, typical())
	}
}
