package roles

import (
	"fmt"
	"strings"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

func newTx() *wire.MsgTx { return wire.NewMsgTx(2) }

// replaceable is the sequence of every input: it signals that the transaction may be replaced (BIP 125)
// and lets a lock time hold (BIP 65). Its bit 31 says that it is no relative lock (BIP 68).
const replaceable = wire.MaxTxInSequenceNum - 2

func addInput(tx *wire.MsgTx, op wire.OutPoint) {
	in := wire.NewTxIn(&op, nil, nil)
	in.Sequence = replaceable
	tx.AddTxIn(in)
}

// opReturn is the output script RETURN <data>.
func opReturn(data []byte) []byte {
	return mustScript(txscript.NewScriptBuilder().AddOp(txscript.OP_RETURN).AddData(data))
}

// mustScript returns the script of a builder. It panics on an error: callers push few bytes.
func mustScript(b *txscript.ScriptBuilder) []byte {
	s, err := b.Script()
	if err != nil {
		panic("roles: building a script: " + err.Error())
	}
	return s
}

// sign is the signature of input i for the whole transaction, DER ‖ 01 (SIGHASH_ALL). locking is
// the redeem script, or the output script of a P2PKH output.
func sign(tx *wire.MsgTx, i int, locking []byte, key curve.Scalar) ([]byte, error) {
	return signAs(tx, i, locking, key, txscript.SigHashAll)
}

// signAs is sign with a hash type: [election.SweepHashType] is the only other one.
func signAs(tx *wire.MsgTx, i int, locking []byte, key curve.Scalar, kind txscript.SigHashType) ([]byte, error) {
	hash, err := txscript.CalcSignatureHash(locking, kind, tx, i)
	if err != nil {
		return nil, fmt.Errorf("signature hash of input %d: %w", i, err)
	}
	sig, err := curve.SignECDSA(key, [32]byte(hash))
	return append(sig, byte(kind)), err
}

// signKey fills input i, which spends a P2PKH output of the key:
//
//	<signature> <public key>
func signKey(tx *wire.MsgTx, i int, key curve.Scalar, public curve.PublicKey) error {
	sig, err := sign(tx, i, templates.PayToKey(public), key)
	if err != nil {
		return err
	}
	tx.TxIn[i].SignatureScript = mustScript(txscript.NewScriptBuilder().AddData(sig).AddData(public[:]))
	return nil
}

// signStake fills input i, which spends a stake by the path of one signer.
func signStake(tx *wire.MsgTx, i int, path templates.Path, redeem []byte, key curve.Scalar) error {
	return signPath(tx, i, path, redeem, map[string]curve.Scalar{path.Signers[0]: key})
}

// signPath fills input i, which spends an output by a path of the contract. secrets are by the
// signers' roles; the signature of a role without a secret stays empty.
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

// witness is what the signers of a path contribute to an input script, by their roles.
type witness struct {
	sigs map[string][]byte
	keys map[string]curve.PublicKey
}

// fill writes the script of input i, the items of path.Witness pushed from first to last:
//
//	item          pushed
//	0, 1          the number
//	sig:ROLE      the role's signature
//	pubkey:ROLE   the role's public key
//	redeem        the redeem script
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

// pathNamed returns a path of the contract, of its stakes or of its escrow.
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
