package evidence

import (
	"errors"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// CheckProof judges the proofs of one block with that merkle root.
func CheckProof(root chainhash.Hash, p *BlockProof) error {
	w := proofWindow{headers: new(headerChain)}
	w.headers.kept.add(keptHeader{height: p.Height, root: root})
	w.add(p)
	if w.included.Failed > 0 {
		return errors.New(w.included.Notes[0].Message)
	}
	return nil
}
