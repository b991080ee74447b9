package lift_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	btcaddr "github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/lift"
)

// TestLiftAgainstTheEngine draws scripts and runs every witness of up to three items
// on btcd's engine. For each that consensus accepts there is a lifted path whose
// signers have signed and whose locktime is reached. The engine accepts each lifted
// path, by the relays' rules too.
func TestLiftAgainstTheEngine(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 4))
	lifted, spends := 0, 0
	for lifted < 80 {
		text := drawScript(r, 3)
		tmpl, err := templates.ParseTemplate(text)
		if err != nil {
			t.Fatal(err)
		}
		paths, err := lift.Paths(tmpl, nil)
		if err != nil || tmpl.SigOps() > templates.MaxSigOps || tmpl.Size(false) > templates.MaxRedeem {
			continue
		}
		lifted++
		w := newTwin(t, tmpl)
		for _, p := range paths {
			if !w.takes(w.script(t, p.Witness[:len(p.Witness)-1], p.After), p.After, txscript.StandardVerifyFlags) {
				t.Errorf("%s: the engine refuses %s", text, p)
			}
		}
		for _, lock := range []uint32{0, 100, 200} {
			w.every(3, nil, func(items []string) {
				if !w.takes(w.script(t, items, lock), lock, consensus) {
					return
				}
				spends++
				if !slices.ContainsFunc(paths, func(p templates.Path) bool { return p.After <= lock && signed(p, items) }) {
					t.Errorf("%s: the engine takes %q at %d, the lift knows only %v", text, items, lock, paths)
				}
			})
		}
	}
	t.Logf("%d scripts, %d spends that the engine took", lifted, spends)
}

const consensus = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures | txscript.ScriptStrictMultiSig |
	txscript.ScriptVerifyCheckLockTimeVerify

// alphabet is what the witnesses are made of.
var alphabet = []string{"0", "1", "sig:joint", "sig:voter", "pubkey:joint", "pubkey:voter", "preimage:" + secretHash}

// A hash lock's secret, and its HASH160 in hex.
const secret = "open sesame"

var secretHash = hex.EncodeToString(btcaddr.Hash160([]byte(secret)))

// signed reports whether the items hold what the path needs.
func signed(p templates.Path, items []string) bool {
	missing := func(item string) bool { return !slices.Contains(items, item) }
	return !slices.ContainsFunc(p.Signers, func(s string) bool { return missing("sig:" + s) }) &&
		!slices.ContainsFunc(p.Witness, func(w string) bool { return strings.HasPrefix(w, "preimage:") && missing(w) })
}

// drawScript draws a script that has a chance to be spent.
func drawScript(r *rand.Rand, depth int) string {
	var parts []string
	for range r.IntN(3) {
		parts = append(parts, drawCheck(r, depth))
	}
	ends := []string{"<joint> CHECKSIG", "<voter> CHECKSIG", "1", "DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG",
		"1 <joint> <voter> 2 CHECKMULTISIG", "2 <voter> <joint> 2 CHECKMULTISIG", "1 <ballot> <voter> 2 CHECKMULTISIG",
		"100 CHECKLOCKTIMEVERIFY", "CHECKSIG"}
	if depth > 0 && r.IntN(2) == 0 {
		parts = append(parts, drawBranch(r, depth))
	} else {
		parts = append(parts, ends[r.IntN(len(ends))])
	}
	return strings.Join(parts, " ")
}

func drawCheck(r *rand.Rand, depth int) string {
	checks := []string{"<joint> CHECKSIGVERIFY", "<voter> CHECKSIGVERIFY",
		"100 CHECKLOCKTIMEVERIFY DROP", "200 CHECKLOCKTIMEVERIFY DROP",
		"VERIFY", "DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY", "<ballot> DROP",
		"1 <joint> <voter> 2 CHECKMULTISIGVERIFY", "1 DROP", "0 DROP", "DUP DROP",
		"HASH160 0x" + secretHash + " EQUALVERIFY"}
	return checks[r.IntN(len(checks))]
}

