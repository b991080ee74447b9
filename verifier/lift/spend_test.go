package lift_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
	"bevote/verifier/lift"
)

func path(name string, witness ...string) templates.Path {
	return templates.Path{Name: name, Signers: []string{"x"}, Witness: append(witness, "redeem")}
}

var (
	hardened = []templates.Path{
		path("refund", "sig:voter", "pubkey:voter", "0", "0"),
		path("win.alice", "0", "sig:joint+alice"), path("win.bob", "0", "sig:joint+bob"),
	}
	flagged = []templates.Path{
		path("branch.rescue", "sig:supervisor"),
		path("refund", "sig:voter", "pubkey:voter", "0"),
		path("win", "0", "sig:joint", "1"),
	}
	torn = []templates.Path{path("win", "sig:joint"), path("refund", "sig:voter")}
)

var (
	sig    = append([]byte{0x30}, make([]byte, 70)...)
	pubkey = append([]byte{0x02}, make([]byte, 32)...)
	redeem = bytes.Repeat([]byte{0x51}, 100)
	empty  []byte
)

func push(t testing.TB, items ...[]byte) []byte {
	t.Helper()
	b := txscript.NewScriptBuilder()
	for _, item := range items {
		b.AddData(item)
	}
	script, err := b.Script()
	if err != nil {
		t.Fatal(err)
	}
	return script
}

func TestSpend(t *testing.T) {
	for _, row := range []struct {
		name   string
		paths  []templates.Path
		script []byte
		want   string
	}{
		{"claim", hardened, push(t, empty, sig, redeem), "win"},
		{"refund", hardened, push(t, sig, pubkey, empty, empty, redeem), "refund"},
		{"claim by flag", flagged, push(t, empty, sig, []byte{1}, redeem), "win"},
		{"claim by another flag", flagged, push(t, empty, sig, []byte{0, 0x80, 0}, redeem), "win"},
		{"claim by minus one", flagged, push(t, empty, sig, []byte{0x81}, redeem), "win"},
		{"refund by flag", flagged, push(t, sig, pubkey, empty, redeem), "refund"},
		{"refund by negative zero", flagged, push(t, sig, pubkey, []byte{0x80}, redeem), "refund"},
		{"branch", flagged, push(t, sig, redeem), "branch.rescue"},
	} {
		class, items, got, err := lift.Spend(row.paths, row.script)
		if err != nil || class != row.want || !bytes.Equal(got, redeem) {
			t.Errorf("%s: got %q, %x, %v", row.name, class, got, err)
		}
		if back := push(t, append(items, got)...); !bytes.Equal(back, row.script) {
			t.Errorf("%s: items push %x, want %x", row.name, back, row.script)
		}
	}
}

func TestSpendRefuses(t *testing.T) {
	for _, row := range []struct {
		name   string
		paths  []templates.Path
		script []byte
		shape  bool // ErrShape
	}{
		{"nothing", hardened, nil, true},
		{"redeem alone", hardened, push(t, redeem), true},
		{"item more below", hardened, push(t, empty, empty, sig, redeem), true},
		{"wrong signature where none should be", hardened, push(t, sig, pubkey, empty, sig, redeem), true},
		{"no signature", hardened, push(t, empty, pubkey, redeem), true},
		{"no key", hardened, push(t, sig, sig, empty, empty, redeem), true},
		{"flag of a refund's shape", flagged, push(t, sig, pubkey, []byte{1}, redeem), true},
		{"two classes", torn, push(t, sig, redeem), true},
		{"no paths", nil, push(t, sig, redeem), true},
		{"not push-only", hardened, append(push(t, empty, sig, redeem), txscript.OP_NOP), false},
		{"reserved opcode", hardened, append(push(t, empty, sig, redeem), txscript.OP_RESERVED), false},
		{"cut", hardened, push(t, empty, sig, redeem)[:80], false},
	} {
		class, items, got, err := lift.Spend(row.paths, row.script)
		if err == nil || class != "" || items != nil || got != nil || errors.Is(err, lift.ErrShape) != row.shape {
			t.Errorf("%s: got %q, %v", row.name, class, err)
		}
	}
}

// TestTaken reads spends that relays refuse and a block may hold. Signatures are of
// the role that their last byte names. Tests of workbench compare Taken with the
// script engine.
func TestTaken(t *testing.T) {
	sigOf := func(role byte) []byte { return append(bytes.Clone(sig), role) }
	signed := func(role string, sig []byte) bool { return role[len(role)-1] == sig[len(sig)-1] }
	paths := []templates.Path{
		path("branch.both", "sig:b", "sig:a", "0"),
		path("refund", "sig:voter", "pubkey:voter", "0", "0"),
		path("win", "sig:joint"),
	}
	for _, row := range []struct {
		name   string
		script []byte
		want   string
	}{
		{"claim", push(t, sigOf('t'), redeem), "win"},
		{"claim over something unread", push(t, pubkey, sigOf('b'), sigOf('t'), redeem), "win"},
		{"branch", push(t, sigOf('b'), sigOf('a'), empty, redeem), "branch.both"},
		{"branch under a wrong signature", push(t, sigOf('b'), sigOf('a'), sigOf('x'), redeem), "branch.both"},
		{"claim over the signatures of a branch", push(t, sigOf('b'), sigOf('a'), sigOf('t'), redeem), "win"},
		{"refund", push(t, sigOf('r'), pubkey, empty, empty, redeem), "refund"},
		{"refund under wrong signatures", push(t, sigOf('r'), pubkey, sigOf('x'), sigOf('y'), redeem), "refund"},
		{"a branch that half its signers signed", push(t, sigOf('x'), sigOf('a'), empty, redeem), ""},
		{"a refund by another", push(t, sigOf('a'), pubkey, empty, empty, redeem), ""},
		{"redeem alone", push(t, redeem), ""},
		{"nothing", nil, ""},
		{"not push-only", []byte{txscript.OP_NOP}, ""},
	} {
		got, _, err := lift.Taken(paths, row.script, signed)
		if got.Name != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%s: got %q, %v", row.name, got.Name, err)
		}
	}
}

func FuzzSpend(f *testing.F) {
	f.Add(push(f, empty, sig, redeem))
	f.Add(push(f, sig, pubkey, empty, empty, redeem))
	f.Add([]byte{txscript.OP_1NEGATE, txscript.OP_16, txscript.OP_PUSHDATA1, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		for _, paths := range [][]templates.Path{hardened, flagged, torn} {
			class, items, redeem, err := lift.Spend(paths, script)
			if err != nil {
				continue
			}
			if _, _, err := lift.Taken(paths, script, func(string, []byte) bool { return true }); err != nil {
				t.Fatalf("told as %q by its shape, by its signatures: %v", class, err)
			}
			// The items say the same whichever way they are pushed.
			again, _, _, err := lift.Spend(paths, push(t, append(items, redeem)...))
			if len(redeem) <= txscript.MaxScriptElementSize && (err != nil || again != class) {
				t.Fatalf("told as %q, then %q, %v", class, again, err)
			}
		}
	})
}
