package lift

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// Mismatch holds the differences between a contract's ways to spend and its
// policy's, one path a line.
type Mismatch struct {
	Missing []string // in the policy and not in the contract's list, or in that and not in the script
	Extra   []string // in the script and not in the contract's list, or in that and not in the policy
}

// Error returns the first difference of each kind and the number of others.
func (m *Mismatch) Error() string {
	var parts []string
	add := func(word string, paths []string) {
		switch {
		case len(paths) == 1:
			parts = append(parts, fmt.Sprintf("%s %s", word, paths[0]))
		case len(paths) > 1:
			parts = append(parts, fmt.Sprintf("%s %s and %d more", word, paths[0], len(paths)-1))
		}
	}
	add("missing", m.Missing)
	add("extra", m.Extra)
	return "the contract does not spend as the policy says: " + strings.Join(parts, "; ")
}

// Check compares a contract, as [templates.DecodeContract] returns it, with its
// policy:
//
//	policy's paths ── name, signers, lock ── contract's list
//	                                         contract's list ── signers, lock, witness ── script
//
// With mixing it does the same with the escrow; without, a contract has none. The
// error wraps a [*Mismatch] if paths differ, and [ErrLift] if the script cannot be
// lifted. Other errors: another policy's contract, an unknown lowering, a script
// without the ballot, and limits of consensus and relays.
func Check(p *lang.Policy, c *templates.Contract) error {
	if id := p.ID(); c.Policy != id {
		return fmt.Errorf("contract of policy %.80s, want %s", c.Policy, id)
	}
	if c.Lowering != templates.LoweringVersion {
		return fmt.Errorf("unknown lowering %d, want %d", c.Lowering, templates.LoweringVersion)
	}
	if err := checkStake(p, c); err != nil {
		return err
	}
	if err := checkEscrow(p, c); err != nil {
		return fmt.Errorf("escrow: %w", err)
	}
	return nil
}

func checkStake(p *lang.Policy, c *templates.Contract) error {
	t, err := c.Template()
	if err != nil {
		return err
	}
	if err := carriesBallot(t); err != nil {
		return err
	}
	known := func(hole string) bool { return hasHole(p, hole) }
	if err := checkLimits(t, p.Salted, c.Paths, known); err != nil {
		return err
	}
	ways, err := explore(t, Roles(p))
	if err != nil {
		return err
	}
	if err := mismatch(p.Paths(), c.Paths, ways); err != nil {
		return err
	}
	return checkSelector(p.Selector, ways)
}

// mismatch compares the paths of the policy, of the contract and of the script.
func mismatch(promised []lang.Path, said []templates.Path, ways []way) error {
	var m Mismatch
	m.compare(policyLines(promised), contractLines(said))
	m.compare(shapes(said), liftedShapes(ways))
	if len(m.Missing)+len(m.Extra) > 0 {
		return &m
	}
	return nil
}

// Roles returns the policy's names for the keys and holes of its contract's script,
// as [Paths] takes them.
func Roles(p *lang.Policy) map[string]string {
	roles := map[string]string{p.Supervisor.String(): "supervisor"}
	for _, v := range p.Named {
		roles[v.Key.String()] = v.Name
	}
	for _, c := range p.Candidates {
		roles[c.Key.String()] = c.Name
		if p.Win == lang.WinHardened {
			// The claim key, which fills the hole, is the sum of the joint key and
			// the candidate's.
			roles["claim."+c.Name] = p.JointName(c.Name) + "+" + c.Name
		}
	}
	return roles
}

// carriesBallot refuses a stake's script without exactly one ballot: the output's
// hash of the script commits to it.
func carriesBallot(t templates.Template) error {
	ballots := 0
	for _, op := range t.Ops() {
		if op.Hole == "ballot" {
			ballots++
		}
	}
	if ballots != 1 {
		return fmt.Errorf("script with %d ballots, want 1", ballots)
	}
	return nil
}

// checkLimits refuses holes whose value the election does not determine, and scripts that the
// rules of consensus or of relays make unspendable.
func checkLimits(t templates.Template, salted bool, paths []templates.Path, known func(hole string) bool) error {
	for _, hole := range t.Holes() {
		if !known(hole) {
			return fmt.Errorf("script with a hole <%s>, of which the policy knows nothing", hole)
		}
	}
	size := t.Size(salted)
	if size > templates.MaxRedeem {
		return fmt.Errorf("redeem script of %d bytes, at most %d", size, templates.MaxRedeem)
	}
	if ops := t.SigOps(); ops > templates.MaxSigOps {
		return fmt.Errorf("redeem script of %d signature operations, at most %d", ops, templates.MaxSigOps)
	}
	for _, q := range paths {
		if n := templates.ScriptSigSize(q.Witness, size); n > templates.MaxScriptSig {
			return fmt.Errorf("path %s: input script of %d bytes, at most %d", q.Name, n, templates.MaxScriptSig)
		}
	}
	return nil
}

// hasHole reports whether an election by the policy determines the value of a hole of a stake's
// script.
func hasHole(p *lang.Policy, hole string) bool {
	role, candidate, _ := strings.Cut(hole, ".")
	switch {
	case candidate != "" && p.CandidateNumber(candidate) == 0:
		return false
	case role == "joint":
		return p.Dealt() && (candidate != "") == (p.Joint == lang.JointEach)
	case role == "claim":
		return p.Win == lang.WinHardened
	}
	return !inEscrow(hole)
}

// checkSelector compares the script with the selector. By signature, signatures alone
// select each path; by flag, an item that no signature covers does.
func checkSelector(selector string, ways []way) error {
	for _, w := range ways {
		if w.flagged != (selector == "flag") {
			return fmt.Errorf("path %s: not selected by a %s", shape(w.Path), selector)
		}
	}
	return nil
}

func policyLines(paths []lang.Path) []string {
	var lines []string
	for _, q := range paths {
		lines = append(lines, q.String())
	}
	return lines
}

func contractLines(paths []templates.Path) []string {
	var lines []string
	for _, q := range paths {
		lines = append(lines, lang.Path{Name: q.Name, Signers: q.Signers, After: q.After}.String())
	}
	return lines
}

func shapes(paths []templates.Path) []string {
	var lines []string
	for _, q := range paths {
		lines = append(lines, shape(q))
	}
	return lines
}

func liftedShapes(ways []way) []string {
	var lines []string
	for _, w := range ways {
		lines = append(lines, shape(w.Path))
	}
	return lines
}

// shape returns the line of a path without its name.
func shape(q templates.Path) string {
	who := strings.Join(q.Signers, ",")
	if who == "" {
		who = "(anyone)"
	}
	return fmt.Sprintf("%s after %d witness %s", who, q.After, strings.Join(q.Witness, " "))
}

// compare adds the differences of two sets.
func (m *Mismatch) compare(want, got []string) {
	m.Missing = append(m.Missing, without(want, got)...)
	m.Extra = append(m.Extra, without(got, want)...)
}

// without returns the lines of a that are not in b, each once.
func without(a, b []string) []string {
	var rest []string
	for _, line := range a {
		if !slices.Contains(b, line) && !slices.Contains(rest, line) {
			rest = append(rest, line)
		}
	}
	return rest
}
