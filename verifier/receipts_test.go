package verifier

import (
	"bytes"
	"slices"
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

// at does something as if another block were the newest.
func (f *fair) at(seen uint32, do func()) {
	was := f.seen
	f.seen = seen
	do()
	f.seen = was
}

// said says a body of voter 0 at another seen, or by another author.
func said[T board.Body](step string, seen uint32, by func(f *fair) curve.Scalar, change func(f *fair, b *T)) func(*fair, string, int, any) bool {
	return func(f *fair, s string, i int, what any) bool {
		b, ok := what.(*T)
		if !ok || s != step || i != 0 {
			return false
		}
		if change != nil {
			change(f, b)
		}
		f.at(seen, func() { f.say(by(f), *b) })
		return true
	}
}

func holder(f *fair) curve.Scalar    { return f.voters[0].holding.key }
func depositor(f *fair) curve.Scalar { return f.voters[0].key }
func owner(f *fair) curve.Scalar     { return f.voters[0].roll }

func TestReceiptsThatAreBroken(t *testing.T) {
	const away = "unswept unpaid roll"
	tellLies(t, []fairLie{
		{name: "no offer", speak: "V37", do: without("offer challenge issue voucher " + away)},
		{name: "no offer to who came late", speak: "", do: all(without("offer challenge issue voucher "+away), said[board.Deposit]("deposit", 105, depositor, nil))},
		{name: "no offer to who names an old block", speak: "", do: all(without("deposit offer challenge issue voucher "+away), func(f *fair, s string, i int, what any) bool {
			if s == "issue" && i == 1 { // others have seen block 105
				f.at(103, func() {
					w := election.EncodeOutpoint(f.voters[0].outpoint)
					f.say(depositor(f), board.Deposit{Mixer: f.mixers[0].public, Nonce: f.voters[0].held, Outpoint: w[:]})
				})
			}
			return false
		})},
		{name: "an offer that is none", speak: "V37", do: all(without("challenge issue voucher "+away), at("offer", 0, func(_ *fair, b *board.Offer) { b.Offer = []byte{1} }))},
		{name: "an offer never answered", speak: "", do: without("challenge issue voucher " + away)},
		{name: "an offer too late to be answered", speak: "V37", do: all(without("challenge issue voucher "+away), said[board.Offer]("offer", 109, holder, nil))},
		{name: "no issue", speak: "V37", do: without("issue voucher " + away)},
		{name: "a challenge that is none", speak: "", do: all(without("issue voucher "+away), at("challenge", 0, func(_ *fair, b *board.Challenge) { b.Challenge = b.Challenge[1:] }))},
		{name: "an issue that does not fit", speak: "V37", do: all(without("voucher "+away), at("issue", 0, func(_ *fair, b *board.Issue) { b.Answer[len(b.Answer)-1] ^= 1 }))},
		{name: "an issue after T3", speak: "V37", do: said[board.Issue]("issue", 111, holder, nil)},
		{name: "swept without an issue", speak: "V37", do: without("issue voucher unpaid roll")},
		{name: "a second issue", speak: "V37", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Issue); ok && i == 0 {
				f.say(holder(f), *b)
			}
			return false
		}},
		{name: "a second session beside one that waits", speak: "V37", do: func(f *fair, s string, i int, what any) bool {
			if s == "challenge" && i == 0 { // another depositor of this mixer is offered one meanwhile
				b, _ := what.(*board.Challenge)
				f.say(depositor(f), *b)
				f.say(holder(f), board.Offer{To: curve.BaseMul(f.voters[2].key).Key()})
			}
			return i == 0 && strings.Contains("challenge issue voucher "+away, s)
		}},
		{name: "a session beside one with a malformed challenge", speak: "", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Challenge); ok && i == 0 {
				b.Challenge = b.Challenge[1:]
			}
			return i == 0 && strings.Contains("issue voucher "+away, s)
		}},
		{name: "a challenge for another offer", speak: "", do: all(without("issue voucher "+away), at("challenge", 0, func(_ *fair, b *board.Challenge) {
			b.Offer[0] ^= 1
		}))},
		{name: "gone on at once", speak: "V37", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Challenge); ok && i == 0 {
				f.say(holder(f), board.Offer{To: curve.BaseMul(f.voters[2].key).Key()})
				f.say(depositor(f), *b) // in time, and the session has lapsed
			}
			return i == 0 && strings.Contains("challenge issue voucher "+away, s)
		}},
		{name: "another escrow", speak: "V37", do: at("held", 0, func(_ *fair, b *board.Accept) { b.Escrow = bytes.Clone(b.Escrow); b.Escrow[0] ^= 1 })},
		{name: "a nonce twice", speak: "V37", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Accept); ok && s == "paid" && i == 2 {
				other := *b
				other.Nonce = f.voters[1].held       // of the same mixer
				f.say(f.voters[2].paying.key, other) // does not count: the right one follows
			}
			return false
		}},
		{name: "another mixer's nonce", speak: "", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Accept); ok && s == "paid" && i == 0 {
				b.Nonce, f.voters[0].paid = f.voters[0].held, f.voters[0].held
			}
			return false
		}},
		{name: "issued for and never swept", speak: "V37", do: without("unswept")},
		{name: "a giant of a transaction", speak: "", do: func(f *fair, s string, i int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "tx3" && i == 1 { // repaid by its bytes, which it need not have paid for
				script, err := txscript.NewScriptBuilder().AddOp(txscript.OP_RETURN).AddData(make([]byte, 500)).Script()
				f.must(err)
				tx.AddTxOut(wire.NewTxOut(0, script))
			}
			if s == "repay" {
				p, x := f.e.Policy, f.account(115)
				if got, most := x.Owed(x.Mixers[1]), 4*p.Coin()+p.Fee*(14+148+34+4*34); got > most {
					f.t.Errorf("owed %d sat for four coins, at most %d", got, most)
				}
			}
			return false
		}},
		{name: "a coin told after the account", speak: "V37", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Payout); ok && i == 0 {
				f.untold = *b
				return true
			}
			if s == "end" {
				f.say(f.mixers[1].key, f.untold)
			}
			return s == "roll" && i == 0
		}},
		{name: "an account before T5", speak: "V34", do: func(f *fair, s string, _ int, what any) bool {
			if b, ok := what.(*board.Settlement); ok {
				f.at(113, func() { f.say(f.keys["supervisor"], *b) })
			}
			return s == "settlement"
		}},
		{name: "no coin", speak: "V37", do: without("unpaid roll")},
		{name: "no coin for who came late", speak: "", do: all(without("unpaid roll"), said[board.Voucher]("voucher", 113, owner, nil))},
		{name: "no coin for a voucher that is none", speak: "", do: all(without("unpaid roll"), at("voucher", 0, func(_ *fair, b *board.Voucher) { b.Signature[9] ^= 1 }))},
		{name: "a coin after T5", speak: "V37", do: func(f *fair, s string, i int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "tx3" && i == 1 {
				f.mine(115, f.mixers[1].key, tx)
				return true
			}
			return false
		}},
		{name: "a late coin", speak: "V37", do: lateCoin},
		{name: "a coin too early, and a late one", speak: "V37", do: all(lateCoin, func(f *fair, s string, _ int, _ any) bool {
			if s == "sweep" {
				key := curve.BaseMul(owner(f)).Key()
				tx := f.spending(f.mixers[1].key, wire.NewTxOut(f.e.Policy.Coin(), templates.PayToKey(key)))
				f.mine(104, f.mixers[1].key, tx)
				op := election.EncodeOutpoint(wire.OutPoint{Hash: tx.TxHash()})
				f.say(f.mixers[1].key, board.Payout{Key: key, Outpoint: op[:]})
			}
			return false
		})},
		{name: "no offer, for others did not answer", speak: "V36", do: func(_ *fair, s string, i int, _ any) bool {
			silent := (i == 2 || i == 4) && strings.Contains("challenge issue voucher "+away, s)
			return silent || i == 0 && strings.Contains("offer challenge issue voucher "+away, s)
		}},
		{name: "no offer, though one other did not answer", speak: "V36 V37", do: func(_ *fair, s string, i int, _ any) bool {
			silent := i == 2 && strings.Contains("challenge issue voucher "+away, s)
			return silent || i == 0 && strings.Contains("offer challenge issue voucher "+away, s)
		}},
		{name: "two coins", speak: "V37", do: func(f *fair, s string, i int, _ any) bool {
			if s == "payout" && i == 0 {
				tx := f.spending(f.mixers[1].key, wire.NewTxOut(f.e.Policy.Coin(), templates.PayToKey(curve.BaseMul(owner(f)).Key())))
				f.mine(114, f.mixers[1].key, tx)
				op := election.EncodeOutpoint(wire.OutPoint{Hash: tx.TxHash()})
				f.say(f.mixers[1].key, board.Payout{Key: curve.BaseMul(owner(f)).Key(), Outpoint: op[:]})
			}
			return false
		}},
		{name: "lines of strangers", speak: "", do: func(f *fair, s string, i int, _ any) bool {
			if s != "sweep" || i != 0 {
				return false
			}
			stranger := curve.NewScalar(4321)
			w := election.EncodeOutpoint(wire.OutPoint{Hash: chainhash.Hash{1}})
			of := curve.BaseMul(f.voters[0].key).Key()
			for _, b := range []board.Body{
				board.Manager{Modulus: []byte{1}}, board.Mixer{Name: "x", Key: []byte{1}},
				board.Request{For: board.ForHolding, Mixer: f.mixers[0].public, Deadlines: board.List[uint32]{104, 110}},
				board.Accept{For: board.ForPaying, To: curve.BaseMul(stranger).Key()},
				board.Deposit{Mixer: f.mixers[0].public, Outpoint: w[:]}, board.Offer{To: of},
				board.Challenge{Offer: board.OfferHash(f.e.EID, []byte{})}, board.Issue{To: of},
				board.Voucher{Mixer: f.mixers[0].public, Signature: []byte{1}},
				board.Payout{Key: curve.BaseMul(owner(f)).Key(), Outpoint: w[:]}, board.Sweep{Tx: []byte{1}}, board.Settlement{},
			} {
				f.say(stranger, b)
			}
			return false
		}},
	})
}

