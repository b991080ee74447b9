package rehearsal

import (
	"fmt"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/internal/curve"
	"bevote/internal/roles"

	"github.com/btcsuite/btcd/wire/v2"
)

// Who registers has a coin to begin with, and a mixer enough to pay everybody.
// In a rehearsal both have it from the supervisor, who mines.

// funding is what somebody has to begin with.
type funding struct {
	to    curve.PublicKey
	value int64 // satoshis
}

// maxFunding is what is given away of a coinbase at most: 50 btc but for a fee.
const maxFunding = 49 * 100_000_000

// fundings lists what everybody has to begin with, as much of it in a batch as one
// coinbase gives.
func (p *Play) fundings() (batches [][]funding) {
	var all []funding
	policy := p.Policy
	for _, m := range p.Exchange.Mixers {
		all = append(all, funding{m.Key(), int64(len(p.Exchange.Depositors)) * (policy.Coin() + 500*policy.Fee)})
	}
	for _, d := range p.Exchange.Depositors {
		all = append(all, funding{d.Key(), policy.Deposit() + 1000*policy.Fee})
	}
	left := int64(0)
	for _, g := range all {
		if n := len(batches); n == 0 || left < g.value || len(batches[n-1]) == 1000 {
			batches, left = append(batches, nil), maxFunding
		}
		last := len(batches) - 1
		batches[last], left = append(batches[last], g), left-g.value
	}
	return batches
}

// fund pays the grants, as soon as the coinbases for them can be spent.
func (p *Play) fund() error {
	batches := p.fundings()
	if err := p.Advance(firstSpend - 2 + uint32(len(batches))); err != nil {
		return err
	}
	for i, batch := range batches {
		block, err := p.Chain.Block(uint32(i + 1))
		if err != nil {
			return err
		}
		tx, mined := wire.NewMsgTx(2), block.Transactions[0]
		coinbase := wire.OutPoint{Hash: mined.TxHash()}
		tx.AddTxIn(wire.NewTxIn(&coinbase, make([]byte, inputScript), nil))
		change := mined.TxOut[0].Value
		for _, g := range batch {
			tx.AddTxOut(wire.NewTxOut(g.value, roles.PayToKey(g.to)))
			change -= g.value
		}
		tx.AddTxOut(wire.NewTxOut(0, roles.PayToKey(p.Policy.Supervisor)))
		tx.TxOut[len(batch)].Value = change - p.Policy.Fee*int64(tx.SerializeSize())
		if err := p.signCoinbase(tx); err != nil {
			return err
		}
		if err := p.Chain.Submit(tx); err != nil {
			return fmt.Errorf("what everybody has to begin with: %w", err)
		}
	}
	p.Times.Announce = firstSpend + uint32(len(batches))
	return p.Advance(p.Times.Announce - 1)
}

// inputScript is the size in bytes of the input script that spends an output
// paid to a key, with a signature of 70 bytes:
//
//	0x46 <signature ‖ hash type> 0x21 <key>
const inputScript = 1 + 70 + 1 + curve.PointSize

// signCoinbase fills the one input of a transaction, which spends a coinbase
// paid to the supervisor.
func (p *Play) signCoinbase(tx *wire.MsgTx) error {
	key := p.Policy.Supervisor
	hash, err := txscript.CalcSignatureHash(roles.PayToKey(key), txscript.SigHashAll, tx, 0)
	if err != nil {
		return err
	}
	sig, err := curve.SignECDSA(p.Keys["supervisor"], [32]byte(hash))
	if err != nil {
		return err
	}
	tx.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(append(sig, byte(txscript.SigHashAll))).AddData(key[:]).Script()
	return err
}
