package corpus

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
)

// TestFinalMeansFinal: whatever takes a stake that was left when an honest election was
// over, winner, counts and level stay, and the exit code is 0 or 21. It is of this package
// since the transactions come from the tools of lies.
func TestFinalMeansFinal(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 1))
	pick := func(n int) int { return random.IntN(n) }
	kinds := []txscript.SigHashType{1, 2, 3, 0x81, 0x82, 0x83}
	left := map[string]func(*play) error{
		"paper": leavesOne, "won": leavesOne, "each": leavesOne, "salted": leavesOne,
		"nobody": forgets, "paper-nobody": forgets,
	}
	for range 10 {
		base := []string{"paper", "won", "each", "salted", "nobody", "paper-nobody"}[pick(6)]
		seed, by, to, kind := random.Uint64(), pick(3), pick(3), kinds[pick(len(kinds))]
		if base != "paper" && base != "paper-nobody" {
			by = 1 + pick(2) // a claim key is a candidate's
		}
		t.Run(fmt.Sprintf("%s by %d to %d, hash type %#x", base, by, to, kind), func(t *testing.T) {
			t.Parallel()
			before := finished(t, base, seed, left[base])
			after := finished(t, base, seed, all(left[base], claimsRest(by, to, kind), pays))
			if after.Level != before.Level || after.Exit != result.ExitProven && after.Exit != result.ExitFaulted {
				t.Errorf("level %s, exit %d: %v; before %s", after.Level, after.Exit, after.Flagged, before.Level)
			}
			for _, id := range []string{"V78", "V89"} { // counts and winner
				if x, y := itemsOf(before, id), itemsOf(after, id); !slices.Equal(x, y) {
					t.Errorf("%s: %v, before %v", id, y, x)
				}
			}
		})
	}
}

// finished plays an election from a seed and audits it.
func finished(t *testing.T, base string, seed uint64, tamper func(*play) error) Trial {
	t.Helper()
	l := Lie{Name: "finished", Base: base, Strength: Harmless, tamper: tamper}
	trial, err := l.audit(context.Background(), nil, func(w *record.Writer) error {
		_, err := l.Run(context.Background(), rehearsal.Options{Seed: seed}, w)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

// pays has a stranger publish a script like a stake's during the vote.
func pays(p *play) error {
	i := slices.IndexFunc(variants, func(l Lie) bool { return l.Name == "dust-on-a-stake" })
	return variants[i].tamper(p)
}

func itemsOf(trial Trial, id string) []result.Item {
	for _, c := range trial.checks {
		if c.ID == id {
			return c.Items
		}
	}
	return nil
}
