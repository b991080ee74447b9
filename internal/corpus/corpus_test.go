package corpus_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"bevote/internal/corpus"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
)

var (
	whole  = flag.Bool("corpus", false, "try the whole corpus of lies, not a sample")
	update = flag.Bool("update", false, "write docs/matrix.md anew")
)

const matrixPage = "../../docs/matrix.md"

// TestCorpus tries every lie: the lie's check is flagged, no unexpected one is, and
// level and exit code are the lie's. Variants have no finding. docs/matrix.md is the
// page of the result.
func TestCorpus(t *testing.T) {
	if !*whole && !*update {
		t.Skip("the whole corpus is tried with -corpus")
	}
	m, err := corpus.Measure(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", m.Score())
	for _, wrong := range m.Wrong() {
		t.Error(wrong)
	}
	if !m.Score().Perfect() != t.Failed() {
		t.Errorf("score %+v", m.Score())
	}
	var page bytes.Buffer
	if _, err := m.WriteTo(&page); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(matrixPage, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(matrixPage)
	if err != nil || !bytes.Equal(kept, page.Bytes()) {
		t.Errorf("docs/matrix.md is not the result (%v); -update writes it anew", err)
	}
	everyCheckHasItsLie(t, m)
}

// everyCheckHasItsLie wants of each check either a lie that is caught by it alone,
// or the reason why there is none.
func everyCheckHasItsLie(t *testing.T, m *corpus.Matrix) {
	t.Helper()
	for _, c := range m.Checks {
		var alone []string
		for _, trial := range m.Trials {
			if trial.Lie.Check == c.ID && trial.Alone() {
				alone = append(alone, trial.Lie.Name)
			}
		}
		if reason := corpus.NeverAlone(c.ID); (reason == "") == (len(alone) == 0) {
			t.Errorf("%s alone catches %v, and the reason why it never does is %q", c.ID, alone, reason)
		}
	}
}

// TestSampleOfLies tries every twelfth lie, and every 24th if its election is
// mixed, which takes ten times as long.
func TestSampleOfLies(t *testing.T) {
	if *whole {
		t.Skip("all of them are tried")
	}
	for i, l := range corpus.Lies() {
		mixed := strings.HasPrefix(l.Base, "mixed")
		if i%12 != 0 || mixed && i%24 != 0 || l.Base == "mixed-group" { // group signatures take minutes
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			trial, err := l.Try(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			m := &corpus.Matrix{Trials: []corpus.Trial{trial}}
			for _, wrong := range m.Wrong() {
				t.Error(wrong)
			}
		})
	}
}

// TestCorpusIsInOrder: names are unique, bases exist and are used, texts fit into a
// table, and there are a hundred lies or more.
func TestCorpusIsInOrder(t *testing.T) {
	names := make(map[string]bool)
	strengths := make(map[corpus.Strength]int)
	bases := make(map[string]bool)
	for _, b := range corpus.Bases() {
		bases[b[0]] = true
	}
	used := make(map[string]bool)
	for _, l := range corpus.Lies() {
		if names[l.Name] {
			t.Errorf("two lies are called %s", l.Name)
		}
		names[l.Name], used[l.Base] = true, true
		strengths[l.Strength]++
		switch {
		case !bases[l.Base]:
			t.Errorf("%s: base %q is none", l.Name, l.Base)
		case l.Text == "" || strings.ContainsAny(l.Text, "|\n") || strings.HasSuffix(l.Text, "."):
			t.Errorf("%s: text %q", l.Name, l.Text)
		case (l.Check == "") != (l.Strength == corpus.Harmless):
			t.Errorf("%s is %s and caught by %q", l.Name, l.Strength, l.Check)
		case slices.Contains(l.Along, l.Check):
			t.Errorf("%s: %s is along with itself", l.Name, l.Check)
		}
	}
	lies := len(names) - strengths[corpus.Harmless]
	t.Logf("%d lies, %v, over %d elections", lies, strengths, len(used))
	if lies < 100 || strengths[corpus.Naive] == 0 || strengths[corpus.Consistent] == 0 || len(used) != len(bases) {
		t.Errorf("%d lies, %v, over %d of %d base elections", lies, strengths, len(used), len(bases))
	}
}

// TestLieOverAnotherElection: a lie can be told over a policy of its base's kind.
func TestLieOverAnotherElection(t *testing.T) {
	l, ok := corpus.LieNamed("stake-short")
	if !ok {
		t.Fatal("no such lie")
	}
	f := rehearsaltest.Forms()["hardened"]
	f.Voters, f.Threshold, f.Depth = 9, 5, 2
	_, path := rehearsaltest.Run(t, rehearsal.Options{Source: f.Source(), Seed: 3}, l.Run)
	r := rehearsaltest.Audit(t, path)
	if r.Exit != 21 || r.Votes != 5 || !rehearsaltest.Found(r, "V61", "199999") {
		t.Errorf("exit %d, %d votes%s", r.Exit, r.Votes, rehearsaltest.Failing(r))
	}
}

// TestLateStakeIsListed: a claim of a stake that does not count is listed.
func TestLateStakeIsListed(t *testing.T) {
	l, _ := corpus.LieNamed("late-stake-swept")
	_, path := rehearsaltest.Run(t, rehearsal.Options{Seed: 1}, l.Run)
	if r := rehearsaltest.Audit(t, path); !rehearsaltest.Found(r, "V81", "whose vote does not count") {
		t.Errorf("V81 lists %v", rehearsaltest.Items(r, "V81"))
	}
}

// TestLieOverTheWrongElection: a policy of another kind is refused.
func TestLieOverTheWrongElection(t *testing.T) {
	l, _ := corpus.LieNamed("claim-single")
	_, err := l.Run(context.Background(), rehearsal.Options{Source: rehearsaltest.Forms()["custodial"].Source()}, nil)
	if !errors.Is(err, rehearsal.ErrUnplayable) || !strings.Contains(err.Error(), "`paper`") {
		t.Errorf("err %v", err)
	}
}
