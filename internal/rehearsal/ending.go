package rehearsal

import (
	"cmp"
	"errors"
	"slices"

	"bevote/internal/roles"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// claim has the candidates count, and the one with the most ballots claim, if
// they reach the threshold. It claims every stake.
func (p *Play) claim() error {
	if !p.Policy.Dealt() {
		return p.claimCustodial()
	}
	counts, err := p.count()
	if err != nil {
		return err
	}
	order := make([]int, len(counts))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	r, err := p.Replay()
	if err != nil {
		return err
	}
	err = p.Candidates[order[0]].Claim(p.Setup, p.Votes, r)
	if errors.Is(err, roles.ErrTooFew) {
		return nil
	}
	p.Claimant = p.Policy.Candidates[order[0]].Name
	return err
}

// count returns the number of ballots that each candidate counts.
func (p *Play) count() ([]int, error) {
	counts := make([]int, len(p.Candidates))
	err := p.parallel("counts", len(p.Candidates), func(j int) error {
		counts[j] = p.Candidates[j].Count(p.Setup, p.Votes)
		return nil
	})
	return counts, err
}

// claimCustodial is [Play.claim] where the supervisor counts and claims.
func (p *Play) claimCustodial() error {
	p.Tally = p.Supervisor.Count(p.Setup, p.Votes)
	r, err := p.Replay()
	if err != nil {
		return err
	}
	err = p.Supervisor.Claim(p.Tally, r)
	if errors.Is(err, roles.ErrTooFew) {
		return nil
	}
	p.Claimant = p.Policy.Candidates[p.Tally.Winner-1].Name
	return err
}

// refund mines the claims. After the timeout the voters take back the stakes
// that are left, or branches do.
func (p *Play) refund() error {
	tip, _ := p.Chain.Tip()
	claims := min(p.Policy.Times.Claim, tip+uint32(1+len(p.Votes)/spendsPerBlock))
	if err := p.Advance(claims); err != nil {
		return err
	}
	all, err := p.spent()
	if err != nil || all && p.opt.BranchSpends == nil {
		return err
	}
	if err := p.Advance(p.Policy.Times.Timeout); err != nil {
		return err
	}
	if err := p.refundAll(); err != nil {
		return err
	}
	return p.spendByBranches()
}

// spendsPerBlock is a number of claims or refunds that fit into one block: the
// largest spend has about 800 bytes, a block a million.
const spendsPerBlock = 1000

func (p *Play) refundAll() error {
	r, err := p.Replay()
	if err != nil {
		return err
	}
	sent := 0
	for i, v := range p.Voters {
		stake, voted := v.Stake()
		if !voted || p.leftToBranch(v) {
			continue
		}
		if _, spent := r.StakeSpent(stake); spent {
			continue
		}
		if err := v.Refund(); err != nil {
			return err
		}
		sent++
		p.progress("refunds", i+1, len(p.Voters))
	}
	tip, _ := p.Chain.Tip()
	if err := p.Advance(tip + uint32(1+sent/spendsPerBlock)); err != nil {
		return err
	}
	_, err = p.spent()
	return err
}

// open publishes the openings, and disavowals of ballots that no candidate
// opened. It waits until all stakes are spent in blocks that are deep.
func (p *Play) open() error {
	if err := p.waitForDepth(); err != nil {
		return err
	}
	if !p.Policy.Dealt() {
		return p.appendLines(p.Supervisor.OpenAll(p.Setup, p.Tally))
	}
	for _, c := range p.Candidates {
		if err := p.appendLines(c.Open()); err != nil {
			return err
		}
	}
	unopened := p.Election.Unopened(p.Setup, p.Votes, p.Log.Lines())
	if len(unopened) == 0 {
		return nil
	}
	for _, c := range p.Candidates {
		if err := p.appendLines(c.Disavow(p.Setup, unopened)); err != nil {
			return err
		}
	}
	return nil
}

// waitForDepth mines until all spends of stakes are 2d − 1 blocks deep. A
// reorganisation can move a spend to a later block meanwhile, so it looks again.
func (p *Play) waitForDepth() error {
	for {
		due := max(p.lastSpend, p.Policy.Times.VoteTo) + 2*(p.Policy.Depth()-1)
		if tip, _ := p.Chain.Tip(); tip >= due {
			return nil
		}
		if err := p.Advance(due); err != nil {
			return err
		}
		if _, err := p.spent(); err != nil {
			return err
		}
	}
}

// finish mines 2·(d − 1) blocks after the end of an election that ended early,
// so that its end is d blocks deep even without the last d − 1 blocks, and then
// up to the height that the hooks ask for.
func (p *Play) finish() error {
	tip, _ := p.Chain.Tip()
	height := tip
	if p.ended != "" {
		height = tip + 2*(p.Policy.Depth()-1)
	}
	return p.Advance(max(height, p.Hooks.Tip))
}

// Write writes the record: policy, contract, board, and the chain's headers and
// blocks: those from the announcement on where it spends a seal, and from the first in
// which it counts where it does not.
func (p *Play) Write(w *record.Writer) error {
	if err := w.WriteFile(record.Policy, p.PolicyFile); err != nil {
		return err
	}
	if err := w.WriteFile(record.Contract, p.ContractFile); err != nil {
		return err
	}
	f, err := w.Create(record.Board)
	if err != nil {
		return err
	}
	if _, err := p.Log.WriteTo(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	from := p.Times.Announce
	if p.Policy.Seal == nil {
		from = p.Policy.AnnouncedFrom()
	}
	return chainfile.Export(p.ctx, w, p.Chain, from)
}
