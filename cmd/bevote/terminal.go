package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether w is a terminal: no file, no pipe, no /dev/null.
func isTerminal(w io.Writer) bool {
	if a, ok := w.(*answer); ok {
		w = a.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours reports whether to write to w in colours: to a terminal, unless
// NO_COLOR is set (no-color.org).
func colours(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

// askHidden asks for a word on the terminal and does not show it. Without a terminal it is a
// usage error: a secret is never taken from the command line.
func (c *console) askHidden(prompt string) (string, error) {
	in, err := os.Open("/dev/tty")
	if err != nil {
		return "", usage("no terminal to ask for a passphrase: use --passphrase-file")
	}
	defer in.Close()
	fmt.Fprint(c.err, prompt)
	word, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(c.err)
	if err != nil {
		return "", usage("no terminal to ask for a passphrase: use --passphrase-file")
	}
	return string(word), nil
}
