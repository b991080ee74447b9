package workbench_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	btcaddr "github.com/btcsuite/btcd/address/v2"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang"
)

// TestScaffolds draws plans over all examples: what is written is formatted,
// loads, passes its own tests, which cover every path, and can be given
// stand-ins.
func TestScaffolds(t *testing.T) {
	plans := 0
	rapid.Check(t, func(t *rapid.T) {
		if plans++; plans > 15 {
			return // each is built and tested
		}
		name := rapid.SampledFrom(examples.Names()).Draw(t, "from")
		like, _ := lang.Load(examples.Policy(name))
		plan := workbench.Plan{From: examples.Policy(name), Election: "drawn"}
		if rapid.Bool().Draw(t, "other candidates") {
			names := []string{"ada", "bea", "cleo", "dee", "eve", "fay", "gwen", "hope", "ida", "joy", "kim"}
			plan.Candidates = names[:rapid.IntRange(2, len(names)).Draw(t, "candidates")]
		}
		if least := len(like.Named); rapid.Bool().Draw(t, "other voters") {
			most := []int{5, 40, 3000} // the last where voters need no line each
			more := rapid.SampledFrom(most[:3-min(1, least)]).Draw(t, "most")
			plan.Voters = rapid.IntRange(max(2, least), least+more).Draw(t, "voters")
			if rapid.Bool().Draw(t, "own threshold") {
				plan.Threshold = rapid.IntRange(2, plan.Voters).Draw(t, "threshold")
			}
		}
		src, err := workbench.Scaffold(plan)
		tooLong := func() bool { return strings.Contains(err.Error(), "E0601") || strings.Contains(err.Error(), "E0602") }
		if errors.Is(err, workbench.ErrPlan) && len(plan.Candidates) > 6 && tooLong() {
			return // named candidates of a larger script
		}
		if err != nil {
			t.Fatal(err)
		}
		checkScaffold(t, src, plan)
	})
}

// fataler is a test, or one draw of a property test.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func checkScaffold(t fataler, src []byte, plan workbench.Plan) {
	t.Helper()
	if formatted, _ := lang.Format(src); !bytes.Equal(formatted, src) {
		t.Fatalf("fmt changes it:\n%s", src)
	}
	built, diags, err := workbench.Build(src)
	if built == nil {
		t.Fatalf("%v\n%s", err, render(src, diags))
	}
	for _, d := range diags {
		if d.Code != "W0204" && d.Code != "W0205" && d.Code != "W0402" && d.Code != "W0206" { // what the plan itself asks for
			t.Fatal(render(src, diags))
		}
	}
	p := built.Policy
	if plan.Candidates != nil && len(p.Candidates) != len(plan.Candidates) ||
		plan.Voters != 0 && p.Voters != plan.Voters || plan.Threshold != 0 && p.K != plan.Threshold {
		t.Fatalf("not what was planned:\n%s", src)
	}
	r, _, err := workbench.Test(src)
	if err != nil || r.Failed > 0 || r.Coverage.Percent < 100 {
		t.Fatalf("%v, %d tests failed, %d%% covered:\n%s", err, r.Failed, r.Coverage.Percent, src)
	}
	if _, _, err := workbench.StandIns(src, 7); err != nil {
		t.Fatal(err)
	}
}

