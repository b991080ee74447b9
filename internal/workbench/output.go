package workbench

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	btcaddr "github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/lift"
)

// stranger is the role of a key that is not in the policy: no name of a policy
// is spelled so.
const stranger = "?"

// trySeed is the seed of the stand-ins in tried spends.
const trySeed = 0

// lockedOutput is a voter's stake, or with mixing a deposit, under a policy
// whose every secret is known. It is on no chain: spends of it are made and
// shown to the script engine.
type lockedOutput struct {
	built   *Built                     // of the policy with stand-ins
	secrets map[string]curve.Scalar    // by role
	keys    map[string]curve.PublicKey // computed once
	redeem  []byte                     // the script with its holes filled
	funding *wire.MsgTx                // output 0 is this one
}

// standInOutput locks a stake under a policy file's stand-ins of a seed.
func standInOutput(src []byte, seed uint64) (*lockedOutput, error) {
	replaced, keys, err := StandIns(src, seed)
	if err != nil {
		return nil, err
	}
	return buildOutput(replaced, keys, func(role string) curve.Scalar { return standIn(seed, role) })
}

// buildOutput builds a policy of stand-ins and locks a stake under it. Keys and
// secretOf are lockOutput's.
func buildOutput(replaced []byte, keys map[string]curve.Scalar, secretOf func(role string) curve.Scalar) (*lockedOutput, error) {
	built, diags, err := Build(replaced)
	if err != nil {
		return nil, err
	}
	if built == nil {
		return nil, fmt.Errorf("policy with stand-ins: %w", firstError(diags))
	}
	return lockOutput(built, keys, secretOf)
}

// lockOutput locks a stake under a policy of stand-ins, whose secrets are keys
// by the roles of its literals. The secrets of roles without a literal are
// secretOf's: voter, joint keys, mixer and depositor of an escrow, stranger.
func lockOutput(built *Built, keys map[string]curve.Scalar, secretOf func(role string) curve.Scalar) (*lockedOutput, error) {
	o := &lockedOutput{built: built, secrets: map[string]curve.Scalar{}, keys: map[string]curve.PublicKey{}}
	for literal, secret := range keys {
		switch kind, name, _ := strings.Cut(literal, " "); kind {
		case "supervisor":
			o.secrets[kind] = secret
		case "candidate", "voter":
			o.secrets[name] = secret
		}
	}
	unnamed := []string{"voter", stranger, "joint"}
	for _, c := range built.Policy.Candidates {
		unnamed = append(unnamed, "joint."+c.Name)
	}
	for _, role := range unnamed {
		o.secrets[role] = secretOf(role)
	}
	for _, role := range []string{"mixer", "depositor"} {
		if _, named := o.secrets[role]; !named { // a candidate may be called so
			o.secrets[role] = secretOf(role)
		}
	}
	return o, o.lock()
}

// lock fills the script's holes and makes the transaction that pays to it.
func (o *lockedOutput) lock() error {
	roles, values := lift.Roles(o.built.Policy), map[string][]byte{}
	for _, hole := range o.built.Template.Holes() {
		switch templates.HoleKind(hole) {
		case templates.KindBallot:
			values[hole] = sampleBallot(o.built.Policy)
		case templates.KindHash:
			key := o.key(templates.HashedRole(hole))
			values[hole] = btcaddr.Hash160(key[:])
		default:
			key := o.key(cmp.Or(roles[hole], hole))
			values[hole] = key[:]
		}
	}
	var err error
	if o.redeem, err = o.built.Template.Fill(values); err != nil {
		return fmt.Errorf("stake: %w", err)
	}
	o.funding = wire.NewMsgTx(2)
	o.funding.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: 1}, nil, nil))
	o.funding.AddTxOut(wire.NewTxOut(o.built.Policy.Stake, templates.PayToRedeem(o.redeem)))
	return nil
}

// sampleBallot has the form of a sealed ballot and no opening.
func sampleBallot(p *lang.Policy) []byte {
	if p.Salted {
		return append([]byte{templates.SaltedPrefix}, bytes.Repeat([]byte{0x5a}, templates.SaltedBallot-1)...)
	}
	return append([]byte{templates.PlainPrefix}, bytes.Repeat([]byte{0x5a}, templates.PlainBallot-1)...)
}

