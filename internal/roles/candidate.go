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
	number int          // j, from 1
	own    []openedVote // for the candidate, by slot
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

// Count opens the counted ones of the votes with the candidate's key and returns how many are for
// the candidate. The votes are those of [election.Election.Votes], after the vote has closed.
func (c *Candidate) Count(s *election.Setup, votes []*election.Vote) int {
	own, _ := c.openBallots(s, votes, c.e.Policy.KeyNumber(c.number))
	c.own = slices.DeleteFunc(own, func(o openedVote) bool { return o.plain.Candidate != c.number })
	return len(c.own)
}

// ErrTooFew says that a candidate has fewer ballots than the threshold k.
var ErrTooFew = errors.New("fewer ballots than the threshold")

// Claim rebuilds the joint key from the shares in k ballots and sweeps every counted stake that the
// replay does not show to be spent to the candidate's payout. It can be repeated until all are claimed.
// With fewer ballots than k it returns [ErrTooFew]; it uses no shares of other candidates' ballots.
func (c *Candidate) Claim(s *election.Setup, votes []*election.Vote, r *election.Replay) error {
	secret, err := c.joint(s)
	if err != nil {
		return err
	}
	name := "win"
	if c.e.Policy.Win == lang.WinHardened {
		name, secret = "win."+c.policy().Name, secret.Add(c.key)
	}
	path, err := pathNamed(c.e.Contract, name)
	if err != nil {
		return err
	}
	return c.claim(election.Counted(votes), r, path, secret, c.policy().Payout)
}

// joint interpolates the secret S of the candidate's joint key from k shares.
func (c *Candidate) joint(s *election.Setup) (curve.Scalar, error) {
	k := c.e.Policy.K
	if len(c.own) < k {
		return curve.Scalar{}, ErrTooFew
	}
	shares := make([]sharing.Share, k)
	for i, o := range c.own[:k] {
		shares[i] = sharing.Share{I: o.vote.Index, S: o.plain.Share}
	}
	secret := sharing.Interpolate(shares, 0)
	if !curve.BaseMul(secret).Equal(s.Dealing.Keys[c.e.Policy.KeyNumber(c.number)-1].Key) {
		return curve.Scalar{}, errors.New("the shares do not give the joint key")
	}
	return secret, nil
}

// Open publishes what the candidate's ballots say, whether it won or not. Openings are due when
// every counted stake is spent and deep, or from the policy's `reveal from`.
func (c *Candidate) Open() ([]board.Line, error) {
	return writeAll(&c.participant, opening(c.own).Split(board.MaxOpened))
}

// Disavow proves of ballots without an opening that they are not the candidate's. A ballot that
// every candidate disavows is for none of them.
func (c *Candidate) Disavow(s *election.Setup, unopened []*election.Vote) ([]board.Line, error) {
	body := board.Opening{Count: len(c.own)}
	if err := c.disavow(&body, s, unopened, c.number); err != nil {
		return nil, err
	}
	return writeAll(&c.participant, body.Split(board.MaxOpened))
}
