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

// stranger is the role of somebody whom the policy does not know. No name is
// spelled so.
const stranger = "?"

// trySeed is what the stand-ins of tried spends are drawn from.
const trySeed = 0

// stake is one voter's stake under a policy whose every secret is known: what
// a person could do to it can be done here and shown to the script engine. It
// lies on no chain.
type stake struct {
	built   *Built // of the policy with stand-ins
	secrets map[string]curve.Scalar
	keys    map[string]curve.PublicKey // computed once
	redeem  []byte
	funding *wire.MsgTx // output 0 is the stake
}

// newStake locks a stake under a policy file's stand-ins of a seed.
func newStake(src []byte, seed uint64) (*stake, error) {
	replaced, keys, err := StandIns(src, seed)
	if err != nil {
		return nil, err
	}
	return lockStake(replaced, keys, func(role string) curve.Scalar { return standIn(seed, role) })
}

// lockStake builds a policy of stand-ins and locks a stake under it. Keys and
// secretOf are castStake's.
func lockStake(replaced []byte, keys map[string]curve.Scalar, secretOf func(role string) curve.Scalar) (*stake, error) {
	built, diags, err := Build(replaced)
	if err != nil {
		return nil, err
	}
	if built == nil {
		return nil, fmt.Errorf("policy with stand-ins: %w", firstError(diags))
	}
	return castStake(built, keys, secretOf)
}

// castStake locks a stake under a policy of stand-ins, whose secrets are keys
// by the roles of its literals. The secrets of those whom no literal names (the
// voter, the joint keys, the mixer and the depositor of an escrow, the stranger)
// are secretOf's.
func castStake(built *Built, keys map[string]curve.Scalar, secretOf func(role string) curve.Scalar) (*stake, error) {
	s := &stake{built: built, secrets: map[string]curve.Scalar{}, keys: map[string]curve.PublicKey{}}
	for literal, secret := range keys {
		switch kind, name, _ := strings.Cut(literal, " "); kind {
		case "supervisor":
			s.secrets[kind] = secret
		case "candidate", "voter":
			s.secrets[name] = secret
		}
	}
	unnamed := []string{"voter", stranger, "joint"}
	for _, c := range built.Policy.Candidates {
		unnamed = append(unnamed, "joint."+c.Name)
	}
	for _, role := range unnamed {
		s.secrets[role] = secretOf(role)
	}
	for _, role := range []string{"mixer", "depositor"} {
		if _, named := s.secrets[role]; !named { // a candidate may be called so
			s.secrets[role] = secretOf(role)
		}
	}
	return s, s.lock()
}

// lock fills the script's holes and pays a stake to it.
func (s *stake) lock() error {
	roles, values := lift.Roles(s.built.Policy), map[string][]byte{}
	for _, hole := range s.built.Template.Holes() {
		switch templates.HoleKind(hole) {
		case templates.KindBallot:
			values[hole] = someBallot(s.built.Policy)
		case templates.KindHash:
			key := s.key(templates.HashedRole(hole))
			values[hole] = btcaddr.Hash160(key[:])
		default:
			key := s.key(cmp.Or(roles[hole], hole))
			values[hole] = key[:]
		}
	}
	var err error
	if s.redeem, err = s.built.Template.Fill(values); err != nil {
		return fmt.Errorf("stake: %w", err)
	}
	s.funding = wire.NewMsgTx(2)
	s.funding.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: 1}, nil, nil))
	s.funding.AddTxOut(wire.NewTxOut(s.built.Policy.Stake, templates.PayToRedeem(s.redeem)))
	return nil
}

// someBallot is in the form of a sealed ballot; nobody can open it.
func someBallot(p *lang.Policy) []byte {
	if p.Salted {
		return append([]byte{templates.SaltedPrefix}, bytes.Repeat([]byte{0x5a}, templates.SaltedBallot-1)...)
	}
	return append([]byte{templates.PlainPrefix}, bytes.Repeat([]byte{0x5a}, templates.PlainBallot-1)...)
}

