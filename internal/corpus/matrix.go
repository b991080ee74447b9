package corpus

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"bevote/verifier/result"
)

// Matrix is the whole corpus tried on the auditor.
type Matrix struct {
	Trials []Trial        `json:"trials"`
	Checks []result.Check `json:"-"` // every check of a report, in its order
}

// Score is the auditor's measure: each of the first four is as good as Lies.
type Score struct {
	Lies       int `json:"lies"`
	Detected   int `json:"detected"`   // something speaks
	Attributed int `json:"attributed"` // the check that must
	Specific   int `json:"specific"`   // and none that has no part in the lie
	Exact      int `json:"exact"`      // with the level and the exit code that it deserves
	Harmless   int `json:"harmless"`   // variants
	Alarms     int `json:"alarms"`     // of them objected to
}

// Measure tries the whole corpus; done, unless nil, hears how many of how many
// are through.
func Measure(ctx context.Context, done func(n, of int)) (*Matrix, error) {
	lies := Lies()
	trials, err := TryAll(ctx, lies, func(n int) {
		if done != nil {
			done(n, len(lies))
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

// Score counts.
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

// Perfect tells whether nothing slips through and nothing is objected to in vain.
func (s Score) Perfect() bool {
	return s.Detected == s.Lies && s.Attributed == s.Lies && s.Specific == s.Lies && s.Exact == s.Lies && s.Alarms == 0
}

// String is the score in one line each.
func (s Score) String() string {
	share := func(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }
	return fmt.Sprintf("detection    %s lies\nattribution  %s to the check that must speak\nspecificity  %s without a check that has no part in it\n"+
		"verdict      %s with the right level and exit code\nfalse alarms %s harmless variants\n",
		share(s.Detected, s.Lies), share(s.Attributed, s.Lies), share(s.Specific, s.Lies), share(s.Exact, s.Lies), share(s.Alarms, s.Harmless))
}

// Wrong lists the trials that did not go as they should, one a line.
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

// Alone tells whether the lie's check is the only one that speaks.
func (t Trial) Alone() bool {
	return t.Attributed() && (len(t.Flagged) == 0 || slices.Equal(t.Flagged, []string{t.Lie.Check}))
}

// WriteTo writes the matrix as a page of Markdown: the score, every lie with
// what it makes speak, and every check with the lies that only it catches.
func (m *Matrix) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	b.WriteString("# The corpus of lies\n\n" + opening)
	fmt.Fprintf(&b, "```text\n%s```\n\n## The base elections\n\n| base | is |\n|--|--|\n", m.Score())
	for _, base := range Bases() {
		fmt.Fprintf(&b, "| %s | %s |\n", base[0], base[1])
	}
	b.WriteString("\n## Lies\n\n" + liesIntro)
	m.rows(&b, false)
	b.WriteString("\n## Harmless variants\n\n" + harmlessIntro)
	m.rows(&b, true)
	b.WriteString("\n## Checks\n\n" + checksIntro)
	for _, c := range m.Checks {
		fmt.Fprintf(&b, "| %s %s | %s | %s |\n", c.ID, c.Name, m.caughtAlone(c.ID), m.caughtToo(c.ID))
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// rows are the lies, or the harmless variants, one a row.
func (m *Matrix) rows(b *strings.Builder, honest bool) {
	b.WriteString("| name | what is done | strength | base | speaks | along with it | level | exit |\n|--|--|--|--|--|--|--|--|\n")
	for _, t := range m.Trials {
		if (t.Lie.Strength == Harmless) != honest {
			continue
		}
		var along []string
		for _, id := range t.Flagged {
			if id != t.Lie.Check {
				along = append(along, id)
			}
		}
		check := t.Lie.Check
		if t.Lie.Says != "" {
			check += " as an item"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %d |\n", t.Lie.Name, t.Lie.Text, t.Lie.Strength, t.Lie.Base,
			check, strings.Join(along, " "), t.Level, t.Exit)
	}
}

// caughtAlone names the lies that nobody would notice without the check, or
// says why there is none.
func (m *Matrix) caughtAlone(id string) string {
	var names []string
	for _, t := range m.Trials {
		if t.Lie.Check == id && t.Lie.Strength != Harmless && t.Alone() {
			names = append(names, t.Lie.Name)
		}
	}
	if len(names) == 0 {
		return "– " + NeverAlone[id]
	}
	return strings.Join(names, ", ")
}

// caughtToo names the other lies that the check speaks about.
func (m *Matrix) caughtToo(id string) string {
	var names []string
	for _, t := range m.Trials {
		if t.Lie.Strength != Harmless && slices.Contains(t.Flagged, id) && (t.Lie.Check != id || !t.Alone()) {
			names = append(names, t.Lie.Name)
		}
	}
	return strings.Join(names, ", ")
}

// The page's words.
const (
	opening = "Elections that somebody lies in, made from honest ones by `bevote rehearse`, and what the auditor makes of them.\n" +
		"`bevote rehearse --lies --matrix` plays and audits them all and prints this page, which a test holds to the result;\n" +
		"`bevote rehearse --lie NAME -o DIR` makes one for anybody's auditor. [audit.md](audit.md) says what the checks are.\n\n"
	liesIntro = "*naive* changes bytes of a finished record; *consistent* remakes every hash, link and proof of work that an\n" +
		"outsider can remake; *key-holding* has a part in the election and signs. The check named speaks in each; what else\n" +
		"speaks follows from the same lie. Where it is *an item*, the check passes and names the culprit, who is put out.\n\n"
	harmlessIntro = "Unusual and allowed. What speaks here is a warning, or evidence that proofs cannot give, and changes no verdict.\n\n"
	checksIntro   = "For every check the lies that it alone catches: an auditor in which just this check always passes lets them through,\n" +
		"which a test tries on each, but those that V01 or an error of the policy stop before. Or, after a dash, why there can be none.\n\n| check | alone | also |\n|--|--|--|\n"
)

// NeverAlone says of checks why no lie of the corpus is caught by them alone.
var NeverAlone = map[string]string{
	"V07":  "on regtest there is no bar; tested on real headers of mainnet",
	"V08":  "where blocks are not the chain's, V10 leaves open whether coins are spent",
	"V10":  "proofs that leave a spend open also leave V15, V91 and V107 open, which ask for what is nowhere",
	"V12":  "a record is one source; tested with several nodes",
	"V19":  "a payout that is a roll key's is also V28's, as a warning; two payouts alike are an error of the policy (V17)",
	"V32":  "a signature is over one roll key: shown for another it does not verify (V30)",
	"V105": "each coin of the roll has a good deposit (V26), and the script engine lets deposits out by the contract's paths only (V11)",
	"V21":  "a proof that holds for another election does not hold for this one (V18)",
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
