package lift

import (
	"errors"

	"bevote/lang"
	"bevote/templates"
)

// checkEscrow is checkStake for what mixing deposits are locked by.
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

// inEscrow tells whether a hole is one of a deposit's script and no stake's.
func inEscrow(hole string) bool { return hole == "mixer" || hole == "depositor_hash" }

// EscrowRoles returns what the policy calls the keys of its escrow, as Paths
// wants it. Mixer and depositor are holes, so no other key has a name there:
// else whoever is called depositor could pass for the one who paid in.
func EscrowRoles(p *lang.Policy) map[string]string {
	return map[string]string{p.Supervisor.String(): "supervisor"}
}
