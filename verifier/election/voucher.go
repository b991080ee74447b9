package election

import (
	"bevote/internal/curve"
	"bevote/verifier/board"
	"fmt"

	"github.com/btcsuite/btcd/wire/v2"
)

// Voucher is a blind signature that a roll key shows for its coin.
type Voucher struct {
	N         int             // line of M7
	Seen      uint32          // as in [Move]
	By        curve.PublicKey // the roll key
	Mixer     *Mixer          // that is to pay
	Nonce     board.Hash      // of the mixer's acceptance
	Issuer    []byte          // key of the mixer that signed, where the scheme shows it
	Signature []byte          // over board.VoucherMessage
	Payouts   []Payout        // in the board's order

	verified memo // of VerifyVoucher
}

// Payout is a line that says where a voucher's coin is.
type Payout struct {
	N        int             // line
	By       curve.PublicKey // the mixer's or the supervisor's
	Outpoint wire.OutPoint
}

// Where names the voucher's line.
func (v *Voucher) Where() string { return fmt.Sprintf("line %d", v.N) }

// Dismiss makes [ExchangeLog.VerifyVoucher] return why for this voucher, unless the
// voucher has already been verified.
func (v *Voucher) Dismiss(why error) { v.verified.get(func() error { return why }) }

// voucher reads M7.
func (m *ExchangeLog) voucher(l Entry[board.Voucher]) string {
	a, ok := m.Accepted(board.ForPaying, l.Body.Mixer, l.Line.By)
	switch {
	case !ok || a.Nonce != l.Body.Nonce:
		return "the mixer did not accept it"
	case m.vouchers[l.Line.By] != nil:
		return "a second one of this key"
	}
	v := &Voucher{N: l.N, Seen: m.written, By: l.Line.By, Mixer: m.mixers[l.Body.Mixer], Nonce: l.Body.Nonce,
		Issuer: l.Body.Issuer, Signature: l.Body.Signature}
	m.Vouchers, m.vouchers[v.By] = append(m.Vouchers, v), v
	return ""
}

// payout reads the outpoint of a coin in tx3. Further payouts of a voucher are kept
// for the checks. None counts after the settlement, since it would change the settled
// account.
func (m *ExchangeLog) payout(l Entry[board.Payout]) string {
	op, err := decodeOutpoint(l.Body.Outpoint)
	v := m.vouchers[l.Body.Key]
	switch {
	case err != nil:
		return err.Error()
	case v == nil:
		return "no voucher of this key"
	case m.Settled != nil:
		return "the account is settled"
	case l.Line.By != v.Mixer.Key && l.Line.By != m.e.Policy.Supervisor:
		return "neither by the mixer that was to pay nor by the supervisor"
	}
	v.Payouts = append(v.Payouts, Payout{l.N, l.Line.By, op})
	return ""
}

// sweep reads a mixer's sweep of deposits to the pool.
func (m *ExchangeLog) sweep(l Entry[board.Sweep]) string {
	if m.mixers[l.Line.By] == nil {
		return "not by a mixer"
	}
	m.Sweeps = append(m.Sweeps, l)
	return ""
}

// settled reads the supervisor's settlement of the account.
func (m *ExchangeLog) settled(l Entry[board.Settlement]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Settled != nil:
		return "there is a settlement already"
	case l.Line.Seen.Height < m.Deadlines[T5]:
		return "it comes before mixers need have paid"
	}
	m.Settled, m.SettledLine = &l.Body, l.N
	return ""
}
