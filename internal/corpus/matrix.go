package corpus

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"bevote/verifier/result"
)

// Matrix is the audits of the whole corpus.
type Matrix struct {
	Trials []Trial        `json:"trials"`
	Checks []result.Check `json:"-"` // every check of a report, in its order
}

// Score counts lies and variants by what their audits found. The perfect score
// has Lies in each of the four after it, and no Alarms.
type Score struct {
	Lies       int `json:"lies"`
	Detected   int `json:"detected"`   // a check is flagged
	Attributed int `json:"attributed"` // the lie's check is flagged
	Specific   int `json:"specific"`   // and no check outside Check and Along is
	Exact      int `json:"exact"`      // level and exit code are the lie's
	Harmless   int `json:"harmless"`   // variants
	Alarms     int `json:"alarms"`     // variants with another level or exit code, or with an unexpected check
}

// Measure plays and audits the whole corpus. progress, unless nil, is called with
// the number of lies that are done.
func Measure(ctx context.Context, progress func(done, total int)) (*Matrix, error) {
	lies := Lies()
	trials, err := tryAll(ctx, lies, func(done int) {
		if progress != nil {
			progress(done, len(lies))
		}
	})
	if err != nil {
		return nil, err
	}
	m := &Matrix{Trials: trials}
	for _, t := range trials {
		if len(t.checks) > len(m.Checks) {
			m.Checks = t.checks
		}
	}
	return m, nil
}

// Score returns the counts.
func (m *Matrix) Score() (s Score) {
	for _, t := range m.Trials {
		fine := len(t.Unexpected()) == 0
		if t.Lie.Strength == Harmless {
			s.Harmless++
			if !fine || !t.AsExpected() {
				s.Alarms++
			}
			continue
		}
		s.Lies++
		for count, ok := range map[*int]bool{&s.Detected: t.Detected(), &s.Attributed: t.Attributed(), &s.Specific: fine, &s.Exact: t.AsExpected()} {
			if ok {
				*count++
			}
		}
	}
	return s
}

// Perfect reports whether every lie is caught as expected, and no variant is flagged.
func (s Score) Perfect() bool {
	return s.Detected == s.Lies && s.Attributed == s.Lies && s.Specific == s.Lies && s.Exact == s.Lies && s.Alarms == 0
}

// String returns the score in five lines.
func (s Score) String() string {
	share := func(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }
	return fmt.Sprintf("detection    %s lies\nattribution  %s to the check that must speak\nspecificity  %s without a check that has no part in it\n"+
		"verdict      %s with the right level and exit code\nfalse alarms %s harmless variants\n",
		share(s.Detected, s.Lies), share(s.Attributed, s.Lies), share(s.Specific, s.Lies), share(s.Exact, s.Lies), share(s.Alarms, s.Harmless))
}

// Wrong lists the trials with an unexpected result, each in a line.
func (m *Matrix) Wrong() (out []string) {
	for _, t := range m.Trials {
		honest := t.Lie.Strength == Harmless
		if (honest || t.Attributed()) && len(t.Unexpected()) == 0 && t.AsExpected() {
			continue
		}
		out = append(out, fmt.Sprintf("%s: %s speak, level %q, exit %d; want %s, level %q, exit %d",
			t.Lie.Name, list(t.Flagged), t.Level, t.Exit, list(append(nonempty(t.Lie.Check), t.Lie.Along...)), t.Lie.Level, t.Lie.Exit))
	}
	return out
}

func nonempty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func list(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, " ")
}

//go:embed matrix.tmpl
var matrixText string

// matrixPage is the page of a matrix, docs/matrix.md.
var matrixPage = template.Must(template.New("matrix").Funcs(template.FuncMap{"bases": Bases}).Parse(matrixText))

// WriteTo writes the matrix as a page of Markdown: the score, the bases, each lie
// and variant with the checks that it flags, and each check with its lies.
func (m *Matrix) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if err := matrixPage.Execute(&b, page{m}); err != nil {
		return 0, err
	}
	return b.WriteTo(w)
}

