package roles_test

import (
	"bytes"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// misconduct is what mixer m1, depositor v1 or the treasurer does against the protocol, and how the
// exchange ends, for the voters to the satoshi.
type misconduct struct {
	name  string
	group bool                         // played with group signatures, and not audited
	plan  func(f *fixture)             // sets the hooks
	hits  bool                         // a voter does not end with one coin
	back  func(f *fixture, i int) bool // whose deposit comes back; the others get their coins
	extra func(f *fixture, i int) bool // who gets a second coin besides
	lost  int                          // the voters, from the first on, who end with nothing
	found []string                     // by the auditor, besides the warning that few voters mix
}

// noVoter is for misconduct that costs no voter its coin.
func noVoter(*fixture, int) bool { return false }

// heldBy1 reports whether m1 holds a voter's deposit.
func heldBy1(f *fixture, i int) bool {
	d := f.view.DepositOf(f.voters[i].Key())
	return d != nil && d.Mixer.Name == "m1"
}

// paidBy1 reports whether m1 is to pay a voter's coin.
func paidBy1(f *fixture, i int) bool {
	v := f.view.VoucherOf(f.voters[i].RollKey())
	return v != nil && v.Mixer.Name == "m1"
}

// drops keeps a role's lines of a type off the board.
func drops(who string, t board.Type) func(f *fixture) {
	return func(f *fixture) {
		f.publish = func(by string, l board.Line) []board.Line {
			if by == who && l.Type == t {
				return nil
			}
			return []board.Line{l}
		}
	}
}

// leaves makes a role absent from the tip after a deadline on.
func leaves(who string, deadline int) func(f *fixture) {
	return func(f *fixture) {
		f.absent = func(name string, tip uint32) bool { return name == who && tip > f.view.Deadlines[deadline] }
	}
}

// alters rewrites a role's bodies of a type.
func alters[T board.Body](who string, change func(*T)) func(f *fixture) {
	return func(f *fixture) {
		f.publish = func(by string, l board.Line) []board.Line {
			var b T
			if by != who || board.DecodeBody(l, &b) != nil {
				return []board.Line{l}
			}
			change(&b)
			again, err := board.Sign(f.e.EID, f.keyOf(l.By), l.Seen, b)
			check(f.t, err)
			return []board.Line{again}
		}
	}
}

// keyOf is the secret of a public key.
func (f *fixture) keyOf(public curve.PublicKey) curve.Scalar {
	for _, key := range f.keys {
		if curve.BaseMul(key).Key() == public {
			return key
		}
	}
	f.t.Fatalf("nobody has key %s", public)
	return curve.Scalar{}
}

// flipped is b with its last bit changed.
func flipped(b []byte) []byte {
	out := bytes.Clone(b)
	out[len(out)-1] ^= 1
	return out
}

func flipAnswer(b *board.Issue) { b.Answer = flipped(b.Answer) }

var misconducts = []misconduct{
	// The holding mixer.
	{name: "accepts nothing", group: true, plan: drops("m1", board.TypeAccept), back: noVoter},
	{name: "vanishes when it has accepted", plan: leaves("m1", election.T1), hits: true, back: heldBy1,
		found: []string{"V37 mixer m1: no coin by TN, paid in block N", "V37 mixer m1: no offer"}},
	{name: "answers nothing", plan: drops("m1", board.TypeIssue), hits: true, back: heldBy1,
		found: []string{"V37 mixer m1: no issue for the challenge of line N", "V37 mixer m1: no offer"}},
	{name: "answers wrongly", plan: alters("m1", flipAnswer), hits: true, back: heldBy1,
		found: []string{"V37 mixer m1: the issue of line N: answer is not the challenge's root"}},
	{name: "answers wrongly, group", group: true, plan: alters("m1", flipAnswer), hits: true, back: heldBy1},
	{name: "offers wrongly", group: true, hits: true, back: heldBy1,
		plan: alters("m1", func(b *board.Offer) { b.Offer = flipped(b.Offer) })},
	{name: "names another escrow", plan: alters("m1", func(b *board.Accept) {
		if b.For == board.ForHolding {
			b.Escrow = flipped(b.Escrow)
		}
	}), back: noVoter, found: []string{"V37 mixer m1: names an escrow that is not the contract's"}},
	{name: "has one nonce for all", back: noVoter,
		plan:  alters("m1", func(b *board.Accept) { b.Nonce = board.Hash{1} }),
		found: []string{"V37 mixer m1: accepts with the nonce of line N"}},
	{name: "sweeps nothing", plan: drops("m1", board.TypeSweep), back: noVoter,
		found: []string{"V37 mixer m1: issued for and not swept"}},
	{name: "sweeps what it did not issue for", group: true, hits: true, back: heldBy1,
		plan: sweepsByHand(board.TypeOffer, "supervisor", 0)},
	{name: "sweeps to its own key", group: true, plan: sweepsByHand(board.TypeSweep, "mixer m1", 0), back: noVoter},
	{name: "sweeps into fees", group: true, plan: sweepsByHand(board.TypeSweep, "supervisor", 1000), back: noVoter},

	// The paying mixer.
	{name: "pays late", hits: true, extra: paidBy1, back: noVoter, plan: func(f *fixture) {
		leaves("m1", election.T4)(f)
		f.beforeActs = func(tip uint32) {
			if tip == f.view.Deadlines[election.T5] {
				f.payAgain(f.payableBy1())
			}
		}
	}, found: []string{"V37 mixer m1: no coin by TN, paid in block N"}},
	{name: "pays twice", hits: true, extra: paidBy1, back: noVoter, plan: func(f *fixture) {
		f.beforeActs = func(tip uint32) {
			if tip == f.view.Deadlines[election.T4]+2 {
				f.payAgain(f.payableBy1())
			}
		}
	}, found: []string{"V37 mixer m1: a second coin for the voucher of line N"}},
	{name: "vanishes and the treasurer too", group: true, plan: func(f *fixture) {
		f.absent = func(who string, tip uint32) bool {
			return (who == "m1" || who == "treasurer") && tip > f.view.Deadlines[election.T3]
		}
	}, hits: true, back: paidBy1},

	// The depositor.
	{name: "depositor answers nothing", plan: drops("v1", board.TypeChallenge), hits: true, back: isFirst},
	{name: "depositor answers nonsense", group: true, hits: true, back: isFirst,
		plan: alters("v1", func(b *board.Challenge) { b.Challenge = []byte{1} })},
	{name: "depositor answers emptiness", group: true, hits: true, back: isFirst,
		plan: alters("v1", func(b *board.Challenge) { b.Challenge = nil })},
	{name: "depositor shows a forgery", group: true, back: noVoter, lost: 1,
		plan: alters("v1", func(b *board.Voucher) { b.Signature = flipped(b.Signature) })},
}

func isFirst(_ *fixture, i int) bool { return i == 0 }

// sweepsByHand keeps m1's lines of a type off the board, and has it publish a
// sweep of all that it holds.
func sweepsByHand(instead board.Type, to string, less int64) func(f *fixture) {
	return func(f *fixture) {
		drops("m1", instead)(f)
		f.beforeActs = func(tip uint32) {
			if tip == f.view.Deadlines[election.T3]+1 {
				f.sweepByHand(curve.BaseMul(f.keys[to]).Key(), less)
			}
		}
	}
}

func TestMisconduct(t *testing.T) {
	for _, m := range misconducts {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			start := newFixture
			if m.group {
				start = newGroupFixture
			}
			f := start(t, 5, 2)
			m.plan(f)
			f.close()
			affected := 0
			for i := m.lost; i < len(f.voters); i++ {
				switch {
				case m.back(f, i):
					f.wantBack(i)
					affected++
				case m.extra != nil && m.extra(f, i):
					f.wantSeveralCoins(i, 2)
					affected++
				default:
					f.wantCoin(i)
				}
			}
			if (affected > 0) != m.hits {
				t.Errorf("it happened to %d voters", affected)
			}
			if !m.group {
				f.wantFindings(m.found...)
			}
		})
	}
}

