package lang

// Span is the half-open range of bytes [Start, End) of the policy file. Line and
// Column are those of its start, EndLine and EndColumn those behind its end, all
// from 1; columns count characters.
type Span struct {
	Start, End         int
	Line, Column       int
	EndLine, EndColumn int
}

// Label is a span with a remark about it.
type Label struct {
	Span
	Text string
}

// Fix is a replacement that is safe without asking: it gives the file the only
// meaning that its author can have had, or keeps its meaning. [Apply] makes it.
type Fix struct {
	Span
	Text string
}

// Transaction is a spend that demonstrates a problem: the script engine accepts it.
// Its keys are stand-ins, and the stake that it spends is on no chain.
type Transaction struct {
	Says   string   // one line: who takes what, and how
	Lines  []string // the transaction, decoded
	Hex    string   // the transaction
	Script string   // hex of the output script that it spends
	Stake  int64    // satoshis of that output
}

// Diagnostic is one error or warning about a policy file, with its place.
type Diagnostic struct {
	Code        string // E0303: E cannot be allowed, W can
	Message     string // one line, lower case, no full stop
	Primary     Label
	Secondary   []Label
	Notes       []string
	Help        string   // what to type
	Roles       []string // of E0303: the role whose key is shared, then the other; named as in Literal
	Fix         *Fix
	Transaction *Transaction
}

// IsError reports whether the diagnostic makes the policy unusable.
func (d Diagnostic) IsError() bool { return d.Code[0] == 'E' }
