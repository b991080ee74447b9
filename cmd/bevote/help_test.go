package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestHelpFits: no line that --help prints is wider than 100 columns, of any
// command.
func TestHelpFits(t *testing.T) {
	var commands func(*cobra.Command)
	n := 0
	commands = func(cmd *cobra.Command) {
		if cmd.Name() == "completion" {
			return // cobra's own
		}
		n++
		args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		var out strings.Builder
		if code := run(args, strings.NewReader(""), &out, io.Discard); code != 0 || out.Len() == 0 {
			t.Errorf("%q exits %d", args, code)
		}
		for line := range strings.Lines(out.String()) {
			if wide := len([]rune(strings.TrimSuffix(line, "\n"))); wide > 100 {
				t.Errorf("%q prints %d columns: %s", args, wide, line)
			}
		}
		for _, c := range cmd.Commands() {
			commands(c)
		}
	}
	commands(newRoot(&console{out: io.Discard, err: io.Discard}))
	if n < 15 {
		t.Errorf("only %d commands", n)
	}
}
