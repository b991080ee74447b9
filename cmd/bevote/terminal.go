package main

import (
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

// colours reports whether to write to w in colours: to a terminal that has them, unless
// NO_COLOR is set (no-color.org).
func colours(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
