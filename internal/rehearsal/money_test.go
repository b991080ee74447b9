package rehearsal_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/relay"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var moneyRuns = flag.Int("money", 12, "elections that TestMoney plays")

// TestMoney plays drawn policies with a drawn coalition whose members drop, delay, repeat and change
// what they write and send. The parties outside of it keep their money, to the satoshi and but for the
// fees of their own transactions:
//
//   - a voter's stake is spent by itself, or by the claim of the winner;
//   - a deposit is swept only from a depositor that gets a coin;
//   - a mixer is repaid the coins that it paid, and the supervisor what it repays and pays late.
//
// What `explain` names as able to take is left out: a custodial supervisor, and with mixing the
// supervisor, for deposits and repayments. No single party makes the audit refute an election that was
// announced.
func TestMoney(t *testing.T) {
	for i := range *moneyRuns {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			newCoalition(t, uint64(i)).run()
		})
	}
}

// coalition is the roles of an election that misbehave, in whose place the hooks of the play act.
type coalition struct {
	t      *testing.T
	r      *rand.Rand
	p      *rehearsal.Play
	roles  map[string]bool
	often  int // of their acts every how many is a misdeed
	owners map[curve.PublicKey]string
	sent   map[string][]*wire.MsgTx // by role
	lines  map[uint32][]board.Line  // held back, by the height that they wait for
	txs    map[uint32][]*wire.MsgTx
	said   []string // what was done, for the report of a failure
}

// newCoalition draws a policy, and who misbehaves in its election.
func newCoalition(t *testing.T, seed uint64) *coalition {
	c := &coalition{
		t: t, r: rand.New(rand.NewPCG(seed, 7)), roles: make(map[string]bool), owners: make(map[curve.PublicKey]string),
		sent: make(map[string][]*wire.MsgTx), lines: make(map[uint32][]board.Line), txs: make(map[uint32][]*wire.MsgTx),
	}
	src := langtest.Policy(func(_ string, n int) int { return c.r.IntN(n) })
	if seed%3 == 0 {
		src = rehearsaltest.Forms()["mixed"].Source()
	}
	opt := rehearsal.Options{Source: src, Seed: seed}
	opt.Hooks.Line, opt.Hooks.Send, opt.Hooks.Block = c.line, c.send, c.block
	var err error
	if c.p, err = rehearsal.New(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.p.Close)
	c.draw()
	return c
}

// draw draws the coalition, of one role as often as of several.
func (c *coalition) draw() {
	p := c.p
	c.owners[p.Policy.Supervisor] = "supervisor"
	for _, x := range p.Policy.Candidates {
		c.owners[x.Key] = "candidate " + x.Name
	}
	for _, v := range p.Voters {
		c.owners[v.Key()] = v.Role
	}
	if x := p.Exchange; x != nil {
		for _, d := range x.Depositors {
			c.owners[d.Key()] = d.Voter.Role
		}
		for i, m := range x.Mixers {
			c.owners[m.Key()] = p.MixerRole(i)
		}
	}
	all := make(map[string]bool)
	for _, role := range c.owners {
		all[role] = true
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range all {
			if !yield(name) {
				return
			}
		}
	})
	c.r.Shuffle(len(names), func(a, b int) { names[a], names[b] = names[b], names[a] })
	n := 1
	if c.r.IntN(2) == 0 {
		n += c.r.IntN(len(names) - 1)
	}
	for _, name := range names[:n] {
		c.roles[name] = true
	}
	c.often = 1 + c.r.IntN(4)
}

// note keeps what a role did or did not do, for the report of a failure.
func (c *coalition) note(format string, args ...any) {
	tip, _ := c.p.Chain.Tip()
	c.said = append(c.said, fmt.Sprintf("%d: %s", tip, fmt.Sprintf(format, args...)))
}

