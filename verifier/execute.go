package verifier

import (
	"bytes"
	"fmt"
	"slices"
	"sort"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// scriptRun is an input that the script engine executes (V11).
type scriptRun struct {
	at   election.ConfirmedTx
	prev *wire.TxOut
	err  error
	by   curve.PublicKey // key of the first signature if the output determines it, else zero

	signed *inputSignature // nil if the items do not have its form
}

// inputSignature is the first signature of an input with the key and the script
// code that it should be for. These are verified in batches before the engine runs.
type inputSignature struct {
	curve.Signed        // Sig without the hash type
	code, pushed []byte // the signature as pushed, with its hash type
	valid        bool
}

func (r *scriptRun) where() string { return fmt.Sprintf("tx %s input %d", r.at.ID, r.at.Input) }

// executed is every spend of a roll member's coin, a deposit or a vote's stake, run on
// the script engine. Their scripts are the protocol's, so no spend needs a witness, which
// merkle proofs lack.
type executed struct {
	*prepared
	runs      []*scriptRun                    // in the chain's order
	stakeRuns map[*election.Output]*scriptRun // by the stake that they spend
}

// runScripts executes all spends on all cores. The engine runs every opcode; of
// its signatures it verifies those that were not proven with the others before.
func runScripts(p *prepared) *executed {
	p.progress("verifying signatures", 0, 0)
	x := &executed{prepared: p, stakeRuns: make(map[*election.Output]*scriptRun)}
	x.runCoins()
	x.runDeposits()
	for _, v := range x.votes {
		if st := x.replay.Stake(v.Stake); st != nil && st.Spent != nil {
			r := &scriptRun{at: *st.Spent, prev: st.Out}
			x.runs, x.stakeRuns[st] = append(x.runs, r), r
		}
	}
	sort.Slice(x.runs, func(i, j int) bool {
		r, s := x.runs[i].at, x.runs[j].at
		return r.Before(s) || !s.Before(r) && r.Input < s.Input
	})
	proven := x.proveSignatures()
	ran := x.counter("running the scripts", len(x.runs))
	cores.Each(len(x.runs), func(i int) {
		r := x.runs[i]
		r.err = scriptsig.Execute(r.at.Tx, r.at.Input, r.prev, proven)
		ran()
	})
	return x
}

// runCoins adds the spends of the roll's coins. An output to another script than that of
// its member's key is no coin (V27).
func (x *executed) runCoins() {
	for _, slot := range x.setup.Roll {
		c := x.replay.Coin(slot.Outpoint)
		if c != nil && c.Spent != nil && bytes.Equal(c.Out.PkScript, templates.PayToKey(slot.Key)) {
			x.runs = append(x.runs, &scriptRun{at: *c.Spent, prev: c.Out})
		}
	}
}

// runDeposits adds the spends of deposits. The first signature of a sweep is the
// supervisor's.
func (x *executed) runDeposits() {
	if x.mix == nil {
		return
	}
	for _, d := range x.mix.Deposits {
		if at := x.mix.SpendingTx(d); at != nil {
			prev := x.mix.EscrowOf(d).Out
			x.runs = append(x.runs, &scriptRun{at: *at, prev: prev, by: x.e.Policy.Supervisor})
		}
	}
}

// proveSignatures verifies the signatures of all runs and returns those that
// are valid, as a cache for the engine. The cache holds valid signatures only.
func (x *executed) proveSignatures() *txscript.SigCache {
	txs := x.runsByTx()
	cores.Each(len(txs), func(i int) {
		h := scriptsig.NewHasher(txs[i][0].at.Tx)
		for _, r := range txs[i] {
			r.signed = x.expectSignature(r, h)
		}
	})
	var expected []*inputSignature
	for _, r := range x.runs {
		if r.signed != nil {
			expected = append(expected, r.signed)
		}
	}
	// Signatures by one key are in one batch, which is cheaper.
	slices.SortStableFunc(expected, func(s, t *inputSignature) int { return bytes.Compare(s.Key[:], t.Key[:]) })
	all := make([]curve.Signed, len(expected))
	for i, s := range expected {
		all[i] = s.Signed
	}
	proven := txscript.NewSigCache(uint(2 * len(x.runs))) // with room for as many that the engine verifies
	for i, valid := range x.verifySigned(all, curve.VerifyECDSABatch) {
		if expected[i].valid = valid; valid {
			proven.Add(all[i].Hash, all[i].Sig, expected[i].Key[:])
		}
	}
	return proven
}

// runsByTx divides the runs, which are in the chain's order, by transaction.
func (x *executed) runsByTx() (txs [][]*scriptRun) {
	for i, r := range x.runs {
		if i == 0 || x.runs[i-1].at.Tx != r.at.Tx {
			txs = append(txs, nil)
		}
		txs[len(txs)-1] = append(txs[len(txs)-1], r)
	}
	return txs
}

// expectSignature reads from an input what its signature should be:
//
//	P2PKH                <sig> <key>
//	P2SH, a refund       <sig> <key> … <redeem>
//	P2SH, a claim    … <sig> … <redeem>      by the key of the candidate who is paid
//
// This is a guess from the form of the items. A wrong guess does not verify; the
// engine then verifies the signature that the script requires.
func (x *executed) expectSignature(r *scriptRun, h *scriptsig.Hasher) *inputSignature {
	items := scriptsig.Items(r.at.Tx.TxIn[r.at.Input].SignatureScript)
	s := &inputSignature{code: r.prev.PkScript, pushed: scriptsig.FirstSignature(items)}
	if s.pushed == nil {
		return nil
	}
	var known bool
	if txscript.IsPayToScriptHash(r.prev.PkScript) {
		s.code = items[len(items)-1]
		if s.Key, known = r.by, r.by != (curve.PublicKey{}); !known {
			s.Key, known = x.guessWinKey(r.at.Tx)
		}
	}
	for _, item := range items {
		if len(item) == curve.PointSize {
			s.Key, known = curve.PublicKey(item), true
		}
	}
	if !known {
		return nil
	}
	hash, err := h.Sum(s.code, scriptsig.HashType(s.pushed), r.at.Input)
	if err != nil {
		return nil
	}
	s.Hash, s.Sig = [32]byte(hash), s.pushed[:len(s.pushed)-1]
	return s
}

// guessWinKey returns the key that should have signed a claim: that of the candidate
// whom the transaction pays, or the only one of the win path.
func (x *executed) guessWinKey(tx *wire.MsgTx) (key curve.PublicKey, ok bool) {
	paid := x.paid(tx)
	for _, k := range x.winKeys {
		if k.candidate == 0 || k.candidate == paid {
			return k.key, true
		}
	}
	return key, false
}

// signedBy verifies sig, as pushed, under key, unless it was verified before the
// scripts ran.
func (s *spend) signedBy(sig []byte, key curve.PublicKey) error {
	p := s.run.signed
	if p != nil && p.valid && p.Key == key && bytes.Equal(p.pushed, sig) && bytes.Equal(p.code, s.redeem) {
		return nil
	}
	return scriptsig.Verify(s.at.Tx, s.at.Input, s.redeem, sig, key)
}
