package corpus

import (
	"bytes"
	"encoding/json"
	"slices"

	"bevote/verifier/election"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/wire/v2"
)

// proofLies are about family A again: records with merkle proofs in place of
// blocks (V08, V10).
var proofLies = []Lie{
	{Name: "claim-not-shown", Text: "the record leaves the proofs of the claims out",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V10", Along: []string{"V79", "V90", "V91", "V107"}, Level: "L0", Exit: 30,
		tamper: buryDeeper, mutate: proofs(func(blocks []blockProofs) []blockProofs {
			return blocks[:len(blocks)-1]
		})},
	{Name: "vote-not-shown", Text: "the record leaves a vote for the winner out of the proofs",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V10", Along: []string{"V71", "V74", "V86", "V91", "V97", "V107"}, Level: "L0", Exit: 30,
		mutate: proofs(withoutVote)},
	{Name: "proof-at-other-index", Text: "a transaction is proven at another place of its block",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V08", Along: []string{"V10", "V91", "V107"}, Level: "none", Exit: 20,
		mutate: proofs(func(blocks []blockProofs) []blockProofs {
			blocks[0].Txs[0].Index++
			return blocks
		})},
	{Name: "proof-of-changed-transaction", Text: "a proven transaction is not the one in the block",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V08", Along: []string{"V10", "V11", "V82", "V85", "V86", "V91", "V107"}, Level: "none", Exit: 20,
		mutate: proofs(func(blocks []blockProofs) []blockProofs {
			last := blocks[len(blocks)-1].Txs
			tx := last[len(last)-1].Tx
			tx[len(tx)-10]++
			return blocks
		})},
	{Name: "proof-in-other-block", Text: "a transaction is proven for a block that does not hold it",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V08", Along: []string{"V10", "V79", "V91", "V107"}, Level: "none", Exit: 20,
		mutate: proofs(func(blocks []blockProofs) []blockProofs {
			blocks[len(blocks)-1].Height++
			return blocks
		})},
	{Name: "proofs-without-a-seal", Text: "the record has proofs instead of blocks, which do not show that the announcement is the first",
		Strength: Naive, Base: "everybody", proven: true,
		Check: "V14", Along: []string{"V15", "V24", "V51", "V91", "V98", "V107"}, Level: "L0", Exit: 30},
	{Name: "anchor-forged", Text: "the record has another head in the proven anchor of the setup",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V08", Along: []string{"V10", "V51"}, Level: "none", Exit: 20,
		mutate: proofs(forgedAnchor(election.SetupClosed))},
}

// blockProofs and txProof are a line of the proofs of a record
// (docs/protocol.md).
type blockProofs struct {
	Height   uint32    `json:"height"`
	Coinbase []byte    `json:"coinbase"`
	Path     []byte    `json:"path"`
	Txs      []txProof `json:"txs"`
}

type txProof struct {
	Index uint32 `json:"index"`
	Tx    []byte `json:"tx"`
	Path  []byte `json:"path"`
}

// proofs changes the proofs of a record and encodes them again.
func proofs(change func([]blockProofs) []blockProofs) func(map[string][]byte) error {
	return func(files map[string][]byte) error {
		var blocks []blockProofs
		for line := range bytes.Lines(files[record.Proofs]) {
			var b blockProofs
			if err := json.Unmarshal(line, &b); err != nil {
				return err
			}
			blocks = append(blocks, b)
		}
		var out bytes.Buffer
		for _, b := range change(blocks) {
			line, err := json.Marshal(b)
			if err != nil {
				return err
			}
			out.Write(append(line, '\n'))
		}
		files[record.Proofs] = out.Bytes()
		return nil
	}
}

// withoutAnchor removes the proof of the anchor of a kind.
func withoutAnchor(kind int) func([]blockProofs) []blockProofs {
	return func(blocks []blockProofs) []blockProofs {
		for i, b := range blocks {
			for t, proof := range b.Txs {
				tx := wire.NewMsgTx(2)
				if tx.DeserializeNoWitness(bytes.NewReader(proof.Tx)) != nil || kindOf(tx) != kind {
					continue
				}
				if len(b.Txs) == 1 {
					return slices.Delete(blocks, i, i+1)
				}
				blocks[i].Txs = slices.Delete(b.Txs, t, t+1)
				return blocks
			}
		}
		return blocks
	}
}

// forgedAnchor changes the head to which the proven anchor of a kind commits.
func forgedAnchor(kind int) func([]blockProofs) []blockProofs {
	return func(blocks []blockProofs) []blockProofs {
		for _, b := range blocks {
			for _, proof := range b.Txs {
				tx := wire.NewMsgTx(2)
				if tx.DeserializeNoWitness(bytes.NewReader(proof.Tx)) == nil && kindOf(tx) == kind {
					at := bytes.Index(proof.Tx, tx.TxOut[0].PkScript)
					proof.Tx[at+len(tx.TxOut[0].PkScript)-1] ^= 1
				}
			}
		}
		return blocks
	}
}

// withoutVote removes the last transaction with two outputs, of which the
// second has the size of a ballot.
func withoutVote(blocks []blockProofs) []blockProofs {
	for i, b := range slices.Backward(blocks) {
		for t, proof := range b.Txs {
			tx := wire.NewMsgTx(2)
			if tx.DeserializeNoWitness(bytes.NewReader(proof.Tx)) != nil || len(tx.TxOut) != 2 || len(tx.TxOut[1].PkScript) != 70 {
				continue
			}
			if len(b.Txs) == 1 {
				return slices.Delete(blocks, i, i+1)
			}
			blocks[i].Txs = slices.Delete(b.Txs, t, t+1)
			return blocks
		}
	}
	return blocks
}
