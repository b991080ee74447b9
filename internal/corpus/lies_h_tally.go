package corpus

import (
	"fmt"
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/verifier/board"
)

// tallyLies are about family H: openings and counts (V70 to V72, V74, V75, V77,
// V79, V80), and a share that was not dealt (V47).
var tallyLies = []Lie{
	{Name: "disavowal-unproven", Text: "a candidate disavows another's ballot with a point that is not its own",
		Strength: KeyHolding, Base: "won",
		Check: "V70", Level: "L3", Exit: 21,
		tamper: disavows(2, func(d *board.Disavowal) { d.D = curve.BaseMul(curve.NewScalar(7)).Key() })},
	{Name: "disavowal-replayed", Text: "a candidate disavows a ballot with the proof for another one",
		Strength: KeyHolding, Base: "salted",
		Check: "V70", Level: "L3", Exit: 21, tamper: disavowsReplayed},
	{Name: "disavowal-of-nothing", Text: "a candidate disavows the ballot of a slot that did not vote",
		Strength: KeyHolding, Base: "won",
		Check: "V70", Level: "L3", Exit: 21, tamper: disavows(2, func(d *board.Disavowal) { d.I = 999 })},
	{Name: "share-invented", Text: "a candidate opens another's ballot with a share that it made up",
		Strength: KeyHolding, Base: "won",
		Check: "V71", Level: "L3", Exit: 21,
		tamper: opens(func(p *play, o *board.Opening) { o.Openings = append(o.Openings, p.invented(1)) })},
	{Name: "share-wrong-opened", Text: "a candidate opens one of its ballots with a wrong share, and does not count it",
		Strength: KeyHolding, Base: "won",
		Check: "V71", Level: "L3", Exit: 21,
		tamper: opensOf(1, func(_ *play, o *board.Opening) { o.Openings[0].S[31] ^= 1; o.Count-- })},
	{Name: "opened-for-another", Text: "a candidate opens its ballot as one for its rival",
		Strength: KeyHolding, Base: "won",
		Check: "V71", Level: "L3", Exit: 21,
		tamper: opens(func(_ *play, o *board.Opening) { o.Openings[0].J = 1; o.Count-- })},
	{Name: "opened-for-nobody", Text: "the supervisor opens a ballot for a candidate who does not exist",
		Strength: KeyHolding, Base: "custodial",
		Check: "V71", Along: []string{"V74", "V75"}, Level: "L1", Exit: 21,
		tamper: opensOf(0, func(_ *play, o *board.Opening) { o.Openings[0].J = 9 })},
	{Name: "opened-without-vote", Text: "a candidate opens a ballot of a slot that did not vote",
		Strength: KeyHolding, Base: "salted",
		Check: "V71", Level: "L3", Exit: 21, tamper: opens(func(_ *play, o *board.Opening) {
			more := o.Openings[0]
			more.I = 999
			o.Openings = append(o.Openings, more)
		})},
	{Name: "own-ballot-disavowed", Text: "a candidate disavows one of its own ballots instead of opening it",
		Strength: KeyHolding, Base: "won",
		Check: "V72", Level: "L3", Exit: 21, tamper: disownsFirst},
	{Name: "vote-suppressed", Text: "the supervisor disavows a ballot for the loser instead of opening it",
		Strength: KeyHolding, Base: "custodial",
		Check: "V72", Level: "L3", Exit: 21, tamper: suppresses},
	{Name: "total-inflated", Text: "a candidate states one ballot more than it opens",
		Strength: KeyHolding, Base: "reorganised",
		Check: "V74", Level: "L3", Exit: 21, tamper: opens(func(_ *play, o *board.Opening) { o.Count++ })},
	{Name: "total-deflated", Text: "the supervisor states one ballot less than it opens",
		Strength: KeyHolding, Base: "custodial",
		Check: "V74", Level: "L3", Exit: 21, tamper: opensOf(0, func(_ *play, o *board.Opening) { o.Count-- })},
	{Name: "loser-withholds", Text: "a loser does not open its salted ballots", Strength: KeyHolding, Base: "withheld",
		Check: "V75", Level: "L2", Exit: 10},
	{Name: "winner-withholds", Text: "the winner does not open its salted ballots",
		Strength: KeyHolding, Base: "salted",
		Check: "V75", Level: "L1", Exit: 11, tamper: withholds(1)},
	{Name: "supervisor-withholds", Text: "the supervisor opens no ballot of those that it counted for the loser",
		Strength: KeyHolding, Base: "custodial",
		Check: "V75", Level: "L2", Exit: 10, tamper: opensWinners},
	{Name: "all-withhold", Text: "nobody opens anything", Strength: KeyHolding, Base: "won",
		Check: "V75", Level: "L1", Exit: 11, tamper: all(withholds(1), withholds(2))},
	{Name: "share-from-elsewhere", Text: "a voter and the supervisor put another public share into the transcript, with whose secret the voter would vote",
		Strength: KeyHolding, Base: "won",
		Check: "V47", Along: []string{"V48"}, Level: "L0", Exit: 21, tamper: foreignShare},
	{Name: "junk-ballot", Text: "a voter's ballot is sealed to nobody", Strength: KeyHolding, Base: "won",
		Check: "V77", Level: "L3", Exit: 21, tamper: junkBallot},
	{Name: "junk-ballot-custodial", Text: "a voter's ballot is not for the supervisor, who proves it",
		Strength: KeyHolding, Base: "custodial",
		Check: "V77", Level: "L3", Exit: 21, tamper: junkBallot},
	{Name: "ballot-for-nobody", Text: "a voter votes for a candidate number that does not exist",
		Strength: KeyHolding, Base: "each",
		Check: "V77", Level: "L3", Exit: 21, tamper: votesFor(9)},
	{Name: "opened-early", Text: "the candidates open as soon as the vote has closed, while the stakes are still locked",
		Strength: KeyHolding, Base: "won",
		Check: "V79", Level: "L3", Exit: 21, tamper: opensEarly},
	{Name: "opened-during-vote", Text: "a candidate opens a ballot while others still vote",
		Strength: KeyHolding, Base: "won",
		Check: "V80", Level: "L3", Exit: 21, tamper: opensDuringVote},
}

