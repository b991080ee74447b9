package workbench_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
)

// illustrated returns the file's transactions by code.
func illustrated(t *testing.T, src []byte) map[string][]*lang.Transaction {
	t.Helper()
	_, diags, err := workbench.Build(src)
	if err != nil {
		t.Fatal(err)
	}
	if diags, err = workbench.Illustrate(src, diags); err != nil {
		t.Fatal(err)
	}
	all := map[string][]*lang.Transaction{}
	for _, d := range diags {
		if d.Transaction != nil {
			all[d.Code] = append(all[d.Code], d.Transaction)
		}
	}
	return all
}

// tried reads a transaction from its hex and runs it on the engine.
func tried(t *testing.T, x *lang.Transaction, flags txscript.ScriptFlags) (*wire.MsgTx, error) {
	t.Helper()
	raw, err := hex.DecodeString(x.Hex)
	if err != nil {
		t.Fatal(err)
	}
	script, err := hex.DecodeString(x.Script)
	if err != nil {
		t.Fatal(err)
	}
	tx := wire.NewMsgTx(0)
	if err := tx.Deserialize(bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	prev := txscript.NewCannedPrevOutputFetcher(script, x.Stake)
	vm, err := txscript.NewEngine(script, tx, 0, flags, nil, nil, x.Stake, prev)
	if err != nil {
		return tx, err
	}
	return tx, vm.Execute()
}

// shared gives a second role the key of a first.
func shared(t *testing.T, src []byte, from, to string) []byte {
	t.Helper()
	literals, err := lang.Literals(src)
	if err != nil {
		t.Fatal(err)
	}
	text := func(role string) string {
		i := slices.IndexFunc(literals, func(l lang.Literal) bool { return l.Role == role })
		return string(src[literals[i].Start:literals[i].End])
	}
	return bytes.Replace(src, []byte(text(to)), []byte(text(from)), 1)
}

// withNames names the voters of a form's policy.
func withNames(f form) []byte {
	var voters []string
	for _, name := range []string{"ann", "ben", "cleo"} {
		voters = append(voters, "voter "+name+" pub:"+langtest.Key("voter "+name).String())
	}
	text := strings.Replace(string(f.source()), "voters 5", strings.Join(voters, "\n  "), 1)
	return []byte(strings.Replace(text, "threshold 3 of 5", "threshold 2 of 3", 1))
}

// TestCounterexamples: each diagnostic of an unintended spend has a transaction
// that the engine accepts by the rules of blocks and of relays.
func TestCounterexamples(t *testing.T) {
	hardened, paper, byFlag, custodial := forms[0], forms[4], forms[5], forms[7]
	for _, row := range []struct {
		name, code string
		src        []byte
		says       string
		lock       uint32
	}{
		{"the paper's win", "W0401", paper.source(), "whoever knows the joint secret pays a stake to a stranger", 0},
		{"by flag", "W0401", byFlag.source(), "whoever knows the joint secret", 0},
		{"the supervisor's", "W0401", custodial.source(), "the supervisor pays a stake to a stranger", 0},
		{"one joint key", "W0402", hardened.source(), "c01 takes a stake with the joint secret that elected c00", 0},
		{"salted", "W0402", forms[1].source(), "c01 takes a stake", 0},
		{"with a branch", "W0402", hardened.source("branch rescue when supervisor signs after timeout"), "c01 takes a stake", 0},
		{"rewritten flag", "W0604", byFlag.source(), "writes another flag", 0},
		{"rewritten flag, custodial", "W0604", forms[8].source(), "writes another flag", 0},
		{"rewritten flag, branch", "W0604", byFlag.source("branch rescue when supervisor signs after timeout"), "writes another flag", 0},
		{"two candidates", "E0303", shared(t, hardened.source(), "candidate c00", "candidate c01"), "c01 makes c00's claim", 0},
		{"supervisor and candidate", "E0303", shared(t, hardened.source(), "supervisor", "candidate c01"), "the supervisor makes c01's claim", 0},
		{"voter and candidate", "E0303", shared(t, withNames(hardened), "candidate c01", "voter ann"), "ann makes c01's claim", 0},
		{"voters", "E0303", shared(t, withNames(hardened), "voter ben", "voter ann"), "'s stake back after the timeout", 840_264},
		{"voter and candidate of the paper", "E0303", shared(t, withNames(paper), "candidate c01", "voter ann"), "c01 takes ann's stake back", 264},
		{"voter and supervisor", "E0303", shared(t, withNames(custodial), "supervisor", "voter ann"), "ann claims as the supervisor", 0},
		{"and other mistakes", "E0303", bytes.Replace(shared(t, hardened.source(), "candidate c00", "candidate c01"), []byte("mixing none"), []byte("mixing maybe"), 1), "c01 makes c00's claim", 0},
		{"mixed", "W0402", mixedForm(), "c01 takes a stake", 0},
		{"mixed, of no roll", "W0402", bytes.Replace(mixedForm(), []byte("roll by block 840110"), []byte("roll by noon"), 1), "c01 takes a stake", 0},
	} {
		found := illustrated(t, row.src)[row.code]
		if len(found) != 1 {
			_, diags, _ := workbench.Build(row.src)
			t.Errorf("%s: %d transactions\n%s", row.name, len(found), render(row.src, diags))
			continue
		}
		x := found[0]
		if !strings.Contains(x.Says, row.says) {
			t.Errorf("%s: says %q, want %q", row.name, x.Says, row.says)
		}
		for _, flags := range []txscript.ScriptFlags{consensus, txscript.StandardVerifyFlags} {
			tx, err := tried(t, x, flags)
			if err != nil {
				t.Errorf("%s: refused: %v", row.name, err)
			}
			if !strings.Contains(strings.Join(x.Lines, "\n"), tx.TxHash().String()) || tx.LockTime != row.lock {
				t.Errorf("%s: locked until %d, want %d: %q", row.name, tx.LockTime, row.lock, x.Lines)
			}
			tx.TxOut[0].Value--
			if _, err := tried(t, &lang.Transaction{Hex: encoded(tx), Script: x.Script, Stake: x.Stake}, flags); err == nil {
				t.Errorf("%s: nothing is signed", row.name)
			}
		}
	}
}

func encoded(tx *wire.MsgTx) string {
	var b bytes.Buffer
	if err := tx.Serialize(&b); err != nil {
		panic(err)
	}
	return hex.EncodeToString(b.Bytes())
}

// TestNoCounterexample: there is no transaction without an unintended spend, or
// without a script.
func TestNoCounterexample(t *testing.T) {
	for name, src := range map[string][]byte{
		"no warning":       forms[3].source(),
		"allowed":          forms[0].source(`allow W0402 "trusted"`),
		"no use of a key":  shared(t, forms[4].source(`allow W0401 "paper"`), "candidate c00", "candidate c01"),
		"unknown stake":    bytes.Replace(forms[0].source(), []byte("stake 1_000_000 sat"), []byte("stake lots"), 1),
		"unknown lock":     bytes.Replace(forms[4].source(), []byte("timeout block"), []byte("timeout after"), 1),
		"script too long":  form{"", 14, "by voters", "joint and candidate sign", "plain", "signature", 264, nil}.source(),
		"hardened by flag": form{"", 2, "by voters", "joint and candidate sign", "plain", "flag", 264, nil}.source(),
	} {
		if found := illustrated(t, src); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// TestFewCounterexamples: the number of transactions is bounded.
func TestFewCounterexamples(t *testing.T) {
	src := forms[2].source()
	for i := 1; i < 12; i++ {
		src = shared(t, src, "candidate c00", fmt.Sprintf("candidate c%02d", i))
	}
	if n := len(illustrated(t, src)["E0303"]); n != 10 {
		t.Errorf("%d transactions, want 10", n)
	}
}
