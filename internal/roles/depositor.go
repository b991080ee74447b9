package roles

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Depositor is a registered voter that exchanges a coin of its registration key for one of its roll
// key. Neither board nor chain links the two keys: the time of a line by one key depends on lines
// by the other only through the policy's heights, which all depositors share, and the heights at which
// it acts are drawn.
type Depositor struct {
	payer               // by the registration key, which owns what is deposited
	roll    participant // by the roll key
	moments [2]uint32   // drawn, see moment
	session blindSession
	checked [32]byte // head of an anchor under which the registry has the key
}

// choice is the mixers that a depositor has drawn.
type choice struct {
	holder, payer curve.PublicKey
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
		payer: newPayer(p),
		roll:  participant{e: e, key: roll, public: curve.BaseMul(roll).Key(), chain: chain, seed: seed},
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
	momentDeposit = iota
	momentShow
)

// moment returns a height from first to last, drawn uniformly once for each depositor and purpose.
func (d *Depositor) moment(which int, first, last uint32) uint32 {
	if last <= first {
		return first
	}
	return first + uint32(uint64(d.moments[which])*uint64(last-first+1)>>32)
}

// Acts returns what is due of the depositor by a view, as [Mixer.Acts]. The lines by the two keys must reach
// the board in an order and by ways that do not link them.
func (d *Depositor) Acts(view *View) (acts []Act, err error) {
	if in, err := d.registered(view); err != nil || !in {
		return nil, err
	}
	acts, err = actsOf(view, d.deposit, d.declare, d.issued, d.show, d.takeBack)
	if err != nil {
		return nil, fmt.Errorf("registration key %s: %w", d.public, err)
	}
	return acts, nil
}

// registered reports whether the depositor is in the registry under its deep anchor, and refuses a
// registry whose root is of other voters.
func (d *Depositor) registered(view *View) (bool, error) {
	x := view.Exchange
	if x == nil || x.Registry == nil || !view.Closed(election.RegisterClosed) {
		return false, nil
	}
	head := x.Phases.Anchor(election.RegisterClosed).Head
	if !x.Registered[d.public] || d.checked == head {
		return x.Registered[d.public], nil
	}
	if x.Registry.Root != board.RegistryRoot(d.e.EID, x.Registry.Voters) {
		return false, errors.New("the registry's root is not that of its voters")
	}
	d.checked = head
	return true, nil
}

// choose draws the mixer that holds the deposit, any as likely, and the one that pays the coin, in
// proportion to the coins that it can pay. Mixers whose keys are not all valid are left out.
func (d *Depositor) choose(x *election.Exchange) (c choice, err error) {
	var valid []*election.Mixer
	coins := 0
	for _, m := range x.Mixers {
		invalid := func(i *election.Issuer) bool { _, err := x.SchemeOf(i); return err != nil }
		if !slices.ContainsFunc(m.Issuers, invalid) {
			valid, coins = append(valid, m), coins+m.Coins
		}
	}
	if len(valid) == 0 {
		return c, errors.New("no mixer has valid keys")
	}
	draw := d.seed.draw("mixers", d.e.EID[:])
	holder, err := drawBelow(draw, len(valid))
	if err != nil {
		return c, err
	}
	left, err := drawBelow(draw, coins)
	if err != nil {
		return c, err
	}
	c.holder = valid[holder].Key
	for _, m := range valid {
		if left < m.Coins {
			c.payer = m.Key
			break
		}
		left -= m.Coins
	}
	return c, nil
}

// Coin returns the anonymous coin of the roll key, once it is in the chain.
func (d *Depositor) Coin(x *election.Exchange) (wire.OutPoint, bool) {
	v := x.VoucherOf(d.roll.public)
	if v == nil {
		return wire.OutPoint{}, false
	}
	c := x.CoinOf(v)
	if c == nil {
		return wire.OutPoint{}, false
	}
	return c.Outpoint, true
}

func drawU32(r io.Reader) (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, fmt.Errorf("drawing a number: %w", err)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

// drawBelow draws a number below n.
func drawBelow(r io.Reader, n int) (int, error) {
	u, err := drawU32(r)
	return int(uint64(u) * uint64(n) >> 32), err
}
