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
	"bevote/verifier/election"
)

// Kind is a kind of misconduct.
type Kind string

// The kinds of misconduct by members of the roll and, Withhold, by candidates. The
// other roles stay honest.
const (
	WrongShare     Kind = "wrong share"     // a dealer sends Victim a wrong share of the first joint key
	FalseComplaint Kind = "false complaint" // a member complains of Victim, an honest dealer
	CopyEphemeral  Kind = "copy ephemeral"  // a dealer deals with Victim's ephemeral key and ciphertexts
	Vanish         Kind = "vanish"          // a dealer commits and never deals
	Silent         Kind = "silent"          // a member of the roll does not deal at all
	Junk           Kind = "junk"            // a voter's ballot opens under no key
	Withhold       Kind = "withhold"        // Candidate does not open ballots
)

// Misconduct is what one role does against the protocol.
type Misconduct struct {
	Kind      Kind
	Slot      int    // of the roll, from 1
	Victim    int    // of the roll, from 1
	Candidate string // for Withhold
}

// With returns a lie without a base: any election, with misconduct in it.
func With(misconduct ...Misconduct) Lie {
	return Lie{tamper: func(p *play) error { return p.misconduct(misconduct...) }}
}

// vanisher commits and never deals; silent does neither.
type (
	vanisher struct{ *tamperingDealer }
	silent   struct{}
)

func (vanisher) Deal(sharing.Params) (board.Line, bool, error) { return board.Line{}, false, nil }
func (silent) Commit(sharing.Params) (board.Line, bool, error) { return board.Line{}, false, nil }
func (silent) Deal(sharing.Params) (board.Line, bool, error)   { return board.Line{}, false, nil }

// tamperingDealer draws an honest deal, changes it, and writes it in the voter's
// name.
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

func (c *tamperingDealer) Deal(sharing.Params) (board.Line, bool, error) {
	return c.write(board.Deal{Deal: c.text})
}

func (c *tamperingDealer) write(body board.Body) (board.Line, bool, error) {
	l, err := c.p.forge(c.key, body)
	return l, err == nil, err
}

// forge returns a line with a body, signed with an author's secret, that names the
// newest deep block.
func (p *play) forge(key curve.Scalar, body board.Body) (board.Line, error) {
	seen, err := roles.Seen(p.Chain, p.Policy.Confirmations)
	if err != nil {
		return board.Line{}, err
	}
	return board.Sign(p.EID, key, seen, body)
}

// misconduct sets the hooks of misconduct.
func (p *play) misconduct(all ...Misconduct) error {
	for _, m := range all {
		if err := p.addMisconduct(m); err != nil {
			return err
		}
	}
	return nil
}

// addMisconduct sets the hooks of one misconduct.
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
		v.Dealer = vanisher{p.tamperingDealer(m.Slot, func(sharing.Params, *sharing.Deal) error { return nil })}
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

// tamperingDealer returns a dealer in the place of a slot's voter.
func (p *play) tamperingDealer(slot int, edit func(sharing.Params, *sharing.Deal) error) *tamperingDealer {
	v := p.Voters[slot-1]
	return &tamperingDealer{p: p, slot: slot, key: v.Secret, rand: p.Stream("cheat " + v.Role), edit: edit}
}

// copyEphemeral has slot deal with the ephemeral key and the ciphertexts of the
// victim's deal. A complaint about the copy would open a share of the victim's.
// Both deals are drawn from streams of the play, so that the victim's can be
// drawn twice.
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
	p.Hooks.Complain = func(v *rehearsal.Voter, s *election.Setup, o *sharing.Outcome) error {
		if before != nil {
			if err := before(v, s, o); err != nil {
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
		c, err := p.complaintOf(v, against)
		if err != nil {
			return fmt.Errorf("false complaint: %w", err)
		}
		return p.publish(v.Secret, c)
	}
}

// complaintOf returns a voter's complaint, right or false, about a dealer whose deal is
// well-formed.
func (p *play) complaintOf(v *rehearsal.Voter, about sharing.WrongShare) (board.Complaint, error) {
	d := p.Setup.JudgeDealing().Deals[about.Dealer]
	if d == nil {
		return board.Complaint{}, errNothing
	}
	c, err := sharing.Complain(p.Setup.Params(), v.Secret, v.Slot(), about, d)
	return board.Complaint{
		Deal: p.Setup.DealLine(about.Dealer), Key: c.Key, Point: c.Point.Key(), Proof: c.Proof.Bytes(),
	}, err
}

// castJunk has a voter cast a ballot that decrypts to no plaintext.
func (p *play) castJunk(liar *rehearsal.Voter) {
	p.castInstead(liar, func(keys map[string][]byte) error {
		text, err := p.junk(liar)
		if err != nil {
			return err
		}
		return p.cast(liar, keys, text)
	})
}

// junk returns bytes in the form of a ballot: a first byte, a point, and noise.
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

// withhold keeps a candidate's openings off the board. The record ends when the
// election is over without them.
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