// lateCoin leaves voter 0 to the supervisor.
func lateCoin(f *fair, s string, i int, what any) bool {
	if s == "repay" {
		v := f.voters[0]
		tx := f.spending(f.keys["supervisor"], wire.NewTxOut(f.e.Policy.Coin(), templates.PayToKey(curve.BaseMul(v.roll).Key())))
		f.mine(115, f.keys["supervisor"], tx)
		f.tell(v, f.keys["supervisor"], tx)
	}
	if b, ok := what.(*board.Settlement); ok {
		repaid := f.account(116)
		pool := repaid.Pool(nil)
		settled := f.account(116)
		settled.Settled = b
		for _, op := range settled.Repaid() {
			for _, tx := range f.chain[116] {
				if tx.TxHash() == op.Hash {
					pool.Repaid += tx.TxOut[op.Index].Value
				}
			}
		}
		pool.Fees += f.e.Policy.Fee * int64(f.chain[116][0].SerializeSize())
		b.Residual = pool.Residual()
	}
	return i == 0 && s == "unpaid"
}

// A supervisor that does not help with a good sweep is named, and not the mixer.
func TestSweepsThatWait(t *testing.T) {
	f := newFair(t, lang.SchemeBlindRSA)
	f.lie = func(step string, i int, what any) bool {
		tx, ok := what.(*wire.MsgTx)
		if !ok || step != "sweep" || i != 0 {
			return false
		}
		witness := f.e.Contract.EscrowPaths[slices.IndexFunc(f.e.Contract.EscrowPaths, func(p templates.Path) bool { return p.Name == election.Swept })].Witness
		tx.TxOut[0].Value = f.e.Policy.Deposit()*int64(len(tx.TxIn)) - f.e.Policy.Fee*int64(templates.SweepSize(len(tx.TxIn), witness, f.e.Escrow.Size(false), 25))
		held := 0
		for _, v := range f.voters {
			if v.holding == f.mixers[0] {
				redeem := f.escrow(v)
				tx.TxIn[held].SignatureScript = f.script(nil, f.sign(f.mixers[0].key, tx, held, redeem), redeem)
				held++
			}
		}
		var b bytes.Buffer
		f.must(tx.SerializeNoWitness(&b))
		f.say(f.mixers[0].key, board.Sweep{Tx: b.Bytes()})
		return true
	}
	f.play()
	if got := strings.Join(f.speaks(), " "); got != "V37" {
		t.Errorf("%q speak, want V37", got)
	}
	a := f.audit(fairTip)
	for _, d := range a.mix.Deposits {
		s := new(check)
		judgeDeposit(a, s, d)
		if by := d.Mixer == a.mix.Mixers[0]; by != (len(s.items) > 0) || by && !strings.HasPrefix(s.items[0].Message, "the supervisor: not swept") {
			t.Errorf("deposit of mixer %s: %v", d.Mixer.Name, s.items)
		}
	}
}
