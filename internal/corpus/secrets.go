package corpus

import (
	"fmt"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// What a rehearsal knows and nobody else: everybody's keys, choices and
// shares. Lies are made with it.

// first and second are the candidates whom a base's split favours.
func (p *play) first() lang.Candidate  { return p.Policy.Candidates[0] }
func (p *play) second() lang.Candidate { return p.Policy.Candidates[1] }

// voter is the one at a place of the roll, from 1.
func (p *play) voter(slot int) *rehearsal.Voter { return p.Voters[slot-1] }

// votersFor are those who choose candidate number j, in the order of the roll;
// 0 gives those who abstain.
func (p *play) votersFor(j int) (out []*rehearsal.Voter) {
	for _, v := range p.Voters {
		if v.Choice == j {
			out = append(out, v)
		}
	}
	return out
}

// secretOf is the secret behind a key of the election.
func (p *play) secretOf(key curve.PublicKey) (curve.Scalar, error) {
	for _, secret := range p.Keys {
		if curve.BaseMul(secret).Key() == key {
			return secret, nil
		}
	}
	for _, v := range p.Voters {
		if v.Key() == key {
			return v.Secret, nil
		}
	}
	if p.Exchange != nil {
		for _, d := range p.Exchange.Depositors {
			if d.Key() == key {
				return d.Secret, nil
			}
		}
	}
	return curve.Scalar{}, fmt.Errorf("nobody has the key %s", key)
}

func (p *play) supervisorSigner() signer { return signer{key: p.Keys["supervisor"]} }

// stranger is somebody who has no part in the election.
func (p *play) stranger() curve.Scalar {
	x, err := curve.RandomScalar(p.Stream("stranger"))
	if err != nil {
		panic("corpus: " + err.Error())
	}
	return x
}

// keyNumber is the number of the joint key that ballots for candidate number j
// carry shares of.
func (p *play) keyNumber(j int) int {
	if p.Policy.Joint == lang.JointEach {
		return j
	}
	return 1
}

// share is a voter's share of a joint key, once the dealing is closed.
func (p *play) share(v *rehearsal.Voter, number int) (curve.Scalar, error) {
	shares, _ := sharing.Receive(p.Setup.Params(), v.Secret, v.Slot(), p.Setup.Dealing)
	if len(shares) < number {
		return curve.Scalar{}, fmt.Errorf("slot %d has no share of joint key %d", v.Slot(), number)
	}
	return shares[number-1], nil
}

// joint is the secret of a joint key: what any k voters know together.
func (p *play) joint(number int) (curve.Scalar, error) {
	var known []sharing.Share
	for _, v := range p.Voters[:p.Policy.K] {
		s, err := p.share(v, number)
		if err != nil {
			return s, err
		}
		known = append(known, sharing.Share{I: v.Slot(), S: s})
	}
	return sharing.Interpolate(known, 0), nil
}

// claimSigner signs claims for candidate number j, and names their path.
func (p *play) claimSigner(j int) (q signer, path string, err error) {
	c := p.Policy.Candidates[j-1]
	if !p.Policy.Dealt() {
		return p.supervisorSigner(), "win", nil
	}
	secret, err := p.joint(p.Policy.KeyNumber(j))
	if p.Policy.Win == lang.WinHardened {
		return signer{key: secret.Add(p.Keys["candidate "+c.Name])}, "win." + c.Name, err
	}
	return signer{key: secret}, "win", err
}

// ballotOf is the honest ballot of a voter for candidate number j.
func (p *play) ballotOf(v *rehearsal.Voter, j int) ([]byte, error) {
	m, to := ballot.Plain{Candidate: j, Share: curve.NewScalar(1)}, p.Policy.Candidates[j-1].Key
	var err error
	if !p.Policy.Dealt() {
		to = p.Policy.Supervisor
	} else if m.Share, err = p.share(v, p.Policy.KeyNumber(j)); err != nil {
		return nil, err
	}
	if p.Policy.Salted {
		m.Salt = make([]byte, ballot.SaltSize)
	}
	key, err := to.Point()
	if err != nil {
		return nil, err
	}
	return ballot.Seal(m, p.place(v, j), key), nil
}

// place is where a voter's ballot for candidate number j stands.
func (p *play) place(v *rehearsal.Voter, j int) ballot.Place {
	return ballot.Place{EID: p.EID, Outpoint: election.EncodeOutpoint(p.coin(v)), PublicShare: p.Setup.PublicShare(v.Slot(), p.Policy.KeyNumber(j))}
}

// votesNow are the votes so far.
func (p *play) votesNow() ([]*election.Vote, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, err
	}
	return p.Election.Votes(p.Setup, r)
}

