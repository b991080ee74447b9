package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// voucherLies are about families C and D: vouchers, and the slots that they
// give (V26, V30 to V33). A bad voucher is not payable, so its key is no member.
var voucherLies = []Lie{
	{Name: "voucher-changed", Text: "the board's server takes a voucher whose signature has a wrong byte",
		Strength: KeyHolding, Base: "mixed",
		Check: "V30", Level: "L3", Exit: 21,
		tamper: badVoucher(func(_ *play, v *board.Voucher) { v.Signature[9] ^= 1 })},
	{Name: "voucher-other-issuer", Text: "the server takes a voucher that names a mixer that did not sign it",
		Strength: KeyHolding, Base: "mixed",
		Check: "V30", Level: "L3", Exit: 21, tamper: badVoucher(func(p *play, v *board.Voucher) {
			v.Issuer = bytes.Clone(p.otherMixer(curve.PublicKey(v.Issuer)))
		})},
	{Name: "voucher-other-payer", Text: "the server takes a voucher that is signed for another paying mixer",
		Strength: KeyHolding, Base: "mixed",
		Check: "V30", Level: "L3", Exit: 21, tamper: badVoucher(func(p *play, v *board.Voucher) {
			v.Mixer = curve.PublicKey(p.otherMixer(v.Mixer))
		})},
	{Name: "voucher-too-large", Text: "the server takes a voucher whose signature is no number below the issuer's modulus",
		Strength: KeyHolding, Base: "mixed",
		Check: "V31", Level: "L3", Exit: 21, tamper: badVoucher(func(_ *play, v *board.Voucher) {
			for i := range v.Signature {
				v.Signature[i] = 0xff
			}
		})},
	{Name: "voucher-short", Text: "the server takes a voucher whose signature is a byte short", Strength: KeyHolding, Base: "mixed",
		Check: "V31", Level: "L3", Exit: 21,
		tamper: badVoucher(func(_ *play, v *board.Voucher) { v.Signature = v.Signature[1:] })},
	{Name: "voucher-copied", Text: "the server takes a signature that somebody else has shown before",
		Strength: KeyHolding, Base: "mixed",
		Check: "V32", Along: []string{"V30"}, Level: "L3", Exit: 21, tamper: copiedVoucher},
	{Name: "voucher-minted", Text: "a mixer signs a voucher for a key of its own that deposited nothing",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Level: "L3", Exit: 21, tamper: minted(1)},
	{Name: "vouchers-minted", Text: "a mixer signs five vouchers for keys of its own, and the server takes them all",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Level: "L3", Exit: 21, tamper: all(careless, minted(5))},
	{Name: "voucher-minted-last", Text: "a mixer shows a voucher of its own as the last line that the anchor commits to",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Level: "L3", Exit: 21, tamper: mintedLast},
	{Name: "issue-left-off", Text: "the supervisor leaves an issue off the board and gives it to its depositor, who shows the voucher",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Along: []string{"V37"}, Level: "L3", Exit: 21, tamper: leftOff},
	{Name: "voter-made-by-mixer", Text: "a mixer signs a voucher for somebody who never deposited",
		Strength: KeyHolding, Base: "mixed",
		Check: "V33", Level: "L3", Exit: 21, tamper: all(neverDeposits, madeByMixer)},
	{Name: "slot-filled-by-supervisor", Text: "the supervisor pays a coin to a voter without a voucher, and lists it",
		Strength: KeyHolding, Base: "mixed",
		Check: "V26", Level: "L3", Exit: 21, tamper: all(neverShows, filledBySupervisor)},
	{Name: "entry-left-off-mixed", Text: "the supervisor leaves off the entry of a voter whose voucher was paid",
		Strength: KeyHolding, Base: "mixed",
		Check: "V26", Level: "L3", Exit: 21, tamper: entryLeftOff},
	{Name: "opened-never", Text: "the supervisor does not say which vouchers are too many",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V33", Level: "L3", Exit: 21, tamper: func(p *play) error {
			drop(p, func(board.Line, board.OpenedVouchers) bool { return true })
			return nil
		}},
	{Name: "opened-falsely", Text: "the supervisor says of a voucher that another key signed it",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V33", Level: "L3", Exit: 21, tamper: openedFalsely},
	{Name: "group-voucher-minted", Text: "a mixer of the group signs a voucher for a key of its own, and the manager opens it",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V33", Level: "L3", Exit: 21, tamper: mintedByIdle},
	{Name: "group-voucher-unopened", Text: "a mixer of the group signs a voucher for a key of its own, and the manager opens none",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V33", Level: "L3", Exit: 21, tamper: all(mintedByIdle, opensNone)},
}

// otherMixer returns the key of the other one of two mixers.
func (p *play) otherMixer(key curve.PublicKey) []byte {
	other := p.Exchange.Mixers[1-p.mixerNumber(key)].Key()
	return other[:]
}

// careless has the board's server take every voucher.
func careless(p *play) error {
	p.Hooks.Careless = true
	return nil
}

// badVoucher changes the abstainer's voucher, and the server takes it.
func badVoucher(change func(p *play, v *board.Voucher)) func(*play) error {
	return all(careless, func(p *play) error {
		amend(p, func(l *board.Line, v *board.Voucher) bool {
			if l.By != p.abstainer().Voter.Key() {
				return false
			}
			change(p, v)
			return true
		})
		return nil
	})
}

// copiedVoucher has the abstainer show, in place of its voucher, the first that another
// depositor showed.
func copiedVoucher(p *play) error {
	v, copying := p.abstainer().Voter, false
	drop(p, func(l board.Line, _ board.Voucher) bool { return l.By == v.Key() && !copying })
	p.at(p.Policy.Times.Voucher, func() error {
		shown := p.exchange().Vouchers
		if len(shown) == 0 {
			return errNothing
		}
		copying = true
		issuer := shown[0].Issuer.Mixer.Key
		return p.publish(v.Secret, board.Voucher{Mixer: shown[0].Mixer.Key, Issuer: issuer[:], Signature: shown[0].Signature})
	})
	return careless(p)
}

// neverShows keeps the abstainer's voucher off the board.
func neverShows(p *play) error {
	key := p.abstainer().Voter.Key()
	drop(p, func(l board.Line, _ board.Voucher) bool { return l.By == key })
	return nil
}

// mint has mixer number i, from 0, sign a voucher for a key, which shows it.
func (p *play) mint(i int, key curve.Scalar) error {
	by, to := p.Exchange.Mixers[i].Key(), p.Exchange.Mixers[0].Key()
	message := board.VoucherMessage(p.EID, curve.BaseMul(key).Key(), to)
	signature, err := p.signVoucher(i, message[:])
	if err != nil {
		return err
	}
	body := board.Voucher{Mixer: to, Signature: signature}
	if p.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		body.Issuer = by[:]
	}
	return p.publish(key, body)
}

// minted has the mixer with fewer depositors mint vouchers, after those of its
// depositors.
func minted(n int) func(*play) error {
	return func(p *play) error {
		p.at(p.Policy.Times.Voucher, func() error {
			random := p.Stream("minted keys")
			for range n {
				key, err := curve.RandomScalar(random)
				if err != nil {
					return err
				}
				if err := p.mint(p.lesser(), key); err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	}
}

// mintedLast is minted before the very anchor: honest mixers pay nothing of it.
func mintedLast(p *play) error {
	anchor := p.Hooks.Anchor
	p.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		if kind == election.VouchersClosed {
			if err := p.mint(p.lesser(), p.stranger()); err != nil {
				return false, err
			}
		}
		if anchor != nil {
			return anchor(kind, height)
		}
		return false, nil
	}
	return nil
}

// mintedByIdle has a mixer of the group mint one voucher more than it issued for. It is
// the one with fewer depositors.
func mintedByIdle(p *play) error {
	p.at(p.Policy.Times.Voucher, func() error { return p.mint(p.lesser(), p.stranger()) })
	return nil
}

// madeByMixer has the mixer with fewer depositors sign for the abstainer's roll key.
func madeByMixer(p *play) error {
	p.at(p.Policy.Times.Voucher, func() error { return p.mint(p.lesser(), p.abstainer().Voter.Secret) })
	return nil
}

// leftOff keeps one issue of the mixer with fewer depositors off the board, and has its
// depositor's roll key show a voucher of that mixer nevertheless.
func leftOff(p *play) error {
	var victim curve.PublicKey
	drop(p, func(l board.Line, i board.Issue) bool {
		if victim == (curve.PublicKey{}) && l.By == p.Exchange.Mixers[p.lesser()].Key() {
			victim = i.To
		}
		return i.To == victim
	})
	p.at(p.Policy.Times.Voucher, func() error {
		i := slices.IndexFunc(p.Exchange.Depositors, func(d *rehearsal.Depositor) bool { return d.Key() == victim })
		if i < 0 {
			return errNothing
		}
		return p.mint(p.lesser(), p.Exchange.Depositors[i].Voter.Secret)
	})
	return nil
}

// opensNone empties the manager's line.
func opensNone(p *play) error {
	amend(p, func(_ *board.Line, o *board.OpenedVouchers) bool {
		o.Vouchers = nil
		return true
	})
	return nil
}

// openedFalsely adds an item to the manager's line, with a proof that is none.
func openedFalsely(p *play) error {
	amend(p, func(_ *board.Line, o *board.OpenedVouchers) bool {
		shown := p.exchange().Vouchers
		if len(shown) == 0 {
			return false
		}
		proof := make([]byte, 32+p.Policy.Mixing.Modulus/8)
		proof[len(proof)-1] = 1
		o.Vouchers = append(o.Vouchers, board.OpenedVoucher{
			Voucher: shown[0].N, Mixer: p.Exchange.Mixers[0].Key(), Key: 1, Proof: proof})
		return true
	})
	return nil
}

// neverAsks keeps the abstainer's challenge off the board.
func neverAsks(p *play) error {
	drop(p, func(l board.Line, _ board.Challenge) bool { return l.By == p.abstainer().Key() })
	return nil
}

// neverDeposits keeps the abstainer's deposit from the relay.
func neverDeposits(p *play) error {
	return withheld(func(*play, *rehearsal.Depositor, *wire.MsgTx) error { return nil })(p)
}

// filledBySupervisor has the supervisor pay the abstainer a coin, which enters with it,
// and list the entry.
func filledBySupervisor(p *play) error {
	v := p.abstainer().Voter
	var coin wire.OutPoint
	p.at(p.Policy.Times.Payout, func() (err error) {
		coin, err = p.payCoin(v.Secret)
		return err
	})
	p.at(p.Policy.Times.Roll, func() error {
		at := election.EncodeOutpoint(coin)
		return p.publish(v.Secret, board.Entry{Outpoint: at[:]})
	})
	amend(p, func(_ *board.Line, r *board.Roll) bool {
		for n, l := range p.Log.Lines() {
			if l.By == v.Key() && l.Type == board.TypeEntry {
				r.Entries = append(r.Entries, n+1)
			}
		}
		slices.SortFunc(r.Entries, func(a, b int) int {
			x, y := p.Log.Lines()[a-1].By, p.Log.Lines()[b-1].By
			return bytes.Compare(x[:], y[:])
		})
		return true
	})
	return nil
}

// dismiss has a voter, which is not on the roll, take no further part.
func (p *play) dismiss(v *rehearsal.Voter) {
	p.Voters = slices.DeleteFunc(p.Voters, func(w *rehearsal.Voter) bool { return w == v })
	p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(s rehearsal.CoinSpend) bool { return s.Voter == v })
}

// entryLeftOff takes the abstainer's entry out of the roll.
func entryLeftOff(p *play) error {
	v := p.abstainer().Voter
	amend(p, func(_ *board.Line, r *board.Roll) bool {
		r.Entries = slices.DeleteFunc(r.Entries, func(n int) bool { return p.Log.Lines()[n-1].By == v.Key() })
		p.dismiss(v)
		return true
	})
	return nil
}

// forgeryLies are about family D: group signatures that no mixer made (V30,
// V31). The server takes them for a depositor without an issue.
var forgeryLies = []Lie{
	{Name: "group-identity-element", Text: "the server takes a group signature of the identity element, which anybody can make",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V30", Along: []string{"V36"}, Level: "L3", Exit: 21, tamper: forged(func(p *play, signature []byte) {
			size := p.Policy.Mixing.Modulus/8 + 8
			copy(signature, make([]byte, 2*size))
			signature[size-1], signature[2*size-1] = 1, 1
		})},
	{Name: "group-answers-zero", Text: "the server takes a group signature that answers V2 with zeros, which anybody can make",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V31", Along: []string{"V36"}, Level: "L3", Exit: 21, tamper: forged(func(p *play, signature []byte) {
			m := p.Policy.Mixing
			clear(signature[len(signature)-m.Rounds*m.Modulus/8:])
		})},
	{Name: "group-answer-changed", Text: "the server takes a group signature with a wrong answer in one round",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V30", Along: []string{"V36"}, Level: "L3", Exit: 21, tamper: forged(func(p *play, signature []byte) {
			m := p.Policy.Mixing
			signature[len(signature)-m.Rounds*m.Modulus/8-1] ^= 1
		})},
}

// forged has the abstainer, for which nothing was issued, show a changed copy of a
// voucher that a mixer signed for its key.
func forged(change func(p *play, signature []byte)) func(*play) error {
	return all(careless, garbles, func(p *play) error {
		v := p.abstainer().Voter
		p.at(p.Policy.Times.Voucher, func() error {
			to := p.Exchange.Mixers[0].Key()
			message := board.VoucherMessage(p.EID, v.Key(), to)
			signature, err := p.signVoucher(0, message[:])
			if err != nil {
				return err
			}
			change(p, signature)
			return p.publish(v.Secret, board.Voucher{Mixer: to, Signature: signature})
		})
		return nil
	})
}
