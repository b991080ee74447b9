package boardserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/internal/node/nodetest"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// TestElectionThroughServer: honest parties play an election through the server, and its
// file is the board of the record, byte for byte.
func TestElectionThroughServer(t *testing.T) {
	for _, form := range []string{"hardened", "custodial", "mixed"} {
		t.Run(form, func(t *testing.T) {
			if form == "mixed" && testing.Short() {
				t.Skip("seconds")
			}
			f := newFixture(t, form, nil)
			f.mustStart()
			if err := f.Run(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.file(), f.ofPlay()) {
				t.Error("the server's file is not the board")
			}
			f.audit()
		})
	}
}

// audit audits the play with all receipts that were given: none convicts the supervisor.
func (f *fixture) audit() {
	f.Helper()
	rec := rehearsaltest.Open(f.TB, rehearsaltest.Write(f.TB, f.Play.Write))
	var opt verifier.Options
	for i, r := range f.given {
		receipt, err := verifier.DecodeReceipt(fmt.Sprint(i), r.Encode())
		if err != nil {
			f.Fatal(err)
		}
		opt.Receipts = append(opt.Receipts, receipt)
	}
	r, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), opt)
	if err != nil {
		f.Fatal(err)
	}
	for _, ck := range r.Checks {
		if ck.ID == "V115" && (ck.Status != result.Pass || len(f.given) < 8) {
			f.Errorf("%d receipts: %s\n%v", len(f.given), ck.Status, rehearsaltest.Items(r, "V115"))
		}
	}
}

// TestTipsAreLost: a board that was brought back without the tips is served. Receipts that
// are given again name the newest block, and convict the supervisor of nothing.
func TestTipsAreLost(t *testing.T) {
	var before []board.Line
	for _, kept := range []int{0, 1} { // lines of the tips' file
		f := newFixture(t, "hardened", func(f *fixture, l board.Line) error {
			if l.Type == board.TypeAck && before[len(before)-1].Type != board.TypeAck {
				f.stop()
				path := filepath.Join(f.dir, "tips")
				tips, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				if err := os.WriteFile(path, bytes.Join(bytes.SplitAfter(tips, []byte("\n"))[:kept], nil), 0o644); err != nil {
					return err
				}
				for range 2 {
					f.mustStart()
					for _, l := range before {
						if err := f.mustPost(l); err != nil {
							return err
						}
					}
					f.stop()
				}
				f.mustStart()
			}
			before = append(before, l)
			return f.mustPost(l)
		})
		before = nil
		f.mustStart()
		if err := f.Run(); err != nil {
			t.Fatal(err)
		}
		f.audit()
		if !slices.ContainsFunc(f.said, func(s string) bool { return strings.HasPrefix(s, "tips: ") }) {
			t.Errorf("said %q", f.said)
		}
	}
}

// TestAnchorIsDisplaced: where an anchor's block is replaced, its phase is the open one again
// until it is in a block.
func TestAnchorIsDisplaced(t *testing.T) {
	f := newFixture(t, "hardened", func(f *fixture, l board.Line) error {
		if l.Type != board.TypeCommit {
			return f.mustPost(l)
		}
		f.settle()
		if s := f.status(); s.Phase != "commits" {
			t.Errorf("before: phase %q", s.Phase)
		}
		if err := f.Chain.Reorganise(); err != nil {
			return err
		}
		f.settle()
		p, err := f.post(l)
		if s := f.status(); s.Phase != "roll" || err != nil || p.problem.Code != election.RefusedPhase {
			t.Errorf("displaced: phase %q, %v, %s", s.Phase, err, p.body)
		}
		if err := f.Chain.Mine(1); err != nil {
			return err
		}
		f.settle()
		if s := f.status(); s.Phase != "commits" || s.Lines != f.Policy.Voters+2 {
			t.Errorf("mined again: %+v", s)
		}
		return errDone
	})
	f.mustStart()
	if err := f.Run(); !errors.Is(err, errDone) {
		t.Fatal(err)
	}
}

// TestOverBitcoind: the same over HTTP from a node that answers as bitcoind does, through
// blocks that are replaced.
func TestOverBitcoind(t *testing.T) {
	var core *nodetest.Bitcoind
	show := func(f *fixture) {
		tip, _ := f.Chain.Tip()
		blocks := make([]*wire.MsgBlock, tip+1)
		for h := range blocks {
			var err error
			if blocks[h], err = f.Chain.Block(uint32(h)); err != nil {
				t.Fatal(err)
			}
		}
		core.Follow(blocks)
	}
	f := newFixture(t, "hardened", func(f *fixture, l board.Line) error {
		show(f)
		return f.mustPost(l)
	})
	genesis, err := f.Chain.Block(0)
	if err != nil {
		t.Fatal(err)
	}
	core = nodetest.StartBitcoind(t, []*wire.MsgBlock{genesis})
	n := core.Dial()
	t.Cleanup(n.Close)
	f.open.Chain = n
	f.mustStart()
	if err := f.Run(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.file(), f.ofPlay()) {
		t.Error("the server's file is not the board")
	}
	show(f)
	if err := f.Chain.Reorganise(); err != nil {
		t.Fatal(err)
	}
	show(f)
	f.settle()
}
