package mixing

import (
	"bytes"
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
	root    *big.Int // 1/e mod φ(n)
	members []admitted
}

// admitted is a membership key that the manager has certified.
type admitted struct {
	who []byte
	y   *big.Int
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
// [Group.CheckMember] must have accepted the member for who. Admit fails if z ≠ g^y, y
// is 1 or no unit, y + δ is no unit, another member has the same y, or who has another
// y. A member that is admitted again has the same certificate. y and w identify all
// signatures of the member: they are for the member and the manager alone.
func (m *Manager) Admit(who, member, y []byte) (certificate []byte, err error) {
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
	if err := m.add(admitted{who, v}); err != nil {
		return nil, err
	}
	return m.group.modN.power(w, m.root).FillBytes(make([]byte, len(y))), nil
}

// add adds a member, if it is not there.
func (m *Manager) add(member admitted) error {
	for _, known := range m.members {
		named, sameY := bytes.Equal(known.who, member.who), known.y.Cmp(member.y) == 0
		switch {
		case named && sameY:
			return nil
		case named:
			return fmt.Errorf("member %x has another y", member.who)
		case sameY:
			return fmt.Errorf("member %x has the same y", known.who)
		}
	}
	m.members = append(m.members, member)
	return nil
}

// Opens returns who made a signature, the member for whom z̃ = g̃^y. ok is false if none
// did. It does not verify the signature.
func (m *Manager) Opens(signature []byte) (who []byte, ok bool) {
	_, by, ok := m.signer(signature)
	return by.who, ok
}

// signer returns g̃ and z̃ of a signature and the member that made it.
func (m *Manager) signer(signature []byte) (at pair, by admitted, ok bool) {
	in := &reader{left: signature}
	at = pair{g: in.element("g̃", m.group), z: in.element("z̃", m.group)}
	if in.err != nil {
		return at, by, false
	}
	for _, by := range m.members {
		if m.group.modP.power(at.g, by.y).Cmp(at.z) == 0 {
			return at, by, true
		}
	}
	return at, by, false
}
