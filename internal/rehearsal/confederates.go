package rehearsal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// What those who lie about registration and mixing can do.

// depositorOf is a voter before it has an anonymous coin.
func (p *play) depositorOf(v *voter) *depositor {
	i := slices.IndexFunc(p.exchange.people, func(d *depositor) bool { return d.voter == v })
	return p.exchange.people[i]
}

// idler is a depositor whose voter abstains, so that nobody wins or loses by
// what becomes of it.
func (p *play) idler() *depositor { return p.depositorOf(p.votersFor(0)[0]) }

// mixerPen signs for the mixer number i.
func (p *play) mixerPen(i int) pen { return pen{key: p.keys[p.mixerRole(i)]} }

// mixerNumber is the number of the mixer with a key.
func (p *play) mixerNumber(key curve.PublicKey) int {
	return slices.IndexFunc(p.exchange.mixers, func(m *roles.Mixer) bool { return m.Key() == key })
}

// deceive has some go by what authors wrote, whatever a lie puts onto the board
// in its place: they are in on it, or do not look. Without names, all do.
func (p *play) deceive(who ...string) {
	p.exchange.story, p.exchange.told = election.NewExchangeLog(p.e), make(map[int]board.Line)
	p.tricks.believes = func(role string) bool { return slices.Contains(who, role) || len(who) == 0 }
}

// when does something in the block after that of one of the exchange's
// deadlines, verifier.T1 to T5, or some blocks later or earlier.
func (p *play) when(deadline, later int, do func() error) {
	p.tricks.line = append(p.tricks.line, func(l board.Line) ([]board.Line, error) {
		var r board.Registry
		if l.Type == board.TypeRegistry && board.DecodeBody(l, &r) == nil {
			p.tricks.at(uint32(int(r.Deadlines[deadline])+1+later), do)
		}
		return []board.Line{l}, nil
	})
}

// say puts a line onto the board.
func (p *play) say(key curve.Scalar, body board.Body) error { return p.appendLine(p.forge(key, body)) }

// beside adds lines after the first of a type that suits.
func beside[T board.Body](p *play, more func(l board.Line, body T) ([]board.Line, error)) {
	done := false
	p.tricks.line = append(p.tricks.line, func(l board.Line) ([]board.Line, error) {
		var body T
		if done || l.Type != body.Type() || board.DecodeBody(l, &body) != nil {
			return []board.Line{l}, nil
		}
		lines, err := more(l, body)
		done = len(lines) > 0
		return append([]board.Line{l}, lines...), err
	})
}

// purseOf lists the unspent outputs that pay a key, the largest first.
func (p *play) purseOf(key curve.PublicKey) (outs []wire.OutPoint, values map[wire.OutPoint]int64, err error) {
	values = make(map[wire.OutPoint]int64)
	script := string(roles.PayToKey(key))
	tip, _ := p.chain.Tip()
	for h := uint32(1); h <= tip; h++ {
		block, err := p.chain.Block(h)
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

// payFrom has somebody pay out of what it has in blocks, with change.
func (p *play) payFrom(q pen, outs ...*wire.TxOut) (*wire.MsgTx, error) {
	key := curve.BaseMul(q.key).Key()
	coins, values, err := p.purseOf(key)
	if err != nil {
		return nil, err
	}
	left, tx := int64(0), wire.NewMsgTx(2)
	for _, out := range outs {
		left -= out.Value
	}
	tx.TxOut = append(slices.Clone(outs), wire.NewTxOut(0, roles.PayToKey(key)))
	for _, op := range coins {
		q.spend(tx, op)
		left += values[op]
		if change := left - p.e.Policy.Fee*int64(tx.SerializeSize()); change > 600 {
			tx.TxOut[len(outs)].Value = change
			err := q.resign(tx)
			return tx, errors.Join(err, p.chain.Submit(tx))
		}
	}
	return nil, fmt.Errorf("%s has not enough", key)
}

// signFor has the mixer number i sign a message that nobody asked it to sign.
func (p *play) signFor(i int, message []byte) ([]byte, error) {
	m := p.exchange.mixers[i]
	scheme, err := p.overheard().SchemeOf(p.overheard().MixerOf(m.Key()))
	if err != nil {
		return nil, err
	}
	random := p.stream("forger")
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
