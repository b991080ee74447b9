package roles

import (
	"fmt"
	"strings"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Sizes in bytes, signatures at their longest. All our transactions are
// legacy, so that a virtual byte is a byte.
const (
	txFrame     = 4 + 3 + 3 + 4                  // version, both counts, locktime
	p2pkhInput  = 36 + 1 + (1 + 72 + 1 + 33) + 4 // outpoint, length, signature and key, sequence
	p2pkhSize   = 25
	p2pkhOutput = 8 + 1 + p2pkhSize
)

// coin is an output that somebody can spend.
type coin struct {
	op    wire.OutPoint
	value int64 // satoshis
}

func newTx() *wire.MsgTx { return wire.NewMsgTx(2) }

func addInput(tx *wire.MsgTx, op wire.OutPoint, sequence uint32) {
	in := wire.NewTxIn(&op, nil, nil)
	in.Sequence = sequence
	tx.AddTxIn(in)
}

// opReturn is RETURN <data>.
func opReturn(data []byte) []byte {
	return script(txscript.NewScriptBuilder().AddOp(txscript.OP_RETURN).AddData(data))
}

// script ends a builder that is given nothing it could refuse.
func script(b *txscript.ScriptBuilder) []byte {
	s, err := b.Script()
	if err != nil {
		panic("roles: building a script: " + err.Error())
	}
	return s
}

// sign is the signature of input i for the whole transaction, with its hash
// type: DER ‖ 0x01. locking is the redeem script, or the P2PKH output's.
func sign(tx *wire.MsgTx, i int, locking []byte, key curve.Scalar) ([]byte, error) {
	hash, err := txscript.CalcSignatureHash(locking, txscript.SigHashAll, tx, i)
	if err != nil {
		return nil, fmt.Errorf("signature hash of input %d: %w", i, err)
	}
	sig, err := curve.SignECDSA(key, [32]byte(hash))
	return append(sig, byte(txscript.SigHashAll)), err
}

// signKey fills input i, which spends an output paid to the key.
func signKey(tx *wire.MsgTx, i int, key curve.Scalar, public curve.PublicKey) error {
	sig, err := sign(tx, i, templates.PayToKey(public), key)
	if err != nil {
		return err
	}
	tx.TxIn[i].SignatureScript = script(txscript.NewScriptBuilder().AddData(sig).AddData(public[:]))
	return nil
}

// signStake fills input i, which spends a stake by the path of one signer.
func signStake(tx *wire.MsgTx, i int, path templates.Path, redeem []byte, key curve.Scalar) error {
	return signPath(tx, i, path, redeem, map[string]curve.Scalar{path.Signers[0]: key})
}

// signPath fills input i, which spends an output by the path of a contract.
// Secrets are the signers' by role; who has none there leaves its place empty.
func signPath(tx *wire.MsgTx, i int, path templates.Path, redeem []byte, secrets map[string]curve.Scalar) error {
	w := witness{sigs: make(map[string][]byte), keys: make(map[string]curve.PublicKey)}
	for role, key := range secrets {
		sig, err := sign(tx, i, redeem, key)
		if err != nil {
			return err
		}
		w.sigs[role], w.keys[role] = sig, curve.BaseMul(key).Key()
	}
	return w.fill(tx, i, path, redeem)
}

// witness is what signers contribute to a spend, by their roles.
type witness struct {
	sigs map[string][]byte
	keys map[string]curve.PublicKey
}

// fill pushes the items of the path's witness from first to last.
func (w witness) fill(tx *wire.MsgTx, i int, path templates.Path, redeem []byte) error {
	b := txscript.NewScriptBuilder()
	for _, item := range path.Witness {
		kind, role, _ := strings.Cut(item, ":")
		switch kind {
		case "0":
			b.AddOp(txscript.OP_0)
		case "1":
			b.AddOp(txscript.OP_1)
		case "sig":
			b.AddData(w.sigs[role])
		case "pubkey":
			key := w.keys[role]
			b.AddData(key[:])
		case "redeem":
			b.AddData(redeem)
		default:
			return fmt.Errorf("path %s: unknown witness item %q", path.Name, item)
		}
	}
	var err error
	tx.TxIn[i].SignatureScript, err = b.Script()
	return err
}

// pathNamed finds a path of the contract, a stake's or the escrow's.
func pathNamed(c *templates.Contract, name string) (templates.Path, error) {
	for _, paths := range [][]templates.Path{c.Paths, c.EscrowPaths} {
		for _, p := range paths {
			if p.Name == name {
				return p, nil
			}
		}
	}
	return templates.Path{}, fmt.Errorf("the contract has no path %s", name)
}
