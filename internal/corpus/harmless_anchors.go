package corpus

import (
	"crypto/sha256"
	"errors"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// richer adds a subsidy to a transaction of the supervisor, whose last output takes what
// it is worth.
func (p *play) richer(tx *wire.MsgTx) error {
	op, value, err := p.spare()
	if err != nil {
		return err
	}
	before := int64(tx.SerializeSize())
	p.supervisorSigner().spend(tx, op)
	tx.TxIn[len(tx.TxIn)-1].Sequence = election.AnchorSequence
	tx.TxOut[len(tx.TxOut)-1].Value += value - p.Policy.Fee*(int64(tx.SerializeSize())-before)
	return p.supervisorSigner().resign(tx)
}

func richerAnchors(p *play) error {
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if kindOf(tx) == 0 {
			return false, nil
		}
		return false, p.richer(tx)
	})
	return nil
}

func richerPayments(p *play) error {
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if kindOf(tx) != 0 {
			return false, nil
		}
		return false, p.richer(tx)
	})
	return nil
}

// replacedAnchors gives to the miner, in the place of each anchor, one that leaves 500 sat
// more to it. The supervisor sees it in its block.
func replacedAnchors(p *play) error {
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if kindOf(tx) == 0 {
			return false, nil
		}
		bumped := tx.Copy()
		bumped.TxOut[len(tx.TxOut)-1].Value -= 500
		err := p.supervisorSigner().resign(bumped)
		p.Chain.SubmitToMiner(bumped)
		return true, err
	})
	return nil
}

func anchorsAtLast(p *play) error {
	p.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		if kind == election.Announce { // coins are to be paid after it
			return false, nil
		}
		return true, p.close(kind, p.due(kind).Last)
	}
	return nil
}

func repeatsAnchor(p *play) error {
	var head [32]byte
	p.Hooks.Anchor = func(kind int, _ uint32) (bool, error) {
		if kind == election.RollClosed {
			head = p.Log.Head()
		}
		return false, nil
	}
	p.at(p.Policy.Times.VoteFrom, func() error { return p.strayAnchor(election.RollClosed, p.EID, head) })
	return nil
}

// otherElection has the supervisor announce another election, before and after this one.
func otherElection(p *play) error {
	other := sha256.Sum256(p.PolicyFile)
	for _, height := range []uint32{p.Times.Announce, p.Policy.Times.VoteFrom} {
		p.at(height, func() error { return p.strayAnchor(election.Announce, other, other) })
	}
	return nil
}

// lastSpent has the supervisor spend output 1 of the setup's anchor.
func lastSpent(p *play) error {
	var last *wire.MsgTx
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		if kindOf(tx) == election.SetupClosed {
			last = tx
		}
		return false, nil
	})
	p.at(p.Policy.Times.VoteFrom, func() error {
		tx := wire.NewMsgTx(2)
		p.supervisorSigner().spend(tx, wire.OutPoint{Hash: last.TxHash(), Index: 1})
		tx.AddTxOut(wire.NewTxOut(0, returning([]byte("thanks"))))
		err := p.supervisorSigner().resign(tx)
		p.Chain.SubmitToMiner(tx)
		return err
	})
	return nil
}

// otherPayments has the supervisor pay a stranger in the blocks around each height.
func otherPayments(p *play) error {
	to := templates.PayToKey(curve.BaseMul(p.stranger()).Key())
	for _, due := range p.Election.Due() {
		for _, height := range []uint32{due.By, due.By + 1, due.Last} {
			p.at(max(height, p.Times.Announce), func() error {
				_, err := p.paySpare(wire.NewTxOut(5000, to))
				return err
			})
		}
	}
	return nil
}

// strangersEntry has a stranger enter with the first voter's coin, before the first entry
// and after the roll.
func strangersEntry(p *play) error {
	var coin []byte
	done := false
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var body board.Entry
		if board.DecodeBody(l, &body) == nil {
			coin = body.Outpoint
		}
		first := l.Type == board.TypeEntry && !done
		if !first && l.Type != board.TypeRoll {
			return []board.Line{l}, nil
		}
		done = true
		other, err := p.forge(p.stranger(), board.Entry{Outpoint: coin})
		if first {
			return []board.Line{other, l}, err
		}
		return []board.Line{l, other}, err
	})
	return nil
}

// enters has the first voter write three entries.
func enters(p *play) error {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if l.Type != board.TypeEntry || l.By != p.Voters[0].Key() {
			return []board.Line{l}, nil
		}
		coin := election.EncodeOutpoint(wire.OutPoint{Hash: p.policyHash()})
		wrong, err := p.forge(p.Voters[0].Secret, board.Entry{Outpoint: coin[:]})
		again, err2 := p.forge(p.Voters[0].Secret, board.Entry{Outpoint: coin[:]})
		return []board.Line{wrong, l, again, l}, errors.Join(err, err2)
	})
	return nil
}
