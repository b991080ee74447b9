package rehearsal_test

import (
	"bytes"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/wire/v2"
)

// ledger is all that the chain did with money.
type ledger struct {
	announced bool
	txs       []*wire.MsgTx
	outputs   map[wire.OutPoint]*wire.TxOut
	spends    map[wire.OutPoint]*wire.MsgTx
}

func (c *coalition) ledger() *ledger {
	l := &ledger{outputs: make(map[wire.OutPoint]*wire.TxOut), spends: make(map[wire.OutPoint]*wire.MsgTx)}
	tip, _ := c.p.Chain.Tip()
	for h := uint32(1); h <= tip; h++ {
		b, err := c.p.Chain.Block(h)
		if err != nil {
			c.t.Fatal(err)
		}
		for i, tx := range b.Transactions {
			id := tx.TxHash()
			for n, out := range tx.TxOut {
				l.outputs[wire.OutPoint{Hash: id, Index: uint32(n)}] = out
			}
			if i == 0 {
				continue
			}
			for _, in := range tx.TxIn {
				l.spends[in.PreviousOutPoint] = tx
			}
			if h >= c.p.Times.Announce {
				l.txs = append(l.txs, tx)
			}
		}
	}
	r, err := c.p.Replay()
	if err != nil {
		c.t.Fatal(err)
	}
	l.announced = r.Announced() != nil
	return l
}

// isOf reports whether a role made a transaction.
func (c *coalition) isOf(role string, tx *wire.MsgTx) bool {
	id := tx.TxHash()
	return slices.ContainsFunc(c.sent[role], func(own *wire.MsgTx) bool { return own.TxHash() == id })
}

// paid sums what transactions pay to a key in outputs of a value, or of any where that is 0.
func (l *ledger) paid(key curve.PublicKey, value int64, by func(*wire.MsgTx) bool) (sum int64, n int) {
	script := templates.PayToKey(key)
	for _, tx := range l.txs {
		if !by(tx) {
			continue
		}
		for _, out := range tx.TxOut {
			if bytes.Equal(out.PkScript, script) && (value == 0 || out.Value == value) {
				sum, n = sum+out.Value, n+1
			}
		}
	}
	return sum, n
}

// voters: what another party spends of an honest voter's is claimed by the winner, or swept for a coin.
func (c *coalition) voters(l *ledger, winner string) {
	if c.custodian() {
		return
	}
	var payout []byte
	for _, x := range c.p.Policy.Candidates {
		if x.Name == winner {
			payout = x.Payout
		}
	}
	for key, role := range c.owners {
		if c.roles[role] || !strings.HasPrefix(role, "voter") {
			continue
		}
		for _, tx := range c.sent[role] {
			id := tx.TxHash()
			for n := range tx.TxOut {
				spend := l.spends[wire.OutPoint{Hash: id, Index: uint32(n)}]
				if spend == nil || c.isOf(role, spend) {
					continue
				}
				claimed := len(spend.TxOut) == 1 && bytes.Equal(spend.TxOut[0].PkScript, payout)
				if !claimed && !c.swept(l, role, spend) {
					c.failf("%s (%s) lost output %d of %s to %s", role, key, n, id, spend.TxHash())
				}
			}
		}
	}
}

// swept reports whether a transaction sweeps deposits, and the voter has a coin for it, or the supervisor
// is one that may keep it.
func (c *coalition) swept(l *ledger, role string, tx *wire.MsgTx) bool {
	x := c.p.Exchange
	if x == nil || len(tx.TxOut) != 1 || !bytes.Equal(tx.TxOut[0].PkScript, templates.PayToKey(c.p.Policy.Supervisor)) {
		return false
	}
	if c.roles["supervisor"] {
		return true
	}
	for _, d := range x.Depositors {
		if d.Voter.Role == role {
			_, n := l.paid(d.RollKey(), c.p.Policy.Coin(), func(*wire.MsgTx) bool { return true })
			return n > 0
		}
	}
	return false
}

// mixers: an honest mixer is repaid what it pays.
func (c *coalition) mixers(l *ledger) {
	x := c.p.Exchange
	if x == nil || c.roles["supervisor"] {
		return
	}
	for i, m := range x.Mixers {
		role := c.p.MixerRole(i)
		if c.roles[role] {
			continue
		}
		coins, spent := 0, int64(0)
		for _, tx := range c.sent[role] {
			if l.outputs[wire.OutPoint{Hash: tx.TxHash()}] == nil {
				continue
			}
			for _, out := range tx.TxOut {
				if !bytes.Equal(out.PkScript, templates.PayToKey(m.Key())) {
					coins, spent = coins+1, spent+out.Value
				}
			}
		}
		repaid, _ := l.paid(m.Key(), 0, func(tx *wire.MsgTx) bool { return c.isOf("supervisor", tx) })
		if repaid < spent {
			c.failf("%s paid %d coins, %d sat, and was repaid %d", role, coins, spent, repaid)
		}
	}
}

// supervisor: with mixing, an honest supervisor pays no more than the deposits that it sweeps.
func (c *coalition) supervisor(l *ledger) {
	if c.p.Exchange == nil || c.roles["supervisor"] {
		return
	}
	pool, spent := int64(0), int64(0)
	own := templates.PayToKey(c.p.Policy.Supervisor)
	for _, tx := range c.sent["supervisor"] {
		if l.outputs[wire.OutPoint{Hash: tx.TxHash()}] == nil {
			continue
		}
		for _, in := range tx.TxIn {
			if out := l.outputs[in.PreviousOutPoint]; out != nil && out.Value == c.p.Policy.Deposit() && !bytes.Equal(out.PkScript, own) {
				pool += out.Value
			}
		}
		for _, out := range tx.TxOut {
			if !bytes.Equal(out.PkScript, own) {
				spent += out.Value
			}
		}
	}
	if spent > pool {
		c.failf("the supervisor swept deposits of %d sat and paid %d", pool, spent)
	}
}

// elected is the candidate that must win, whatever one voter or one of its rivals does: it has k ballots of
// honest voters, and no other can have so many. It is "" where none must.
func (c *coalition) elected() (must string) {
	honest, all := make(map[int]int), make(map[int]int)
	for _, v := range c.p.Voters {
		if all[v.Choice]++; !c.roles[v.Role] {
			honest[v.Choice]++
		}
	}
	if c.roles["supervisor"] || c.hasMixer() {
		return ""
	}
	for j, x := range c.p.Policy.Candidates {
		switch {
		case honest[j+1] >= c.p.Policy.K && c.roles["candidate "+x.Name]:
			return ""
		case honest[j+1] >= c.p.Policy.K && must == "":
			must = x.Name
		case all[j+1] >= c.p.Policy.K:
			return ""
		}
	}
	return must
}

func (c *coalition) hasMixer() bool {
	for role := range c.roles {
		if strings.HasPrefix(role, "mixer") {
			return true
		}
	}
	return false
}
