package roles

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// sweep writes transactions that move deposits from escrow to the pool, after T3, when no more issues
// are due: those deposits for which the mixer has rightly issued. They lack the supervisor's
// signatures.
func (m *Mixer) sweep(x *election.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if tip <= x.Deadlines[election.T3] {
		return nil, nil
	}
	path, err := pathNamed(m.e.Contract, "sweep")
	if err != nil {
		return nil, err
	}
	signed := m.signedFor(x)
	var ready []*election.Deposit
	for _, d := range x.Deposits {
		if d.Mixer.Key == m.public && !signed[d.Outpoint] && x.SpendPath(d) == "" && x.CheckDeposit(d) == nil && x.CheckIssue(d) == nil {
			ready = append(ready, d)
		}
	}
	if len(ready) == 0 || !m.retries.allow(tip, "sweep") {
		return nil, nil
	}
	for batch := range slices.Chunk(ready, m.sweepInputs(path)) {
		line, err := m.sweepBatch(path, batch)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// sweepInputs is the most deposits that one sweep may spend.
func (m *Mixer) sweepInputs(path templates.Path) int {
	return templates.SweepInputs(path.Witness, m.e.Escrow.Size(false), templates.PayoutP2PKH, m.e.Escrow.SigOps())
}

// signedFor returns the deposits that the mixer's sweeps on the board spend.
func (m *Mixer) signedFor(x *election.Exchange) map[wire.OutPoint]bool {
	out := make(map[wire.OutPoint]bool)
	for _, l := range x.Sweeps {
		if tx, err := decodeTx(l.Body.Tx); err == nil && l.Line.By == m.public {
			for _, in := range tx.TxIn {
				out[in.PreviousOutPoint] = true
			}
		}
	}
	return out
}

// sweepBatch writes one sweep:
//
//	in   the deposits of a batch, with the mixer's signatures
//	out  their sum − fee   P2PKH of the supervisor's key
func (m *Mixer) sweepBatch(path templates.Path, batch []*election.Deposit) (board.Line, error) {
	tx, redeems := newTx(), make([][]byte, len(batch))
	for i, d := range batch {
		var err error
		if redeems[i], err = m.e.EscrowRedeem(m.public, d.By); err != nil {
			return board.Line{}, err
		}
		addInput(tx, d.Outpoint)
	}
	p := m.e.Policy
	size := templates.SweepSize(len(batch), path.Witness, len(redeems[0]), templates.PayoutP2PKH)
	value := int64(len(batch))*p.Deposit() - p.Fee*int64(size)
	tx.AddTxOut(wire.NewTxOut(value, templates.PayToKey(p.Supervisor)))
	for i, redeem := range redeems {
		if err := signPath(tx, i, path, redeem, map[string]curve.Scalar{"mixer": m.key}); err != nil {
			return board.Line{}, err
		}
	}
	var b bytes.Buffer
	if err := tx.SerializeNoWitness(&b); err != nil {
		return board.Line{}, err
	}
	return m.write(board.Sweep{Tx: b.Bytes()})
}

// decodeTx reads a transaction without witnesses, and nothing behind it.
func decodeTx(b []byte) (*wire.MsgTx, error) {
	tx, r := new(wire.MsgTx), bytes.NewReader(b)
	if err := tx.DeserializeNoWitness(r); err != nil {
		return nil, fmt.Errorf("transaction: %w", err)
	}
	if r.Len() > 0 {
		return nil, fmt.Errorf("%d bytes behind the transaction", r.Len())
	}
	return tx, nil
}
