package roles

import (
	"bytes"
	"slices"

	"bevote/internal/board"
	"bevote/internal/curve"
	"bevote/verifier"

	"github.com/btcsuite/btcd/wire/v2"
)

// coinsATransaction keeps one payment of voters' coins under the relays' limit.
const coinsATransaction = 1000

// payCoins pays each roll key its coin, stake and fee of a vote, and returns
// the outpoints by key and the transactions' bytes: with an error, of those that
// were paid.
func (p *payer) payCoins(what string, keys []curve.PublicKey) (coins map[curve.PublicKey]wire.OutPoint, bytes int64, err error) {
	coins = make(map[curve.PublicKey]wire.OutPoint, len(keys))
	for batch := range slices.Chunk(keys, coinsATransaction) {
		tx := newTx()
		for _, k := range batch {
			tx.AddTxOut(wire.NewTxOut(p.e.Policy.Coin(), PayToKey(k)))
		}
		if err := p.pay(what, tx); err != nil {
			return coins, bytes, err
		}
		bytes += int64(tx.SerializeSizeStripped())
		for i, k := range batch {
			coins[k] = wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}
		}
	}
	return coins, bytes, nil
}

// redeem pays the coins of valid vouchers (tx3), all together once no more
// vouchers come, sorted by key, so that nothing tells who showed which when.
func (m *Mixer) redeem(x *verifier.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if tip <= x.Deadlines[verifier.T4] {
		return nil, nil
	}
	due := m.redeemable(x)
	var unpaid []curve.PublicKey
	for _, key := range due {
		if _, paid := m.paid[string(PayToKey(key))]; !paid && tip < x.Deadlines[verifier.T5] {
			unpaid = append(unpaid, key)
		}
	}
	coins, _, err := m.payCoins("coins", unpaid)
	for key, op := range coins {
		m.paid[string(PayToKey(key))] = op
	}
	if err != nil {
		return nil, err
	}
	for _, key := range due {
		coin, paid := m.paid[string(PayToKey(key))]
		if !paid || !m.said.due(tip, "payout"+key.String()) {
			continue
		}
		line, err := m.payout(key, coin)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// redeemable lists, sorted, the keys whose vouchers the mixer is to pay and has
// not told where.
func (m *Mixer) redeemable(x *verifier.Exchange) (keys []curve.PublicKey) {
	mine := func(p verifier.Payout) bool { return p.By == m.public }
	for _, v := range x.Vouchers {
		if v.Mixer.Key == m.public && !x.Late(v.Seen, verifier.T4) && !slices.ContainsFunc(v.Payouts, mine) && x.Valid(v) == nil {
			keys = append(keys, v.By)
		}
	}
	sortKeys(keys)
	return keys
}

// payout writes where a key's coin is.
func (p *person) payout(key curve.PublicKey, op wire.OutPoint) (board.Line, error) {
	at := verifier.EncodeOutpoint(op)
	return p.write(board.Payout{Key: key, Outpoint: at[:]})
}

func sortKeys(keys []curve.PublicKey) {
	slices.SortFunc(keys, func(a, b curve.PublicKey) int { return bytes.Compare(a[:], b[:]) })
}

// Watch shows the mixer a block: for its purse, and for coins that it paid and
// does not know of, after a restart.
func (m *Mixer) Watch(height uint32, b *wire.MsgBlock) {
	for _, tx := range b.Transactions {
		if !slices.ContainsFunc(tx.TxIn, m.purse.pays) {
			continue
		}
		for i, out := range tx.TxOut {
			if out.Value == m.e.Policy.Coin() && !bytes.Equal(out.PkScript, m.purse.script) {
				m.paid[string(out.PkScript)] = wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}
			}
		}
	}
	m.payer.Watch(height, b)
}
