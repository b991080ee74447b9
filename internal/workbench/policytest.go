package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// TestReport is the result of a policy's test lines.
type TestReport struct {
	Policy   string       `json:"policy"` // policy id
	Passed   int          `json:"passed"`
	Failed   int          `json:"failed"`
	Tests    []testResult `json:"tests"`
	Coverage coverage     `json:"coverage"`
}

// testResult is one test line: what the script engine did, and where that is
// not what the line expects, why.
type testResult struct {
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
// stand-ins for its keys. In the block that a line names every path of the
// compiled script is tried: with real signatures where the secret is at hand,
// elsewhere with a stranger's and with an empty one. A path is taken if the
// engine accepts the spend by the rules of consensus and of relays. The report
// is nil if the file has errors; the diagnostics are those of [Build].
func Test(src []byte) (*TestReport, []lang.Diagnostic, error) {
	built, diags, err := Build(src)
	if built == nil {
		return nil, diags, err
	}
	stake, err := standInOutput(src, trySeed)
	if err != nil {
		return nil, diags, err
	}
	paths := stake.built.Contract.Paths
	r := &TestReport{Policy: built.Policy.ID(), Tests: []testResult{}, Coverage: newCoverage(paths)}
	for _, line := range built.Policy.Tests {
		result, outcomes, err := stake.test(line)
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

// outcome is the result of one path in one test.
type outcome struct {
	path    templates.Path
	label   string
	taken   bool
	refused error
}

// test tries every path of the contract in the situation of a test line. A spend
// that is mined in block h was final at height h−1.
func (o *lockedOutput) test(line lang.Test) (testResult, []outcome, error) {
	paths, k := o.built.Contract.Paths, newKnownSecrets(o.built.Policy, line.Signers)
	outcomes := make([]outcome, len(paths))
	r := testResult{
		Name: line.Name, Line: line.Span.Line, At: line.At, Signers: append([]string{}, line.Signers...),
		Expect: line.Expect, Taken: []string{}, Why: []string{},
	}
	for i, q := range paths {
		tx, refused, err := o.attempt(q, k, line.At-1)
		if err != nil {
			return r, nil, err
		}
		outcomes[i] = outcome{q, label(paths, q), tx != nil, refused}
		if tx != nil {
			r.Taken = append(r.Taken, outcomes[i].label)
		}
	}
	r.Passed = met(line.Expect, outcomes)
	if !r.Passed {
		r.Why = why(line, k, outcomes)
	}
	return r, outcomes, nil
}

// met reports whether the outcomes are what a test expects.
func met(expect string, outcomes []outcome) bool {
	return slices.ContainsFunc(outcomes, func(o outcome) bool {
		return o.taken && (expect == "reject" || expected(expect, o.path))
	}) != (expect == "reject")
}

// expected reports whether a test's expectation names the path.
func expected(expect string, q templates.Path) bool {
	kind, name, _ := strings.Cut(expect, " ")
	if name == "" {
		return class(q) == kind
	}
	return q.Name == kind+"."+name
}

// why explains a failed test: where a rejection is expected the paths that are
// taken, else what each expected path lacks.
func why(line lang.Test, k knownSecrets, outcomes []outcome) []string {
	var all []string
	for _, o := range outcomes {
		switch {
		case line.Expect == "reject" && o.taken:
			all = append(all, fmt.Sprintf("%s is taken: %s", o.label, possession(o.path, k)))
		case line.Expect != "reject" && expected(line.Expect, o.path):
			all = append(all, o.lacks(line.At, k)...)
		}
	}
	return all
}

// possession says by which secrets a path was taken.
func possession(q templates.Path, k knownSecrets) string {
	if k.signs(q) {
		return enumerate(q.Signers) + " can sign"
	}
	return "without a signature of " + enumerate(k.lacks(q.Signers))
}

// lacks says why a path could not be taken in a block.
func (o outcome) lacks(at uint32, k knownSecrets) []string {
	var all []string
	for _, signer := range k.lacks(o.path.Signers) {
		all = append(all, fmt.Sprintf("%s needs a signature of %s, and %s not at hand", o.label, signer, absent(signer, k)))
	}
	if first := o.path.After + 1; at < first {
		all = append(all, fmt.Sprintf("%s can be mined from block %d on, not in block %d", o.label, first, at))
	}
	if len(all) == 0 {
		all = append(all, fmt.Sprintf("%s is refused by the script engine: %v", o.label, o.refused))
	}
	return all
}

// absent names the secrets of a signer that are missing: "bob is", "joint and
// bob are".
func absent(signer string, k knownSecrets) string {
	missing := slices.DeleteFunc(strings.Split(signer, "+"), k.has)
	if len(missing) == 1 {
		return missing[0] + " is"
	}
	return enumerate(missing) + " are"
}
