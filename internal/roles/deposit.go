package roles

import (
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// ownDeposit is the depositor's own deposit.
type ownDeposit struct {
	op     wire.OutPoint // as sent, until it is in a block
	script []byte        // the escrow's output script
	redeem []byte
	holder acceptance // of the deposit
	payer  acceptance // of the coin that the voucher will be for
	height uint32     // 0 until it is in a block
	spent  bool       // by whichever transaction, also one on its way
}

// acceptance is a mixer's answer to a request.
type acceptance struct {
	mixer curve.PublicKey
	nonce board.Hash
}

// deposit pays the deposit into escrow (tx2) between T1 and T2, once both mixers have accepted:
//
//	in   outputs of the registration key
//	out  0        policy.Deposit()   P2SH of the escrow
//	     change                      the registration key
func (d *Depositor) deposit(x *election.Exchange) ([]board.Line, error) {
	t1, t2 := x.Deadlines[election.T1], x.Deadlines[election.T2]
	if tip := d.tip(); d.own != nil || tip >= t2 || tip < d.moment(momentDeposit, t1, t2-2) {
		return nil, nil
	}
	holder, held := d.accepted(x, &d.holders, &d.participant)
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
	d.own = &ownDeposit{
		op: wire.OutPoint{Hash: tx.TxHash()}, script: tx.TxOut[0].PkScript, redeem: redeem,
		holder: holder, payer: payer,
	}
	return nil, nil
}

// declare writes which output is the depositor's deposit (M5), up to T2.
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

// takeBack returns the deposit to the registration key from `roll by` on, if it is still in escrow
// and no coin came for it:
//
//	version 2, locktime path.After
//	in   the deposit, sequence fffffffd
//	out  deposit − fee   P2PKH of the registration key
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
	addInput(tx, own.op)
	fee := d.e.Policy.Fee * int64(templates.SpendSize(path.Witness, len(own.redeem), templates.PayoutP2PKH))
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