// page is a matrix as the template reads it.
type page struct{ *Matrix }

func (p page) Lies() []Trial     { return p.trials(false) }
func (p page) Variants() []Trial { return p.trials(true) }

func (p page) trials(harmless bool) (out []Trial) {
	for _, t := range p.Trials {
		if (t.Lie.Strength == Harmless) == harmless {
			out = append(out, t)
		}
	}
	return out
}

// Alone lists the lies that only this check catches, or says why there is none.
func (p page) Alone(id string) string {
	var names []string
	for _, t := range p.Lies() {
		if t.Lie.Check == id && t.Alone() {
			names = append(names, t.Lie.Name)
		}
	}
	if len(names) == 0 {
		return "– " + NeverAlone(id)
	}
	return strings.Join(names, ", ")
}

// Also lists the other lies that a check flags.
func (p page) Also(id string) string {
	var names []string
	for _, t := range p.Lies() {
		if slices.Contains(t.Flagged, id) && (t.Lie.Check != id || !t.Alone()) {
			names = append(names, t.Lie.Name)
		}
	}
	return strings.Join(names, ", ")
}

// NeverAlone returns why a check catches no lie of the corpus alone, "" if it
// catches one.
func NeverAlone(id string) string { return neverAlone[id] }

var neverAlone = map[string]string{
	"V07":  "on regtest there is no bar; tested on real headers of mainnet",
	"V08":  "where blocks are not the chain's, V10 leaves open whether coins are spent",
	"V10":  "proofs that leave a spend open also leave V15, V91 and V107 open, which ask for what is nowhere",
	"V12":  "a record is one source; tested with several nodes",
	"V19":  "a payout that is a roll key's is also V28's, as a warning; two payouts alike are an error of the policy (V17)",
	"V32":  "a signature is over one roll key: shown for another it does not verify (V30)",
	"V105": "the script engine lets deposits out by the contract's paths only (V11)",
	"V21":  "a proof that holds for another election does not hold for this one (V18)",
	"V49":  "a member without a vote says so in its acknowledgement, which V50 repeats as a warning",
	"V48":  "the deals are in every record, and V47 asks for more",
	"V53":  "the chain lets an outpoint be spent once",
	"V55":  "the script engine compares the hash of what is revealed (V11)",
	"V57":  "a ballot begins with b1 or b2 (V66), a key does not",
	"V58":  "a vote with other keys is excluded (V54); what it reveals is compared by the script engine (V11)",
	"V59":  "V17 compares every path",
	"V60":  "a vote that refunds another is excluded (V54)",
	"V69":  "what strangers write does not count, so that nobody can spoil an election with it",
	"V73":  "a ballot has one plaintext: its randomness is a hash of it",
	"V76":  "an opened share fits its public share (V71), and these are of one polynomial (V47)",
	"V78":  "states an interval",
	"V81":  "sorts spends",
	"V82":  "the script engine asks for a signature by these keys (V11)",
	"V89":  "states a count, which decides the level",
	"V92":  "the script engine enforces the lock (V11)",
	"V94":  "the script engine asks for a signature by the roll key (V11)",
	"V95":  "the script engine takes no spend but by the contract's paths (V11)",
	"V96":  "a record has no pool of unconfirmed transactions",
	"V97":  "where nobody can have enough, no claimant can (V86)",
	"V99":  "needs an older record or state; tested with one",
	"V13":  "what counts and can be displaced leaves the verdict to the last blocks, which V100 reads",
	"V100": "a verdict hangs on the last blocks where something that counts is not buried (V13)",
	"V101": "a record has no clock; tested with nodes",
	"V102": "V17 compares every path with its lock",
	"V104": "the auditor's own sums: stakes have one value (V61), and each is in one state",
	"V106": "the auditor's own sums: every counted vote has one reading",
	"V108": "the auditor's own sums: a slot has one coin",
	"V109": "about the auditor, not the election", "V110": "about the auditor, not the election",
	"V111": "about the auditor, not the election", "V112": "about the auditor, not the election",
	"V113": "needs a second auditor's report", "V114": "for a person",
}
