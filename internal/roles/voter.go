package roles

import (
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Voter is a member of the roll: it enters with its coin, deals, receives its share of the joint key,
// votes once, and takes its stake back where no candidate claims it.
type Voter struct {
	participant
	choice   Choice
	received receipt
}

// Choice is what a voter decides. The zero value leaves the coin where it is.
type Choice struct {
	Candidate int    // number of the candidate to vote for, from 1, or 0
	Height    uint32 // the first block that may spend the coin
	Abstain   bool   // where Candidate is 0: the coin is spent to the voter itself
}

// receipt is what a voter received by an outcome of the dealing. To receive takes long and is done once
// an outcome.
type receipt struct {
	head   [32]byte // of the deals' anchor
	qual   []int
	shares []curve.Scalar // s_i by joint key; nil without
	wrong  []sharing.WrongShare
}

// NewVoter returns the voter whose roll key has the secret key. The key must be fresh, or the
// policy's where the policy names the voters. The secret opens the voter's shares, and with them the
// ballot.
func NewVoter(e *election.Election, key curve.Scalar, chain Chain, seed Seed) (*Voter, error) {
	p, err := join(e, key, chain, seed)
	if err != nil {
		return nil, err
	}
	return &Voter{participant: p}, nil
}

// Choose has the voter act by a choice. To be changed after the vote was sent it is too late.
func (v *Voter) Choose(c Choice) { v.choice = c }

// Acts returns what is due of the voter by a view. In the order of an election:
//
//	entry        once the coin is deep
//	commit       once the roll's anchor is deep, and the like of each further phase
//	deal
//	complaint    of each dealer in QUAL that sent a wrong share; after its phase too
//	ack
//	vote         or abstention, by the choice, from its height on
//	refund       after the timeout, of a stake that no candidate claimed
func (v *Voter) Acts(view *View) ([]Act, error) {
	return actsOf(view, v.entry, v.commit, v.deal, v.complaints, v.ack, v.spend, v.refund)
}

// actsOf joins the acts of the parts of a role.
func actsOf(view *View, parts ...func(*View) ([]Act, error)) (all []Act, err error) {
	for _, part := range parts {
		acts, err := part(view)
		if err != nil {
			return nil, err
		}
		all = append(all, acts...)
	}
	return all, nil
}

// entry asks for a slot of the roll, and again where the chain has the coin at another outpoint.
func (v *Voter) entry(view *View) ([]Act, error) {
	by := view.Election.Policy.Times.Roll
	if view.ended() || view.Tip >= by || view.Setup.Phases.Closed(election.RollClosed) {
		return nil, nil
	}
	op, ok := view.CoinOf(v.public)
	if !ok {
		return nil, nil
	}
	coin := election.EncodeOutpoint(op)
	body := board.Entry{Outpoint: coin[:]}
	entered := own[board.Entry](view, v.public)
	for _, e := range entered {
		if string(e.Body.Outpoint) == string(body.Outpoint) {
			return nil, nil
		}
	}
	if len(entered) >= election.MaxEntries {
		return nil, nil
	}
	return lineActs(&v.participant, view, "entry", by, body)
}
