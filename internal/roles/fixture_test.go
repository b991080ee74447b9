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
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// The balances at the beginning of the exchange, in satoshis.
const (
	fundsOfSupervisor = 50_000_000
	fundsOfMixer      = 20_000_000
	fundsOfVoter      = 1_000_000
)

// fixture is the exchange of a mixed election, from its announcement to its roll, with hooks by which
// roles misbehave.
type fixture struct {
	t          testing.TB
	e          *election.Election
	chain      *regtest.Chain
	log        *board.Log
	keys       map[string]curve.Scalar
	minerKey   curve.Scalar // owns the blocks' subsidies
	supervisor *roles.Supervisor
	treasurer  *roles.Treasurer
	mixers     []*roles.Mixer
	voters     []*roles.Depositor
	files      [2][]byte // policy and contract

	view       *election.Exchange // of all lines and blocks
	look       *roles.View        // the same
	observer   *roles.Observer
	blocks     []*wire.MsgBlock       // of the chain, from height 1
	nodes      map[string]roles.Chain // of roles that have one of their own
	performed  map[string]uint32      // acts, by the tip at which they were performed last
	registrar  *roles.Registrar
	list       *roles.Eligible
	memberKeys int // of each mixer; 0 for one
	announced  uint32

	// absent reports whether a role does nothing at a tip: "m1", "v2", "treasurer".
	absent       func(who string, tip uint32) bool
	underfunded  bool         // the supervisor has 100,000 sat
	journalPath  string       // of m1's journal, or ""
	journalFile  io.Closer    // the same, open
	dir          string       // of the files of all roles, or ""
	journals     [9]io.Closer // open, of the mixers; with dir only
	registerFile io.Closer    // open, the registrar's file; with dir only
	membersPath  string       // of the treasurer's file, or ""
	membersFile  io.Closer    // the same, open

	// lines returns the board as a role sees it, nil for all of it; the hook may be nil.
	lines func(who string) []board.Line

	// tolerates reports whether a role's error stops the role, and not the test.
	tolerates func(who string, err error) bool
	// beforeAct is called before a role acts.
	beforeAct func(who string)
	// beforeActs is called at every tip, before the roles act.
	beforeActs func(tip uint32)
	// publish returns the lines that the board keeper appends in place of a line; nil appends the
	// line itself.
	publish func(who string, l board.Line) []board.Line
	// malleated are the transactions whose input scripts the miner rewrote; nil where it does not.
	malleated map[chainhash.Hash]bool
}

// newFixture prepares an exchange with blind RSA and registers its voters.
func newFixture(t testing.TB, voters, mixers int) *fixture {
	t.Helper()
	f := &fixture{t: t}
	f.e, f.keys, f.files = mixedFiles(t, blindRSA, voters, mixers)
	f.prepare(voters, mixers)
	return f
}

// newGroupFixture is newFixture with the signatures of a small group.
func newGroupFixture(t testing.TB, voters, mixers int) *fixture {
	t.Helper()
	return newStoredFixture(t, voters, mixers, "")
}

// newStoredFixture is newGroupFixture with m1's journal in a file.
func newStoredFixture(t testing.TB, voters, mixers int, path string) *fixture {
	t.Helper()
	f := &fixture{t: t, journalPath: path}
	f.e, f.keys, f.files = mixedFiles(t, groupBlind, voters, mixers)
	weaken(f.e)
	f.prepare(voters, mixers)
	return f
}

// prepare plays up to the registration.
func (f *fixture) prepare(voters, mixers int) {
	f.t.Helper()
	f.begin(voters, mixers)
	f.register()
}

// begin announces the election.
func (f *fixture) begin(voters, mixers int) {
	f.t.Helper()
	t := f.t
	f.minerKey, f.absent = curve.NewScalar(77), func(string, uint32) bool { return false }
	f.log = board.NewLog(f.e.EID)
	var err error
	f.chain, err = regtest.New(t.TempDir(), lang.Params("regtest"), templates.PayToKey(curve.BaseMul(f.minerKey).Key()))
	check(t, err)
	t.Cleanup(func() { f.chain.Close() })
	f.observer = roles.NewObserver(f.e, f.chain, 1)
	f.nodes, f.performed = make(map[string]roles.Chain), make(map[string]uint32)
	f.supervisor, err = roles.NewSupervisor(f.e, f.keys["supervisor"], f.node(), seedOf("supervisor"))
	check(t, err)
	if f.membersPath != "" {
		f.openTreasurer()
	} else {
		f.treasurer, err = roles.NewTreasurer(f.supervisor)
		check(t, err)
	}
	f.makeRoles(voters, mixers)
	f.mine(101)
	f.fund()
	f.mine(102)
	var proofs [][]byte
	for i, c := range f.e.Policy.Candidates {
		candidate, err := roles.NewCandidate(f.e, i+1, f.keys["candidate "+c.Name], f.chain, seedOf(c.Name))
		check(t, err)
		proofs = append(proofs, candidate.Possession())
	}
	f.supervisor.Plan(roles.Plan{
		Policy: f.files[0], Contract: f.files[1], Server: f.e.Policy.Supervisor, Possessions: proofs, Announce: 103,
	})
	f.supervise() // line 1
	f.supervise() // the announcement
	f.mine(103)
	f.announced = 103
}

