package rehearsal

import (
	"fmt"
	"slices"
	"strings"

	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// The steps of a play, in their order: spans of heights, for hooks and for messages. A role acts when
// something is due by its view; an act waits until its step has begun.
const (
	announce = iota
	enrol
	deal
	vote
	claim
	refund
	open
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

// stepOf returns the step that an act is of.
func stepOf(what string) int {
	switch what {
	case "open", "announcement":
		return announce
	case "commit", "deal", "complaint", "transcript", "ack", "commits anchor", "deals anchor", "setup anchor":
		return deal
	case "vote", "abstention":
		return vote
	case "claim":
		return claim
	case "refund":
		return refund
	case "opening", "disavowal":
		return open
	}
	return enrol
}

// run plays a step, or lets the hook play it.
func (p *Play) run(i int, s step) error {
	if p.Hooks.Step != nil {
		if played, err := p.Hooks.Step(s.name); played || err != nil {
			p.step, p.replaced[i] = i, true
			return err
		}
	}
	p.step = i
	return s.play()
}

// announce publishes the policy and the candidates' proofs of possession, and anchors
// them.
func (p *Play) announce() error {
	if p.Exchange != nil {
		if err := p.fund(); err != nil {
			return err
		}
	}
	if err := p.Advance(p.Times.Announce - 1); err != nil {
		return err
	}
	p.Supervisor.Plan(p.Plan())
	return p.until("blocks", 0, func(v *roles.View) bool { return v.Tip >= p.Times.Announce })
}

// Plan is what the supervisor has to know.
func (p *Play) Plan() roles.Plan {
	plan := roles.Plan{
		Policy: p.PolicyFile, Contract: p.ContractFile, Server: p.Server, Announce: p.Times.Announce, Coins: p.Times.Coins,
	}
	for _, c := range p.Candidates {
		plan.Possessions = append(plan.Possessions, c.Possession())
	}
	for _, v := range p.Voters {
		plan.Voters = append(plan.Voters, v.Key())
	}
	return plan
}

// enrol pays the voters a coin each, or lets them exchange their coins, and mines until the roll of their
// entries is closed. Voters that are not on it take no further part.
func (p *Play) enrol() error {
	p.Supervisor.Plan(p.Plan())
	if p.Exchange != nil {
		if err := p.register(); err != nil {
			return err
		}
	}
	closed := func(v *roles.View) bool {
		return v.Tip > p.Policy.Times.Roll && (v.Setup.Phases.Closed(election.RollClosed) || v.Setup.Ended != "")
	}
	if err := p.until(p.enrolStage(), p.Policy.Times.Roll+1, closed); err != nil {
		return err
	}
	p.ended = p.Setup.Ended
	if p.Setup.RollFault == nil && p.Setup.Phases.Closed(election.RollClosed) {
		p.removeVoters(func(v *Voter) bool { v.slot = p.Setup.SlotOf(v.Key()); return v.slot == 0 })
	}
	return nil
}

func (p *Play) enrolStage() string {
	if p.Exchange != nil {
		return "mixing"
	}
	return "blocks"
}

// dealing plays the joint random secret sharing: commitments, deals, complaints,
// transcript and acknowledgements.
func (p *Play) dealing() error {
	if !p.Policy.Dealt() {
		return nil
	}
	return p.until("blocks", 0, func(v *roles.View) bool { return v.Closed(election.SetupClosed) })
}

// vote plays the vote's window, until the votes can be counted.
func (p *Play) vote() error {
	to := max(p.Policy.Times.VoteTo, p.Times.Count)
	err := p.until("blocks", to, func(v *roles.View) bool { return v.Tip >= to })
	if err != nil || p.ended != "" {
		return err
	}
	v, err := p.Look()
	if err != nil {
		return err
	}
	count, err := v.Count()
	if count != nil {
		p.Votes = count.All
	}
	return err
}

// claim lets a candidate with enough ballots claim, or the supervisor where it counts.
func (p *Play) claim() error {
	_, err := p.actUntilQuiet()
	return err
}

// spendsPerBlock is a number of claims or refunds that fit into one block: the
// largest spend has about 800 bytes, a block a million.
const spendsPerBlock = 1000

// refund mines the claims. After the timeout the voters take back the stakes
// that are left, or branches do.
func (p *Play) refund() error {
	tip, _ := p.Chain.Tip()
	spends := uint32(1 + len(p.Votes)/spendsPerBlock)
	claims, timeout := min(p.Policy.Times.Claim, tip+spends), p.Policy.Times.Timeout
	err := p.until("blocks", timeout, func(v *roles.View) bool {
		return v.Tip >= claims && p.opt.BranchSpends == nil && p.allSpent(v) || v.Tip >= max(tip, timeout)+spends
	})
	if err != nil {
		return err
	}
	return p.spendByBranches()
}

// allSpent reports whether every counted stake is spent.
func (p *Play) allSpent(v *roles.View) bool {
	for _, vote := range election.Counted(p.Votes) {
		if _, spent := v.Replay.StakeSpent(vote.Stake); !spent {
			return false
		}
	}
	return true
}

// open mines until the openings are due and published, and the disavowals of ballots that no candidate
// opened.
func (p *Play) open() error {
	from, _ := p.Chain.Tip()
	due := uint32(0)
	return p.until("blocks", from+1, func(v *roles.View) bool {
		if !v.MayOpen() {
			return false
		}
		if due == 0 {
			due = v.Tip
		}
		return p.opened(v) || v.Tip >= due+p.Policy.Depth()
	})
}

// opened reports whether all ballots are opened, or all that can open them have written.
func (p *Play) opened(v *roles.View) bool {
	if !p.Policy.Dealt() || len(p.Election.Unopened(v.Setup, p.Votes, v.Lines)) == 0 {
		return true
	}
	silent := func(c *roles.Candidate) bool { return !v.Wrote(c.Key(), board.TypeOpening) }
	return !slices.ContainsFunc(p.Candidates, silent)
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
