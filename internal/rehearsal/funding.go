package rehearsal

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// funding is an output that a depositor or a mixer has before the announcement:
// the supervisor, which mines, pays it.
type funding struct {
	to    curve.PublicKey
	value int64 // satoshis
}

// maxFunding is the most, in satoshis, that one coinbase of 50 btc pays to
// others. The rest is fee and change.
const maxFunding = 49 * 100_000_000

// fundings returns the outputs that mixers and depositors begin with, in batches
// that one coinbase each pays for: at most maxFunding and 1,000 outputs.
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
	for _, f := range all {
		if n := len(batches); n == 0 || left < f.value || len(batches[n-1]) == 1000 {
			batches, left = append(batches, nil), maxFunding
		}
		last := len(batches) - 1
		batches[last], left = append(batches[last], f), left-f.value
	}
	return batches
}

// fund pays the fundings, as soon as the coinbases for them can be spent.
func (p *Play) fund() error {
	batches := p.fundings()
	first := uint32(1) // block whose coinbase is spent; that of block 1 may be the seal
	if p.Policy.Seal != nil {
		first = 2
	}
	last := firstSpend - 2 + first - 1 + uint32(len(batches))
	if err := p.Advance(last); err != nil {
		return err
	}
	for i, batch := range batches {
		block, err := p.Chain.Block(first + uint32(i))
		if err != nil {
			return err
		}
		tx, mined := wire.NewMsgTx(2), block.Transactions[0]
		coinbase := wire.OutPoint{Hash: mined.TxHash()}
		tx.AddTxIn(wire.NewTxIn(&coinbase, make([]byte, inputScript), nil))
		change := mined.TxOut[0].Value
		for _, f := range batch {
			tx.AddTxOut(wire.NewTxOut(f.value, templates.PayToKey(f.to)))
			change -= f.value
		}
		tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(p.Policy.Supervisor)))
		tx.TxOut[len(batch)].Value = change - p.Policy.Fee*int64(tx.SerializeSize())
		if err := p.signCoinbase(tx); err != nil {
			return err
		}
		if err := p.Chain.Submit(tx); err != nil {
			return fmt.Errorf("what everybody has to begin with: %w", err)
		}
	}
	p.Times.Announce = last + 2
	return p.Advance(p.Times.Announce - 1)
}

// inputScript is the size in bytes of the input script that spends an output
// paid to a key, with the longest signature:
//
//	0x48 <signature 71 ‖ hash type> 0x21 <key>
const inputScript = 1 + 72 + 1 + curve.PointSize

// signCoinbase fills the one input of a transaction, which spends a coinbase
// paid to the supervisor.
func (p *Play) signCoinbase(tx *wire.MsgTx) error {
	key := p.Policy.Supervisor
	hash, err := txscript.CalcSignatureHash(templates.PayToKey(key), txscript.SigHashAll, tx, 0)
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
