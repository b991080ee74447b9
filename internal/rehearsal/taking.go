package rehearsal

import (
	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/election"
)

// Taking is a stake that is taken by a branch: its voter, who has lost the key,
// takes no refund, and those whom the branch names pay it to the supervisor's
// key once its lock is over. Who is to sign must be one of the policy's roles;
// the joint secret is nobody's here.
type Taking struct {
	Branch string
	Slot   int // of the roll, from 1
}

// checkTakings refuses takings that nobody could carry out.
func (p *play) checkTakings() error {
	for _, t := range p.opt.Takings {
		if !p.onRoll(t.Slot) {
			return unplayable("slot %d of a roll of %d is taken from", t.Slot, len(p.voters))
		}
		if _, err := p.takenBy(t); err != nil {
			return unplayable("%v", err)
		}
	}
	return nil
}

// takenBy returns the path of a taking.
func (p *play) takenBy(t Taking) (templates.Path, error) {
	return roles.BranchPath(p.e, t.Branch, p.secretsOf(t.Slot))
}

// secretsOf are the secrets of those who may sign for the stake of a slot, by
// the names that paths give them.
func (p *play) secretsOf(slot int) map[string]curve.Scalar {
	secrets := map[string]curve.Scalar{"supervisor": p.keys["supervisor"], "voter": p.voters[slot-1].key}
	for _, c := range p.e.Policy.Candidates {
		secrets[c.Name] = p.keys["candidate "+c.Name]
	}
	for _, v := range p.e.Policy.Named {
		secrets[v.Name] = p.keys["voter "+v.Name]
	}
	return secrets
}

// lost tells whether a voter leaves its stake to a branch.
func (p *play) lost(v *voter) bool {
	for _, t := range p.opt.Takings {
		if p.voters[t.Slot-1] == v {
			return true
		}
	}
	return false
}

// take carries out the takings, each in a block of its own.
func (p *play) take() error {
	for _, t := range p.opt.Takings {
		path, err := p.takenBy(t)
		if err != nil {
			return err
		}
		vote, err := p.voteOf(t.Slot)
		if err != nil {
			return err
		}
		tip, _ := p.chain.Tip()
		if err := p.advance(max(tip, path.After)); err != nil {
			return err
		}
		to := templates.PayToKey(p.e.Policy.Supervisor)
		if err := roles.SpendByBranch(p.e, p.node("branch "+t.Branch), vote, path, p.secretsOf(t.Slot), to); err != nil {
			return err
		}
		if err := p.advance(max(tip, path.After) + 1); err != nil {
			return err
		}
	}
	_, err := p.spent()
	return err
}

// voteOf returns the counted vote of a slot whose stake is not spent.
func (p *play) voteOf(slot int) (*election.Vote, error) {
	r, err := p.replay()
	if err != nil {
		return nil, err
	}
	for _, v := range p.votes {
		if v.Index != slot || !v.Counted() {
			continue
		}
		if _, spent := r.StakeSpent(v.Stake); spent {
			return nil, unplayable("the stake of slot %d is spent before the branch takes it", slot)
		}
		return v, nil
	}
	return nil, unplayable("slot %d has not voted, so no branch takes its stake", slot)
}
