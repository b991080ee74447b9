package corpus

import (
	"errors"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// payoutLies are about family D: coins that mixers pay (V35 to V38).
var payoutLies = []Lie{
	{Name: "payout-marked", Text: "a mixer pays a roll key something beside its coin",
		Strength: KeyHolding, Base: "mixed",
		Check: "V35", Level: "L3", Exit: 0, tamper: coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
			return p.payMore(tx, 5000)
		})},
	{Name: "payout-twice", Text: "a mixer pays one voucher twice, at its own cost", Strength: KeyHolding, Base: "mixed",
		Check: "V35", Level: "L3", Exit: 0, tamper: coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
			return p.payMore(tx, p.Policy.Coin())
		})},
	{Name: "payout-short", Text: "a mixer pays a coin that is a satoshi short, and the supervisor pays the right one",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Along: []string{"V35"}, Level: "L3", Exit: 21,
		tamper: coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
			i := payingTo(tx, p.abstainer().Voter.Key())
			if i < 0 || tx.TxOut[i].Value != p.Policy.Coin() {
				return false, nil
			}
			tx.TxOut[i].Value--
			p.leaveAfter(tx)
			return false, p.resignAsMixer(tx)
		})},
	{Name: "payout-late", Text: "a mixer pays its coins after `payout by`, when the supervisor has to",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: paidLate},
	{Name: "payout-outside", Text: "a mixer pays a coin outside of its chain of payments, and the supervisor pays another",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: paidOutside},
	{Name: "payout-never", Text: "a mixer does not pay, nor does the supervisor in its place",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: neverPaid},
	{Name: "payout-early", Text: "a mixer pays a coin before the vouchers are anchored",
		Strength: KeyHolding, Base: "mixed",
		Check: "V38", Level: "L3", Exit: 21, tamper: paidEarly},
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

// leaveAfter has the mixer of a payment act no more.
func (p *play) leaveAfter(tx *wire.MsgTx) {
	items := pushes(tx.TxIn[0].SignatureScript)
	liar := p.MixerRole(p.mixerNumber(curve.PublicKey(items[len(items)-1])))
	p.Hooks.Away = func(who string) bool { return who == liar }
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

// payMore adds an output to the abstainer's roll key to a mixer's payment that has its
// coin, before the change.
func (p *play) payMore(tx *wire.MsgTx, sats int64) (bool, error) {
	key := p.abstainer().Voter.Key()
	last := len(tx.TxOut) - 1
	if payingTo(tx, key) < 0 {
		return false, nil
	}
	change := tx.TxOut[last]
	change.Value -= sats + p.Policy.Fee*templates.P2PKHOutput
	tx.TxOut = append(tx.TxOut[:last], wire.NewTxOut(sats, templates.PayToKey(key)), change)
	return false, p.resignAsMixer(tx)
}

// paidLate holds the payment of the abstainer's coin back until `payout by`, and keeps
// the mixer from taking it back.
func paidLate(p *play) error {
	var held *wire.MsgTx
	return coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
		switch {
		case held != nil && tx.TxIn[0].PreviousOutPoint == held.TxIn[0].PreviousOutPoint:
			return true, nil
		case payingTo(tx, p.abstainer().Voter.Key()) < 0:
			return false, nil
		}
		held = tx.Copy()
		p.at(p.Policy.Times.Payout+1, func() error { return p.Chain.Submit(held) })
		return true, nil
	})(p)
}

// paidOutside has the mixer that is to pay the abstainer do it from an output that is
// not of its chain, which a stranger gave it.
func paidOutside(p *play) error {
	key := p.abstainer().Voter.Key()
	done := false
	return coinsPaid(func(p *play, tx *wire.MsgTx) (bool, error) {
		i := payingTo(tx, key)
		if i < 0 || done {
			return i >= 0, nil
		}
		done = true
		if len(tx.TxOut) > 2 {
			tx.TxOut[len(tx.TxOut)-1].Value += tx.TxOut[i].Value
			tx.TxOut = slices.Delete(tx.TxOut, i, i+1)
			if err := p.resignAsMixer(tx); err != nil {
				return false, err
			}
		}
		p.at(p.Policy.Times.Payout, func() error {
			_, err := p.pay(p.supervisorSigner(), wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(key)))
			return err
		})
		return false, nil
	})(p)
}

