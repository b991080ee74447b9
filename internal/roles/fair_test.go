package roles_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// What everybody has when the exchange begins, in satoshis.
const (
	purseOfSupervisor = 50_000_000
	purseOfMixer      = 20_000_000
	purseOfVoter      = 1_000_000
)

// fair is the exchange of a mixed election, from its announcement to its roll,
// with whatever its people do that they should not.
type fair struct {
	t          testing.TB
	e          *election.Election
	chain      *regtest.Chain
	log        *board.Log
	keys       map[string]curve.Scalar
	bank       curve.Scalar // owns the blocks' subsidies
	supervisor *roles.Supervisor
	treasurer  *roles.Treasurer
	mixers     []*roles.Mixer
	voters     []*roles.Depositor
	files      [2][]byte // policy and contract

	read      int // lines that view has read
	view      *election.ExchangeLog
	announced uint32

	// absent tells who does nothing at all at a tip: "m1", "v2", "treasurer".
	absent func(who string, tip uint32) bool
	poor   bool      // the supervisor has hardly anything
	path   string    // of m1's journal, or ""
	file   io.Closer // the same, open

	// stop tells whether somebody who got an error stops, instead of the test.
	stop func(who string, err error) bool
	// also is called at every tip, before anybody acts.
	also func(tip uint32)
	// publish is what the keeper appends for a line; nil for the line itself.
	publish func(who string, l board.Line) []board.Line
	// bent are transactions whose input scripts the miner wrote another way; nil
	// where it does not.
	bent map[chainhash.Hash]bool
}

// newFair prepares an exchange with blind RSA and publishes its registry.
func newFair(t testing.TB, voters, mixers int) *fair {
	t.Helper()
	f := &fair{t: t}
	f.e, f.keys, f.files = mixedFiles(t, blindRSA, voters, mixers)
	f.prepare(voters, mixers)
	return f
}

// newGroupFair is newFair with the signatures of a small group.
func newGroupFair(t testing.TB, voters, mixers int) *fair {
	t.Helper()
	return newStoredFair(t, voters, mixers, "")
}

// newStoredFair is newGroupFair with m1's journal in a file.
func newStoredFair(t testing.TB, voters, mixers int, path string) *fair {
	t.Helper()
	f := &fair{t: t, path: path}
	f.e, f.keys, f.files = mixedFiles(t, groupBlind, voters, mixers)
	weaken(f.e)
	f.prepare(voters, mixers)
	return f
}

// prepare plays up to the registry.
func (f *fair) prepare(voters, mixers int) {
	f.t.Helper()
	f.begin(voters, mixers)
	f.register()
}

// begin announces the election.
func (f *fair) begin(voters, mixers int) {
	f.t.Helper()
	t := f.t
	f.bank, f.absent = curve.NewScalar(77), func(string, uint32) bool { return false }
	f.log, f.view = board.NewLog(f.e.EID), election.NewExchangeLog(f.e)
	var err error
	f.chain, err = regtest.New(t.TempDir(), lang.Params("regtest"), roles.PayToKey(curve.BaseMul(f.bank).Key()))
	check(t, err)
	t.Cleanup(func() { f.chain.Close() })
	f.supervisor, err = roles.NewSupervisor(f.e, f.keys["supervisor"], f.node(), f.random("supervisor"))
	check(t, err)
	f.treasurer, err = roles.NewTreasurer(f.supervisor)
	check(t, err)
	f.cast(voters, mixers)
	f.mine(101)
	f.fund()
	f.mine(102)
	open, err := f.supervisor.Open(f.files[0], f.files[1])
	f.appendLine("supervisor", open, err)
	check(t, f.supervisor.Anchor(election.Announce, f.log.Head()))
	f.mine(103)
	f.announced = 103
	for i, c := range f.e.Policy.Candidates {
		candidate, err := roles.NewCandidate(f.e, i+1, f.keys["candidate "+c.Name], f.chain, f.random(c.Name))
		check(t, err)
		line, err := candidate.Possession()
		f.appendLine(c.Name, line, err)
	}
}

func (f *fair) random(who string) *rand.ChaCha8 {
	return rand.NewChaCha8(curve.TaggedHash("rehearsal", []byte(who)))
}

