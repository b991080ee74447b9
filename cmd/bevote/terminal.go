package main

import (
	"io"
	"os"
)

// terminal tells whether somebody looks at w as it is written.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colours tells whether to write to w in colours: to a terminal, unless its
// owner asks for none (no-color.org).
func colours(w io.Writer) bool { return terminal(w) && os.Getenv("NO_COLOR") == "" }