// TestPlaceholders: every key and address is marked, and can be derived from its
// text, so that no secret of it is known.
func TestPlaceholders(t *testing.T) {
	for _, name := range examples.Names() {
		src, err := workbench.Scaffold(workbench.Plan{From: examples.Policy(name), Election: "club"})
		if err != nil {
			t.Fatal(err)
		}
		literals, err := lang.Literals(src)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range literals {
			rest, _, _ := strings.Cut(string(src[l.End:]), "\n")
			if !strings.HasPrefix(strings.TrimSpace(rest), "// replace") {
				t.Errorf("%s: %s is not marked: %s", name, l.Role, rest)
			}
			text := "bevote placeholder club: " + l.Role
			key := lang.Placeholder(text)
			want := "pub:" + key.String()
			if l.Kind == "addr" {
				a, err := btcaddr.NewAddressPubKeyHash(btcaddr.Hash160(key[:]), lang.Params("regtest"))
				if err != nil {
					t.Fatal(err)
				}
				want = "addr:" + a.EncodeAddress()
			}
			if got := string(src[l.Start:l.End]); got != want {
				t.Errorf("%s: %s is %s, want %s", name, l.Role, got, want)
			}
		}
		if got, want := bytes.Count(src, []byte("pub:"))+bytes.Count(src, []byte("addr:")), len(literals); got != want {
			t.Errorf("%s: %d literals of %d", name, want, got)
		}
	}
}

// TestScaffoldIsLikeTheExample: without other wishes only names of the election
// and keys differ from the example.
func TestScaffoldIsLikeTheExample(t *testing.T) {
	for _, name := range examples.Names() {
		like, _ := lang.Load(examples.Policy(name))
		src, err := workbench.Scaffold(workbench.Plan{From: examples.Policy(name), Election: name})
		if err != nil {
			t.Fatal(err)
		}
		p, diags := lang.Load(src)
		if len(diags) > 0 {
			t.Errorf("%s: %s", name, render(src, diags))
		}
		got, want := facts(p), facts(like)
		if !slices.Equal(got, want) {
			t.Errorf("%s: core\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// facts are a core's lines with their keys and payouts blanked.
func facts(p *lang.Policy) []string {
	var lines []string
	for _, line := range strings.Split(string(p.Core()), "\n") {
		words := strings.Fields(line)
		for i, w := range words {
			if len(w) >= 46 && strings.Trim(w, "0123456789abcdef") == "" {
				words[i] = "KEY"
			}
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

func TestScaffoldRefuses(t *testing.T) {
	club, arbiter := examples.Policy("club_chair"), examples.Policy("arbiter")
	many := make([]string, 14)
	for i := range many {
		many[i] = fmt.Sprintf("c%d", i)
	}
	for name, row := range map[string]struct {
		plan workbench.Plan
		want string
	}{
		"a name with a space":     {workbench.Plan{From: club, Candidates: []string{"alice", "bob smith"}}, `"bob smith" is not a name`},
		"a name that is code":     {workbench.Plan{From: club, Candidates: []string{"alice", "bob { key"}}, "is not a name"},
		"an election of no name":  {workbench.Plan{From: club, Election: "2026"}, `"2026" is not a name`},
		"a reserved name":         {workbench.Plan{From: club, Candidates: []string{"alice", "vote"}}, "E0105"},
		"the same name twice":     {workbench.Plan{From: club, Candidates: []string{"alice", "alice"}}, "E0101"},
		"one candidate":           {workbench.Plan{From: club, Candidates: []string{"alice"}}, "E0207"},
		"too many candidates":     {workbench.Plan{From: club, Candidates: many}, "E0601: redeem script of 582 bytes, at most 520: 12 candidates fit"},
		"a threshold over all":    {workbench.Plan{From: club, Threshold: 9}, "E0201"},
		"too many voters":         {workbench.Plan{From: club, Voters: 200_001}, "E0004"},
		"an arbiter who is gone":  {workbench.Plan{From: arbiter, Voters: 2}, "branch `arbiter` of the example names carla"},
		"less than no voters":     {workbench.Plan{From: club, Voters: -1}, "E0"},
		"a candidate and a voter": {workbench.Plan{From: arbiter, Candidates: []string{"anne", "brick"}}, "E0101"},
	} {
		if src, err := workbench.Scaffold(row.plan); !errors.Is(err, workbench.ErrPlan) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q\n%s", name, err, row.want, src)
		}
	}
	if _, err := workbench.Scaffold(workbench.Plan{From: []byte("bevote 1")}); err == nil || errors.Is(err, workbench.ErrPlan) {
		t.Errorf("an example that is none: %v", err)
	}
}
