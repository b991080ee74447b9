package evidence

import "github.com/btcsuite/btcd/chainhash/v2"

// JudgeProof judges the proofs of one block with that merkle root.
func JudgeProof(root chainhash.Hash, p *BlockProof) (included, sane Findings) {
	w := proofWindow{headers: new(headerChain)}
	w.headers.kept.add(keptHeader{height: p.Height, root: root})
	w.add(p)
	return w.included, w.sane
}
