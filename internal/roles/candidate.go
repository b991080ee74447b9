package roles

import (
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Candidate may be elected. It opens the ballots that are sealed to it; k of them give the key that
// claims the stakes.
type Candidate struct {
	participant
	number  int // j, from 1
	ballots openedCount
}

// openedCount is what the candidate read in the ballots of a count.
type openedCount struct {
	of  *Count
	own []openedVote // for the candidate, by slot
}

// NewCandidate returns candidate number j, whose secret key is key.
func NewCandidate(e *election.Election, j int, key curve.Scalar, chain Chain, seed Seed) (*Candidate, error) {
	p, err := join(e, key, chain, seed)
	if err != nil {
		return nil, err
	}
	if j < 1 || j > len(e.Policy.Candidates) || p.public != e.Policy.Candidates[j-1].Key {
		return nil, fmt.Errorf("not the key of candidate %d", j)
	}
	return &Candidate{participant: p, number: j}, nil
}

// policy returns the candidate as the policy names it.
func (c *Candidate) policy() lang.Candidate { return c.e.Policy.Candidates[c.number-1] }

// Possession proves that the candidate knows its secret key, bound to its name and payout:
// e ‖ z, 64 bytes. It goes to the supervisor off the board, which publishes it in line 1.
func (c *Candidate) Possession() []byte {
	me := c.policy()
	return curve.ProvePossession(board.CandidateContext(c.e.EID, me.Name, me.Payout), c.key).Bytes()
}

// Acts returns what is due of the candidate by a view. In custodial elections that is nothing. In the
// order of an election:
//
//	claim       once the votes are counted and k ballots are for the candidate, of each stake that is unspent
//	opening     once every counted stake is spent and that is deep, or from `reveal from`
//	disavowal   of the ballots that no candidate opened
func (c *Candidate) Acts(view *View) ([]Act, error) {
	if !c.e.Policy.Dealt() {
		return nil, nil
	}
	count, err := view.Count()
	if count == nil || err != nil {
		return nil, err
	}
	if c.ballots.of != count {
		own, _ := c.openBallots(view.Setup, count.Counted, c.e.Policy.KeyNumber(c.number))
		own = slices.DeleteFunc(own, func(o openedVote) bool { return o.plain.Candidate != c.number })
		c.ballots = openedCount{of: count, own: own}
	}
	return actsOf(view, c.claims, c.openings, c.disavowals)
}

// Openings returns what the candidate's ballots among votes say, as it is published.
func (c *Candidate) Openings(s *election.Setup, votes []*election.Vote) []board.Opening {
	own, _ := c.openBallots(s, votes, c.e.Policy.KeyNumber(c.number))
	own = slices.DeleteFunc(own, func(o openedVote) bool { return o.plain.Candidate != c.number })
	return opening(own).Split(board.MaxOpened)
}

// claims rebuilds the joint key from the shares in k ballots and sweeps every counted stake to the
// candidate's payout. It uses no shares of other candidates' ballots.
func (c *Candidate) claims(view *View) ([]Act, error) {
	if len(c.ballots.own) < c.e.Policy.K || view.Tip >= c.e.Policy.Times.Claim {
		return nil, nil
	}
	secret, err := c.joint(view.Setup)
	if err != nil {
		return nil, err
	}
	name := "win"
	if c.e.Policy.Win == lang.WinHardened {
		name, secret = "win."+c.policy().Name, secret.Add(c.key)
	}
	path, err := pathNamed(c.e.Contract, name)
	if err != nil {
		return nil, err
	}
	return c.claim(view, c.ballots.of.Counted, path, secret, c.policy().Payout)
}

// joint interpolates the secret S of the candidate's joint key from k shares.
func (c *Candidate) joint(s *election.Setup) (curve.Scalar, error) {
	shares := make([]sharing.Share, c.e.Policy.K)
	for i, o := range c.ballots.own[:len(shares)] {
		shares[i] = sharing.Share{I: o.vote.Index, S: o.plain.Share}
	}
	secret := sharing.Interpolate(shares, 0)
	if !curve.BaseMul(secret).Equal(s.Dealing.Keys[c.e.Policy.KeyNumber(c.number)-1].Key) {
		return curve.Scalar{}, errors.New("the shares do not give the joint key")
	}
	return secret, nil
}

// openings publishes what the candidate's ballots say, whether it won or not.
func (c *Candidate) openings(view *View) ([]Act, error) {
	if !view.MayOpen() {
		return nil, nil
	}
	return c.open(view, "opening", opening(c.ballots.own))
}

// disavowals proves of the ballots without an opening that they are not the candidate's, once every
// candidate has opened, or d blocks after its own opening. A ballot that every candidate disavows is for
// none of them.
func (c *Candidate) disavowals(view *View) ([]Act, error) {
	mine := own[board.Opening](view, c.public)
	if !view.MayOpen() || len(mine) == 0 {
		return nil, nil
	}
	opened := true
	for _, other := range c.e.Policy.Candidates {
		opened = opened && view.Wrote(other.Key, board.TypeOpening)
	}
	if !opened && !view.deep(mine[0].Line.Seen.Height+c.e.Policy.Depth()) {
		return nil, nil
	}
	body := board.Opening{Count: len(c.ballots.own)}
	unopened := c.e.Unopened(view.Setup, c.ballots.of.All, view.Lines)
	unopened = slices.DeleteFunc(unopened, func(v *election.Vote) bool { return disavowed(mine, v.Index) })
	if len(unopened) == 0 {
		return nil, nil
	}
	if err := c.disavow(&body, view.Setup, unopened, c.number); err != nil {
		return nil, err
	}
	return c.open(view, "disavowal", body)
}

// disavowed reports whether one of an author's openings disavows the ballot of a slot.
func disavowed(by []election.Entry[board.Opening], slot int) bool {
	of := func(d board.Disavowal) bool { return d.I == slot }
	return slices.ContainsFunc(by, func(e election.Entry[board.Opening]) bool { return slices.ContainsFunc(e.Body.Disavowals, of) })
}
