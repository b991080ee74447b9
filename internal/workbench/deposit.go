package workbench

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"
)

// deposit returns a mixed policy's escrow in place of its contract, so that what
// is shown of a stake is shown of a deposit by the same code. Its policy has the
// supervisor only, whose key alone has a name in the escrow: mixer and depositor
// are holes. It is nil without mixing.
func (b *Built) deposit() (*Built, error) {
	if !b.Policy.Mixed() {
		return nil, nil
	}
	t, err := b.Contract.EscrowTemplate()
	if err != nil {
		return nil, fmt.Errorf("escrow: %w", err)
	}
	p, c := *b.Policy, *b.Contract
	p.Candidates, p.Branches, p.Stake, p.Salted = nil, nil, b.Policy.Deposit(), false
	c.Script, c.Paths = c.Escrow, c.EscrowPaths
	return &Built{&p, &c, t}, nil
}

// deposit locks a deposit with the same secrets; nil without mixing.
func (o *lockedOutput) deposit() (*lockedOutput, error) {
	escrow, err := o.built.deposit()
	if escrow == nil {
		return nil, err
	}
	d := &lockedOutput{built: escrow, secrets: o.secrets, keys: map[string]curve.PublicKey{}}
	return d, d.lock()
}

// ofDeposit reports whether a path spends a deposit, and no stake.
func ofDeposit(q templates.Path) bool { return q.Name == "sweep" || q.Name == "return" }
