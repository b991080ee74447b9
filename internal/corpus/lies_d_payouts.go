package corpus

import (
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// payoutLies are about families C and D: coins that mixers pay (V27, V35 to
// V38).
var payoutLies = []Lie{
	{Name: "mixed-coin-by-stranger", Text: "a voter is inscribed with a coin that a stranger paid, and its mixer says that it is its own",
		Strength: KeyHolding, Base: "mixed",
		Check: "V27", Level: "L3", Exit: 21, tamper: strangersCoin},
	{Name: "payout-marked", Text: "a mixer pays a roll key something beside its coin, and says so",
		Strength: KeyHolding, Base: "mixed",
		Check: "V35", Level: "L3", Exit: 0, tamper: marked},
	{Name: "payout-short", Text: "a mixer pays a coin that is a satoshi short, and the supervisor pays the right one",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Along: []string{"V35"}, Level: "L3", Exit: 21,
		tamper: coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
			i := payingTo(tx, p.abstainer().Voter.Key())
			if i < 0 {
				return false, nil
			}
			tx.TxOut[i].Value--
			return false, p.resignAsMixer(tx)
		})},
	{Name: "payout-late", Text: "a mixer pays its coins after T5, when the supervisor has to",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
			if payingTo(tx, p.abstainer().Voter.Key()) < 0 {
				return false, nil
			}
			p.at(p.ExchangeLog().Deadlines[election.T5]+1, func() error { return p.Chain.Submit(tx) })
			return true, nil
		})},
	{Name: "payout-twice", Text: "a mixer pays one voucher twice", Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: func(p *play) error {
			p.atDeadline(election.T5, -1, func() error {
				_, err := p.payByMixer(p.abstainer().Voter.Key())
				return err
			})
			return nil
		}},
	{Name: "payout-never", Text: "a mixer does not pay, nor does the supervisor in its place",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Along: []string{"V34"}, Level: "L3", Exit: 21, tamper: neverPaid},
	{Name: "payout-early", Text: "a mixer pays a coin before the deposits are closed, and the supervisor inscribes it",
		Strength: KeyHolding, Base: "mixed",
		Check: "V38", Level: "none", Exit: 20, tamper: paidEarly},
	{Name: "change-in-vote", Text: "a voter pays the fee of its vote with the change of its deposit",
		Strength: KeyHolding, Base: "mixed",
		Check: "V36", Level: "L3", Exit: 0, tamper: changeInVote},
	{Name: "change-to-roll-key", Text: "a depositor sends the change of its deposit to its roll key",
		Strength: KeyHolding, Base: "mixed",
		Check: "V36", Level: "L3", Exit: 0, tamper: changeToRollKey},
}

// payingTo returns the index of the output that pays a key, −1 if there is
// none.
func payingTo(tx *wire.MsgTx, key curve.PublicKey) int {
	script := templates.PayToKey(key)
	return slices.IndexFunc(tx.TxOut, func(out *wire.TxOut) bool { return slices.Equal(out.PkScript, script) })
}

// coinsPaid has hook called with the mixers' transactions before they are
// relayed.
func coinsPaid(hook func(p *play, tx *wire.MsgTx) (bool, error)) func(*play) error {
	return func(p *play) error {
		for i := range p.Exchange.Mixers {
			p.intercept(p.MixerRole(i), func(tx *wire.MsgTx) (bool, error) { return hook(p, tx) })
		}
		return nil
	}
}

// resignAsMixer signs a transaction anew with the key of its first input.
func (p *play) resignAsMixer(tx *wire.MsgTx) error {
	items := pushes(tx.TxIn[0].SignatureScript)
	secret, err := p.secretOf(curve.PublicKey(items[len(items)-1]))
	if err != nil {
		return err
	}
	return signer{key: secret}.resign(tx)
}

// strangersCoin has a stranger pay the abstainer a second coin. The mixer declares
// it, and it is on the roll.
func strangersCoin(p *play) error {
	v, q := p.abstainer().Voter, signer{key: p.stranger()}
	var coin wire.OutPoint
	p.atDeadline(election.T4, 0, func() error {
		_, err := p.payCoin(q.key)
		if err == nil {
			_, err = p.payCoin(q.key)
		}
		return err
	})
	p.atDeadline(election.T5, -1, func() error {
		tx, err := p.pay(q, wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(v.Key())))
		if err != nil {
			return err
		}
		coin = wire.OutPoint{Hash: tx.TxHash()}
		payer, _ := p.promised(board.ForPaying, v.Key())
		return p.publishPayout(p.mixerSigner(payer).key, v.Key(), coin)
	})
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[v.Key()] = coin
		return nil
	}
	return nil
}

// marked has the mixer also pay 5,000 satoshis to the abstainer's roll key, and
// declare them.
func marked(p *play) error {
	v := p.abstainer().Voter
	p.atDeadline(election.T5, -1, func() error {
		payer, _ := p.promised(board.ForPaying, v.Key())
		tx, err := p.pay(p.mixerSigner(payer), wire.NewTxOut(5000, templates.PayToKey(v.Key())))
		if err != nil {
			return err
		}
		return p.publishPayout(p.mixerSigner(payer).key, v.Key(), wire.OutPoint{Hash: tx.TxHash()})
	})
	return nil
}

