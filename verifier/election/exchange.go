package election

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"
	"bevote/verifier/lift"

	"github.com/btcsuite/btcd/wire/v2"
)

// Exchange is the state of the exchange on the chain: a pure function of board and
// blocks, the same for supervisor, mixers, voters and auditor.
//
//	deposit ──sweep──▶ pool ──repayment──▶ mixer
//	                          voucher ◀──payout──┘
type Exchange struct {
	*ExchangeLog
	AnnouncedAt uint32 // height of the announcement
	PoolScript  []byte // output script of the pool, P2PKH of the supervisor's key

	r       *Replay
	offered func() map[wire.OutPoint]bool // deposits in sweeps that their mixers signed; computed once
	answers func() map[*Mixer][]int       // line numbers of correct answers, ascending; under nil those of all mixers; computed once
}

// Coin is a payout that the chain shows: the coin that pays a voucher.
type Coin struct {
	Payout
	Height uint32
	Sats   int64

	tx *ConfirmedTx
}

// The paths by which a deposit is spent, as the contract's escrow names them.
const (
	Swept    = "sweep"
	Returned = "return"
)

// Exchange joins the lines of a log with the blocks of a replay that was made with
// the same lines.
func (e *Election) Exchange(m *ExchangeLog, r *Replay) *Exchange {
	x := &Exchange{ExchangeLog: m, r: r, PoolScript: templates.PayToKey(e.Policy.Supervisor)}
	x.offered, x.answers = sync.OnceValue(x.findOffered), sync.OnceValue(x.findAnswers)
	if a := r.Announced(); a != nil {
		x.AnnouncedAt = a.Height
	}
	return x
}

// IsTail reports whether an output of the supervisor is kept for the next anchor.
func (x *Exchange) IsTail(op wire.OutPoint) bool {
	anchor, _, owed := x.r.NextAnchor()
	return owed && op == anchor.Outpoint
}

// CheckDeposit returns nil if a deposit counts: the policy's sum, in the escrow of its
// mixer and its depositor, between the announcement and T2.
func (x *Exchange) CheckDeposit(d *Deposit) error {
	c := x.r.exchanged[d.Outpoint]
	switch {
	case c == nil || c.Created == nil:
		return errors.New("there is no such output since the announcement")
	case c.Created.Height <= x.AnnouncedAt:
		return fmt.Errorf("paid in block %d, the election is announced in block %d", c.Created.Height, x.AnnouncedAt)
	case c.Created.Height > x.Deadlines[T2]:
		return fmt.Errorf("paid in block %d, due by %d", c.Created.Height, x.Deadlines[T2])
	case x.EscrowOf(d) == nil:
		return fmt.Errorf("does not pay the escrow of mixer %s and its depositor", d.Mixer.Name)
	case c.Out.Value != x.e.Policy.Deposit():
		return fmt.Errorf("a deposit of %d sat, want %d", c.Out.Value, x.e.Policy.Deposit())
	}
	return nil
}

// EscrowOf returns the output that a deposit names if it pays to the escrow of the
// deposit's mixer and depositor, or nil. Other outputs are not part of the exchange.
func (x *Exchange) EscrowOf(d *Deposit) *Output {
	if c := x.r.exchanged[d.Outpoint]; c != nil && c.Created != nil && bytes.Equal(c.Out.PkScript, d.script) {
		return c
	}
	return nil
}

// DepositAt returns the deposit whose escrow is at an outpoint, or nil.
func (x *Exchange) DepositAt(op wire.OutPoint) *Deposit {
	for _, d := range x.claims[op] {
		if x.EscrowOf(d) != nil {
			return d
		}
	}
	return nil
}

// Sats returns what a deposit holds, 0 where it is not on the chain.
func (x *Exchange) Sats(d *Deposit) int64 {
	if c := x.EscrowOf(d); c != nil {
		return c.Out.Value
	}
	return 0
}

// Height returns the height of a deposit's block, 0 where it is not on the chain.
func (x *Exchange) Height(d *Deposit) uint32 {
	if c := x.EscrowOf(d); c != nil {
		return c.Created.Height
	}
	return 0
}

