package corpus

import (
	"bytes"
	"errors"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// sessionLies are about family D: obligations of mixers and of the supervisor that are
// not met (V37).
var sessionLies = []Lie{
	{Name: "mixer-vanishes", Text: "a mixer vanishes when deposits are made; its depositors have their deposits back",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: vanishes(func(p *play) uint32 { return p.Policy.Times.Deposit })},
	{Name: "mixer-vanishes-owing", Text: "a mixer vanishes before it pays coins, and the supervisor pays them",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: vanishes(func(p *play) uint32 { return p.Policy.Times.Voucher })},
	{Name: "issue-withheld", Text: "a mixer issues nothing for one depositor", Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: noIssue},
	{Name: "issue-wrong", Text: "a mixer answers a deposit with what is no signature",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: changedIssue(func(_ *play, i *board.Issue) { i.Answer[9] ^= 1 })},
	{Name: "issue-unsigned", Text: "a mixer issues without its signature on the sweep, and would keep the deposit in escrow",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: changedIssue(func(_ *play, i *board.Issue) { i.Sweep = nil })},
	{Name: "issue-sighash-all", Text: "a mixer signs the sweep of one deposit with SIGHASH_ALL, so that it joins no other",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: resignedSweep(txscript.SigHashAll, 0)},
	{Name: "issue-sighash-none", Text: "a mixer signs the sweep with SIGHASH_NONE alone, over all inputs",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: resignedSweep(txscript.SigHashNone, 0)},
	{Name: "issue-other-deposit", Text: "a mixer signs the sweep of another output than the deposit",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: resignedSweep(election.SweepHashType, 1)},
	{Name: "issue-twice", Text: "a mixer issues for a deposit a second time", Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: func(p *play) error {
			addAfter(p, func(l board.Line, i board.Issue) ([]board.Line, error) {
				i.Answer = bytes.Clone(i.Answer)
				i.Answer[9] ^= 1
				return p.again(l, i)
			})
			return nil
		}},
	{Name: "offer-withheld", Text: "a mixer of the group has no offer for one depositor", Strength: KeyHolding, Base: "mixed-group",
		Check: "V37", Along: []string{"V36"}, Level: "L3", Exit: 21, tamper: func(p *play) error {
			drop(p, func(_ board.Line, o board.Offer) bool { return o.To == p.abstainer().Key() })
			return nil
		}},
	{Name: "group-issue-wrong", Text: "a mixer of the group answers a challenge with what is no signature",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V37", Along: []string{"V36"}, Level: "L3", Exit: 21,
		tamper: changedIssue(func(_ *play, i *board.Issue) { i.Answer[9] ^= 1 })},
	{Name: "sessions-two", Text: "a mixer begins a session while a challenge awaits its answer",
		Strength: KeyHolding, Base: "mixed-group",
		Check: "V37", Level: "L3", Exit: 21, tamper: twoSessions},
	{Name: "sweep-unissued", Text: "a mixer and the supervisor take a deposit for which nothing was issued",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Level: "L3", Exit: 21, tamper: all(noIssue, sweepsAbstainers)},
	{Name: "sweep-void", Text: "the supervisor takes the deposits of a mixer that showed a voucher too many",
		Strength: KeyHolding, Base: "mixed",
		Check: "V37", Along: []string{"V33"}, Level: "L3", Exit: 21, tamper: all(minted(1), sweepsVoid)},
	{Name: "voucher-by-registration-key", Text: "a voter shows its voucher by its registration key, so that it has no anonymous coin",
		Strength: KeyHolding, Base: "mixed",
		Check: "V02", Says: "a voucher line by", Level: "L3", Exit: 0,
		tamper: all(careless, func(p *play) error {
			d := p.abstainer()
			return p.replaceRollKey(d, d.Secret)
		})},
}

// vanishes keeps the mixer with fewer depositors from acting at a height and after it.
func vanishes(from func(*play) uint32) func(*play) error {
	return func(p *play) error {
		p.Hooks.Away = func(who string) bool {
			tip, _ := p.Chain.Tip()
			return tip >= from(p) && who == p.MixerRole(p.lesser())
		}
		return nil
	}
}

// noIssue keeps issues to the abstainer off the board.
func noIssue(p *play) error {
	drop(p, func(_ board.Line, i board.Issue) bool { return i.To == p.abstainer().Key() })
	return nil
}

// changedIssue changes the issue to the abstainer.
func changedIssue(change func(p *play, i *board.Issue)) func(*play) error {
	return func(p *play) error {
		amend(p, func(_ *board.Line, i *board.Issue) bool {
			if i.To != p.abstainer().Key() {
				return false
			}
			i.Answer, i.Sweep = bytes.Clone(i.Answer), bytes.Clone(i.Sweep)
			change(p, i)
			return true
		})
		return nil
	}
}

// resignedSweep signs the sweep's input of the issue to the abstainer with another hash
// type, or an output beside the deposit.
func resignedSweep(kind txscript.SigHashType, beside uint32) func(*play) error {
	return changedIssue(func(p *play, i *board.Issue) {
		d := p.exchange().DepositOf(i.To)
		redeem, err := p.EscrowRedeem(d.Mixer.Key, d.By)
		op := d.Outpoint
		op.Index += beside
		if err == nil {
			q := signer{key: p.mixerSigner(p.mixerNumber(d.Mixer.Key)).key, hashType: kind}
			i.Sweep, err = q.sign(election.SweptInput(op), 0, redeem)
		}
		if err != nil {
			i.Sweep = nil
		}
	})
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

// twoSessions has a mixer answer a challenge with an offer to another of its
// depositors, which awaits one.
func twoSessions(p *play) error {
	addAfter(p, func(l board.Line, _ board.Challenge) ([]board.Line, error) {
		x := p.exchange()
		own := x.DepositOf(l.By)
		for _, d := range x.Deposits {
			if d == own || d.Mixer != own.Mixer || !d.Awaits() {
				continue
			}
			other, err := p.forge(p.Keys[p.MixerRole(p.mixerNumber(own.Mixer.Key))], board.Offer{To: d.By, Key: 1, Offer: []byte{1}})
			return []board.Line{other}, err
		}
		return nil, nil
	})
	return nil
}

// isSweep reports whether a transaction has the input script of a sweep: two
// signatures and the redeem script.
func isSweep(tx *wire.MsgTx) bool { return len(pushes(tx.TxIn[0].SignatureScript)) == 3 }

// takesBoth has the abstainer take its deposit back, though a coin was paid for
// it:
//
//	<signature> <key> <> <redeem>
func takesBoth(p *play) error {
	d := p.abstainer()
	key := d.Key()
	p.at(p.Policy.Times.Roll+1, func() error {
		own := p.exchange().DepositOf(key)
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

// sweepsAbstainers sweeps the abstainer's deposit, for which no signature was
// issued.
func sweepsAbstainers(p *play) error {
	p.at(p.Policy.Times.Payout, func() error {
		return p.takeDeposit(p.exchange().DepositOf(p.abstainer().Key()))
	})
	return nil
}

// sweepsVoid sweeps a deposit of the mixer with fewer depositors.
func sweepsVoid(p *play) error {
	p.at(p.Policy.Times.Payout, func() error {
		for _, d := range p.exchange().Deposits {
			if d.Mixer.Key == p.Exchange.Mixers[p.lesser()].Key() {
				return p.takeDeposit(d)
			}
		}
		return errNothing
	})
	return nil
}

// takeDeposit moves a deposit to the supervisor's key, with both signatures:
//
//	<supervisor's signature> <mixer's signature> <redeem>
func (p *play) takeDeposit(d *election.Deposit) error {
	redeem, err := p.EscrowRedeem(d.Mixer.Key, d.By)
	if err != nil {
		return err
	}
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&d.Outpoint, nil, nil))
	tx.AddTxOut(wire.NewTxOut(p.Policy.Deposit()-p.Policy.Fee*400, templates.PayToKey(p.Supervisor.Key())))
	own, err1 := p.supervisorSigner().sign(tx, 0, redeem)
	mixers, err2 := p.mixerSigner(p.mixerNumber(d.Mixer.Key)).sign(tx, 0, redeem)
	tx.TxIn[0].SignatureScript = push(own, mixers, redeem)
	return errors.Join(err1, err2, p.Chain.Submit(tx))
}

// replaceRollKey gives a depositor and its voter another roll key.
func (p *play) replaceRollKey(d *rehearsal.Depositor, roll curve.Scalar) (err error) {
	seed := p.Seed(d.Voter.Role + " deposits again")
	if d.Depositor, err = roles.NewDepositor(p.Election, d.Secret, roll, p.Node(d.Voter.Role), seed); err != nil {
		return err
	}
	return p.replaceKey(d.Voter, roll)
}
