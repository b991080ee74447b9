package verifier

import (
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// settlement lies about the account.
func settlement(change func(f *fair, b *board.Settlement)) func(*fair, string, int, any) bool {
	return at("settlement", 0, change)
}

func TestAccountsThatLie(t *testing.T) {
	repay := func(change func(f *fair, tx *wire.MsgTx)) func(*fair, string, int, any) bool {
		return at("repay", 0, change)
	}
	sweep := func(change func(f *fair, tx *wire.MsgTx)) func(*fair, string, int, any) bool {
		return at("sweep", 0, change)
	}
	tellLies(t, []fairLie{
		{name: "no settlement", speak: "V34", do: without("settlement")},
		{name: "a satoshi of residual more", speak: "V34", do: settlement(func(_ *fair, b *board.Settlement) { b.Residual++ })},
		{name: "a mixer not repaid", speak: "V34", do: settlement(func(_ *fair, b *board.Settlement) {
			b.Repaid = b.Repaid[:1]
			b.Residual = 0
		})},
		{name: "a mixer repaid too much", speak: "V34", do: repay(func(_ *fair, tx *wire.MsgTx) { tx.TxOut[0].Value++ })},
		{name: "a mixer repaid too little", speak: "V34", do: repay(func(_ *fair, tx *wire.MsgTx) { tx.TxOut[1].Value-- })},
		{name: "a mixer repaid twice", speak: "V34", do: settlement(func(_ *fair, b *board.Settlement) { b.Repaid = append(b.Repaid, b.Repaid[0]) })},
		{name: "a stranger repaid", speak: "V34", do: settlement(func(_ *fair, b *board.Settlement) {
			b.Repaid = append(b.Repaid, board.Repaid{Mixer: curve.BaseMul(curve.NewScalar(99)).Key(), Outpoint: b.Repaid[0].Outpoint})
		})},
		{name: "repaid to another key", speak: "V34", do: repay(func(f *fair, tx *wire.MsgTx) {
			tx.TxOut[0].PkScript = templates.PayToKey(curve.BaseMul(f.voters[2].key).Key())
		})},
		{name: "not repaid on the chain", speak: "V34", do: without("repay")},
		{name: "repaid by another key", speak: "V34", do: func(f *fair, s string, _ int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "repay" {
				f.mine(116, f.voters[3].key, tx)
				return true
			}
			return false
		}},
		{name: "a sweep that goes elsewhere", speak: "V34", do: sweep(func(f *fair, tx *wire.MsgTx) {
			tx.TxOut[0].Value -= 9000
			tx.AddTxOut(wire.NewTxOut(9000, templates.PayToKey(f.mixers[0].public)))
		})},
		{name: "a sweep of something else", speak: "V34", do: sweep(func(_ *fair, tx *wire.MsgTx) {
			tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: chainhash.Hash{5}}, nil, nil))
		})},
		{name: "coins without deposits, off the roll", speak: "V34", do: without(undeposited + " roll")},
		{name: "no deposits", speak: "", do: func(_ *fair, s string, _ int, _ any) bool {
			switch s {
			case "tx2", "deposit", "offer", "challenge", "issue", "voucher", "unswept", "unpaid", "roll", "settlement", "repay", "tx3":
				return true
			}
			return false
		}},
	})
}

func TestPayoutsThatDiffer(t *testing.T) {
	extra := func(out func(f *fair) *wire.TxOut) func(*fair, string, int, any) bool {
		return func(f *fair, s string, i int, _ any) bool {
			if s == "payout" && i == 0 {
				tx := f.spending(f.mixers[1].key, out(f))
				f.mine(113, f.mixers[1].key, tx)
				op := election.EncodeOutpoint(wire.OutPoint{Hash: tx.TxHash()})
				f.say(f.mixers[1].key, board.Payout{Key: curve.BaseMul(owner(f)).Key(), Outpoint: op[:]})
			}
			return false
		}
	}
	tellLies(t, []fairLie{
		{name: "a coin of another value", speak: "V35", do: extra(func(f *fair) *wire.TxOut {
			return wire.NewTxOut(f.e.Policy.Coin()+1, templates.PayToKey(curve.BaseMul(owner(f)).Key()))
		})},
		{name: "a coin of another script", speak: "V35", do: extra(func(f *fair) *wire.TxOut {
			return wire.NewTxOut(f.e.Policy.Coin(), templates.P2SH(make([]byte, 20)))
		})},
		{name: "the roll's coin of another value", speak: "V27 V35 V37", do: func(f *fair, s string, i int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "tx3" && i == 1 {
				for _, out := range tx.TxOut {
					if string(out.PkScript) == string(templates.PayToKey(curve.BaseMul(owner(f)).Key())) {
						out.Value--
					}
				}
			}
			return false
		}},
	})
}

// chained spends an output of a voter's through n transactions and pays the
// last to a script.
func (f *fair) chained(height uint32, by curve.Scalar, from wire.OutPoint, n int, script []byte) {
	for i := range n {
		tx := wire.NewMsgTx(2)
		tx.AddTxIn(wire.NewTxIn(&from, nil, nil))
		tx.AddTxOut(wire.NewTxOut(int64(4000-i), templates.PayToKey(curve.BaseMul(by).Key())))
		if i == n-1 {
			tx.TxOut[0].PkScript = script
		}
		f.mine(height, by, tx)
		from = wire.OutPoint{Hash: tx.TxHash()}
	}
}

