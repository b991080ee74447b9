package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/verifier/board"
)

// keyLies are about family B: the keys of mixers and of their manager (V20).
var keyLies = []Lie{
	{Name: "mixer-key-unproven", Text: "a mixer's key has a root that is none, and nobody deposits there",
		Strength: KeyHolding, Base: "mixed",
		Check: "V20", Level: "L3", Exit: 21, tamper: mixerKey(func(_ *play, honest []byte) ([]byte, error) {
			honest[len(honest)-1] ^= 1
			return honest, nil
		})},
	{Name: "mixer-key-anothers", Text: "a mixer announces another mixer's key", Strength: KeyHolding, Base: "mixed",
		Check: "V20", Level: "L3", Exit: 21, tamper: mixerKey(func(p *play, _ []byte) ([]byte, error) {
			return p.announcedKey(0)
		})},
	{Name: "mixer-key-short", Text: "a mixer's key has half the bits that the policy asks for",
		Strength: KeyHolding, Base: "mixed",
		Check: "V20", Level: "L3", Exit: 21, tamper: mixerKey(func(p *play, _ []byte) ([]byte, error) {
			return p.rsaKey(p.EID, p.Policy.Mixing.Modulus/2, p.Exchange.Mixers[1].Key())
		})},
	{Name: "mixer-key-replayed", Text: "a mixer's key has the proof that it gave in another election",
		Strength: KeyHolding, Base: "mixed",
		Check: "V20", Level: "L3", Exit: 21, tamper: mixerKey(func(p *play, _ []byte) ([]byte, error) {
			other := p.EID
			other[0] ^= 1
			return p.rsaKey(other, p.Policy.Mixing.Modulus, p.Exchange.Mixers[1].Key())
		})},
	{Name: "modulus-unproven", Text: "the manager's modulus comes with a square root that is none, and nobody deposits",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V20", Level: "L0", Exit: 21, tamper: modulus(func(_ *play, honest []byte) ([]byte, error) {
			honest[len(honest)/2] ^= 1
			return honest, nil
		})},
	{Name: "modulus-three-primes", Text: "the manager's modulus has three prime factors, and nobody deposits",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V20", Level: "L0", Exit: 21, tamper: modulus(threePrimes)},
	{Name: "modulus-replayed", Text: "the manager's modulus has the proof of another election, and nobody deposits",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V20", Level: "L0", Exit: 21, tamper: modulus(func(p *play, _ []byte) ([]byte, error) {
			other := p.EID
			other[0] ^= 1
			m, err := mixing.NewManager(p.Stream("liar's key"), other, p.Policy.Mixing.Modulus)
			if err != nil {
				return nil, err
			}
			return m.Modulus().Bytes(), nil
		})},
}

// mixerKey has the second mixer announce another key, and not act afterwards.
func mixerKey(other func(p *play, honest []byte) ([]byte, error)) func(*play) error {
	return func(p *play) error {
		var failed error
		liar := p.MixerRole(1)
		amend(p, func(l *board.Line, m *board.Mixer) bool {
			if l.By != p.Exchange.Mixers[1].Key() {
				return false
			}
			var key []byte
			key, failed = other(p, m.Keys[0])
			m.Keys[0] = key
			return true
		})
		p.Hooks.Away = func(who string) bool { return who == liar }
		p.trustAuthors("supervisor") // who admits the mixer unchecked
		return failed
	}
}

// modulus has the manager publish another modulus. Mixers list meaningless keys, no
// voter deposits, and the election ends.
func modulus(other func(p *play, honest []byte) ([]byte, error)) func(*play) error {
	return func(p *play) error {
		p.Hooks.Tip = p.Policy.Times.Roll + 2*p.Policy.Depth()
		p.replace("enrol", func() error {
			m := board.Manager{Modulus: p.Exchange.Treasurer.Modulus()}
			var err error
			if m.Modulus, err = other(p, m.Modulus); err != nil {
				return err
			}
			if err := errors.Join(p.publish(p.Keys["supervisor"], m), p.registerInVain()); err != nil {
				return err
			}
			t := p.Policy.Times
			for _, by := range []uint32{t.Register, t.Deposit, t.Issue, t.Voucher} {
				if err := p.Anchor(by+1, p.Log.Head()); err != nil {
					return err
				}
			}
			if err := p.publish(p.Keys["supervisor"], board.Roll{}); err != nil {
				return err
			}
			return p.Anchor(t.Roll+1, p.Log.Head())
		})
		p.last = "enrol"
		return nil
	}
}

// registerInVain publishes the registry of a mixing phase in which no depositor
// acts.
func (p *play) registerInVain() error {
	var r board.Registry
	for i, m := range p.Exchange.Mixers {
		if err := p.publish(p.Keys[p.MixerRole(i)], board.Mixer{
			Name: fmt.Sprint("m", i+1), Keys: []board.Bytes{{1}}, Coins: 1, From: make([]byte, 36)}); err != nil {
			return err
		}
		r.Mixers = append(r.Mixers, m.Key())
	}
	for i, d := range p.Exchange.Depositors {
		r.Voters = append(r.Voters, board.Registered{Key: d.Key(), Identity: board.Hash{byte(i)}})
	}
	slices.SortFunc(r.Voters, func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) })
	r.Root = board.RegistryRoot(p.EID, r.Voters)
	return p.publish(p.Keys["supervisor"], r)
}

// threePrimes replaces a modulus by a product of three primes. Then numbers of which
// the proof must show roots have no roots.
func threePrimes(p *play, honest []byte) ([]byte, error) {
	random, bits := p.Stream("three primes"), p.Policy.Mixing.Modulus
	draw := func(bits int) (*big.Int, error) {
		for v := make([]byte, bits/8); ; {
			if _, err := io.ReadFull(random, v); err != nil {
				return nil, err
			}
			v[0], v[len(v)-1] = v[0]|0xe0, v[len(v)-1]|1 // products of these do not get shorter
			if n := new(big.Int).SetBytes(v); n.ProbablyPrime(20) {
				return n, nil
			}
		}
	}
	for {
		n := big.NewInt(1)
		for _, share := range []int{4, 4, 2} {
			f, err := draw(bits / share)
			if err != nil {
				return nil, err
			}
			n.Mul(n, f)
		}
		if n.BitLen() == bits && n.Bit(1) == 0 {
			n.FillBytes(honest[4 : 4+bits/8])
			return honest, nil
		}
	}
}

// rsaKey returns a key for blind RSA signatures, with its proof.
func (p *play) rsaKey(eid [32]byte, bits int, who curve.PublicKey) ([]byte, error) {
	s, err := mixing.NewRSASigner(p.Stream("liar's key"), eid, bits, who[:])
	if err != nil {
		return nil, err
	}
	return s.Key().Bytes(), nil
}

// announcedKey returns the key that mixer number i announced, from 0.
func (p *play) announcedKey(i int) ([]byte, error) {
	for _, l := range p.Log.Lines() {
		var m board.Mixer
		if l.By == p.Exchange.Mixers[i].Key() && l.Type == board.TypeMixer {
			err := board.DecodeBody(l, &m)
			return m.Keys[0], err
		}
	}
	return nil, errNothing
}
