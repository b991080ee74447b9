package election

import (
	"errors"
	"fmt"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// SweepHashType is the hash type of a mixer's signature on a deposit's input: it is over
// the input alone. Every other signature of the protocol is SIGHASH_ALL.
const SweepHashType = txscript.SigHashNone | txscript.SigHashAnyOneCanPay

// MaxSweep is how many deposits one sweep spends, so that it is standard.
const MaxSweep = 340

// SweepSequence is the sequence number of a sweep's inputs, which signals replacement.
const SweepSequence = AnchorSequence

// SweptInput returns what a mixer signs of a sweep, with [SweepHashType]:
//
//	version 2, locktime 0
//	in   the deposit, sequence fffffffd
func SweptInput(deposit wire.OutPoint) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	in := wire.NewTxIn(&deposit, nil, nil)
	in.Sequence = SweepSequence
	tx.AddTxIn(in)
	return tx
}

// checkSweep verifies the mixer's signature of an issue. The hash type is compared
// exactly: with another one the supervisor could not join the input to others.
func (x *Exchange) checkSweep(d *Deposit) error {
	last := len(d.Sweep) - 1
	switch {
	case last < 0:
		return errors.New("the mixer did not sign the sweep of the deposit")
	case txscript.SigHashType(d.Sweep[last]) != SweepHashType:
		return fmt.Errorf("the mixer signed the sweep with hash type %02x, want %02x", d.Sweep[last], uint32(SweepHashType))
	case !curve.StrictECDSA(d.Sweep[:last]):
		return errors.New("the mixer's signature of the sweep is not strict DER with a low s")
	}
	redeem, err := x.e.EscrowRedeem(d.Mixer.Key, d.By)
	if err != nil {
		return err
	}
	return remember(x.e.answers, func() error {
		if scriptsig.Verify(SweptInput(d.Outpoint), 0, redeem, d.Sweep, d.Mixer.Key) != nil {
			return errors.New("the mixer's signature of the sweep does not verify")
		}
		return nil
	}, []byte("sweep"), []byte(d.Outpoint.String()), redeem, d.Sweep)
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
