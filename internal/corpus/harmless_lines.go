package corpus

import (
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// reorders holds back the entries and the lines of the dealing until all of a
// type are there, and appends them in reverse.
func reorders(p *play) error {
	var held []board.Line
	count := make(map[board.Type]int)
	p.onLine(func(l board.Line) ([]board.Line, error) {
		switch l.Type {
		case board.TypeEntry, board.TypeCommit, board.TypeDeal, board.TypeAck:
		default:
			return []board.Line{l}, nil
		}
		held = append(held, l)
		if count[l.Type]++; count[l.Type] < len(p.Voters) {
			return nil, nil
		}
		all := held
		held = nil
		slices.Reverse(all)
		return all, nil
	})
	return nil
}

// strangersLines has a stranger write a copy of the first line of each type,
// right before it.
func strangersLines(p *play) error {
	done := make(map[board.Type]bool)
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if done[l.Type] || l.Type == board.TypeOpen {
			return []board.Line{l}, nil
		}
		done[l.Type] = true
		copied := l
		copied.By = curve.BaseMul(p.stranger()).Key()
		sig, err := curve.SignSchnorr(p.stranger(), lineHash(p.EID, copied))
		copied.Sig = sig
		return []board.Line{copied, l}, err
	})
	return nil
}

// lineHash returns what the author of a line signs (docs/protocol.md).
func lineHash(eid [32]byte, l board.Line) [32]byte {
	return curve.TaggedHash("line", curve.Encoder(nil).Raw(eid[:]).Key(l.By).Text([]byte(l.Type)).
		U32(l.Seen.Height).Raw(l.Seen.Hash[:]).Text(l.Body))
}

// lateLines appends the first line of each type again when voting begins.
func lateLines(p *play) error {
	var again []board.Line
	done := make(map[board.Type]bool)
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if !done[l.Type] {
			done[l.Type] = true
			again = append(again, l)
		}
		return []board.Line{l}, nil
	})
	p.at(p.Policy.Times.VoteFrom, func() error {
		lines := again
		again = nil
		return p.Append(lines...)
	})
	return nil
}

// mends leaves a ballot out of the first candidate's opening line, and appends
// a line with it, or the whole line, after it.
func mends(whole bool) func(*play) error {
	return func(p *play) error { return p.mend(whole) }
}

func (p *play) mend(whole bool) error {
	by := p.first().Key
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var o board.Opening
		if l.By != by || board.DecodeBody(l, &o) != nil || len(o.Openings) == 0 {
			return []board.Line{l}, nil
		}
		first, rest := o, o
		first.Openings, rest.Openings = o.Openings[:1], o.Openings[1:]
		if whole {
			first = o
		}
		return p.signed("candidate "+p.first().Name, l.Seen, rest, first)
	})
	return nil
}

// signed returns lines with bodies, by a role.
func (p *play) signed(role string, seen board.Seen, bodies ...board.Body) (lines []board.Line, err error) {
	for _, body := range bodies {
		l, err := board.Sign(p.EID, p.Keys[role], seen, body)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// inParts has each candidate open one ballot a line, and the supervisor write four
// public shares a line of the transcript.
func inParts(p *play) error {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var bodies []board.Body
		var o board.Opening
		var t board.Transcript
		role := "supervisor"
		switch {
		case board.DecodeBody(l, &o) == nil:
			for _, c := range p.Policy.Candidates {
				if c.Key == l.By {
					role = "candidate " + c.Name
				}
			}
			for _, part := range o.Split(1) {
				bodies = append(bodies, part)
			}
		case board.DecodeBody(l, &t) == nil:
			for _, part := range t.Split(4) {
				bodies = append(bodies, part)
			}
		default:
			return []board.Line{l}, nil
		}
		return p.signed(role, l.Seen, bodies...)
	})
	return nil
}

// opensAll has the first candidate open all ballots: the joint secret's
// polynomial gives it every share.
func opensAll(p *play) error {
	amend(p, func(l *board.Line, o *board.Opening) bool {
		if l.By != p.first().Key {
			return false
		}
		for _, v := range p.votersFor(2) {
			s, err := p.share(v, 1)
			if err != nil {
				return false
			}
			b := s.Bytes()
			o.Openings = append(o.Openings, board.Opened{I: v.Slot(), J: 2, S: b[:]})
		}
		return true
	})
	return nil
}

// complainsAgain appends each complaint again, signed anew, when all acknowledge.
func complainsAgain(p *play) error {
	var again []board.Line
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var c board.Complaint
		if board.DecodeBody(l, &c) == nil {
			again = append(again, l)
		}
		if l.Type != board.TypeAck || len(again) == 0 {
			return []board.Line{l}, nil
		}
		lines := append([]board.Line{l}, again...)
		again = nil
		return lines, nil
	})
	return nil
}
