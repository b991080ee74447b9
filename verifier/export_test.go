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

// Stub makes a check pass whatever there is, until restore is called. No audit
// may run beside the two calls.
func Stub(id string) (restore func(), found bool) {
	for _, f := range families() {
		for i, r := range f.rules {
			if r.ID != id {
				continue
			}
			f.rules[i].check = func(_ *audit, s *sheet) { s.expect(1); s.pass() }
			return func() { f.rules[i] = r }, true
		}
	}
	return nil, false
}
