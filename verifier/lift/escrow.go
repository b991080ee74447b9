package lift

import (
	"errors"

	"bevote/lang"
	"bevote/templates"
)

// checkEscrow is checkStake for the escrow of mixing deposits.
func checkEscrow(p *lang.Policy, c *templates.Contract) error {
	switch has := c.Escrow != "" || len(c.EscrowPaths) > 0; {
	case has && !p.Mixed():
		return errors.New("the contract has one, and the policy mixes nothing")
	case !has && p.Mixed():
		return errors.New("the contract has none, and the policy mixes")
	case !has:
		return nil
	}
	t, err := c.EscrowTemplate()
	if err != nil {
		return err
	}
	if err := checkLimits(t, p.Salted, c.EscrowPaths, inEscrow); err != nil {
		return err
	}
	ways, err := explore(t, EscrowRoles(p))
	if err != nil {
		return err
	}
	if err := mismatch(p.EscrowPaths(), c.EscrowPaths, ways); err != nil {
		return err
	}
	return checkSelector("signature", ways)
}

// inEscrow reports whether a hole is one of a deposit's script, and so of no stake's.
func inEscrow(hole string) bool { return hole == "mixer" || hole == "depositor_hash" }

// EscrowRoles returns the policy's names for the keys of its escrow, as [Paths] takes
// them: the supervisor's alone. Mixer and depositor are holes. A candidate or voter
// may have one of these names, and its key is not one of them.
func EscrowRoles(p *lang.Policy) map[string]string {
	return map[string]string{p.Supervisor.String(): "supervisor"}
}
