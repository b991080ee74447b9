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
	f.mixers[0] = f.newMixer(0, f.openJournal())
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

// A board that shows another challenge after a restart gets no second answer and no offer in its place. When
// it shows the first challenge again, as an honest one does, that has the answer that it had.
func TestNoSecondChallenge(t *testing.T) {
	f := newStoredFixture(t, 5, 2, filepath.Join(t.TempDir(), "m1.journal"))
	var first []byte
	var victim *election.Deposit
	var challenge []byte
	f.publish = func(who string, l board.Line) []board.Line {
		if who != "m1" || l.Type != board.TypeIssue && l.Type != board.TypeOffer {
			return []board.Line{l}
		}
		if challenge != nil {
			t.Errorf("%s while the board has another challenge", l.Type)
		}
		var b board.Issue
		if first == nil && board.DecodeBody(l, &b) == nil {
			first = b.Answer
			return nil
		}
		return []board.Line{l}
	}
	f.beforeActs = func(uint32) {
		if challenge != nil {
			victim.Challenge.Data, challenge = challenge, nil
		}
		for _, d := range f.view.Deposits {
			if first != nil && victim == nil && d.Mixer.Name == "m1" && d.Challenge != nil && d.Answer == nil {
				f.restart()
				victim, challenge = d, d.Challenge.Data
				d.Challenge.Data = rotated(challenge)
			}
		}
	}
	f.close()
	if victim == nil || !bytes.Equal(f.view.DepositOf(victim.By).Answer.Data, first) {
		t.Fatal("not answered, or otherwise")
	}
	for i := range f.voters {
		f.wantCoin(i)
	}
}

// rotated is another challenge of the same weight.
func rotated(b []byte) []byte { return append(bytes.Clone(b[1:]), b[0]) }
