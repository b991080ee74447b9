package roles_test

import (
	"fmt"
	"testing"

	"bevote/internal/roles"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// endPhase writes what the supervisor writes at the end of a phase.
func (f *fixture) endPhase(due election.Due) {
	f.t.Helper()
	switch due.Kind {
	case election.RegisterClosed:
		f.appendLines("supervisor", func(v *roles.View) ([]roles.Act, error) {
			return f.registrar.Acts(v, f.treasurer.Mixers())
		})
	case election.VouchersClosed:
		f.appendLines("supervisor", f.treasurer.Acts)
	}
}

// anchor makes the anchor that is due at this tip, if there is one.
func (f *fixture) anchor() {
	f.t.Helper()
	if r := f.replay(); f.tip() < f.e.Policy.Times.Roll {
		if _, due, ok := r.NextAnchor(); ok && due.By == f.tip() {
			f.endPhase(due)
			f.supervise()
		}
	}
}

// supervise performs what is due of the supervisor.
func (f *fixture) supervise() {
	f.t.Helper()
	acts, err := f.supervisor.Acts(f.look)
	check(f.t, err)
	for _, a := range acts {
		if a.Line != nil {
			f.append("supervisor", *a.Line)
			continue
		}
		check(f.t, f.node().Submit(a.Tx))
	}
}

// close enrols the voters with a coin, closes the roll, and lets the others take their deposits back.
func (f *fixture) close() {
	f.t.Helper()
	roll := f.e.Policy.Times.Roll
	f.run(roll - 1)
	f.act()
	x := f.view
	for i, v := range f.voters {
		coin, ok := v.Coin(x)
		if !ok {
			continue
		}
		at := election.EncodeOutpoint(coin)
		line, err := board.Sign(f.e.EID, f.keys[fmt.Sprintf("roll v%d", i+1)], f.look.Seen, board.Entry{Outpoint: at[:]})
		f.appendLine(fmt.Sprintf("v%d", i+1), line, err)
	}
	f.run(roll)
	f.supervise() // the roll
	f.supervise() // its anchor
	f.run(roll + 3)
}

// Depositors and the treasurer that start again before every block, with their seeds alone, end as if
// they had not, and nothing is paid twice.
func TestDepositorsAndTreasurerRestart(t *testing.T) {
	for _, scheme := range []func(testing.TB, int, int) *fixture{newFixture, newGroupFixture} {
		f := scheme(t, 5, 2)
		f.beforeActs = func(tip uint32) {
			for i := range f.voters {
				seed := seedOf(fmt.Sprintf("person %d", i+1))
				v, err := roles.NewDepositor(f.e, seed.Key("registration"), seed.Key("roll"), f.node(), seed)
				check(t, err)
				f.showChain(v)
				f.voters[i] = v
			}
			if f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA && tip > f.e.Policy.Times.Register {
				var err error
				f.treasurer, err = roles.NewTreasurer(f.supervisor)
				check(t, err)
			}
		}
		f.close()
		for i := range f.voters {
			f.wantCoin(i)
		}
		for i := range f.mixers {
			f.wantRepaid(i)
		}
	}
}

// showChain shows a role all blocks.
func (f *fixture) showChain(role interface {
	Watch(height uint32, b *wire.MsgBlock)
}) {
	f.t.Helper()
	for i, b := range f.blocks {
		role.Watch(uint32(i+1), b)
	}
}
