package rehearsal_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/verifier"
	"bevote/verifier/election"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// form is what tells one kind of election from another.
type form struct {
	candidates int
	voters     int // those of named are named
	threshold  int
	depth      int
	joint, win string
	extra      string
	mixing     string // none if ""
	named      bool
}

const (
	hardened  = "joint and candidate sign"
	paper     = "joint signs"
	custodial = "supervisor signs"
)

var forms = map[string]form{
	"hardened": {candidates: 2, voters: 5, threshold: 3, depth: 1, joint: "by voters", win: hardened},
	"salted":   {candidates: 3, voters: 5, threshold: 3, depth: 3, joint: "by voters", win: hardened, extra: "ballots salted"},
	"each":     {candidates: 2, voters: 5, threshold: 3, depth: 2, joint: "by voters for each candidate", win: hardened},
	"each salted": {candidates: 2, voters: 5, threshold: 3, depth: 1, joint: "by voters for each candidate", win: hardened,
		extra: "ballots salted"},
	"paper":          {candidates: 2, voters: 5, threshold: 3, depth: 1, joint: "by voters", win: paper},
	"paper flag":     {candidates: 2, voters: 5, threshold: 3, depth: 1, joint: "by voters", win: paper, extra: "target p2sh { selector flag }"},
	"custodial":      {candidates: 2, voters: 5, threshold: 3, depth: 2, win: custodial},
	"custodial flag": {candidates: 2, voters: 5, threshold: 3, depth: 1, win: custodial, extra: "target p2sh { selector flag }"},
	"named":          {candidates: 2, voters: 5, threshold: 3, depth: 1, joint: "by voters", win: hardened, extra: "ballots salted", named: true},
	"mixed": {candidates: 2, voters: 5, threshold: 3, depth: 2, joint: "by voters", win: hardened,
		mixing: "blind-rsa { modulus 2048 mixers 2 }"},
	"two can win": {candidates: 2, voters: 5, threshold: 2, depth: 1, joint: "by voters", win: hardened},
}

// source writes the form's policy.
func (f form) source() []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	b.WriteString("bevote 1\nelection played {\n")
	line("network regtest")
	line("supervisor pub:%s", langtest.Key("supervisor"))
	if f.named {
		for i := range f.voters {
			line("voter v%d pub:%s", i+1, langtest.Key(fmt.Sprint("voter", i)))
		}
	} else {
		line("voters %d", f.voters)
		line("mixing %s", cmp.Or(f.mixing, "none"))
	}
	line("threshold %d of %d", f.threshold, f.voters)
	line("stake 200_000 sat")
	line("fee 25 sat/vB")
	line("confirmations %d", f.depth)
	d, late := f.depth, 0
	if f.mixing != "" {
		late = 40
	}
	line("roll by block %d", 110+d+late)
	if f.joint != "" {
		line("joint %s", f.joint)
		line("commit by block %d", 112+2*d+late)
		line("deal by block %d", 114+3*d+late)
		line("setup by block %d", 118+4*d+late)
	}
	line("vote from block %d to block %d", 120+5*d+late, 130+5*d+late)
	line("claim by block %d", 140+6*d+late)
	line("timeout block %d", 146+6*d+late)
	line("reveal from block %d", 150+7*d+late)
	for _, name := range []string{"alice", "bob", "carol"}[:f.candidates] {
		line("candidate %s { key pub:%s pay addr:%s }", name, langtest.Key(name), langtest.Address("regtest", "pay "+name))
	}
	line("win when %s", f.win)
	line("refund voter after timeout")
	line("%s", f.extra)
	b.WriteString("}\n")
	return []byte(b.String())
}

// play plays and leaves the record in a directory, whose path it returns.
func play(t testing.TB, opt rehearsal.Options) (*rehearsal.Summary, string) {
	t.Helper()
	return recorded(t, opt, rehearsal.Run)
}

// recorded is play, by whatever performs and writes the record.
func recorded(t testing.TB, opt rehearsal.Options,
	perform func(context.Context, rehearsal.Options, *record.Writer) (*rehearsal.Summary, error)) (*rehearsal.Summary, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "record")
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	s, err := perform(context.Background(), opt, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return s, path
}

func audit(t testing.TB, path string) *result.Report {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// failing lists the checks that did not pass, with what they found.
func failing(r *result.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		if c.Status == result.Pass || c.Status == result.Skipped {
			continue
		}
		fmt.Fprintf(&b, "\n%s %s %s %d/%d %s", c.ID, c.Name, c.Status, c.Examined, c.Expected, c.Reason)
		for _, item := range c.Items {
			fmt.Fprintf(&b, "\n  %s: %s", item.Where, item.Message)
		}
	}
	return b.String()
}

// want holds an audit to what was played.
func want(t testing.TB, r *result.Report, level, winner string, exit int) {
	t.Helper()
	got := ""
	if r.Winner != nil {
		got = *r.Winner
	}
	if r.Level != level || got != winner || r.Exit != exit {
		t.Errorf("level %s, winner %q, exit %d, verdict %q; want %s, %q, %d%s", r.Level, got, r.Exit, r.Verdict, level, winner, exit, failing(r))
	}
}

