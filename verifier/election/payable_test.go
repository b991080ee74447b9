package election

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
)

// market is an exchange whose signatures verify as a test says.
type market struct {
	*Exchange
	due    map[*Issuer]int
	valid  map[*Voucher]bool
	signer map[*Voucher]*Issuer // who signed a valid voucher, of a group
}

// newMarket draws an exchange: mixers with keys, deposits with right issues, vouchers,
// and what the manager opened.
func newMarket(r *rand.Rand, group bool) *market {
	e := &Election{Policy: &lang.Policy{Voters: 40, Mixing: lang.Mixing{Scheme: lang.SchemeBlindRSA}}, answers: new(answers)}
	if group {
		e.Policy.Mixing.Scheme = lang.SchemeGroupBlind
	}
	p := &Phases{}
	p.closed[IssuesClosed], p.closed[VouchersClosed] = 1, 1
	log := &ExchangeLog{e: e, phases: p, mixers: make(map[curve.PublicKey]*Mixer)}
	m := &market{
		Exchange: &Exchange{ExchangeLog: log, Phases: p},
		due:      make(map[*Issuer]int), valid: make(map[*Voucher]bool), signer: make(map[*Voucher]*Issuer),
	}
	for n := range 1 + r.IntN(3) {
		x := &Mixer{Name: fmt.Sprint("m", n), Key: curve.BaseMul(curve.NewScalar(uint32(n + 1))).Key(), Coins: r.IntN(4)}
		for i := range 1 + r.IntN(3) {
			if i > 0 && !group {
				break
			}
			issuer := &Issuer{Mixer: x, Number: i + 1, Text: []byte{byte(n), byte(i)}}
			x.Issuers = append(x.Issuers, issuer)
			m.due[issuer] = r.IntN(4)
			remember(e.answers, func() schemed { return schemed{} }, []byte("scheme"), nil, mixing.Who(x.Key, uint32(i+1)), issuer.Text)
		}
		m.Mixers, m.mixers[x.Key] = append(m.Mixers, x), x
	}
	remember(e.answers, func() grouped { return grouped{} }, []byte("group"), nil)
	for n := range r.IntN(16) {
		m.addVoucher(r, n, group)
	}
	m.issued = func() *issuing { return &issuing{due: m.due, taken: m.take(m.due)} }
	j := m.judge()
	m.judged = func() *judgement { return j }
	return m
}

// addVoucher adds voucher number n, and perhaps a proof of who signed it.
func (m *market) addVoucher(r *rand.Rand, n int, group bool) {
	all := m.Issuers()
	by := all[r.IntN(len(all))]
	v := &Voucher{
		N: n + 10, By: curve.BaseMul(curve.NewScalar(uint32(n + 100))).Key(), Mixer: m.Mixers[r.IntN(len(m.Mixers))],
		Signature: []byte{byte(n)}, ID: [32]byte{byte(n)},
	}
	key := []byte(nil)
	if !group {
		v.Issuer, key = by, by.Text
	}
	m.Vouchers = append(m.Vouchers, v)
	m.valid[v], m.signer[v] = r.IntN(6) > 0, by
	fault := errors.New("not valid")
	if m.valid[v] {
		fault = nil
	}
	message := board.VoucherMessage(m.e.EID, v.By, v.Mixer.Key)
	remember(m.e.answers, func() error { return fault }, []byte("voucher"), nil, key, message[:], v.Signature)
	if !group || r.IntN(3) == 0 {
		return
	}
	says, proof := all[r.IntN(len(all))], []byte{byte(r.IntN(2))}
	who := mixing.Who(says.Mixer.Key, uint32(says.Number))
	untrue := error(nil)
	if says != by {
		untrue = errors.New("another key signed it")
	}
	remember(m.e.answers, func() error { return untrue }, []byte("opened"), nil, says.Text, who, v.Signature, v.ID[:], proof)
	for range 1 + r.IntN(2) { // the second time it does not count
		m.opened = append(m.opened, board.OpenedVoucher{Voucher: v.N, Mixer: says.Mixer.Key, Key: says.Number, Proof: proof})
	}
}

// twin says by the words of docs/protocol.md which vouchers are payable, and which of
// them their mixers owe.
func (m *market) twin(group bool) (payable, owed []int) {
	var taken []*Voucher
	for at, v := range m.Vouchers {
		before, limit := 0, 1
		for _, w := range m.Vouchers[:at] {
			if group || w.Issuer == v.Issuer {
				before++
			}
		}
		if group {
			limit = 0
			for _, i := range m.Issuers() {
				limit += m.due[i] + 1
			}
		} else {
			limit = m.due[v.Issuer] + 1
		}
		if before < limit {
			taken = append(taken, v)
		}
	}
	ownOf := func(i *Issuer) (n int) {
		for _, v := range taken {
			if m.valid[v] && m.knownBy(v, group) == i {
				n++
			}
		}
		return n
	}
	count := make(map[*Mixer]int)
	for _, v := range taken {
		i := m.knownBy(v, group)
		if !m.valid[v] || i != nil && ownOf(i) > m.due[i] {
			continue
		}
		payable = append(payable, v.N)
		if count[v.Mixer]++; count[v.Mixer] <= v.Mixer.Coins {
			owed = append(owed, v.N)
		}
	}
	return payable, owed
}

// knownBy is the issuer of a valid voucher, where it is known: it names it, or the
// manager truly opened it.
func (m *market) knownBy(v *Voucher, group bool) *Issuer {
	if !group {
		return v.Issuer
	}
	for _, o := range m.opened {
		i := m.mixers[o.Mixer].Issuers[o.Key-1]
		if o.Voucher == v.N && i == m.signer[v] {
			return i
		}
	}
	return nil
}

// Mixers, supervisor and auditor ask this function; the twin is written from the text.
func TestPayableVouchers(t *testing.T) {
	for seed := range uint64(4000) {
		group := seed%2 == 0
		m := newMarket(rand.New(rand.NewPCG(seed, 1)), group)
		var payable, owed []int
		for _, v := range m.Payable() {
			payable = append(payable, v.N)
			if m.Owed(v) {
				owed = append(owed, v.N)
			}
		}
		wantPayable, wantOwed := m.twin(group)
		if fmt.Sprint(payable, owed) != fmt.Sprint(wantPayable, wantOwed) {
			t.Fatalf("seed %d: payable %v, owed %v, want %v and %v", seed, payable, owed, wantPayable, wantOwed)
		}
		for _, i := range m.Issuers() {
			known := 0
			for _, v := range m.Payable() {
				if m.knownBy(v, group) == i {
					known++
				}
			}
			if known > m.due[i] {
				t.Fatalf("seed %d: %d vouchers of %s are payable, %d deposits", seed, known, i, m.due[i])
			}
		}
	}
}
