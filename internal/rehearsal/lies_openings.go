package rehearsal

import (
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/verifier/board"
)

// withholds keeps all openings of candidate number j off the board, until the
// election is over all the same.
func withholds(j int) func(*play) error {
	return func(p *play) error {
		p.opt.Misdeeds = append(slices.Clone(p.opt.Misdeeds), Misdeed{Deed: Withhold, Candidate: p.e.Policy.Candidates[j-1].Name})
		return nil
	}
}

// opensWinners has the supervisor open the winner's ballots alone.
func opensWinners(p *play) error {
	p.tricks.until = p.e.Policy.Times.Reveal + 2*p.depth()
	return opensOf(0, func(_ *play, o *board.Opening) {
		o.Openings = slices.DeleteFunc(o.Openings, func(o board.Opened) bool { return o.J != 1 })
		o.Count = len(o.Openings)
	})(p)
}

func junkBallot(p *play) error {
	p.votersFor(2)[0].junk = true
	return nil
}

// votesFor has the liar seal a proper ballot for a candidate who does not exist.
func votesFor(j int) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.tricks.cast = func(v *voter, keys map[string][]byte) (bool, error) {
			if v != liar {
				return false, nil
			}
			share, err := p.share(v, p.e.Policy.KeyNumber(1))
			if err != nil {
				return false, err
			}
			to := curve.BaseMul(p.keys["candidate "+p.first().Name])
			return true, v.Cast(p.setup, keys, ballot.Seal(ballot.Plain{Share: share, Candidate: j}, p.place(v, 1), to))
		}
		return nil
	}
}

// opensEarly opens in the block after the claims are sent.
func opensEarly(p *play) error {
	p.tricks.replace("claim", func() error {
		if err := p.collect(); err != nil {
			return err
		}
		for _, c := range p.candidates {
			if err := p.appendLine(c.Open()); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// opensDuringVote opens the first candidate's ballots before the last block of
// the vote.
func opensDuringVote(p *play) error {
	to := p.e.Policy.Times.VoteTo
	for _, v := range p.votersFor(1) {
		p.schedule(v, p.e.Policy.Times.VoteFrom)
	}
	p.tricks.at(to, func() error {
		votes, err := p.votesNow()
		if err != nil {
			return err
		}
		p.candidates[0].Count(p.setup, votes)
		return p.appendLine(p.candidates[0].Open())
	})
	return nil
}

// foreignShare gives the last of the first candidate's voters a share that
// nobody dealt. It comes last, so that the candidate does not need it.
func foreignShare(p *play) error {
	secret := p.stranger()
	public := curve.BaseMul(secret).Key()
	liar := p.votersFor(2)[0]
	rewrite(p, func(_ *board.Line, t *board.Transcript) bool {
		copy(t.Keys[0].Shares[(liar.Slot()-1)*curve.PointSize:], public[:])
		return true
	})
	rewrite(p, func(_ *board.Line, a *board.Ack) bool {
		for _, l := range p.log.Lines() {
			if l.Type == board.TypeTranscript {
				a.Transcript = board.TranscriptHash(l)
			}
		}
		return true
	})
	p.tricks.cast = func(v *voter, keys map[string][]byte) (bool, error) {
		if v != liar {
			return false, nil
		}
		to := curve.BaseMul(p.keys["candidate "+p.second().Name])
		return true, v.Cast(p.setup, keys, ballot.Seal(ballot.Plain{Share: secret, Candidate: 2}, p.place(v, 2), to))
	}
	return nil
}
