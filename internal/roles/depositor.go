package roles

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Depositor is a registered voter that exchanges a coin of its registration key
// for one of its roll key. On the board and in the chain nothing links the two
// keys: what either writes depends on what the other did only through deadlines
// that all depositors share, and each acts at moments drawn by itself.
type Depositor struct {
	payer               // by the registration key, with the coin that it deposits
	roll    person      // by the roll key
	holders mixerSearch // for who holds the deposit
	payers  mixerSearch // for who pays the coin

	moments      [4]uint32   // drawn, to choose moments by
	own          *ownDeposit // nil until there is one
	session      blindSession
	isRegistered bool // the registry was looked at
	retries      retries
}

// ownDeposit is the depositor's own deposit.
type ownDeposit struct {
	op     wire.OutPoint // as it was sent, until it is in a block
	script []byte
	redeem []byte
	holder acceptance
	payer  acceptance // what the voucher for it will be for
	height uint32     // 0 until it is in a block
	spent  bool       // or on its way back
}

// NewDepositor returns the depositor with the secrets of a registration key and
// of a roll key. Both must be fresh, and the registration key must have come by
// its coin without the roll key's help.
func NewDepositor(e *election.Election, registration, roll curve.Scalar, chain Chain, rand io.Reader) (*Depositor, error) {
	p, err := join(e, registration, chain, rand)
	if err != nil {
		return nil, err
	}
	if !e.Policy.Mixed() {
		return nil, errors.New("nothing is mixed in this election")
	}
	q := person{e: e, key: roll, public: curve.BaseMul(roll).Key(), chain: chain, rand: rand}
	d := &Depositor{payer: newPayer(p), roll: q, retries: make(retries), holders: mixerSearch{purpose: board.ForHolding}, payers: mixerSearch{purpose: board.ForPaying}}
	for i := range d.moments {
		if d.moments[i], err = drawU32(rand); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// RollKey returns the depositor's anonymous key.
func (d *Depositor) RollKey() curve.PublicKey { return d.roll.public }

// acceptance is a mixer's acceptance.
type acceptance struct {
	mixer curve.PublicKey
	nonce board.Hash
}

// The moments that a depositor draws.
const (
	momentHold = iota
	momentPay
	momentDeposit
	momentShow
)

// moment is a height from first to last, chosen once for all.
func (d *Depositor) moment(which int, first, last uint32) uint32 {
	if last <= first {
		return first
	}
	return first + uint32(uint64(d.moments[which])*uint64(last-first+1)>>32)
}

// Watch shows the depositor a block: for its purse, and for its deposit.
func (d *Depositor) Watch(height uint32, b *wire.MsgBlock) {
	d.payer.Watch(height, b)
	own := d.own
	if own == nil {
		return
	}
	if op, _ := d.wallet.payment(own.script, d.e.Policy.Deposit()); own.height == 0 && d.wallet.isMined(op) {
		own.op, own.height = op, height // perhaps under another id than it was sent under
	}
	for _, tx := range b.Transactions {
		spends := func(in *wire.TxIn) bool { return in.PreviousOutPoint == own.op }
		own.spent = own.spent || slices.ContainsFunc(tx.TxIn, spends)
	}
}

// Act does what is due, as Mixer.Act. Lines by the registration key and lines by
// the roll key are to be appended as if strangers had sent them: in no order
// that tells whose they are.
func (d *Depositor) Act(x *election.Exchange) (lines []board.Line, err error) {
	if in, err := d.registered(x); err != nil || !in {
		return nil, err
	}
	for _, step := range []func(*election.Exchange) ([]board.Line, error){d.ask, d.deposit, d.declare, d.challenge, d.show, d.takeBack} {
		written, err := step(x)
		if err != nil {
			return nil, fmt.Errorf("registration key %s: %w", d.public, err)
		}
		lines = append(lines, written...)
	}
	return lines, nil
}

// registered tells whether the depositor is registered, and refuses a registry
// by which it could lose its deposit.
func (d *Depositor) registered(x *election.Exchange) (bool, error) {
	if d.isRegistered || x.Registry == nil {
		return d.isRegistered, nil
	}
	before := uint32(0)
	for i, t := range x.Deadlines {
		if t <= before || t > d.e.Policy.Times.Roll {
			return false, fmt.Errorf("the registry says T%d is block %d, after %d; the roll closes at %d", i+1, t, before, d.e.Policy.Times.Roll)
		}
		before = t
	}
	if x.Registry.Root != board.RegistryRoot(d.e.EID, x.Registry.Voters) {
		return false, errors.New("the registry's root is not that of its voters")
	}
	d.isRegistered = slices.ContainsFunc(x.Registry.Voters, func(v board.Registered) bool { return v.Key == d.public })
	return d.isRegistered, nil
}

// Coin returns the anonymous coin that was paid to the roll key, once it is in
// the chain.
func (d *Depositor) Coin(x *election.Exchange) (wire.OutPoint, bool) {
	v := x.VoucherOf(d.roll.public)
	if v == nil {
		return wire.OutPoint{}, false
	}
	coins := x.Coins(v)
	if len(coins) == 0 {
		return wire.OutPoint{}, false
	}
	return coins[0].Outpoint, true
}
