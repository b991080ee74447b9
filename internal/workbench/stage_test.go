package workbench_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	btcaddr "github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/mempool"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/curve"
	"bevote/internal/workbench"
	"bevote/templates"
	"bevote/verifier/lift"
)

// consensus are the script rules of blocks; relays have further ones.
const consensus = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures | txscript.ScriptStrictMultiSig |
	txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify | txscript.ScriptVerifyWitness

// stage is one stake of a policy whose every secret is known.
type stage struct {
	built   *workbench.Built
	check   func(script string) error // what the lift says of the contract with another script
	secrets map[string]curve.Scalar   // by role as paths name them
	redeem  []byte
	funding *wire.MsgTx // output 0 is the stake
}

func newStage(t testing.TB, src []byte) *stage {
	t.Helper()
	replaced, keys, err := workbench.StandIns(src, 7)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{built: build(t, replaced), secrets: map[string]curve.Scalar{}}
	for role, secret := range keys {
		s.secrets[strings.TrimPrefix(strings.TrimPrefix(role, "candidate "), "voter ")] = secret
	}
	for i, role := range []string{"voter", "stranger", "joint", "mixer", "depositor"} {
		s.secrets[role] = curve.NewScalar(uint32(1_000_001 + i))
	}
	for i, c := range s.built.Policy.Candidates {
		s.secrets["joint."+c.Name] = curve.NewScalar(uint32(2_000_001 + i))
	}
	s.check = func(script string) error {
		changed := *s.built.Contract
		changed.Script = script
		return lift.Check(s.built.Policy, &changed)
	}
	s.lock(t)
	return s
}

// lock fills the template and pays the stake to it.
func (s *stage) lock(t testing.TB) {
	t.Helper()
	p := s.built.Policy
	values := map[string][]byte{}
	for _, hole := range s.built.Template.Holes() {
		switch {
		case hole == "ballot" && p.Salted:
			values[hole] = append([]byte{templates.SaltedPrefix}, bytes.Repeat([]byte{0x5a}, templates.SaltedBallot-1)...)
		case hole == "ballot":
			values[hole] = append([]byte{templates.PlainPrefix}, bytes.Repeat([]byte{0x5a}, templates.PlainBallot-1)...)
		case templates.HoleKind(hole) == templates.KindHash:
			values[hole] = btcaddr.Hash160(s.key(templates.HashedRole(hole)))
		case strings.HasPrefix(hole, "claim."):
			name := strings.TrimPrefix(hole, "claim.")
			values[hole] = s.key(p.JointName(name) + "+" + name)
		default:
			values[hole] = s.key(hole)
		}
	}
	var err error
	if s.redeem, err = s.built.Template.Fill(values); err != nil {
		t.Fatal(err)
	}
	script := append([]byte{txscript.OP_HASH160, txscript.OP_DATA_20}, btcaddr.Hash160(s.redeem)...)
	s.funding = wire.NewMsgTx(2)
	s.funding.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: 1}, nil, nil))
	s.funding.AddTxOut(wire.NewTxOut(p.Stake, append(script, txscript.OP_EQUAL)))
}

// secret of a role; the secret of a key sum is the sum of its secrets.
func (s *stage) secret(role string) curve.Scalar {
	a, b, sum := strings.Cut(role, "+")
	if sum {
		return s.secrets[a].Add(s.secrets[b])
	}
	return s.secrets[role]
}

func (s *stage) key(role string) []byte {
	k := curve.BaseMul(s.secret(role)).Key()
	return k[:]
}

// spend builds a transaction that pushes the witness. Signatures for a role
// are made by as(role).
func (s *stage) spend(t testing.TB, witness []string, lock, sequence uint32, as func(role string) string) *wire.MsgTx {
	t.Helper()
	hash := s.funding.TxHash()
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(wire.NewOutPoint(&hash, 0), nil, nil))
	tx.TxIn[0].Sequence = sequence
	tx.LockTime = lock
	payout := append([]byte{txscript.OP_DUP, txscript.OP_HASH160, txscript.OP_DATA_20}, btcaddr.Hash160(s.key("voter"))...)
	payout = append(payout, txscript.OP_EQUALVERIFY, txscript.OP_CHECKSIG)
	tx.AddTxOut(wire.NewTxOut(s.built.Policy.Stake-20_000, payout))
	b := txscript.NewScriptBuilder()
	for _, item := range witness {
		kind, role, _ := strings.Cut(item, ":")
		switch kind {
		case "0":
			b.AddOp(txscript.OP_0)
		case "1":
			b.AddOp(txscript.OP_1)
		case "sig":
			b.AddData(s.sign(t, tx, s.secret(as(role))))
		case "pubkey":
			b.AddData(s.key(role))
		case "redeem":
			b.AddData(s.redeem)
		}
	}
	var err error
	if tx.TxIn[0].SignatureScript, err = b.Script(); err != nil {
		t.Fatal(err)
	}
	return tx
}

func (s *stage) sign(t testing.TB, tx *wire.MsgTx, secret curve.Scalar) []byte {
	t.Helper()
	hash, err := txscript.CalcSignatureHash(s.redeem, txscript.SigHashAll, tx, 0)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := curve.SignECDSA(secret, [32]byte(hash))
	if err != nil {
		t.Fatal(err)
	}
	return append(sig, byte(txscript.SigHashAll))
}

// itself signs for every role with the role's own secret.
func itself(role string) string { return role }

// run executes the spend on btcd's engine.
func (s *stage) run(tx *wire.MsgTx, flags txscript.ScriptFlags) error {
	out := s.funding.TxOut[0]
	prev := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	vm, err := txscript.NewEngine(out.PkScript, tx, 0, flags, nil, nil, out.Value, prev)
	if err != nil {
		return err
	}
	return vm.Execute()
}

// relay offers the spend to btcd's mempool at a height.
func (s *stage) relay(tx *wire.MsgTx, tip int32) error {
	pool := mempool.New(&mempool.Config{
		Policy: mempool.Policy{
			MaxTxVersion: 2, MaxSigOpCostPerTx: blockchain.MaxBlockSigOpsCost / 4,
			MinRelayTxFee: mempool.DefaultMinRelayTxFee,
		},
		ChainParams: &chaincfg.RegressionNetParams,
		FetchUtxoView: func(*btcutil.Tx) (*blockchain.UtxoViewpoint, error) {
			view := blockchain.NewUtxoViewpoint()
			view.AddTxOuts(btcutil.NewTx(s.funding), 1)
			return view, nil
		},
		BestHeight:     func() int32 { return tip },
		MedianTimePast: time.Now,
		CalcSequenceLock: func(*btcutil.Tx, *blockchain.UtxoViewpoint) (*blockchain.SequenceLock, error) {
			return &blockchain.SequenceLock{Seconds: -1, BlockHeight: -1}, nil
		},
		IsDeploymentActive: func(uint32) (bool, error) { return true, nil },
		SigCache:           txscript.NewSigCache(10),
		HashCache:          txscript.NewHashCache(10),
	})
	_, _, err := pool.MaybeAcceptTransaction(btcutil.NewTx(tx), true, false)
	return err
}
