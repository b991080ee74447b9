package verifier

import (
	"errors"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// CheckProof judges the proofs of one block with that merkle root.
func CheckProof(root chainhash.Hash, p *BlockProof) error {
	w := proofWindow{headers: &headerChain{roots: map[uint32]chainhash.Hash{p.Height: root}}}
	w.add(p)
	if w.included.failed > 0 {
		return errors.New(w.included.items[0].Message)
	}
	return nil
}
