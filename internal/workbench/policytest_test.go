package workbench_test

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/templates"
)

func runTests(t testing.TB, src []byte) *workbench.TestReport {
	t.Helper()
	r, diags, err := workbench.Test(src)
	if err != nil || r == nil {
		t.Fatalf("%v\n%s", err, render(src, diags))
	}
	return r
}

func TestExamplesPassTheirTests(t *testing.T) {
	for _, name := range examples.Names() {
		r := runTests(t, examples.Policy(name))
		for _, x := range r.Tests {
			if !x.Passed {
				t.Errorf("%s.bev:%d: %s: %v", name, x.Line, x.Name, x.Why)
			}
		}
		if r.Passed != len(r.Tests) || r.Passed == 0 {
			t.Errorf("%s: %d of %d tests passed", name, r.Passed, len(r.Tests))
		}
	}
}

// TestTakenIsWhatPathsSay tries the secrets of all sets of up to three roles, and
// of all roles, on every form at the heights around the timeout. The engine
// accepts exactly what the paths say by their signers and locks.
func TestTakenIsWhatPathsSay(t *testing.T) {
	for _, f := range allForms() {
		if f.candidates > 2 {
			continue // the same, slower
		}
		roles := []string{"voter", "supervisor", "c00", "c01"}
		switch {
		case f.joint == "by voters":
			roles = append(roles, "joint")
		case f.joint != "":
			roles = append(roles, "joint c00", "joint c01")
		}
		var lines []string
		for set := range 1 << len(roles) {
			var signers []string
			for i, role := range roles {
				if set&(1<<i) != 0 {
					signers = append(signers, role)
				}
			}
			if signers == nil {
				signers = []string{"none"}
			}
			n := bits.OnesCount(uint(set))
			if n > 3 && n < len(roles) {
				continue
			}
			heights := []int{f.timeout + 1, f.timeout, f.timeout + 100}
			if n > 1 {
				heights = heights[:1]
			}
			for _, at := range heights {
				lines = append(lines, fmt.Sprintf("test %q { at block %d signers %s expect reject }",
					strings.Join(signers, "/"), at, strings.Join(signers, ", ")))
			}
		}
		src := f.source(lines...)
		paths := build(t, src).Contract.Paths
		for _, x := range runTests(t, src).Tests {
			var want []string
			for _, q := range paths {
				if open(q, x.Signers, x.At) {
					want = append(want, labelled(paths, q))
				}
			}
			if !slices.Equal(x.Taken, want) || x.Passed != (len(want) == 0) {
				t.Errorf("%s: %v at block %d take %v, want %v", f.name, x.Signers, x.At, x.Taken, want)
			}
		}
	}
}

// labelled is a path's name, with its signers where another has it.
func labelled(paths []templates.Path, q templates.Path) string {
	alike := func(p templates.Path) bool { return p.Name == q.Name && !slices.Equal(p.Signers, q.Signers) }
	if !slices.ContainsFunc(paths, alike) {
		return q.Name
	}
	list := strings.Join(q.Signers, ", ")
	if last := strings.LastIndex(list, ", "); last >= 0 {
		list = list[:last] + " and " + list[last+2:]
	}
	return q.Name + " (" + list + ")"
}

// open reports whether the signers can spend by a path in the block at a height,
// by the names of the signers and the lock alone.
func open(q templates.Path, signers []string, at uint32) bool {
	for _, s := range q.Signers {
		for _, role := range strings.Split(s, "+") {
			if !slices.Contains(signers, strings.Replace(role, ".", " ", 1)) {
				return false
			}
		}
	}
	return q.After < at
}

// TestExpectations pins what is expected, and what is said where it is not met.
func TestExpectations(t *testing.T) {
	hardened, each, paper, custodial := forms[1], forms[3], forms[4], forms[7]
	for _, row := range []struct {
		form form
		test string // at … expect
		want string // "" where it passes
	}{
		{hardened, "at block 200 signers joint, c00 expect win c00", ""},
		{hardened, "at block 200 signers joint, c00 expect win", ""},
		{hardened, "at block 265 signers joint, c00, voter expect refund", ""},
		{hardened, "at block 265 signers joint, c00, voter expect win c00", ""},
		{hardened, "at block 1 signers none expect reject", ""},
		{hardened, "at block 200 signers joint expect win c00",
			"win.c00 needs a signature of joint+c00, and c00 is not at hand"},
		{hardened, "at block 200 signers none expect win c00",
			"win.c00 needs a signature of joint+c00, and joint and c00 are not at hand"},
		{hardened, "at block 200 signers joint, c00 expect win c01",
			"win.c01 needs a signature of joint+c01, and c01 is not at hand"},
		{hardened, "at block 264 signers voter expect refund",
			"refund can be mined from block 265 on, not in block 264"},
		{hardened, "at block 264 signers c02 expect refund",
			"refund needs a signature of voter, and voter is not at hand; refund can be mined from block 265 on, not in block 264"},
		{hardened, "at block 265 signers voter expect reject", "refund is taken: voter can sign"},
		{hardened, "at block 265 signers joint, c00, c01 expect reject",
			"win.c00 is taken: joint+c00 can sign; win.c01 is taken: joint+c01 can sign"},
		{each, "at block 200 signers joint, c02 expect win c02", ""},
		{each, "at block 200 signers joint c02, c02 expect win c02", ""},
		{each, "at block 200 signers joint c01, c02 expect reject", ""},
		{each, "at block 200 signers joint c01, c02 expect win c02",
			"win.c02 needs a signature of joint.c02+c02, and joint.c02 is not at hand"},
		{paper, "at block 200 signers joint expect win", ""},
		{paper, "at block 200 signers c00, c01, supervisor expect reject", ""},
		{custodial, "at block 200 signers supervisor expect win", ""},
		{custodial, "at block 200 signers c00 expect win", "win needs a signature of supervisor, and supervisor is not at hand"},
	} {
		r := runTests(t, row.form.source(`test "x" { `+row.test+` }`))
		x := r.Tests[0]
		if got := strings.Join(x.Why, "; "); got != row.want || x.Passed != (row.want == "") || r.Passed != 1-r.Failed {
			t.Errorf("%s: %s: passed %v, %q, want %q", row.form.name, row.test, x.Passed, got, row.want)
		}
	}
}

