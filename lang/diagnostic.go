package lang

// Span is a half-open range of bytes of the policy file. Line and Column are
// those of its start, EndLine and EndColumn those behind its end, all from 1;
// columns count characters.
type Span struct {
	Start, End         int
	Line, Column       int
	EndLine, EndColumn int
}

// Label is a span with what to say about it.
type Label struct {
	Span
	Text string
}

// Fix is a replacement that is safe to apply without asking: what it makes of
// the file is what was meant, or means the same.
type Fix struct {
	Span
	Text string
}

// Transaction is a spend that shows a problem: the script engine accepts it.
// Its keys are stand-ins and the stake that it spends lies on no chain.
type Transaction struct {
	Says   string   // in one line, who takes what, and how
	Lines  []string // the transaction, decoded
	Hex    string   // the transaction
	Script string   // hex of the script of the output that it spends
	Stake  int64    // satoshis of that output
}

// Diagnostic is one mistake or warning in a policy file, with its place.
type Diagnostic struct {
	Code        string // E0303: E cannot be allowed, W can
	Message     string // one line, lower case, no full stop
	Primary     Label
	Secondary   []Label
	Notes       []string
	Help        string   // what to type
	Roles       []string // of E0303: whose part the shared key plays, and who else has it, as Literal names roles
	Fix         *Fix
	Transaction *Transaction
}

// IsError tells whether the diagnostic makes the policy unusable.
func (d Diagnostic) IsError() bool { return d.Code[0] == 'E' }