// opens changes the opening line of the second candidate.
func opens(change func(*play, *board.Opening)) func(*play) error { return opensOf(2, change) }

// opensOf changes the opening line of candidate number j, or of the supervisor
// (0), and keeps its further lines off the board.
func opensOf(j int, change func(*play, *board.Opening)) func(*play) error {
	return func(p *play) error {
		by := p.Supervisor.Key()
		if j > 0 {
			by = p.Policy.Candidates[j-1].Key
		}
		drop(p, func(l board.Line, o board.Opening) bool { return l.By == by && len(o.Openings) == 0 })
		amend(p, func(l *board.Line, o *board.Opening) bool {
			if l.By == by {
				change(p, o)
			}
			return l.By == by
		})
		return nil
	}
}

// invented returns an opening of the first vote for candidate number j with a
// share that was not dealt.
func (p *play) invented(j int) board.Opened {
	share := p.stranger().Bytes()
	o := board.Opened{I: p.votersFor(j)[0].Slot(), J: j, S: share[:]}
	if p.Policy.Salted {
		o.Salt = make([]byte, ballot.SaltSize)
	}
	return o
}

// denial returns a true disavowal of a voter's ballot by candidate number j, or
// by the supervisor (0).
func (p *play) denial(v *rehearsal.Voter, j int) (d board.Disavowal, err error) {
	secret := p.Keys["supervisor"]
	if j > 0 {
		secret = p.Keys["candidate "+p.Policy.Candidates[j-1].Name]
	}
	for _, vote := range p.Votes {
		if vote.Index != v.Slot() {
			continue
		}
		point, proof, err := ballot.Disavow(secret, vote.Ballot, p.place(v, max(j, 1)), ballot.Parties{I: v.Slot(), J: j})
		return board.Disavowal{I: v.Slot(), D: point.Key(), Proof: proof.Bytes()}, err
	}
	return d, fmt.Errorf("slot %d has no vote", v.Slot())
}

// disavows has candidate number j disavow the first ballot for the first
// candidate, with a change.
func disavows(j int, change func(*board.Disavowal)) func(*play) error {
	return opensOf(j, func(p *play, o *board.Opening) {
		if d, err := p.denial(p.votersFor(1)[0], j); err == nil {
			change(&d)
			o.Disavowals = append(o.Disavowals, d)
		}
	})
}

func disavowsReplayed(p *play) error {
	return disavows(2, func(d *board.Disavowal) { d.I = p.votersFor(1)[1].Slot() })(p)
}

// disownsFirst has the first candidate disavow its first ballot.
func disownsFirst(p *play) error {
	return opensOf(1, func(p *play, o *board.Opening) { p.disown(o, 1, p.votersFor(1)[0]) })(p)
}

// suppresses has the supervisor disavow the loser's ballot.
func suppresses(p *play) error {
	return opensOf(0, func(p *play, o *board.Opening) { p.disown(o, 0, p.votersFor(2)[0]) })(p)
}

// disown replaces the opening of a voter's ballot by a disavowal.
func (p *play) disown(o *board.Opening, j int, v *rehearsal.Voter) {
	d, err := p.denial(v, j)
	if err != nil {
		return
	}
	o.Openings = slices.DeleteFunc(o.Openings, func(o board.Opened) bool { return o.I == v.Slot() })
	o.Disavowals = append(o.Disavowals, d)
	o.Count--
}