func drawBranch(r *rand.Rand, depth int) string {
	conditions := []string{"IF", "NOTIF", "<joint> CHECKSIG IF", "<joint> CHECKSIG NOTIF", "<voter> CHECKSIG NOTIF",
		"1 <voter> <joint> 2 CHECKMULTISIG NOTIF", "0 IF", "1 IF"}
	condition := conditions[r.IntN(len(conditions))]
	return fmt.Sprintf("%s %s ELSE %s ENDIF", condition, drawScript(r, depth-1), drawScript(r, depth-1))
}

// twin is a script with its keys' secrets, and a transaction for each lock.
type twin struct {
	redeem, pkScript []byte
	spends           map[uint32]*wire.MsgTx
	signatures       map[uint32]map[string][]byte
	keys             map[string][]byte
	cache            *txscript.SigCache
}

func newTwin(t *testing.T, tmpl templates.Template) *twin {
	t.Helper()
	secrets := map[string]curve.Scalar{
		"joint": curve.NewScalar(1001), "voter": curve.NewScalar(1002), "any": curve.NewScalar(1003),
	}
	w := &twin{
		keys: map[string][]byte{}, spends: map[uint32]*wire.MsgTx{}, signatures: map[uint32]map[string][]byte{},
		cache: txscript.NewSigCache(1000),
	}
	for role, x := range secrets {
		key := curve.BaseMul(x).Key()
		w.keys[role] = key[:]
	}
	values := map[string][]byte{}
	for _, hole := range tmpl.Holes() {
		values[hole] = w.keys[hole]
		switch hole {
		case "ballot":
			values[hole] = append([]byte{templates.PlainPrefix}, make([]byte, templates.PlainBallot-1)...)
		case "voter_hash":
			values[hole] = btcaddr.Hash160(w.keys["voter"])
		}
	}
	var err error
	if w.redeem, err = tmpl.Fill(values); err != nil {
		t.Fatal(err)
	}
	w.pkScript = templates.PayToRedeem(w.redeem)
	for _, lock := range []uint32{0, 100, 200} {
		w.prepare(t, lock, secrets)
	}
	return w
}

// prepare signs the transaction of one lock with every secret.
func (w *twin) prepare(t *testing.T, lock uint32, secrets map[string]curve.Scalar) {
	t.Helper()
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(&wire.TxIn{Sequence: wire.MaxTxInSequenceNum - 1})
	tx.AddTxOut(wire.NewTxOut(1000, w.pkScript))
	tx.LockTime = lock
	hash, err := txscript.CalcSignatureHash(w.redeem, txscript.SigHashAll, tx, 0)
	if err != nil {
		t.Fatal(err)
	}
	w.spends[lock], w.signatures[lock] = tx, map[string][]byte{}
	for role, x := range secrets {
		sig, err := curve.SignECDSA(x, [32]byte(hash))
		if err != nil {
			t.Fatal(err)
		}
		w.signatures[lock][role] = append(sig, byte(txscript.SigHashAll))
	}
}

// script pushes the items, signed for the lock, and the redeem script.
func (w *twin) script(t *testing.T, items []string, lock uint32) []byte {
	t.Helper()
	b := txscript.NewScriptBuilder()
	for _, item := range items {
		kind, role, _ := strings.Cut(item, ":")
		switch kind {
		case "0", "1":
			b.AddInt64(int64(kind[0] - '0'))
		case "sig":
			b.AddData(w.signatures[lock][role])
		case "pubkey":
			b.AddData(w.keys[role])
		case "preimage":
			b.AddData([]byte(secret))
		}
	}
	script, err := b.AddData(w.redeem).Script()
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// takes runs an input script on the engine.
func (w *twin) takes(script []byte, lock uint32, flags txscript.ScriptFlags) bool {
	tx := w.spends[lock]
	tx.TxIn[0].SignatureScript = script
	prev := txscript.NewCannedPrevOutputFetcher(w.pkScript, 2000)
	vm, err := txscript.NewEngine(w.pkScript, tx, 0, flags, w.cache, nil, 2000, prev)
	return err == nil && vm.Execute() == nil
}

// every calls f with each list of at most n items of the alphabet.
func (w *twin) every(n int, items []string, f func([]string)) {
	f(items)
	if n == 0 {
		return
	}
	for _, a := range alphabet {
		w.every(n-1, append(slices.Clone(items), a), f)
	}
}
