package workbench_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
	"bevote/verifier/lift"
)

const (
	notFinal = wire.MaxTxInSequenceNum - 1
	final    = wire.MaxTxInSequenceNum
)

var rules = map[string]txscript.ScriptFlags{"consensus": consensus, "relay": txscript.StandardVerifyFlags}

// TestPathsSpend takes every path of every form on the script engine.
func TestPathsSpend(t *testing.T) {
	for _, f := range allForms() {
		s := newStage(t, f.source())
		for _, path := range s.built.Contract.Paths {
			tx := s.spend(t, path.Witness, path.After, notFinal, itself)
			for name, flags := range rules {
				if err := s.run(tx, flags); err != nil {
					t.Errorf("%s: %s by %s: %v", f.name, path.Name, name, err)
				}
			}
			if err := s.relay(tx, int32(max(path.After, uint32(f.timeout)))); err != nil {
				t.Errorf("%s: %s: mempool: %v", f.name, path.Name, err)
			}
			class, items, redeem, err := lift.Spend(s.built.Contract.Paths, tx.TxIn[0].SignatureScript)
			want := path.Name
			if strings.HasPrefix(want, "win.") {
				want = "win" // candidates' claims differ in the key, not in the shape
			}
			if err != nil || class != want || len(items) != len(path.Witness)-1 || string(redeem) != string(s.redeem) {
				t.Errorf("%s: %s is read as %q with %d items, %v", f.name, path.Name, class, len(items), err)
			}
			bound := templates.SpendSize(path.Witness, len(s.redeem), templates.PayoutP2PKH)
			if size := tx.SerializeSize(); size > bound || size < bound-4 {
				t.Errorf("%s: %s of %d bytes, bound %d", f.name, path.Name, size, bound)
			}
		}
	}
}

// TestLocksHold holds each path to its height: one block less is too early,
// the height itself is not, and a final input has no lock at all. A path
// without a lock does not wait.
func TestLocksHold(t *testing.T) {
	for _, f := range allForms() {
		s := newStage(t, f.source())
		T := uint32(f.timeout)
		for _, path := range s.built.Contract.Paths {
			lock := max(path.After, 1)
			for _, row := range []struct {
				lock, sequence uint32
				want           bool
			}{
				{0, final, path.After == 0},
				{lock - 1, notFinal, path.After == 0},
				{lock, final, path.After == 0},
				{lock, notFinal, true},
				{lock + 1, notFinal, true},
			} {
				tx := s.spend(t, path.Witness, row.lock, row.sequence, itself)
				for name, flags := range rules {
					if err := s.run(tx, flags); (err == nil) != row.want {
						t.Errorf("%s: %s at %d, sequence %x by %s: %v", f.name, path.Name, row.lock, row.sequence, name, err)
					}
				}
			}
		}
		refund := s.pathNamed(t, "refund")
		tx := s.spend(t, refund.Witness, T, notFinal, itself)
		if err := s.relay(tx, int32(T)-1); err == nil {
			t.Errorf("%s: the mempool takes the refund at tip %d", f.name, T-1)
		}
		if err := s.relay(tx, int32(T)); err != nil {
			t.Errorf("%s: the mempool at tip %d: %v", f.name, T, err)
		}
	}
}

// pathNamed returns the first path of a name.
func (s *stage) pathNamed(t testing.TB, name string) templates.Path {
	t.Helper()
	at := slices.IndexFunc(s.built.Contract.Paths, func(q templates.Path) bool { return q.Name == name })
	if at < 0 {
		t.Fatalf("no path %s", name)
	}
	return s.built.Contract.Paths[at]
}

// TestOthersCannotSpend lets every secret of the election, and every sum of a
// joint secret and a candidate's, sign on every path but its own: the joint
// secret alone, another candidate, another candidate's joint secret.
func TestOthersCannotSpend(t *testing.T) {
	for _, f := range allForms() {
		if f.candidates > 3 || len(f.branches) > 0 {
			continue // the same, slower; TestEverySignerIsNeeded has the branches
		}
		s := newStage(t, f.source())
		roles := []string{"voter", "stranger", "joint", "supervisor"}
		for _, c := range s.built.Policy.Candidates {
			roles = append(roles, c.Name, "joint."+c.Name)
			for _, other := range s.built.Policy.Candidates {
				roles = append(roles, "joint+"+c.Name, "joint."+other.Name+"+"+c.Name)
			}
		}
		tried := 0
		for _, path := range s.built.Contract.Paths {
			for _, role := range roles {
				tx := s.spend(t, path.Witness, path.After, notFinal, func(string) string { return role })
				want := slices.ContainsFunc(s.built.Contract.Paths, func(q templates.Path) bool {
					alike := slices.Equal(q.Witness, signedBy(path.Witness, path.Signers[0], role))
					return alike && slices.Equal(q.Signers, []string{role})
				})
				for name, flags := range rules {
					if err := s.run(tx, flags); (err == nil) != want {
						t.Errorf("%s: %s signed by %s, %s: %v", f.name, path.Name, role, name, err)
					}
				}
				tried++
			}
		}
		t.Logf("%s: %d spends", f.name, tried)
	}
}

// signedBy is the witness with one signer in place of another: candidates' claims
// have one shape.
func signedBy(witness []string, from, to string) []string {
	var items []string
	for _, item := range witness {
		if item == "sig:"+from {
			item = "sig:" + to
		}
		items = append(items, item)
	}
	return items
}

// TestChangedWitnesses changes one item of each path's witness at a time: left
// out, doubled, emptied, or made true.
func TestChangedWitnesses(t *testing.T) {
	for _, f := range allForms() {
		s := newStage(t, f.source())
		for _, path := range s.built.Contract.Paths {
			last := len(path.Witness) - 1
			for i := range last {
				for name, bent := range map[string][]string{
					"left out": slices.Delete(slices.Clone(path.Witness), i, i+1),
					"doubled":  slices.Insert(slices.Clone(path.Witness), i, path.Witness[i]),
					"false":    slices.Replace(slices.Clone(path.Witness), i, i+1, "0"),
					"true":     slices.Replace(slices.Clone(path.Witness), i, i+1, "1"),
				} {
					if slices.Equal(bent, path.Witness) {
						continue
					}
					tx := s.spend(t, bent, path.After, notFinal, itself)
					if err := s.run(tx, txscript.StandardVerifyFlags); err == nil {
						t.Errorf("%s: %s with item %d %s spends", f.name, path.Name, i+1, name)
					}
				}
			}
		}
	}
}

// TestFlagIsAnyString shows why there is a warning of selectors by flag: no
// signature covers the flag, so it can be rewritten, and the spend stays valid.
func TestFlagIsAnyString(t *testing.T) {
	s := newStage(t, forms[5].source())
	win := s.built.Contract.Paths[1]
	tx := s.spend(t, win.Witness, 0, final, itself)
	script := tx.TxIn[0].SignatureScript
	at := len(script) - len(s.redeem) - 3 // the flag's opcode, before the push of the redeem script
	if script[at] != txscript.OP_1 {
		t.Fatalf("no flag at byte %d of %x", at, script)
	}
	rewritten := append(slices.Clone(script[:at]), txscript.OP_DATA_2, 0xbe, 0xef)
	tx.TxIn[0].SignatureScript = append(rewritten, script[at+1:]...)
	if err := s.run(tx, txscript.StandardVerifyFlags); err != nil {
		t.Error(err)
	}
	if class, _, _, err := lift.Spend(s.built.Contract.Paths, tx.TxIn[0].SignatureScript); class != "win" {
		t.Errorf("read as %q, %v", class, err)
	}
}
