package roles

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// deposit pays the deposit into escrow (tx2) once the registry's anchor is deep, so that it can be
// declared before `deposit by`, until it is in a block. The moment leaves one block to send it again:
//
//	in   deep outputs of the registration key, the oldest first
//	out  0        policy.Deposit()   P2SH of the escrow
//	     change                      the registration key
func (d *Depositor) deposit(view *View) ([]Act, error) {
	p := d.e.Policy
	first, by := view.Exchange.Phases.Anchor(election.RegisterClosed).Height+p.Depth()-1, p.Times.Deposit
	if view.Tip+2 > by || view.Tip < d.moment(momentDeposit, first, by-3) {
		return nil, nil
	}
	_, script, err := d.escrow(view.Exchange)
	if err != nil {
		return nil, err
	}
	if _, paid := d.wallet.payment(script, p.Deposit()); paid {
		return nil, nil
	}
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(p.Deposit(), script))
	if err := d.wallet.fund(tx, p.Fee, view.Tip+1, p.Depth()); err != nil {
		return nil, fmt.Errorf("deposit: %w", err)
	}
	return []Act{{What: "deposit", Tx: tx, By: by}}, d.signAll(tx)
}

// escrow returns the mixer that the depositor has chosen to hold its deposit, and the output script of the
// deposit.
func (d *Depositor) escrow(x *election.Exchange) (holder curve.PublicKey, script []byte, err error) {
	c, err := d.choose(x)
	if err != nil {
		return holder, nil, err
	}
	script, err = d.e.EscrowScript(c.holder, d.public)
	return c.holder, script, err
}

// declare writes which output is the depositor's deposit (M5), until `deposit by`: once it is in a
// block, and again where it is found under another id.
func (d *Depositor) declare(view *View) ([]Act, error) {
	x, p := view.Exchange, d.e.Policy
	if view.Tip >= p.Times.Deposit {
		return nil, nil
	}
	holder, script, err := d.escrow(x)
	if err != nil {
		return nil, err
	}
	op, paid := d.wallet.payment(script, p.Deposit())
	named := func(n election.NamedOutput) bool { return n.Outpoint == op }
	if own := x.DepositOf(d.public); !paid || own != nil && slices.ContainsFunc(own.Named, named) {
		return nil, nil
	}
	at := election.EncodeOutpoint(op)
	body := board.Deposit{Mixer: holder, Outpoint: at[:]}
	if p.Mixing.Scheme == lang.SchemeBlindRSA {
		if body.Message, err = d.blindedMessage(x, holder); err != nil {
			return nil, err
		}
	}
	return lineActs(&d.participant, view, "deposit", p.Times.Deposit, body)
}

// takeBack returns the deposit to the registration key from `roll by` on, if it is still in escrow
// and no coin came for it:
//
//	version 2, locktime path.After
//	in   the deposit, sequence fffffffd
//	out  deposit − fee   P2PKH of the registration key
func (d *Depositor) takeBack(view *View) ([]Act, error) {
	path, err := pathNamed(d.e.Contract, election.Returned)
	if err != nil || view.Tip < path.After {
		return nil, err
	}
	op, holder, sats := d.escrowed(view.Exchange)
	if _, paid := d.Coin(view.Exchange); paid || sats == 0 {
		return nil, nil
	}
	redeem, err := d.e.EscrowRedeem(holder, d.public)
	if err != nil {
		return nil, err
	}
	tx := newTx()
	tx.LockTime = path.After
	addInput(tx, op)
	fee := d.e.Policy.Fee * int64(templates.SpendSize(path.Witness, len(redeem), templates.PayoutP2PKH))
	tx.AddTxOut(wire.NewTxOut(sats-fee, templates.PayToKey(d.public)))
	return []Act{{What: "return", Tx: tx}}, signPath(tx, 0, path, redeem, map[string]curve.Scalar{"depositor": d.key})
}

// escrowed returns the deposit that is in escrow, the mixer that holds it and its satoshis: as
// the board names it or, where no line came onto the board in time, as blocks show it. The
// satoshis are 0 where there is none.
func (d *Depositor) escrowed(x *election.Exchange) (op wire.OutPoint, holder curve.PublicKey, sats int64) {
	if own := x.DepositOf(d.public); own != nil && x.EscrowOf(own) != nil {
		if x.SpendingTx(own) != nil {
			return op, holder, 0
		}
		return own.Outpoint, own.Mixer.Key, x.Sats(own)
	}
	holder, script, err := d.escrow(x)
	if err != nil {
		return op, holder, 0 // there is no mixer to have deposited with
	}
	op, paid := d.wallet.payment(script, d.e.Policy.Deposit())
	if !paid || d.wallet.received(op) {
		return op, holder, 0
	}
	return op, holder, d.e.Policy.Deposit()
}
