package roles

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// coinsATransaction keeps one payment of voters' coins under the relays' limit.
const coinsATransaction = 1000

// payCoins pays each roll key its coin, stake and fee of a vote.
func (p *payer) payCoins(what string, keys []curve.PublicKey) error {
	for batch := range slices.Chunk(keys, coinsATransaction) {
		tx := newTx()
		for _, k := range batch {
			tx.AddTxOut(wire.NewTxOut(p.e.Policy.Coin(), PayToKey(k)))
		}
		if err := p.pay(what, tx); err != nil {
			return err
		}
	}
	return nil
}

// redeem pays the coins of valid vouchers (tx3), all together once no more
// vouchers come, sorted by key, so that nothing tells who showed which when.
func (m *Mixer) redeem(x *election.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if tip <= x.Deadlines[election.T4] || x.Settled != nil {
		return nil, nil
	}
	due := m.redeemable(x)
	if tip < x.Deadlines[election.T5] {
		if err := m.payCoins("coins", m.unpaid(due)); err != nil {
			return nil, err
		}
	}
	return m.payouts(x, due, m.said)
}

// unpaid leaves out the keys that were sent their coins.
func (p *payer) unpaid(keys []curve.PublicKey) []curve.PublicKey {
	return slices.DeleteFunc(slices.Clone(keys), func(key curve.PublicKey) bool {
		_, paid := p.purse.payment(PayToKey(key), p.e.Policy.Coin())
		return paid
	})
}

// payouts writes where the coins of keys are, again where one is in the chain
// under another id than it was sent under.
func (p *payer) payouts(x *election.Exchange, keys []curve.PublicKey, said sayings) (lines []board.Line, err error) {
	for _, key := range keys {
		op, paid := p.purse.payment(PayToKey(key), p.e.Policy.Coin())
		told := func(o election.Payout) bool { return o.By == p.public && o.Outpoint == op }
		if !paid || slices.ContainsFunc(x.VoucherOf(key).Payouts, told) || !said.due(p.tip(), "payout "+op.String()) {
			continue
		}
		at := election.EncodeOutpoint(op)
		line, err := p.write(board.Payout{Key: key, Outpoint: at[:]})
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// redeemable lists, sorted, the keys whose vouchers the mixer is to pay.
func (m *Mixer) redeemable(x *election.Exchange) (keys []curve.PublicKey) {
	for _, v := range x.Vouchers {
		if v.Mixer.Key == m.public && !x.Late(v.Seen, election.T4) && x.VerifyVoucher(v) == nil {
			keys = append(keys, v.By)
		}
	}
	sortKeys(keys)
	return keys
}

func sortKeys(keys []curve.PublicKey) {
	slices.SortFunc(keys, func(a, b curve.PublicKey) int { return bytes.Compare(a[:], b[:]) })
}
