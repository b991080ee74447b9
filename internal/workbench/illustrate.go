package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/compiler"
	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// maxIllustrated is the number of a file's diagnostics for which transactions
// are made. A file may have thousands, and each takes spends on the script
// engine.
const maxIllustrated = 10

// Illustrate adds to diagnostics of unintended spends a transaction that makes
// one, on the compiled script with stand-ins for all keys: to those of W0401,
// W0402, W0604 and E0303. The others stay as they are, and so do all where
// mistakes leave the script unknown. The error is a bug of this program: the
// script engine refuses what the diagnostic says.
func Illustrate(src []byte, diags []lang.Diagnostic) ([]lang.Diagnostic, error) {
	out, illustrated := slices.Clone(diags), []string{"W0401", "W0402", "W0604", "E0303"}
	var g *illustrator
	tried := 0
	for i, d := range out {
		if !slices.Contains(illustrated, d.Code) || tried == maxIllustrated {
			continue
		}
		if g == nil {
			if g = newIllustrator(src, diags); g == nil {
				return out, nil
			}
		}
		tried++
		t, err := g.transaction(d)
		if err != nil {
			return nil, fmt.Errorf("transaction for %s: %w", d.Code, err)
		}
		out[i].Transaction = t
	}
	return out, nil
}

// illustrator makes the transactions for one file.
type illustrator struct {
	draft  *lang.Policy
	stakes map[string]*lockedOutput // by the role of the voter whose stake it is, "" for any voter's
}

// newIllustrator returns nil where the draft does not determine the script, or
// has mistakes in the clauses of spending.
func newIllustrator(src []byte, diags []lang.Diagnostic) *illustrator {
	ofSpending := func(d lang.Diagnostic) bool { return d.IsError() && d.Code[1:] > "0600" && d.Code[1:] < "0800" }
	if slices.ContainsFunc(diags, ofSpending) {
		return nil
	}
	p, _ := lang.Draft(src, 0)
	if p == nil || !p.Knows("win", "joint", "target", "branch", "candidate", "timeout", "ballots", "stake", "fee", "voters") ||
		p.Win == lang.WinCustodial && !p.Knows("supervisor") {
		return nil
	}
	return &illustrator{p, map[string]*lockedOutput{}}
}

// transaction makes the transaction that a diagnostic is about, nil if there is
// none.
func (g *illustrator) transaction(d lang.Diagnostic) (*lang.Transaction, error) {
	c, ok := counterexampleOf(g.draft, d)
	if !ok {
		return nil, nil
	}
	voter := ""
	if len(d.Roles) > 0 && strings.HasPrefix(d.Roles[0], "voter ") {
		voter = d.Roles[0]
	}
	if g.stakes[voter] == nil {
		stake, err := draftOutput(g.draft, voter)
		if stake == nil {
			return nil, err
		}
		g.stakes[voter] = stake
	}
	return g.stakes[voter].transaction(c)
}

// draftOutput locks a stake under a draft with stand-ins for the keys of its
// script, one for each role: a lift could not tell roles apart that share a key.
// The stake is the voter's, if one is named by role. It is nil where the draft
// has mistakes that need bytes.
func draftOutput(p *lang.Policy, voter string) (*lockedOutput, error) {
	q, keys := *p, map[string]curve.Scalar{}
	standInFor := func(role string) curve.PublicKey {
		keys[role] = standIn(trySeed, role)
		return curve.BaseMul(keys[role]).Key()
	}
	q.Supervisor = standInFor("supervisor")
	q.Candidates, q.Named = slices.Clone(p.Candidates), slices.Clone(p.Named)
	for i, c := range q.Candidates {
		q.Candidates[i].Key = standInFor("candidate " + c.Name)
		q.Candidates[i].Payout = templates.PayToKey(curve.BaseMul(standIn(trySeed, "payout "+c.Name)).Key())
	}
	for i, v := range q.Named {
		if role := "voter " + v.Name; role == voter || len(q.Branches) > 0 {
			q.Named[i].Key = standInFor(role)
		}
	}
	b, _, err := assemble(&q, compiler.Compile)
	if b == nil {
		return nil, err
	}
	return lockOutput(b, keys, func(role string) curve.Scalar {
		if role == "voter" && voter != "" {
			return keys[voter]
		}
		return standIn(trySeed, role)
	})
}