// SpendPath returns the path by which a deposit was spent: [Swept], [Returned],
// "alien" if it is none of the contract's, and "" if the deposit is unspent.
func (x *Exchange) SpendPath(d *Deposit) string {
	s := x.SpendingTx(d)
	if s == nil {
		return ""
	}
	script := s.Tx.TxIn[s.Input].SignatureScript
	if class, _, _, err := lift.Spend(x.e.Contract.EscrowPaths, script); err == nil {
		return class
	}
	keys := map[string]curve.PublicKey{"mixer": d.Mixer.Key, "supervisor": x.e.Policy.Supervisor, "depositor": d.By}
	path, _, err := lift.Taken(x.e.Contract.EscrowPaths, script, func(role string, sig []byte) bool {
		key, known := keys[role]
		return known && scriptsig.Verify(s.Tx, s.Input, scriptsig.LastItem(script), sig, key) == nil
	})
	if err != nil {
		return "alien"
	}
	return path.Name
}

// SpendingTx returns the transaction that spends a deposit, or nil.
func (x *Exchange) SpendingTx(d *Deposit) *ConfirmedTx {
	if c := x.EscrowOf(d); c != nil {
		return c.Spent
	}
	return nil
}

// Coins returns the coins that were paid for a voucher after T2: by its mixer up to
// T5, by the supervisor up to `roll by`. They are in the board's order; the first
// is the voucher's ([Exchange.CoinOf]).
func (x *Exchange) Coins(v *Voucher) (coins []Coin) {
	for _, p := range v.Payouts {
		c := x.r.exchanged[p.Outpoint]
		if x.pays(v, p, c) == nil {
			coins = append(coins, Coin{p, c.Created.Height, c.Out.Value, c.Created})
		}
	}
	return coins
}

// pays returns why an output is not the coin that a payout says, or nil.
func (x *Exchange) pays(v *Voucher, p Payout, c *Output) error {
	switch {
	case c == nil || c.Created == nil:
		return errors.New("there is no such output since the announcement")
	case c.Created.Height > x.e.Policy.Times.Roll:
		return fmt.Errorf("paid in block %d, the roll closes at %d", c.Created.Height, x.e.Policy.Times.Roll)
	case c.Created.Height <= x.Deadlines[T2]:
		return fmt.Errorf("paid in block %d, deposits close at %d", c.Created.Height, x.Deadlines[T2])
	case p.By == v.Mixer.Key && c.Created.Height > x.Deadlines[T5]:
		return fmt.Errorf("paid in block %d, due by %d", c.Created.Height, x.Deadlines[T5])
	case !bytes.Equal(c.Out.PkScript, templates.PayToKey(v.By)):
		return errors.New("does not pay the roll key")
	case c.Out.Value != x.e.Policy.Coin():
		return fmt.Errorf("a coin of %d sat, want %d", c.Out.Value, x.e.Policy.Coin())
	case c.payer != p.By && !SignedBy(c.Created.Tx, p.By):
		return errors.New("not paid by who says so")
	}
	return nil
}

// CoinOf returns the coin of a voucher, or nil.
func (x *Exchange) CoinOf(v *Voucher) *Coin {
	if coins := x.Coins(v); len(coins) > 0 {
		return &coins[0]
	}
	return nil
}

// AnonymitySet returns the number of deposits that a voucher can be for: those with a
// correct answer in an earlier line than the voucher's. If the voucher names its
// issuer, only that mixer's answers count.
func (x *Exchange) AnonymitySet(v *Voucher) int {
	n, _ := slices.BinarySearch(x.answers()[x.IssuerOf(v)], v.N)
	return n
}

// findAnswers returns the line numbers of correct answers by mixer, ascending; under
// nil those of all mixers.
func (x *Exchange) findAnswers() map[*Mixer][]int {
	lines := make(map[*Mixer][]int)
	for _, d := range x.Deposits {
		if x.CheckIssue(d) == nil {
			lines[nil] = append(lines[nil], d.Answer.N)
			lines[d.Mixer] = append(lines[d.Mixer], d.Answer.N)
		}
	}
	for _, of := range lines {
		slices.Sort(of)
	}
	return lines
}
