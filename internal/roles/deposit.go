package roles

import (
	"math"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// deposit pays the deposit into escrow (tx2) once both mixers have accepted.
func (d *Depositor) deposit(x *election.Exchange) ([]board.Line, error) {
	t1, t2 := x.Deadlines[election.T1], x.Deadlines[election.T2]
	if tip := d.tip(); d.own != nil || tip >= t2 || tip < d.moment(momentDeposit, t1, t2-2) {
		return nil, nil
	}
	holder, held := d.accepted(x, &d.holders, &d.person)
	payer, paid := d.accepted(x, &d.payers, &d.roll)
	if !held || !paid {
		return nil, nil
	}
	redeem, err := d.e.EscrowRedeem(holder.mixer, d.public)
	if err != nil {
		return nil, err
	}
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(d.e.Policy.Deposit(), templates.PayToRedeem(redeem)))
	if err := d.pay("deposit", tx); err != nil {
		return nil, err
	}
	d.own = &ownDeposit{op: wire.OutPoint{Hash: tx.TxHash()}, script: tx.TxOut[0].PkScript, redeem: redeem, holder: holder, payer: payer}
	return nil, nil
}

// declare tells which deposit is the depositor's (M5), if it came in time.
func (d *Depositor) declare(x *election.Exchange) ([]board.Line, error) {
	own := d.own
	if own == nil || own.height == 0 || d.tip() > x.Deadlines[election.T2] || x.DepositOf(d.public) != nil {
		return nil, nil
	}
	if !d.retries.allow(d.tip(), "deposit") {
		return nil, nil
	}
	op := election.EncodeOutpoint(own.op)
	line, err := d.write(board.Deposit{Mixer: own.holder.mixer, Nonce: own.holder.nonce, Outpoint: op[:]})
	return []board.Line{line}, err
}

// takeBack takes the deposit out of escrow to the registration key, from `roll
// by` on, if it is still there and no coin came for it.
func (d *Depositor) takeBack(x *election.Exchange) ([]board.Line, error) {
	path, err := pathNamed(d.e.Contract, "return")
	own := d.own
	if err != nil || own == nil || own.height == 0 || own.spent || d.tip() < path.After {
		return nil, err
	}
	if _, paid := d.Coin(x); paid {
		return nil, nil
	}
	tx := newTx()
	tx.LockTime = path.After
	addInput(tx, own.op, math.MaxUint32-1)
	fee := d.e.Policy.Fee * int64(templates.SpendSize(path.Witness, len(own.redeem), p2pkhSize))
	tx.AddTxOut(wire.NewTxOut(d.e.Policy.Deposit()-fee, templates.PayToKey(d.public)))
	if err := signPath(tx, 0, path, own.redeem, map[string]curve.Scalar{"depositor": d.key}); err != nil {
		return nil, err
	}
	if err := d.submit("return", tx); err != nil {
		return nil, err
	}
	own.spent = true
	return nil, nil
}
