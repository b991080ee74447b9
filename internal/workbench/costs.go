package workbench

import (
	"fmt"

	"bevote/lang"
	"bevote/templates"
)

// costs are what spending costs at the policy's fee, in satoshis. Sizes are those
// with the longest signatures, in bytes, which are virtual bytes here.
type costs struct {
	Fee      int64      `json:"fee"`  // satoshis per virtual byte
	Coin     int64      `json:"coin"` // what a voter's coin holds
	Stake    int64      `json:"stake"`
	Paths    []pathCost `json:"paths"`    // of one stake, spent alone; of a branch with many alternatives the dearest
	Election []actCost  `json:"election"` // of all of them
	sweeps   int        // transactions of the longest claim of every stake
}

// pathCost is the transaction that spends one output by a path.
type pathCost struct {
	Path   string `json:"path"`   // with its signers where another path has its name
	Input  int    `json:"input"`  // bytes of the input script
	VSize  int    `json:"vsize"`  // of the transaction
	Fee    int64  `json:"fee"`    // satoshis
	Leaves int64  `json:"leaves"` // satoshis of the output
	payout []byte // output script
}

// actCost is what one act costs over the whole election.
type actCost struct {
	What         string `json:"what"`
	Stakes       int    `json:"stakes"`
	Transactions int    `json:"transactions"`
	VSize        int64  `json:"vsize"`
	Fee          int64  `json:"fee"` // satoshis
}

func (b *Built) costs(paths []templates.Path) costs {
	p, n := b.Policy, b.Policy.Voters
	c := costs{Fee: p.Fee, Coin: p.Coin(), Stake: p.Stake}
	votes := p.Coin() - p.Stake
	c.Election = append(c.Election, actCost{"votes", n, n, int64(n) * votes / p.Fee, int64(n) * votes})
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
			all := actCost{"refunds", n, n, int64(n) * int64(cost.VSize), int64(n) * cost.Fee}
			c.Election = append(c.Election, all)
		}
	}
	return c
}

// dearest returns the paths; of a branch with many alternatives only the one
// that costs the most.
func (b *Built) dearest(paths []templates.Path) []templates.Path {
	n, most := countByName(paths), map[string]int{}
	for i, q := range paths {
		if at, ok := most[q.Name]; !ok || b.pathCost(nil, q).Fee > b.pathCost(nil, paths[at]).Fee {
			most[q.Name] = i
		}
	}
	var kept []templates.Path
	for i, q := range paths {
		if n[q.Name] <= maxListed || most[q.Name] == i {
			kept = append(kept, q)
		}
	}
	return kept
}

func (b *Built) pathCost(paths []templates.Path, q templates.Path) pathCost {
	redeem, payout := b.Template.Size(b.Policy.Salted), payout(b.Policy, q)
	size := templates.SpendSize(q.Witness, redeem, len(payout))
	fee := int64(size) * b.Policy.Fee
	return pathCost{
		Path: costLabel(paths, q), Input: templates.ScriptSigSize(q.Witness, redeem), VSize: size,
		Fee: fee, Leaves: b.Policy.Stake - fee, payout: payout,
	}
}

// costLabel returns a path's label, or its name with the number of alternatives
// that it is the dearest of.
func costLabel(paths []templates.Path, q templates.Path) string {
	if n := countByName(paths)[q.Name]; n > maxListed {
		return fmt.Sprintf("%s (dearest of %d)", q.Name, n)
	}
	return label(paths, q)
}

// payout returns an output script that a spend by the path pays to: the
// winner's, the longest of them where the path names none; else one of the size
// of a key's.
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

// sweep spends every stake by the path, in as few transactions as relays accept.
func (b *Built) sweep(what string, q templates.Path, payout int) actCost {
	redeem, n := b.Template.Size(b.Policy.Salted), b.Policy.Voters
	s := actCost{What: what, Stakes: n}
	for left, most := n, templates.SweepInputs(q.Witness, redeem, payout, b.Template.SigOps()); left > 0; left -= most {
		s.Transactions++
		s.VSize += int64(templates.SweepSize(min(left, most), q.Witness, redeem, payout))
	}
	s.Fee = s.VSize * b.Policy.Fee
	return s
}
