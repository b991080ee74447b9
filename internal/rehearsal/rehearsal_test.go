package rehearsal_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// TestForms plays each kind of election with a winner, with a tie, and without
// votes.
func TestForms(t *testing.T) {
	for name, f := range rehearsaltest.Forms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := f.Source()
			for _, c := range []struct {
				votes  map[string]int
				winner string
			}{
				{map[string]int{"alice": 3, "bob": 1, "abstain": 1}, "alice"},
				{map[string]int{"alice": 1, "bob": 1}, ""},
				{map[string]int{}, ""},
				{map[string]int{"bob": 5}, "bob"},
			} {
				s, path := rehearsaltest.Run(t, rehearsal.Options{Source: src, Seed: 7, Votes: c.votes}, rehearsal.Run)
				if s.Claimant != c.winner {
					t.Errorf("%v: claimed for %q, want %q", c.votes, s.Claimant, c.winner)
				}
				r := rehearsaltest.Audit(t, path)
				rehearsaltest.Want(t, r, "L3", c.winner, 0)
				for _, count := range r.Counts {
					if n := c.votes[count.Candidate]; count.Min != n || count.Max != n {
						t.Errorf("%v: the audit counts %+v", c.votes, count)
					}
				}
			}
		})
	}
}

// TestExamples plays the examples, with a split drawn from the seed.
func TestExamples(t *testing.T) {
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p, _ := lang.Load(examples.Policy(name)); p.Mixing.Scheme == lang.SchemeGroupBlind {
				t.Skip("takes a minute: .ci/run plays it with `bevote demo --mixing=group-blind`")
			}
			for seed := range uint64(2) {
				s, path := rehearsaltest.Run(t, rehearsal.Options{Source: examples.Policy(name), Seed: seed}, rehearsal.Run)
				rehearsaltest.Want(t, rehearsaltest.Audit(t, path), "L3", s.Claimant, 0)
			}
		})
	}
}

// TestMixedAtTheLeastFee: what mixers and depositors begin with pays the least fee that nodes
// relay, and leaves the coin of block 1 to the announcement.
func TestMixedAtTheLeastFee(t *testing.T) {
	f := rehearsaltest.Forms()["mixed"]
	f.Extra = "announced by spending " + strings.Repeat("5e", 32) + ":0"
	source := strings.Replace(string(f.Source()), "fee 25 sat/vB", "fee 1 sat/vB", 1)
	s, path := rehearsaltest.Run(t, rehearsal.Options{Source: []byte(source), Votes: map[string]int{"alice": 3}}, rehearsal.Run)
	rehearsaltest.Want(t, rehearsaltest.Audit(t, path), "L3", s.Claimant, 0)
}

// TestTie: where two candidates reach the threshold with as many ballots, the
// claimant wins.
func TestTie(t *testing.T) {
	path := rehearsaltest.Record(t, rehearsal.Options{Source: rehearsaltest.Forms()["two can win"].Source(), Votes: map[string]int{"alice": 2, "bob": 2}})
	rehearsaltest.Want(t, rehearsaltest.Audit(t, path), "L3", "alice", 0)
}

func TestShortRoll(t *testing.T) {
	src := rehearsaltest.Forms()["hardened"].Source()
	path := rehearsaltest.Record(t, rehearsal.Options{Source: src, Roll: 4, Votes: map[string]int{"bob": 3, "alice": 1}})
	rehearsaltest.Want(t, rehearsaltest.Audit(t, path), "L3", "bob", 0)
	s, path := rehearsaltest.Run(t, rehearsal.Options{Source: src, Roll: 2}, rehearsal.Run)
	r := rehearsaltest.Audit(t, path)
	rehearsaltest.Want(t, r, "L0", "", 0)
	if s.Ended == "" || !strings.HasPrefix(r.Verdict, "ended") {
		t.Errorf("ended %q, verdict %q", s.Ended, r.Verdict)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, name := range []string{"salted", "mixed"} {
		t.Run(name, func(t *testing.T) { sameSeedSameBytes(t, rehearsaltest.Forms()[name].Source()) })
	}
}

func sameSeedSameBytes(t *testing.T, src []byte) {
	played := func(seed uint64) map[string][]byte {
		path := rehearsaltest.Record(t, rehearsal.Options{Source: src, Seed: seed})
		return rehearsaltest.Files(t, path)
	}
	first, second, other := played(5), played(5), played(6)
	if len(first) != 5 {
		t.Errorf("a record of %d files", len(first))
	}
	for name, text := range first {
		if !bytes.Equal(text, second[name]) {
			t.Errorf("%s differs between two rehearsals with one seed", name)
		}
		if bytes.Equal(text, other[name]) {
			t.Errorf("%s is the same with another seed", name)
		}
	}
	if !bytes.HasPrefix(first[record.Policy], []byte("// rehearsal of bvp1")) {
		t.Error("the policy does not say that its keys are stand-ins")
	}
}

func TestUnplayable(t *testing.T) {
	src := string(rehearsaltest.Forms()["hardened"].Source())
	for name, opt := range map[string]rehearsal.Options{
		"too many votes": {Votes: map[string]int{"alice": 3, "bob": 3}},
		"huge split":     {Votes: map[string]int{"alice": 1 << 62, "bob": 1 << 62}},
		"stranger":       {Votes: map[string]int{"mallory": 1}},
		"negative":       {Votes: map[string]int{"alice": -1}},
		"roll too long":  {Roll: 6},
		"another network": {Source: []byte(strings.NewReplacer("network regtest", "network simnet",
			langtest.Address("regtest", "pay alice"), langtest.Address("simnet", "pay alice"),
			langtest.Address("regtest", "pay bob"), langtest.Address("simnet", "pay bob")).Replace(src))},
		"roll too early": {Source: []byte(strings.Replace(src, "roll by block 110", "roll by block 102", 1))},
		"no coins":       {Source: []byte(strings.Replace(src, "stake 200_000 sat", "stake 200 btc", 1))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if opt.Source == nil {
				opt.Source = []byte(src)
			}
			_, err := rehearsal.Run(context.Background(), opt, nil)
			if !errors.Is(err, rehearsal.ErrUnplayable) {
				t.Errorf("err %v", err)
			}
		})
	}
}

func TestPolicyErrors(t *testing.T) {
	src := strings.Replace(string(rehearsaltest.Forms()["hardened"].Source()), "threshold 3 of 5", "threshold 3 of 4", 1)
	_, err := rehearsal.Run(context.Background(), rehearsal.Options{Source: []byte(src)}, nil)
	var p *election.PolicyError
	if !errors.As(err, &p) || len(p.Diagnostics) == 0 || p.Diagnostics[0].Code != "E0202" {
		t.Errorf("err %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	opt := rehearsal.Options{Source: rehearsaltest.Forms()["hardened"].Source(), Progress: func(stage string, _, _ int) {
		if stage == "deals" {
			cancel()
		}
	}}
	if _, err := rehearsal.Run(ctx, opt, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v", err)
	}
}
