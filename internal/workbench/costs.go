package workbench

import (
	"fmt"

	"bevote/lang"
	"bevote/templates"
)

// Costs are what spending costs at the policy's fee. Sizes are with the longest
// signatures; a virtual byte is a byte here.
type Costs struct {
	Fee      int64      `json:"fee"`  // satoshis per virtual byte
	Coin     int64      `json:"coin"` // what a voter's coin holds
	Stake    int64      `json:"stake"`
	Paths    []PathCost `json:"paths"`    // of one stake, spent alone; of a branch with many alternatives the dearest
	Election []Sum      `json:"election"` // of all of them
	sweeps   int        // transactions of the longest claim of everything
}

// PathCost is the transaction that spends one stake by a path.
type PathCost struct {
	Path   string `json:"path"`   // with its signers where others have its name
	Input  int    `json:"input"`  // bytes of the input script
	VSize  int    `json:"vsize"`  // of the transaction
	Fee    int64  `json:"fee"`    // satoshis
	Leaves int64  `json:"leaves"` // satoshis of the stake
	payout []byte // output script
}

// Sum is what one act costs over the whole election.
type Sum struct {
	What         string `json:"what"`
	Stakes       int    `json:"stakes"`
	Transactions int    `json:"transactions"`
	VSize        int64  `json:"vsize"`
	Fee          int64  `json:"fee"` // satoshis
}

func (b *Built) costs(paths []templates.Path) Costs {
	p, n := b.Policy, b.Policy.Voters
	c := Costs{Fee: p.Fee, Coin: p.Coin(), Stake: p.Stake}
	votes := p.Coin() - p.Stake
	c.Election = append(c.Election, Sum{"votes", n, n, int64(n) * votes / p.Fee, int64(n) * votes})
	for _, q := range b.dearest(paths) {
		cost := b.pathCost(paths, q)
		c.Paths = append(c.Paths, cost)
		if class(q) == "refund" {
			continue
		}
		sum := b.sweep("all by "+cost.Path, q, len(cost.payout))
		c.Election = append(c.Election, sum)
		if class(q) == "win" {
			c.sweeps = max(c.sweeps, sum.Transactions)
		}
	}
	for _, cost := range c.Paths {
		if cost.Path == "refund" {
			c.Election = append(c.Election, Sum{"refunds", n, n, int64(n) * int64(cost.VSize), int64(n) * cost.Fee})
		}
	}
	return c
}

// dearest drops, of branches with many alternatives, all but one of those that
// cost the most.
func (b *Built) dearest(paths []templates.Path) []templates.Path {
	n, most := ways(paths), map[string]int{}
	for i, q := range paths {
		if at, ok := most[q.Name]; !ok || b.pathCost(nil, q).Fee > b.pathCost(nil, paths[at]).Fee {
			most[q.Name] = i
		}
	}
	var kept []templates.Path
	for i, q := range paths {
		if n[q.Name] <= manyWays || most[q.Name] == i {
			kept = append(kept, q)
		}
	}
	return kept
}

func (b *Built) pathCost(paths []templates.Path, q templates.Path) PathCost {
	redeem, payout := b.Template.Size(b.Policy.Salted), payout(b.Policy, q)
	size := templates.SpendSize(q.Witness, redeem, len(payout))
	fee := int64(size) * b.Policy.Fee
	return PathCost{
		Path: costLabel(paths, q), Input: templates.ScriptSigSize(q.Witness, redeem), VSize: size,
		Fee: fee, Leaves: b.Policy.Stake - fee, payout: payout,
	}
}

// costLabel is a path's label, or says that it stands for many.
func costLabel(paths []templates.Path, q templates.Path) string {
	if n := ways(paths)[q.Name]; n > manyWays {
		return fmt.Sprintf("%s (dearest of %d)", q.Name, n)
	}
	return label(paths, q)
}

// payout is the output script that a spend by the path pays to: the winner's,
// the longest of them where the path names none, or some key's.
func payout(p *lang.Policy, q templates.Path) []byte {
	if class(q) != "win" {
		return make([]byte, templates.PayoutP2PKH)
	}
	var script []byte
	for _, c := range p.Candidates {
		if (q.Name == "win" || q.Name == "win."+c.Name) && len(c.Payout) > len(script) {
			script = c.Payout
		}
	}
	return script
}

// sweep is every stake spent by the path, in as few transactions as relays take.
func (b *Built) sweep(what string, q templates.Path, payout int) Sum {
	redeem, n := b.Template.Size(b.Policy.Salted), b.Policy.Voters
	s := Sum{What: what, Stakes: n}
	for left, most := n, templates.SweepInputs(q.Witness, redeem, payout, b.Template.SigOps()); left > 0; left -= most {
		s.Transactions++
		s.VSize += int64(templates.SweepSize(min(left, most), q.Witness, redeem, payout))
	}
	s.Fee = s.VSize * b.Policy.Fee
	return s
}

// Limit is a bound with how near the policy comes to it.
type Limit struct {
	What  string `json:"what"`
	Have  int64  `json:"have"`
	Bound int64  `json:"bound"`
	Least bool   `json:"least"` // the bound is a lower one
	Of    string `json:"of"`    // whose bound it is
}

func (b *Built) limits(paths []templates.Path) []Limit {
	p, size := b.Policy, b.Template.Size(b.Policy.Salted)
	ballot := templates.PlainBallot
	if p.Salted {
		ballot = templates.SaltedBallot
	}
	all := []Limit{
		{"bytes of the redeem script", int64(size), templates.MaxRedeem, false, "consensus"},
		{"signature operations", int64(b.Template.SigOps()), templates.MaxSigOps, false, "relays"},
		{"bytes of the published ballot", int64(ballot), templates.MaxOpReturn, false, "relays"},
	}
	if p.Win == lang.WinHardened && len(p.Branches) == 0 {
		m := len(p.Candidates)
		room := min((templates.MaxRedeem-size)/(1+templates.KeySize), templates.MaxSigOps-b.Template.SigOps())
		all = append(all, Limit{"candidates", int64(m), int64(m + room), false, "both"})
	}
	longest, dearest := PathCost{}, PathCost{}
	for _, q := range paths {
		cost := b.pathCost(nil, q)
		if cost.Input > longest.Input {
			longest = cost
		}
		if cost.Fee > dearest.Fee {
			dearest = cost
		}
	}
	return append(all,
		Limit{fmt.Sprintf("bytes of an input script (%s)", longest.Path), int64(longest.Input), templates.MaxScriptSig, false, "relays"},
		Limit{fmt.Sprintf("satoshis left of a stake (%s)", dearest.Path), dearest.Leaves, templates.Dust(dearest.payout), true, "relays"},
	)
}
