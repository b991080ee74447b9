package rehearsal

import (
	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/election"
)

// BranchSpend is a stake that is taken by a branch: its voter, who has lost the key,
// takes no refund, and those whom the branch names pay it to the supervisor's
// key once its lock is over. Who is to sign must be one of the policy's roles;
// the joint secret is nobody's here.
type BranchSpend struct {
	Branch string
	Slot   int // of the roll, from 1
}

// checkBranchSpends refuses takings that nobody could carry out.
func (p *Play) checkBranchSpends() error {
	for _, t := range p.opt.BranchSpends {
		if !p.onRoll(t.Slot) {
			return Unplayable("slot %d of a roll of %d is taken from", t.Slot, len(p.Voters))
		}
		if _, err := p.branchPath(t); err != nil {
			return Unplayable("%v", err)
		}
	}
	return nil
}

func (p *Play) onRoll(slot int) bool { return slot >= 1 && slot <= len(p.Voters) }

// branchPath returns the path of a taking.
func (p *Play) branchPath(t BranchSpend) (templates.Path, error) {
	return roles.BranchPath(p.Election, t.Branch, p.secretsOf(t.Slot))
}

// secretsOf are the secrets of those who may sign for the stake of a slot, by
// the names that paths give them.
func (p *Play) secretsOf(slot int) map[string]curve.Scalar {
	secrets := map[string]curve.Scalar{"supervisor": p.Keys["supervisor"], "voter": p.Voters[slot-1].Secret}
	for _, c := range p.Policy.Candidates {
		secrets[c.Name] = p.Keys["candidate "+c.Name]
	}
	for _, v := range p.Policy.Named {
		secrets[v.Name] = p.Keys["voter "+v.Name]
	}
	return secrets
}

// leftToBranch tells whether a voter leaves its stake to a branch.
func (p *Play) leftToBranch(v *Voter) bool {
	for _, t := range p.opt.BranchSpends {
		if p.Voters[t.Slot-1] == v {
			return true
		}
	}
	return false
}

// spendByBranches carries out the takings, each in a block of its own.
func (p *Play) spendByBranches() error {
	for _, t := range p.opt.BranchSpends {
		path, err := p.branchPath(t)
		if err != nil {
			return err
		}
		vote, err := p.voteOf(t.Slot)
		if err != nil {
			return err
		}
		tip, _ := p.Chain.Tip()
		if err := p.Advance(max(tip, path.After)); err != nil {
			return err
		}
		to := roles.PayToKey(p.Policy.Supervisor)
		if err := roles.TakeByBranch(p.Election, p.Node("branch "+t.Branch), vote, path, p.secretsOf(t.Slot), to); err != nil {
			return err
		}
		if err := p.Advance(max(tip, path.After) + 1); err != nil {
			return err
		}
	}
	_, err := p.spent()
	return err
}

// voteOf returns the counted vote of a slot whose stake is not spent.
func (p *Play) voteOf(slot int) (*election.Vote, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, err
	}
	for _, v := range p.Votes {
		if v.Index != slot || !v.Counted() {
			continue
		}
		if _, spent := r.StakeSpent(v.Stake); spent {
			return nil, Unplayable("the stake of slot %d is spent before the branch takes it", slot)
		}
		return v, nil
	}
	return nil, Unplayable("slot %d has not voted, so no branch takes its stake", slot)
}
