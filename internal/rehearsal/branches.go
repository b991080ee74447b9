package rehearsal

import (
	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/election"
)

// BranchSpend is a stake that a branch of the policy spends, in place of its
// voter's refund: to the supervisor's key, after the branch's lock. The signers
// are roles of the policy; no role holds the joint secret.
type BranchSpend struct {
	Branch string
	Slot   int // of the roll, from 1
}

// checkBranchSpends refuses spends for which a slot or a signer is missing.
func (p *Play) checkBranchSpends() error {
	for _, b := range p.opt.BranchSpends {
		if !p.onRoll(b.Slot) {
			return Unplayable("slot %d of a roll of %d is taken from", b.Slot, len(p.Voters))
		}
		if _, err := p.branchPath(b); err != nil {
			return Unplayable("%v", err)
		}
	}
	return nil
}

func (p *Play) onRoll(slot int) bool { return slot >= 1 && slot <= len(p.Voters) }

// branchPath returns the path that a spend takes.
func (p *Play) branchPath(b BranchSpend) (templates.Path, error) {
	return roles.BranchPath(p.Election, b.Branch, p.secretsOf(b.Slot))
}

// secretsOf returns the secrets of the possible signers for the stake of a slot,
// by their names in paths.
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

// leftToBranch reports whether a branch spends the stake of a voter.
func (p *Play) leftToBranch(v *Voter) bool {
	for _, b := range p.opt.BranchSpends {
		if p.Voters[b.Slot-1] == v {
			return true
		}
	}
	return false
}

// spendByBranches sends the spends by branches, each in a block of its own.
func (p *Play) spendByBranches() error {
	for _, b := range p.opt.BranchSpends {
		path, err := p.branchPath(b)
		if err != nil {
			return err
		}
		vote, err := p.voteOf(b.Slot)
		if err != nil {
			return err
		}
		tip, _ := p.Chain.Tip()
		if err := p.Advance(max(tip, path.After)); err != nil {
			return err
		}
		to := templates.PayToKey(p.Policy.Supervisor)
		if err := roles.SpendByBranch(p.Election, p.Node("branch "+b.Branch), vote, path, p.secretsOf(b.Slot), to); err != nil {
			return err
		}
		if err := p.Advance(max(tip, path.After) + 1); err != nil {
			return err
		}
	}
	return nil
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
