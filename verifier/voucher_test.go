package verifier

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// stolen voters make no deposit and get none issued for, on the board.
const undeposited = "tx2 deposit offer challenge issue unswept"

func TestVouchersThatLie(t *testing.T) {
	signature := func(change func([]byte)) func(*fair, string, int, any) bool {
		return at("voucher", 0, func(_ *fair, b *board.Voucher) { change(b.Signature) })
	}
	low := func(s []byte) { s[len(s)-1] ^= 1 }
	tellLies(t, []fairLie{
		{name: "another signature", speak: "V30", do: signature(low)},
		{name: "another signature of the group", speak: "V30", scheme: lang.SchemeGroupBlind, do: signature(low)},
		{name: "another signature, unpaid", speak: "", do: all(signature(low), without("unpaid roll"))},
		{name: "for another mixer", speak: "V27 V33", do: all(without("voucher"), func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Voucher); ok && i == 0 {
				b.Mixer = f.mixers[0].public
				f.say(f.voters[0].roll, *b)
			}
			return false
		})},
		{name: "by another issuer", speak: "V30", do: at("voucher", 0, func(f *fair, b *board.Voucher) { b.Issuer = f.mixers[1].public[:] })},
		{name: "without an issuer", speak: "V30", do: at("voucher", 0, func(_ *fair, b *board.Voucher) { b.Issuer = nil })},
		{name: "the group's, with an issuer", speak: "V30", scheme: lang.SchemeGroupBlind, do: at("voucher", 0, func(f *fair, b *board.Voucher) {
			b.Issuer = f.mixers[0].public[:]
		})},
		{name: "a number over the modulus", speak: "V31", do: signature(func(s []byte) { copy(s, bytes.Repeat([]byte{0xff}, len(s))) })},
		{name: "cut off", speak: "V31", do: at("voucher", 0, func(_ *fair, b *board.Voucher) { b.Signature = b.Signature[1:] })},
		{name: "the identity", speak: "V31", scheme: lang.SchemeGroupBlind, do: signature(func(s []byte) {
			element := 512/8 + 8
			copy(s, make([]byte, 2*element))
			s[element-1], s[2*element-1] = 1, 1
		})},
		{name: "out of domain, unpaid", speak: "", do: all(signature(func(s []byte) { copy(s, bytes.Repeat([]byte{0xff}, len(s))) }), without("unpaid roll"))},
		{name: "another's signature", speak: "V30 V32", do: at("voucher", 1, func(f *fair, b *board.Voucher) { b.Signature = f.voters[0].signature })},
		{name: "another's signature, unpaid", speak: "", do: func(f *fair, s string, i int, what any) bool {
			if b, ok := what.(*board.Voucher); ok && i == 1 {
				b.Signature = f.voters[0].signature
			}
			return i == 1 && (s == "unpaid" || s == "roll")
		}},
	})
}

func TestCountsThatLie(t *testing.T) {
	tellLies(t, []fairLie{
		{name: "a coin that no line names", speak: "V33 V37", do: without("payout")},
		{name: "a voter without a voucher", speak: "V27 V33", do: without("voucher payout")},
		{name: "a voter whom a mixer made", speak: "V26 V33 V105", do: without(undeposited)},
		{name: "a voter whom a mixer made, beside one who stayed away", speak: "V33 V36", do: func(f *fair, s string, i int, _ any) bool {
			stays := i == 2 && strings.Contains("challenge issue voucher unswept unpaid roll", s)
			return stays || i == 0 && strings.Contains(undeposited, s)
		}},
		{name: "a voter whom another mixer made", speak: "V26 V33 V105", do: all(without(undeposited+" voucher"), func(f *fair, s string, i int, what any) bool {
			b, ok := what.(*board.Voucher)
			if v := f.voters[0]; ok && i == 0 { // the issuer has issued to three others, and not a fourth time
				message := board.VoucherMessage(f.e.EID, curve.BaseMul(v.roll).Key(), v.paying.public, v.paid)
				session, _ := f.mixers[1].issuer.Open(f.random)
				blinding := f.mixers[1].scheme.Blind(f.random, message[:])
				challenge, err := blinding.Challenge(session.Offer())
				f.must(err)
				answer, err := session.Answer(challenge)
				f.must(err)
				b.Signature, err = blinding.Finish(answer)
				f.must(err)
				b.Issuer = f.mixers[1].public[:]
				f.say(v.roll, *b)
			}
			return false
		})},
		{name: "coins before the last deposit", speak: "V37 V38", do: func(f *fair, s string, i int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "tx3" && i == 0 {
				f.mine(103, f.mixers[0].key, tx)
				return true
			}
			return false
		}},
		{name: "a coin after the roll", speak: "V27 V37 V38", do: func(f *fair, s string, i int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "tx3" && i == 1 {
				f.mine(121, f.mixers[1].key, tx)
				return true
			}
			return false
		}},
		{name: "paid, and not on the roll", speak: "", do: without("roll")},
		{name: "paid with another mixer's wallet", speak: "V27 V37", do: func(f *fair, s string, i int, what any) bool {
			if tx, ok := what.(*wire.MsgTx); ok && s == "tx3" && i == 1 {
				f.mine(113, f.mixers[0].key, tx)
				return true
			}
			return false
		}},
	})
}

// Vouchers that strangers heap onto the board cost the auditor a bounded time,
// and what was paid is judged nonetheless.
func TestHeapsOfVouchers(t *testing.T) {
	f := newFair(t, lang.SchemeBlindRSA)
	const heap = 500
	f.lie = func(step string, i int, what any) bool {
		if step != "voucher" || i != 0 {
			return false
		}
		m := f.mixers[0]
		for n := range heap {
			stranger := curve.NewScalar(uint32(7000 + n))
			f.at(101, func() {
				f.say(stranger, board.Request{For: board.ForPaying, Mixer: m.public, Deadlines: board.List[uint32]{112, 114}})
			})
			nonce := board.Hash{3, byte(n >> 8), byte(n)}
			f.say(m.key, board.Accept{For: board.ForPaying, To: curve.BaseMul(stranger).Key(), Nonce: nonce})
			f.say(stranger, board.Voucher{Mixer: m.public, Nonce: nonce, Issuer: m.public[:], Signature: make([]byte, 128)})
		}
		return false
	}
	f.play()
	if got := f.speaks(); len(got) > 0 {
		t.Errorf("%v speak", got)
	}
	unread := 0
	a := f.audit(fairTip)
	for _, v := range a.mix.Vouchers {
		if errors.Is(a.mix.VerifyVoucher(v), errNotJudged) {
			unread++
		}
	}
	if want := heap - 4*fairVoters - 100; unread != want {
		t.Errorf("%d vouchers not judged, want %d", unread, want)
	}
}
