package election

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Slot is an entry of the roll: an anonymous voter's key, and the one coin that
// the key may vote with.
type Slot struct {
	Key      curve.PublicKey
	Outpoint wire.OutPoint // of the coin
	N        int           // number of the entry line
	Seen     uint32        // height of the block that the entry names
}

// KeyHash returns the HASH160 of the roll key, 20 bytes: the refund pays to it.
func (r Slot) KeyHash() []byte { return address.Hash160(r.Key[:]) }

// slotOf reads an entry line.
func slotOf(l Entry[board.Entry]) (Slot, error) {
	op, err := decodeOutpoint(l.Body.Outpoint)
	return Slot{l.Line.By, op, l.N, l.Line.Seen.Height}, err
}

// readRoll reads the supervisor's roll: the entries that it lists, by their keys.
func (s *Setup) readRoll() {
	s.slots = make(map[curve.PublicKey]int)
	if !s.Phases.Closed(RollClosed) {
		return
	}
	s.RollFault = errors.New("there is no roll by the supervisor under its anchor")
	for _, l := range Counting[board.Roll](s.Phases) {
		if l.Line.By == s.e.Policy.Supervisor {
			s.RollLine, s.RollFault = l.N, s.list(l.Body)
			break
		}
	}
	for i, r := range s.Roll {
		s.slots[r.Key] = i + 1
	}
	switch {
	case s.RollFault != nil:
		s.end("the roll: %v", s.RollFault)
	case len(s.Roll) < s.e.Policy.K:
		s.end("the roll of %d is shorter than the threshold %d", len(s.Roll), s.e.Policy.K)
	}
}

// list takes the entries of a roll line, which are all right or none counts.
func (s *Setup) list(roll board.Roll) error {
	entries := make(map[int]Slot)
	for _, l := range Counting[board.Entry](s.Phases) {
		if slot, err := slotOf(l); err == nil {
			entries[l.N] = slot
		}
	}
	if len(roll.Entries) > s.e.Policy.Voters {
		return fmt.Errorf("%d entries for %d voters", len(roll.Entries), s.e.Policy.Voters)
	}
	var slots []Slot
	coins := make(map[wire.OutPoint]int)
	for i, n := range roll.Entries {
		slot, known := entries[n]
		switch {
		case !known:
			return fmt.Errorf("line %d is no entry that counts", n)
		case i > 0 && bytes.Compare(slots[i-1].Key[:], slot.Key[:]) >= 0:
			return fmt.Errorf("the key of line %d does not follow that of line %d", n, slots[i-1].N)
		case coins[slot.Outpoint] > 0:
			return fmt.Errorf("line %d has the coin of line %d", n, coins[slot.Outpoint])
		case !s.e.named(slot.Key):
			return fmt.Errorf("line %d has a key that the policy does not name", n)
		}
		coins[slot.Outpoint] = n
		slots = append(slots, slot)
	}
	for _, slot := range slots {
		if s.payable(slot.Key) {
			s.Roll = append(s.Roll, slot)
		} else {
			s.Unentitled = append(s.Unentitled, slot)
		}
	}
	return nil
}

// named reports whether a key may be on the roll: any, or the policy's voters.
func (e *Election) named(key curve.PublicKey) bool {
	names := e.Policy.Named
	return len(names) == 0 || slices.ContainsFunc(names, func(v lang.Named) bool { return v.Key == key })
}

// Entries returns the entries to which the roll owes a place, sorted by key: those up to
// the roll's anchor whose coins are eligible. Of several of one key it is the first.
func (s *Setup) Entries(r *Replay) (due []Slot) {
	taken := make(map[curve.PublicKey]bool)
	for _, l := range Counting[board.Entry](s.Phases) {
		slot, err := slotOf(l)
		if err != nil || taken[slot.Key] || !s.e.named(slot.Key) || !s.payable(slot.Key) || s.CoinFault(slot, r.Coin(slot.Outpoint)) != nil {
			continue
		}
		taken[slot.Key] = true
		due = append(due, slot)
	}
	slices.SortFunc(due, func(a, b Slot) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	return due
}

// SlotOf returns the slot of a roll key, 0 where the key is not on the roll.
func (s *Setup) SlotOf(key curve.PublicKey) int { return s.slots[key] }

// OnRoll reports whether a key is on the roll.
func (s *Setup) OnRoll(key curve.PublicKey) bool { return s.slots[key] > 0 }

// CoinFault returns why a slot's coin is not eligible, or nil. The output is the
// one that [Replay.Coin] has for the slot's outpoint.
func (s *Setup) CoinFault(r Slot, c *Output) error {
	announce := s.Phases.Anchor(Announce)
	switch {
	case c == nil || c.Created == nil:
		return fmt.Errorf("the coin was not created since the announcement")
	case announce != nil && c.Created.Height < announce.Height:
		return fmt.Errorf("the coin is older than the announcement")
	case c.Created.Height > r.Seen:
		return fmt.Errorf("the coin is paid in block %d, its entry has seen block %d", c.Created.Height, r.Seen)
	case !s.pays(c):
		return fmt.Errorf("the coin is not paid by who was to pay it")
	case !bytes.Equal(c.Out.PkScript, templates.P2PKH(r.KeyHash())):
		return fmt.Errorf("the coin does not pay the roll key")
	case c.Out.Value != s.e.Policy.Coin():
		return fmt.Errorf("a coin of %d sat, want %d", c.Out.Value, s.e.Policy.Coin())
	}
	return nil
}

// pays reports whether a coin may be on the roll: without mixing it is of the
// supervisor's payments. With mixing the voucher entitles the key, whichever coin it has.
func (s *Setup) pays(c *Output) bool { return c.payment || s.Exchange != nil }

// payable reports whether a key may be on the roll: with mixing, if it has a payable
// voucher.
func (s *Setup) payable(key curve.PublicKey) bool {
	return s.Exchange == nil || s.Exchange.PayableTo(key)
}
