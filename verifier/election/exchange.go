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

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Exchange is what a board's exchange came to on the chain: a pure function of
// both, the same for supervisor, mixers, voters and auditor.
type Exchange struct {
	*ExchangeLog
	r           *Replay
	AnnouncedAt uint32 // height of the announcement
	PoolScript  []byte // what pays into the pool

	offering sync.Once
	offered  map[wire.OutPoint]bool // deposits of which the mixer has signed a sweep

	counting sync.Once
	answers  map[*Mixer][]int // lines of right issues, rising; under nil all
}

// Coin is what pays a voucher.
type Coin struct {
	Payout
	Height uint32
	Sats   int64

	tx *ConfirmedTx
}

// The paths by which a deposit is spent, as the contract names them.
const (
	Swept    = "sweep"
	Returned = "return"
)

// Exchange joins what lines say with what blocks show. The replay must have
// been made with those lines.
func (e *Election) Exchange(m *ExchangeLog, r *Replay) *Exchange {
	x := &Exchange{ExchangeLog: m, r: r, PoolScript: templates.PayToKey(e.Policy.Supervisor)}
	for _, a := range r.anchors {
		if a.Kind == Announce && a.EID == e.EID {
			x.AnnouncedAt = a.Height
			break
		}
	}
	return x
}

// CheckDeposit tells whether a deposit is one: the right sum in the right escrow, in
// time (V29).
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

// EscrowOf is the output that a deposit names, if it is one of this mixer's and
// this depositor's escrow, or nil. What else a line may name is not the
// exchange's, whatever becomes of it.
func (x *Exchange) EscrowOf(d *Deposit) *Output {
	if c := x.r.exchanged[d.Outpoint]; c != nil && c.Created != nil && bytes.Equal(c.Out.PkScript, d.script) {
		return c
	}
	return nil
}

// DepositAt finds the deposit whose escrow an outpoint is, or nil.
func (x *Exchange) DepositAt(op wire.OutPoint) *Deposit {
	for _, d := range x.claims[op] {
		if x.EscrowOf(d) != nil {
			return d
		}
	}
	return nil
}

// Sats is what a deposit holds, 0 where it is not on the chain.
func (x *Exchange) Sats(d *Deposit) int64 {
	if c := x.EscrowOf(d); c != nil {
		return c.Out.Value
	}
	return 0
}

// Height is that of the block with a deposit, 0 where it is not on the chain.
func (x *Exchange) Height(d *Deposit) uint32 {
	if c := x.EscrowOf(d); c != nil {
		return c.Created.Height
	}
	return 0
}

// SpendPath returns the path by which a deposit was spent, "" where it was not and
// "alien" where it was by none of the contract's.
func (x *Exchange) SpendPath(d *Deposit) string {
	s := x.SpendingTx(d)
	if s == nil {
		return ""
	}
	script := s.Tx.TxIn[s.Input].SignatureScript
	if class, _, _, err := lift.Spend(x.e.Contract.EscrowPaths, script); err == nil {
		return class
	}
	path, _, err := lift.Taken(x.e.Contract.EscrowPaths, script, func(role string, sig []byte) bool {
		key, known := map[string]curve.PublicKey{"mixer": d.Mixer.Key, "supervisor": x.e.Policy.Supervisor, "depositor": d.By}[role]
		return known && scriptsig.Verify(s.Tx, s.Input, scriptsig.LastItem(script), sig, key) == nil
	})
	if err != nil {
		return "alien"
	}
	return path.Name
}

// SpendingTx is the transaction that spends a deposit, or nil.
func (x *Exchange) SpendingTx(d *Deposit) *ConfirmedTx {
	if c := x.EscrowOf(d); c != nil {
		return c.Spent
	}
	return nil
}

// Coins returns the coins that were paid for a voucher after T2, by its mixer up
// to T5 and by the supervisor up to `roll by`, in the order of the board: the
// first is the voucher's, others were paid by mistake.
func (x *Exchange) Coins(v *Voucher) (coins []Coin) {
	for _, p := range v.Payouts {
		c := x.r.exchanged[p.Outpoint]
		if x.pays(v, p, c) == nil {
			coins = append(coins, Coin{p, c.Created.Height, c.Out.Value, c.Created})
		}
	}
	return coins
}

// pays tells whether a payout is on the chain what its line says.
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