// secret returns a role's secret. That of a sum of keys is the sum of theirs.
func (s *stake) secret(role string) curve.Scalar {
	if a, b, sum := strings.Cut(role, "+"); sum {
		return s.secrets[a].Add(s.secrets[b])
	}
	x, ok := s.secrets[role]
	if !ok {
		panic("workbench: nobody is called " + role) // roles come from a built policy
	}
	return x
}

func (s *stake) key(role string) curve.PublicKey {
	if _, ok := s.keys[role]; !ok {
		s.keys[role] = curve.BaseMul(s.secret(role)).Key()
	}
	return s.keys[role]
}

// notFinal is the sequence under which a locktime counts.
const notFinal = wire.MaxTxInSequenceNum - 1

// spend builds a transaction that spends the stake by pushing the witness,
// signed by those whom it names, and pays what is left after the policy's fee
// to the key of taker.
func (s *stake) spend(witness []string, lock, sequence uint32, taker string) (*wire.MsgTx, error) {
	hash := s.funding.TxHash()
	tx := wire.NewMsgTx(2)
	tx.LockTime = lock
	tx.AddTxIn(wire.NewTxIn(wire.NewOutPoint(&hash, 0), nil, nil))
	tx.TxIn[0].Sequence = sequence
	p := s.built.Policy
	fee := p.Fee * int64(templates.SpendSize(witness, len(s.redeem), templates.PayoutP2PKH))
	tx.AddTxOut(wire.NewTxOut(max(p.Stake-fee, 0), templates.PayToKey(s.key(taker))))
	b := txscript.NewScriptBuilder()
	for _, item := range witness {
		kind, role, _ := strings.Cut(item, ":")
		switch kind {
		case "0":
			b.AddOp(txscript.OP_0)
		case "1":
			b.AddOp(txscript.OP_1)
		case "sig":
			sig, err := s.sign(tx, role)
			if err != nil {
				return nil, err
			}
			b.AddData(sig)
		case "pubkey":
			key := s.key(role)
			b.AddData(key[:])
		case "redeem":
			b.AddData(s.redeem)
		default:
			return nil, fmt.Errorf("unknown witness item %q", item)
		}
	}
	var err error
	tx.TxIn[0].SignatureScript, err = b.Script()
	return tx, err
}

// sign returns the role's signature of the whole transaction: DER ‖ 0x01.
func (s *stake) sign(tx *wire.MsgTx, role string) ([]byte, error) {
	hash, err := txscript.CalcSignatureHash(s.redeem, txscript.SigHashAll, tx, 0)
	if err != nil {
		return nil, err
	}
	sig, err := curve.SignECDSA(s.secret(role), [32]byte(hash))
	return append(sig, byte(txscript.SigHashAll)), err
}

// The rules that a spend is tried under: those that blocks must keep, and
// those that relays add.
const (
	consensusRules = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures | txscript.ScriptStrictMultiSig |
		txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify |
		txscript.ScriptVerifyWitness | txscript.ScriptVerifyTaproot
	relayRules = txscript.StandardVerifyFlags
)

// verdict is what the engine says of a spend: nil where it is accepted.
type verdict struct{ consensus, relay error }

// accepted tells whether both rules take the spend.
func (v verdict) accepted() bool { return v.consensus == nil && v.relay == nil }

// judge runs input 0 of a spend of the output under both rules.
func judge(out *wire.TxOut, tx *wire.MsgTx) verdict {
	return verdict{execute(out, tx, consensusRules), execute(out, tx, relayRules)}
}

func execute(out *wire.TxOut, tx *wire.MsgTx, rules txscript.ScriptFlags) error {
	prev := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	vm, err := txscript.NewEngine(out.PkScript, tx, 0, rules, nil, nil, out.Value, prev)
	if err != nil {
		return err
	}
	return vm.Execute()
}

func (s *stake) judge(tx *wire.MsgTx) verdict { return judge(s.funding.TxOut[0], tx) }
