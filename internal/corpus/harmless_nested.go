package corpus

import (
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// nestedVariants are about outputs of other wallets that touch an election. They are spent
// with witnesses, which merkle proofs do not have.
var nestedVariants = []Lie{
	{Name: "change-in-nested-segwit", Text: "a voter's vote has change in a P2SH output for a segwit key, which is spent later",
		Base: "sealed", Along: []string{"V65"}, tamper: nestedChange},
	{Name: "change-in-nested-segwit-proven", Text: "the same, and the record has proofs instead of blocks",
		Base: "sealed", proven: true, Along: []string{"V65", "V91", "V107"}, tamper: nestedChange},
	{Name: "entry-of-segwit-coin", Text: "a stranger enters with a coin of its own for a segwit key, and spends it",
		Base: "sealed", proven: true, Along: []string{"V91", "V107"}, tamper: segwitEntry},
}

// nested returns the scripts of an output for a segwit key inside of P2SH (BIP 141):
//
//	output   HASH160 <hash of program> EQUAL
//	program  0 <hash of key>
func nested(key curve.Scalar) (output, program []byte) {
	public := curve.BaseMul(key).Key()
	program = built(txscript.NewScriptBuilder().AddOp(txscript.OP_0).AddData(address.Hash160(public[:])))
	return templates.PayToRedeem(program), program
}

// spendNested spends an output of [nested].
func (p *play) spendNested(op wire.OutPoint, value int64, secret curve.Scalar) error {
	output, program := nested(secret)
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&op, push(program), nil))
	tx.AddTxOut(wire.NewTxOut(value-p.Policy.Fee*200, templates.PayToKey(curve.BaseMul(secret).Key())))
	hashes := txscript.NewTxSigHashes(tx, txscript.NewCannedPrevOutputFetcher(output, value))
	hash, err := txscript.CalcWitnessSigHash(program, hashes, txscript.SigHashAll, tx, 0, value)
	if err != nil {
		return err
	}
	sig, err := curve.SignECDSA(secret, [32]byte(hash))
	public := curve.BaseMul(secret).Key()
	tx.TxIn[0].Witness = wire.TxWitness{append(sig, byte(txscript.SigHashAll)), public[:]}
	if err != nil {
		return err
	}
	return p.Chain.Submit(tx)
}

// nestedChange has a voter add an input of its own to its vote, with change, and spend the
// change before the vote closes.
func nestedChange(p *play) error {
	const change = 40_000
	v := p.votersFor(1)[0]
	p.castInstead(v, func(keys map[string][]byte) error {
		output, _ := nested(v.Secret)
		tx, err := p.richerVote(v, keys, func(tx *wire.MsgTx) { tx.AddTxOut(wire.NewTxOut(change, output)) })
		if err != nil {
			return err
		}
		p.at(p.Policy.Times.VoteTo, func() error {
			return p.spendNested(wire.OutPoint{Hash: tx.TxHash(), Index: uint32(len(tx.TxOut) - 1)}, change, v.Secret)
		})
		return p.Chain.Submit(tx)
	})
	return nil
}

// segwitEntry has a stranger enter with an output that the supervisor paid to it, and
// spend it.
func segwitEntry(p *play) error {
	const value = 40_000
	output, _ := nested(p.stranger())
	entered := false
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if l.Type != board.TypeEntry || entered {
			return []board.Line{l}, nil
		}
		entered = true
		tx, err := p.paySpare(wire.NewTxOut(value, output))
		if err != nil {
			return nil, err
		}
		op := wire.OutPoint{Hash: tx.TxHash()}
		p.at(p.Policy.Times.VoteFrom, func() error { return p.spendNested(op, value, p.stranger()) })
		coin := election.EncodeOutpoint(op)
		other, err := p.forge(p.stranger(), board.Entry{Outpoint: coin[:]})
		return []board.Line{other, l}, err
	})
	return nil
}
