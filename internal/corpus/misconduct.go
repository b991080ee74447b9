package corpus

import (
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/templates"
	"bevote/verifier/board"
)

// Kind is something that an honest role does not do.
type Kind string

// The misdeeds that can be played. Whoever does one is a member of the roll,
// but for Withhold; the rest of the election goes on around it.
const (
	WrongShare     Kind = "wrong share"     // a dealer sends Victim a wrong share of the first joint key
	FalseComplaint Kind = "false complaint" // a receiver complains of Victim, who dealt honestly
	CopyEphemeral  Kind = "copy ephemeral"  // a dealer takes the ephemeral key and the ciphertexts of Victim
	Vanish         Kind = "vanish"          // a dealer commits and never deals
	Silent         Kind = "silent"          // a member of the roll does not deal at all
	Junk           Kind = "junk"            // a voter's ballot is sealed to nobody
	Withhold       Kind = "withhold"        // Candidate does not open its ballots
)

// Misconduct is one misdeed, by whom and against whom.
type Misconduct struct {
	Kind      Kind
	Slot      int    // of the roll, from 1
	Victim    int    // of the roll, from 1
	Candidate string // for Withhold
}

// With returns a lie without a base: an election in which misdeeds are done.
func With(misdeeds ...Misconduct) Lie {
	return Lie{tamper: func(p *play) error { return p.misconduct(misdeeds...) }}
}

// vanisher commits and never deals; silent does neither.
type (
	vanisher struct{ voter *roles.Voter }
	silent   struct{}
)

func (v vanisher) Commit(p sharing.Params) (board.Line, bool, error) {
	l, err := v.voter.Commit(p)
	return l, err == nil, err
}

func (vanisher) Deal() (board.Line, bool, error)               { return board.Line{}, false, nil }
func (silent) Commit(sharing.Params) (board.Line, bool, error) { return board.Line{}, false, nil }
func (silent) Deal() (board.Line, bool, error)                 { return board.Line{}, false, nil }

// tamperingDealer deals by hand: it draws an honest deal, edits it, and signs with the
// roll key.
type tamperingDealer struct {
	p    *play
	slot int
	key  curve.Scalar
	rand io.Reader
	edit func(sharing.Params, *sharing.Deal) error
	text []byte
}

