package election

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/lift"

	"github.com/btcsuite/btcd/wire/v2"
)

// Exchange is the state of the exchange on board and chain: a pure function of both,
// the same for supervisor, mixers, voters and auditor.
//
//	deposit ──sweep──▶ pool ──repayment──▶ mixer
//	   └─issue─▶ voucher ◀─────coin──────────┘
type Exchange struct {
	*ExchangeLog
	Phases      *Phases
	AnnouncedAt uint32 // height of the announcement, 0 before it
	PoolScript  []byte // output script of the pool, P2PKH of the supervisor's key

	r      *Replay
	issued func() *issuing // computed once, like the next
	judged func() *judgement
}

// The paths by which a deposit is spent, as the contract's escrow names them.
const (
	Swept    = "sweep"
	Returned = "return"
)

// Exchange reads the exchange off a board as far as the anchors of a sequence divide
// it, and off the blocks of a replay that was made with the same lines.
func (e *Election) Exchange(lines []board.Line, seq Sequence, r *Replay) *Exchange {
	return e.exchange(e.phases(lines, seq), r)
}

func (e *Election) exchange(p *Phases, r *Replay) *Exchange {
	x := &Exchange{ExchangeLog: newExchangeLog(e, p), Phases: p, PoolScript: templates.PayToKey(e.Policy.Supervisor), r: r}
	if a := p.Anchor(Announce); a != nil {
		x.AnnouncedAt = a.Height
	}
	for _, d := range x.Deposits {
		x.findDeposit(d)
	}
	x.issued, x.judged = sync.OnceValue(x.countIssues), sync.OnceValue(x.judge)
	return x
}

// IsTail reports whether an output of the supervisor is kept for the next anchor.
func (x *Exchange) IsTail(op wire.OutPoint) bool {
	anchor, _, owed := x.r.NextAnchor()
	return owed && op == anchor.Outpoint
}

// NextPayment is [Replay.NextPayment].
func (x *Exchange) NextPayment(key curve.PublicKey) Tail { return x.r.NextPayment(key) }

// Deep reports whether the anchor of a kind is deep at a tip.
func (x *Exchange) Deep(kind int, tip uint32) bool {
	a := x.Phases.Anchor(kind)
	return a != nil && tip+1 >= a.Height+x.e.Policy.Depth()
}

// findDeposit chooses of the outputs that a depositor named the first that is good, or
// the first.
func (x *Exchange) findDeposit(d *Deposit) {
	for i, named := range d.Named {
		fault := x.depositFault(d, named.Outpoint)
		if i == 0 || fault == nil {
			d.N, d.Outpoint, d.fault = named.N, named.Outpoint, fault
		}
		if fault == nil {
			return
		}
	}
}

// depositFault returns why an output is not a good deposit, or nil.
func (x *Exchange) depositFault(d *Deposit, op wire.OutPoint) error {
	c := x.r.exchanged[op]
	switch {
	case c == nil || c.Created == nil:
		return errors.New("there is no such output since the announcement")
	case c.Created.Height <= x.AnnouncedAt:
		return fmt.Errorf("paid in block %d, the election is announced in block %d", c.Created.Height, x.AnnouncedAt)
	case c.Created.Height > x.e.Policy.Times.Deposit:
		return fmt.Errorf("paid in block %d, due by %d", c.Created.Height, x.e.Policy.Times.Deposit)
	case !bytes.Equal(c.Out.PkScript, d.script):
		return fmt.Errorf("does not pay the escrow of mixer %s and its depositor", d.Mixer.Name)
	case c.Out.Value != x.e.Policy.Deposit():
		return fmt.Errorf("a deposit of %d sat, want %d", c.Out.Value, x.e.Policy.Deposit())
	}
	return nil
}

// CheckDeposit returns nil if a deposit is good: the policy's sum, in the escrow of its
// mixer and its depositor, between the announcement and `deposit by`.
func (x *Exchange) CheckDeposit(d *Deposit) error { return d.fault }

// CheckIssue returns nil if a deposit is good and has a right issue: an answer that fits
// its message or its session, and the mixer's signature on the sweep's input. An error
// that wraps mixing.ErrChallenge is the depositor's fault.
func (x *Exchange) CheckIssue(d *Deposit) error {
	switch {
	case d.fault != nil:
		return fmt.Errorf("the deposit is not good: %w", d.fault)
	case d.Answer == nil:
		return errors.New("it was not issued for")
	}
	if err := x.CheckSession(d.Session); err != nil {
		return err
	}
	return x.checkSweep(d)
}

// Created reports whether the output that counts as a deposit is on the chain, whatever it
// pays.
func (x *Exchange) Created(d *Deposit) bool {
	c := x.r.exchanged[d.Outpoint]
	return c != nil && c.Created != nil
}

// EscrowOf returns the output of a deposit if it pays to the escrow of the deposit's
// mixer and depositor, or nil. Other outputs are not part of the exchange.
func (x *Exchange) EscrowOf(d *Deposit) *Output {
	if c := x.r.exchanged[d.Outpoint]; c != nil && c.Created != nil && bytes.Equal(c.Out.PkScript, d.script) {
		return c
	}
	return nil
}

// DepositAt returns the deposit whose escrow is at an outpoint, or nil.
func (x *Exchange) DepositAt(op wire.OutPoint) *Deposit {
	for _, d := range x.Deposits {
		if d.Outpoint == op && x.EscrowOf(d) != nil {
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

// AnonymitySet returns the number of deposits that a voucher can be for: those with a
// right issue, of its issuer where it names one.
func (x *Exchange) AnonymitySet(v *Voucher) (n int) {
	for i, due := range x.issued().due {
		if v.Issuer == nil || i == v.Issuer {
			n += due
		}
	}
	return n
}
