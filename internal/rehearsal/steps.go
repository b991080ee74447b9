package rehearsal

import (
	"fmt"
	"strings"
)

// step is one part of the play.
type step struct {
	name    string // for the hook
	play    func() error
	message func() string // its outcome
}

// steps returns the steps in their order.
func (p *Play) steps() []step {
	return []step{
		{"announce", p.announce, func() string {
			return "the policy is announced; " + p.candidateList() + " proved to hold their keys"
		}},
		{"enrol", p.enrol, p.enrolMessage},
		{"deal", p.dealing, p.dealMessage},
		{"vote", p.vote, func() string {
			return fmt.Sprintf("%d votes are in; each locks %d sat under a script with its sealed ballot", len(p.Votes), p.Policy.Stake)
		}},
		{"claim", p.claim, p.claimMessage},
		{"refund", p.refund, p.refundMessage},
		{"open", p.open, func() string { return "the ballots are opened; anybody can recount" }},
	}
}

// run plays a step, or lets the hook play it.
func (p *Play) run(s step) error {
	if p.Hooks.Step != nil {
		if played, err := p.Hooks.Step(s.name); played || err != nil {
			return err
		}
	}
	return s.play()
}

// message calls Options.Message.
func (p *Play) message(outcome string) {
	if p.opt.Message != nil {
		height, _ := p.Chain.Tip()
		p.opt.Message(height, outcome)
	}
}

func (p *Play) enrolMessage() string {
	roll := fmt.Sprintf("%d voters are on the roll, each with one coin of %d sat", len(p.Voters), p.Policy.Coin())
	if p.Exchange == nil {
		return roll
	}
	return fmt.Sprintf("%d voters registered and exchanged their coins at %d mixers; %s", p.Exchange.registrar.Len(),
		len(p.Exchange.Mixers), roll)
}

func (p *Play) dealMessage() string {
	switch {
	case p.ended != "":
		return "the election ends: " + p.ended
	case !p.Policy.Dealt():
		return "no joint key is dealt: the supervisor will count"
	case p.Policy.JointKeys() > 1:
		return fmt.Sprintf("the voters dealt a joint key for each candidate; %d shares rebuild one", p.Policy.K)
	}
	return fmt.Sprintf("the voters dealt a joint key; %d shares rebuild it", p.Policy.K)
}

func (p *Play) claimMessage() string {
	switch {
	case p.Claimant == "":
		return fmt.Sprintf("nobody has %d ballots, so nobody can claim", p.Policy.K)
	case !p.Policy.Dealt():
		return "the supervisor counted, and claims for " + p.Claimant
	}
	return p.Claimant + " rebuilt the joint key from the ballots, and claims"
}

func (p *Play) refundMessage() string {
	if p.Claimant == "" {
		return "the timeout is over; the voters took their stakes back"
	}
	return "the claims are in the chain"
}

// candidateList is "a, b and c".
func (p *Play) candidateList() string {
	var names []string
	for _, c := range p.Policy.Candidates {
		names = append(names, c.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