// Each kind of election with a winner, with nobody, and with nobody at the polls.
func TestForms(t *testing.T) {
	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := f.source()
			for _, c := range []struct {
				votes  map[string]int
				winner string
			}{
				{map[string]int{"alice": 3, "bob": 1, "abstain": 1}, "alice"},
				{map[string]int{"alice": 1, "bob": 1}, ""},
				{map[string]int{}, ""},
				{map[string]int{"bob": 5}, "bob"},
			} {
				s, path := play(t, rehearsal.Options{Source: src, Seed: 7, Votes: c.votes})
				if s.Claimant != c.winner {
					t.Errorf("%v: claimed for %q, want %q", c.votes, s.Claimant, c.winner)
				}
				r := audit(t, path)
				want(t, r, "L3", c.winner, 0)
				for _, count := range r.Counts {
					if n := c.votes[count.Candidate]; count.Min != n || count.Max != n {
						t.Errorf("%v: the audit counts %+v", c.votes, count)
					}
				}
			}
		})
	}
}

// The examples, with a split drawn from the seed.
func TestExamples(t *testing.T) {
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p, _ := lang.Load(examples.Policy(name)); p.Mixing.Scheme == lang.SchemeGroupBlind {
				t.Skip("takes a minute: .ci/run plays it with `bevote demo --mixing=group-blind`")
			}
			for seed := range uint64(2) {
				s, path := play(t, rehearsal.Options{Source: examples.Policy(name), Seed: seed})
				want(t, audit(t, path), "L3", s.Claimant, 0)
			}
		})
	}
}

// Where two candidates reach the threshold, a tie is decided by who claims.
func TestTie(t *testing.T) {
	_, path := play(t, rehearsal.Options{Source: forms["two can win"].source(), Votes: map[string]int{"alice": 2, "bob": 2}})
	want(t, audit(t, path), "L3", "alice", 0)
}

func TestShortRoll(t *testing.T) {
	src := forms["hardened"].source()
	_, path := play(t, rehearsal.Options{Source: src, Roll: 4, Votes: map[string]int{"bob": 3, "alice": 1}})
	want(t, audit(t, path), "L3", "bob", 0)
	s, path := play(t, rehearsal.Options{Source: src, Roll: 2})
	r := audit(t, path)
	want(t, r, "L0", "", 0)
	if s.Ended == "" || !strings.HasPrefix(r.Verdict, "ended") {
		t.Errorf("ended %q, verdict %q", s.Ended, r.Verdict)
	}
}

func files(t *testing.T, path string) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out[strings.TrimPrefix(file, path)], err = os.ReadFile(file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, name := range []string{"salted", "mixed"} {
		t.Run(name, func(t *testing.T) { sameSeedSameBytes(t, forms[name].source()) })
	}
}

func sameSeedSameBytes(t *testing.T, src []byte) {
	record := func(seed uint64) map[string][]byte {
		_, path := play(t, rehearsal.Options{Source: src, Seed: seed})
		return files(t, path)
	}
	first, second, other := record(5), record(5), record(6)
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
	if !bytes.HasPrefix(first["/policy.bev"], []byte("// rehearsal of bvp1")) {
		t.Error("the policy does not say that its keys are stand-ins")
	}
}

func TestUnplayable(t *testing.T) {
	src := string(forms["hardened"].source())
	for name, opt := range map[string]rehearsal.Options{
		"too many votes": {Votes: map[string]int{"alice": 3, "bob": 3}},
		"huge split":     {Votes: map[string]int{"alice": 1 << 62, "bob": 1 << 62}},
		"stranger":       {Votes: map[string]int{"mallory": 1}},
		"negative":       {Votes: map[string]int{"alice": -1}},
		"roll too long":  {Roll: 6},
		"another network": {Source: []byte(strings.NewReplacer("network regtest", "network simnet",
			langtest.Address("regtest", "pay alice"), langtest.Address("simnet", "pay alice"),
			langtest.Address("regtest", "pay bob"), langtest.Address("simnet", "pay bob")).Replace(src))},
		"roll too early": {Source: []byte(strings.Replace(src, "roll by block 111", "roll by block 102", 1))},
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
	src := strings.Replace(string(forms["hardened"].source()), "threshold 3 of 5", "threshold 3 of 4", 1)
	_, err := rehearsal.Run(context.Background(), rehearsal.Options{Source: []byte(src)}, nil)
	var p *election.PolicyError
	if !errors.As(err, &p) || len(p.Diagnostics) == 0 || p.Diagnostics[0].Code != "E0202" {
		t.Errorf("err %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	opt := rehearsal.Options{Source: forms["hardened"].source(), Progress: func(stage string, _, _ int) {
		if stage == "deals" {
			cancel()
		}
	}}
	if _, err := rehearsal.Run(ctx, opt, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v", err)
	}
}