func TestTrailsAroundTheMixers(t *testing.T) {
	change := func(f *fair) wire.OutPoint { return wire.OutPoint{Hash: f.voters[0].outpoint.Hash, Index: 1} }
	end := func(do func(f *fair)) func(*fair, string, int, any) bool { return then("", do) }
	roll := func(f *fair, i int) []byte { return templates.PayToKey(curve.BaseMul(f.voters[i].roll).Key()) }
	tellLies(t, []fairLie{
		{name: "change to a roll key", speak: "V36", do: at("tx2", 0, func(f *fair, tx *wire.MsgTx) { tx.TxOut[1].PkScript = roll(f, 0) })},
		{name: "over one transaction", speak: "V36", do: end(func(f *fair) { f.chained(118, depositor(f), change(f), 1, roll(f, 0)) })},
		{name: "over four", speak: "V36", do: end(func(f *fair) { f.chained(118, depositor(f), change(f), 4, roll(f, 0)) })},
		{name: "over five", speak: "", do: end(func(f *fair) { f.chained(118, depositor(f), change(f), 5, roll(f, 0)) })},
		{name: "to another key", speak: "", do: end(func(f *fair) { f.chained(118, depositor(f), change(f), 3, templates.PayToKey(f.mixers[0].public)) })},
		{name: "with the coin in a vote", speak: "V36", do: end(func(f *fair) {
			tx := wire.NewMsgTx(2)
			for _, op := range []wire.OutPoint{change(f), f.voters[0].coin} {
				tx.AddTxIn(wire.NewTxIn(&op, nil, nil))
			}
			tx.AddTxOut(wire.NewTxOut(1000, templates.PayToKey(curve.BaseMul(curve.NewScalar(5)).Key())))
			tx.TxIn[0].SignatureScript = f.script(f.sign(depositor(f), tx, 0, templates.PayToKey(curve.BaseMul(depositor(f)).Key())), []byte{1})
			f.mine(125, owner(f), tx)
		})},
		{name: "into the coins' transaction", speak: "V36", do: at("tx3", 0, func(f *fair, tx *wire.MsgTx) {
			op := change(f)
			in := wire.NewTxIn(&op, []byte{1}, nil) // not the supervisor's signature
			tx.TxIn = append(tx.TxIn, in)
		})},
		{name: "through a mixer", speak: "", do: end(func(f *fair) {
			op := change(f)
			tx := wire.NewMsgTx(2)
			tx.AddTxIn(wire.NewTxIn(&op, []byte{1}, nil))
			tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: chainhash.Hash{6}}, nil, nil))
			tx.AddTxOut(wire.NewTxOut(1000, templates.PayToKey(curve.BaseMul(curve.NewScalar(5)).Key())))
			f.mine(117, f.mixers[0].key, tx)
			f.chained(118, curve.NewScalar(5), wire.OutPoint{Hash: tx.TxHash()}, 1, roll(f, 0))
		})},
		{name: "one alone in the crowd", speak: "V36", do: func(f *fair, s string, i int, what any) bool {
			if s == "challenge" && i == 2 { // voter 0 shows its voucher as soon as it has it
				v := f.voters[0]
				f.say(v.roll, board.Voucher{Mixer: v.paying.public, Nonce: v.paid, Issuer: v.holding.public[:], Signature: v.signature})
			}
			return i == 0 && s == "voucher"
		}},
	})
}

// The report says nothing of a coin's anonymity that V36 knows better.
func TestAnonymityInWords(t *testing.T) {
	for linked, want := range []string{"no path of up to 4 transactions is shown to lead from a deposit to a coin", "joins to a coin around the 2 mixers: 1 "} {
		f := newFair(t, lang.SchemeBlindRSA)
		f.play()
		if linked > 0 {
			change := wire.OutPoint{Hash: f.voters[0].outpoint.Hash, Index: 1}
			f.chained(118, depositor(f), change, 1, templates.PayToKey(curve.BaseMul(f.voters[0].roll).Key()))
		}
		a := f.audit(fairTip)
		says := properties(f.e.Policy, mixingSummary(a), linkedDeposits(a))[0]
		if !strings.Contains(says.Checked, want) || !strings.Contains(says.Checked, "one of 3 or more") || !strings.Contains(says.Not, "a crowd of their own") {
			t.Errorf("%d linked: %+v", linked, says)
		}
	}
}

// TestProofsAndDeposits: proofs leave open whether a deposit that was not shown
// to be spent is still there; no vote can be hidden in that.
func TestProofsAndDeposits(t *testing.T) {
	for _, spent := range []bool{false, true} {
		f := newFair(t, lang.SchemeBlindRSA)
		lie := then("challenge issue voucher unswept unpaid roll", func(f *fair) {
			if spent {
				f.spendDeposit(0, 121, 120, depositor(f))
			}
			for _, v := range f.voters[1:] {
				tx := wire.NewMsgTx(2)
				tx.AddTxIn(wire.NewTxIn(&v.coin, nil, nil))
				tx.AddTxOut(wire.NewTxOut(1000, templates.PayToKey(curve.BaseMul(v.key).Key())))
				f.mine(125, v.roll, tx)
			}
		})
		f.lie = func(step string, i int, what any) bool { return lie(f, step, i, what) }
		f.play()
		a := f.audit(fairTip)
		a.chain.Proven = true
		s := new(check)
		spendEvidence(a, s)
		want := map[bool]result.Status{false: result.Unresolved, true: result.Pass}[spent]
		if s.status() != want || s.fatal || s.examined != 2*fairVoters-1 {
			t.Errorf("deposit spent %t: V10 %s, fatal %t, examined %d, want %s", spent, s.status(), s.fatal, s.examined, want)
		}
	}
}
