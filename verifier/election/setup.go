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
	Phases     *Phases
	Exchange   *Exchange // registration and exchange; nil without mixing
	Roll       []Slot    // sorted by key; slot i, from 1, is Roll[i−1]
	Unentitled []Slot    // that the roll lists and that have no payable voucher: they are no members
	Ended      string    // why the election ended early, or ""

	Commits    []Entry[board.Commit]    // of roll members, one each
	Complaints []Entry[board.Complaint] // of roll members, one for each deal
	Late       []Entry[board.Complaint] // the same, after their phase and before the vote
	Dealing    *sharing.Outcome         // nil until the complaints are closed, and in custodial elections
	Transcript *Entry[board.Transcript] // the supervisor's, or nil: its first line, and the bodies of all joined
	Shares     [][]curve.Point          // the transcript's p_i: Shares[key−1][i−1]; nil where they do not decode
	BadShares  [][]int                  // the slots whose p_i is not the dealt one: BadShares[key−1]
	Voteless   map[int]string           // slots whose public share allows no vote, and why
	Acks       []Entry[board.Ack]       // of roll members, one each, before the vote

	TranscriptLines []int      // numbers of the transcript's lines
	TranscriptHash  board.Hash // what acks name

	RollLine        int   // number of the supervisor's roll line; 0 where there is none
	RollFault       error // why the election has no roll, although an anchor closes it; nil if it has one
	TranscriptFault error // why the election has no transcript, although an anchor closes it; nil if it has one

	e     *Election
	slots map[curve.PublicKey]int // by roll key
	deals []Entry[board.Deal]     // of roll members, one each, none older than the commits' anchor
}

// Setup reads the board as far as the anchors of a sequence close it. Where an anchor
// is missing, or what it closes has no roll or no transcript, the election has ended.
func (e *Election) Setup(lines []board.Line, seq Sequence) *Setup {
	s := &Setup{e: e, Phases: e.phases(lines, seq)}
	if e.Policy.Mixed() {
		s.Exchange = e.exchange(s.Phases, seq.replay)
	}
	s.readRoll()
	if s.Phases.Closed(RollClosed) && s.RollFault == nil && s.Ended != "" {
		s.Phases.missing = nil // the roll is too short, and no further anchor is owed
	}
	if e.Policy.Dealt() && s.Ended == "" {
		s.readDealing()
	}
	if m := s.Phases.Missing(); m != nil && m.Kind > Announce {
		s.end("%s: %s", m.Where, m.Reason)
	}
	return s
}

// end notes why the election has ended, unless it has ended before.
func (s *Setup) end(format string, args ...any) {
	if s.Ended == "" {
		s.Ended = fmt.Sprintf(format, args...)
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