// payAgain pays vouchers from m1's own coin, whatever its role says.
func (f *fixture) payAgain(vouchers []*election.Voucher) {
	f.t.Helper()
	m1, p := f.mixers[0].Key(), f.e.Policy
	coins := f.unspent(m1)
	from := coins[len(coins)-1]
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&from.op, nil, nil))
	for _, v := range vouchers {
		tx.AddTxOut(wire.NewTxOut(p.Coin(), templates.PayToKey(v.By)))
	}
	tx.AddTxOut(wire.NewTxOut(from.sats-int64(len(vouchers))*p.Coin()-1000*p.Fee, templates.PayToKey(m1)))
	sig := f.signature(tx, 0, templates.PayToKey(m1), f.keyOf(m1))
	var err error
	tx.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(sig).AddData(m1[:]).Script()
	check(f.t, err)
	check(f.t, f.chain.Submit(tx))
	for i, v := range vouchers {
		op := election.EncodeOutpoint(wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)})
		f.appendAs("m1", m1, board.Payout{Key: v.By, Outpoint: op[:]})
	}
}

// appendAs appends a line by a key, past the hooks.
func (f *fixture) appendAs(who string, by curve.PublicKey, body board.Body) {
	f.t.Helper()
	seen, err := roles.Seen(f.chain, f.e.Policy.Confirmations)
	check(f.t, err)
	line, err := board.Sign(f.e.EID, f.keyOf(by), seen, body)
	check(f.t, err)
	publish := f.publish
	f.publish = nil
	f.append(who, line)
	f.publish = publish
}

// sweepByHand publishes a sweep of all that m1 holds, to a key of its choice.
func (f *fixture) sweepByHand(to curve.PublicKey, less int64) {
	f.t.Helper()
	m1, tx := f.mixers[0].Key(), wire.NewMsgTx(2)
	var redeems [][]byte
	for _, d := range f.view.Deposits {
		if d.Mixer.Key == m1 {
			tx.AddTxIn(wire.NewTxIn(&d.Outpoint, nil, nil))
			redeem, err := f.e.EscrowRedeem(m1, d.By)
			check(f.t, err)
			redeems = append(redeems, redeem)
		}
	}
	size := int64(14 + 34 + 293*len(redeems))
	value := int64(len(redeems))*f.e.Policy.Deposit() - size*f.e.Policy.Fee - less
	tx.AddTxOut(wire.NewTxOut(value, templates.PayToKey(to)))
	for i, redeem := range redeems {
		var err error
		tx.TxIn[i].SignatureScript, err = txscript.NewScriptBuilder().AddOp(txscript.OP_0).
			AddData(f.signature(tx, i, redeem, f.keyOf(m1))).AddData(redeem).Script()
		check(f.t, err)
	}
	var b bytes.Buffer
	check(f.t, tx.SerializeNoWitness(&b))
	f.appendAs("m1", m1, board.Sweep{Tx: b.Bytes()})
}

// payableBy1 are the vouchers that m1 is to pay.
func (f *fixture) payableBy1() (out []*election.Voucher) {
	for _, v := range f.view.Vouchers {
		if v.Mixer.Name == "m1" {
			out = append(out, v)
		}
	}
	return out
}
