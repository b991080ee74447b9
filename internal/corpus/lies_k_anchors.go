package corpus

import (
	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// anchorLies are about family K: the chain of anchors (V98).
var anchorLies = []Lie{
	{Name: "commits-late", Text: "the supervisor anchors the commitments a block too late",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: late(election.CommitsClosed)},
	{Name: "deals-late", Text: "the supervisor anchors the deals a block too late", Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: late(election.DealsClosed)},
	{Name: "commits-unanchored", Text: "the supervisor never anchors the commitments",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: all(unanchored(election.CommitsClosed), overAfter(election.CommitsClosed))},
	{Name: "deals-unanchored", Text: "the supervisor never anchors the deals",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: all(unanchored(election.DealsClosed), overAfter(election.DealsClosed))},
	{Name: "vote-after-end", Text: "somebody votes in an election that has ended",
		Strength: KeyHolding, Base: "empty-hall",
		Check: "V98", Says: "a vote in an election that has ended does not count", Level: "L0", tamper: voteAfterEnd},
}

// late makes the anchor of a kind one block after the last block for it.
func late(kind int) func(*play) error {
	return all(func(p *play) error {
		p.Hooks.Anchor = func(k int, height uint32) (bool, error) {
			if k != kind {
				return false, nil
			}
			return true, p.close(kind, p.due(kind).Last+1)
		}
		return nil
	}, overAfter(kind))
}

// voteAfterEnd has a voter vote although the roll is too short.
func voteAfterEnd(p *play) error {
	p.Hooks.Tip = p.Policy.Times.VoteFrom + p.Policy.Depth()
	p.at(p.Policy.Times.VoteFrom, func() error {
		v := p.Voters[0]
		for slot, r := range p.Setup.Roll {
			if r.Key != v.Key() {
				continue
			}
			sealed := ballot.Seal(ballot.Plain{Share: curve.NewScalar(1), Candidate: 1},
				ballot.Place{EID: p.EID, Outpoint: election.EncodeOutpoint(r.Outpoint)}, curve.BaseMul(p.Keys["supervisor"]))
			redeem, err := p.Setup.Redeem(nil, slot+1, sealed)
			if err != nil {
				return err
			}
			tx := wire.NewMsgTx(2)
			q := signer{key: v.Secret}
			q.spend(tx, r.Outpoint)
			tx.AddTxOut(wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem(redeem)))
			tx.AddTxOut(wire.NewTxOut(0, returning(sealed)))
			if err := q.resign(tx); err != nil {
				return err
			}
			return p.Chain.Submit(tx)
		}
		return errNothing
	})
	return nil
}
