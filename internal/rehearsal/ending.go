package rehearsal

import (
	"cmp"
	"errors"
	"slices"

	"bevote/internal/roles"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// collect has the candidates count, and one with k ballots claim. Where two
// have enough, the one with more is first here, and leaves nothing to the other.
func (p *play) collect() error {
	if !p.e.Policy.Dealt() {
		return p.collectForAll()
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
	err = p.candidates[order[0]].Claim(p.setup, p.votes)
	if errors.Is(err, roles.ErrTooFew) {
		return nil
	}
	p.claimant = p.e.Policy.Candidates[order[0]].Name
	return err
}

// count has every candidate count.
func (p *play) count() ([]int, error) {
	counts := make([]int, len(p.candidates))
	err := p.each("counts", len(p.candidates), func(j int) error {
		counts[j] = p.candidates[j].Count(p.setup, p.votes)
		return nil
	})
	return counts, err
}

// collectForAll is collect where the supervisor counts and claims.
func (p *play) collectForAll() error {
	p.tally = p.supervisor.Count(p.setup, p.votes)
	err := p.supervisor.Claim(p.tally)
	if errors.Is(err, roles.ErrTooFew) {
		return nil
	}
	p.claimant = p.e.Policy.Candidates[p.tally.Winner-1].Name
	return err
}

// refund mines the claims, and lets the voters take back what is then left
// once the timeout is over.
func (p *play) refund() error {
	tip, _ := p.chain.Tip()
	claims := min(p.e.Policy.Times.Claim, tip+uint32(1+len(p.votes)/claimsABlock))
	if err := p.advance(claims); err != nil {
		return err
	}
	all, err := p.spent()
	if err != nil || all && p.opt.Takings == nil {
		return err
	}
	if err := p.advance(p.e.Policy.Times.Timeout); err != nil {
		return err
	}
	if err := p.refundAll(); err != nil {
		return err
	}
	return p.take()
}

// claimsABlock is how many stakes surely fit into one block, claimed or
// refunded: the largest spend has about 800 bytes of a million.
const claimsABlock = 1000

func (p *play) refundAll() error {
	r, err := p.replay()
	if err != nil {
		return err
	}
	sent := 0
	for i, v := range p.voters {
		stake, voted := v.Stake()
		if !voted || p.lost(v) {
			continue
		}
		if _, spent := r.StakeSpent(stake); spent {
			continue
		}
		if err := v.Refund(); err != nil {
			return err
		}
		sent++
		p.progress("refunds", i+1, len(p.voters))
	}
	tip, _ := p.chain.Tip()
	if err := p.advance(tip + uint32(1+sent/claimsABlock)); err != nil {
		return err
	}
	_, err = p.spent()
	return err
}

// open publishes what the ballots say, when it is due: every stake is spent,
// and a block in which that is deep is itself deep for who writes.
func (p *play) open() error {
	if err := p.bide(); err != nil {
		return err
	}
	if !p.e.Policy.Dealt() {
		return p.appendLine(p.supervisor.OpenAll(p.setup, p.tally))
	}
	for _, c := range p.opening() {
		if err := p.appendLine(c.Open()); err != nil {
			return err
		}
	}
	unopened := p.e.Unopened(p.setup, p.votes, p.log.Lines())
	if len(unopened) == 0 {
		return nil
	}
	for _, c := range p.opening() {
		if err := p.appendLine(c.Disavow(p.setup, unopened)); err != nil {
			return err
		}
	}
	return nil
}

// bide waits until every spend is deep. A shallow one can still be displaced
// and come again in a later block, so whoever waited looks again.
func (p *play) bide() error {
	for {
		due := max(p.lastSpend, p.e.Policy.Times.VoteTo) + 2*(p.depth()-1)
		if tip, _ := p.chain.Tip(); tip >= due {
			return nil
		}
		if err := p.advance(due); err != nil {
			return err
		}
		if _, err := p.spent(); err != nil {
			return err
		}
	}
}

// opening are the candidates who do not withhold.
func (p *play) opening() (out []*roles.Candidate) {
	for j, c := range p.candidates {
		if !p.withholds(p.e.Policy.Candidates[j].Name) {
			out = append(out, c)
		}
	}
	return out
}

// bury mines until the election is over whatever an auditor finds: also where
// somebody withholds, and also if the last blocks should not last.
func (p *play) bury() error {
	tip, _ := p.chain.Tip()
	height := tip
	if p.ended != "" {
		height = tip + 2*(p.depth()-1)
	}
	for _, m := range p.opt.Misdeeds {
		if m.Deed == Withhold {
			height = max(height, p.e.Policy.Times.Reveal+2*(p.depth()-1))
		}
	}
	return p.advance(max(height, p.tricks.until))
}

// write leaves the record.
func (p *play) write(w *record.Writer) error {
	if err := w.WriteFile(record.Policy, p.policy); err != nil {
		return err
	}
	if err := w.WriteFile(record.Contract, p.contract); err != nil {
		return err
	}
	f, err := w.Create(record.Board)
	if err != nil {
		return err
	}
	if _, err := p.log.WriteTo(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return chainfile.Export(p.ctx, w, p.chain, p.times.announce)
}