// cast gives the parts to people.
func (f *fair) cast(voters, mixers int) {
	f.mixers = make([]*roles.Mixer, mixers)
	for i := range f.mixers {
		name := fmt.Sprintf("m%d", i+1)
		journal, err := roles.NewJournal(f.random("journal " + name))
		check(f.t, err)
		if i == 0 && f.path != "" {
			journal = f.openJournal()
		}
		f.mixers[i], err = roles.NewMixer(f.e, name, f.keys["mixer "+name], f.node(), f.random(name), journal)
		check(f.t, err)
	}
	for i := range voters {
		r := f.random(fmt.Sprintf("v%d", i+1))
		key, err := curve.RandomScalar(r)
		check(f.t, err)
		roll, err := curve.RandomScalar(r)
		check(f.t, err)
		f.keys[fmt.Sprintf("registration v%d", i+1)], f.keys[fmt.Sprintf("roll v%d", i+1)] = key, roll
		v, err := roles.NewDepositor(f.e, key, roll, f.node(), r)
		check(f.t, err)
		f.voters = append(f.voters, v)
	}
}

// fund pays everybody what they have in the beginning.
func (f *fair) fund() {
	f.t.Helper()
	purses := []purse{{key: f.supervisor.Key(), sats: purseOfSupervisor}}
	if f.poor {
		purses[0].sats = 100_000
	}
	for _, m := range f.mixers {
		purses = append(purses, purse{key: m.Key(), sats: purseOfMixer})
	}
	for _, v := range f.voters {
		purses = append(purses, purse{key: v.Key(), sats: purseOfVoter})
	}
	f.give(1, purses...)
}

// purse is what somebody is given.
type purse struct {
	key  curve.PublicKey
	sats int64
}

// give pays out of a block's subsidy.
func (f *fair) give(block uint32, purses ...purse) {
	f.t.Helper()
	b, err := f.chain.Block(block)
	check(f.t, err)
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: b.Transactions[0].TxHash()}, nil, nil))
	for _, p := range purses {
		tx.AddTxOut(wire.NewTxOut(p.sats, roles.PayToKey(p.key)))
	}
	public := curve.BaseMul(f.bank).Key()
	sig := f.signature(tx, 0, roles.PayToKey(public), f.bank)
	tx.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(sig).AddData(public[:]).Script()
	check(f.t, err)
	check(f.t, f.chain.Submit(tx))
}

// signature is a key's for input i, which spends a locking script.
func (f *fair) signature(tx *wire.MsgTx, i int, locking []byte, key curve.Scalar) []byte {
	f.t.Helper()
	hash, err := txscript.CalcSignatureHash(locking, txscript.SigHashAll, tx, i)
	check(f.t, err)
	sig, err := curve.SignECDSA(key, [32]byte(hash))
	check(f.t, err)
	return append(sig, byte(txscript.SigHashAll))
}

// register plays up to the registry.
func (f *fair) register() {
	f.t.Helper()
	lines, err := f.treasurer.Announce()
	check(f.t, err)
	f.append("supervisor", lines...)
	announcements := make([]board.Line, len(f.mixers))
	cores.Each(len(f.mixers), func(i int) {
		var err error
		if announcements[i], err = f.mixers[i].Announce(f.view); err != nil {
			f.t.Error(err)
		}
	})
	for i, m := range f.mixers {
		f.append(fmt.Sprintf("m%d", i+1), announcements[i])
		certificate, err := f.treasurer.Admit(f.view, announcements[i], m.Request())
		check(f.t, err)
		check(f.t, m.Certify(certificate))
	}
	csv := "identity,key\n"
	for i := range f.voters {
		csv += fmt.Sprintf("voter %d,%s\n", i+1, curve.BaseMul(curve.NewScalar(uint32(1000+i))).Key())
	}
	list, err := roles.ReadEligible(strings.NewReader(csv))
	check(f.t, err)
	registrar := roles.NewRegistrar(f.supervisor, list)
	for i := range f.voters {
		key := f.keys[fmt.Sprintf("registration v%d", i+1)]
		r, err := roles.Register(f.e.EID, fmt.Sprintf("voter %d", i+1), curve.NewScalar(uint32(1000+i)), key)
		check(f.t, err)
		_, err = registrar.Admit(r)
		check(f.t, err)
	}
	deadlines, err := roles.Deadlines(f.e.Policy, f.tip())
	check(f.t, err)
	line, err := registrar.Publish(f.treasurer.Mixers(), deadlines)
	f.appendLine("supervisor", line, err)
}

