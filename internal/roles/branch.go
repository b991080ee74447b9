package roles

import (
	"fmt"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"
)

// BranchPath returns the first path of a branch all of whose signers have a secret. secrets are by
// the roles' names in paths.
func BranchPath(e *election.Election, branch string, secrets map[string]curve.Scalar) (templates.Path, error) {
	lacking := func(role string) bool { _, ok := secrets[role]; return !ok }
	for _, q := range e.Contract.Paths {
		if q.Name == "branch."+branch && !slices.ContainsFunc(q.Signers, lacking) {
			return q, nil
		}
	}
	return templates.Path{}, fmt.Errorf("nobody here can sign for branch %s", branch)
}

// SpendByBranch spends a vote's stake by the path of a branch to the output script payout, and pays
// the policy's fee out of it. Relays refuse the transaction before the tip is the path's lock.
//
//	version 2, locktime path.After
//	in   the stake, sequence fffffffd
//	out  stake − fee   payout
func SpendByBranch(
	e *election.Election, chain Chain, v *election.Vote,
	path templates.Path, secrets map[string]curve.Scalar, payout []byte,
) error {
	tx := stakeSpend(e, v, path, payout, 1)
	for _, signer := range path.Signers {
		if _, ok := secrets[signer]; !ok {
			return fmt.Errorf("%s does not sign", signer)
		}
	}
	if err := signPath(tx, 0, path, v.Redeem, secrets); err != nil {
		return err
	}
	return submit(chain, strings.Replace(path.Name, ".", " ", 1), tx)
}
