package corpus

import (
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/verifier/board"
)

// withholds keeps all openings of candidate number j off the board, until the
// election is over all the same.
func withholds(j int) func(*play) error {
	return func(p *play) error {
		return p.misconduct(Misconduct{Kind: Withhold, Candidate: p.Policy.Candidates[j-1].Name})
	}
}

// opensWinners has the supervisor open the winner's ballots alone.
func opensWinners(p *play) error {
	p.Hooks.Tip = p.Policy.Times.Reveal + 2*p.Policy.Depth()
	return opensOf(0, func(_ *play, o *board.Opening) {
		o.Openings = slices.DeleteFunc(o.Openings, func(o board.Opened) bool { return o.J != 1 })
		o.Count = len(o.Openings)
	})(p)
}

func junkBallot(p *play) error {
	p.castJunk(p.votersFor(2)[0])
	return nil
}

// votesFor has the liar seal a proper ballot for a candidate who does not exist.
func votesFor(j int) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.Hooks.Vote = func(v *rehearsal.Voter, keys map[string][]byte) (bool, error) {
			if v != liar {
				return false, nil
			}
			share, err := p.share(v, p.Policy.KeyNumber(1))
			if err != nil {
				return false, err
			}
			to := curve.BaseMul(p.Keys["candidate "+p.first().Name])
			return true, v.Cast(p.Setup, keys, ballot.Seal(ballot.Plain{Share: share, Candidate: j}, p.place(v, 1), to))
		}
		return nil
	}
}

// opensEarly opens before the claims are mined.
func opensEarly(p *play) error {
	p.precede("refund", func() error {
		for _, c := range p.Candidates {
			if err := p.open(c); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// open publishes a candidate's openings.
func (p *play) open(c *roles.Candidate) error {
	l, err := c.Open()
	if err != nil {
		return err
	}
	return p.Append(l)
}

// opensDuringVote opens the first candidate's ballots before the last block of
// the vote.
func opensDuringVote(p *play) error {
	to := p.Policy.Times.VoteTo
	for _, v := range p.votersFor(1) {
		p.schedule(v, p.Policy.Times.VoteFrom)
	}
	p.at(to, func() error {
		votes, err := p.currentVotes()
		if err != nil {
			return err
		}
		p.Candidates[0].Count(p.Setup, votes)
		return p.open(p.Candidates[0])
	})
	return nil
}

// foreignShare gives the last of the first candidate's voters a share that
// nobody dealt. It comes last, so that the candidate does not need it.
func foreignShare(p *play) error {
	secret := p.stranger()
	public := curve.BaseMul(secret).Key()
	liar := p.votersFor(2)[0]
	amend(p, func(_ *board.Line, t *board.Transcript) bool {
		copy(t.Keys[0].Shares[(liar.Slot()-1)*curve.PointSize:], public[:])
		return true
	})
	amend(p, func(_ *board.Line, a *board.Ack) bool {
		for _, l := range p.Log.Lines() {
			if l.Type == board.TypeTranscript {
				a.Transcript = board.TranscriptHash(l)
			}
		}
		return true
	})
	p.Hooks.Vote = func(v *rehearsal.Voter, keys map[string][]byte) (bool, error) {
		if v != liar {
			return false, nil
		}
		to := curve.BaseMul(p.Keys["candidate "+p.second().Name])
		return true, v.Cast(p.Setup, keys, ballot.Seal(ballot.Plain{Share: secret, Candidate: 2}, p.place(v, 2), to))
	}
	return nil
}
