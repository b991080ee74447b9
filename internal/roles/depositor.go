package roles

import (
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Depositor is a registered voter that exchanges a coin of its registration key for one of its roll
// key. Neither board nor chain links the two keys: the time of a line by one key depends on lines
// by the other only through the deadlines, which all depositors share, and the heights at which it
// acts are random.
type Depositor struct {
	payer               // by the registration key, which owns what is deposited
	roll    participant // by the roll key
	holders mixerSearch // for the mixer that holds the deposit
	payers  mixerSearch // for the mixer that pays the coin

	moments      [4]uint32   // drawn, see moment
	own          *ownDeposit // nil until it is sent
	session      blindSession
	isRegistered bool // by a registry that was checked
	retries      retries
}

// NewDepositor returns the depositor with the secrets of a registration key and of a roll key. Both
// must be fresh, and nothing of the roll key may have paid the registration key's coin.
func NewDepositor(
	e *election.Election, registration, roll curve.Scalar, chain Chain, seed Seed,
) (*Depositor, error) {
	p, err := join(e, registration, chain, seed)
	if err != nil {
		return nil, err
	}
	if !e.Policy.Mixed() {
		return nil, errors.New("nothing is mixed in this election")
	}
	d := &Depositor{
		payer:   newPayer(p),
		roll:    participant{e: e, key: roll, public: curve.BaseMul(roll).Key(), chain: chain, seed: seed},
		holders: mixerSearch{purpose: board.ForHolding},
		payers:  mixerSearch{purpose: board.ForPaying},
		retries: make(retries),
	}
	moments := seed.draw("moments", e.EID[:])
	for i := range d.moments {
		if d.moments[i], err = drawU32(moments); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// RollKey returns the depositor's anonymous key.
func (d *Depositor) RollKey() curve.PublicKey { return d.roll.public }

// What a depositor draws moments for.
const (
	momentHold = iota
	momentPay
	momentDeposit
	momentShow
)

// moment returns a height from first to last, drawn uniformly once for each depositor and purpose.
func (d *Depositor) moment(which int, first, last uint32) uint32 {
	if last <= first {
		return first
	}
	return first + uint32(uint64(d.moments[which])*uint64(last-first+1)>>32)
}

// Watch takes the block at a height into the depositor's wallet, and finds its deposit there.
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

// Act does what is due, as [Mixer.Act]. The lines by the two keys must reach the board in an order
// and by ways that do not link them.
func (d *Depositor) Act(x *election.Exchange) (lines []board.Line, err error) {
	if in, err := d.registered(x); err != nil || !in {
		return nil, err
	}
	for _, step := range []func(*election.Exchange) ([]board.Line, error){
		d.request, d.deposit, d.declare, d.challenge, d.show, d.takeBack,
	} {
		written, err := step(x)
		if err != nil {
			return nil, fmt.Errorf("registration key %s: %w", d.public, err)
		}
		lines = append(lines, written...)
	}
	return lines, nil
}

// registered reports whether the depositor is in the registry, and refuses a registry by which the
// deposit could be lost: deadlines that do not rise up to the roll, or a root of other voters.
func (d *Depositor) registered(x *election.Exchange) (bool, error) {
	if d.isRegistered || x.Registry == nil {
		return d.isRegistered, nil
	}
	before, roll := uint32(0), d.e.Policy.Times.Roll
	for i, t := range x.Deadlines {
		if t <= before || t > roll {
			return false, fmt.Errorf("the registry says T%d is block %d, after %d; the roll closes at %d",
				i+1, t, before, roll)
		}
		before = t
	}
	if x.Registry.Root != board.RegistryRoot(d.e.EID, x.Registry.Voters) {
		return false, errors.New("the registry's root is not that of its voters")
	}
	d.isRegistered = slices.ContainsFunc(x.Registry.Voters, func(v board.Registered) bool { return v.Key == d.public })
	return d.isRegistered, nil
}

// Coin returns the anonymous coin of the roll key, once it is in the chain.
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
