package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// CheckPossessions returns an error unless the announcement has a proof of possession
// of every candidate's key, in the policy's order.
func (e *Election) CheckPossessions(open board.Open) error {
	if len(open.Candidates) != len(e.Policy.Candidates) {
		return fmt.Errorf("%d proofs of possession for %d candidates", len(open.Candidates), len(e.Policy.Candidates))
	}
	for i, c := range e.Policy.Candidates {
		if err := e.CheckPossession(open, i+1, e.EID); err != nil {
			return fmt.Errorf("candidate %s: %w", c.Name, err)
		}
	}
	return nil
}

// CheckPossession verifies candidate number j's proof of possession under the id of an
// election.
func (e *Election) CheckPossession(open board.Open, j int, eid [32]byte) error {
	if j > len(open.Candidates) {
		return fmt.Errorf("no proof of possession in line 1")
	}
	c := e.Policy.Candidates[j-1]
	key, err := c.Key.Point()
	if err != nil {
		return err
	}
	proof, err := curve.DecodeProof(open.Candidates[j-1])
	if err != nil {
		return err
	}
	if !curve.VerifyPossession(board.CandidateContext(eid, c.Name, c.Payout), proof, key) {
		return fmt.Errorf("the proof of possession does not verify")
	}
	return nil
}
