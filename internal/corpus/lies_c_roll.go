package corpus

import (
	"errors"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// rollLies are about family C: the roll and its anchor (V24 to V26).
var rollLies = []Lie{
	{Name: "roll-never", Text: "the supervisor never anchors the roll", Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "none", Exit: 20, tamper: rollNever},
	{Name: "roll-late", Text: "the supervisor anchors the roll a block too late", Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "none", Exit: 20, tamper: late(election.RollClosed)},
	{Name: "roll-other-board", Text: "the supervisor's roll anchor commits to a board that it does not show",
		Strength: KeyHolding, Base: "won",
		Check: "V24", Along: []string{"V02"}, Level: "none", Exit: 20,
		tamper: all(otherHead(election.RollClosed), overAfter(election.RollClosed))},

	{Name: "roll-key-twice", Text: "the supervisor writes two lines for one roll key, so that two voters are shown one slot",
		Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "none", Exit: 20,
		tamper: extraRollLine(func(p *play, first board.Roll) (board.Roll, error) {
			return p.entry(p.Voters[0].Secret, wire.OutPoint{Hash: p.policyHash()})
		})},
	{Name: "roll-coin-twice", Text: "the supervisor gives two slots one coin", Strength: KeyHolding, Base: "won",
		Check: "V25", Along: []string{"V27", "V52", "V54", "V67"}, Level: "none", Exit: 20, tamper: coinTwice},
	{Name: "roll-unsigned", Text: "the supervisor writes a roll line that the roll key did not sign",
		Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "none", Exit: 20, tamper: unsignedEntry},
	{Name: "roll-signature-replayed", Text: "a roll key's signature is for another election",
		Strength: KeyHolding, Base: "custodial",
		Check: "V25", Level: "none", Exit: 20, tamper: replayedEntry},
	{Name: "roll-unnamed", Text: "the supervisor puts somebody on the roll whom the policy does not name",
		Strength: KeyHolding, Base: "named",
		Check: "V25", Level: "none", Exit: 20,
		tamper: func(p *play) error { return p.replaceKey(p.votersFor(2)[0], p.stranger()) }},
	{Name: "roll-too-long", Text: "the supervisor adds a voter to those registered", Strength: KeyHolding, Base: "won",
		Check: "V26", Level: "none", Exit: 20, extraVoters: 1},
}

// rollNever writes the roll, does not anchor it, and ends the record.
func rollNever(p *play) error {
	p.Hooks.Tip = p.Policy.Times.Roll + p.Policy.Depth()
	p.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		if kind != election.RollClosed {
			return false, nil
		}
		return true, rehearsal.ErrOver
	}
	return nil
}

// overAfter ends the record after the anchor of a kind.
func overAfter(kind int) func(*play) error {
	return func(p *play) error {
		before := p.Hooks.Anchor
		p.Hooks.Anchor = func(k int, height uint32) (made bool, err error) {
			if before != nil {
				made, err = before(k, height)
			}
			if err != nil || k != kind {
				return made, err
			}
			if !made {
				err = p.Anchor(k, height, p.Log.Head())
			}
			tip, _ := p.Chain.Tip()
			p.Hooks.Tip = tip + p.Policy.Depth() - 1
			return true, errors.Join(err, rehearsal.ErrOver)
		}
		return nil
	}
}

// policyHash returns 32 bytes that are the hash of no transaction.
func (p *play) policyHash() [32]byte { return p.EID }

// entry returns the body of a roll line, signed by the roll key.
func (p *play) entry(key curve.Scalar, op wire.OutPoint) (board.Roll, error) {
	public, coin := curve.BaseMul(key).Key(), election.EncodeOutpoint(op)
	sig, err := curve.SignSchnorr(key, board.RollHash(p.EID, public, coin[:]))
	return board.Roll{Key: public, Outpoint: coin[:], Sig: sig[:]}, err
}

// extraRollLine has the supervisor write another roll line, after the first.
func extraRollLine(make func(p *play, first board.Roll) (board.Roll, error)) func(*play) error {
	return func(p *play) error {
		done := false
		p.onLine(func(l board.Line) ([]board.Line, error) {
			var first board.Roll
			if done || board.DecodeBody(l, &first) != nil {
				return []board.Line{l}, nil
			}
			done = true
			body, err := make(p, first)
			if err != nil {
				return nil, err
			}
			more, err := board.Sign(p.EID, p.Keys["supervisor"], l.Seen, body)
			return []board.Line{l, more}, err
		})
		return nil
	}
}

// abstain has a voter abstain and leave its coin unspent.
func (p *play) abstain(v *rehearsal.Voter) {
	v.Choice = 0
	p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(a rehearsal.CoinSpend) bool { return a.Voter == v })
}

// coinTwice also gives the coin of the second candidate's voter to a voter who
// abstains.
func coinTwice(p *play) error {
	victim, other := p.votersFor(2)[0], p.votersFor(0)[0]
	p.abstain(other)
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[other.Key()] = coins[victim.Key()]
		return nil
	}
	return nil
}

func unsignedEntry(p *play) error {
	v := p.votersFor(2)[0]
	amend(p, func(_ *board.Line, r *board.Roll) bool {
		r.Sig[20] ^= 1
		return r.Key == v.Key()
	})
	return nil
}

func replayedEntry(p *play) error {
	v := p.votersFor(2)[0]
	other := p.EID
	other[0] ^= 1
	var failed error
	amend(p, func(_ *board.Line, r *board.Roll) bool {
		if r.Key != v.Key() {
			return false
		}
		sig, err := curve.SignSchnorr(v.Secret, board.RollHash(other, r.Key, r.Outpoint))
		r.Sig, failed = sig[:], err
		return true
	})
	return failed
}

// replaceKey gives a voter another roll key, before the roll is written.
func (p *play) replaceKey(v *rehearsal.Voter, key curve.Scalar) error {
	role, err := roles.NewVoter(p.Election, key, p.Node(v.Role), p.Seed(v.Role+" again"))
	if err != nil {
		return err
	}
	v.Voter, v.Secret = role, key
	slices.SortFunc(p.Voters, func(a, b *rehearsal.Voter) int {
		ka, kb := a.Key(), b.Key()
		return slices.Compare(ka[:], kb[:])
	})
	return nil
}

// noClaim has the candidates count ballots without a claim.
func noClaim(p *play) error {
	p.replace("claim", p.countOnly)
	return nil
}

func (p *play) countOnly() error {
	if !p.Policy.Dealt() {
		p.Tally = p.Supervisor.Count(p.Setup, p.Votes)
		return nil
	}
	for _, c := range p.Candidates {
		c.Count(p.Setup, p.Votes)
	}
	return nil
}
