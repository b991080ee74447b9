package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// pty opens a pseudo-terminal: what is written to the terminal is read from the
// other end.
func pty(t *testing.T) (terminal, other *os.File) {
	t.Helper()
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { other.Close() })
	control := func(request uintptr, value *int32) {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, other.Fd(), request, uintptr(unsafe.Pointer(value))); e != 0 {
			t.Fatal(e)
		}
	}
	var unlock, number int32
	control(syscall.TIOCSPTLCK, &unlock)
	control(syscall.TIOCGPTN, &number)
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return terminal, other
}

// shownOnTerminal runs a command whose standard output is a terminal.
func shownOnTerminal(t *testing.T, args ...string) string {
	t.Helper()
	terminal, other := pty(t)
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(other) // ends with an error when the terminal is closed
		text <- string(b)
	}()
	run(args, strings.NewReader(""), terminal, io.Discard)
	terminal.Close()
	return <-text
}

// TestColours: a terminal gets colours, unless it has none or NO_COLOR is set.
func TestColours(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.bev")
	if err := os.WriteFile(bad, []byte("bevote 1\nelection bad { }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const red = "\x1b[1;31merror[E0103]"
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	if got := shownOnTerminal(t, "check", bad); !strings.Contains(got, "error[E0103]") || strings.Contains(got, "\x1b") {
		t.Errorf("colours on a terminal without: %q", got)
	}
	t.Setenv("TERM", "xterm")
	if got := shownOnTerminal(t, "check", bad); !strings.Contains(got, red) {
		t.Errorf("no colours on a terminal: %q", got)
	}
	t.Setenv("NO_COLOR", "1")
	if got := shownOnTerminal(t, "check", bad); !strings.Contains(got, "error[E0103]") || strings.Contains(got, "\x1b") {
		t.Errorf("colours against NO_COLOR: %q", got)
	}
	t.Setenv("NO_COLOR", "")
	var plain strings.Builder
	if run([]string{"check", bad}, strings.NewReader(""), &plain, io.Discard); strings.Contains(plain.String(), "\x1b") {
		t.Errorf("colours without a terminal: %q", plain.String())
	}
}
