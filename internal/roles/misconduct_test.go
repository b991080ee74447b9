package roles_test

import (
	"bytes"
	"fmt"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// misconduct is what mixer m1, depositor v1 or the treasurer does against the protocol, and how the
// exchange ends, for the voters to the satoshi.
type misconduct struct {
	name     string
	group    bool                         // played with group signatures, and not audited
	plan     func(f *fixture)             // sets the hooks
	hits     bool                         // a voter does not end with one coin
	back     func(f *fixture, i int) bool // whose deposit comes back; the others get their coins
	extra    func(f *fixture, i int) bool // who gets a second coin besides
	lost     int                          // the voters, from the first on, who end with nothing
	unrepaid bool                         // m2 is not repaid
	found    []string                     // by the auditor, besides the warning that few voters mix
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

// The heights of mixing in the policy.
func depositBy(f *fixture) uint32 { return f.e.Policy.Times.Deposit }
func voucherBy(f *fixture) uint32 { return f.e.Policy.Times.Voucher }

// leaves makes a role absent from the tip at a height on.
func leaves(who string, height func(*fixture) uint32) func(f *fixture) {
	return func(f *fixture) {
		f.absent = func(name string, tip uint32) bool { return name == who && tip >= height(f) }
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

const unpaid = "V37 mixer m1: no coin by `payout by`, the supervisor paid it in block N"

var misconducts = []misconduct{
	// The holding mixer.
	{name: "vanishes when deposits are made", plan: leaves("m1", depositBy), hits: true, back: heldBy1,
		found: []string{unpaid, "V37 mixer m1: no issue"}},
	{name: "answers nothing", plan: drops("m1", board.TypeIssue), hits: true, back: heldBy1,
		found: []string{"V37 mixer m1: no issue"}},
	{name: "answers wrongly", plan: alters("m1", flipAnswer), hits: true, back: heldBy1,
		found: []string{"V37 mixer m1: the issue of line N: answer is not the challenge's root"}},
	{name: "issues without its signature on the sweep", hits: true, back: heldBy1,
		plan:  alters("m1", func(b *board.Issue) { b.Sweep = nil }),
		found: []string{"V37 mixer m1: the issue of line N: the mixer did not sign the sweep of the deposit"}},
	{name: "answers wrongly, group", group: true, plan: alters("m1", flipAnswer), hits: true, back: heldBy1},
	{name: "offers wrongly", group: true, hits: true, back: heldBy1,
		plan: alters("m1", func(b *board.Offer) { b.Offer = flipped(b.Offer) })},
	{name: "offers nothing", group: true, hits: true, back: heldBy1, plan: drops("m1", board.TypeOffer)},
	{name: "mints a voucher", plan: mints(1, -1), hits: true, back: heldBy1, found: []string{minted}},
	{name: "mints a voucher as the last line", plan: mints(1, 0), hits: true, back: heldBy1, found: []string{minted}},
	{name: "mints seven vouchers", plan: mints(7, -1), hits: true, back: heldBy1, found: []string{minted,
		"V33 the supervisor took N vouchers more than were issued for and one of each key"}},
	{name: "mints forty vouchers", plan: mints(40, -1), hits: true, back: func(*fixture, int) bool { return true }, unrepaid: true, found: []string{
		"V24 the supervisor: the vouchers anchor closes more voucher lines than N times what the table takes",
		"V98 the supervisor: the vouchers anchor closes more voucher lines than N times what the table takes"}},
	{name: "mints a voucher, group", group: true, plan: mints(1, -1), hits: true, back: heldBy1},

	// The paying mixer.
	{name: "pays late", hits: true, extra: paidBy1, back: noVoter, plan: func(f *fixture) {
		leaves("m1", voucherBy)(f)
		f.beforeActs = func(tip uint32) {
			if tip == f.e.Policy.Times.Payout {
				f.payAgain(f.payableBy1())
			}
		}
	}, found: []string{unpaid}},
	{name: "pays twice", hits: true, extra: paidBy1, back: noVoter, plan: func(f *fixture) {
		f.beforeActs = func(tip uint32) {
			if tip == f.e.Policy.Times.Payout-2 {
				f.payAgain(f.payableBy1())
			}
		}
	}, found: []string{"V35 mixer m1: a second output for the voucher of line N"}},
	{name: "vanishes and the treasurer too", group: true, plan: func(f *fixture) {
		f.absent = func(who string, tip uint32) bool {
			return (who == "m1" || who == "treasurer") && tip >= voucherBy(f)
		}
	}, hits: true, back: paidBy1, unrepaid: true},

	// The depositor.
	{name: "depositor answers nothing", group: true, plan: drops("v1", board.TypeChallenge), hits: true, back: isFirst},
	{name: "depositor is never ready", group: true, plan: drops("v1", board.TypeReady), hits: true, back: isFirst},
	{name: "depositor answers nonsense", group: true, hits: true, back: isFirst,
		plan: alters("v1", func(b *board.Challenge) { b.Challenge = []byte{1} })},
	{name: "depositor answers emptiness", group: true, hits: true, back: isFirst,
		plan: alters("v1", func(b *board.Challenge) { b.Challenge = nil })},
	{name: "depositor has no message", hits: true, back: isFirst,
		plan: alters("v1", func(b *board.Deposit) { b.Message = bytes.Repeat([]byte{0xff}, len(b.Message)) })},
	{name: "depositor shows a forgery", group: true, back: noVoter, lost: 1,
		plan: alters("v1", func(b *board.Voucher) { b.Signature = flipped(b.Signature) })},
}

const minted = "V33 mixer m1, or the supervisor who left an issue of it off: N vouchers, N good deposits rightly issued for"

func isFirst(_ *fixture, i int) bool { return i == 0 }

// mints has m1 sign vouchers for keys that deposited nothing, which name m2 to pay. They are shown at a tip
// that many blocks beside `voucher by`.
func mints(n, beside int) func(f *fixture) {
	return func(f *fixture) {
		f.beforeActs = func(tip uint32) {
			for i := range n {
				if int(tip) == int(voucherBy(f))+beside {
					f.mint(curve.NewScalar(uint32(9000 + i)))
				}
			}
		}
	}
}

// mint has m1 sign a voucher for a key, which shows it.
func (f *fixture) mint(key curve.Scalar) {
	f.t.Helper()
	f.keys[fmt.Sprint("minted ", curve.BaseMul(key).Key())] = key
	m1 := f.view.MixerOf(f.mixers[0].Key())
	scheme, err := f.view.SchemeOf(m1.Issuers[0])
	check(f.t, err)
	random := f.random("forger")
	session, err := f.mixers[0].Issuer().Open(random)
	check(f.t, err)
	message := board.VoucherMessage(f.e.EID, curve.BaseMul(key).Key(), f.mixers[1].Key())
	b := scheme.Blind(random, message[:])
	challenge, err := b.Challenge(session.Offer())
	check(f.t, err)
	answer, err := session.Answer(challenge)
	check(f.t, err)
	signature, err := b.Finish(answer)
	check(f.t, err)
	body := board.Voucher{Mixer: f.mixers[1].Key(), Signature: signature}
	if f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		body.Issuer = m1.Key[:]
	}
	f.appendAs("stranger", curve.BaseMul(key).Key(), body)
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
			if !m.unrepaid {
				f.wantRepaid(1)
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

// payableBy1 are the vouchers that m1 is to pay.
func (f *fixture) payableBy1() (out []*election.Voucher) {
	for _, v := range f.view.Payable() {
		if v.Mixer.Name == "m1" {
			out = append(out, v)
		}
	}
	return out
}
