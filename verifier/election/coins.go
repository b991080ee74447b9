package election

import (
	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// Coin is the coin that pays a voucher.
type Coin struct {
	By       curve.PublicKey // its mixer, or the supervisor
	Outpoint wire.OutPoint
	Height   uint32
}

// CoinOf returns the coin of a payable voucher, or nil: the first in the payments of its
// mixer, if that owes it, after the anchor of the vouchers and up to `payout by`, or the
// first in the supervisor's payments after that and up to `roll by`.
func (x *Exchange) CoinOf(v *Voucher) *Coin {
	if x.CheckPayable(v) != nil {
		return nil
	}
	script, sats, t := templates.PayToKey(v.By), x.e.Policy.Coin(), x.e.Policy.Times
	from := x.Phases.Anchor(VouchersClosed).Height
	if p, ok := x.r.paid(v.Mixer.Key, script, sats, from, t.Payout); ok && x.Owed(v) {
		return &Coin{v.Mixer.Key, p.Outpoint, p.Height}
	}
	if p, ok := x.r.paid(x.e.Policy.Supervisor, script, sats, t.Payout, t.Roll); ok {
		return &Coin{x.e.Policy.Supervisor, p.Outpoint, p.Height}
	}
	return nil
}

// PaidEarly returns the coin that a mixer's payments have for a voucher up to the anchor
// of the vouchers, or nil. It is not the voucher's.
func (x *Exchange) PaidEarly(v *Voucher) *Coin {
	a := x.Phases.Anchor(VouchersClosed)
	if a == nil {
		return nil
	}
	p, ok := x.r.paid(v.Mixer.Key, templates.PayToKey(v.By), x.e.Policy.Coin(), 0, a.Height)
	if !ok {
		return nil
	}
	return &Coin{v.Mixer.Key, p.Outpoint, p.Height}
}

// PaidTo returns all that a mixer's payments have for the key of a voucher since the
// anchor of the vouchers.
func (x *Exchange) PaidTo(v *Voucher) []Payment {
	a := x.Phases.Anchor(VouchersClosed)
	all := x.r.paymentsTo(v.Mixer.Key, templates.PayToKey(v.By))
	return keep(all, func(p Payment) bool { return a != nil && p.Height > a.Height })
}

// Unpaid returns the payable vouchers that have no coin, in the board's order.
func (x *Exchange) Unpaid() (out []*Voucher) {
	for _, v := range x.Payable() {
		if x.CoinOf(v) == nil {
			out = append(out, v)
		}
	}
	return out
}

// CoinsBy returns how many vouchers a mixer paid that it owed.
func (x *Exchange) CoinsBy(m *Mixer) (n int) {
	for _, v := range x.Payable() {
		if c := x.CoinOf(v); c != nil && c.By == m.Key {
			n++
		}
	}
	return n
}

// MaxPayouts is how many coins one transaction pays. It bounds the size of the
// transaction, about 34 kB.
const MaxPayouts = 1000

// Repayment returns what the supervisor owes a mixer, in satoshis: the coins that it
// paid, and the policy's fee for the least transactions that pay so many.
func (x *Exchange) Repayment(m *Mixer) int64 {
	n := int64(x.CoinsBy(m))
	return n*x.e.Policy.Coin() + x.e.Policy.Fee*payoutBytes(n)
}

// payoutBytes returns the total size in bytes of the smallest transactions that pay
// that many coins: one input and one change output for each [MaxPayouts].
func payoutBytes(coins int64) int64 {
	txs := (coins + MaxPayouts - 1) / MaxPayouts
	return txs*(templates.TxFrame+templates.P2PKHInput+templates.P2PKHOutput) + coins*templates.P2PKHOutput
}

// Repaid returns the outputs of the supervisor's payments to a mixer's key after `payout
// by` and up to `roll by`.
func (x *Exchange) Repaid(m *Mixer) (out []Payment) {
	t := x.e.Policy.Times
	for _, p := range x.r.paymentsTo(x.e.Policy.Supervisor, templates.PayToKey(m.Key)) {
		if p.Height > t.Payout && p.Height <= t.Roll {
			out = append(out, p)
		}
	}
	return out
}

// Payments returns the satoshis that the supervisor's payments need: without mixing
// the coins of all voters, and the fees of the transactions that pay them.
func (e *Election) Payments() int64 {
	if e.Policy.Mixed() {
		return 0
	}
	n := int64(e.Policy.Voters)
	return n*e.Policy.Coin() + e.Policy.Fee*payoutBytes(n)
}
