package agent_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"bevote/internal/agent"
	"bevote/internal/regtest"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// game is how an election is played.
type game struct {
	form   rehearsaltest.Form
	votes  []int // candidate by voter, 0 to abstain
	winner string
}

// games returns an election that the dealing decides, one that it leaves without a winner, and a custodial
// one, where some stakes are claimed and some taken back.
func games() map[string]game {
	dealt := rehearsaltest.Form{Candidates: 2, Voters: 5, Threshold: 3, Depth: 2, Joint: "by voters", Win: "joint and candidate sign"}
	custodial := rehearsaltest.Form{Candidates: 2, Voters: 5, Threshold: 3, Depth: 3, Win: "supervisor signs"}
	return map[string]game{
		"dealt":     {dealt, []int{1, 1, 2, 1, 0}, "alice"},
		"refunded":  {dealt, []int{1, 2, 2, 1, 0}, ""},
		"custodial": {custodial, []int{2, 1, 2, 2, 0}, "bob"},
	}
}

// failure is how the operation of a number fails.
type failure int

const (
	none  failure = iota
	lost          // nothing of it is done, and the process dies
	half          // of a file a half is written, of a message the answer is lost, and the process dies
	done          // it is done, and the process dies
	flaky         // it fails, and the process goes on
)

var errFails = errors.New("the power is out")

// world is an election whose roles run on one chain and one board, one after the other.
type world struct {
	t testing.TB
	*rehearsal.Play
	chain    *regtest.Chain
	server   *server
	homes    []*party
	sent     int               // messages that were taken
	ops      int               // operations that may fail
	failsAt  func(op int) bool // nil where none fails
	fails    failure
	failed   string // what failed last
	failedAt int
	failures int
	restarts int
	onBlock  func(height uint32) // before a block is mined; may be nil
}

// party is one role with its disk.
type party struct {
	*world
	name    string
	files   map[string][]byte
	make    func() (agent.Role, error)
	scripts [][]byte
	choice  *roles.Choice
	agent   *agent.Agent
	status  *agent.Status
	dead    bool
	fork    []board.Line // what the server has shown to this role alone, before it showed it the board; nil for nothing
}

