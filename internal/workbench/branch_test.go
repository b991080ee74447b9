package workbench_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
	"pgregory.net/rapid"

	"bevote/internal/curve"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/lift"
)

// TestEverySignerIsNeeded takes one signer at a time out of every path of every
// form. With an empty signature, or one by another key, the engine refuses the
// spend by consensus and by the relays' rules, unless the other signers are those
// of another path.
func TestEverySignerIsNeeded(t *testing.T) {
	refused := 0
	for _, f := range allForms() {
		if f.candidates > 3 {
			continue // the same, slower
		}
		s := newStage(t, f.source())
		for _, path := range s.built.Contract.Paths {
			for _, signer := range path.Signers {
				refused += s.without(t, path, signer)
			}
		}
	}
	t.Logf("%d spends with a signer missing are refused", refused)
}

// without spends by the path with every other signer's signature.
func (s *stage) without(t testing.TB, path templates.Path, signer string) (refused int) {
	t.Helper()
	others := slices.DeleteFunc(slices.Clone(path.Signers), func(r string) bool { return r == signer })
	enough := func(q templates.Path) bool { return q.After <= path.After && subset(q.Signers, others) }
	if slices.ContainsFunc(s.built.Contract.Paths, enough) {
		return 0 // they can spend by another path: what they sign may be turned into that
	}
	stranger := func(role string) string {
		if role == signer {
			return "stranger"
		}
		return role
	}
	for how, witness := range map[string][]string{"a stranger's": path.Witness, "no": emptied(path.Witness, signer)} {
		tx := s.spend(t, witness, path.After, notFinal, stranger)
		for name, flags := range rules {
			if s.run(tx, flags) == nil {
				t.Errorf("%s with %s signature of %s is taken by %s:\n%s", path, how, signer, name, s.built.Contract.Script)
			}
			refused++
		}
	}
	return refused
}

// emptied is the witness with a signer's signature empty.
func emptied(witness []string, signer string) []string {
	items := slices.Clone(witness)
	for i, item := range items {
		if item == "sig:"+signer {
			items[i] = "0"
		}
	}
	return items
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
}

// TestRandomBranchesSpend draws policies and takes every path of each on the
// engine: it is taken at its lock, not one block earlier, and not without any
// of its signers.
func TestRandomBranchesSpend(t *testing.T) {
	paths, branches, refused := 0, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(r, label) })
		if paths > 400 || !strings.Contains(string(src), "branch") {
			return // enough, or nothing new
		}
		s := newStage(t, src)
		for _, path := range s.built.Contract.Paths {
			paths++
			if strings.HasPrefix(path.Name, "branch.") {
				branches++
			}
			tx := s.spend(t, path.Witness, path.After, notFinal, itself)
			early := s.spend(t, path.Witness, max(path.After, 1)-1, notFinal, itself)
			for name, flags := range rules {
				if err := s.run(tx, flags); err != nil {
					r.Fatalf("%s by %s: %v\n%s", path, name, err, src)
				}
				if err := s.run(early, flags); (err == nil) != (path.After == 0) {
					r.Fatalf("%s, one block early, by %s: %v\n%s", path, name, err, src)
				}
			}
			class, _, _, err := lift.Spend(s.built.Contract.Paths, tx.TxIn[0].SignatureScript)
			if err != nil || class != path.Name && !strings.HasPrefix(path.Name, "win.") {
				r.Fatalf("%s is read as %q, %v", path, class, err)
			}
			for _, signer := range path.Signers {
				refused += s.without(t, path, signer)
			}
		}
	})
	t.Logf("%d paths taken, %d of them by branches; %d spends with a signer missing refused", paths, branches, refused)
	if branches < 50 {
		t.Errorf("only %d paths of branches were drawn", branches)
	}
}

// TestNothingUnsignedSelects rewrites the witness of every path from the
// signatures that it has, as a relay without secrets could, into each other
// path's. What the relays' rules still accept is a path whose signers have all
// signed.
func TestNothingUnsignedSelects(t *testing.T) {
	tried, turned := 0, 0
	for _, f := range allForms() {
		if f.candidates > 3 || f.selector == "flag" {
			continue
		}
		s := newStage(t, f.source())
		for _, path := range s.built.Contract.Paths {
			tx := s.spend(t, path.Witness, path.After, notFinal, itself)
			at := slices.IndexFunc(s.built.Contract.Paths, func(q templates.Path) bool { return q.String() == path.String() })
			for _, other := range s.built.Contract.Paths[:at] {
				turned += s.turn(t, tx.TxIn[0].SignatureScript, path, other)
				tried++
			}
			for _, other := range s.built.Contract.Paths[at+1:] {
				turned += s.turn(t, tx.TxIn[0].SignatureScript, path, other)
				tried++
			}
		}
	}
	t.Logf("%d turns into another path tried, %d taken, all signed for", tried, turned)
}