// neverPaid keeps every payment to the abstainer from the relay, the mixer's and the
// supervisor's: the mixer's without the coin.
func neverPaid(p *play) error {
	key := p.abstainer().Voter.Key()
	without := func(by curve.Scalar) func(tx *wire.MsgTx) (bool, error) {
		return func(tx *wire.MsgTx) (bool, error) {
			i := payingTo(tx, key)
			switch {
			case i < 0:
				return false, nil
			case len(tx.TxOut) == 2:
				return true, nil
			}
			tx.TxOut[len(tx.TxOut)-1].Value += tx.TxOut[i].Value
			tx.TxOut = slices.Delete(tx.TxOut, i, i+1)
			return false, signer{key: by}.resign(tx)
		}
	}
	p.intercept("supervisor", without(p.Keys["supervisor"]))
	for i := range p.Exchange.Mixers {
		p.intercept(p.MixerRole(i), without(p.mixerSigner(i).key))
	}
	return nil
}

// paidEarly has both mixers pay the abstainer a coin out of their chains while vouchers
// are shown. The one that owes it pays it again in time.
func paidEarly(p *play) error {
	p.at(p.Policy.Times.Voucher-1, func() error {
		for i := range p.Exchange.Mixers {
			if err := p.payOutOf(i, p.abstainer().Voter.Key()); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// payOutOf pays a coin to a key out of the beginning of a mixer's chain of payments.
func (p *play) payOutOf(i int, key curve.PublicKey) error {
	m := p.exchange().MixerOf(p.Exchange.Mixers[i].Key())
	_, values, err := p.coinsOf(m.Key)
	if err != nil {
		return err
	}
	tx := wire.NewMsgTx(2)
	p.mixerSigner(i).spend(tx, m.From)
	tx.AddTxOut(wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(key)))
	tx.AddTxOut(wire.NewTxOut(values[m.From]-p.Policy.Coin()-300*p.Policy.Fee, templates.PayToKey(m.Key)))
	return errors.Join(p.mixerSigner(i).resign(tx), p.Chain.Submit(tx))
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
	p.at(p.Policy.Times.Payout, func() error {
		_, err := p.pay(signer{key: d.Secret}, wire.NewTxOut(2000, templates.PayToKey(d.Voter.Key())))
		return err
	})
	return nil
}

// poolLies are about family D: what the supervisor repays (V34).
var poolLies = []Lie{
	{Name: "repaid-too-much", Text: "the supervisor repays a mixer more than it is owed",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21,
		tamper: repaid(func(p *play, tx *wire.MsgTx, i int) {
			tx.TxOut[i].Value += 1000
			tx.TxOut[len(tx.TxOut)-1].Value -= 1000
		})},
	{Name: "repaid-too-little", Text: "the supervisor repays a mixer a satoshi less than it is owed",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21,
		tamper: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].Value-- })},
	{Name: "repaid-elsewhere", Text: "the supervisor pays to itself what a mixer is owed",
		Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21,
		tamper: repaid(func(p *play, tx *wire.MsgTx, i int) { tx.TxOut[i].PkScript = templates.PayToKey(p.Supervisor.Key()) })},
	{Name: "repaid-never", Text: "the supervisor repays nothing", Strength: KeyHolding, Base: "mixed",
		Check: "V34", Level: "L3", Exit: 21, tamper: func(p *play) error {
			p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
				return payingTo(tx, p.Exchange.Mixers[0].Key()) >= 0 || payingTo(tx, p.Exchange.Mixers[1].Key()) >= 0, nil
			})
			return nil
		}},
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
