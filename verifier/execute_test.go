package verifier

import (
	"bytes"
	"fmt"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// polls is a small election's spends, made by hand: who lies here need not get
// past a mempool. Two candidates claim with keys of their own.
type polls struct {
	t      *testing.T
	voters []curve.Scalar
	claims []curve.Scalar
	a      *facts
}

func newPolls(t *testing.T) *polls {
	p := &polls{t: t, a: unread(&inputs{e: &election.Election{Policy: &lang.Policy{}}})}
	for i := range 12 {
		p.voters = append(p.voters, curve.NewScalar(uint32(100+i)))
	}
	for j := range 2 {
		x := curve.NewScalar(uint32(7 + j))
		p.claims = append(p.claims, x)
		p.a.winKeys = append(p.a.winKeys, winKey{curve.BaseMul(x).Key(), j + 1})
		p.a.e.Policy.Candidates = append(p.a.e.Policy.Candidates, lang.Candidate{Payout: []byte{byte(j), 1, 2}})
	}
	return p
}

func (p *polls) script(b *txscript.ScriptBuilder) []byte {
	p.t.Helper()
	s, err := b.Script()
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// sign is a signature as pushed.
func (p *polls) sign(x curve.Scalar, tx *wire.MsgTx, i int, code []byte, kind txscript.SigHashType) []byte {
	p.t.Helper()
	hash, err := txscript.CalcSignatureHash(code, kind, tx, i)
	if err != nil {
		p.t.Fatal(err)
	}
	der, err := curve.SignECDSA(x, [32]byte(hash))
	if err != nil {
		p.t.Fatal(err)
	}
	return append(der, byte(kind))
}

func (p *polls) pushed(items ...[]byte) []byte {
	b := txscript.NewScriptBuilder()
	for _, item := range items {
		b.AddData(item)
	}
	return p.script(b)
}

// vote spends voter i's coin.
func (p *polls) vote(i int) *scriptRun {
	x := p.voters[i]
	key := curve.BaseMul(x).Key()
	code := templates.PayToKey(key)
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Hash: chainhash.Hash{byte(i)}}})
	tx.AddTxOut(wire.NewTxOut(1000, templates.P2SH(make([]byte, 20))))
	tx.TxIn[0].SignatureScript = p.pushed(p.sign(x, tx, 0, code, txscript.SigHashAll), key[:])
	return &scriptRun{at: election.ConfirmedTx{Tx: tx, ID: tx.TxHash()}, prev: wire.NewTxOut(2000, code)}
}

// redeem is what the stakes are locked with: DROP the ballot, then 1 of 2.
func (p *polls) redeem(i int) []byte {
	b := txscript.NewScriptBuilder().AddData(bytes.Repeat([]byte{0xb1, byte(i)}, 34)).AddOp(txscript.OP_DROP).AddOp(txscript.OP_1)
	for _, k := range p.a.winKeys {
		b.AddData(k.key[:])
	}
	return p.script(b.AddOp(txscript.OP_2).AddOp(txscript.OP_CHECKMULTISIG))
}

// claim spends n stakes to candidate j's payout.
func (p *polls) claim(j, n int) (runs []*scriptRun) {
	tx := wire.NewMsgTx(2)
	for i := range n {
		tx.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Hash: chainhash.Hash{9, byte(j)}, Index: uint32(i)}})
	}
	tx.AddTxOut(wire.NewTxOut(1000, p.a.e.Policy.Candidates[j-1].Payout))
	for i := range n {
		redeem := p.redeem(i)
		sig := p.sign(p.claims[j-1], tx, i, redeem, txscript.SigHashAll)
		tx.TxIn[i].SignatureScript = p.script(txscript.NewScriptBuilder().AddOp(txscript.OP_0).AddData(sig).AddData(redeem))
	}
	for i := range n {
		runs = append(runs, &scriptRun{at: election.ConfirmedTx{Tx: tx, ID: tx.TxHash(), Input: i},
			prev: wire.NewTxOut(2000, templates.PayToRedeem(p.redeem(i)))})
	}
	return runs
}

// honest is a whole election's worth of runs.
func (p *polls) honest() (runs []*scriptRun) {
	for i := range p.voters {
		runs = append(runs, p.vote(i))
	}
	runs = append(runs, p.claim(1, 5)...)
	return append(runs, p.claim(2, 4)...)
}

