package workbench

import (
	"fmt"
	"strings"

	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/election"
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

// limit is a bound and how much of it the policy uses.
type limit struct {
	What  string `json:"what"`
	Have  int64  `json:"have"`
	Bound int64  `json:"bound"`
	Least bool   `json:"least"` // the bound is a lower one
	Of    string `json:"of"`    // whose bound it is
}

// kind returns what is bounded, without the case that comes nearest.
func (l limit) kind() string {
	what, _, _ := strings.Cut(l.What, " (")
	return what
}

func (l limit) bound() string {
	if l.Least {
		return fmt.Sprintf("at least %d", l.Bound)
	}
	return fmt.Sprintf("at most %d", l.Bound)
}

// near returns how much of an upper bound is used, in percent, or what multiple
// of a lower bound there is.
func (l limit) near() string {
	if l.Least {
		return fmt.Sprintf("%d times", l.Have/l.Bound)
	}
	return fmt.Sprintf("%d%%", 100*l.Have/l.Bound)
}

func (b *Built) limits(paths []templates.Path) []limit {
	p, size := b.Policy, b.Template.Size(b.Policy.Salted)
	ballot := templates.PlainBallot
	if p.Salted {
		ballot = templates.SaltedBallot
	}
	all := []limit{
		{"bytes of the redeem script", int64(size), templates.MaxRedeem, false, "consensus"},
		{"signature operations", int64(b.Template.SigOps()), templates.MaxSigOps, false, "relays"},
		{"bytes of the published ballot", int64(ballot), templates.MaxOpReturn, false, "relays"},
	}
	if p.Win == lang.WinHardened && len(p.Branches) == 0 {
		m := len(p.Candidates)
		room := min((templates.MaxRedeem-size)/(1+templates.KeySize), templates.MaxSigOps-b.Template.SigOps())
		all = append(all, limit{"candidates", int64(m), int64(m + room), false, "both"})
	}
	longest, dearest := pathCost{}, pathCost{}
	for _, q := range paths {
		cost := b.pathCost(nil, q)
		if cost.Input > longest.Input {
			longest = cost
		}
		if cost.Fee > dearest.Fee {
			dearest = cost
		}
	}
	input, left := "bytes of an input script ("+longest.Path+")", "satoshis left of a stake ("+dearest.Path+")"
	most := election.GreatestBoard(p)
	return append(all,
		limit{"bytes of the board", most.Bytes, election.MaxBoardBytes, false, "readers"},
		limit{"lines of the board", most.Lines, election.MaxBoardLines, false, "readers"},
		limit{input, int64(longest.Input), templates.MaxScriptSig, false, "relays"},
		limit{left, dearest.Leaves, templates.Dust(dearest.payout), true, "relays"},
	)
}
