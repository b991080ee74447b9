package chainfile

import (
	"bevote/verifier/evidence"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// EncodeProof writes a line of chain/proofs.jsonl.
func EncodeProof(p *evidence.BlockProof) []byte {
	flat := func(hashes []chainhash.Hash) (out []byte) {
		for _, h := range hashes {
			out = append(out, h[:]...)
		}
		return out
	}
	l := proofLine{Height: p.Height, Coinbase: stripped(p.Coinbase), Path: flat(p.Path)}
	for _, t := range p.Txs {
		l.Txs = append(l.Txs, txLine{Index: t.Index, Tx: stripped(t.Tx), Path: flat(t.Path)})
	}
	line, err := encodeLine(l)
	if err != nil {
		panic(err)
	}
	return line
}
