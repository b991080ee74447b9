package mixing

import (
	"errors"
	"fmt"
	"io"
	"math/big"
)

// Manager is the group's manager. It certifies members and can identify the signer
// of a signature. It holds secrets.
type Manager struct {
	hidden
	modulus Modulus
	group   *Group
	root    *big.Int   // 1/e mod φ(n)
	members []*big.Int // y of each membership key, in order of admission
}

// NewManager draws a modulus of a length in bits from random, and its proof. It
// fails for a length outside 256 … 16384, or if random fails.
func NewManager(random io.Reader, eid [32]byte, bits int) (*Manager, error) {
	p, q, err := drawPrimes(random, bits)
	if err != nil {
		return nil, err
	}
	m := &Manager{modulus: proveModulus(eid, p, q)}
	// The manager neither signs nor verifies, and needs no tables.
	m.group = &Group{eid: eid, n: m.modulus.n, e: big.NewInt(publicExponent)}
	if err := m.group.derive(); err != nil {
		return nil, err
	}
	m.root = new(big.Int).ModInverse(m.group.e, phi(p, q))
	return m, nil
}

// Modulus returns what the manager publishes.
func (m *Manager) Modulus() Modulus { return m.modulus }

// Admit returns the certificate for a published member and its private request y,
// both encoded:
//
//	w = (y + δ)^(1/e) mod n
//
// [Group.CheckMember] must have accepted the member. Admit fails if z ≠ g^y, y is 1
// or no unit, y + δ is no unit, or another member has the same y. y and w identify
// all signatures of the member: they are for the member and the manager alone.
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

// Opens returns the membership key that made a signature, as its place in the order of
// admission, from 0: z̃ = g̃^y. ok is false if none did. It does not verify the
// signature.
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
