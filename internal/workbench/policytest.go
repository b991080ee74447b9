package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// TestReport is what the test lines of a policy came to.
type TestReport struct {
	Policy   string       `json:"policy"` // policy id
	Passed   int          `json:"passed"`
	Failed   int          `json:"failed"`
	Tests    []TestResult `json:"tests"`
	Coverage Coverage     `json:"coverage"`
}

// TestResult is one test line: what the script engine did, and where that is
// not what the line expects, why.
type TestResult struct {
	Name    string   `json:"name"`
	Line    int      `json:"line"`
	At      uint32   `json:"at"`
	Signers []string `json:"signers"` // as written
	Expect  string   `json:"expect"`  // as written
	Passed  bool     `json:"passed"`
	Taken   []string `json:"taken"` // paths that can be taken
	Why     []string `json:"why"`   // where it failed, one sentence each
}

// Test runs the test lines of a policy file on the script engine, with
// stand-ins for its keys. Every path of the compiled script is tried in the
// block that the line names: with real signatures where the secret is at hand,
// with a stranger's and with an empty one elsewhere. A path is taken if the
// engine accepts it under the rules of consensus and of relays. The report is
// nil if the file has errors; the diagnostics are Build's.
func Test(src []byte) (*TestReport, []lang.Diagnostic, error) {
	built, diags, err := Build(src)
	if built == nil {
		return nil, diags, err
	}
	s, err := newStake(src, trySeed)
	if err != nil {
		return nil, diags, err
	}
	paths := s.built.Contract.Paths
	r := &TestReport{Policy: built.Policy.ID(), Tests: []TestResult{}, Coverage: newCoverage(paths)}
	for _, line := range built.Policy.Tests {
		result, outcomes, err := s.test(line)
		if err != nil {
			return nil, diags, fmt.Errorf("test %q: %w", line.Name, err)
		}
		for i, o := range outcomes {
			r.Coverage.note(i, line.Name, o.taken)
		}
		if result.Passed {
			r.Passed++
		} else {
			r.Failed++
		}
		r.Tests = append(r.Tests, result)
	}
	r.Coverage.close(built.Policy, paths)
	return r, diags, nil
}

// outcome is what became of one path in one test.
type outcome struct {
	path    templates.Path
	label   string
	taken   bool
	refused error
}

// test tries every path of the contract in one test line's situation.
func (s *stake) test(line lang.Test) (TestResult, []outcome, error) {
	h := handOf(s.built.Policy, line.Signers)
	outcomes := make([]outcome, len(s.built.Contract.Paths))
	r := TestResult{
		Name: line.Name, Line: line.Span.Line, At: line.At, Signers: append([]string{}, line.Signers...),
		Expect: line.Expect, Taken: []string{}, Why: []string{},
	}
	for i, q := range s.built.Contract.Paths {
		tx, refused, err := s.attempt(q, h, line.At-1) // mined in block h, a spend has seen block h−1
		if err != nil {
			return r, nil, err
		}
		outcomes[i] = outcome{q, label(s.built.Contract.Paths, q), tx != nil, refused}
		if tx != nil {
			r.Taken = append(r.Taken, outcomes[i].label)
		}
	}
	r.Passed = met(line.Expect, outcomes)
	if !r.Passed {
		r.Why = why(line, h, outcomes)
	}
	return r, outcomes, nil
}

// met tells whether the outcomes are what a test expects.
func met(expect string, outcomes []outcome) bool {
	return slices.ContainsFunc(outcomes, func(o outcome) bool {
		return o.taken && (expect == "reject" || expected(expect, o.path))
	}) != (expect == "reject")
}

// expected tells whether a test's expectation names the path.
func expected(expect string, q templates.Path) bool {
	class, name, _ := strings.Cut(expect, " ")
	if name == "" {
		kind, _, _ := strings.Cut(q.Name, ".")
		return kind == class
	}
	return q.Name == class+"."+name
}

// why says what a failed test did not reckon with: of a rejection the paths
// that are taken, else what each expected path lacks.
func why(line lang.Test, h hand, outcomes []outcome) []string {
	var all []string
	for _, o := range outcomes {
		switch {
		case line.Expect == "reject" && o.taken:
			all = append(all, fmt.Sprintf("%s is taken: %s", o.label, possession(o.path, h)))
		case line.Expect != "reject" && expected(line.Expect, o.path):
			all = append(all, o.lacks(line.At, h)...)
		}
	}
	return all
}

// possession says by which secrets a path was taken.
func possession(q templates.Path, h hand) string {
	if h.signs(q) {
		return words(q.Signers) + " can sign"
	}
	return "without a signature of " + words(h.lacks(q.Signers))
}

// lacks says why a path could not be taken in a block.
func (o outcome) lacks(at uint32, h hand) []string {
	var all []string
	for _, signer := range h.lacks(o.path.Signers) {
		all = append(all, fmt.Sprintf("%s needs a signature of %s, and %s not at hand", o.label, signer, absent(signer, h)))
	}
	if first := o.path.After + 1; at < first {
		all = append(all, fmt.Sprintf("%s can be mined from block %d on, not in block %d", o.label, first, at))
	}
	if len(all) == 0 {
		all = append(all, fmt.Sprintf("%s is refused by the script engine: %v", o.label, o.refused))
	}
	return all
}

// absent names the secrets of a signer that are missing: "bob is", "joint and bob are".
func absent(signer string, h hand) string {
	missing := slices.DeleteFunc(strings.Split(signer, "+"), h.has)
	if len(missing) == 1 {
		return missing[0] + " is"
	}
	return words(missing) + " are"
}

// label names a path, and its signers where another has its name.
func label(paths []templates.Path, q templates.Path) string {
	for _, other := range paths {
		if other.Name == q.Name && !slices.Equal(other.Signers, q.Signers) {
			return fmt.Sprintf("%s (%s)", q.Name, words(q.Signers))
		}
	}
	return q.Name
}

// words joins names as a sentence does.
func words(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
