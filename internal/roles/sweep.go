package roles

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// escrowPath is a path of the escrow, with what its spends are made of.
type escrowPath struct {
	templates.Path
	e *election.Election
}

func pathOfEscrow(e *election.Election, name string) (escrowPath, error) {
	p, err := pathNamed(e.Contract, name)
	return escrowPath{p, e}, err
}

// value is what is left of deposits, of redeem scripts of the given size, when
// one transaction has taken them to a P2PKH output.
func (p escrowPath) value(deposits, redeem int) int64 {
	size := templates.SweepSize(deposits, p.Witness, redeem, p2pkhSize)
	return int64(deposits)*p.e.Policy.Deposit() - p.e.Policy.Fee*int64(size)
}

// sweep writes transactions that take what the mixer has rightly issued for out
// of escrow into the pool, all together once no more issues are due. They lack
// the supervisor's signatures.
func (m *Mixer) sweep(x *election.Exchange) (lines []board.Line, err error) {
	tip := m.tip()
	if tip <= x.Deadlines[election.T3] {
		return nil, nil
	}
	path, err := pathOfEscrow(m.e, "sweep")
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
	if len(ready) == 0 || !m.said.due(tip, "sweep") {
		return nil, nil
	}
	for batch := range slices.Chunk(ready, sweepInputs(path)) {
		line, err := m.sweepBatch(path, batch)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// sweepInputs is how many deposits one sweep may spend.
func sweepInputs(p escrowPath) int {
	return templates.SweepInputs(p.Witness, p.e.Escrow.Size(false), p2pkhSize, p.e.Escrow.SigOps())
}

// signedFor lists the deposits of which the mixer's sweeps are on the board.
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

func (m *Mixer) sweepBatch(path escrowPath, batch []*election.Deposit) (board.Line, error) {
	tx, redeems := newTx(), make([][]byte, len(batch))
	for i, d := range batch {
		var err error
		if redeems[i], err = m.e.EscrowRedeem(m.public, d.By); err != nil {
			return board.Line{}, err
		}
		spend(tx, d.Outpoint, math.MaxUint32)
	}
	tx.AddTxOut(wire.NewTxOut(path.value(len(batch), len(redeems[0])), PayToKey(m.e.Policy.Supervisor)))
	for i, redeem := range redeems {
		if err := signPath(tx, i, path.Path, redeem, map[string]curve.Scalar{"mixer": m.key}); err != nil {
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
