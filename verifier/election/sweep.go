package election

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// CheckSweep reads a sweep as a mixer writes it, without the supervisor's
// signatures, and tells why the supervisor is not to sign it: it spends anything
// but deposits for which this mixer has rightly issued, pays anything but the
// pool and the fee, or lacks signatures that relays take.
func (x *Exchange) CheckSweep(mixer curve.PublicKey, text []byte) (*wire.MsgTx, error) {
	tx, r := new(wire.MsgTx), bytes.NewReader(text)
	if err := tx.DeserializeNoWitness(r); err != nil || r.Len() > 0 {
		return nil, errors.New("not a transaction without witnesses")
	}
	if len(tx.TxIn) == 0 || len(tx.TxOut) != 1 || !bytes.Equal(tx.TxOut[0].PkScript, x.PoolScript) || tx.LockTime != 0 || tx.Version != 2 {
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

// mixerSigned tells whether an input of a sweep has the mixer's signature where
// the path wants it.
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

// OfferedToPool tells whether a mixer has signed a sweep of a deposit with which
// the supervisor was to help. Each line is looked at once, whatever it sweeps.
func (x *Exchange) OfferedToPool(d *Deposit) bool {
	x.offering.Do(func() {
		x.offered = make(map[wire.OutPoint]bool)
		for _, l := range x.Sweeps {
			tx, err := x.CheckSweep(l.Line.By, l.Body.Tx)
			if err != nil {
				continue
			}
			for _, in := range tx.TxIn {
				x.offered[in.PreviousOutPoint] = true
			}
		}
	})
	return x.offered[d.Outpoint]
}

// payoutBytes is how much paying coins may charge the account with: what a
// transaction with one input and change takes for each thousand of them. Who
// pays in another way bears the rest; else a mixer could fill its transactions
// and mine them for less than it is repaid.
func payoutBytes(coins int64) int64 {
	const frame, input, output = 14, 148, 34
	return (coins+MaxPayouts-1)/MaxPayouts*(frame+input+output) + coins*output
}

// MaxPayouts is how many coins one transaction pays, so that it is no giant
// among others.
const MaxPayouts = 1000
