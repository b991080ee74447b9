package verifier

import (
	"slices"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

func TestHonestFair(t *testing.T) {
	for _, scheme := range []string{lang.SchemeGroupBlind, lang.SchemeBlindRSA} {
		t.Run(scheme, func(t *testing.T) {
			f := newFair(t, scheme)
			f.play()
			if got := f.speaks(); len(got) > 0 {
				t.Errorf("%v speak", got)
			}
			f.sumsUp(map[string]int{lang.SchemeGroupBlind: 7, lang.SchemeBlindRSA: 3}[scheme])
		})
	}
}

// sumsUp compares the report's figures and flows with what was played.
func (f *fair) sumsUp(crowd int) {
	f.t.Helper()
	a := f.audit(fairTip)
	m, n := mixingSummary(a), fairVoters
	if m.Registered != n || m.Deposits != n || m.Issued != n || m.Swept != n || m.Vouchers != n || m.Paid != n || m.Late+m.Returned != 0 || m.Anonymity != crowd {
		f.t.Errorf("mixing %+v, want %d of all, a crowd of %d", m, n, crowd)
	}
	issued, paid := 0, 0
	for _, x := range m.Mixers {
		issued, paid = issued+x.Issued, paid+x.Paid
		if (x.Anonymity != nil) != (m.Scheme == lang.SchemeBlindRSA) {
			f.t.Errorf("mixer %s: a crowd of %v with %s", x.Name, x.Anonymity, m.Scheme)
		}
	}
	sats := int64(0)
	for _, flow := range depositFlows(a) {
		sats += flow.Sats
	}
	if want := f.e.Policy.Deposit() * int64(n); issued != n || paid != n || sats != want {
		f.t.Errorf("mixers issued %d and paid %d, %d sat flow, want %d, %d and %d", issued, paid, sats, n, n, want)
	}
	events := make(map[result.EventKind]int)
	s := &result.History{}
	addExchange(a, s)
	for _, e := range s.Events {
		events[e.Kind]++
	}
	for kind, want := range map[result.EventKind]int{result.EventRequest: 2 * n, result.EventDeposit: n, result.EventIssue: n, result.EventVoucher: n, result.EventCoin: n, result.EventSweep: 2, result.EventReturn: 0} {
		if events[kind] != want {
			f.t.Errorf("%d events %q, want %d", events[kind], kind, want)
		}
	}
}

// fairLie is what happens otherwise than it should, and which checks speak: no
// others may.
type fairLie struct {
	name, speak string
	scheme      string // blind RSA where it does not matter
	do          func(f *fair, step string, i int, what any) (skip bool)
}

// at makes a lie that changes one body or transaction, of the party i.
func at[T any](step string, i int, change func(f *fair, b *T)) func(*fair, string, int, any) bool {
	return func(f *fair, s string, n int, what any) bool {
		if b, ok := what.(*T); ok && s == step && n == i {
			change(f, b)
		}
		return false
	}
}

// without skips steps of voter 0.
func without(steps string) func(*fair, string, int, any) bool {
	return func(_ *fair, s string, i int, _ any) bool { return i == 0 && slices.Contains(strings.Fields(steps), s) }
}

// all lies in several ways.
func all(lies ...func(*fair, string, int, any) bool) func(*fair, string, int, any) bool {
	return func(f *fair, s string, i int, what any) (skip bool) {
		for _, lie := range lies {
			skip = lie(f, s, i, what) || skip
		}
		return skip
	}
}

// tellLies plays the lies of a table.
func tellLies(t *testing.T, lies []fairLie) {
	for _, lie := range lies {
		t.Run(lie.name, func(t *testing.T) {
			if lie.scheme == "" {
				lie.scheme = lang.SchemeBlindRSA
			}
			f := newFair(t, lie.scheme)
			f.lie = func(step string, i int, what any) bool { return lie.do(f, step, i, what) }
			f.play()
			if got := strings.Join(f.speaks(), " "); got != lie.speak {
				t.Errorf("%q speak, want %q", got, lie.speak)
			}
		})
	}
}

func TestRegistriesThatLie(t *testing.T) {
	registry := func(change func(f *fair, b *board.Registry)) func(*fair, string, int, any) bool {
		return at("registry", 0, change)
	}
	voters := func(change func(f *fair, b *board.Registry)) func(*fair, string, int, any) bool {
		return at("voters", 0, change)
	}
	tellLies(t, []fairLie{
		{name: "another root", speak: "V22", do: registry(func(_ *fair, b *board.Registry) { b.Root[3] ^= 1 })},
		{name: "too many voters", speak: "V22", do: voters(func(_ *fair, b *board.Registry) {
			key := curve.BaseMul(curve.NewScalar(77)).Key()
			at, _ := slices.BinarySearchFunc(b.Voters, key, func(r board.Registered, k curve.PublicKey) int { return slices.Compare(r.Key[:], k[:]) })
			b.Voters = slices.Insert(b.Voters, at, board.Registered{Key: key})
		})},
		{name: "unsorted voters", speak: "V22", do: voters(func(_ *fair, b *board.Registry) { slices.Reverse(b.Voters) })},
		{name: "T1 before the announcement", speak: "V22", do: registry(func(_ *fair, b *board.Registry) { b.Deadlines[0] = 100 })},
		{name: "T1 is T2", speak: "V22", do: registry(func(_ *fair, b *board.Registry) { b.Deadlines[0] = 104 })},
		{name: "T5 after the roll", speak: "V22 V34", do: all(
			registry(func(_ *fair, b *board.Registry) { b.Deadlines[4] = 121 }),
			func(_ *fair, s string, _ int, what any) bool {
				if r, ok := what.(*board.Request); ok && s == "pay" {
					r.Deadlines[1] = 121
				}
				return false
			})},
		{name: "a mixer twice", speak: "V22", do: registry(func(_ *fair, b *board.Registry) { b.Mixers = append(b.Mixers, b.Mixers[0]) })},
		{name: "a mixer without an announcement", speak: "V22", do: registry(func(_ *fair, b *board.Registry) {
			b.Mixers = append(b.Mixers, curve.BaseMul(curve.NewScalar(78)).Key())
		})},
		{name: "the supervisor as a mixer", speak: "V22", do: func(f *fair, s string, i int, what any) bool {
			switch b := what.(type) {
			case *board.Mixer:
				if i == 0 {
					f.say(f.keys["supervisor"], board.Mixer{Name: "super", Key: b.Key})
				}
			case *board.Registry:
				if s == "registry" {
					b.Mixers = append(b.Mixers, f.e.Policy.Supervisor)
				}
			}
			return false
		}},
		{name: "no registry", speak: "V22 V27", do: without("registry")},
		{name: "a key twice", speak: "V23", do: voters(func(f *fair, b *board.Registry) {
			f.e.Policy.Voters++
			b.Voters = slices.Insert(b.Voters, 1, board.Registered{Key: b.Voters[0].Key})
		})},
		{name: "an identity twice", speak: "V23", do: voters(func(_ *fair, b *board.Registry) { b.Voters[3].Identity = b.Voters[1].Identity })},
		{name: "a registry by another author first", speak: "", do: func(f *fair, s string, _ int, what any) bool {
			if b, ok := what.(*board.Registry); ok && s == "registry" {
				other := *b
				other.Mixers = nil
				f.say(f.voters[0].key, other)
			}
			return false
		}},
		{name: "a roll key is a mixer's", speak: "V28", do: func(f *fair, s string, _ int, _ any) bool {
			if s == "manager" || s == "mixer" {
				f.voters[0].roll = f.mixers[0].key
			}
			return false
		}},
	})
}

func TestKeysThatLie(t *testing.T) {
	tellLies(t, []fairLie{
		{name: "a modulus without proof", speak: "V20", scheme: lang.SchemeGroupBlind, do: at("manager", 0, func(_ *fair, b *board.Manager) {
			b.Modulus[len(b.Modulus)-1] ^= 1
		})},
		{name: "no modulus", speak: "V20", scheme: lang.SchemeGroupBlind, do: without("manager")},
		{name: "a modulus of another length", speak: "V20", scheme: lang.SchemeGroupBlind, do: at("registry", 0, func(f *fair, _ *board.Registry) {
			f.e.Policy.Mixing.Modulus = 513
		})},
		{name: "a member without proof", speak: "V20", scheme: lang.SchemeGroupBlind, do: at("mixer", 0, func(_ *fair, b *board.Mixer) {
			b.Key[len(b.Key)-1] ^= 1
		})},
		{name: "another's member key", speak: "V20", scheme: lang.SchemeGroupBlind, do: at("mixer", 1, func(f *fair, b *board.Mixer) {
			b.Key = f.mixers[0].bytes
		})},
		{name: "an RSA key without proof", speak: "V20", do: at("mixer", 0, func(_ *fair, b *board.Mixer) { b.Key[len(b.Key)-1] ^= 1 })},
	})
}

// spendDeposit spends voter i's deposit alone, by the depositor.
func (f *fair) spendDeposit(i int, height, lock uint32, by curve.Scalar) {
	v := f.voters[i]
	redeem := f.escrow(v)
	tx := wire.NewMsgTx(2)
	in := wire.NewTxIn(&v.outpoint, nil, nil)
	in.Sequence = wire.MaxTxInSequenceNum - 1
	tx.AddTxIn(in)
	tx.LockTime = lock
	key := curve.BaseMul(v.key).Key()
	tx.AddTxOut(wire.NewTxOut(f.e.Policy.Deposit()-1000, templates.PayToKey(key)))
	s, err := txscript.NewScriptBuilder().AddData(f.sign(by, tx, 0, redeem)).AddData(key[:]).AddOp(txscript.OP_0).AddData(redeem).Script()
	f.must(err)
	in.SignatureScript = s
	f.chain[height] = append(f.chain[height], tx)
}

// then does something at the end of an exchange that skips steps of voter 0.
func then(steps string, do func(f *fair)) func(*fair, string, int, any) bool {
	skip := without(steps)
	return func(f *fair, s string, i int, what any) bool {
		if s == "end" {
			do(f)
		}
		return skip(f, s, i, what)
	}
}

// fromDeposit are the steps of a voter from the offer on.
const fromDeposit = "offer challenge issue voucher unswept unpaid roll"

func TestDepositsThatLie(t *testing.T) {
	tellLies(t, []fairLie{
		{name: "a satoshi less", speak: "V29", do: all(without(fromDeposit), at("tx2", 0, func(_ *fair, tx *wire.MsgTx) { tx.TxOut[0].Value-- }))},
		{name: "to another's escrow", speak: "V29", do: all(without(fromDeposit), at("tx2", 0, func(_ *fair, tx *wire.MsgTx) {
			tx.TxOut[0].PkScript = templates.P2SH(make([]byte, 20))
		}))},
		{name: "not on the chain", speak: "V29", do: without("tx2 " + fromDeposit)},
		{name: "after T2", speak: "V29", do: all(without("tx2 "+fromDeposit), at("tx2", 0, func(f *fair, tx *wire.MsgTx) {
			f.mine(105, f.voters[0].key, tx)
		}))},
		{name: "too little, and issued for", speak: "V26 V29 V33", do: all(without("unswept"), at("tx2", 0, func(_ *fair, tx *wire.MsgTx) { tx.TxOut[0].Value-- }))},
		{name: "returned in time", speak: "", do: then("challenge issue voucher unswept unpaid roll", func(f *fair) {
			f.spendDeposit(0, 121, 120, f.voters[0].key)
		})},
		{name: "returned before the block", speak: "V105", do: then("challenge issue voucher unswept unpaid roll", func(f *fair) {
			f.spendDeposit(0, 118, 120, f.voters[0].key)
		})},
		{name: "returned before the lock", speak: "V11 V105", do: then("challenge issue voucher unswept unpaid roll", func(f *fair) {
			f.spendDeposit(0, 118, 117, f.voters[0].key)
		})},
		{name: "returned to another", speak: "V11", do: then("challenge issue voucher unswept unpaid roll", func(f *fair) {
			f.spendDeposit(0, 121, 120, f.voters[1].key)
		})},
		{name: "named by another first", speak: "V29", do: func(f *fair, s string, i int, what any) bool {
			b, ok := what.(*board.Deposit)
			if !ok || s != "deposit" {
				return i == 2 && strings.Contains(fromDeposit, s)
			}
			if i == 0 { // voter 2 says that voter 0's deposit is its own
				mine := election.EncodeOutpoint(f.voters[0].outpoint)
				f.say(f.voters[2].key, board.Deposit{Mixer: b.Mixer, Nonce: f.voters[2].held, Outpoint: mine[:]})
			}
			return i == 2
		}},
		{name: "an outpoint that is no escrow, spent", speak: "V29", do: all(without(fromDeposit), func(f *fair, s string, i int, what any) bool {
			tx, ok := what.(*wire.MsgTx)
			if !ok || s != "tx2" || i != 0 {
				return false
			}
			tx.TxOut[0].PkScript = templates.PayToKey(curve.BaseMul(f.voters[0].key).Key())
			f.mine(103, f.voters[0].key, tx)
			spent := wire.NewMsgTx(2)
			spent.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: tx.TxHash()}, nil, nil))
			spent.AddTxOut(wire.NewTxOut(1000, templates.PayToKey(f.mixers[0].public)))
			f.mine(104, f.voters[0].key, spent)
			return true
		})},
		{name: "still there", speak: "", do: without("challenge issue voucher unswept unpaid roll")},
	})
}

// TestExchangeIsJudgedOnce: an audit takes over what an earlier one found of
// the same exchange, and of no other.
func TestExchangeIsJudgedOnce(t *testing.T) {
	f := newFair(t, lang.SchemeBlindRSA)
	f.play()
	first, other := f.audit(fairTip), newFair(t, lang.SchemeBlindRSA)
	bad := at("voucher", 0, func(_ *fair, b *board.Voucher) { b.Signature[5] ^= 1 })
	other.lie = func(step string, i int, what any) bool { return bad(other, step, i, what) }
	other.play()
	for _, row := range []struct {
		name string
		of   *fair
		tip  uint32
		want bool
	}{{"the same", f, fairTip, true}, {"later", f, fairTip + 3, true}, {"before the roll's anchor", f, 119, false}, {"another", other, fairTip, false}} {
		a := row.of.audit(row.tip)
		a.setup.ReuseExchangeLog(first.setup.ExchangeLog)
		if got := a.setup.ExchangeLog == first.setup.ExchangeLog; got != row.want {
			t.Errorf("%s: taken over %t, want %t", row.name, got, row.want)
		}
	}
}