func (f *fair) tip() uint32 { h, _ := f.chain.Tip(); return h }

func (f *fair) appendLine(who string, l board.Line, err error) {
	f.t.Helper()
	check(f.t, err)
	f.append(who, l)
}

func (f *fair) append(who string, lines ...board.Line) {
	f.t.Helper()
	for _, l := range lines {
		published := []board.Line{l}
		if f.publish != nil {
			published = f.publish(who, l)
		}
		for _, l := range published {
			check(f.t, f.log.Append(l))
		}
	}
	for all := f.log.Lines(); f.read < len(all); f.read++ {
		f.view.Read(f.read+1, &all[f.read])
	}
}

// mine shows everybody each block up to height.
func (f *fair) mine(height uint32) {
	f.t.Helper()
	for tip := f.tip(); tip < height; tip++ {
		check(f.t, f.chain.Mine(1))
		b, err := f.chain.Block(tip + 1)
		check(f.t, err)
		f.supervisor.Watch(tip+1, b)
		for _, m := range f.mixers {
			m.Watch(tip+1, b)
		}
		for _, v := range f.voters {
			v.Watch(tip+1, b)
		}
	}
}

func (f *fair) replay() *election.Replay {
	f.t.Helper()
	r := election.NewReplay(f.e, f.log.Lines())
	for h := f.announced; h <= f.tip(); h++ {
		b, err := f.chain.Block(h)
		check(f.t, err)
		r.Block(h, b)
	}
	return r
}

func (f *fair) exchange() *election.Exchange { return f.e.Exchange(f.view, f.replay()) }

// actor is somebody who acts again and again.
type actor interface {
	Act(*election.Exchange) ([]board.Line, error)
}

func (f *fair) people() (names []string, people []actor) {
	names, people = []string{"treasurer"}, []actor{f.treasurer}
	for i, m := range f.mixers {
		names, people = append(names, fmt.Sprintf("m%d", i+1)), append(people, m)
	}
	for i, v := range f.voters {
		names, people = append(names, fmt.Sprintf("v%d", i+1)), append(people, v)
	}
	return names, people
}

// act lets everybody act until nobody has anything more to say.
func (f *fair) act() {
	f.t.Helper()
	names, people := f.people()
	for again := true; again; {
		again = false
		x := f.exchange()
		for i, p := range people {
			if f.absent(names[i], f.tip()) {
				continue
			}
			lines, err := p.Act(x)
			if err != nil && f.stop != nil && f.stop(names[i], err) {
				continue
			}
			if err != nil {
				f.t.Fatalf("%s at tip %d: %v", names[i], f.tip(), err)
			}
			before := f.read
			f.append(names[i], lines...)
			again = again || f.read > before
		}
	}
}

// run plays the exchange up to the tip at height, everybody acting at each.
func (f *fair) run(height uint32) {
	f.t.Helper()
	for f.tip() < height {
		if f.also != nil {
			f.also(f.tip())
		}
		f.act()
		f.mine(f.tip() + 1)
	}
}

// close enrols who has a coin, closes the roll, and lets those who have none
// take their deposits back.
func (f *fair) close() {
	f.t.Helper()
	roll := f.e.Policy.Times.Roll
	f.run(roll - 1)
	f.act()
	x := f.exchange()
	for i, v := range f.voters {
		coin, ok := v.Coin(x)
		if !ok {
			continue
		}
		voter, err := roles.NewVoter(f.e, f.keys[fmt.Sprintf("roll v%d", i+1)], f.chain, nil)
		check(f.t, err)
		sig, err := voter.Register(coin)
		check(f.t, err)
		line, err := f.treasurer.Enrol(x, v.RollKey(), coin, sig)
		f.appendLine("supervisor", line, err)
	}
	check(f.t, f.supervisor.Anchor(election.RollClosed, f.log.Head()))
	f.run(roll + 3)
}
