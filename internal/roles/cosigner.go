package roles

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// helpSweep signs the mixers' sweeps and sends them, once a block until they are in the chain. A
// sweep that the supervisor or the relays refuse stays on the board for the audit.
func (t *Treasurer) helpSweep(x *election.Exchange) {
	tip := t.s.tip()
	for _, l := range x.Sweeps {
		tx, known := t.sweeps[l.N]
		if !known {
			tx, _ = t.complete(x, l.Line.By, l.Body.Tx)
			t.sweeps[l.N] = tx
		}
		if tried, before := t.tried[l.N]; tx != nil && !(before && tried == tip) && !isSwept(x, tx) {
			t.tried[l.N] = tip
			_ = t.s.chain.Submit(tx)
		}
	}
}

// sweeping reports whether a sweep that was sent is not in the chain yet.
func (t *Treasurer) sweeping(x *election.Exchange) bool {
	for _, tx := range t.sweeps {
		if tx != nil && !isSwept(x, tx) {
			return true
		}
	}
	return false
}

// isSwept reports whether the first deposit of a sweep is spent, by the sweep or otherwise.
func isSwept(x *election.Exchange, tx *wire.MsgTx) bool {
	d := x.DepositAt(tx.TxIn[0].PreviousOutPoint)
	return d == nil || x.SpendPath(d) != ""
}

// complete adds the supervisor's signatures to a mixer's sweep, which is a transaction without
// witnesses.
func (t *Treasurer) complete(x *election.Exchange, mixer curve.PublicKey, raw []byte) (*wire.MsgTx, error) {
	tx, err := x.CheckSweep(mixer, raw)
	if err != nil {
		return nil, err
	}
	path, err := pathNamed(t.s.e.Contract, "sweep")
	if err != nil {
		return nil, err
	}
	for i, in := range tx.TxIn {
		redeem, err := t.s.e.EscrowRedeem(mixer, x.DepositAt(in.PreviousOutPoint).By)
		if err != nil {
			return nil, err
		}
		if err := t.addSignature(tx, i, path, redeem); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
	}
	return tx, nil
}

// addSignature replaces the script of input i, which pushes the path's items with the supervisor's
// signature empty, by one that has both signatures.
func (t *Treasurer) addSignature(tx *wire.MsgTx, i int, path templates.Path, redeem []byte) error {
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
	w := witness{sigs: map[string][]byte{
		"mixer": items[slices.Index(path.Witness, "sig:mixer")], "supervisor": own,
	}}
	return w.fill(tx, i, path, redeem)
}