func (c *tamperingDealer) Commit(params sharing.Params) (board.Line, bool, error) {
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

func (c *tamperingDealer) Deal() (board.Line, bool, error) { return c.write(board.Deal{Deal: c.text}) }

func (c *tamperingDealer) write(body board.Body) (board.Line, bool, error) {
	l, err := c.p.forge(c.key, body)
	return l, err == nil, err
}

// forge signs a line with a key that the rehearsal knows.
func (p *play) forge(key curve.Scalar, body board.Body) (board.Line, error) {
	seen, err := roles.Seen(p.Chain, p.Policy.Confirmations)
	if err != nil {
		return board.Line{}, err
	}
	return board.Sign(p.EID, key, seen, body)
}

// misconduct adds misdeeds to the election.
func (p *play) misconduct(all ...Misconduct) error {
	for _, m := range all {
		if err := p.addMisconduct(m); err != nil {
			return err
		}
	}
	return nil
}

// addMisconduct adds one misdeed.
func (p *play) addMisconduct(m Misconduct) error {
	if m.Kind == Withhold {
		return p.withhold(m.Candidate)
	}
	onRoll := func(slot int) bool { return slot >= 1 && slot <= len(p.Voters) }
	victim := m.Kind == WrongShare || m.Kind == FalseComplaint || m.Kind == CopyEphemeral
	if !onRoll(m.Slot) || victim && (!onRoll(m.Victim) || m.Victim == m.Slot) {
		return rehearsal.Unplayable("%s by slot %d against slot %d of a roll of %d", m.Kind, m.Slot, m.Victim, len(p.Voters))
	}
	switch v := p.Voters[m.Slot-1]; m.Kind {
	case WrongShare:
		v.Dealer = p.tamperingDealer(m.Slot, func(_ sharing.Params, d *sharing.Deal) error {
			d.Ciphertexts[0][m.Victim-1][31] ^= 1
			return nil
		})
	case CopyEphemeral:
		p.copyEphemeral(m.Slot, m.Victim)
	case Vanish:
		v.Dealer = vanisher{v.Voter}
	case Silent:
		v.Dealer = silent{}
	case Junk:
		p.castJunk(v)
	case FalseComplaint:
		p.complainFalsely(m)
	default:
		return rehearsal.Unplayable("misdeed %q is unknown", string(m.Kind))
	}
	return nil
}

func (p *play) tamperingDealer(slot int, edit func(sharing.Params, *sharing.Deal) error) *tamperingDealer {
	v := p.Voters[slot-1]
	return &tamperingDealer{p: p, slot: slot, key: v.Secret, rand: p.Stream("cheat " + v.Role), edit: edit}
}

// copyEphemeral has slot deal as a thief would who has seen the victim's deal
// before the commitments are closed: with the ephemeral key and ciphertexts
// that would turn the receivers' complaints into openings of the victim's
// shares. The victim's deal is drawn by hand too, from a stream that the thief
// reads again.
func (p *play) copyEphemeral(slot, victim int) {
	p.Voters[victim-1].Dealer = p.tamperingDealer(victim, func(sharing.Params, *sharing.Deal) error { return nil })
	p.Voters[slot-1].Dealer = p.tamperingDealer(slot, func(params sharing.Params, d *sharing.Deal) error {
		from, err := sharing.NewDeal(p.Stream("cheat "+p.Voters[victim-1].Role), params, victim)
		if err == nil {
			d.Ephemeral, d.EphemeralPossession, d.Ciphertexts = from.Ephemeral, from.EphemeralPossession, from.Ciphertexts
		}
		return err
	})
}

// complainFalsely has a voter complain of its victim.
func (p *play) complainFalsely(m Misconduct) {
	before := p.Hooks.Complain
	p.Hooks.Complain = func(v *rehearsal.Voter, params sharing.Params, o *sharing.Outcome) error {
		if before != nil {
			if err := before(v, params, o); err != nil {
				return err
			}
		}
		if m.Slot != v.Slot() {
			return nil
		}
		against := sharing.WrongShare{Dealer: m.Victim, Key: 1}
		if o.Deals[m.Victim] == nil {
			return rehearsal.Unplayable("a false complaint against slot %d, which is out", m.Victim)
		}
		c, err := sharing.Complain(p.Stream("slander "+v.Role), params, v.Secret, m.Slot, against, o.Deals[m.Victim])
		if err != nil {
			return fmt.Errorf("false complaint: %w", err)
		}
		return p.publish(v.Secret, board.Complaint{Dealer: c.Dealer, Key: c.Key, Point: c.Point.Key(), Proof: c.Proof.Bytes()})
	}
}

// castJunk has a voter cast a ballot that is none.
func (p *play) castJunk(liar *rehearsal.Voter) {
	before := p.Hooks.Vote
	p.Hooks.Vote = func(v *rehearsal.Voter, keys map[string][]byte) (bool, error) {
		if v == liar {
			text, err := p.junk(v)
			if err != nil {
				return true, err
			}
			return true, v.Cast(p.Setup, keys, text)
		}
		if before != nil {
			return before(v, keys)
		}
		return false, nil
	}
}

// junk has the form of a ballot and no plaintext.
func (p *play) junk(v *rehearsal.Voter) ([]byte, error) {
	r := p.Stream("junk " + v.Role)
	x, err := curve.RandomScalar(r)
	if err != nil {
		return nil, err
	}
	text, size := curve.Encoder{templates.PlainPrefix}, templates.PlainBallot
	if p.Policy.Salted {
		text, size = curve.Encoder{templates.SaltedPrefix}, templates.SaltedBallot
	}
	text = text.Point(curve.BaseMul(x))
	noise := make([]byte, size-len(text))
	_, err = io.ReadFull(r, noise)
	return append(text, noise...), err
}

// withhold keeps a candidate's openings off the board until the election is over
// all the same.
func (p *play) withhold(name string) error {
	number := p.Policy.CandidateNumber(name)
	if number == 0 {
		return rehearsal.Unplayable("no candidate %q withholds", name)
	}
	by := p.Policy.Candidates[number-1].Key
	drop(p, func(l board.Line, _ board.Opening) bool { return l.By == by })
	p.Hooks.Tip = max(p.Hooks.Tip, p.Policy.Times.Reveal+2*(p.Policy.Depth()-1))
	return nil
}