// secret returns a role's secret. That of a sum of keys is the sum of theirs.
func (o *lockedOutput) secret(role string) curve.Scalar {
	if a, b, sum := strings.Cut(role, "+"); sum {
		return o.secrets[a].Add(o.secrets[b])
	}
	x, ok := o.secrets[role]
	if !ok {
		panic("workbench: no role " + role) // roles come from a built policy
	}
	return x
}

func (o *lockedOutput) key(role string) curve.PublicKey {
	if _, ok := o.keys[role]; !ok {
		o.keys[role] = curve.BaseMul(o.secret(role)).Key()
	}
	return o.keys[role]
}

// notFinal is the sequence under which a locktime counts (BIP 65).
const notFinal = wire.MaxTxInSequenceNum - 1

// spend builds a transaction with one input and one output: the input pushes
// the witness, signed by the roles that it names; the output pays what the
// policy's fee leaves to the key of taker.
func (o *lockedOutput) spend(witness []string, lock, sequence uint32, taker string) (*wire.MsgTx, error) {
	hash := o.funding.TxHash()
	tx := wire.NewMsgTx(2)
	tx.LockTime = lock
	tx.AddTxIn(wire.NewTxIn(wire.NewOutPoint(&hash, 0), nil, nil))
	tx.TxIn[0].Sequence = sequence
	p := o.built.Policy
	fee := p.Fee * int64(templates.SpendSize(witness, len(o.redeem), templates.PayoutP2PKH))
	tx.AddTxOut(wire.NewTxOut(max(p.Stake-fee, 0), templates.PayToKey(o.key(taker))))
	b := txscript.NewScriptBuilder()
	for _, item := range witness {
		kind, role, _ := strings.Cut(item, ":")
		switch kind {
		case "0":
			b.AddOp(txscript.OP_0)
		case "1":
			b.AddOp(txscript.OP_1)
		case "sig":
			sig, err := o.sign(tx, role)
			if err != nil {
				return nil, err
			}
			b.AddData(sig)
		case "pubkey":
			key := o.key(role)
			b.AddData(key[:])
		case "redeem":
			b.AddData(o.redeem)
		default:
			return nil, fmt.Errorf("unknown witness item %q", item)
		}
	}
	var err error
	tx.TxIn[0].SignatureScript, err = b.Script()
	return tx, err
}

// sign returns the role's signature of the whole transaction: DER ‖ 0x01.
func (o *lockedOutput) sign(tx *wire.MsgTx, role string) ([]byte, error) {
	hash, err := txscript.CalcSignatureHash(o.redeem, txscript.SigHashAll, tx, 0)
	if err != nil {
		return nil, err
	}
	sig, err := curve.SignECDSA(o.secret(role), [32]byte(hash))
	return append(sig, byte(txscript.SigHashAll)), err
}

// deposit returns a mixed policy's escrow in place of its contract, so that what
// is shown of a stake is shown of a deposit by the same code. Its policy has the
// supervisor only, whose key alone has a name in the escrow: mixer and depositor
// are holes. It is nil without mixing.
func (b *Built) deposit() (*Built, error) {
	if !b.Policy.Mixed() {
		return nil, nil
	}
	t, err := b.Contract.EscrowTemplate()
	if err != nil {
		return nil, fmt.Errorf("escrow: %w", err)
	}
	p, c := *b.Policy, *b.Contract
	p.Candidates, p.Branches, p.Stake, p.Salted = nil, nil, b.Policy.Deposit(), false
	c.Script, c.Paths = c.Escrow, c.EscrowPaths
	return &Built{&p, &c, t}, nil
}

// deposit locks a deposit with the same secrets; nil without mixing.
func (o *lockedOutput) deposit() (*lockedOutput, error) {
	escrow, err := o.built.deposit()
	if escrow == nil {
		return nil, err
	}
	d := &lockedOutput{built: escrow, secrets: o.secrets, keys: map[string]curve.PublicKey{}}
	return d, d.lock()
}

// ofDeposit reports whether a path spends a deposit, and no stake.
func ofDeposit(q templates.Path) bool { return q.Name == "sweep" || q.Name == "return" }
