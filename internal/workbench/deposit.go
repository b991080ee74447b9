package workbench

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// deposit is a mixed policy's escrow in the place of its contract, so that what
// is done to a stake (read back, spent by every path, reckoned, certified) is
// done to a deposit in the same way. Nobody is in its policy but the
// supervisor, whose key alone has a name in the escrow: the mixer and the
// depositor are holes. It is nil without mixing.
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

// deposit locks a deposit with the same people's secrets; nil without mixing.
func (s *stake) deposit() (*stake, error) {
	view, err := s.built.deposit()
	if view == nil {
		return nil, err
	}
	d := &stake{built: view, secrets: s.secrets, keys: map[string]curve.PublicKey{}}
	return d, d.lock()
}

// locked are the stake and, with mixing, the deposit.
func (s *stake) locked() ([]*stake, error) {
	d, err := s.deposit()
	if d == nil {
		return []*stake{s}, err
	}
	return []*stake{s, d}, err
}

// readDeposit reads the escrow as read does the script.
func (r *reading) readDeposit() (*reading, error) {
	view, err := r.built.deposit()
	if view == nil {
		return &reading{built: &Built{Policy: &lang.Policy{Supervisor: r.built.Policy.Supervisor}}}, err
	}
	d := &reading{built: view}
	if d.paths, err = view.liftedPaths(); err != nil {
		return nil, fmt.Errorf("escrow: %w", err)
	}
	d.stake, err = r.stake.deposit()
	return d, err
}

// allGains lists who can take more of a stake, then who can of a deposit.
func (r *reading) allGains(other *reading) ([]Shift, error) {
	shifts, err := r.gains(other)
	if err != nil {
		return nil, err
	}
	deposits, err := r.deposit.gains(other.deposit)
	for i := range deposits {
		deposits[i].deposit = true
	}
	return append(shifts, deposits...), err
}

// ofDeposit tells whether a path spends a deposit and no stake.
func ofDeposit(q templates.Path) bool { return q.Name == "sweep" || q.Name == "return" }