// turn rebuilds a spend by one path with another path's witness, from the
// signatures that it has.
func (s *stage) turn(t *testing.T, script []byte, from, to templates.Path) (taken int) {
	t.Helper()
	have := map[string][]byte{}
	tok := txscript.MakeScriptTokenizer(0, script)
	for i := 0; tok.Next(); i++ {
		have[from.Witness[i]] = tok.Data()
	}
	tx := s.spend(t, from.Witness, from.After, notFinal, itself)
	b := txscript.NewScriptBuilder()
	for _, item := range to.Witness {
		b.AddData(have[item]) // empty where it has none
	}
	var err error
	if tx.TxIn[0].SignatureScript, err = b.Script(); err != nil {
		t.Fatal(err)
	}
	if s.run(tx, txscript.StandardVerifyFlags) != nil {
		return 0
	}
	if !subset(to.Signers, from.Signers) || to.After > from.After {
		t.Errorf("%s is turned into %s", from, to)
	}
	return 1
}

// TestTakenByMiners puts a signature by another key, one at a time, where each
// path's witness has an empty one, and items below the witness, which the script
// does not read. Relays refuse that. Where consensus accepts it, lift.Taken still
// finds the path.
func TestTakenByMiners(t *testing.T) {
	read := 0
	for _, f := range allForms() {
		if f.candidates > 3 {
			continue
		}
		s := newStage(t, f.source())
		for _, path := range s.built.Contract.Paths {
			variants := [][]string{
				path.Witness,
				append([]string{"sig:stranger"}, path.Witness...),
				append([]string{"1", "0"}, path.Witness...),
			}
			for i, item := range path.Witness {
				if item == "0" {
					bent := slices.Clone(path.Witness)
					bent[i] = "sig:stranger"
					variants = append(variants, bent)
				}
			}
			for _, witness := range variants {
				tx := s.spend(t, witness, path.After, notFinal, itself)
				if s.run(tx, consensus) != nil {
					continue // refused by consensus: the dummy item of CHECKMULTISIG
				}
				got, sig, err := lift.Taken(s.built.Contract.Paths, tx.TxIn[0].SignatureScript, s.signed(t, tx))
				if err != nil || got.String() != path.String() || len(sig) == 0 {
					t.Errorf("%s by %s: read as %s, %v", path, witness, got, err)
				}
				read++
			}
			unsigned := s.spend(t, path.Witness, path.After, notFinal, func(string) string { return "stranger" })
			input := unsigned.TxIn[0].SignatureScript
			if got, _, err := lift.Taken(s.built.Contract.Paths, input, s.signed(t, unsigned)); err == nil {
				t.Errorf("what a stranger signed is read as %s", got)
			}
		}
	}
	t.Logf("%d spends read", read)
}

// TestTakenIsTheFirstCheckThatPasses: where the signatures would do for two
// paths, the one runs whose check comes first.
func TestTakenIsTheFirstCheckThatPasses(t *testing.T) {
	s := newStage(t, branched[0].source())
	either := s.pathNamed(t, "branch.either") // c00 and voter: the voter's below c00's
	for i, path := range s.built.Contract.Paths {
		if path.Name == "branch.either" && slices.Contains(path.Signers, "c01") {
			either = s.built.Contract.Paths[i]
		}
	}
	if want := "sig:joint sig:c01 0 0 0 0 redeem"; strings.Join(either.Witness, " ") != want {
		t.Fatalf("witness %s, want %s", either.Witness, want)
	}
	// c01's check fails only if c00's, above it, does: c00 and the voter sign too.
	both := []string{"sig:joint", "sig:voter", "sig:c00", "0", "0", "0", "redeem"}
	tx := s.spend(t, both, 0, notFinal, itself)
	if err := s.run(tx, consensus); err != nil {
		t.Fatal(err)
	}
	got, _, err := lift.Taken(s.built.Contract.Paths, tx.TxIn[0].SignatureScript, s.signed(t, tx))
	if err != nil || !slices.Contains(got.Signers, "c00") {
		t.Errorf("read as %s, %v", got, err)
	}
}

// signed verifies signatures of the stage's roles.
func (s *stage) signed(t *testing.T, tx *wire.MsgTx) lift.Signed {
	return func(role string, sig []byte) bool {
		hash, err := txscript.CalcSignatureHash(s.redeem, txscript.SigHashType(sig[len(sig)-1]), tx, 0)
		if err != nil {
			t.Fatal(err)
		}
		return curve.VerifyECDSA(curve.PublicKey(s.key(role)), [32]byte(hash), sig[:len(sig)-1])
	}
}
