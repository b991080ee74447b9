package rehearsal

import (
	"fmt"
	"strings"
)

// scene is one part of the play, and what there is to tell when it is over.
type scene struct {
	name string // for lies
	play func() error
	told func() string
}

func (p *play) scenes() []scene {
	scenes := []scene{
		{"announce", p.announce, func() string {
			return "the policy is announced; " + p.names() + " proved to hold their keys"
		}},
		{"enrol", p.enrol, p.enrolled},
		{"deal", p.dealing, p.dealt},
		{"vote", p.vote, func() string {
			return fmt.Sprintf("%d votes are in; each locks %d sat under a script with its sealed ballot", len(p.votes), p.e.Policy.Stake)
		}},
		{"claim", p.collect, p.collected},
		{"refund", p.refund, p.settled},
		{"open", p.open, func() string { return "the ballots are opened; anybody can recount" }},
	}
	for i, s := range scenes {
		if other := p.tricks.instead[s.name]; other != nil {
			scenes[i].play = other
		}
	}
	return scenes
}

// tell passes on what a scene came to, with the newest block.
func (p *play) tell(what string) {
	if p.opt.Tell != nil {
		height, _ := p.chain.Tip()
		p.opt.Tell(height, what)
	}
}

func (p *play) enrolled() string {
	roll := fmt.Sprintf("%d voters are on the roll, each with one coin of %d sat", len(p.voters), p.e.Policy.Coin())
	if p.exchange == nil {
		return roll
	}
	return fmt.Sprintf("%d voters registered and exchanged their coins at %d mixers; %s", p.exchange.registrar.Len(),
		len(p.exchange.mixers), roll)
}

func (p *play) dealt() string {
	switch {
	case p.ended != "":
		return "the election ends: " + p.ended
	case !p.e.Policy.Dealt():
		return "no joint key is dealt: the supervisor will count"
	case p.e.Policy.JointKeys() > 1:
		return fmt.Sprintf("the voters dealt a joint key for each candidate; %d shares rebuild one", p.e.Policy.K)
	}
	return fmt.Sprintf("the voters dealt a joint key; %d shares rebuild it", p.e.Policy.K)
}

func (p *play) collected() string {
	switch {
	case p.claimant == "":
		return fmt.Sprintf("nobody has %d ballots, so nobody can claim", p.e.Policy.K)
	case !p.e.Policy.Dealt():
		return "the supervisor counted, and claims for " + p.claimant
	}
	return p.claimant + " rebuilt the joint key from the ballots, and claims"
}

func (p *play) settled() string {
	if p.claimant == "" {
		return "the timeout is over; the voters took their stakes back"
	}
	return "the claims are in the chain"
}

// names lists the candidates.
func (p *play) names() string {
	var names []string
	for _, c := range p.e.Policy.Candidates {
		names = append(names, c.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