func TestResultsKeepTheirLines(t *testing.T) {
	src := forms[0].source("", "// a comment", `test "a" { at block 5 signers none`, `  expect reject }`,
		`test "b" { at block 5 signers none expect reject }`)
	before, _, _ := strings.Cut(string(src), `test "a"`)
	line := strings.Count(before, "\n") + 1
	r := runTests(t, src)
	if r.Tests[0].Line != line || r.Tests[1].Line != line+2 {
		t.Errorf("lines %d and %d, want %d and %d", r.Tests[0].Line, r.Tests[1].Line, line, line+2)
	}
}

func TestTestOfErrors(t *testing.T) {
	r, diags, err := workbench.Test([]byte("bevote 1"))
	if r != nil || err != nil || len(diags) == 0 {
		t.Errorf("%v, %v, %v", r, diags, err)
	}
}

// TestTriesFindHoles locks stakes by faulty scripts, each of which accepts one
// kind of witness without secrets. The test of a policy finds each.
func TestTriesFindHoles(t *testing.T) {
	const refund = "DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 264 CHECKLOCKTIMEVERIFY"
	src := forms[4].source()
	for _, row := range []struct {
		name, script string
		taken        []string // with no secret, at block 265
	}{
		{"as compiled", "<ballot> DROP <joint> CHECKSIG NOTIF " + refund + " ELSE 1 ENDIF", nil},
		{"any key is the voter's", "<ballot> DROP <joint> CHECKSIG NOTIF DUP DROP CHECKSIGVERIFY 264 CHECKLOCKTIMEVERIFY ELSE 1 ENDIF", []string{"refund"}},
		{"nothing is signed", "<ballot> DROP NOTIF DROP DROP 1 ELSE 1 ENDIF", []string{"refund", "win"}},
		{"an empty signature wins", "<ballot> DROP <joint> CHECKSIG NOTIF 1 ELSE 1 ENDIF", []string{"win"}},
	} {
		got, err := workbench.TakenWithout(src, row.script, 264)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, row.taken) {
			t.Errorf("%s: %v taken, want %v", row.name, got, row.taken)
		}
	}
}

func TestCoverage(t *testing.T) {
	taken := `test "taken" { at block 200 signers joint, c00 expect win c00 }`
	none := `test "none" { at block 200 signers none expect reject }`
	for _, row := range []struct {
		tests            []string
		covered, percent int
		missing          int
	}{
		{nil, 0, 0, 6},
		{[]string{none}, 3, 50, 3},
		{[]string{taken}, 3, 50, 3},
		{[]string{taken, none}, 4, 66, 2},
	} {
		c := runTests(t, forms[0].source(row.tests...)).Coverage
		if c.Covered != row.covered || c.Of != 6 || c.Percent != row.percent || len(c.Missing) != row.missing {
			t.Errorf("%v: %+v", row.tests, c)
		}
	}
}

// TestMissingTestsCover adds to every form and example what its coverage asks
// for: those tests must pass, and leave nothing to ask for.
func TestMissingTestsCover(t *testing.T) {
	sources := map[string][]byte{}
	for _, f := range forms {
		if f.candidates <= 3 {
			sources[f.name] = f.source()
		}
	}
	for _, name := range examples.Names() {
		sources[name] = examples.Policy(name)
	}
	for name, src := range sources {
		missing := runTests(t, src).Coverage.Missing
		end := strings.LastIndex(string(src), "}")
		full := string(src[:end]) + strings.Join(missing, "\n") + "\n}\n"
		r := runTests(t, []byte(full))
		if r.Failed > 0 || r.Coverage.Percent != 100 || len(r.Coverage.Missing) > 0 {
			t.Errorf("%s: %d failed, %+v", name, r.Failed, r.Coverage)
		}
	}
}
