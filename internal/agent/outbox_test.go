package agent_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"bevote/internal/agent"
	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// script is a role whose acts a test says.
type script struct{ acts []roles.Act }

func (s *script) Acts(*roles.View) ([]roles.Act, error) { return s.acts, nil }

// stage is a world with one scripted role.
type stage struct {
	*world
	home *party
	role *script
}

func newStage(t *testing.T) *stage {
	w := newWorld(t, games()["custodial"])
	s := &stage{world: w, role: new(script)}
	w.homes = nil
	s.home = w.add("role", templates.PayToKey(w.Policy.Supervisor), nil, func() (agent.Role, error) { return s.role, nil })
	w.mine(107)
	return s
}

// payment spends the coinbase of a block.
func (s *stage) payment(height uint32, sats int64) *wire.MsgTx {
	b, err := s.chain.Block(height)
	if err != nil {
		s.t.Fatal(err)
	}
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(&wire.TxIn{PreviousOutPoint: wire.OutPoint{Hash: b.Transactions[0].TxHash()}, Sequence: wire.MaxTxInSequenceNum - 2})
	tx.AddTxOut(wire.NewTxOut(sats, templates.PayToKey(s.Policy.Candidates[0].Key)))
	key, secret := s.Policy.Supervisor, s.Keys["supervisor"]
	hash, err := txscript.CalcSignatureHash(templates.PayToKey(key), txscript.SigHashAll, tx, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	sig, err := curve.SignECDSA(secret, [32]byte(hash))
	if err != nil {
		s.t.Fatal(err)
	}
	tx.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(append(sig, byte(txscript.SigHashAll))).AddData(key[:]).Script()
	if err != nil {
		s.t.Fatal(err)
	}
	return tx
}

// says makes a turn in which the role lists acts, and fails unless the status has the texts.
func (s *stage) says(acts []roles.Act, texts ...string) {
	s.t.Helper()
	s.role.acts = acts
	s.home.turn()
	for _, text := range texts {
		if got := s.home.status.String(); !strings.Contains(got, text) {
			s.t.Errorf("no %q in\n%s", text, got)
		}
	}
}

// sends fails unless so many messages were tried since the last call.
func (s *stage) sends(n int, when string) {
	s.t.Helper()
	if s.ops != n {
		s.t.Errorf("%s: %d operations, want %d", when, s.ops, n)
	}
	s.ops = 0
}

// TestTransactionIsSent: to the disk first, once a block, until it is deep, and again when it leaves the chain.
func TestTransactionIsSent(t *testing.T) {
	s := newStage(t)
	acts := []roles.Act{{What: "payment", Tx: s.payment(1, 4_999_000_000), By: 115}}
	s.says(acts, "due: payment by block 115", ": sent", "to be spent by the payment")
	s.sends(2, "at first")
	s.says(acts)
	s.sends(0, "again in one block")
	s.home.agent = nil
	s.says(acts)
	s.sends(1, "after a restart")
	s.mine(1)
	s.says(nil, "in block 108, not deep yet")
	s.sends(0, "when it is mined")
	s.reorganise(1, true)
	s.says(nil, ": sent")
	s.sends(1, "when its block has left the chain, though the role lists it no longer")
	s.mine(3)
	s.says(nil)
	if text := s.home.status.String(); strings.Contains(text, "payment") {
		t.Errorf("it is deep:\n%s", text)
	}
}

// TestOneOfTwo: of two transactions for one act the first goes on, unless the network refuses it.
func TestOneOfTwo(t *testing.T) {
	s := newStage(t)
	first, second := s.payment(1, 4_999_000_000), s.payment(1, 4_998_000_000)
	s.says([]roles.Act{{What: "payment", Tx: first}})
	s.says([]roles.Act{{What: "payment", Tx: second}}, ": sent")
	s.mine(3)
	s.says([]roles.Act{{What: "payment", Tx: second}})
	if tx, _ := s.chain.Find(first.TxHash()); tx == nil || strings.Contains(s.home.status.String(), "payment") {
		t.Errorf("the first was not mined, or something is left to do:\n%s", s.home.status)
	}
	unpaid, paid := s.payment(2, 5_000_000_000), s.payment(2, 4_999_000_000)
	s.says([]roles.Act{{What: "payment", Tx: unpaid}}, "refused", "problem: payment")
	s.says([]roles.Act{{What: "payment", Tx: paid}}, ": sent", "another one takes its place")
	other := s.payment(3, 4_990_000_000)
	s.says([]roles.Act{{What: "payment", Tx: s.payment(3, 4_999_000_000)}})
	s.says([]roles.Act{{What: "taking back", Tx: other}}, "due: taking back")
	s.mine(1)
	if tx, _ := s.chain.Find(other.TxHash()); tx == nil {
		t.Error("what replaces another act was not sent")
	}
}

// TestGivenUp: what can no more matter is not sent any more, and the reason is kept.
func TestGivenUp(t *testing.T) {
	s := newStage(t)
	s.says([]roles.Act{{What: "payment", Tx: s.payment(1, 5_000_000_000), By: 110}, {What: "other", Tx: s.payment(2, 5_000_000_000)}})
	s.says(nil, "given up: other: it is refused")
	if err := s.chain.Submit(s.payment(1, 4_000_000_000)); err != nil {
		t.Fatal(err)
	}
	s.mine(1)
	s.says([]roles.Act{{What: "payment", Tx: s.payment(1, 5_000_000_000), By: 110}}, "spends the same, in block 108")
	s.mine(2)
	s.says(nil, "given up: payment: transaction", "in block 108")
	s.home.agent = nil
	s.says([]roles.Act{{What: "late", Tx: s.payment(4, 4_000_000_000), By: 110}}, "given up: payment: transaction")
	if text := s.home.status.String(); strings.Contains(text, "late") {
		t.Errorf("what comes too late is begun:\n%s", text)
	}
}

// TestLineIsSent: signed again with newer blocks until it stands, and a refusal says what rule it is by.
func TestLineIsSent(t *testing.T) {
	s := newStage(t)
	line := func(body board.Body) []roles.Act {
		seen, err := roles.Seen(s.chain, s.Policy.Confirmations)
		if err != nil {
			t.Fatal(err)
		}
		l, err := board.Sign(s.EID, s.Keys["supervisor"], seen, body)
		if err != nil {
			t.Fatal(err)
		}
		return []roles.Act{{What: "line", Line: &l}}
	}
	roll := board.Roll{Entries: []int{1}}
	s.says(line(roll), "due: line: refused", "problem: line: phase:")
	s.says(line(roll))
	s.sends(2, "in one block")
	s.mine(1)
	s.says(line(roll), "due: line: refused")
	s.sends(2, "in the next block: it is signed anew")
	s.says(nil, "given up: line: it is refused")
	s.home.files["outbox.jsonl"] = append(s.home.files["outbox.jsonl"], `{"what":"pay`...)
	s.home.agent = nil
	s.says(nil, "given up: line: it is refused")
}

// TestDue: a dry run shows what a turn would send, and does nothing.
func TestDue(t *testing.T) {
	s := newStage(t)
	s.says(nil)
	s.role.acts = []roles.Act{{What: "payment", Tx: s.payment(1, 4_999_000_000)}}
	due, err := s.home.agent.Due(context.Background())
	if err != nil || len(due) != 1 || s.ops > 0 {
		t.Errorf("%d acts, %d operations, %v", len(due), s.ops, err)
	}
	if err := s.home.agent.Choose(roles.Choice{Candidate: 1}); err == nil {
		t.Error("a role without a choice has chosen")
	}
}

// TestChoice: it can be changed until the vote is in the outbox.
func TestChoice(t *testing.T) {
	w := newWorld(t, games()["custodial"])
	voter := w.homes[3]
	w.play(w.Policy.Times.VoteFrom - 3)
	if err := voter.agent.Choose(*voter.choice); err != nil {
		t.Error(err)
	}
	w.play(w.Policy.Times.VoteFrom + 1)
	if err := voter.agent.Choose(roles.Choice{Abstain: true}); !errors.Is(err, agent.ErrChosen) {
		t.Error(err)
	}
	if text := voter.status.String(); !strings.Contains(text, "locked; to be taken back from block") {
		t.Errorf("no word of the stake:\n%s", text)
	}
}
