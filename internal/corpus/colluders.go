package corpus

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// depositorOf returns the depositor of a voter.
func (p *play) depositorOf(v *rehearsal.Voter) *rehearsal.Depositor {
	i := slices.IndexFunc(p.Exchange.Depositors, func(d *rehearsal.Depositor) bool { return d.Voter == v })
	return p.Exchange.Depositors[i]
}

// abstainer returns a depositor whose voter abstains, so that no result depends on
// it.
func (p *play) abstainer() *rehearsal.Depositor { return p.depositorOf(p.votersFor(0)[0]) }

// mixerSigner returns the signer of mixer number i, from 0.
func (p *play) mixerSigner(i int) signer { return signer{key: p.Keys[p.MixerRole(i)]} }

// mixerNumber returns the number of the mixer with a key, from 0.
func (p *play) mixerNumber(key curve.PublicKey) int {
	return slices.IndexFunc(p.Exchange.Mixers, func(m *roles.Mixer) bool { return m.Key() == key })
}

// exchange returns the exchange of board and chain as they are.
func (p *play) exchange() *election.Exchange {
	x, err := p.View("")
	if err != nil {
		panic("corpus: " + err.Error()) // the chain's blocks were read before
	}
	return x
}

// lesser returns the number of the mixer with the fewest deposits, from 0: without its
// depositors the others are enough for the threshold.
func (p *play) lesser() (least int) {
	x, held := p.exchange(), make(map[curve.PublicKey]int)
	for _, d := range x.Deposits {
		held[d.Mixer.Key]++
	}
	for i, m := range p.Exchange.Mixers {
		if held[m.Key()] < held[p.Exchange.Mixers[least].Key()] {
			least = i
		}
	}
	return least
}

// publish appends a line with a body by the author with a key.
func (p *play) publish(key curve.Scalar, body board.Body) error {
	l, err := p.forge(key, body)
	if err != nil {
		return err
	}
	return p.Append(l)
}

// addAfter appends the lines that more returns after the first line of a type for which
// it returns any.
func addAfter[T board.Body](p *play, more func(l board.Line, body T) ([]board.Line, error)) {
	done := false
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var body T
		if done || l.Type != body.Type() || board.DecodeBody(l, &body) != nil {
			return []board.Line{l}, nil
		}
		lines, err := more(l, body)
		done = len(lines) > 0
		return append([]board.Line{l}, lines...), err
	})
}

// coinsOf returns the unspent outputs that pay a key, coinbases left out, the
// largest first, and their values in satoshis.
func (p *play) coinsOf(key curve.PublicKey) (outs []wire.OutPoint, values map[wire.OutPoint]int64, err error) {
	values = make(map[wire.OutPoint]int64)
	script := string(templates.PayToKey(key))
	tip, _ := p.Chain.Tip()
	for h := uint32(1); h <= tip; h++ {
		block, err := p.Chain.Block(h)
		if err != nil {
			return nil, nil, err
		}
		for i, tx := range block.Transactions {
			for _, in := range tx.TxIn {
				delete(values, in.PreviousOutPoint)
			}
			for n, out := range tx.TxOut {
				if string(out.PkScript) == script && out.Value > 0 && i > 0 {
					values[wire.OutPoint{Hash: tx.TxHash(), Index: uint32(n)}] = out.Value
				}
			}
		}
	}
	for op := range values {
		outs = append(outs, op)
	}
	slices.SortFunc(outs, func(a, b wire.OutPoint) int {
		return cmp.Or(cmp.Compare(values[b], values[a]), slices.Compare(a.Hash[:], b.Hash[:]))
	})
	return outs, values, nil
}

// pay sends a transaction with outs, from coins of the signer's key in blocks,
// with change.
func (p *play) pay(q signer, outs ...*wire.TxOut) (*wire.MsgTx, error) {
	key := curve.BaseMul(q.key).Key()
	if key == p.Supervisor.Key() {
		return p.paySpare(outs...)
	}
	coins, values, err := p.coinsOf(key)
	if err != nil {
		return nil, err
	}
	left, tx := int64(0), wire.NewMsgTx(2)
	for _, out := range outs {
		left -= out.Value
	}
	tx.TxOut = append(slices.Clone(outs), wire.NewTxOut(0, templates.PayToKey(key)))
	for _, op := range coins {
		q.spend(tx, op)
		left += values[op]
		if change := left - p.Policy.Fee*int64(tx.SerializeSize()); change > 600 {
			tx.TxOut[len(outs)].Value = change
			err := q.resign(tx)
			return tx, errors.Join(err, p.Chain.Submit(tx))
		}
	}
	return nil, fmt.Errorf("%s has not enough", key)
}

// signVoucher returns a blind signature by mixer number i, from 0, for which no
// depositor asked.
func (p *play) signVoucher(i int, message []byte) ([]byte, error) {
	m := p.Exchange.Mixers[i]
	scheme, err := p.exchange().SchemeOf(p.exchange().MixerOf(m.Key()).Issuers[0])
	if err != nil {
		return nil, err
	}
	random := p.Stream("forger")
	session, err := m.Issuer().Open(random)
	if err != nil {
		return nil, err
	}
	blinding := scheme.Blind(random, message)
	challenge, err := blinding.Challenge(session.Offer())
	if err != nil {
		return nil, err
	}
	answer, err := session.Answer(challenge)
	if err != nil {
		return nil, err
	}
	return blinding.Finish(answer)
}
