package corpus

import (
	"crypto/sha256"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// anchorLies are about family K: anchors and their order (V98), and V02.
var anchorLies = []Lie{
	{Name: "commits-late", Text: "the supervisor anchors the commitments a block too late",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "none", Exit: 20, tamper: late(election.CommitsClosed)},
	{Name: "deals-late", Text: "the supervisor anchors the deals a block too late", Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "none", Exit: 20, tamper: late(election.DealsClosed)},
	{Name: "commits-unanchored", Text: "the supervisor never anchors the commitments, so that all dealers are out",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "none", Exit: 20, tamper: unanchored(election.CommitsClosed)},
	{Name: "deals-unanchored", Text: "the supervisor never anchors the deals, so that all dealers are out",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "none", Exit: 20, tamper: unanchored(election.DealsClosed)},
	{Name: "complaints-unanchored", Text: "the supervisor never anchors the complaints and goes on to the transcript",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "none", Exit: 20, tamper: unanchored(election.ComplaintsClosed)},
	{Name: "complaints-before-deals", Text: "the supervisor anchors the complaints before the deals",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Along: []string{"V02"}, Level: "none", Exit: 20, tamper: complaintsFirst},
	{Name: "complaints-rewound", Text: "the supervisor's complaints anchor commits to a shorter board than the deals anchor",
		Strength: KeyHolding, Base: "won",
		Check: "V02", Level: "none", Exit: 20, tamper: rewound},
	{Name: "custodial-commits", Text: "the supervisor anchors commitments in an election without dealing",
		Strength: KeyHolding, Base: "custodial",
		Check: "V98", Level: "none", Exit: 20, tamper: extraAnchor(election.CommitsClosed)},
	{Name: "vote-after-end", Text: "somebody votes in an election that has ended",
		Strength: KeyHolding, Base: "empty-hall",
		Check: "V98", Says: "a vote in an election that has ended does not count", Level: "L0", tamper: voteAfterEnd},
}

// unanchored leaves out the anchor of a kind. Without one of the dealing there
// is no joint key, and the supervisor anchors a board without a transcript.
func unanchored(kind int) func(*play) error {
	return func(p *play) error {
		p.Hooks.Anchor = func(k int, height uint32) (bool, error) {
			switch {
			case kind == election.Announce && k == kind:
				return true, p.Advance(height)
			case kind == election.Announce || k != kind && k != election.ComplaintsClosed:
				return false, nil
			case k != kind:
				return true, p.giveUp(k, height)
			case k == election.ComplaintsClosed:
				return true, p.giveUp(0, height)
			}
			return true, p.Advance(height)
		}
		return nil
	}
}

// giveUp makes the remaining anchors of a dealing without a joint key.
func (p *play) giveUp(kind int, height uint32) error {
	p.Hooks.Tip = p.Policy.Times.Setup + p.Policy.Depth()
	if kind > 0 {
		if err := p.Anchor(kind, height, p.Log.Head()); err != nil {
			return err
		}
	}
	if err := p.Anchor(election.TranscriptClosed, p.Policy.Times.Setup, p.Log.Head()); err != nil {
		return err
	}
	return rehearsal.ErrOver
}

// late makes the anchor of a kind one block after the last block for it.
func late(kind int) func(*play) error {
	return func(p *play) error {
		p.Hooks.Anchor = func(k int, height uint32) (bool, error) {
			if k != kind {
				return false, nil
			}
			return true, p.Anchor(kind, height+1, p.Log.Head())
		}
		return nil
	}
}

// otherHead has the anchor of a kind commit to a hash that is no board's head.
func otherHead(kind int) func(*play) error {
	return func(p *play) error {
		p.Hooks.Anchor = func(k int, height uint32) (bool, error) {
			if k != kind {
				return false, nil
			}
			return true, p.Anchor(kind, height, sha256.Sum256(p.PolicyFile))
		}
		return nil
	}
}

// anchorAgain makes a second anchor of a kind, of another board.
func anchorAgain(kind int) func(*play) error {
	return func(p *play) error {
		p.at(p.Policy.Times.VoteFrom, func() error {
			return p.Supervisor.Anchor(kind, sha256.Sum256(p.PolicyFile))
		})
		return nil
	}
}

func extraAnchor(kind int) func(*play) error {
	return func(p *play) error {
		p.at(p.Policy.Times.VoteFrom, func() error { return p.Supervisor.Anchor(kind, p.Log.Head()) })
		return nil
	}
}

// announceWithRoll makes the anchors of announcement and roll, and pays the
// coins, in one block.
func announceWithRoll(p *play) error {
	var head [32]byte
	p.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		if kind != election.Announce {
			return false, nil
		}
		head = p.Log.Head()
		return true, p.Advance(height)
	}
	p.precede("enrol", func() error {
		if err := p.Advance(p.Policy.Times.Roll - 1); err != nil {
			return err
		}
		return p.Supervisor.Anchor(election.Announce, head)
	})
	return nil
}

// complaintsFirst anchors the complaints before the deals.
func complaintsFirst(p *play) error {
	p.last, p.Hooks.Tip = "deal", p.Policy.Times.Setup+p.Policy.Depth()
	var head [32]byte
	p.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		switch kind {
		case election.DealsClosed:
			head = p.Log.Head()
			return true, p.Advance(height)
		case election.ComplaintsClosed:
			if err := p.Anchor(kind, height, p.Log.Head()); err != nil {
				return true, err
			}
			return true, p.Anchor(election.DealsClosed, height+1, head)
		}
		return false, nil
	}
	return nil
}

// rewound has the complaints' anchor commit to the head at the commitments'.
func rewound(p *play) error {
	var head [32]byte
	p.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		switch kind {
		case election.CommitsClosed:
			head = p.Log.Head()
		case election.ComplaintsClosed:
			return true, p.Anchor(kind, height, head)
		}
		return false, nil
	}
	return nil
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
