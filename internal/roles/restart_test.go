package roles_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"bevote/internal/roles"
	"bevote/lang"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// newKeptFixture is an exchange whose roles have their files in a directory.
func newKeptFixture(t testing.TB, scheme string) *fixture {
	t.Helper()
	dir := t.TempDir()
	f := &fixture{t: t, dir: dir, membersPath: filepath.Join(dir, "members")}
	f.e, f.keys, f.files = mixedFiles(t, scheme, 5, 2)
	if scheme == groupBlind {
		weaken(f.e)
	}
	f.prepare(5, 2)
	return f
}

// reopenMixer makes mixer i again, from its journal.
func (f *fixture) reopenMixer(i int) *roles.Mixer {
	f.t.Helper()
	if f.journals[i] != nil {
		check(f.t, f.journals[i].Close())
	}
	path := filepath.Join(f.dir, fmt.Sprintf("m%d", i+1))
	j, file, err := roles.OpenJournal(path, f.e.Policy.ID(), f.random("journal "+path[len(f.dir)+1:]))
	check(f.t, err)
	f.journals[i] = file
	return f.newMixer(i, j)
}

// reopenRegistrar makes the registrar again, from its file.
func (f *fixture) reopenRegistrar() {
	f.t.Helper()
	if f.registerFile != nil {
		check(f.t, f.registerFile.Close())
	}
	var err error
	f.registrar, f.registerFile, err = roles.OpenRegistrar(f.supervisor, f.list, filepath.Join(f.dir, "register"))
	check(f.t, err)
}

// reopenDepositor makes depositor i again, from its seed.
func (f *fixture) reopenDepositor(i int) *roles.Depositor {
	f.t.Helper()
	seed := seedOf(fmt.Sprintf("person %d", i+1))
	v, err := roles.NewDepositor(f.e, seed.Key("registration"), seed.Key("roll"), f.node(), seed)
	check(f.t, err)
	f.showChain(v)
	return v
}

// reopen makes a role again. To make the keys of the group and of blind RSA again takes long: the treasurer
// and mixers with blind RSA are made again once a block.
func (f *fixture) reopen(who string, opened map[string]uint32) {
	f.t.Helper()
	if at, done := opened[who]; done && at == f.tip() && who[0] != 'v' && f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA || done && at == f.tip() && who == "treasurer" {
		return
	}
	opened[who] = f.tip()
	if who == "treasurer" {
		f.openTreasurer()
		f.reopenRegistrar()
		return
	}
	i := int(who[1] - '1')
	if who[0] == 'm' {
		f.mixers[i] = f.reopenMixer(i)
	} else {
		f.voters[i] = f.reopenDepositor(i)
	}
}

// asUsual says that every party ends as in an exchange without trouble.
func (f *fixture) asUsual() {
	f.t.Helper()
	for i := range f.voters {
		f.wantCoin(i)
	}
	for i := range f.mixers {
		f.wantRepaid(i)
	}
	for _, b := range f.view.Breaches {
		f.t.Errorf("%s: %s", b.Where, b.Message)
	}
	if f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		f.wantFindings()
	}
}

// TestExchangeRestarts: each role of an exchange is made again before its acts, from its seed and its files.
// Every party ends to the satoshi as if it had not been, and the auditor finds nothing.
func TestExchangeRestarts(t *testing.T) {
	for name, scheme := range map[string]string{"blind RSA": blindRSA, "group": groupBlind} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, opened := newKeptFixture(t, scheme), make(map[string]uint32)
			f.beforeAct = func(who string) { f.reopen(who, opened) }
			f.close()
			f.asUsual()
		})
	}
}

// TestExchangeLosesTransactions: the relays forget each transaction once, and the roles restart.
func TestExchangeLosesTransactions(t *testing.T) {
	for name, scheme := range map[string]string{"blind RSA": blindRSA, "group": groupBlind} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, opened, lost := newKeptFixture(t, scheme), make(map[string]uint32), make(map[chainhash.Hash]bool)
			n := &hookedNode{Chain: f.chain}
			n.submit = func(tx *wire.MsgTx) error {
				if id := tx.TxHash(); !lost[id] {
					lost[id] = true
					return nil
				}
				return f.chain.Submit(tx)
			}
			names, _ := f.actors()
			for _, who := range names {
				f.nodes[who] = n
			}
			f.beforeAct = func(who string) { f.reopen(who, opened) }
			f.close()
			f.asUsual()
			if len(lost) < len(f.voters)+3 { // deposits, coins, a sweep and the repayments
				t.Errorf("%d transactions lost", len(lost))
			}
		})
	}
}

// TestExchangeWithCopies: a second copy of each role that its seed alone makes acts on the same views. What
// has a file has no second copy.
func TestExchangeWithCopies(t *testing.T) {
	for name, scheme := range map[string]string{"blind RSA": blindRSA, "group": groupBlind} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newKeptFixture(t, scheme)
			_, _, err := roles.OpenJournal(filepath.Join(f.dir, "m1"), f.e.Policy.ID(), nil)
			_, _, again := roles.OpenTreasurer(f.supervisor, f.membersPath)
			if err == nil || again == nil {
				t.Error("a file is opened twice")
			}
			var copies []actor
			for i := range f.voters {
				copies = append(copies, f.reopenDepositor(i))
			}
			f.beforeAct = func(who string) {
				if who[0] != 'v' {
					return
				}
				acts, err := copies[who[1]-'1'].Acts(f.look)
				check(t, err)
				check(t, f.perform(who, acts))
			}
			f.beforeActs = func(tip uint32) {
				for i := range copies {
					copies[i] = f.reopenDepositor(i)
				}
			}
			f.close()
			f.asUsual()
		})
	}
}
