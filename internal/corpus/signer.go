package corpus

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"math"
	"math/big"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// signer signs as honest roles do not: with any hash type and any nonce.
type signer struct {
	key      curve.Scalar
	hashType txscript.SigHashType // 0 for SIGHASH_ALL
	nonce    curve.Scalar         // 0 for that of RFC 6979
	highS    bool                 // the higher of the two values of s
}

// sign is the signature of an input with its hash type. locking is the redeem
// script, or the script of the output that is spent.
func (q signer) sign(tx *wire.MsgTx, i int, locking []byte) ([]byte, error) {
	if q.hashType == 0 {
		q.hashType = txscript.SigHashAll
	}
	hash, err := txscript.CalcSignatureHash(locking, q.hashType, tx, i)
	if err != nil {
		return nil, err
	}
	sig, err := curve.SignECDSA(q.key, [32]byte(hash))
	if err == nil && !q.nonce.IsZero() {
		sig, err = signWith(q.key, q.nonce, [32]byte(hash))
	}
	if err == nil && q.highS {
		sig, err = highS(sig)
	}
	return append(sig, byte(q.hashType)), err
}

// signWith is ECDSA with a given nonce and the lower s, in DER.
func signWith(key, nonce curve.Scalar, hash [32]byte) ([]byte, error) {
	point := curve.BaseMul(nonce).Key()
	r := curve.ReduceScalar([32]byte(point[1:]))
	s := nonce.Inverse().Mul(curve.ReduceScalar(hash).Add(r.Mul(key)))
	if s.Neg().Bytes()[0] < 0x80 && s.Bytes()[0] >= 0x80 {
		s = s.Neg()
	}
	return der(r, s)
}

// highS replaces s by q − s.
func highS(sig []byte) ([]byte, error) {
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(sig, &v); err != nil {
		return nil, err
	}
	var r, s [32]byte
	v.R.FillBytes(r[:])
	v.S.FillBytes(s[:])
	return der(curve.ReduceScalar(r), curve.ReduceScalar(s).Neg())
}

func der(r, s curve.Scalar) ([]byte, error) {
	a, b := r.Bytes(), s.Bytes()
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(a[:]), new(big.Int).SetBytes(b[:])})
}

// pushes are the items of an input script, and push is the script of items.
func pushes(script []byte) (items [][]byte) {
	t := txscript.MakeScriptTokenizer(0, script)
	for t.Next() {
		item := t.Data()
		if n := t.Opcode(); item == nil && n >= txscript.OP_1 && n <= txscript.OP_16 {
			item = []byte{n - txscript.OP_1 + 1}
		}
		items = append(items, item)
	}
	return items
}

func push(items ...[]byte) []byte {
	b := txscript.NewScriptBuilder()
	for _, item := range items {
		b.AddData(item)
	}
	return built(b)
}

// built ends a builder that is given nothing it could refuse.
func built(b *txscript.ScriptBuilder) []byte {
	script, err := b.Script()
	if err != nil {
		panic("corpus: building a script: " + err.Error())
	}
	return script
}

// isSignature tells a signature from the other items of an input script.
func isSignature(item []byte) bool { return len(item) > 8 && len(item) < 74 && item[0] == 0x30 }

// resign signs every input again after a change, in the places of the old
// signatures.
func (q signer) resign(tx *wire.MsgTx) error {
	for i := range tx.TxIn {
		if err := q.resignInput(tx, i); err != nil {
			return err
		}
	}
	return nil
}

func (q signer) resignInput(tx *wire.MsgTx, i int) error {
	items := pushes(tx.TxIn[i].SignatureScript)
	if len(items) == 0 {
		return errors.New("an input without a script")
	}
	locking := items[len(items)-1]
	if len(locking) == curve.PointSize {
		locking = templates.PayToKey(curve.PublicKey(locking))
	}
	sig, err := q.sign(tx, i, locking)
	if err != nil {
		return err
	}
	for at, item := range items {
		if isSignature(item) {
			items[at] = sig
			break
		}
	}
	tx.TxIn[i].SignatureScript = push(items...)
	return nil
}

// spend adds an input that spends an output paid to the pen's key, unsigned.
func (q signer) spend(tx *wire.MsgTx, op wire.OutPoint) {
	key := curve.BaseMul(q.key).Key()
	in := wire.NewTxIn(&op, push(bytes.Repeat([]byte{0x30}, 70), key[:]), nil)
	tx.AddTxIn(in)
}

func returning(data ...[]byte) []byte {
	b := txscript.NewScriptBuilder().AddOp(txscript.OP_RETURN)
	for _, d := range data {
		b.AddData(d)
	}
	return built(b)
}

// sweep spends stakes by a path of the contract into one output script, all
// with one pen.
func (p *play) sweep(votes []*election.Vote, path string, q signer, payout []byte) (*wire.MsgTx, error) {
	tx := wire.NewMsgTx(2)
	at := -1
	for i, way := range p.Contract.Paths {
		if way.Name == path {
			at = i
		}
	}
	if at < 0 || len(votes) == 0 {
		return nil, fmt.Errorf("no path %s, or no stakes to spend by it", path)
	}
	way := p.Contract.Paths[at]
	value := -p.Policy.Fee * int64(templates.SweepSize(len(votes), way.Witness, len(votes[0].Redeem), len(payout)))
	key := curve.BaseMul(q.key).Key()
	for _, v := range votes {
		in := wire.NewTxIn(&v.Stake, witness(way, key, v.Redeem), nil)
		if tx.LockTime = way.After; way.After > 0 {
			in.Sequence = math.MaxUint32 - 1
		}
		tx.AddTxIn(in)
		value += v.Value
	}
	tx.AddTxOut(wire.NewTxOut(value, payout))
	return tx, q.resign(tx)
}

// witness is the input script of a path, with a place for the signature.
func witness(way templates.Path, key curve.PublicKey, redeem []byte) []byte {
	var items [][]byte
	for _, item := range way.Witness {
		switch {
		case item == "0":
			items = append(items, nil)
		case item == "1":
			items = append(items, []byte{1})
		case item == "redeem":
			items = append(items, redeem)
		case item[0] == 's': // sig:
			items = append(items, bytes.Repeat([]byte{0x30}, 70))
		default: // pubkey:
			items = append(items, key[:])
		}
	}
	return push(items...)
}