// coin is a voter's coin on the closed roll.
func (p *play) coin(v *rehearsal.Voter) wire.OutPoint { return p.Setup.Roll[v.Slot()-1].Outpoint }

// spendCoin is a transaction that spends a voter's coin, signed by the voter.
func (p *play) spendCoin(v *rehearsal.Voter, outs ...*wire.TxOut) (*wire.MsgTx, error) {
	tx := wire.NewMsgTx(2)
	q := signer{key: v.Secret}
	q.spend(tx, p.coin(v))
	tx.TxOut = outs
	return tx, q.resign(tx)
}

// voting is a vote as an honest voter would make it, but for the ballot.
func (p *play) voting(v *rehearsal.Voter, keys map[string][]byte, sealed []byte) (*wire.MsgTx, error) {
	redeem, err := p.Setup.Redeem(keys, v.Slot(), sealed)
	if err != nil {
		return nil, err
	}
	return p.spendCoin(v, wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem(redeem)), wire.NewTxOut(0, returning(sealed)))
}

// payCoin has the supervisor pay a coin to somebody's key, and names it.
func (p *play) payCoin(to curve.Scalar) (wire.OutPoint, error) {
	key := curve.BaseMul(to).Key()
	coins, err := p.Supervisor.PayCoins([]curve.PublicKey{key})
	return coins[key], err
}

// amend changes the bodies of a type of lines as the keeper appends them, and
// signs them again by the same author. What edit does not change stays.
func amend[T board.Body](p *play, edit func(l *board.Line, body *T) (changed bool)) {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var body T
		if l.Type != body.Type() || board.DecodeBody(l, &body) != nil || !edit(&l, &body) {
			return []board.Line{l}, nil
		}
		secret, err := p.secretOf(l.By)
		if err != nil {
			return nil, err
		}
		l, err = board.Sign(p.EID, secret, l.Seen, body)
		return []board.Line{l}, err
	})
}

// drop keeps lines of a type off the board.
func drop[T board.Body](p *play, unwanted func(l board.Line, body T) bool) {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var body T
		if l.Type == body.Type() && board.DecodeBody(l, &body) == nil && unwanted(l, body) {
			return nil, nil
		}
		return []board.Line{l}, nil
	})
}

// seen names the block at a height.
func (p *play) seen(height uint32) (board.Seen, error) {
	hash, err := p.Chain.HashAt(height)
	return board.Seen{Height: height, Hash: hash}, err
}

// holdRefund keeps a voter's refund from the relay and shows it to the liar.
func (p *play) holdRefund(v *rehearsal.Voter) **wire.MsgTx {
	held := new(*wire.MsgTx)
	p.intercept(v.Role, func(tx *wire.MsgTx) (bool, error) {
		if tx.LockTime == 0 {
			return false, nil
		}
		*held = tx
		return true, nil
	})
	return held
}

// intercept looks at somebody's transactions before they are relayed.
func (p *play) intercept(who string, trick func(tx *wire.MsgTx) (sent bool, err error)) {
	before := p.Hooks.Send
	p.Hooks.Send = func(by string, tx *wire.MsgTx) (bool, error) {
		if by == who {
			return trick(tx)
		}
		if before != nil {
			return before(by, tx)
		}
		return false, nil
	}
}

// openLate opens the ballots when they are due although a stake is still open.
func (p *play) openLate() {
	p.precede("open", func() error { return p.Advance(p.Policy.Times.Reveal + p.Policy.Depth() - 1) })
}
