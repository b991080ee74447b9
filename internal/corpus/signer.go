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

// signer signs inputs with any hash type, any nonce and either s.
type signer struct {
	key      curve.Scalar
	hashType txscript.SigHashType // 0 for SIGHASH_ALL
	nonce    curve.Scalar         // 0 for that of RFC 6979
	highS    bool                 // whether s is the higher of the two, above q/2
}

// sign returns the signature of an input: DER ‖ hash type. locking is the redeem
// script, or the script of the spent output.
func (s signer) sign(tx *wire.MsgTx, i int, locking []byte) ([]byte, error) {
	if s.hashType == 0 {
		s.hashType = txscript.SigHashAll
	}
	hash, err := txscript.CalcSignatureHash(locking, s.hashType, tx, i)
	if err != nil {
		return nil, err
	}
	sig, err := curve.SignECDSA(s.key, [32]byte(hash))
	if err == nil && !s.nonce.IsZero() {
		sig, err = signWith(s.key, s.nonce, [32]byte(hash))
	}
	if err == nil && s.highS {
		sig, err = highS(sig)
	}
	return append(sig, byte(s.hashType)), err
}

// signWith returns an ECDSA signature with a given nonce k and the lower s, in DER:
//
//	r = x(k·G), s = (hash + r·key) / k
func signWith(key, nonce curve.Scalar, hash [32]byte) ([]byte, error) {
	point := curve.BaseMul(nonce).Key()
	r := curve.ReduceScalar([32]byte(point[1:]))
	s := nonce.Inverse().Mul(curve.ReduceScalar(hash).Add(r.Mul(key)))
	if s.Neg().Bytes()[0] < 0x80 && s.Bytes()[0] >= 0x80 {
		s = s.Neg()
	}
	return der(r, s)
}

// highS replaces s by q − s, in DER.
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

// der encodes a signature: SEQUENCE { INTEGER r, INTEGER s }.
func der(r, s curve.Scalar) ([]byte, error) {
	a, b := r.Bytes(), s.Bytes()
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(a[:]), new(big.Int).SetBytes(b[:])})
}

// pushes returns the items of an input script.
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

// push returns the input script of items.
func push(items ...[]byte) []byte {
	b := txscript.NewScriptBuilder()
	for _, item := range items {
		b.AddData(item)
	}
	return built(b)
}

// built returns the script of a builder whose items are small enough.
func built(b *txscript.ScriptBuilder) []byte {
	script, err := b.Script()
	if err != nil {
		panic("corpus: building a script: " + err.Error())
	}
	return script
}

// isSignature reports whether an item of an input script is a signature in DER.
func isSignature(item []byte) bool { return len(item) > 8 && len(item) < 74 && item[0] == 0x30 }

// resign signs every input anew, in the place of the first signature of its
// script.
func (s signer) resign(tx *wire.MsgTx) error {
	for i := range tx.TxIn {
		if err := s.resignInput(tx, i); err != nil {
			return err
		}
	}
	return nil
}

func (s signer) resignInput(tx *wire.MsgTx, i int) error {
	items := pushes(tx.TxIn[i].SignatureScript)
	if len(items) == 0 {
		return errors.New("an input without a script")
	}
	locking := items[len(items)-1]
	if len(locking) == curve.PointSize {
		locking = templates.PayToKey(curve.PublicKey(locking))
	}
	sig, err := s.sign(tx, i, locking)
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

// spend adds an input that spends an output paid to the signer's key. Its script
// has 70 bytes in the place of the signature:
//
//	<signature> <key>
func (s signer) spend(tx *wire.MsgTx, op wire.OutPoint) {
	key := curve.BaseMul(s.key).Key()
	in := wire.NewTxIn(&op, push(bytes.Repeat([]byte{0x30}, 70), key[:]), nil)
	tx.AddTxIn(in)
}

// returning is RETURN <data> ….
func returning(data ...[]byte) []byte {
	b := txscript.NewScriptBuilder().AddOp(txscript.OP_RETURN)
	for _, d := range data {
		b.AddData(d)
	}
	return built(b)
}

// sweep returns a transaction that spends stakes by a path of the contract into
// one output. One signer signs every input.
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
		in := wire.NewTxIn(&v.Stake, inputScript(way, key, v.Redeem), nil)
		if tx.LockTime = way.After; way.After > 0 {
			in.Sequence = math.MaxUint32 - 2
		}
		tx.AddTxIn(in)
		value += v.Value
	}
	tx.AddTxOut(wire.NewTxOut(value, payout))
	return tx, q.resign(tx)
}

// inputScript returns the input script of a path, with 70 bytes in the place of a
// signature.
func inputScript(way templates.Path, key curve.PublicKey, redeem []byte) []byte {
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