// CoinOf returns the voucher's coin, or nil.
func (x *Exchange) CoinOf(v *Voucher) *Coin {
	if coins := x.Coins(v); len(coins) > 0 {
		return &coins[0]
	}
	return nil
}

// AnonymitySet is how many deposits a voucher may be for: those that had been rightly
// issued for when it was shown, by its issuer where the voucher names it.
func (x *Exchange) AnonymitySet(v *Voucher) int {
	x.counting.Do(func() {
		x.answers = make(map[*Mixer][]int)
		for _, d := range x.Deposits {
			if x.CheckIssue(d) == nil {
				x.answers[nil] = append(x.answers[nil], d.Answer.N)
				x.answers[d.Mixer] = append(x.answers[d.Mixer], d.Answer.N)
			}
		}
		for _, lines := range x.answers {
			slices.Sort(lines)
		}
	})
	n, _ := slices.BinarySearch(x.answers[x.IssuerOf(v)], v.N)
	return n
}

// Owed is what the supervisor owes a mixer: the coins that it paid to valid
// vouchers, and the policy's fee rate for the bytes of their transactions, as
// far as paying so many coins takes them.
func (x *Exchange) Owed(mixer *Mixer) int64 {
	sum, coins, txs := int64(0), int64(0), make(map[chainhash.Hash]*wire.MsgTx)
	for _, v := range x.Vouchers {
		if c := x.CoinOf(v); c != nil && c.By == mixer.Key && x.VerifyVoucher(v) == nil {
			sum, coins = sum+c.Sats, coins+1
			txs[c.tx.ID] = c.tx.Tx
		}
	}
	return sum + min(x.fees(txs), x.e.Policy.Fee*payoutBytes(coins))
}

// fees are what the account charges for transactions, whatever miners took.
func (x *Exchange) fees(txs map[chainhash.Hash]*wire.MsgTx) (sum int64) {
	for _, tx := range txs {
		sum += x.e.Policy.Fee * int64(tx.SerializeSizeStripped())
	}
	return sum
}

// Pool is the account of what sweeps brought in, in satoshis.
type Pool struct {
	Swept  int64 // sweeps' outputs to the pool
	Repaid int64 // to mixers
	Late   int64 // coins that the supervisor paid to valid vouchers
	Fees   int64 // for the transactions of Repaid and Late
}

// Residual is what is left, or 0 where the supervisor had to add to it.
func (p Pool) Residual() int64 { return max(0, p.Swept-p.Repaid-p.Late-p.Fees) }

// Pool draws the account up, with repayments to these outpoints as far as they
// are on the chain.
func (x *Exchange) Pool(repaid []wire.OutPoint) Pool {
	var p Pool
	for _, s := range x.SweepTxs() {
		for _, out := range s.Tx.TxOut {
			if bytes.Equal(out.PkScript, x.PoolScript) {
				p.Swept += out.Value
			}
		}
	}
	txs := make(map[chainhash.Hash]*wire.MsgTx)
	for _, op := range repaid {
		if c := x.r.exchanged[op]; c != nil && c.Created != nil {
			p.Repaid += c.Out.Value
			txs[op.Hash] = c.Created.Tx
		}
	}
	for _, v := range x.Vouchers {
		if c := x.CoinOf(v); c != nil && c.By == x.e.Policy.Supervisor && x.VerifyVoucher(v) == nil {
			p.Late += c.Sats
			txs[c.tx.ID] = c.tx.Tx
		}
	}
	p.Fees = x.fees(txs)
	return p
}

// SweepTxs are the transactions that spend deposits by that path, each once, in
// the order of the deposits.
func (x *Exchange) SweepTxs() (out []*ConfirmedTx) {
	known := make(map[chainhash.Hash]bool)
	for _, d := range x.Deposits {
		if s := x.SpendingTx(d); s != nil && !known[s.ID] && x.SpendPath(d) == Swept {
			known[s.ID], out = true, append(out, s)
		}
	}
	return out
}

// Repaid are the outpoints that the settlement lists.
func (x *Exchange) Repaid() (out []wire.OutPoint) {
	if x.Settled == nil {
		return nil
	}
	for _, r := range x.Settled.Repaid {
		if op, err := decodeOutpoint(r.Outpoint); err == nil {
			out = append(out, op)
		}
	}
	return out
}
