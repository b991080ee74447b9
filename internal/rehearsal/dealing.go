package rehearsal

import (
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// announce puts the policy before the public, and the candidates answer.
func (p *play) announce() error {
	if p.exchange != nil {
		if err := p.endow(); err != nil {
			return err
		}
	}
	if err := p.advance(p.times.announce - 1); err != nil {
		return err
	}
	if err := p.appendLine(p.supervisor.Open(p.policy, p.contract)); err != nil {
		return err
	}
	if err := p.anchor(election.Announce, p.times.announce); err != nil {
		return err
	}
	for _, c := range p.candidates {
		if err := p.appendLine(c.Possession()); err != nil {
			return err
		}
	}
	return nil
}

// enrol closes the roll of those who have a coin.
func (p *play) enrol() error {
	pay := p.payCoins
	if p.exchange != nil {
		pay = p.mixCoins
	}
	if err := pay(); err != nil {
		return err
	}
	if err := p.anchor(election.RollClosed, p.e.Policy.Times.Roll); err != nil {
		return err
	}
	if err := p.takeBack(); err != nil {
		return err
	}
	return p.meet()
}

// payCoins has the supervisor pay the voters their coins, and inscribes them.
func (p *play) payCoins() error {
	if err := p.save(); err != nil {
		return err
	}
	keys := make([]curve.PublicKey, len(p.voters))
	for i, v := range p.voters {
		keys[i] = v.Key()
	}
	coins, err := p.supervisor.PayCoins(keys)
	if err == nil && p.tricks.coins != nil {
		err = p.tricks.coins(coins)
	}
	if err != nil {
		return err
	}
	if err := p.advance(p.e.Policy.Times.Roll - 1); err != nil {
		return err
	}
	return p.inscribe(coins, p.supervisor.Enrol)
}

// inscribe writes the roll.
func (p *play) inscribe(coins map[curve.PublicKey]wire.OutPoint, enrol enrolling) error {
	lines := make([]board.Line, len(p.voters))
	err := p.each("roll", len(p.voters), func(i int) error {
		v := p.voters[i]
		sig, err := v.Register(coins[v.Key()])
		if err != nil {
			return err
		}
		lines[i], err = enrol(v.Key(), coins[v.Key()], sig)
		return err
	})
	if err != nil {
		return err
	}
	return p.append(lines...)
}

// enrolling writes a line of the roll.
type enrolling func(key curve.PublicKey, coin wire.OutPoint, sig []byte) (board.Line, error)

// meet shows everybody the closed roll.
func (p *play) meet() error {
	if err := p.look(); err != nil || p.ended != "" {
		return err
	}
	for _, v := range p.voters {
		if err := v.Find(p.setup); err != nil {
			return err
		}
	}
	return nil
}

// save mines until the supervisor can pay all coins: at the planned height if
// the subsidies of the blocks so far suffice, else later, while there is time.
func (p *play) save() error {
	policy := p.e.Policy
	last := policy.Times.Roll - 2
	for height := p.times.coins - 1; ; height++ {
		if err := p.advance(height); err != nil {
			return err
		}
		// A coin costs an output of 34 bytes, and a block's subsidy an input of 148.
		bytes := int64(len(p.voters))*34 + int64(height)*148
		if p.supervisor.Balance() >= int64(len(p.voters))*policy.Coin()+bytes*policy.Fee {
			return nil
		}
		if height == last {
			return unplayable("%d coins of %d sat are more than the supervisor has mined by block %d", len(p.voters), policy.Coin(), last)
		}
	}
}

// dealing plays the joint random secret sharing from the commitments to the
// acknowledged transcript.
func (p *play) dealing() error {
	if !p.e.Policy.Dealt() {
		return nil
	}
	times := p.e.Policy.Times
	for _, phase := range []struct {
		act    func() error
		kind   int
		height uint32
	}{
		{p.commit, election.CommitsClosed, times.Commit},
		{p.deal, election.DealsClosed, times.Deal},
		{p.complain, election.ComplaintsClosed, p.times.complaints},
		{p.transcribe, election.TranscriptClosed, times.Setup},
	} {
		tip, _ := p.chain.Tip()
		if err := p.settle(tip, phase.height); err != nil {
			return err
		}
		if err := phase.act(); err != nil {
			return err
		}
		if err := p.anchor(phase.kind, phase.height); err != nil {
			return err
		}
	}
	return p.look()
}

// written is what somebody wrote in a phase, or nothing.
type written struct {
	line board.Line
	ok   bool
}

func (p *play) appendWritten(lines []written) error {
	for _, w := range lines {
		if !w.ok {
			continue
		}
		if err := p.append(w.line); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) commit() error {
	params := p.setup.Params()
	lines := make([]written, len(p.voters))
	commit := func(i int) (err error) {
		lines[i].line, lines[i].ok, err = p.voters[i].dealer.commit(params)
		return err
	}
	if err := p.each("commitments", len(p.voters), commit); err != nil {
		return err
	}
	return p.appendWritten(lines)
}

func (p *play) deal() error {
	lines := make([]written, len(p.voters))
	err := p.each("deals", len(p.voters), func(i int) (err error) {
		lines[i].line, lines[i].ok, err = p.voters[i].dealer.deal()
		return err
	})
	if err != nil {
		return err
	}
	return p.appendWritten(lines)
}

// complain has everybody decrypt and check what was dealt.
func (p *play) complain() error {
	if err := p.look(); err != nil {
		return err
	}
	params, outcome := p.setup.Params(), p.setup.JudgeDealing()
	lines := make([][]board.Line, len(p.voters))
	err := p.each("shares", len(p.voters), func(i int) (err error) {
		lines[i], err = p.voters[i].Receive(params, outcome)
		return err
	})
	if err != nil {
		return err
	}
	for i, v := range p.voters {
		if err := p.append(lines[i]...); err != nil {
			return err
		}
		if err := p.slander(v, params, outcome); err != nil {
			return err
		}
	}
	p.received = outcome.Qual
	return nil
}

// transcribe judges the complaints, writes the result down and has everybody
// acknowledge it. Nothing is written where too few dealers are left.
func (p *play) transcribe() error {
	if err := p.look(); err != nil || p.ended != "" {
		return err
	}
	params, outcome := p.setup.Params(), p.setup.Dealing
	if !slices.Equal(p.received, outcome.Qual) {
		err := p.each("shares", len(p.voters), func(i int) error {
			_, err := p.voters[i].Receive(params, outcome)
			return err
		})
		if err != nil {
			return err
		}
	}
	transcript, err := p.supervisor.Transcript(outcome, len(p.voters))
	if err := p.appendLine(transcript, err); err != nil {
		return err
	}
	acks := make([]board.Line, len(p.voters))
	err = p.each("acknowledgements", len(p.voters), func(i int) (err error) {
		acks[i], err = p.voters[i].Ack(transcript, outcome)
		return err
	})
	if err != nil {
		return err
	}
	return p.append(acks...)
}
