package mixing

// Sizes gives the lengths of all messages and keys, in bytes. They follow from the
// modulus and the number of rounds alone (docs/protocol.md, "Group blind signatures" and
// "Blind RSA").
type Sizes struct {
	Modulus int // |n|, in bytes
	Rounds  int // l, of a group; 0 of blind RSA
}

// Element is the length of an element modulo p.
func (s Sizes) Element() int { return s.Modulus + 8 }

// Challenge is the length of l bits.
func (s Sizes) Challenge() int { return challengeSize(s.Rounds) }

// Offer is the length of the first move: g̃, z̃ and the commitments of l rounds.
func (s Sizes) Offer() int { return (2 + 2*s.Rounds) * s.Element() }

// Answer is the length of the third move, t_1 … t_l and u_1 … u_l.
func (s Sizes) Answer() int { return s.Rounds * (nonceSize + s.Modulus) }

// statement is the length of what a challenge hashes of a signature.
func (s Sizes) statement() int { return 2*s.Element() + s.Rounds*hashSize }

// Signature is the length of a group signature.
func (s Sizes) Signature() int {
	return s.statement() + s.Challenge() + s.Rounds*(answerSize+s.Modulus)
}

// Member is the length of a membership key with its proof.
func (s Sizes) Member() int {
	return lengthSize + s.Element() + lengthSize + s.Challenge() + s.Rounds*nonceSize
}

// Manager is the length of a manager's modulus with its roots.
func (s Sizes) Manager() int { return lengthSize + s.Modulus*(1+squareCount+rootCount) }

// RSAKey is the length of a mixer's RSA key with its roots.
func (s Sizes) RSAKey() int { return lengthSize + s.Modulus*(1+rootCount) }

// Opened is the length of a proof of who signed.
func (s Sizes) Opened() int { return hashSize + s.Modulus }

// lengthSize is the length of a u32, which precedes a text.
const lengthSize = 4
