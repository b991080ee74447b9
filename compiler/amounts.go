package compiler

import (
	"fmt"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// spend is the largest transaction of a class: one stake to one output.
type spend struct {
	what  string // "a claim"
	vsize int
	dust  int64 // least value of its output in satoshis
}

// fee returns the transaction's fee in satoshis at the policy's rate.
func (s spend) fee(p *lang.Policy) int64 { return p.Fee * int64(s.vsize) }

// checkCosts compares the stake with the cost of spending it:
//
//	E0701   stake < fee + dust, for any path
//	W0702   stake < 20 · fee, for the largest claim
func checkCosts(p *lang.Policy, t templates.Template, paths []templates.Path) []lang.Diagnostic {
	claim, others := dearest(p, t, paths)
	if d := tooSmall(p, append(others, claim)...); len(d) > 0 {
		return d
	}
	least := 20 * claim.fee(p)
	if p.Stake >= least {
		return nil
	}
	return []lang.Diagnostic{{
		Code:    "W0702",
		Message: fmt.Sprintf("a claim costs %d sat, more than 5%% of the stake", claim.fee(p)),
		Primary: at(p, "stake", fmt.Sprintf("stake of %d sat", p.Stake)),
		Secondary: []lang.Label{
			at(p, "fee", fmt.Sprintf("%d vB at %d sat/vB", claim.vsize, p.Fee)),
		},
		Help: fmt.Sprintf("raise the stake to %d sat, or lower the fee", least),
	}}
}

// outOfRange reports a fee rate, a stake, or a sum of coins or deposits over all
// voters that exceeds the satoshis in existence. Below these bounds no other sum
// overflows.
func outOfRange(p *lang.Policy) []lang.Diagnostic {
	const most = int64(templates.MaxSatoshis)
	report := func(place, message string) []lang.Diagnostic {
		return []lang.Diagnostic{{
			Code:    "E0703",
			Message: message,
			Primary: at(p, place, "out of range"),
			Notes:   []string{fmt.Sprintf("there are %d sat at most", most)},
			Help:    "write a smaller amount",
		}}
	}
	if p.Fee < 1 || p.Fee > most/templates.MaxWeight {
		return report("fee", fmt.Sprintf("fee rate of %d sat/vB is out of range", p.Fee))
	}
	if p.Stake < 1 || p.Stake > most {
		return report("stake", fmt.Sprintf("stake of %d sat is out of range", p.Stake))
	}
	what, each := "coins", p.Coin()
	if p.Mixed() {
		what, each = "deposits", p.Deposit()
	}
	if voters := int64(max(p.Voters, 1)); each > most/voters {
		return report("stake", fmt.Sprintf("%d %s of %d sat are more than there can be", voters, what, each))
	}
	return nil
}

// tooSmall reports a stake that cannot be claimed or refunded at the policy's fee.
func tooSmall(p *lang.Policy, spends ...spend) []lang.Diagnostic {
	var worst spend
	for _, s := range spends {
		if s.fee(p)+s.dust > worst.fee(p)+worst.dust {
			worst = s
		}
	}
	least := worst.fee(p) + worst.dust
	if p.Stake >= least {
		return nil
	}
	return []lang.Diagnostic{{
		Code:    "E0701",
		Message: fmt.Sprintf("stake of %d sat: %s at the policy's fee would leave less than dust", p.Stake, worst.what),
		Primary: at(p, "stake", "too small"),
		Secondary: []lang.Label{
			at(p, "fee", fmt.Sprintf("%s of %d vB costs %d sat", worst.what, worst.vsize, worst.fee(p))),
		},
		Notes: []string{fmt.Sprintf("relays refuse an output of less than %d sat", worst.dust)},
		Help:  fmt.Sprintf("raise the stake to %d sat, or lower the fee", least),
	}}
}

// dearest returns the claim with the largest fee and dust, over the candidates'
// payouts, and the other spends: the refund and each branch, to a P2PKH output,
// which for a branch is an assumption.
func dearest(p *lang.Policy, t templates.Template, paths []templates.Path) (claim spend, others []spend) {
	redeem := t.Size(p.Salted)
	for _, q := range paths {
		if branch, ok := strings.CutPrefix(q.Name, "branch."); ok {
			others = append(others, to(make([]byte, templates.PayoutP2PKH), "a spend by branch `"+branch+"`", q, redeem))
			continue
		}
		if q.Name == "refund" {
			others = append(others, to(make([]byte, templates.PayoutP2PKH), "a refund", q, redeem))
			continue
		}
		for _, c := range p.Candidates {
			s := to(c.Payout, "a claim", q, redeem)
			if s.fee(p)+s.dust > claim.fee(p)+claim.dust {
				claim = s
			}
		}
	}
	return claim, others
}

func to(payout []byte, what string, q templates.Path, redeem int) spend {
	return spend{what, templates.SpendSize(q.Witness, redeem, len(payout)), templates.Dust(payout)}
}
