package corpus

import (
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// sessionLies are about family D: obligations of mixers that are not met (V37).
var sessionLies = []Lie{
	{Name: "mixer-vanishes", Text: "a mixer accepts and does nothing more; its depositors have their deposits back",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: vanishes(1, election.T1)},
	{Name: "mixer-vanishes-owing", Text: "a mixer vanishes before it pays coins, and the supervisor pays them",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: vanishes(0, election.T4)},
	{Name: "mixer-stalls", Text: "a mixer stops between a challenge and its answer, and comes back too late",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Along: []string{"V36"}, Level: "L3", Exit: 21, tamper: stalls},
	{Name: "offer-withheld", Text: "a mixer has no offer for one depositor", Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: noOffer},
	{Name: "issue-wrong", Text: "a mixer answers a challenge with what is no signature",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: wrongIssue},
	{Name: "issue-twice", Text: "a mixer answers a session a second time", Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: func(p *play) error {
			addAfter(p, func(l board.Line, i board.Issue) ([]board.Line, error) {
				i.Answer[9] ^= 1
				return p.again(l, i)
			})
			return nil
		}},
	{Name: "sessions-two", Text: "a mixer begins a session while a challenge awaits its answer",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: twoSessions},
	{Name: "escrow-other", Text: "a mixer accepts with an escrow that is not the contract's",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21,
		tamper: firstAcceptance(func(p *play, a *board.Accept) { a.Escrow[5] ^= 1 })},
	{Name: "nonce-twice", Text: "a mixer accepts with a nonce that it has given before",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: nonceTwice},
	{Name: "sweep-unissued", Text: "a mixer and the supervisor take a deposit for which nothing was issued",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: all(noOffer, sweepsUnissued)},
	{Name: "sweep-never", Text: "a mixer leaves what it has issued for in escrow, and a depositor takes the deposit back beside its coin",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: all(neverSweeps, takesBoth)},
	{Name: "sweep-unsigned", Text: "the supervisor does not sign a mixer's sweep", Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: func(p *play) error {
			p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) { return isSweep(tx), nil })
			return nil
		}},
	{Name: "registration-key-asks-to-be-paid", Text: "a voter asks by its registration key to be paid, so that it has no anonymous coin",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Says: "holding is asked for by registered keys, paying by others", Level: "L3", Exit: 0,
		tamper: func(p *play) error {
			d := p.abstainer()
			return p.replaceRollKey(d, d.Secret)
		}},
}

// vanishes keeps mixer number i, from 0, from acting after a deadline.
func vanishes(i, deadline int) func(*play) error {
	return func(p *play) error {
		liar := p.MixerRole(i)
		p.Hooks.Away = func(who string) bool {
			tip, _ := p.Chain.Tip()
			return who == liar && p.ExchangeLog().Registry != nil && tip > p.ExchangeLog().Deadlines[deadline]
		}
		return nil
	}
}

// stalls keeps the first mixer, when it has answered a challenge, from acting
// on the next one up to T3.
func stalls(p *play) error {
	liar := p.MixerRole(0)
	p.Hooks.Away = func(who string) bool {
		if who != liar {
			return false
		}
		tip, _ := p.Chain.Tip()
		answered, waiting := false, false
		for _, d := range p.ExchangeLog().Deposits {
			mine := d.Mixer.Key == p.Exchange.Mixers[0].Key()
			answered = answered || mine && d.Answer != nil
			waiting = waiting || mine && d.Answer == nil && d.Challenge != nil
		}
		return answered && waiting && tip <= p.ExchangeLog().Deadlines[election.T3]
	}
	return nil
}

// noOffer keeps offers to the abstainer off the board.
func noOffer(p *play) error {
	drop(p, func(_ board.Line, o board.Offer) bool { return o.To == p.abstainer().Key() })
	return nil
}

// wrongIssue changes the answer to the abstainer's challenge.
func wrongIssue(p *play) error {
	amend(p, func(_ *board.Line, i *board.Issue) bool {
		i.Answer[9] ^= 1
		return i.To == p.abstainer().Key()
	})
	return nil
}

// again returns a line with another body by the same author.
func (p *play) again(l board.Line, body board.Body) ([]board.Line, error) {
	secret, err := p.secretOf(l.By)
	if err != nil {
		return nil, err
	}
	l, err = board.Sign(p.EID, secret, l.Seen, body)
	return []board.Line{l}, err
}

// twoSessions has a mixer answer a challenge with an offer to another
// depositor, and then with a new one to the first.
func twoSessions(p *play) error {
	addAfter(p, func(l board.Line, _ board.Challenge) ([]board.Line, error) {
		x := p.ExchangeLog()
		own := x.DepositOf(l.By)
		for _, d := range x.Deposits {
			if d == own || d.Mixer != own.Mixer || d.Answer != nil {
				continue
			}
			mixer := p.Keys[p.MixerRole(p.mixerNumber(own.Mixer.Key))]
			other, err := p.forge(mixer, board.Offer{To: d.By, Offer: []byte{}})
			if err != nil {
				return nil, err
			}
			back, err := p.forge(mixer, board.Offer{To: l.By, Offer: []byte{}})
			return []board.Line{other, back}, err
		}
		return nil, nil
	})
	return nil
}

