package roles

import (
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// deposit pays the deposit into escrow (tx2) once the registry's anchor is deep, so that it can be
// declared before `deposit by`:
//
//	in   outputs of the registration key
//	out  0        policy.Deposit()   P2SH of the escrow
//	     change                      the registration key
func (d *Depositor) deposit(x *election.Exchange) ([]board.Line, error) {
	first, by := x.Phases.Anchor(election.RegisterClosed).Height+d.e.Policy.Depth()-1, d.e.Policy.Times.Deposit
	if tip := d.tip(); tip+2 > by || tip < d.moment(momentDeposit, first, by-2) {
		return nil, nil
	}
	c, err := d.choose(x)
	if err != nil {
		return nil, err
	}
	script, err := d.e.EscrowScript(c.holder, d.public)
	if err != nil {
		return nil, err
	}
	if _, paid := d.wallet.payment(script, d.e.Policy.Deposit()); paid {
		return nil, nil
	}
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(d.e.Policy.Deposit(), script))
	return nil, d.pay("deposit", tx)
}

// declare writes which output is the depositor's deposit (M5), until `deposit by`: once it is in a
// block, and again where it is found under another id.
func (d *Depositor) declare(x *election.Exchange) ([]board.Line, error) {
	if d.tip() >= d.e.Policy.Times.Deposit {
		return nil, nil
	}
	if _, err := d.choose(x); err != nil {
		return nil, err
	}
	script, err := d.e.EscrowScript(d.choice.holder, d.public)
	if err != nil {
		return nil, err
	}
	op, paid := d.wallet.payment(script, d.e.Policy.Deposit())
	named := func(n election.NamedOutput) bool { return n.Outpoint == op }
	if own := x.DepositOf(d.public); !paid || !d.wallet.isMined(op) || own != nil && slices.ContainsFunc(own.Named, named) {
		return nil, nil
	}
	if !d.retries.allow(d.tip(), "deposit") {
		return nil, nil
	}
	at := election.EncodeOutpoint(op)
	body := board.Deposit{Mixer: d.choice.holder, Outpoint: at[:]}
	if d.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		if body.Message, err = d.blindedMessage(x); err != nil {
			return nil, err
		}
	}
	line, err := d.write(body)
	return []board.Line{line}, err
}

// takeBack returns the deposit to the registration key from `roll by` on, if it is still in escrow
// and no coin came for it:
//
//	version 2, locktime path.After
//	in   the deposit, sequence fffffffd
//	out  deposit − fee   P2PKH of the registration key
func (d *Depositor) takeBack(x *election.Exchange) ([]board.Line, error) {
	path, err := pathNamed(d.e.Contract, "return")
	if err != nil || d.tip() < path.After {
		return nil, err
	}
	op, holder, sats := d.escrowed(x)
	if _, paid := d.Coin(x); paid || sats == 0 || !d.retries.allow(d.tip(), "return") {
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
	if err := signPath(tx, 0, path, redeem, map[string]curve.Scalar{"depositor": d.key}); err != nil {
		return nil, err
	}
	return nil, d.submit("return", tx)
}

// escrowed returns the deposit that is in escrow, the mixer that holds it and its satoshis: as
// the board names it or, where no line came onto the board in time, as the wallet sent it. The
// satoshis are 0 where there is none.
func (d *Depositor) escrowed(x *election.Exchange) (op wire.OutPoint, holder curve.PublicKey, sats int64) {
	if own := x.DepositOf(d.public); own != nil && x.EscrowOf(own) != nil {
		if x.SpendingTx(own) != nil {
			return op, holder, 0
		}
		return own.Outpoint, own.Mixer.Key, x.Sats(own)
	}
	c, err := d.choose(x)
	if err != nil {
		return op, holder, 0 // there is no mixer to have deposited with
	}
	script, err := d.e.EscrowScript(c.holder, d.public)
	if err != nil {
		return op, holder, 0
	}
	op, paid := d.wallet.payment(script, d.e.Policy.Deposit())
	if !paid || !d.wallet.isMined(op) {
		return op, holder, 0
	}
	return op, c.holder, d.e.Policy.Deposit()
}
