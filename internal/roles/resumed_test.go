package roles_test

import (
	"path/filepath"
	"testing"

	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// newMixer makes mixer i again, from its key and its journal.
func (f *fixture) newMixer(i int, journal *roles.Journal) *roles.Mixer {
	f.t.Helper()
	name := []string{"m1", "m2", "m3"}[i]
	m, err := roles.NewMixer(f.e, name, f.keys["mixer "+name], f.node(), f.random(name+" again"), journal, max(1, f.memberKeys))
	check(f.t, err)
	f.showChain(m)
	return m
}

// journalOf is a journal in memory with the seed that the fixture gives a mixer.
func (f *fixture) journalOf(name string) *roles.Journal {
	f.t.Helper()
	j, err := roles.NewJournal(f.random("journal " + name))
	check(f.t, err)
	return j
}

// TestTakeBackAfterRestart: a payment that waits in a relay when `payout by` is over is taken back, also by
// a mixer that has restarted since, and once.
func TestTakeBackAfterRestart(t *testing.T) {
	f := newFixture(t, 6, 2)
	payout := f.e.Policy.Times.Payout
	var held *wire.MsgTx
	n := &hookedNode{Chain: f.chain}
	n.submit = func(tx *wire.MsgTx) error {
		if f.tip() < payout {
			held = tx
			return nil
		}
		return f.chain.Submit(tx)
	}
	f.nodes["m1"] = n
	f.beforeActs = func(tip uint32) {
		if tip < payout {
			return
		}
		if tip == payout && held != nil {
			check(t, f.chain.Submit(held))
		}
		f.mixers[0] = f.newMixer(0, f.journalOf("m1"))
	}
	f.close()
	if held == nil || len(held.TxOut) < 2 {
		t.Fatal("m1 paid nothing")
	}
	for i := range f.voters {
		f.wantCoin(i)
	}
	size := int64(templates.TxFrame + templates.P2PKHInput*len(held.TxIn) + templates.P2PKHOutput*len(held.TxOut))
	if lost := fundsOfMixer - sum(f.unspentSats(f.mixers[0].Key())); lost != 2*size*f.e.Policy.Fee {
		t.Errorf("m1 has %d less than it had, want the fee %d", lost, 2*size*f.e.Policy.Fee)
	}
	f.wantRepaid(1)
}

// TestDroppedDeposit: a deposit that the relays forgot is sent again.
func TestDroppedDeposit(t *testing.T) {
	f := newFixture(t, 6, 2)
	calls := 0
	n := &hookedNode{Chain: f.chain}
	n.submit = func(tx *wire.MsgTx) error {
		if calls++; calls == 1 {
			return nil // relayed, and forgotten
		}
		return f.chain.Submit(tx)
	}
	f.replaceDepositor(0, n)
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
	if calls < 2 {
		t.Errorf("sent %d times", calls)
	}
}

// TestDepositWaits: a depositor that restarts while its deposit waits makes the same transaction, though it
// was paid more since.
func TestDepositWaits(t *testing.T) {
	f := newFixture(t, 6, 2)
	var first *wire.MsgTx
	n := &hookedNode{Chain: f.chain}
	n.submit = func(tx *wire.MsgTx) error {
		switch {
		case f.tip() >= f.e.Policy.Times.Deposit:
			return f.chain.Submit(tx)
		case first == nil:
			first = tx
			f.pay(2, payment{key: f.voters[0].Key(), sats: fundsOfVoter}, payment{key: f.voters[0].Key(), sats: fundsOfVoter})
		case tx.TxHash() != first.TxHash():
			t.Errorf("another deposit: %s", tx.TxHash())
		}
		return nil
	}
	f.replaceDepositor(0, n)
	f.beforeActs = func(tip uint32) {
		f.replaceDepositor(0, n)
		if tip == f.e.Policy.Times.Deposit-2 && first != nil {
			check(t, f.chain.Submit(first))
		}
	}
	f.close()
	if first == nil {
		t.Fatal("nothing was deposited")
	}
	if got, want := sum(f.unspentSats(f.voters[0].Key())), 3*fundsOfVoter-f.e.Policy.Deposit()-f.e.Policy.Fee*depositBytes; got != want {
		t.Errorf("voter 1 has %d, want %d", got, want)
	}
}

// TestOlderBoard: a mixer that sees an older board now and then, as a mirror shows it, offers nothing anew,
// answers no second challenge, and serves its depositors all the same.
func TestOlderBoard(t *testing.T) {
	for _, back := range []int{1, 2, 5} {
		f := newStoredFixture(t, 4, 2, filepath.Join(t.TempDir(), "m1.journal"))
		calls := 0
		f.lines = func(who string) []board.Line {
			lines := f.log.Lines()
			if who != "m1" {
				return nil
			}
			if calls++; calls%2 == 0 || f.tip() <= f.e.Policy.Times.Deposit+1 || f.tip() > f.e.Policy.Times.Issue-4 {
				return nil
			}
			return lines[:max(f.view.Phases.Lines(election.DepositsClosed), len(lines)-back)]
		}
		f.beforeActs = func(uint32) { f.restart() }
		lost := make(map[board.Type]int)
		f.publish = func(who string, l board.Line) []board.Line {
			if who == "m1" && (l.Type == board.TypeIssue || l.Type == board.TypeOffer) {
				if lost[l.Type]++; lost[l.Type] == 1 {
					return nil
				}
			}
			return []board.Line{l}
		}
		f.close()
		check(t, f.journalFile.Close())
		for i := range f.voters {
			f.wantCoin(i)
		}
		for _, b := range f.view.Breaches {
			t.Errorf("%d lines back: %s: %s", back, b.Where, b.Message)
		}
	}
}

// TestMixersPayOutOfDeepOutputs: a mixer pays out of outputs that are deep, so that its payments begin where it says
// also when the newest blocks are replaced.
func TestMixersPayOutOfDeepOutputs(t *testing.T) {
	f := &fixture{t: t}
	f.e, f.keys, f.files = mixedFiles(t, blindRSA, 3, 2)
	p, c := *f.e.Policy, *f.e.Contract
	p.Confirmations = 2
	c.Policy = p.ID()
	f.e.Policy, f.e.Contract, f.e.EID = &p, &c, p.EID()
	f.begin(3, 2)
	deep := f.unspent(f.mixers[0].Key())
	f.pay(3, payment{key: f.mixers[0].Key(), sats: 2 * fundsOfMixer})
	f.mine(f.tip() + 1)
	from := func() wire.OutPoint {
		acts, err := f.mixers[0].Acts(f.look)
		check(t, err)
		var b board.Mixer
		check(t, board.DecodeBody(*acts[0].Line, &b))
		var op wire.OutPoint
		copy(op.Hash[:], b.From)
		return op
	}
	if got := from(); got.Hash != deep[0].op.Hash {
		t.Errorf("from %s, one deep, want %s", got.Hash, deep[0].op.Hash)
	}
	f.mine(f.tip() + 1)
	if got := from(); got.Hash == deep[0].op.Hash {
		t.Error("the larger output is deep, and not taken")
	}
}

// TestGroupTreasurerRestarts: a treasurer that starts again before every block, with its seed and its file,
// certifies, opens and pays as if it had not.
func TestGroupTreasurerRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "members")
	f := &fixture{t: t, membersPath: path}
	f.e, f.keys, f.files = mixedFiles(t, groupBlind, 5, 2)
	weaken(f.e)
	f.prepare(5, 2)
	mints(1, -1)(f)
	mint := f.beforeActs
	f.beforeActs = func(tip uint32) { f.openTreasurer(); mint(tip) }
	f.close()
	check(t, f.membersFile.Close())
	back := 0
	for i := range f.voters {
		if heldBy1(f, i) {
			f.wantBack(i)
			back++
		} else {
			f.wantCoin(i)
		}
	}
	if back == 0 {
		t.Error("m1 holds no deposit")
	}
	f.wantRepaid(1)
}

// openTreasurer makes the treasurer again, from the supervisor's seed and its file.
func (f *fixture) openTreasurer() {
	f.t.Helper()
	if f.membersFile != nil {
		check(f.t, f.membersFile.Close())
	}
	var err error
	f.treasurer, f.membersFile, err = roles.OpenTreasurer(f.supervisor, f.membersPath)
	check(f.t, err)
}
