package roles

import (
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// payLate pays the coins of valid vouchers in time that have none after T5, and writes which outputs
// they are.
func (t *Treasurer) payLate(x *election.Exchange) ([]board.Line, error) {
	keys := unpaidVouchers(x)
	if err := t.s.payCoins("late coins", t.s.unpaid(keys)); err != nil {
		return nil, err
	}
	return t.s.writePayouts(x, keys, t.retries)
}

// unpaidVouchers returns, sorted, the roll keys with valid vouchers in time and no coin.
func unpaidVouchers(x *election.Exchange) (keys []curve.PublicKey) {
	for _, v := range x.Vouchers {
		if !x.Late(v.Seen, election.T4) && len(x.Coins(v)) == 0 && x.VerifyVoucher(v) == nil {
			keys = append(keys, v.By)
		}
	}
	sortKeys(keys)
	return keys
}

// settle repays the mixers and writes the account of the pool (`settlement`), when late coins and
// repayments are in the chain: miners can change the ids under which they are. At the last tip it
// waits for nothing.
func (t *Treasurer) settle(x *election.Exchange) ([]board.Line, error) {
	if t.sweeping(x) && !t.isLastTip() {
		return nil, nil
	}
	if err := t.repay(x); err != nil {
		return nil, err
	}
	seen, err := Seen(t.s.chain, t.s.e.Policy.Confirmations)
	if err != nil || seen.Height < x.Deadlines[election.T5] {
		return nil, err
	}
	if len(unpaidVouchers(x)) > 0 && !t.isLastTip() {
		return nil, nil
	}
	var body board.Settlement
	for _, m := range x.Mixers {
		owed := x.Owed(m)
		if owed == 0 {
			continue
		}
		op, _ := t.s.wallet.payment(templates.PayToKey(m.Key), owed)
		if !t.s.wallet.isMined(op) && !t.isLastTip() {
			return nil, nil
		}
		at := election.EncodeOutpoint(op)
		body.Repaid = append(body.Repaid, board.Repaid{Mixer: m.Key, Outpoint: at[:]})
	}
	if !t.retries.allow(t.s.tip(), "settlement") {
		return nil, nil
	}
	body.Residual = t.account(x, body.Repaid).Residual()
	line, err := t.s.write(body)
	return []board.Line{line}, err
}

// repay pays each mixer what it is owed, in one transaction for those that were not paid:
//
//	in   outputs of the supervisor
//	out  owed     P2PKH of a mixer's key, for each
//	     change   the supervisor's key
func (t *Treasurer) repay(x *election.Exchange) error {
	tx := newTx()
	for _, m := range x.Mixers {
		owed := x.Owed(m)
		if _, paid := t.s.wallet.payment(templates.PayToKey(m.Key), owed); owed > 0 && !paid {
			tx.AddTxOut(wire.NewTxOut(owed, templates.PayToKey(m.Key)))
		}
	}
	if len(tx.TxOut) == 0 {
		return nil
	}
	return t.s.pay("repayment", tx)
}

// account is the pool's account, with the payments that were sent and are not in the chain yet.
func (t *Treasurer) account(x *election.Exchange, repaid []board.Repaid) election.Pool {
	p := x.Pool(nil)
	charged := make(map[*wire.MsgTx]bool)
	charge := func(script []byte, sats int64, sum *int64) {
		op, paid := t.s.wallet.payment(script, sats)
		if tx := t.s.wallet.txs[op.Hash]; paid && tx != nil {
			*sum += sats
			if !charged[tx] {
				charged[tx] = true
				p.Fees += t.s.e.Policy.Fee * int64(tx.SerializeSizeStripped())
			}
		}
	}
	p.Late, p.Fees = 0, 0
	for _, v := range x.Vouchers {
		if x.VerifyVoucher(v) == nil && (len(x.Coins(v)) == 0 || x.Coins(v)[0].By == t.s.public) {
			charge(templates.PayToKey(v.By), t.s.e.Policy.Coin(), &p.Late)
		}
	}
	for _, r := range repaid {
		charge(templates.PayToKey(r.Mixer), x.Owed(x.MixerOf(r.Mixer)), &p.Repaid)
	}
	return p
}
