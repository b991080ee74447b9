package roles

import (
	"maps"
	"slices"

	"bevote/internal/board"
	"bevote/internal/curve"
	"bevote/verifier"

	"github.com/btcsuite/btcd/wire/v2"
)

// payLate pays the coins of valid vouchers in time that have none at T5.
func (t *Treasurer) payLate(x *verifier.Exchange) (lines []board.Line, err error) {
	var keys []curve.PublicKey
	for _, v := range x.Vouchers {
		_, paid := t.paid[v.By]
		if !paid && !x.Late(v.Seen, verifier.T4) && len(x.Coins(v)) == 0 && x.Valid(v) == nil {
			keys = append(keys, v.By)
		}
	}
	sortKeys(keys)
	coins, bytes, err := t.s.payCoins("late coins", keys)
	maps.Copy(t.paid, coins)
	t.spent += int64(len(coins))*t.s.e.Policy.Coin() + bytes*t.s.e.Policy.Fee
	if err != nil {
		return nil, err
	}
	keys = slices.Collect(maps.Keys(t.paid))
	sortKeys(keys)
	for _, key := range keys {
		line, err := t.s.payout(key, t.paid[key])
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	t.late = true
	return lines, nil
}

// settle repays the mixers and gives account of the pool.
func (t *Treasurer) settle(x *verifier.Exchange) ([]board.Line, error) {
	var body board.Settlement
	tx, spent := newTx(), t.spent
	for _, m := range x.Mixers {
		if owed := x.Owed(m); owed > 0 {
			body.Repaid = append(body.Repaid, board.Repaid{Mixer: m.Key})
			tx.AddTxOut(wire.NewTxOut(owed, PayToKey(m.Key)))
			spent += owed
		}
	}
	if len(body.Repaid) > 0 {
		if err := t.s.pay("repayment", tx); err != nil {
			return nil, err
		}
		spent += t.s.e.Policy.Fee * int64(tx.SerializeSizeStripped())
	}
	t.done = true
	for i := range body.Repaid {
		op := verifier.EncodeOutpoint(wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)})
		body.Repaid[i].Outpoint = op[:]
	}
	body.Residual = max(0, x.Pool(nil).Swept-spent)
	line, err := t.s.write(body)
	return []board.Line{line}, err
}
