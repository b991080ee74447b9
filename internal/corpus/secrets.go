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

// first and second are the candidates that receive votes in the bases.
func (p *play) first() lang.Candidate  { return p.Policy.Candidates[0] }
func (p *play) second() lang.Candidate { return p.Policy.Candidates[1] }

// voter returns the voter of a slot of the roll, from 1.
func (p *play) voter(slot int) *rehearsal.Voter { return p.Voters[slot-1] }

// votersFor returns the voters that choose candidate number j, or abstain (0), in
// the order of the roll.
func (p *play) votersFor(j int) (out []*rehearsal.Voter) {
	for _, v := range p.Voters {
		if v.Choice == j {
			out = append(out, v)
		}
	}
	return out
}

// secretOf returns the secret of a key of the election: a stand-in's, a roll
// key's or a registration key's.
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

// stranger returns the secret of a key that has no part in the election, always
// the same one.
func (p *play) stranger() curve.Scalar {
	x, err := curve.RandomScalar(p.Stream("stranger"))
	if err != nil {
		panic("corpus: " + err.Error())
	}
	return x
}

// share returns a voter's share of a joint key, by the key's number from 1, when
// the dealing is closed.
func (p *play) share(v *rehearsal.Voter, number int) (curve.Scalar, error) {
	shares, _ := p.Combination.Receive(v.Secret, v.Slot(), p.Setup.Dealing)
	if len(shares) < number {
		return curve.Scalar{}, fmt.Errorf("slot %d has no share of joint key %d", v.Slot(), number)
	}
	return shares[number-1], nil
}

// joint returns the secret of a joint key, interpolated from the shares of the
// first k voters.
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

// claimSigner returns the signer of claims for candidate number j, and the path
// of the contract that they take.
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

// ballotOf returns the honest ballot of a voter for candidate number j.
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

// place returns the place to which a voter's ballot for candidate number j is
// sealed.
func (p *play) place(v *rehearsal.Voter, j int) ballot.Place {
	share, err := p.Setup.PublicShare(v.Slot(), p.Policy.KeyNumber(j))
	if err != nil {
		panic("corpus: " + err.Error()) // no lie has such a voter vote
	}
	return ballot.Place{EID: p.EID, Outpoint: election.EncodeOutpoint(p.coin(v)), PublicShare: share}
}

// currentVotes returns the votes up to the tip.
func (p *play) currentVotes() ([]*election.Vote, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, err
	}
	return p.Election.Votes(p.Setup, r)
}

// coin returns a voter's coin on the closed roll.
func (p *play) coin(v *rehearsal.Voter) wire.OutPoint { return p.Setup.Roll[v.Slot()-1].Outpoint }

// spendCoin returns a transaction that spends a voter's coin, signed.
func (p *play) spendCoin(v *rehearsal.Voter, outs ...*wire.TxOut) (*wire.MsgTx, error) {
	tx := wire.NewMsgTx(2)
	q := signer{key: v.Secret}
	q.spend(tx, p.coin(v))
	tx.TxOut = outs
	return tx, q.resign(tx)
}

// voteTx returns a vote with a given ballot: the stake, and the ballot in an
// OP_RETURN.
func (p *play) voteTx(v *rehearsal.Voter, keys map[string][]byte, sealed []byte) (*wire.MsgTx, error) {
	redeem, err := p.Setup.Redeem(keys, v.Slot(), sealed)
	if err != nil {
		return nil, err
	}
	return p.spendCoin(v, wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem(redeem)), wire.NewTxOut(0, returning(sealed)))
}

// cast sends a voter's vote with a given ballot.
func (p *play) cast(v *rehearsal.Voter, keys map[string][]byte, sealed []byte) error {
	tx, err := p.voteTx(v, keys, sealed)
	if err != nil {
		return err
	}
	return p.Node(v.Role).Submit(tx)
}

// payCoin has the supervisor pay a coin to a key beside the chain of payments, and
// returns it.
func (p *play) payCoin(to curve.Scalar) (wire.OutPoint, error) {
	tx, err := p.paySpare(wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(curve.BaseMul(to).Key())))
	return wire.OutPoint{Hash: tx.TxHash()}, err
}

// amend changes the bodies of lines of a type before the keeper appends them. The
// author signs a changed line again; lines for which edit reports false stay.
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

// drop keeps unwanted lines of a type off the board.
func drop[T board.Body](p *play, unwanted func(l board.Line, body T) bool) {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var body T
		if l.Type == body.Type() && board.DecodeBody(l, &body) == nil && unwanted(l, body) {
			return nil, nil
		}
		return []board.Line{l}, nil
	})
}

// seen returns the block at a height as lines refer to it.
func (p *play) seen(height uint32) (board.Seen, error) {
	hash, err := p.Chain.HashAt(height)
	return board.Seen{Height: height, Hash: hash}, err
}

// holdRefund keeps a voter's refund from the relay. The result points to it, or
// to nil until it is sent.
func (p *play) holdRefund(v *rehearsal.Voter) **wire.MsgTx {
	held := new(*wire.MsgTx)
	p.intercept(v.Role, func(tx *wire.MsgTx) (bool, error) {
		if tx.LockTime < p.Policy.Times.Timeout {
			return false, nil
		}
		*held = tx
		return true, nil
	})
	return held
}

// intercept calls hook with a role's transactions before they are relayed. What it does
// not send, and the transactions of other roles, goes to the hook that was set before.
func (p *play) intercept(role string, hook func(tx *wire.MsgTx) (sent bool, err error)) {
	before := p.Hooks.Send
	p.Hooks.Send = func(by string, tx *wire.MsgTx) (bool, error) {
		if by == role {
			if sent, err := hook(tx); sent || err != nil {
				return sent, err
			}
		}
		if before != nil {
			return before(by, tx)
		}
		return false, nil
	}
}

// openLate opens the ballots from the policy's height on, even if a stake is unspent.
func (p *play) openLate() {
	p.precede("open", func() error { return p.Advance(p.Policy.Times.Reveal + p.Policy.Depth() - 1) })
}
