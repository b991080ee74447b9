package election

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// CheckSweep decodes the sweep of a mixer's line, which lacks the supervisor's
// signatures:
//
//	in   deposits  with this mixer, rightly issued for; signed by the mixer
//	out  the pool  the deposits less the policy's fee
//
// The error says why the supervisor must not sign it.
func (x *Exchange) CheckSweep(mixer curve.PublicKey, text []byte) (*wire.MsgTx, error) {
	tx, r := new(wire.MsgTx), bytes.NewReader(text)
	if err := tx.DeserializeNoWitness(r); err != nil || r.Len() > 0 {
		return nil, errors.New("not a transaction without witnesses")
	}
	toPool := len(tx.TxOut) == 1 && bytes.Equal(tx.TxOut[0].PkScript, x.PoolScript)
	if len(tx.TxIn) == 0 || !toPool || tx.LockTime != 0 || tx.Version != 2 {
		return nil, errors.New("want deposits in and the pool out")
	}
	i := slices.IndexFunc(x.e.Contract.EscrowPaths, func(p templates.Path) bool { return p.Name == Swept })
	if i < 0 {
		return nil, errors.New("the contract has no path " + Swept)
	}
	path, known := x.e.Contract.EscrowPaths[i], make(map[wire.OutPoint]bool)
	var redeem []byte
	for i, in := range tx.TxIn {
		d := x.DepositAt(in.PreviousOutPoint)
		if d == nil || d.Mixer.Key != mixer || known[d.Outpoint] {
			return nil, fmt.Errorf("input %d is no deposit with this mixer, or there twice", i)
		}
		known[d.Outpoint] = true
		if err := errors.Join(x.CheckDeposit(d), x.CheckIssue(d)); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
		var err error
		if redeem, err = x.e.EscrowRedeem(mixer, d.By); err != nil {
			return nil, err
		}
		if err := mixerSigned(tx, i, path.Witness, redeem, mixer); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
	}
	fee := x.e.Policy.Fee * int64(templates.SweepSize(len(tx.TxIn), path.Witness, len(redeem), len(x.PoolScript)))
	if got, want := tx.TxOut[0].Value, int64(len(tx.TxIn))*x.e.Policy.Deposit()-fee; got < want {
		return nil, fmt.Errorf("%d sat to the pool, want %d", got, want)
	}
	return tx, nil
}

// mixerSigned verifies the mixer's signature in an input of a sweep. Witness has the
// items of the path ([templates.Path]).
func mixerSigned(tx *wire.MsgTx, i int, witness []string, redeem []byte, mixer curve.PublicKey) error {
	items := scriptsig.Items(tx.TxIn[i].SignatureScript)
	if len(items) != len(witness) {
		return fmt.Errorf("%d pushes, want %d", len(items), len(witness))
	}
	sig := items[slices.Index(witness, "sig:mixer")]
	if len(sig) == 0 || sig[len(sig)-1] != byte(txscript.SigHashAll) {
		return errors.New("the mixer did not sign the whole transaction")
	}
	if !curve.StrictECDSA(sig[:len(sig)-1]) {
		return errors.New("the signature is not strict DER with a low s")
	}
	return scriptsig.Verify(tx, i, redeem, sig, mixer)
}

// OfferedToPool reports whether a deposit is in a valid sweep of a mixer's line, which
// the supervisor has to sign.
func (x *Exchange) OfferedToPool(d *Deposit) bool { return x.offered()[d.Outpoint] }

// findOffered returns the inputs of the lines' valid sweeps.
func (x *Exchange) findOffered() map[wire.OutPoint]bool {
	ops := make(map[wire.OutPoint]bool)
	for _, l := range x.Sweeps {
		tx, err := x.CheckSweep(l.Line.By, l.Body.Tx)
		if err != nil {
			continue
		}
		for _, in := range tx.TxIn {
			ops[in.PreviousOutPoint] = true
		}
	}
	return ops
}

// SweepTxs returns the transactions that sweep deposits, each once, in the order of
// the deposits.
func (x *Exchange) SweepTxs() (out []*ConfirmedTx) {
	known := make(map[chainhash.Hash]bool)
	for _, d := range x.Deposits {
		if s := x.SpendingTx(d); s != nil && !known[s.ID] && x.SpendPath(d) == Swept {
			known[s.ID], out = true, append(out, s)
		}
	}
	return out
}
