package rehearsal_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/result"
)

// branching returns a form's policy with branches.
func branching(name string, branches ...string) []byte {
	f := rehearsaltest.Forms()[name]
	for _, b := range branches {
		f.Extra += "\n  branch " + b
	}
	return f.Source()
}

// TestBranchesTakeStakes plays elections in which branches take stakes: the
// audit is clean, sorts every stake into one state (V95) and accounts for all
// of the money (V104).
func TestBranchesTakeStakes(t *testing.T) {
	tie := map[string]int{"alice": 2, "bob": 2} // of a roll of four
	for _, row := range []struct {
		name   string
		src    []byte
		votes  map[string]int
		spends []rehearsal.BranchSpend
		winner string
		want   []string // in the notes of V95 and V104
	}{
		{"arbiters after the end", examples.Policy("arbiter"), map[string]int{"brick": 2, "timber": 2}, slots("arbiter", 1), "",
			[]string{"taken by branch.arbiter in block 201", "1000000 sat locked: 0 claimed, 750000 refunded, 0 open", "250000 sat taken by branch.arbiter"}},
		{"two branches", branching("hardened", "a when supervisor and voter sign", "b when 2 of { alice, bob, supervisor } sign after block 200"), tie,
			append(slots("a", 1, 2), slots("b", 3)...), "",
			[]string{"is taken by branch.a in block", "the stake of slot 3 is taken by branch.b in block", "0 claimed, 200000 refunded, 0 open", "400000 sat taken by branch.a", "200000 sat taken by branch.b"}},
		{"by a flag", branching("paper flag", "a when supervisor and alice or bob and voter sign"), tie, slots("a", 1, 4), "",
			[]string{"400000 sat taken by branch.a"}},
		{"salted, from the timeout on", branching("salted", "a when candidate and supervisor sign after timeout"), map[string]int{"alice": 2, "bob": 2, "carol": 1},
			slots("a", 5), "", []string{"800000 refunded", "200000 sat taken by branch.a"}},
		{"beside a custodial claim", branching("custodial", "a when voter and supervisor sign"), map[string]int{"alice": 3, "bob": 2}, slots("a", 0), "alice",
			[]string{"1000000 sat locked: 600000 claimed, 200000 refunded, 0 open", "200000 sat taken by branch.a"}},
		{"named voters", branching("named", "a when 2 of { v1, v2, v3 } sign"), tie, slots("a", 2), "", []string{"200000 sat taken by branch.a"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			opt := rehearsal.Options{Source: row.src, Seed: 7, Votes: row.votes, BranchSpends: row.spends}
			for _, n := range row.votes {
				opt.Roll += n
			}
			for opt.BranchSpends[0].Slot == 0 || errors.Is(try(t, opt), rehearsal.ErrUnplayable) {
				opt.BranchSpends[0].Slot++ // whose stake is not claimed
			}
			path := rehearsaltest.Record(t, opt)
			r := rehearsaltest.Audit(t, path)
			if r.Exit != 0 || r.Level != result.L3 || row.winner != "" && (r.Winner == nil || *r.Winner != row.winner) {
				t.Fatalf("exit %d, level %s: %s\n%s", r.Exit, r.Level, r.Verdict, rehearsaltest.Failing(r))
			}
			var notes []string
			for _, c := range r.Checks {
				if c.ID == "V95" && (c.Examined != c.Expected || c.Failed > 0) || c.Status != result.Pass && c.Status != result.Skipped {
					t.Errorf("%s: %s, %d of %d", c.ID, c.Status, c.Examined, c.Expected)
				}
				for _, item := range c.Items {
					if c.ID == "V95" || c.ID == "V104" {
						notes = append(notes, item.Message)
					}
				}
			}
			said := strings.Join(notes, "\n")
			for _, want := range row.want {
				if !strings.Contains(said, want) {
					t.Errorf("nothing says %q:\n%s", want, said)
				}
			}
			if n := strings.Count(said, "is taken by branch."); n != len(row.spends) {
				t.Errorf("%d stakes are taken by branches, want %d:\n%s", n, len(row.spends), said)
			}
		})
	}
}

// try plays and writes no record.
func try(t *testing.T, opt rehearsal.Options) error {
	t.Helper()
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.Run()
}

// TestBranchSpendsThatCannotBe: a signer, a slot or a stake is missing.
func TestBranchSpendsThatCannotBe(t *testing.T) {
	src := branching("hardened", "a when joint and voter sign", "b when voter signs", "c when voter signs after block 220")
	for name, row := range map[string]struct {
		votes  map[string]int
		spends []rehearsal.BranchSpend
		want   string
	}{
		"no such branch":        {nil, slots("x", 1), "nobody here can sign for branch x"},
		"the joint secret":      {nil, slots("a", 1), "nobody here can sign for branch a"},
		"no such slot":          {nil, slots("b", 6), "slot 6 of a roll of 5"},
		"a stake that is taken": {map[string]int{"alice": 2, "bob": 2, "abstain": 1}, append(slots("b", 2), slots("c", 2)...), "slot 2"},
		"a stake that is won":   {map[string]int{"alice": 5}, slots("c", 1), "the stake of slot 1 is spent before the branch takes it"},
		"a vote that is not":    {map[string]int{"abstain": 5}, slots("b", 1), "slot 1 has not voted"},
	} {
		err := try(t, rehearsal.Options{Source: src, Seed: 7, Votes: row.votes, BranchSpends: row.spends})
		if !errors.Is(err, rehearsal.ErrUnplayable) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", name, err, row.want)
		}
	}
}

// slots returns spends by one branch.
func slots(branch string, slots ...int) (all []rehearsal.BranchSpend) {
	for _, s := range slots {
		all = append(all, rehearsal.BranchSpend{Branch: branch, Slot: s})
	}
	return all
}
