package corpus

import (
	"bytes"
	"math/bits"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// voucherLies are about families C and D: vouchers, and the slots that they
// give (V26, V30 to V33).
var voucherLies = []Lie{
	{Name: "voucher-changed", Text: "a mixer pays a coin for a voucher whose signature has a wrong byte, and the supervisor lets it onto the roll",
		Strength: KeyHolding, Base: "mixed",
		Check: "V30", Level: "none", Exit: 20,
		tamper: badVoucher(func(_ *play, v *board.Voucher) { v.Signature[9] ^= 1 })},
	{Name: "voucher-other-issuer", Text: "a paid voucher names a mixer that did not sign it",
		Strength: KeyHolding, Base: "mixed",
		Check: "V30", Level: "none", Exit: 20, tamper: badVoucher(func(p *play, v *board.Voucher) {
			v.Issuer = bytes.Clone(p.otherMixer(curve.PublicKey(v.Issuer)))
		})},
	{Name: "voucher-other-payer", Text: "a paid voucher is signed for another paying mixer",
		Strength: KeyHolding, Base: "mixed",
		Check: "V30", Level: "none", Exit: 20, tamper: all(asksBoth, badVoucher(func(p *play, v *board.Voucher) {
			v.Mixer = curve.PublicKey(p.otherMixer(v.Mixer))
			a, _ := p.ExchangeLog().Accepted(board.ForPaying, v.Mixer, p.abstainer().Voter.Key())
			v.Nonce = a.Nonce
		}))},
	{Name: "voucher-too-large", Text: "a paid voucher's signature is no number below the issuer's modulus",
		Strength: KeyHolding, Base: "mixed",
		Check: "V31", Level: "none", Exit: 20, tamper: badVoucher(func(_ *play, v *board.Voucher) {
			for i := range v.Signature {
				v.Signature[i] = 0xff
			}
		})},
	{Name: "voucher-short", Text: "a paid voucher's signature is a byte short", Strength: KeyHolding, Base: "mixed",
		Check: "V31", Level: "none", Exit: 20,
		tamper: badVoucher(func(_ *play, v *board.Voucher) { v.Signature = v.Signature[1:] })},
	{Name: "voucher-copied", Text: "a mixer pays for a signature that somebody else has shown before",
		Strength: KeyHolding, Base: "mixed",
		Check: "V32", Along: []string{"V30"}, Level: "none", Exit: 20,
		tamper: badVoucher(func(p *play, v *board.Voucher) {
			for _, other := range p.ExchangeLog().Vouchers {
				if other.By != p.abstainer().Voter.Key() {
					v.Signature, v.Issuer = bytes.Clone(other.Signature), bytes.Clone(other.Issuer)
				}
			}
		})},
	{Name: "slot-stolen", Text: "a mixer signs a voucher of its own for the slot of a depositor who never asked for one",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Level: "none", Exit: 20, tamper: all(neverAsks, selfIssued)},
	{Name: "slot-filled-by-supervisor", Text: "the supervisor puts a voter without a voucher into the slot of a depositor who never asked for one",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Level: "none", Exit: 20, tamper: all(neverAsks, filledBySupervisor)},
	{Name: "voter-made-by-mixer", Text: "a mixer signs a voucher for somebody who never deposited",
		Strength: KeyHolding, Base: "mixed",
		Check: "V26", Along: []string{"V33", "V105"}, Level: "none", Exit: 20, tamper: all(neverDeposits, selfIssued)},
}

// otherMixer returns the key of the other one of two mixers.
func (p *play) otherMixer(key curve.PublicKey) []byte {
	other := p.Exchange.Mixers[1-p.mixerNumber(key)].Key()
	return other[:]
}

// badVoucher changes the abstainer's voucher. Its mixer pays the coin
// nevertheless, at its own expense, and it is on the roll.
func badVoucher(change func(p *play, v *board.Voucher)) func(*play) error {
	return func(p *play) error {
		key := p.abstainer().Voter.Key()
		amend(p, func(l *board.Line, v *board.Voucher) bool {
			if l.By != key {
				return false
			}
			change(p, v)
			return true
		})
		var coin wire.OutPoint
		p.atDeadline(election.T5, -1, func() (err error) {
			coin, err = p.payByMixer(key)
			return err
		})
		p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
			coins[key] = coin
			return nil
		}
		return nil
	}
}

// payByMixer has the mixer of a roll key's voucher pay a coin and declare it.
func (p *play) payByMixer(key curve.PublicKey) (wire.OutPoint, error) {
	v := p.ExchangeLog().VoucherOf(key)
	if v == nil {
		return wire.OutPoint{}, errNothing
	}
	i := p.mixerNumber(v.Mixer.Key)
	tx, err := p.pay(p.mixerSigner(i), wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(key)))
	if err != nil {
		return wire.OutPoint{}, err
	}
	op := wire.OutPoint{Hash: tx.TxHash()}
	return op, p.publishPayout(p.mixerSigner(i).key, key, op)
}

// publishPayout writes which output is the coin of a roll key.
func (p *play) publishPayout(by curve.Scalar, key curve.PublicKey, op wire.OutPoint) error {
	at := election.EncodeOutpoint(op)
	return p.publish(by, board.Payout{Key: key, Outpoint: at[:]})
}

