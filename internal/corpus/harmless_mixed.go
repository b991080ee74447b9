package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// mixedVariants are unusual mixing phases. No role loses by what another one does.
var mixedVariants = []Lie{
	{Name: "depositor-silent", Text: "a depositor never answers its mixer, and takes its deposit back",
		Base: "mixed-group", Along: []string{"V36"}, tamper: neverAsks},
	{Name: "depositor-garbled", Text: "a depositor answers with what is no challenge, and takes its deposit back",
		Base: "mixed-group", Along: []string{"V36"}, tamper: garbles},
	{Name: "message-garbled", Text: "a depositor's blinded message is none, and it takes its deposit back",
		Base: "mixed", tamper: garblesMessage},
	{Name: "deposit-forgotten", Text: "a depositor's blinded message is none, and it leaves its deposit where it is",
		Base: "mixed",
		tamper: all(garblesMessage, func(p *play) error {
			who, tip := p.abstainer().Voter.Role, p.Policy.Times.Roll
			p.Hooks.Away = func(role string) bool {
				now, _ := p.Chain.Tip()
				return role == who && now >= tip
			}
			return nil
		})},
	{Name: "deposit-named-twice", Text: "a depositor names an output that is none, and then its deposit",
		Base: "mixed", tamper: func(p *play) error {
			d := p.abstainer()
			p.onLine(func(l board.Line) ([]board.Line, error) {
				var b board.Deposit
				if l.By != d.Key() || l.Type != board.TypeDeposit || board.DecodeBody(l, &b) != nil {
					return []board.Line{l}, nil
				}
				b.Outpoint = slices.Clone(b.Outpoint)
				b.Outpoint[3] ^= 1
				other, err := board.Sign(p.EID, d.Secret, l.Seen, b)
				return []board.Line{other, l}, err
			})
			return nil
		}},
	{Name: "voucher-never-shown", Text: "a depositor never shows its voucher",
		Base: "mixed", tamper: func(p *play) error {
			key := p.abstainer().Voter.Key()
			drop(p, func(l board.Line, _ board.Voucher) bool { return l.By == key })
			return nil
		}},
	{Name: "voucher-bad-refused", Text: "somebody shows a voucher that does not verify, and the server refuses it",
		Base: "mixed", tamper: func(p *play) error {
			key := p.abstainer().Voter.Key()
			amend(p, func(l *board.Line, v *board.Voucher) bool {
				v.Signature[9] ^= 1
				return l.By == key
			})
			return nil
		}},
	{Name: "dust-on-a-deposit", Text: "a stranger pays dust into the escrow of a deposit",
		Base: "mixed", tamper: func(p *play) error {
			p.at(p.Policy.Times.Issue, func() error {
				all := p.exchange().Deposits
				if len(all) == 0 {
					return errNothing
				}
				script, err := p.EscrowScript(all[0].Mixer.Key, all[0].By)
				if err != nil {
					return err
				}
				_, err = p.pay(p.supervisorSigner(), wire.NewTxOut(600, script))
				return err
			})
			return nil
		}},
	{Name: "mixer-with-one-coin", Text: "a mixer accepts to pay one coin, and the supervisor pays the others that name it",
		Base: "mixed", tamper: func(p *play) error {
			amend(p, func(l *board.Line, m *board.Mixer) bool {
				m.Coins = 1
				return l.By == p.Exchange.Mixers[0].Key()
			})
			return nil
		}},
	{Name: "sweep-never", Text: "the supervisor sweeps nothing, and a depositor has its coin and its deposit at its cost",
		Base: "mixed", tamper: all(takesBoth, func(p *play) error {
			p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) { return isSweep(tx), nil })
			return nil
		})},
	{Name: "coin-by-another", Text: "a voter enters with a coin that somebody else paid to its key",
		Base: "mixed", tamper: func(p *play) error {
			v := p.abstainer().Voter
			var coin wire.OutPoint
			p.at(p.Policy.Times.Payout, func() error {
				tx, err := p.pay(p.supervisorSigner(), wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(v.Key())))
				if err == nil {
					coin = wire.OutPoint{Hash: tx.TxHash()}
				}
				return err
			})
			p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
				coins[v.Key()] = coin
				return nil
			}
			return nil
		}},
	{Name: "voter-stays-away", Text: "somebody registers and does nothing more",
		Base: "mixed", tamper: func(p *play) error {
			who := p.abstainer().Voter.Role
			p.Hooks.Away = func(role string) bool { return role == who }
			return nil
		}},
	{Name: "roll-key-tipped", Text: "the supervisor pays a little to somebody's roll key",
		Base: "mixed", tamper: func(p *play) error {
			p.at(p.Policy.Times.Payout, func() error {
				_, err := p.pay(p.supervisorSigner(), wire.NewTxOut(700, templates.PayToKey(p.abstainer().Voter.Key())))
				return err
			})
			return nil
		}},
	{Name: "strangers-lines-mixed", Text: "strangers write lines of every kind into an exchange",
		Base: "mixed", tamper: strangersLines},
}

// garbles has the abstainer answer its mixer with bytes that are no challenge.
func garbles(p *play) error {
	amend(p, func(l *board.Line, c *board.Challenge) bool {
		c.Challenge = c.Challenge[1:]
		return l.By == p.abstainer().Key()
	})
	return nil
}

// garblesMessage has the abstainer declare its deposit with a message that is no number
// below the modulus.
func garblesMessage(p *play) error {
	amend(p, func(l *board.Line, d *board.Deposit) bool {
		d.Message = bytes.Repeat([]byte{0xff}, len(d.Message))
		return l.By == p.abstainer().Key()
	})
	return nil
}
