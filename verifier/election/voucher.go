package election

import "bevote/verifier/board"

// voucher takes M7.
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

// payout takes the place of tx3. A second one for a voucher is kept too, and
// is for the checks to judge.
func (m *ExchangeLog) payout(l Entry[board.Payout]) string {
	op, err := decodeOutpoint(l.Body.Outpoint)
	v := m.vouchers[l.Body.Key]
	switch {
	case err != nil:
		return err.Error()
	case v == nil:
		return "no voucher of this key"
	case m.Settled != nil:
		return "the account is settled" // else a mixer could change it afterwards, and blame the supervisor
	case l.Line.By != v.Mixer.Key && l.Line.By != m.e.Policy.Supervisor:
		return "neither by the mixer that was to pay nor by the supervisor"
	}
	v.Payouts = append(v.Payouts, Payout{l.N, l.Line.By, op})
	return ""
}

func (m *ExchangeLog) sweep(l Entry[board.Sweep]) string {
	if m.mixers[l.Line.By] == nil {
		return "not by a mixer"
	}
	m.Sweeps = append(m.Sweeps, l)
	return ""
}

func (m *ExchangeLog) settlement(l Entry[board.Settlement]) string {
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

// Dismiss settles that a voucher is not judged, and why.
func (v *Voucher) Dismiss(why error) { v.once.Do(func() { v.err = why }) }