// asksBoth has the abstainer ask the other mixer too for payment.
func asksBoth(p *play) error {
	d := p.abstainer()
	p.atDeadline(election.T1, -1, func() error {
		i, _ := p.promised(board.ForPaying, d.Voter.Key())
		if i < 0 {
			return errNothing
		}
		t := p.ExchangeLog().Deadlines
		return p.publish(d.Voter.Secret, board.Request{For: board.ForPaying, Mixer: p.Exchange.Mixers[1-i].Key(),
			Deadlines: []uint32{t[election.T4], t[election.T5]}})
	})
	return nil
}

// neverAsks keeps the abstainer's challenge off the board.
func neverAsks(p *play) error {
	drop(p, func(l board.Line, _ board.Challenge) bool { return l.By == p.abstainer().Key() })
	return nil
}

// neverDeposits keeps the abstainer's deposit from the relay.
func neverDeposits(p *play) error {
	return withheld(func(*play, *rehearsal.Depositor, *wire.MsgTx) error { return nil })(p)
}

// selfIssued has the first mixer sign a voucher for the abstainer's roll key.
func selfIssued(p *play) error {
	v := p.abstainer().Voter
	p.atDeadline(election.T3, 0, func() error {
		payer, nonce := p.promised(board.ForPaying, v.Key())
		to, issuer := p.Exchange.Mixers[payer].Key(), p.Exchange.Mixers[0].Key()
		message := board.VoucherMessage(p.EID, v.Key(), to, nonce)
		signature, err := p.signVoucher(0, message[:])
		if err != nil {
			return err
		}
		return p.publish(v.Secret, board.Voucher{Mixer: to, Nonce: nonce, Issuer: issuer[:], Signature: signature})
	})
	return nil
}

// filledBySupervisor has the supervisor pay the abstainer a coin, which the
// roll has.
func filledBySupervisor(p *play) error {
	v := p.abstainer().Voter
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) (err error) {
		coins[v.Key()], err = p.payCoin(v.Secret)
		return err
	}
	return nil
}

// forgeryLies are about family D: group signatures that no mixer made (V30,
// V31). They are shown for the slot of a depositor without an issued signature,
// and paid by a mixer that colludes.
var forgeryLies = []Lie{
	{Name: "group-identity-element", Text: "a paid group signature is of the identity element, which anybody can make",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V31", Along: []string{"V36"}, Level: "none", Exit: 20, tamper: forged(func(p *play, signature []byte) {
			size := p.Policy.Mixing.Modulus/8 + 8
			copy(signature, make([]byte, 2*size))
			signature[size-1], signature[2*size-1] = 1, 1
		})},
	{Name: "group-answers-zero", Text: "a paid group signature answers V2 with zeros, which anybody can make",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V31", Along: []string{"V36"}, Level: "none", Exit: 20, tamper: forged(func(p *play, signature []byte) {
			m := p.Policy.Mixing
			clear(signature[len(signature)-m.Rounds*m.Modulus/8:])
		})},
	{Name: "group-hash-changed", Text: "a paid group signature has a wrong hash of one round",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V30", Along: []string{"V36"}, Level: "none", Exit: 20, tamper: forged(func(p *play, signature []byte) {
			signature[2*(p.Policy.Mixing.Modulus/8+8)+5*32] ^= 1
		})},
	{Name: "group-answer-changed", Text: "a paid group signature has a wrong answer in one round",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V30", Along: []string{"V36"}, Level: "none", Exit: 20, tamper: forged(func(p *play, signature []byte) {
			m := p.Policy.Mixing
			signature[len(signature)-m.Rounds*m.Modulus/8-1] ^= 1
		})},
}

// forged changes a copy of another roll key's signature, and gives it the challenge of
// its own message.
func forged(change func(p *play, signature []byte)) func(*play) error {
	return func(p *play) error {
		v := p.abstainer().Voter
		var coin wire.OutPoint
		p.atDeadline(election.T4, -1, func() error {
			shown := p.ExchangeLog().Vouchers
			payer, nonce := p.promised(board.ForPaying, v.Key())
			if len(shown) == 0 || payer < 0 {
				return errNothing
			}
			signature, mixer := bytes.Clone(shown[0].Signature), p.Exchange.Mixers[payer].Key()
			change(p, signature)
			p.refit(board.VoucherMessage(p.EID, v.Key(), mixer, nonce), signature)
			return p.publish(v.Secret, board.Voucher{Mixer: mixer, Nonce: nonce, Issuer: []byte{}, Signature: signature})
		})
		p.atDeadline(election.T5, -1, func() (err error) {
			coin, err = p.payByMixer(v.Key())
			return err
		})
		p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
			coins[v.Key()] = coin
			return nil
		}
		return garbles(p)
	}
}

// refit gives a group signature the challenge that its hashes have on a message
// (docs/protocol.md, Group blind signatures).
func (p *play) refit(message [32]byte, signature []byte) {
	l, n := p.Policy.Mixing.Rounds, p.ExchangeLog().Manager[:4+p.Policy.Mixing.Modulus/8] // text n
	statement := 2*(p.Policy.Mixing.Modulus/8+8) + 32*l
	x := curve.Encoder(nil).Raw(p.EID[:]).Raw(n).U32(uint32(l)).Raw(message[:]).Raw(signature[:statement])
	digest := curve.TaggedHash("group-signature", x)
	for salt := uint32(0); ; salt++ {
		seed := curve.TaggedHash("challenge", curve.Encoder(nil).Raw(digest[:]).U32(salt))
		c, ones := curve.KDF(seed[:], l/8), 0
		for _, b := range c {
			ones += bits.OnesCount8(b)
		}
		if ones == l/2 {
			copy(signature[statement:], c)
			return
		}
	}
}