// firstAcceptance changes the first acceptance of a request for holding.
func firstAcceptance(change func(p *play, a *board.Accept)) func(*play) error {
	return func(p *play) error {
		done := false
		amend(p, func(_ *board.Line, a *board.Accept) bool {
			if done || a.For != board.ForHolding {
				return false
			}
			done = true
			change(p, a)
			return true
		})
		return nil
	}
}

// nonceTwice gives the second acceptance on the board the nonce of the first.
// Its mixer, which does not find its own line there, writes another.
func nonceTwice(p *play) error {
	var first *board.Hash
	done := false
	amend(p, func(_ *board.Line, a *board.Accept) bool {
		if first == nil {
			first = &a.Nonce
			return false
		}
		if done {
			return false
		}
		done, a.Nonce = true, *first
		return true
	})
	return nil
}

// isSweep reports whether a transaction has the input script of a sweep: two
// signatures and the redeem script.
func isSweep(tx *wire.MsgTx) bool { return len(pushes(tx.TxIn[0].SignatureScript)) == 3 }

func neverSweeps(p *play) error {
	drop(p, func(board.Line, board.Sweep) bool { return true })
	return nil
}

// takesBoth has the abstainer take its deposit back, though a coin was paid for
// it:
//
//	<signature> <key> <> <redeem>
func takesBoth(p *play) error {
	d := p.abstainer()
	key := d.Key()
	p.at(p.Policy.Times.Roll+1, func() error {
		own := p.ExchangeLog().DepositOf(key)
		redeem, err := p.EscrowRedeem(own.Mixer.Key, key)
		if err != nil {
			return err
		}
		tx := wire.NewMsgTx(2)
		in := wire.NewTxIn(&own.Outpoint, nil, nil)
		in.Sequence, tx.LockTime = wire.MaxTxInSequenceNum-2, p.Policy.Times.Roll
		tx.AddTxIn(in)
		tx.AddTxOut(wire.NewTxOut(p.Policy.Deposit()-p.Policy.Fee*400, templates.PayToKey(key)))
		sig, err := signer{key: d.Secret}.sign(tx, 0, redeem)
		if err != nil {
			return err
		}
		in.SignatureScript = push(sig, key[:], nil, redeem)
		return p.Chain.Submit(tx)
	})
	return nil
}

// sweepsUnissued sweeps the abstainer's deposit, for which no signature was
// issued.
func sweepsUnissued(p *play) error {
	p.atDeadline(election.T3, 1, func() error {
		d := p.ExchangeLog().DepositOf(p.abstainer().Key())
		redeem, err := p.EscrowRedeem(d.Mixer.Key, d.By)
		if err != nil {
			return err
		}
		tx := wire.NewMsgTx(2)
		tx.AddTxIn(wire.NewTxIn(&d.Outpoint, push(nil, nil, redeem), nil))
		tx.AddTxOut(wire.NewTxOut(p.Policy.Deposit()-p.Policy.Fee*400, templates.PayToKey(p.Supervisor.Key())))
		if err := p.signSweep(tx); err != nil {
			return err
		}
		return p.Chain.Submit(tx)
	})
	return nil
}

// signSweep signs the inputs of a sweep anew, for supervisor and mixer:
//
//	<supervisor's signature> <mixer's signature> <redeem>
func (p *play) signSweep(tx *wire.MsgTx) error {
	for i, in := range tx.TxIn {
		items := pushes(in.SignatureScript)
		redeem := items[len(items)-1]
		for _, d := range p.ExchangeLog().Deposits {
			if d.Outpoint != in.PreviousOutPoint {
				continue
			}
			own, err := p.supervisorSigner().sign(tx, i, redeem)
			if err != nil {
				return err
			}
			mixers, err := p.mixerSigner(p.mixerNumber(d.Mixer.Key)).sign(tx, i, redeem)
			if err != nil {
				return err
			}
			tx.TxIn[i].SignatureScript = push(own, mixers, redeem)
		}
	}
	return nil
}

// replaceRollKey gives a depositor and its voter another roll key.
func (p *play) replaceRollKey(d *rehearsal.Depositor, roll curve.Scalar) (err error) {
	seed := p.Seed(d.Voter.Role + " deposits again")
	if d.Depositor, err = roles.NewDepositor(p.Election, d.Secret, roll, p.Node(d.Voter.Role), seed); err != nil {
		return err
	}
	return p.replaceKey(d.Voter, roll)
}
