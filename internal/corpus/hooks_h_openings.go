package corpus

import (
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// withholds keeps all openings of candidate number j off the board.
func withholds(j int) func(*play) error {
	return func(p *play) error {
		return p.misconduct(Misconduct{Kind: Withhold, Candidate: p.Policy.Candidates[j-1].Name})
	}
}

// opensWinners has the supervisor open only the winner's ballots.
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

// votesFor has the liar seal a ballot for number j, which no candidate has.
func votesFor(j int) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.castInstead(liar, func(keys map[string][]byte) error {
			share, err := p.share(liar, p.Policy.KeyNumber(1))
			if err != nil {
				return err
			}
			to := curve.BaseMul(p.Keys["candidate "+p.first().Name])
			return p.cast(liar, keys, ballot.Seal(ballot.Plain{Share: share, Candidate: j}, p.place(liar, 1), to))
		})
		return nil
	}
}

// opensEarly opens before the claims are mined.
func opensEarly(p *play) error {
	p.precede("refund", func() error {
		for j, c := range p.Candidates {
			if err := p.open(j+1, c, p.Votes); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// open publishes the openings of candidate number j among votes.
func (p *play) open(j int, c *roles.Candidate, votes []*election.Vote) error {
	secret := p.Keys["candidate "+p.Policy.Candidates[j-1].Name]
	for _, body := range c.Openings(p.Setup, votes) {
		if err := p.publish(secret, body); err != nil {
			return err
		}
	}
	return nil
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
		return p.open(1, p.Candidates[0], votes)
	})
	return nil
}

// foreignShare gives the second candidate's voter a share that was not dealt.
func foreignShare(p *play) error {
	secret := p.stranger()
	public := curve.BaseMul(secret).Key()
	liar := p.votersFor(2)[0]
	amend(p, func(_ *board.Line, t *board.Transcript) bool {
		copy(t.Keys[0].Shares[(liar.Slot()-1)*curve.PointSize:], public[:])
		return true
	})
	p.castInstead(liar, func(keys map[string][]byte) error {
		to := curve.BaseMul(p.Keys["candidate "+p.second().Name])
		return p.cast(liar, keys, ballot.Seal(ballot.Plain{Share: secret, Candidate: 2}, p.place(liar, 2), to))
	})
	return nil
}