func (f *fixture) random(who string) *rand.ChaCha8 { return rand.NewChaCha8(seedOf(who)) }

// seedOf is the seed of a role.
func seedOf(who string) roles.Seed { return curve.TaggedHash("rehearsal", []byte(who)) }

// makeRoles makes the mixers and the depositors.
func (f *fixture) makeRoles(voters, mixers int) {
	f.mixers = make([]*roles.Mixer, mixers)
	for i := range f.mixers {
		name := fmt.Sprintf("m%d", i+1)
		journal, err := roles.NewJournal(f.random("journal " + name))
		check(f.t, err)
		if i == 0 && f.journalPath != "" {
			journal = f.openJournal()
		}
		if f.dir != "" {
			f.mixers[i] = f.reopenMixer(i)
			continue
		}
		f.mixers[i], err = roles.NewMixer(f.e, name, f.keys["mixer "+name], f.node(), f.random(name), journal, max(1, f.memberKeys))
		check(f.t, err)
	}
	for i := range voters {
		seed := seedOf(fmt.Sprintf("person %d", i+1))
		key, roll := seed.Key("registration"), seed.Key("roll")
		f.keys[fmt.Sprintf("registration v%d", i+1)], f.keys[fmt.Sprintf("roll v%d", i+1)] = key, roll
		v, err := roles.NewDepositor(f.e, key, roll, f.node(), seed)
		check(f.t, err)
		f.voters = append(f.voters, v)
	}
}

// fund pays each role its balance.
func (f *fixture) fund() {
	f.t.Helper()
	payments := []payment{{key: f.supervisor.Key(), sats: fundsOfSupervisor}}
	if f.underfunded {
		payments[0].sats = 100_000
	}
	for _, m := range f.mixers {
		payments = append(payments, payment{key: m.Key(), sats: fundsOfMixer})
	}
	for _, v := range f.voters {
		payments = append(payments, payment{key: v.Key(), sats: fundsOfVoter})
	}
	f.pay(1, payments...)
}

// payment is what a key is paid.
type payment struct {
	key  curve.PublicKey
	sats int64
}

// pay pays out of a block's subsidy.
func (f *fixture) pay(block uint32, payments ...payment) {
	f.t.Helper()
	b, err := f.chain.Block(block)
	check(f.t, err)
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: b.Transactions[0].TxHash()}, nil, nil))
	for _, p := range payments {
		tx.AddTxOut(wire.NewTxOut(p.sats, templates.PayToKey(p.key)))
	}
	public := curve.BaseMul(f.minerKey).Key()
	sig := f.signature(tx, 0, templates.PayToKey(public), f.minerKey)
	tx.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(sig).AddData(public[:]).Script()
	check(f.t, err)
	check(f.t, f.chain.Submit(tx))
}

// signature is a key's for input i, which spends a locking script.
func (f *fixture) signature(tx *wire.MsgTx, i int, locking []byte, key curve.Scalar) []byte {
	f.t.Helper()
	hash, err := txscript.CalcSignatureHash(locking, txscript.SigHashAll, tx, i)
	check(f.t, err)
	sig, err := curve.SignECDSA(key, [32]byte(hash))
	check(f.t, err)
	return append(sig, byte(txscript.SigHashAll))
}

// register admits mixers and voters.
func (f *fixture) register() {
	f.t.Helper()
	f.appendLines("supervisor", f.treasurer.Acts)
	announcements := make([][]roles.Act, len(f.mixers))
	cores.Each(len(f.mixers), func(i int) {
		var err error
		if announcements[i], err = f.mixers[i].Acts(f.look); err != nil {
			f.t.Error(err)
		}
	})
	for i, m := range f.mixers {
		line := *announcements[i][0].Line
		f.append(fmt.Sprintf("m%d", i+1), line)
		certificates, err := f.treasurer.Admit(f.view.ExchangeLog, line, m.Requests())
		check(f.t, err)
		check(f.t, m.Certify(certificates))
	}
	csv := "identity,key\n"
	for i := range f.voters {
		csv += fmt.Sprintf("voter %d,%s\n", i+1, curve.BaseMul(curve.NewScalar(uint32(1000+i))).Key())
	}
	list, err := roles.ReadEligible(strings.NewReader(csv))
	check(f.t, err)
	f.list, f.registrar = list, roles.NewRegistrar(f.supervisor, list)
	for i := range f.voters {
		if f.dir != "" {
			f.reopenRegistrar()
		}
		key := f.keys[fmt.Sprintf("registration v%d", i+1)]
		r, err := roles.Register(f.e.EID, fmt.Sprintf("voter %d", i+1), curve.NewScalar(uint32(1000+i)), key)
		check(f.t, err)
		_, err = f.registrar.Admit(r)
		check(f.t, err)
	}
}

