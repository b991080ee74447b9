package verifier

import (
	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/election"
)

// prepared holds roll, exchange and joint keys, and the votes that they determine.
type prepared struct {
	*chained
	setup   *election.Setup
	mix     *election.Exchange // nil without mixing
	keys    map[string][]byte  // the contract's keys by name, 33 bytes each; nil without a joint key
	winKeys []winKey
	votes   []*election.Vote
}

// prepare reads the setup from the board, as far as anchors close it, and judges
// exchange and votes.
func prepare(ch *chained, prior *prepared) (*prepared, error) {
	ch.e.ShareAnswers(ch.opt.State.mixed())
	p := &prepared{chained: ch, mix: judgeExchange(ch)}
	ch.progress("checking the dealing", 0, 0)
	p.setup = setupOf(ch, prior)
	keys, err := p.setup.Keys()
	if err != nil || !p.setup.Phases.Closed(election.RollClosed) {
		return p, nil // V24, V46 and V51 name what is missing
	}
	p.keys, p.winKeys = keys, winKeys(ch.e.Policy, keys)
	ch.progress("judging the votes", 0, 0)
	p.votes, err = ch.e.Votes(p.setup, ch.replay)
	return p, err
}

// setupOf returns the prior setup where the anchors are the same, else a new one.
func setupOf(ch *chained, prior *prepared) *election.Setup {
	anchors := ch.sequence()
	if prior != nil && anchors.Equal(prior.sequence()) {
		return prior.setup
	}
	return ch.e.Setup(ch.lines, anchors)
}

// winKey is a key that may sign a win spend.
type winKey struct {
	key       curve.PublicKey
	candidate int // number of the candidate who alone has it, or 0
}

// winKeys lists the keys of the contract's win paths.
func winKeys(p *lang.Policy, keys map[string][]byte) (out []winKey) {
	switch p.Win {
	case lang.WinCustodial:
		return []winKey{{key: p.Supervisor}}
	case lang.WinPaper:
		return []winKey{{key: curve.PublicKey(keys["joint"])}}
	}
	for j, c := range p.Candidates {
		out = append(out, winKey{curve.PublicKey(keys["claim."+c.Name]), j + 1})
	}
	return out
}

// place returns what binds the ballot of a vote for candidate number j to its slot.
// It fails where the slot has no public share.
func (p *prepared) place(v *election.Vote, j int) (ballot.Place, error) {
	share, err := p.setup.PublicShare(v.Index, p.e.Policy.KeyNumber(j))
	return ballot.Place{EID: p.e.EID, Outpoint: v.Outpoint, PublicShare: share}, err
}
