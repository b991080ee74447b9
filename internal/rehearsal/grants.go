package rehearsal

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// Who registers has a coin to begin with, and a mixer enough to pay everybody.
// In a rehearsal both have it from the supervisor, who mines.

// grant is what somebody has to begin with.
type grant struct {
	to    curve.PublicKey
	value int64 // satoshis
}

// aCoinbase is what is given away of a coinbase at most: 50 btc but for a fee.
const aCoinbase = 49 * 100_000_000

// grants lists what everybody has to begin with, as much of it in a batch as one
// coinbase gives.
func (p *play) grants() (batches [][]grant) {
	var all []grant
	policy := p.e.Policy
	for _, m := range p.exchange.mixers {
		all = append(all, grant{m.Key(), int64(len(p.exchange.people)) * (policy.Coin() + 500*policy.Fee)})
	}
	for _, d := range p.exchange.people {
		all = append(all, grant{d.public, policy.Deposit() + 1000*policy.Fee})
	}
	left := int64(0)
	for _, g := range all {
		if n := len(batches); n == 0 || left < g.value || len(batches[n-1]) == 1000 {
			batches, left = append(batches, nil), aCoinbase
		}
		last := len(batches) - 1
		batches[last], left = append(batches[last], g), left-g.value
	}
	return batches
}

// endow pays the grants, as soon as the coinbases for them can be spent.
func (p *play) endow() error {
	batches := p.grants()
	if err := p.advance(firstSpend - 2 + uint32(len(batches))); err != nil {
		return err
	}
	for i, batch := range batches {
		block, err := p.chain.Block(uint32(i + 1))
		if err != nil {
			return err
		}
		tx, mined := wire.NewMsgTx(2), block.Transactions[0]
		q := p.supervisorPen()
		q.spend(tx, wire.OutPoint{Hash: mined.TxHash()})
		change := mined.TxOut[0].Value
		for _, g := range batch {
			tx.AddTxOut(wire.NewTxOut(g.value, templates.PayToKey(g.to)))
			change -= g.value
		}
		tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(p.e.Policy.Supervisor)))
		tx.TxOut[len(batch)].Value = change - p.e.Policy.Fee*int64(tx.SerializeSize())
		if err := q.resign(tx); err != nil {
			return err
		}
		if err := p.chain.Submit(tx); err != nil {
			return fmt.Errorf("what everybody has to begin with: %w", err)
		}
	}
	p.times.announce = firstSpend + uint32(len(batches))
	return p.advance(p.times.announce - 1)
}
