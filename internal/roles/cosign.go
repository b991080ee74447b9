package roles

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// helpSweep signs and sends the mixers' sweeps. What it refuses, and what the
// relays refuse, stays on the board for everybody to judge.
func (t *Treasurer) helpSweep(x *verifier.Exchange) {
	for _, l := range x.Sweeps {
		if t.seen[l.N] {
			continue
		}
		t.seen[l.N] = true
		tx, err := t.complete(x, l.Line.By, l.Body.Tx)
		if err == nil && t.s.chain.Submit(tx) == nil {
			t.sent = append(t.sent, tx.TxIn[0].PreviousOutPoint)
			t.s.purse.take(tx, 0)
		}
	}
}

// sweeping tells whether a sweep that was sent is not in the chain yet.
func (t *Treasurer) sweeping(x *verifier.Exchange) bool {
	for _, op := range t.sent {
		if d := x.DepositAt(op); d != nil && x.Spent(d) == "" {
			return true
		}
	}
	return false
}

// complete adds the supervisor's signatures to a mixer's sweep. It refuses one
// that spends anything but deposits for which this mixer has rightly issued, or
// that pays anything but the pool and the fee.
func (t *Treasurer) complete(x *verifier.Exchange, mixer curve.PublicKey, text []byte) (*wire.MsgTx, error) {
	tx, err := decodeTx(text)
	if err != nil {
		return nil, err
	}
	path, err := pathOfEscrow(t.s.e, "sweep")
	if err != nil {
		return nil, err
	}
	pool := PayToKey(t.s.public)
	if len(tx.TxIn) == 0 || len(tx.TxOut) != 1 || !bytes.Equal(tx.TxOut[0].PkScript, pool) || tx.LockTime != 0 || tx.Version != 2 {
		return nil, errors.New("want deposits in and the pool out")
	}
	var redeem []byte
	for i, in := range tx.TxIn {
		d := x.DepositAt(in.PreviousOutPoint)
		if d == nil || d.Mixer.Key != mixer {
			return nil, fmt.Errorf("input %d is no deposit with this mixer", i)
		}
		if err := errors.Join(x.Good(d), x.Right(d)); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
		if redeem, err = t.s.e.EscrowRedeem(mixer, d.By); err != nil {
			return nil, err
		}
		if err := t.addSignature(tx, i, path, redeem); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
	}
	if got, want := tx.TxOut[0].Value, path.value(len(tx.TxIn), len(redeem)); got < want {
		return nil, fmt.Errorf("%d sat to the pool, want %d", got, want)
	}
	return tx, nil
}

// addSignature takes the mixer's signature out of an input script and pushes
// both, as the path wants them.
func (t *Treasurer) addSignature(tx *wire.MsgTx, i int, path escrowPath, redeem []byte) error {
	var items [][]byte
	script := txscript.MakeScriptTokenizer(0, tx.TxIn[i].SignatureScript)
	for script.Next() {
		items = append(items, script.Data())
	}
	if script.Err() != nil || len(items) != len(path.Witness) {
		return fmt.Errorf("%d pushes, want %d", len(items), len(path.Witness))
	}
	own, err := sign(tx, i, redeem, t.s.key)
	if err != nil {
		return err
	}
	w := witness{sigs: map[string][]byte{"mixer": items[slices.Index(path.Witness, "sig:mixer")], "supervisor": own}}
	return w.fill(tx, i, path.Path, redeem)
}
