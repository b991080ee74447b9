package roles

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// payCoins pays each roll key its coin, which is the stake and the fee of a vote, in batches:
//
//	in   outputs of the payer
//	out  policy.Coin()   P2PKH of a roll key, for each of up to [election.MaxPayouts]
//	     change          the payer's key
func (p *payer) payCoins(what string, keys []curve.PublicKey) error {
	for batch := range slices.Chunk(keys, election.MaxPayouts) {
		tx := newTx()
		for _, k := range batch {
			tx.AddTxOut(wire.NewTxOut(p.e.Policy.Coin(), templates.PayToKey(k)))
		}
		if err := p.pay(what, tx); err != nil {
			return err
		}
	}
	return nil
}

// payVouchers pays the coins of valid vouchers (tx3) after T4, when no more vouchers come. They are
// paid together and sorted by key, so that their order says nothing of when a voucher was shown.
func (m *Mixer) payVouchers(x *election.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if tip <= x.Deadlines[election.T4] || x.Settled != nil {
		return nil, nil
	}
	due := m.payable(x)
	if tip < x.Deadlines[election.T5] {
		if err := m.payCoins("coins", m.unpaid(due)); err != nil {
			return nil, err
		}
	}
	return m.writePayouts(x, due, m.retries)
}

// unpaid returns the keys that the payer has not sent their coins.
func (p *payer) unpaid(keys []curve.PublicKey) []curve.PublicKey {
	return slices.DeleteFunc(slices.Clone(keys), func(key curve.PublicKey) bool {
		_, paid := p.wallet.payment(templates.PayToKey(key), p.e.Policy.Coin())
		return paid
	})
}

// writePayouts writes which outputs are the coins of keys, once more where a coin is in the chain
// under another id than it was sent under.
func (p *payer) writePayouts(
	x *election.Exchange, keys []curve.PublicKey, attempts retries,
) (lines []board.Line, err error) {
	for _, key := range keys {
		op, paid := p.wallet.payment(templates.PayToKey(key), p.e.Policy.Coin())
		published := func(o election.Payout) bool { return o.By == p.public && o.Outpoint == op }
		if !paid || slices.ContainsFunc(x.VoucherOf(key).Payouts, published) {
			continue
		}
		if !attempts.allow(p.tip(), "payout "+op.String()) {
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

// payable returns, sorted, the roll keys whose vouchers the mixer is to pay.
func (m *Mixer) payable(x *election.Exchange) (keys []curve.PublicKey) {
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
