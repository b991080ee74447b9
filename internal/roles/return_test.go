package roles_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bevote/internal/roles"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// replaceDepositor makes depositor i again, from its seed, and gives it a node of its own.
func (f *fixture) replaceDepositor(i int, n roles.Chain) {
	f.t.Helper()
	seed := seedOf(fmt.Sprintf("person %d", i+1))
	v, err := roles.NewDepositor(f.e, seed.Key("registration"), seed.Key("roll"), n, seed)
	check(f.t, err)
	f.showChain(v)
	f.voters[i], f.nodes[fmt.Sprintf("v%d", i+1)] = v, n
}

// TestReturnOfLateDeposit: a deposit that is mined after `deposit by` is no deposit of the
// exchange, and comes back all the same.
func TestReturnOfLateDeposit(t *testing.T) {
	f := newFixture(t, 4, 2)
	var held *wire.MsgTx
	n := &hookedNode{Chain: f.chain}
	n.submit = func(tx *wire.MsgTx) error {
		if f.tip() < f.e.Policy.Times.Deposit {
			held = tx
			return nil
		}
		return f.chain.Submit(tx)
	}
	f.replaceDepositor(0, n)
	f.beforeActs = func(tip uint32) {
		if tip == f.e.Policy.Times.Deposit+1 && held != nil {
			check(t, f.chain.Submit(held))
		}
	}
	f.close()
	f.run(f.e.Policy.Times.Roll + 8)
	f.wantBack(0)
	if held == nil {
		t.Error("nothing was deposited")
	}
}

// TestReturnOfUndeclaredDeposit: so does one whose line the board never took.
func TestReturnOfUndeclaredDeposit(t *testing.T) {
	f := newFixture(t, 4, 2)
	drops("v1", "deposit")(f)
	f.close()
	f.run(f.e.Policy.Times.Roll + 8)
	f.wantBack(0)
}

// TestReturnAgain: a return that the node did not take is sent again in the next block.
func TestReturnAgain(t *testing.T) {
	f := newFixture(t, 6, 2)
	calls := 0
	n := &hookedNode{Chain: f.chain}
	n.submit = func(tx *wire.MsgTx) error {
		if f.tip() >= f.e.Policy.Times.Roll {
			if calls++; calls == 1 {
				return errors.New("the node is down")
			}
		}
		return f.chain.Submit(tx)
	}
	f.replaceDepositor(0, n)
	f.absent = func(who string, _ uint32) bool { return who == "m1" || who == "m2" }
	f.tolerates = func(who string, _ error) bool { return who == "v1" }
	f.close()
	f.run(f.e.Policy.Times.Roll + 8)
	f.wantBack(0)
	if calls < 2 {
		t.Errorf("sent %d times", calls)
	}
}

// TestCopiedIssue: who keeps the board can write a mixer's issue a second time. That is no
// second issue of the mixer.
func TestCopiedIssue(t *testing.T) {
	f := newFixture(t, 5, 2)
	copied := false
	f.publish = func(who string, l board.Line) []board.Line {
		if who == "m1" && l.Type == board.TypeIssue && !copied {
			copied = true
			return []board.Line{l, l}
		}
		return []board.Line{l}
	}
	f.close()
	if found := findings(f.audit()); !copied || slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, "V37") }) {
		t.Errorf("copied: %v, findings %v", copied, found)
	}
}
