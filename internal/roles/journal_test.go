package roles_test

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// openJournal opens m1's journal, as a new process would.
func (f *fixture) openJournal() *roles.Journal {
	f.t.Helper()
	j, file, err := roles.OpenJournal(f.journalPath, f.e.Policy.ID(), f.random("journal m1"))
	check(f.t, err)
	f.journalFile = file
	return j
}

// restart replaces m1 by a new one with the journal of the old, and shows it the chain.
func (f *fixture) restart() {
	f.t.Helper()
	check(f.t, f.journalFile.Close())
	m, err := roles.NewMixer(f.e, "m1", f.keys["mixer m1"], f.chain, f.random("m1 again"), f.openJournal(), 1)
	check(f.t, err)
	for h := uint32(1); h <= f.tip(); h++ {
		b, err := f.chain.Block(h)
		check(f.t, err)
		m.Watch(h, b)
	}
	f.mixers[0] = m
}

// A mixer that restarts at every block, and once between a challenge and its
// answer, holds and pays as if it had not: the same member, the same offer, no
// coin twice.
func TestMixerRestarts(t *testing.T) {
	f := newStoredFixture(t, 5, 2, filepath.Join(t.TempDir(), "m1.journal"))
	broken := false
	f.publish = func(who string, l board.Line) []board.Line {
		if who == "m1" && l.Type == board.TypeIssue && !broken {
			broken = true
			return nil // the machine stops before the line is out
		}
		return []board.Line{l}
	}
	f.beforeActs = func(uint32) { f.restart() }
	f.close()
	check(t, f.journalFile.Close())
	if !broken {
		t.Error("never stopped between challenge and answer")
	}
	for i := range f.voters {
		f.wantCoin(i)
	}
	f.wantRepaid(0)
}

// A mixer that cannot store a challenge does not answer it.
func TestNoAnswerWithoutJournal(t *testing.T) {
	f := newStoredFixture(t, 3, 2, filepath.Join(t.TempDir(), "m1.journal"))
	var failed error
	f.tolerates = func(who string, err error) bool {
		if failed == nil {
			failed = err
		}
		return who == "m1"
	}
	f.publish = func(who string, l board.Line) []board.Line {
		if who == "m1" && l.Type == board.TypeOffer {
			check(t, f.journalFile.Close())
		}
		if who == "m1" && l.Type == board.TypeIssue {
			t.Error("answered")
		}
		return []board.Line{l}
	}
	f.close()
	if !errors.Is(failed, fs.ErrClosed) {
		t.Errorf("err %v", failed)
	}
}

// A board that shows another challenge after a restart gets no second answer,
// and the mixer goes on with others.
func TestNoSecondChallenge(t *testing.T) {
	f := newStoredFixture(t, 5, 2, filepath.Join(t.TempDir(), "m1.journal"))
	var first, other []byte
	f.publish = func(who string, l board.Line) []board.Line {
		if who == "m1" && l.Type == board.TypeIssue && first == nil {
			var b board.Issue
			check(t, board.DecodeBody(l, &b))
			first = b.Answer
			return nil
		}
		return []board.Line{l}
	}
	var victim *election.Deposit
	f.beforeActs = func(uint32) {
		for _, d := range f.view.Deposits {
			if first != nil && victim == nil && d.Mixer.Name == "m1" && d.Challenge != nil && d.Answer == nil {
				victim = d
				f.restart()
				other = rotated(d.Challenge.Data)
				d.Challenge.Data = other
			}
		}
	}
	f.close()
	if victim == nil || victim.Answer != nil || bytes.Equal(other, first) {
		t.Fatalf("answered: %v", victim)
	}
	for i, v := range f.voters {
		if v.Key() == victim.By {
			f.wantBack(i)
		} else {
			f.wantCoin(i)
		}
	}
}

// rotated is another challenge of the same weight.
func rotated(b []byte) []byte { return append(bytes.Clone(b[1:]), b[0]) }
