package lang

// Span is a half-open range of bytes of the policy file. Line and Column are
// those of its start, from 1; Column counts characters.
type Span struct {
	Start, End   int
	Line, Column int
}

// Label is a span with what to say about it.
type Label struct {
	Span
	Text string
}

// Fix is a replacement that is safe to apply without asking.
type Fix struct {
	Span
	Text string
}

// Diagnostic is one mistake or warning in a policy file, with its place.
type Diagnostic struct {
	Code        string // E0303: E cannot be allowed, W can
	Message     string // one line, lower case, no full stop
	Primary     Label
	Secondary   []Label
	Notes       []string
	Help        string // what to type
	Fix         *Fix
	Transaction string // hex of a spend that shows the problem, where it is one
}

// IsError tells whether the diagnostic makes the policy unusable.
func (d Diagnostic) IsError() bool { return d.Code[0] == 'E' }
