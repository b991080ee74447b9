package election

import (
	"fmt"
	"maps"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
)

// Setup is what the closed phases of a board establish: a pure function of
// policy, board and anchors, the same for every reader.
type Setup struct {
	Phases      *Phases
	ExchangeLog *ExchangeLog // registration and exchange; nil without mixing
	Roll        []Slot       // sorted by key; slot i, from 1, is Roll[i−1]
	Ended       string       // why the election ended early, or ""

	Commits    []Entry[board.Commit]    // of roll members, one each
	Complaints []Entry[board.Complaint] // of roll members, one for each deal
	Late       []Entry[board.Complaint] // the same, after their phase and before the vote
	Dealing    *sharing.Outcome         // nil until the complaints are closed, and in custodial elections
	Transcript *Entry[board.Transcript] // the supervisor's, or nil
	Shares     [][]curve.Point          // the transcript's p_i: Shares[key−1][i−1]; nil where they do not decode
	Voteless   map[int]string           // slots whose public share allows no vote, and why
	Acks       []Entry[board.Ack]       // of roll members, one each, before the vote

	e     *Election
	slots map[curve.PublicKey]int // by roll key
	deals []Entry[board.Deal]     // of roll members, one each, none older than the commits' anchor
}

// Setup reads the board as far as the anchors close it. Anchors are in the
// chain's order.
func (e *Election) Setup(lines []board.Line, anchors []Anchor) *Setup {
	s := &Setup{e: e, Phases: newPhases(e.EID, e.Policy.Dealt(), lines, anchors)}
	s.readExchange()
	s.readRoll()
	if s.Phases.Closed(Announce) && s.Phases.Closed(RollClosed) && len(s.Roll) < e.Policy.K {
		s.Ended = fmt.Sprintf("the roll of %d is shorter than the threshold %d", len(s.Roll), e.Policy.K)
		return s
	}
	if !e.Policy.Dealt() {
		return s
	}
	s.readDealing()
	s.readTranscript()
	return s
}

// readExchange reads the exchange if the roll's anchor has closed it.
func (s *Setup) readExchange() {
	if !s.e.Policy.Mixed() {
		return
	}
	s.ExchangeLog = NewExchangeLog(s.e)
	from, to, by, closed := s.Phases.Span(board.TypeRoll)
	if closed {
		s.ExchangeLog.Head = by.Head
	}
	for i := from; closed && i < to; i++ {
		if l := &s.Phases.lines[i]; l.Seen.Height < by.Height {
			s.ExchangeLog.Read(i+1, l)
		}
	}
}

// Redeem returns the redeem script of the stake of slot i with a ballot: the
// contract, filled. Keys are those of [Setup.Keys].
func (s *Setup) Redeem(keys map[string][]byte, i int, ballot []byte) ([]byte, error) {
	holes := map[string][]byte{"ballot": ballot, "voter": s.Roll[i-1].Key[:], "voter_hash": s.Roll[i-1].KeyHash()}
	maps.Copy(holes, keys)
	used := make(map[string][]byte)
	for _, h := range s.e.Template.Holes() {
		used[h] = holes[h]
	}
	return s.e.Template.Fill(used)
}