func (f *fixture) tip() uint32 { h, _ := f.chain.Tip(); return h }

func (f *fixture) appendLine(who string, l board.Line, err error) {
	f.t.Helper()
	check(f.t, err)
	f.append(who, l)
}

func (f *fixture) append(who string, lines ...board.Line) {
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
	f.see()
}

// appendLines appends the lines of a role's acts, which sends nothing.
func (f *fixture) appendLines(who string, of func(*roles.View) ([]roles.Act, error)) {
	f.t.Helper()
	acts, err := of(f.look)
	check(f.t, err)
	for _, a := range acts {
		f.append(who, *a.Line)
	}
}

// see looks at board and chain.
func (f *fixture) see() {
	f.t.Helper()
	var err error
	f.look, err = f.observer.View(f.log.Lines())
	check(f.t, err)
	f.view = f.look.Exchange
}

// mine adds blocks up to height and shows them to every role.
func (f *fixture) mine(height uint32) {
	f.t.Helper()
	defer f.see()
	for tip := f.tip(); tip < height; tip++ {
		check(f.t, f.chain.Mine(1))
		b, err := f.chain.Block(tip + 1)
		check(f.t, err)
		f.blocks = append(f.blocks, b)
		f.supervisor.Watch(tip+1, b)
		for _, m := range f.mixers {
			m.Watch(tip+1, b)
		}
		for _, v := range f.voters {
			v.Watch(tip+1, b)
		}
	}
}

func (f *fixture) replay() *election.Replay {
	f.t.Helper()
	r := election.NewReplay(f.e, f.log.Lines())
	for h := max(f.announced, 1); h <= f.tip(); h++ {
		b, err := f.chain.Block(h)
		check(f.t, err)
		r.Block(h, b)
	}
	return r
}

func (f *fixture) exchange() *election.Exchange {
	f.t.Helper()
	r := f.replay()
	return f.e.Exchange(f.log.Lines(), r.Sequence(0), r)
}

// actor is a role that acts whenever board or chain have grown.
type actor interface {
	Acts(*roles.View) ([]roles.Act, error)
}

func (f *fixture) actors() (names []string, people []actor) {
	names, people = []string{"treasurer"}, []actor{f.treasurer}
	for i, m := range f.mixers {
		names, people = append(names, fmt.Sprintf("m%d", i+1)), append(people, m)
	}
	for i, v := range f.voters {
		names, people = append(names, fmt.Sprintf("v%d", i+1)), append(people, v)
	}
	return names, people
}

// viewOf is what a role sees.
func (f *fixture) viewOf(who string, all *roles.View) *roles.View {
	f.t.Helper()
	if f.lines != nil {
		if lines := f.lines(who); lines != nil {
			v, err := roles.NewObserver(f.e, f.chain, 1).View(lines)
			check(f.t, err)
			return v
		}
	}
	return all
}

// act lets the roles act until no line is new.
func (f *fixture) act() {
	f.t.Helper()
	names, people := f.actors()
	for again := true; again; {
		again = false
		view := f.look
		for i := range people {
			if f.absent(names[i], f.tip()) {
				continue
			}
			if f.beforeAct != nil {
				f.beforeAct(names[i])
				_, people = f.actors()
			}
			acts, err := people[i].Acts(f.viewOf(names[i], view))
			before := len(f.log.Lines())
			if err == nil {
				err = f.perform(names[i], acts)
			}
			if err != nil && !(f.tolerates != nil && f.tolerates(names[i], err)) {
				f.t.Fatalf("%s at tip %d: %v", names[i], f.tip(), err)
			}
			again = again || len(f.log.Lines()) > before
		}
	}
}

// perform appends lines and sends transactions, each once between two blocks.
func (f *fixture) perform(who string, acts []roles.Act) (err error) {
	f.t.Helper()
	for _, a := range acts {
		key, tip := a.What, f.tip()
		if a.Tx != nil {
			key += a.Tx.TxHash().String()
		} else {
			key += string(a.Line.By[:]) + string(a.Line.Body)
		}
		if last, done := f.performed[key]; done && last == tip {
			continue
		}
		f.performed[key] = tip
		if a.Line != nil {
			f.append(who, *a.Line)
			continue
		}
		n := f.nodes[who]
		if n == nil {
			n = f.node()
		}
		if failed := n.Submit(a.Tx); !relay.Stands(a.Tx, failed) {
			err = fmt.Errorf("%s: %w", a.What, failed)
		}
	}
	return err
}

// run plays the exchange up to the tip at height. Every role acts at each tip.
func (f *fixture) run(height uint32) {
	f.t.Helper()
	for f.tip() < height {
		if f.beforeActs != nil {
			f.beforeActs(f.tip())
		}
		f.act()
		f.anchor()
		f.mine(f.tip() + 1)
	}
}
