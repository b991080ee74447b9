package corpus

import (
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// depositLies are about family D: deposits (V29). The depositor gets no coin.
var depositLies = []Lie{
	{Name: "deposit-short", Text: "a depositor pays a satoshi too little", Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: deposits(func(_ *play, _ *rehearsal.Depositor, tx *wire.MsgTx) error {
			tx.TxOut[0].Value--
			return nil
		})},
	{Name: "deposit-large", Text: "a depositor pays a satoshi too much, which marks it",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: deposits(func(_ *play, _ *rehearsal.Depositor, tx *wire.MsgTx) error {
			tx.TxOut[0].Value++
			tx.TxOut[1].Value--
			return nil
		})},
	{Name: "deposit-to-itself", Text: "a depositor names as its deposit an output that is its own",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: deposits(func(_ *play, d *rehearsal.Depositor, tx *wire.MsgTx) error {
			tx.TxOut[0].PkScript = templates.PayToKey(d.Key())
			return nil
		})},
	{Name: "deposit-other-escrow", Text: "a depositor pays into the escrow with another mixer than the one that accepted",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: deposits(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) (err error) {
			holder, _ := p.promised(board.ForHolding, d.Key())
			tx.TxOut[0].PkScript, err = p.EscrowScript(p.Exchange.Mixers[1-holder].Key(), d.Key())
			return err
		})},
	{Name: "deposit-missing", Text: "a depositor names a deposit that it never paid",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: withheld(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error {
			return p.declare(d, wire.OutPoint{Hash: tx.TxHash()})
		})},
	{Name: "deposit-late", Text: "a depositor names its deposit in time and pays it a block too late",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: withheld(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error {
			p.at(p.ExchangeLog().Deadlines[election.T2]+1, func() error { return p.Chain.Submit(tx) })
			return p.declare(d, wire.OutPoint{Hash: tx.TxHash()})
		})},
	{Name: "deposit-unregistered", Text: "somebody who is not registered asks a mixer and names a deposit",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Says: "the deposit does not count", Level: "L3", Exit: 0, tamper: unregistered},
	{Name: "deposit-anothers", Text: "a depositor names another's deposit as its own",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21, tamper: anothersDeposit},
}

// isDeposit reports whether a transaction's first output has a deposit's value.
func (p *play) isDeposit(tx *wire.MsgTx) bool {
	return tx.TxOut[0].Value == p.Policy.Deposit()
}

// deposits has the abstainer pay another deposit and declare it nevertheless.
// It does not act afterwards: it could not take the deposit back.
func deposits(change func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error) func(*play) error {
	return withheld(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error {
		if err := change(p, d, tx); err != nil {
			return err
		}
		if err := (signer{key: d.Secret}).resign(tx); err != nil {
			return err
		}
		if err := p.Chain.Submit(tx); err != nil {
			return err
		}
		p.Hooks.Away = func(who string) bool { return who == d.Voter.Role }
		return p.declare(d, wire.OutPoint{Hash: tx.TxHash()})
	})
}

// withheld calls instead in place of relaying the abstainer's tx2.
func withheld(instead func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error) func(*play) error {
	return func(p *play) error {
		d := p.abstainer()
		p.intercept(d.Voter.Role, func(tx *wire.MsgTx) (bool, error) {
			if !p.isDeposit(tx) {
				return false, nil
			}
			return true, instead(p, d, tx)
		})
		return nil
	}
}

// promised returns the mixer, from 0, that accepted a key's request, and the
// nonce; −1 if none did.
func (p *play) promised(purpose string, by curve.PublicKey) (mixer int, nonce board.Hash) {
	for i, m := range p.Exchange.Mixers {
		if a, ok := p.ExchangeLog().Accepted(purpose, m.Key(), by); ok {
			return i, a.Nonce
		}
	}
	return -1, nonce
}

// declare writes M5, which names a deposit.
func (p *play) declare(d *rehearsal.Depositor, op wire.OutPoint) error {
	holder, nonce := p.promised(board.ForHolding, d.Key())
	at := election.EncodeOutpoint(op)
	return p.publish(d.Secret, board.Deposit{Mixer: p.Exchange.Mixers[holder].Key(), Nonce: nonce, Outpoint: at[:]})
}

// unregistered has a stranger ask for holding, and declare a deposit as if the
// mixer had accepted.
func unregistered(p *play) error {
	key := p.stranger()
	p.atDeadline(election.T1, -1, func() error {
		t := p.ExchangeLog().Deadlines
		return p.publish(key, board.Request{For: board.ForHolding, Mixer: p.Exchange.Mixers[0].Key(),
			Deadlines: t[election.T2:election.T4]})
	})
	p.atDeadline(election.T1, 1, func() error {
		at := election.EncodeOutpoint(wire.OutPoint{Hash: p.policyHash()})
		return p.publish(key, board.Deposit{Mixer: p.Exchange.Mixers[0].Key(), Outpoint: at[:]})
	})
	return nil
}

// anothersDeposit has the abstainer declare the deposit of another depositor.
func anothersDeposit(p *play) error {
	d := p.abstainer()
	p.intercept(d.Voter.Role, func(tx *wire.MsgTx) (bool, error) { return p.isDeposit(tx), nil })
	p.atDeadline(election.T2, -1, func() error {
		all := p.ExchangeLog().Deposits
		if len(all) == 0 {
			return errNothing
		}
		return p.declare(d, all[0].Outpoint)
	})
	return nil
}
