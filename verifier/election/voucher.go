package election

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
)

// Voucher is a blind signature that a roll key shows for its coin.
type Voucher struct {
	N         int             // line of M7
	By        curve.PublicKey // the roll key
	Mixer     *Mixer          // that is to pay
	Issuer    *Issuer         // that signed, where the scheme shows it; else nil
	Signature []byte          // over board.VoucherMessage
	ID        [32]byte        // of the line
}

// Where names the voucher's line.
func (v *Voucher) Where() string { return fmt.Sprintf("line %d", v.N) }

// voucher reads M7. The keys of other roles have no vouchers: with them a coin would
// not be anonymous.
func (m *ExchangeLog) voucher(l Entry[board.Voucher]) string {
	rsa := m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA
	v := &Voucher{N: l.N, By: l.Line.By, Mixer: m.mixers[l.Body.Mixer], Signature: l.Body.Signature, ID: l.Line.ID(m.e.EID)}
	if rsa && len(l.Body.Issuer) == curve.PointSize {
		if x := m.mixers[curve.PublicKey(l.Body.Issuer)]; x != nil {
			v.Issuer = x.Issuers[0]
		}
	}
	switch {
	case v.Mixer == nil:
		return "it names no mixer to pay it"
	case rsa && v.Issuer == nil:
		return "it names no mixer as its issuer"
	case !rsa && len(l.Body.Issuer) > 0:
		return "it names its issuer, which the group hides"
	case m.owner(v.By) != "":
		return "its key is " + m.owner(v.By)
	case m.vouchers[v.By] != nil:
		return "a second one of this key"
	}
	m.Vouchers, m.vouchers[v.By] = append(m.Vouchers, v), v
	return ""
}

// owner names the role whose key a roll key is, or returns "".
func (m *ExchangeLog) owner(key curve.PublicKey) string {
	switch {
	case m.Registered[key]:
		return "a registered voter's"
	case m.mixers[key] != nil:
		return "a mixer's"
	case key == m.e.Policy.Supervisor:
		return "the supervisor's"
	case slices.ContainsFunc(m.e.Policy.Candidates, func(c lang.Candidate) bool { return c.Key == key }):
		return "a candidate's"
	}
	return ""
}

// openedVouchers reads the manager's proofs of who issued vouchers. [Exchange] judges
// them.
func (m *ExchangeLog) openedVouchers(l Entry[board.OpenedVouchers]) string {
	switch {
	case !m.sessions():
		return "there is no manager"
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.OpenedLine > 0:
		return "there is one already"
	}
	m.OpenedLine, m.opened = l.N, l.Body.Vouchers
	return ""
}
