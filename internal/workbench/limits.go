package workbench

import (
	"fmt"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// limit is a bound, and what the policy has of it.
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
	return append(all,
		limit{input, int64(longest.Input), templates.MaxScriptSig, false, "relays"},
		limit{left, dearest.Leaves, templates.Dust(dearest.payout), true, "relays"},
	)
}
