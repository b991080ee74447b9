package mixing

import (
	"errors"
	"fmt"
	"io"
	"math/big"
)

// Manager makes the group: it knows the factors of the modulus, certifies
// members, and can tell who signed. It holds secrets.
type Manager struct {
	hidden
	modulus Modulus
	group   *Group
	root    *big.Int   // 1/e mod φ(n)
	members []*big.Int // each y, in order of admission
}

// NewManager draws a modulus of the given bits from random and proves it.
func NewManager(random io.Reader, eid [32]byte, bits int) (*Manager, error) {
	p, q, err := drawPrimes(random, bits)
	if err != nil {
		return nil, err
	}
	m := &Manager{modulus: proveModulus(eid, p, q)}
	// It signs and verifies nothing, and needs no tables.
	m.group = &Group{eid: eid, n: m.modulus.n, e: big.NewInt(publicExponent)}
	if err := m.group.derive(); err != nil {
		return nil, err
	}
	m.root = new(big.Int).ModInverse(m.group.e, phi(p, q))
	return m, nil
}

// Modulus returns what the manager publishes.
func (m *Manager) Modulus() Modulus { return m.modulus }

// Admit certifies a member for its private request y, after CheckMember has
// passed what it published: the certificate is w = (y+δ)^(1/e) mod n. Nobody
// but the member may see y or w, since either tells all its signatures.
func (m *Manager) Admit(member, y []byte) (certificate []byte, err error) {
	published, err := DecodeMember(member)
	if err != nil {
		return nil, err
	}
	z, err := m.group.memberKey(published)
	if err != nil {
		return nil, err
	}
	in := &reader{left: y}
	v := in.below("y", m.group.n)
	if err := in.end(); err != nil {
		return nil, err
	}
	w := new(big.Int).Add(v, m.group.delta)
	switch w.Mod(w, m.group.n); {
	case v.Cmp(one) == 0 || !isUnit(v, m.group.n) || !isUnit(w, m.group.n):
		return nil, errors.New("y is not what a membership key has")
	case m.group.modP.power(m.group.g, v).Cmp(z) != 0:
		return nil, errors.New("z is not g^y")
	}
	for i, known := range m.members {
		if known.Cmp(v) == 0 {
			return nil, fmt.Errorf("member %d has the same y", i)
		}
	}
	m.members = append(m.members, v)
	return m.group.modN.power(w, m.root).FillBytes(make([]byte, len(y))), nil
}

// Opens returns the place, in order of admission and from 0, of the member that
// made a signature: z̃ = g̃^y. It does not verify the signature.
func (m *Manager) Opens(signature []byte) (member int, ok bool) {
	in := &reader{left: signature}
	g, z := in.element("g̃", m.group), in.element("z̃", m.group)
	if in.err != nil {
		return 0, false
	}
	for i, y := range m.members {
		if m.group.modP.power(g, y).Cmp(z) == 0 {
			return i, true
		}
	}
	return 0, false
}
