package roles

import (
	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// payLate pays the coins of valid vouchers in time that have none after T5, and
// tells where they are.
func (t *Treasurer) payLate(x *election.Exchange) ([]board.Line, error) {
	keys := unredeemed(x)
	if err := t.s.payCoins("late coins", t.s.unpaid(keys)); err != nil {
		return nil, err
	}
	return t.s.payouts(x, keys, t.said)
}

// unredeemed lists, sorted, the keys with valid vouchers in time and no coin.
func unredeemed(x *election.Exchange) (keys []curve.PublicKey) {
	for _, v := range x.Vouchers {
		if !x.Late(v.Seen, election.T4) && len(x.Coins(v)) == 0 && x.VerifyVoucher(v) == nil {
			keys = append(keys, v.By)
		}
	}
	sortKeys(keys)
	return keys
}

// settle repays the mixers, and gives account of the pool when late coins and
// repayment are in the chain and told: a miner may change the ids under which
// they are. It waits for nothing where there is no time left.
func (t *Treasurer) settle(x *election.Exchange) ([]board.Line, error) {
	if t.sweeping(x) && !t.hurried() {
		return nil, nil
	}
	if err := t.repay(x); err != nil {
		return nil, err
	}
	seen, err := Seen(t.s.chain, t.s.e.Policy.Confirmations)
	if err != nil || seen.Height < x.Deadlines[election.T5] {
		return nil, err
	}
	if len(unredeemed(x)) > 0 && !t.hurried() {
		return nil, nil
	}
	var body board.Settlement
	for _, m := range x.Mixers {
		owed := x.Owed(m)
		if owed == 0 {
			continue
		}
		op, _ := t.s.purse.payment(PayToKey(m.Key), owed)
		if !t.s.purse.inChain(op) && !t.hurried() {
			return nil, nil
		}
		at := election.EncodeOutpoint(op)
		body.Repaid = append(body.Repaid, board.Repaid{Mixer: m.Key, Outpoint: at[:]})
	}
	if !t.said.due(t.s.tip(), "settlement") {
		return nil, nil
	}
	body.Residual = t.account(x, body.Repaid).Residual()
	line, err := t.s.write(body)
	return []board.Line{line}, err
}

// repay pays every mixer what it is owed, in one transaction of those that were
// not paid it.
func (t *Treasurer) repay(x *election.Exchange) error {
	tx := newTx()
	for _, m := range x.Mixers {
		owed := x.Owed(m)
		if _, paid := t.s.purse.payment(PayToKey(m.Key), owed); owed > 0 && !paid {
			tx.AddTxOut(wire.NewTxOut(owed, PayToKey(m.Key)))
		}
	}
	if len(tx.TxOut) == 0 {
		return nil
	}
	return t.s.pay("repayment", tx)
}

// account is the pool's, with what was sent and is not in the chain yet.
func (t *Treasurer) account(x *election.Exchange, repaid []board.Repaid) election.Pool {
	p := x.Pool(nil)
	charged := make(map[*wire.MsgTx]bool)
	charge := func(script []byte, sats int64, sum *int64) {
		op, paid := t.s.purse.payment(script, sats)
		if tx := t.s.purse.known[op.Hash]; paid && tx != nil {
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
			charge(PayToKey(v.By), t.s.e.Policy.Coin(), &p.Late)
		}
	}
	for _, r := range repaid {
		charge(PayToKey(r.Mixer), x.Owed(x.MixerOf(r.Mixer)), &p.Repaid)
	}
	return p
}