// The engine with the proven signatures says of every input what it says
// without them, and of honest ones all signatures were proven together.
func TestProvenSignaturesOfHonestSpends(t *testing.T) {
	p := newPolls(t)
	p.a.runs = p.honest()
	proven := p.a.proveSignatures()
	for i, r := range p.a.runs {
		if err := scriptsig.Execute(r.at.Tx, r.at.Input, r.prev, proven); err != nil {
			t.Errorf("run %d: %v", i, err)
		}
		if !r.signed.valid || !proven.Exists(r.signed.Hash, r.signed.Sig, r.signed.Key[:]) {
			t.Errorf("run %d: the signature was not proven", i)
		}
	}
}

// change replaces what an input pushes.
func (p *polls) change(r *scriptRun, change func(items [][]byte)) {
	in := r.at.Tx.TxIn[r.at.Input]
	items := scriptsig.Items(in.SignatureScript)
	for i := range items {
		items[i] = bytes.Clone(items[i])
	}
	change(items)
	in.SignatureScript = p.pushed(items...)
}

// forgeries change one run among honest ones; whether consensus still takes it
// is for the engine alone to say.
func (p *polls) forgeries() map[string]func(r *scriptRun) {
	sigAt := func(items [][]byte) *[]byte { return &items[len(items)-2] }
	stranger := curve.NewScalar(55)
	code := func(r *scriptRun) []byte {
		if txscript.IsPayToScriptHash(r.prev.PkScript) {
			return scriptsig.LastItem(r.at.Tx.TxIn[r.at.Input].SignatureScript)
		}
		return r.prev.PkScript
	}
	sigs := func(f func(r *scriptRun, sig []byte) []byte) func(r *scriptRun) {
		return func(r *scriptRun) {
			p.change(r, func(items [][]byte) {
				if txscript.IsPayToScriptHash(r.prev.PkScript) {
					*sigAt(items) = f(r, *sigAt(items))
				} else {
					items[0] = f(r, items[0])
				}
			})
		}
	}
	resigned := func(x curve.Scalar, kind txscript.SigHashType) func(r *scriptRun) {
		return sigs(func(r *scriptRun, _ []byte) []byte { return p.sign(x, r.at.Tx, r.at.Input, code(r), kind) })
	}
	out := map[string]func(r *scriptRun){
		"a bit of r":         sigs(func(_ *scriptRun, sig []byte) []byte { sig[12] ^= 1; return sig }),
		"a bit of s":         sigs(func(_ *scriptRun, sig []byte) []byte { sig[len(sig)-3] ^= 1; return sig }),
		"another hash type":  sigs(func(_ *scriptRun, sig []byte) []byte { sig[len(sig)-1] = 2; return sig }),
		"not DER":            sigs(func(_ *scriptRun, sig []byte) []byte { sig[1]++; return sig }),
		"no signature":       sigs(func(_ *scriptRun, sig []byte) []byte { return nil }),
		"a hash type alone":  sigs(func(_ *scriptRun, sig []byte) []byte { return []byte{1} }),
		"a signature of all": sigs(func(*scriptRun, []byte) []byte { return p.sign(p.voters[3], p.vote(3).at.Tx, 0, nil, 1) }),
		"by a stranger":      resigned(stranger, txscript.SigHashAll),
		"by the other":       resigned(p.claims[1], txscript.SigHashAll),
		"by the same, NONE":  resigned(p.claims[0], txscript.SigHashNone),
		"by a voter, SINGLE": resigned(p.voters[2], txscript.SigHashSingle),
		"an odd point":       sigs(func(r *scriptRun, _ []byte) []byte { return p.foreign(r, code(r)) }),
		"a high s":           sigs(func(_ *scriptRun, sig []byte) []byte { return highS(sig) }),
		"other outputs":      func(r *scriptRun) { r.at.Tx.TxOut[0].Value++ },
		"another coin":       func(r *scriptRun) { r.prev = wire.NewTxOut(2000, templates.P2PKH(make([]byte, 20))) },
	}
	return out
}