func newWorld(t testing.TB, g game) *world {
	t.Helper()
	p, err := rehearsal.New(context.Background(), rehearsal.Options{Source: g.form.Source(), Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	w := &world{t: t, Play: p, chain: p.Chain}
	w.server = &server{world: w, key: p.Seed("server").Key("receipts"), head: p.EID}
	w.addSupervisor()
	for i, c := range p.Policy.Candidates {
		name := "candidate " + c.Name
		w.add(name, c.Payout, nil, func() (agent.Role, error) {
			return roles.NewCandidate(p.Election, i+1, p.Keys[name], p.Chain, p.Seed(name))
		})
	}
	for i, v := range p.Voters {
		choice := &roles.Choice{Candidate: g.votes[i], Abstain: g.votes[i] == 0, Height: p.Policy.Times.VoteFrom + uint32(i)}
		w.add(fmt.Sprintf("voter %d", i+1), templates.PayToKey(v.Key()), choice, func() (agent.Role, error) {
			return roles.NewVoter(p.Election, v.Secret, p.Chain, p.Seed(v.Role))
		})
	}
	return w
}

func (w *world) addSupervisor() {
	plan := roles.Plan{Policy: w.PolicyFile, Contract: w.ContractFile, Server: w.server.public(), Announce: w.Times.Announce, Coins: w.Times.Coins}
	for _, c := range w.Candidates {
		plan.Possessions = append(plan.Possessions, c.Possession())
	}
	for _, v := range w.Voters {
		plan.Voters = append(plan.Voters, v.Key())
	}
	w.add("supervisor", templates.PayToKey(w.Policy.Supervisor), nil, func() (agent.Role, error) {
		s, err := roles.NewSupervisor(w.Election, w.Keys["supervisor"], w.chain, w.Seed("supervisor"))
		if err == nil {
			s.Plan(plan)
		}
		return s, err
	})
}

func (w *world) add(name string, script []byte, choice *roles.Choice, role func() (agent.Role, error)) *party {
	h := &party{world: w, name: name, files: make(map[string][]byte), make: role, scripts: [][]byte{script}, choice: choice}
	w.homes = append(w.homes, h)
	return h
}

// op performs an operation of a role, or fails it, if its turn to fail has come.
func (h *party) op(what string, part, whole func()) error {
	w := h.world
	if h.dead {
		return errFails
	}
	if w.ops++; w.failsAt == nil || !w.failsAt(w.ops) {
		whole()
		return nil
	}
	w.failures++
	w.failed, w.failedAt = h.name+": "+what, w.ops
	h.dead = w.fails != flaky
	switch w.fails {
	case half:
		part()
	case done:
		whole()
	}
	return errFails
}

// Read returns a file.
func (h *party) Read(name string) ([]byte, error) { return slices.Clone(h.files[name]), nil }

// Append writes at the end of a file, after what a crash has left of a line.
func (h *party) Append(name string, text []byte) error {
	before := h.files[name]
	before = before[:slices.Index(append(slices.Clone(before), 0), 0)] // all
	for len(before) > 0 && before[len(before)-1] != '\n' {
		before = before[:len(before)-1]
	}
	write := func(part []byte) func() {
		return func() { h.files[name] = slices.Concat(before, part) }
	}
	return h.op("append to "+name, write(text[:len(text)/2]), write(text))
}

// Write replaces a file. The status is for people, and nothing follows from it.
func (h *party) Write(name string, data []byte) error {
	whole := func() { h.files[name] = slices.Clone(data) }
	if name == agent.StatusFile {
		if h.dead {
			return errFails
		}
		whole()
		return nil
	}
	return h.op("write "+name, func() {}, whole)
}

// nodeOf is the node of a home.
type nodeOf struct{ *party }

func (n nodeOf) Snapshot(context.Context) (agent.Chain, error) { return chainOf{n.party, n.chain}, nil }
func (n nodeOf) Wait(ctx context.Context, c agent.Chain) error { return nil }

// chainOf is the chain as a home sees it.
type chainOf struct {
	home *party
	*regtest.Chain
}

func (c chainOf) Submit(tx *wire.MsgTx) (err error) {
	send := func() {
		if err = c.Chain.Submit(tx); err == nil {
			c.home.sent++
		}
	}
	if down := c.home.op("send a transaction", send, send); down != nil {
		return down
	}
	return err
}

// start makes the role and its agent anew, of what the disk holds.
func (h *party) start() error {
	role, err := h.make()
	if err != nil {
		return err
	}
	h.agent, err = agent.New(agent.Options{
		Election: h.Election, Role: role, Board: &boardOf{party: h}, Node: nodeOf{h}, Disk: h, From: 1, Scripts: h.scripts,
	})
	if err == nil && h.choice != nil && h.files["choice.json"] == nil {
		err = h.agent.Choose(*h.choice)
	}
	return err
}

// turn makes a turn, and where the process dies in it another one of a new process.
func (h *party) turn() {
	h.t.Helper()
	for {
		var err error
		if h.agent == nil {
			err = h.start()
		}
		if err == nil {
			h.status, err = h.agent.Turn(context.Background())
		}
		if h.dead || errors.Is(err, errFails) {
			h.agent, h.dead = nil, false
			h.restarts++
			continue
		}
		if err != nil {
			h.t.Fatalf("%s: %v", h.name, err)
		}
		return
	}
}

// settle makes turns until nothing is sent any more, and nothing fails.
func (w *world) settle() {
	w.t.Helper()
	for before := -1; before != w.sent+w.failures; {
		before = w.sent + w.failures
		for _, h := range w.homes {
			h.turn()
		}
	}
}

// play plays until a height.
func (w *world) play(to uint32) {
	w.t.Helper()
	if tip, _ := w.chain.Tip(); tip == 0 {
		w.mine(int(w.Times.Announce) - 3) // nothing is due before
	}
	for {
		w.settle()
		tip, _ := w.chain.Tip()
		if tip >= to {
			return
		}
		if w.onBlock != nil {
			w.onBlock(tip + 1)
		}
		w.mine(1)
	}
}

func (w *world) mine(n int) {
	w.t.Helper()
	if err := w.chain.Mine(n); err != nil {
		w.t.Fatal(err)
	}
}
