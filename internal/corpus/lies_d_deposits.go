package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/lang"
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
	{Name: "deposit-other-escrow", Text: "a depositor pays into the escrow with another mixer than the one that it names",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: deposits(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) (err error) {
			tx.TxOut[0].PkScript, err = p.EscrowScript(p.Exchange.Mixers[1-p.holderIn(tx, d)].Key(), d.Key())
			return err
		})},
	{Name: "deposit-missing", Text: "a depositor names a deposit that it never paid",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: withheld(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error {
			return p.declare(d, p.holderIn(tx, d), wire.OutPoint{Hash: tx.TxHash()})
		})},
	{Name: "deposit-late", Text: "a depositor names its deposit in time and pays it a block too late",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21,
		tamper: withheld(func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error {
			p.at(p.Policy.Times.Deposit+1, func() error { return p.Chain.Submit(tx) })
			return p.declare(d, p.holderIn(tx, d), wire.OutPoint{Hash: tx.TxHash()})
		})},
	{Name: "deposit-unregistered", Text: "somebody who is not registered names a deposit",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Says: "does not count: a deposit line by", Level: "L3", Exit: 0, tamper: unregistered},
	{Name: "deposit-fifth", Text: "a depositor names four outputs that are none, and then its deposit",
		Strength: KeyHolding, Base: "mixed",
		Check: "V29", Level: "L3", Exit: 21, tamper: namesFour},
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
		holder := p.holderIn(tx, d)
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
		return p.declare(d, holder, wire.OutPoint{Hash: tx.TxHash()})
	})
}

// withheld calls instead, once, in place of relaying the abstainer's tx2.
func withheld(instead func(p *play, d *rehearsal.Depositor, tx *wire.MsgTx) error) func(*play) error {
	return func(p *play) error {
		d, asked := p.abstainer(), false
		p.intercept(d.Voter.Role, func(tx *wire.MsgTx) (bool, error) {
			switch {
			case !p.isDeposit(tx):
				return false, nil
			case asked: // the depositor sends it again with each block
				return true, nil
			}
			asked = true
			return true, instead(p, d, tx)
		})
		return nil
	}
}

// holderIn returns the mixer, from 0, into whose escrow a depositor's transaction pays;
// −1 if it is none's.
func (p *play) holderIn(tx *wire.MsgTx, d *rehearsal.Depositor) int {
	return slices.IndexFunc(p.Exchange.Mixers, func(m *roles.Mixer) bool {
		script, err := p.EscrowScript(m.Key(), d.Key())
		return err == nil && bytes.Equal(script, tx.TxOut[0].PkScript)
	})
}

// declare writes M5, which names a deposit with mixer number i, from 0.
func (p *play) declare(d *rehearsal.Depositor, i int, op wire.OutPoint) error {
	return p.publish(d.Secret, p.depositBody(i, op))
}

// depositBody is the body of M5 with a blinded message for which no depositor asked.
func (p *play) depositBody(i int, op wire.OutPoint) board.Deposit {
	at := election.EncodeOutpoint(op)
	b := board.Deposit{Mixer: p.Exchange.Mixers[i].Key(), Outpoint: at[:]}
	if p.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		b.Message = make([]byte, p.Policy.Mixing.Modulus/8)
		b.Message[len(b.Message)-1] = 2
	}
	return b
}

// unregistered has a stranger declare a deposit.
func unregistered(p *play) error {
	p.at(p.Policy.Times.Deposit, func() error {
		return p.publish(p.stranger(), p.depositBody(0, wire.OutPoint{Hash: p.policyHash()}))
	})
	return nil
}

// namesFour has the abstainer name four outputs that do not exist before its deposit.
func namesFour(p *play) error {
	d, done := p.abstainer(), false
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var b board.Deposit
		if done || l.By != d.Key() || l.Type != board.TypeDeposit || board.DecodeBody(l, &b) != nil {
			return []board.Line{l}, nil
		}
		done = true
		var lines []board.Line
		for i := range 4 {
			b.Outpoint = slices.Clone(b.Outpoint)
			b.Outpoint[i] ^= 0xff
			other, err := board.Sign(p.EID, d.Secret, l.Seen, b)
			if err != nil {
				return nil, err
			}
			lines = append(lines, other)
		}
		return append(lines, l), nil
	})
	return nil
}

// anothersDeposit has the abstainer declare the deposit of another depositor.
func anothersDeposit(p *play) error {
	d := p.abstainer()
	p.intercept(d.Voter.Role, func(tx *wire.MsgTx) (bool, error) { return p.isDeposit(tx), nil })
	p.at(p.Policy.Times.Deposit, func() error {
		all := p.exchange().Deposits
		if len(all) == 0 {
			return errNothing
		}
		return p.declare(d, 0, all[0].Outpoint)
	})
	return nil
}