// line is the hook of lines. The board's server takes what [election.Server] takes; the supervisor's own
// takes anything where it is of the coalition.
func (c *coalition) line(l board.Line) ([]board.Line, error) {
	owner := c.owners[l.By]
	lines := []board.Line{l}
	// Without the announcement of a mixer there is no registry, and no exchange (V22).
	if c.roles[owner] && l.Type != board.TypeMixer && c.r.IntN(c.often) == 0 {
		lines = c.twist(owner, l)
	}
	for _, l := range lines {
		if err := c.offer(l, !c.roles[owner]); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// offer hands a line to the board's server.
func (c *coalition) offer(l board.Line, honest bool) error {
	v, err := c.p.Look()
	if err != nil {
		return err
	}
	if !c.roles["supervisor"] || c.r.IntN(2) == 0 {
		server := v.Setup.Server(v.Replay)
		chain := election.View{Tip: v.Tip, At: func(height uint32) (chainhash.Hash, bool) {
			hash, err := c.p.Chain.HashAt(height)
			return hash, err == nil
		}}
		if refusal := server.Admit(&l, chain); refusal != nil {
			if honest && !refusal.Same {
				c.note("the server refuses %s of %s: %v", l.Type, c.owners[l.By], refusal)
			}
			return nil
		}
	}
	return c.p.Log.Append(l)
}

// twist is a misdeed with a line.
func (c *coalition) twist(owner string, l board.Line) []board.Line {
	tip, _ := c.p.Chain.Tip()
	switch c.r.IntN(4) {
	case 0:
		c.note("%s writes no %s", owner, l.Type)
		return nil
	case 1:
		at := tip + 1 + c.r.Uint32N(8)
		c.note("%s writes %s as late as %d", owner, l.Type, at)
		c.lines[at] = append(c.lines[at], l)
		return nil
	case 2:
		c.note("%s writes another %s first", owner, l.Type)
		return []board.Line{c.changed(l), l}
	default:
		c.note("%s writes another %s", owner, l.Type)
		return []board.Line{c.changed(l)}
	}
}

// changed is a line with one digit of its body changed, signed again.
func (c *coalition) changed(l board.Line) board.Line {
	key, ok := c.secret(l.By)
	if !ok {
		return l
	}
	body := bytes.Clone(l.Body)
	for range 100 {
		i := c.r.IntN(len(body))
		if strings.IndexByte("0123456789abcdef", body[i]) >= 0 {
			body[i] = "0123456789abcdef"[c.r.IntN(10)]
			break
		}
	}
	text := l
	text.Body = body
	again, err := board.DecodeAs(&text)
	if err != nil {
		return l // no body of the type: a line of no use
	}
	signed, err := board.Sign(c.p.EID, key, l.Seen, again)
	if err != nil {
		return l
	}
	return signed
}

// secret is the secret of a public key.
func (c *coalition) secret(public curve.PublicKey) (curve.Scalar, bool) {
	for _, key := range c.p.Keys {
		if curve.BaseMul(key).Key() == public {
			return key, true
		}
	}
	for _, v := range c.p.Voters {
		if v.Key() == public {
			return v.Secret, true
		}
	}
	if x := c.p.Exchange; x != nil {
		for _, d := range x.Depositors {
			if d.Key() == public {
				return d.Secret, true
			}
		}
	}
	return curve.Scalar{}, false
}

// send is the hook of transactions.
func (c *coalition) send(role string, tx *wire.MsgTx) (bool, error) {
	if !c.roles[role] || c.r.IntN(c.often) > 0 {
		c.sent[role] = append(c.sent[role], tx)
		return false, nil
	}
	tip, _ := c.p.Chain.Tip()
	switch c.r.IntN(3) {
	case 0:
		c.note("%s does not send its transaction", role)
		return true, nil
	case 1:
		at := tip + 1 + c.r.Uint32N(8)
		c.note("%s sends its transaction as late as %d", role, at)
		c.txs[at] = append(c.txs[at], tx)
		return true, nil
	default:
		if other := c.elsewhere(tx); other != nil {
			c.note("%s sends the money elsewhere", role)
			tx = other
		}
		c.try(tx)
		return true, nil
	}
}

// elsewhere spends the first input of a transaction, if it is one paid to a key, to the key itself.
func (c *coalition) elsewhere(tx *wire.MsgTx) *wire.MsgTx {
	script := tx.TxIn[0].SignatureScript
	if len(script) < curve.PointSize {
		return nil
	}
	public := curve.PublicKey(script[len(script)-curve.PointSize:])
	key, ok := c.secret(public)
	if !ok {
		return nil
	}
	value := c.valueOf(tx.TxIn[0].PreviousOutPoint)
	if value < 20_000 {
		return nil
	}
	other := wire.NewMsgTx(2)
	other.AddTxIn(wire.NewTxIn(&tx.TxIn[0].PreviousOutPoint, nil, nil))
	other.AddTxOut(wire.NewTxOut(value-10_000, templates.PayToKey(public)))
	hash, err := txscript.CalcSignatureHash(templates.PayToKey(public), txscript.SigHashAll, other, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	sig, err := curve.SignECDSA(key, [32]byte(hash))
	if err != nil {
		c.t.Fatal(err)
	}
	other.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(append(sig, byte(txscript.SigHashAll))).AddData(public[:]).Script()
	if err != nil {
		c.t.Fatal(err)
	}
	return other
}

// valueOf is the value of an output in the chain, 0 where there is none.
func (c *coalition) valueOf(op wire.OutPoint) int64 {
	tip, _ := c.p.Chain.Tip()
	for h := uint32(1); h <= tip; h++ {
		b, err := c.p.Chain.Block(h)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, tx := range b.Transactions {
			if tx.TxHash() == op.Hash {
				return tx.TxOut[op.Index].Value
			}
		}
	}
	return 0
}

// try sends a transaction, which relays may refuse.
func (c *coalition) try(tx *wire.MsgTx) {
	if err := c.p.Chain.Submit(tx); err != nil {
		c.note("the relays refuse it: %v", relay.OutcomeOf(err))
	}
}

// errStuck ends an election that does not end.
var errStuck = errors.New("the play does not end")

// block is the hook before a block: what was held back comes now.
func (c *coalition) block(height uint32) error {
	for _, l := range c.lines[height] {
		if err := c.offer(l, false); err != nil {
			return err
		}
	}
	for _, tx := range c.txs[height] {
		c.try(tx)
	}
	if height > c.p.Policy.Times.Timeout+200 {
		return errStuck
	}
	return nil
}

// run plays, audits, and adds up.
func (c *coalition) run() {
	err := c.p.Run()
	l := c.ledger()
	if err != nil && l.announced && !errors.Is(err, rehearsal.ErrUnplayable) {
		c.failf("the play: %v", err)
		return
	}
	if len(c.p.Log.Lines()) == 0 {
		return // the supervisor never began
	}
	path := rehearsaltest.Write(c.t, func(w *record.Writer) error { return c.p.Write(w) })
	report := rehearsaltest.Audit(c.t, path)
	if len(c.roles) == 1 && l.announced && report.Exit == result.ExitRefuted && !c.custodian() {
		c.failf("one party made the audit refute: %s\n%s", report.Verdict, rehearsaltest.Failing(report))
	}
	winner := ""
	if report.Winner != nil {
		winner = *report.Winner
	}
	if j := c.elected(); len(c.roles) == 1 && l.announced && j != "" && winner != j {
		c.failf("%s has the ballots and did not win: %s\n%s", j, report.Verdict, rehearsaltest.Failing(report))
	}
	c.voters(l, winner)
	c.mixers(l)
	c.supervisor(l)
}

// custodian reports whether a custodial supervisor is of the coalition.
func (c *coalition) custodian() bool { return c.roles["supervisor"] && !c.p.Policy.Dealt() }

// failf reports a failure with all that was done before it.
func (c *coalition) failf(format string, args ...any) {
	c.t.Errorf("%s\ncoalition %v\n%s", fmt.Sprintf(format, args...), slices.Collect(keysOf(c.roles)), strings.Join(c.said, "\n"))
}

func keysOf(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
