package corpus

import (
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
		Check: "V24", Level: "L0", Exit: 21, tamper: all(unanchored(election.RollClosed), overAfter(election.RollClosed))},
	{Name: "roll-late", Text: "the supervisor anchors the roll a block too late", Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "L0", Exit: 21, tamper: late(election.RollClosed)},
	{Name: "roll-coin-twice", Text: "the supervisor gives two slots one coin", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21, tamper: coinTwice},
}

// policyHash returns 32 bytes that are the hash of no transaction.
func (p *play) policyHash() [32]byte { return p.EID }

// rolled changes the supervisor's roll.
func rolled(change func(p *play, r *board.Roll)) func(*play) error {
	return func(p *play) error {
		amend(p, func(_ *board.Line, r *board.Roll) bool { change(p, r); return true })
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
