package verifier

import (
	"bytes"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestDeviatingScript: a voter who locked the stake until an earlier block, to
// the key of another slot, is shown by a diff. Inside the package, because a
// vote that this auditor excludes is cast by no role.
func TestDeviatingScript(t *testing.T) {
	template, err := templates.ParseTemplate("<ballot> DROP <joint> CHECKSIG NOTIF DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 264 CHECKLOCKTIMEVERIFY ELSE 1 ENDIF")
	if err != nil {
		t.Fatal(err)
	}
	early, err := templates.ParseTemplate(strings.Replace(template.String(), "264", "263", 1))
	if err != nil {
		t.Fatal(err)
	}
	a := unread(&inputs{e: &election.Election{Template: template}})
	a.setup = new(election.Setup)
	for i := range 2 {
		key := curve.BaseMul(curve.NewScalar(uint32(i + 5))).Key()
		a.setup.Roll = append(a.setup.Roll, election.Slot{Key: key})
	}
	joint := curve.BaseMul(curve.NewScalar(9)).Key()
	a.keys = map[string][]byte{"joint": joint[:]}
	ballot := append([]byte{templates.PlainPrefix}, bytes.Repeat([]byte{7}, templates.PlainBallot-1)...)
	fill := func(template templates.Template, slot int) []byte {
		script, err := template.Fill(map[string][]byte{"ballot": ballot, "joint": joint[:], "voter_hash": a.setup.Roll[slot-1].KeyHash()})
		if err != nil {
			t.Fatal(err)
		}
		return script
	}
	vote := &election.Vote{Index: 1, TxID: "aa", Ballot: ballot, Redeem: fill(template, 1), Spend: election.ConfirmedTx{ID: chainhash.Hash{1}, Tx: wire.NewMsgTx(1)}}
	vote.Spend.Tx.AddTxOut(wire.NewTxOut(1, templates.PayToRedeem(fill(early, 2))))
	vote.Faults = []election.Fault{{Kind: election.WrongScript, Message: "0 outputs pay the contract filled for slot 1, want one"}}
	a.votes = []*election.Vote{vote}
	sig, err := txscript.NewScriptBuilder().AddOp(txscript.OP_0).AddFullData(fill(early, 2)).Script()
	if err != nil {
		t.Fatal(err)
	}
	a.replay = replayOf(t, vote.Spend, sig)

	s := new(check)
	voteScript(a, s)
	if len(s.items) != 2 || s.failed != 1 {
		t.Fatalf("%d items, %d failed: %v", len(s.items), s.failed, s.items)
	}
	want := `the revealed script is not the contract's:
--- contract
+++ revealed
@@ -5,10 +5,10 @@
 NOTIF
 DUP
 HASH160
-0x` + hexOf(a.setup.Roll[0].KeyHash()) + `  (the key hash of slot 1)
+0x` + hexOf(a.setup.Roll[1].KeyHash()) + `  (the key hash of slot 2)
 EQUALVERIFY
 CHECKSIGVERIFY
-264
+263
 CHECKLOCKTIMEVERIFY
 ELSE
 1`
	if got := s.items[1].Message; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// replayOf has seen a coin, the vote that spends it, and a spend of the vote's
// output 0 by an input script.
func replayOf(t *testing.T, vote election.ConfirmedTx, sig []byte) *election.Replay {
	t.Helper()
	coin := wire.OutPoint{Hash: chainhash.Hash{2}}
	vote.Tx.AddTxIn(&wire.TxIn{PreviousOutPoint: coin})
	spend := wire.NewMsgTx(1)
	spend.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Hash: vote.ID}, SignatureScript: sig})

	supervisor, outpoint := curve.NewScalar(3), election.EncodeOutpoint(coin)
	e := &election.Election{Policy: &lang.Policy{Supervisor: curve.BaseMul(supervisor).Key()}}
	line, err := board.Sign(e.EID, supervisor, board.Seen{}, board.Entry{Outpoint: outpoint[:]})
	if err != nil {
		t.Fatal(err)
	}
	r := election.NewReplay(e, []board.Line{line})
	r.Txs([]election.ConfirmedTx{{ID: coin.Hash, Tx: &wire.MsgTx{TxOut: []*wire.TxOut{wire.NewTxOut(1, nil)}}}})
	r.Txs([]election.ConfirmedTx{vote})
	r.Txs([]election.ConfirmedTx{{ID: chainhash.Hash{3}, Tx: spend}})
	return r
}

// TestListing: any bytes have a listing, and different bytes different ones.
func TestListing(t *testing.T) {
	known := map[string]string{"\x05\x06": "five six"}
	for _, row := range []struct{ script, want string }{
		{"\x51\x00\x4f\xac", "1\n0\n1NEGATE\nCHECKSIG\n"},
		{"\x02\x05\x06", "1541  (five six)\n"},
		{"\x4c\x02\x05\x06", "1541, pushed by opcode 0x4c  (five six)\n"},
		{"\x01\x05", "0x05, pushed by opcode 0x01\n"},
		{"\x01\x81", "0x81, pushed by opcode 0x01\n"},
		{"\x4c\x00", "0x, pushed by opcode 0x4c\n"},
		{"\xba\x50\xfe", "opcode 0xba\nopcode 0x50\nopcode 0xfe\n"},
		{"\x51\x05\x01\x02", "1\nunreadable: 050102\n"},
		{"", ""},
	} {
		if got := listing([]byte(row.script), known); got != row.want {
			t.Errorf("%x: got %q, want %q", row.script, got, row.want)
		}
	}
}

func FuzzListing(f *testing.F) {
	f.Add([]byte{0x51, 0xac}, []byte{0x4c, 0x01, 0x11})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if same := bytes.Equal(a, b); same != (listing(a, nil) == listing(b, nil)) {
			t.Errorf("%x and %x are both %q", a, b, listing(a, nil))
		}
		if strings.ContainsFunc(deviation(a, b, nil), func(r rune) bool { return r < ' ' && r != '\n' || r > '~' }) {
			t.Errorf("%q", deviation(a, b, nil))
		}
	})
}

func hexOf(b []byte) string { return strings.TrimPrefix(templates.Op{Data: b}.String(), "0x") }
