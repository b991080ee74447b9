package rehearsal

import (
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/templates"
	"bevote/verifier/board"
)

// Deed is something that an honest role does not do.
type Deed string

// The misdeeds that can be played. Whoever does one is a member of the roll,
// but for Withhold; the rest of the election goes on around it.
const (
	WrongShare     Deed = "wrong share"     // a dealer sends Victim a wrong share of the first joint key
	FalseComplaint Deed = "false complaint" // a receiver complains of Victim, who dealt honestly
	CopyEphemeral  Deed = "copy ephemeral"  // a dealer takes the ephemeral key and the ciphertexts of Victim
	Vanish         Deed = "vanish"          // a dealer commits and never deals
	Silent         Deed = "silent"          // a member of the roll does not deal at all
	Junk           Deed = "junk"            // a voter's ballot is sealed to nobody
	Withhold       Deed = "withhold"        // Candidate does not open its ballots
)

// Misdeed is one misdeed, by whom and against whom.
type Misdeed struct {
	Deed      Deed
	Slot      int    // of the roll, from 1
	Victim    int    // of the roll, from 1
	Candidate string // for Withhold
}

// dealer is what a member of the roll does in the dealing, or does not (false).
type dealer interface {
	commit(p sharing.Params) (board.Line, bool, error)
	deal() (board.Line, bool, error)
}

// honest is a voter who deals as the protocol says.
type honest struct{ *roles.Voter }

func (h honest) commit(p sharing.Params) (board.Line, bool, error) {
	l, err := h.Commit(p)
	return l, err == nil, err
}

func (h honest) deal() (board.Line, bool, error) {
	l, err := h.Deal()
	return l, err == nil, err
}

// vanisher commits and never deals; silent does neither.
type (
	vanisher struct{ honest }
	silent   struct{}
)

func (vanisher) deal() (board.Line, bool, error)               { return board.Line{}, false, nil }
func (silent) commit(sharing.Params) (board.Line, bool, error) { return board.Line{}, false, nil }
func (silent) deal() (board.Line, bool, error)                 { return board.Line{}, false, nil }

// cheat deals by hand: it draws an honest deal, edits it, and signs with the
// roll key.
type cheat struct {
	p    *play
	slot int
	key  curve.Scalar
	rand io.Reader
	edit func(sharing.Params, *sharing.Deal) error
	text []byte
}

func (c *cheat) commit(params sharing.Params) (board.Line, bool, error) {
	d, err := sharing.NewDeal(c.rand, params, c.slot)
	if err != nil {
		return board.Line{}, false, err
	}
	if err := c.edit(params, d); err != nil {
		return board.Line{}, false, err
	}
	c.text = d.Encode()
	return c.write(board.Commit{Deal: d.Commitment(params, c.slot)})
}

func (c *cheat) deal() (board.Line, bool, error) { return c.write(board.Deal{Deal: c.text}) }

func (c *cheat) write(body board.Body) (board.Line, bool, error) {
	l, err := c.p.forge(c.key, body)
	return l, err == nil, err
}

// forge signs a line with a key that the rehearsal knows.
func (p *play) forge(key curve.Scalar, body board.Body) (board.Line, error) {
	seen, err := roles.Seen(p.chain, p.e.Policy.Confirmations)
	if err != nil {
		return board.Line{}, err
	}
	return board.Sign(p.e.EID, key, seen, body)
}