// foreign signs with the expected key as other wallets do, until R has an odd y.
func (p *polls) foreign(r *scriptRun, code []byte) []byte {
	x := p.claims[0]
	if key := scriptsig.LastItem(r.at.Tx.TxIn[r.at.Input].SignatureScript); len(key) == curve.PointSize {
		x = p.voters[2]
	}
	secret := x.Bytes()
	key, _ := btcec.PrivKeyFromBytes(secret[:])
	for n := uint32(0); ; n++ {
		r.at.Tx.LockTime = n
		hash, _ := txscript.CalcSignatureHash(code, txscript.SigHashAll, r.at.Tx, r.at.Input)
		der := ecdsa.Sign(key, hash).Serialize()
		even, _ := curve.SignECDSA(x, [32]byte(hash))
		if !bytes.Equal(der, even) {
			return append(der, byte(txscript.SigHashAll))
		}
	}
}

func highS(pushed []byte) []byte {
	sig, err := ecdsa.ParseDERSignature(pushed[:len(pushed)-1])
	if err != nil {
		return pushed
	}
	s := sig.S()
	s.Negate()
	raw := s.Bytes()
	r := pushed[:4+int(pushed[3])]
	body := append(bytes.Clone(r), 2, 33, 0)
	body = append(body, raw[:]...)
	body[1] = byte(len(body) - 2)
	return append(body, pushed[len(pushed)-1])
}

// A forged signature never enters: the engine with what was proven decides as
// the engine alone, whichever input lies, and nothing is proven that does not
// verify by btcec over txscript's hash.
func TestForgedSignaturesAreNotProven(t *testing.T) {
	for name := range newPolls(t).forgeries() {
		for _, at := range []int{2, 13} { // a vote, and an input of the first claim
			p := newPolls(t)
			p.a.runs = p.honest()
			p.forgeries()[name](p.a.runs[at])
			p.compare(fmt.Sprintf("%s, run %d", name, at))
		}
	}
}

// compare holds every run against the engine alone and every proven signature
// against a verification of its own.
func (p *polls) compare(what string) {
	p.t.Helper()
	proven := p.a.proveSignatures()
	for i, r := range p.a.runs {
		got, want := scriptsig.Execute(r.at.Tx, r.at.Input, r.prev, proven), scriptsig.Execute(r.at.Tx, r.at.Input, r.prev, nil)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			p.t.Errorf("%s: run %d: got %v, want %v", what, i, got, want)
		}
		s := r.signed
		if s == nil {
			continue
		}
		hash, err := txscript.CalcSignatureHash(s.code, scriptsig.HashType(s.pushed), r.at.Tx, r.at.Input)
		if err != nil || s.Hash != [32]byte(hash) || s.valid != curve.VerifyECDSA(s.Key, [32]byte(hash), s.Sig) {
			p.t.Errorf("%s: run %d: proven %v against %v", what, i, s.valid, err)
		}
	}
}

// SIGHASH_SINGLE without its output signs the number 1, the same for every
// input: all such signatures share one place in the engine's cache.
func TestProvenSignaturesOfOneHash(t *testing.T) {
	p := newPolls(t)
	p.a.runs = p.claim(1, 5)
	for _, r := range p.a.runs[1:] {
		code := scriptsig.LastItem(r.at.Tx.TxIn[r.at.Input].SignatureScript)
		p.change(r, func(items [][]byte) {
			items[1] = p.sign(p.claims[0], r.at.Tx, r.at.Input, code, txscript.SigHashSingle)
		})
	}
	p.compare("SIGHASH_SINGLE")
	for i, r := range p.a.runs[1:] {
		if r.signed.Hash != [32]byte{1} || !r.signed.valid {
			t.Errorf("run %d does not sign 1", i+1)
		}
	}
	stranger := p.a.runs[3]
	p.change(stranger, func(items [][]byte) {
		items[1] = p.sign(p.claims[1], stranger.at.Tx, stranger.at.Input, nil, txscript.SigHashSingle)
	})
	p.compare("SIGHASH_SINGLE by the other")
}

func TestBatchesCoverEverything(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, maxBatch, 7*maxBatch + 5} {
		times := make([]int, n)
		inBatches(n, func(from, to int) {
			if to-from > maxBatch {
				t.Errorf("%d: a batch of %d", n, to-from)
			}
			for i := from; i < to; i++ {
				times[i]++
			}
		})
		for i, k := range times {
			if k != 1 {
				t.Fatalf("%d: number %d is in %d batches", n, i, k)
			}
		}
	}
}
