package election

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/curve"
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
}

// KeyHash returns the HASH160 of the roll key, 20 bytes: the refund pays to it.
func (r Slot) KeyHash() []byte { return address.Hash160(r.Key[:]) }

// readRoll reads the supervisor's roll lines and sorts them by key.
func (s *Setup) readRoll() {
	s.slots = make(map[curve.PublicKey]int)
	for _, l := range Counting[board.Roll](s.Phases) {
		if l.Line.By != s.e.Policy.Supervisor {
			continue
		}
		if op, err := decodeOutpoint(l.Body.Outpoint); err == nil {
			s.Roll = append(s.Roll, Slot{l.Body.Key, op})
		}
	}
	slices.SortFunc(s.Roll, func(a, b Slot) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	for i, r := range s.Roll {
		s.slots[r.Key] = i + 1
	}
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
	case c.Created.Height > s.e.Policy.Times.Roll:
		return fmt.Errorf("the coin is paid in block %d, the roll closes at %d", c.Created.Height, s.e.Policy.Times.Roll)
	case !s.pays(c.payer, r):
		return fmt.Errorf("the coin is not paid by who was to pay it")
	case !bytes.Equal(c.Out.PkScript, templates.P2PKH(r.KeyHash())):
		return fmt.Errorf("the coin does not pay the roll key")
	case c.Out.Value != s.e.Policy.Coin():
		return fmt.Errorf("a coin of %d sat, want %d", c.Out.Value, s.e.Policy.Coin())
	}
	return nil
}

// pays reports whether a key may pay the slot's coin: the supervisor's key, or that of
// the mixer that accepted to pay the slot's voucher.
func (s *Setup) pays(payer curve.PublicKey, r Slot) bool {
	if payer == s.e.Policy.Supervisor || s.ExchangeLog == nil {
		return payer == s.e.Policy.Supervisor
	}
	v := s.ExchangeLog.VoucherOf(r.Key)
	return v != nil && payer == v.Mixer.Key
}
