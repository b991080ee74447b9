package corpus

import (
	"bevote/internal/roles"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// poolLies are about the money between deposits and coins: V34.
var poolLies = []Lie{
	{Name: "sweep-skimmed", Text: "a mixer and the supervisor take a part of the deposits elsewhere than to the pool", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: skimmed},
	{Name: "residual-inflated", Text: "the supervisor declares a satoshi more left in the pool than there is", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: settled(func(s *board.Settlement) { s.Residual++ })},
	{Name: "residual-deflated", Text: "the supervisor declares a satoshi less left in the pool than there is", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: settled(func(s *board.Settlement) { s.Residual-- })},
	{Name: "repaid-too-much", Text: "the supervisor repays a mixer more than it is owed", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].Value += 1000 })},
	{Name: "repaid-too-little", Text: "the supervisor repays a mixer a satoshi less than it is owed", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].Value-- })},
	{Name: "repaid-elsewhere", Text: "the supervisor pays to itself what a mixer is owed", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].PkScript = roles.PayToKey(p.Supervisor.Key()) })},
	{Name: "repaid-one", Text: "the supervisor forgets one of the mixers", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: settled(func(s *board.Settlement) { s.Repaid = s.Repaid[1:] })},
	{Name: "settlement-never", Text: "the supervisor gives no account of the pool", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, plot: func(p *play) error {
			drop(p, func(board.Line, board.Settlement) bool { return true })
			return nil
		}},
}

// skimmed takes 50,000 satoshis out of the first sweep.
func skimmed(p *play) error {
	done := false
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if done || !isSweep(tx) {
			return false, nil
		}
		done = true
		tx.TxOut[0].Value -= 50_000
		tx.AddTxOut(wire.NewTxOut(49_000, roles.PayToKey(p.Exchange.Mixers[0].Key())))
		return false, p.signSweep(tx)
	})
	return nil
}

// settled changes the supervisor's account.
func settled(change func(*board.Settlement)) func(*play) error {
	return func(p *play) error {
		rewrite(p, func(_ *board.Line, s *board.Settlement) bool {
			change(s)
			return true
		})
		return nil
	}
}

// repaid changes what the supervisor pays to the first mixer.
func repaid(change func(p *play, tx *wire.MsgTx, i int)) func(*play) error {
	return func(p *play) error {
		p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
			i := payingTo(tx, p.Exchange.Mixers[0].Key())
			if i < 0 {
				return false, nil
			}
			change(p, tx, i)
			return false, p.supervisorPen().resign(tx)
		})
		return nil
	}
}
