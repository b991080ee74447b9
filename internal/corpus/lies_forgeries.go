package corpus

import (
	"bytes"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// forgeryLies are about group signatures that nobody made: V30, V31. They are
// shown for the slot of a depositor whom nobody issued for, and paid by a mixer
// that is in on it.
var forgeryLies = []Lie{
	{Name: "group-identity-element", Text: "a paid group signature is of the identity element, which anybody can make", Strength: KeyHolding, Base: "mixed-group",
		Check: "V31", Along: []string{"V36"}, Level: "none", Exit: 20, plot: forged(func(p *play, signature []byte) {
			size := p.Policy.Mixing.Modulus/8 + 8
			copy(signature, make([]byte, 2*size))
			signature[size-1], signature[2*size-1] = 1, 1
		})},
	{Name: "group-answers-zero", Text: "a paid group signature answers V2 with zeros, which anybody can make", Strength: KeyHolding, Base: "mixed-group",
		Check: "V31", Along: []string{"V36"}, Level: "none", Exit: 20, plot: forged(func(p *play, signature []byte) {
			m := p.Policy.Mixing
			clear(signature[len(signature)-m.Rounds*m.Modulus/8:])
		})},
	{Name: "group-answer-changed", Text: "a paid group signature has a wrong answer in one round", Strength: KeyHolding, Base: "mixed-group",
		Check: "V30", Along: []string{"V36"}, Level: "none", Exit: 20, plot: forged(func(p *play, signature []byte) {
			m := p.Policy.Mixing
			signature[len(signature)-m.Rounds*m.Modulus/8-1] ^= 1
		})},
}

// forged makes a signature out of somebody else's.
func forged(change func(p *play, signature []byte)) func(*play) error {
	return func(p *play) error {
		v := p.idler().Voter
		var coin wire.OutPoint
		p.when(election.T4, -1, func() error {
			shown := p.Mixing().Vouchers
			payer, nonce := p.promised(board.ForPaying, v.Key())
			if len(shown) == 0 || payer < 0 {
				return errNothing
			}
			signature := bytes.Clone(shown[0].Signature)
			change(p, signature)
			return p.say(v.Secret, board.Voucher{Mixer: p.Exchange.Mixers[payer].Key(), Nonce: nonce, Issuer: []byte{}, Signature: signature})
		})
		p.when(election.T5, -1, func() (err error) {
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