// plot puts the misdeeds' dealers into their places.
func (p *play) plot() error {
	for _, m := range p.opt.Misdeeds {
		if m.Deed == Withhold {
			if p.e.Policy.CandidateNumber(m.Candidate) == 0 {
				return unplayable("no candidate %q withholds", m.Candidate)
			}
			continue
		}
		victim := m.Deed == WrongShare || m.Deed == FalseComplaint || m.Deed == CopyEphemeral
		if !p.onRoll(m.Slot) || victim && (!p.onRoll(m.Victim) || m.Victim == m.Slot) {
			return unplayable("%s by slot %d against slot %d of a roll of %d", m.Deed, m.Slot, m.Victim, len(p.voters))
		}
		switch v := p.voters[m.Slot-1]; m.Deed {
		case WrongShare:
			v.dealer = p.cheat(m.Slot, func(_ sharing.Params, d *sharing.Deal) error {
				d.Ciphertexts[0][m.Victim-1][31] ^= 1
				return nil
			})
		case CopyEphemeral:
			p.copyEphemeral(m.Slot, m.Victim)
		case Vanish:
			v.dealer = vanisher{honest{v.Voter}}
		case Silent:
			v.dealer = silent{}
		case Junk:
			v.junk = true
		case FalseComplaint: // in slander
		default:
			return unplayable("misdeed %q is unknown", string(m.Deed))
		}
	}
	return nil
}

func (p *play) onRoll(slot int) bool { return slot >= 1 && slot <= len(p.voters) }

func (p *play) cheat(slot int, edit func(sharing.Params, *sharing.Deal) error) *cheat {
	v := p.voters[slot-1]
	return &cheat{p: p, slot: slot, key: v.key, rand: p.stream("cheat " + v.role), edit: edit}
}

// copyEphemeral has slot deal as a thief would who has seen the victim's deal
// before the commitments are closed: with the ephemeral key and ciphertexts
// that would turn the receivers' complaints into openings of the victim's
// shares. The victim's deal is drawn by hand too, from a stream that the thief
// reads again.
func (p *play) copyEphemeral(slot, victim int) {
	p.voters[victim-1].dealer = p.cheat(victim, func(sharing.Params, *sharing.Deal) error { return nil })
	p.voters[slot-1].dealer = p.cheat(slot, func(params sharing.Params, d *sharing.Deal) error {
		from, err := sharing.NewDeal(p.stream("cheat "+p.voters[victim-1].role), params, victim)
		if err == nil {
			d.Ephemeral, d.EphemeralPossession, d.Ciphertexts = from.Ephemeral, from.EphemeralPossession, from.Ciphertexts
		}
		return err
	})
}

// slander appends the false complaints of a voter.
func (p *play) slander(v *voter, params sharing.Params, o *sharing.Outcome) error {
	for _, m := range p.opt.Misdeeds {
		if m.Deed != FalseComplaint || m.Slot != v.Slot() {
			continue
		}
		against := sharing.WrongShare{Dealer: m.Victim, Key: 1}
		if o.Deals[m.Victim] == nil {
			return unplayable("a false complaint against slot %d, which is out", m.Victim)
		}
		c, err := sharing.Complain(p.stream("slander "+v.role), params, v.key, m.Slot, against, o.Deals[m.Victim])
		if err != nil {
			return fmt.Errorf("false complaint: %w", err)
		}
		body := board.Complaint{Dealer: c.Dealer, Key: c.Key, Point: c.Point.Key(), Proof: c.Proof.Bytes()}
		if err := p.appendLine(p.forge(v.key, body)); err != nil {
			return err
		}
	}
	return nil
}

// junk has the form of a ballot and no plaintext.
func (p *play) junk(v *voter) ([]byte, error) {
	r := p.stream("junk " + v.role)
	x, err := curve.RandomScalar(r)
	if err != nil {
		return nil, err
	}
	text, size := curve.Encoder{templates.PlainPrefix}, templates.PlainBallot
	if p.e.Policy.Salted {
		text, size = curve.Encoder{templates.SaltedPrefix}, templates.SaltedBallot
	}
	text = text.Point(curve.BaseMul(x))
	noise := make([]byte, size-len(text))
	_, err = io.ReadFull(r, noise)
	return append(text, noise...), err
}

// withholds tells whether a candidate does not open its ballots.
func (p *play) withholds(name string) bool {
	for _, m := range p.opt.Misdeeds {
		if m.Deed == Withhold && m.Candidate == name {
			return true
		}
	}
	return false
}
