package corpus

import (
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// mixedVariants are unusual mixing phases. No role loses by what another one does.
var mixedVariants = []Lie{
	{Name: "depositor-silent", Text: "a depositor never answers its mixer, and takes its deposit back",
		Base: "mixed", tamper: neverAsks},
	{Name: "depositor-garbled", Text: "a depositor answers with what is no challenge, and takes its deposit back",
		Base:   "mixed",
		tamper: garbles},
	{Name: "deposit-forgotten", Text: "a depositor never answers its mixer, and leaves its deposit where it is",
		Base: "mixed",
		tamper: all(neverAsks, func(p *play) error {
			who, tip := p.abstainer().Voter.Role, p.Policy.Times.Roll
			p.Hooks.Away = func(role string) bool {
				now, _ := p.Chain.Tip()
				return role == who && now >= tip
			}
			return nil
		})},
	{Name: "voucher-never-shown", Text: "a depositor never shows its voucher",
		Base: "mixed", tamper: func(p *play) error {
			key := p.abstainer().Voter.Key()
			drop(p, func(l board.Line, _ board.Voucher) bool { return l.By == key })
			return nil
		}},
	{Name: "voucher-bad-unpaid", Text: "somebody shows a voucher that does not verify, and nobody pays it",
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
			p.atDeadline(election.T2, 1, func() error {
				all := p.ExchangeLog().Deposits
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
	{Name: "mixers-asked-twice", Text: "a voter asks a second mixer too to pay it", Base: "mixed", tamper: asksBoth},
	{Name: "mixer-refuses", Text: "a mixer accepts nothing, and all go to the other",
		Base: "mixed", tamper: func(p *play) error {
			liar := p.MixerRole(1)
			p.Hooks.Away = func(who string) bool { return who == liar }
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
			p.atDeadline(election.T5, 0, func() error {
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