// neverPaid keeps every payment to the abstainer from the relay, the mixer's
// and the supervisor's.
func neverPaid(p *play) error {
	key := p.abstainer().Voter.Key()
	hold := func(tx *wire.MsgTx) (bool, error) { return payingTo(tx, key) >= 0, nil }
	p.intercept("supervisor", hold)
	return coinsPaid(func(_ *play, tx *wire.MsgTx) (bool, error) { return hold(tx) })(p)
}

// paidEarly pays the abstainer a coin before deposits are in blocks, and another in
// time. The first is on the roll.
func paidEarly(p *play) error {
	v := p.abstainer().Voter
	var early wire.OutPoint
	p.atDeadline(election.T1, 0, func() error {
		payer, _ := p.promised(board.ForPaying, v.Key())
		tx, err := p.pay(p.mixerSigner(payer), wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(v.Key())))
		if err == nil {
			early = wire.OutPoint{Hash: tx.TxHash()}
		}
		return err
	})
	p.atDeadline(election.T5, -1, func() error {
		_, err := p.payByMixer(v.Key())
		if err != nil {
			return err
		}
		payer, _ := p.promised(board.ForPaying, v.Key())
		return p.publishPayout(p.mixerSigner(payer).key, v.Key(), early)
	})
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[v.Key()] = early
		return nil
	}
	return nil
}

// changeInVote has the second candidate's voter add the change of its deposit
// to the inputs of its vote.
func changeInVote(p *play) error {
	return votes(func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		d := p.depositorOf(v)
		left, _, err := p.coinsOf(d.Key())
		if err != nil || len(left) == 0 {
			return nil, errNothing
		}
		signer{key: d.Secret}.spend(tx, left[0])
		if err := (signer{key: v.Secret}).resignInput(tx, 0); err != nil {
			return nil, err
		}
		return tx, signer{key: d.Secret}.resignInput(tx, 1)
	})(p)
}

// changeToRollKey has the abstainer pay the change of its deposit to its roll
// key.
func changeToRollKey(p *play) error {
	d := p.abstainer()
	p.atDeadline(election.T5, 0, func() error {
		_, err := p.pay(signer{key: d.Secret}, wire.NewTxOut(2000, templates.PayToKey(d.Voter.Key())))
		return err
	})
	return nil
}

// poolLies are about family D: the pool between deposits and coins (V34).
var poolLies = []Lie{
	{Name: "sweep-skimmed", Text: "a mixer and the supervisor take a part of the deposits elsewhere than to the pool",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, tamper: skimmed},
	{Name: "residual-inflated", Text: "the supervisor declares a satoshi more left in the pool than there is",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, tamper: settled(func(s *board.Settlement) { s.Residual++ })},
	{Name: "residual-deflated", Text: "the supervisor declares a satoshi less left in the pool than there is",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, tamper: settled(func(s *board.Settlement) { s.Residual-- })},
	{Name: "repaid-too-much", Text: "the supervisor repays a mixer more than it is owed",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21,
		tamper: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].Value += 1000 })},
	{Name: "repaid-too-little", Text: "the supervisor repays a mixer a satoshi less than it is owed",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21,
		tamper: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].Value-- })},
	{Name: "repaid-elsewhere", Text: "the supervisor pays to itself what a mixer is owed",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21,
		tamper: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].PkScript = templates.PayToKey(p.Supervisor.Key()) })},
	{Name: "repaid-one", Text: "the supervisor forgets one of the mixers", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, tamper: settled(func(s *board.Settlement) { s.Repaid = s.Repaid[1:] })},
	{Name: "settlement-never", Text: "the supervisor gives no account of the pool", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, tamper: func(p *play) error {
			drop(p, func(board.Line, board.Settlement) bool { return true })
			return nil
		}},
}

// skimmed pays 50,000 satoshis less into the pool in the first sweep.
func skimmed(p *play) error {
	done := false
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if done || !isSweep(tx) {
			return false, nil
		}
		done = true
		tx.TxOut[0].Value -= 50_000
		tx.AddTxOut(wire.NewTxOut(49_000, templates.PayToKey(p.Exchange.Mixers[0].Key())))
		return false, p.signSweep(tx)
	})
	return nil
}

// settled changes the supervisor's account of the pool.
func settled(change func(*board.Settlement)) func(*play) error {
	return func(p *play) error {
		amend(p, func(_ *board.Line, s *board.Settlement) bool {
			change(s)
			return true
		})
		return nil
	}
}

// repaid changes the output that repays the first mixer.
func repaid(change func(p *play, tx *wire.MsgTx, i int)) func(*play) error {
	return func(p *play) error {
		p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
			i := payingTo(tx, p.Exchange.Mixers[0].Key())
			if i < 0 {
				return false, nil
			}
			change(p, tx, i)
			return false, p.supervisorSigner().resign(tx)
		})
		return nil
	}
}
