package roles_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// poll is a small custodial election up to its vote. Dealings are tested by whole rehearsals.
type poll struct {
	t          testing.TB
	e          *election.Election
	chain      *regtest.Chain
	relay      *hookedNode
	log        *board.Log
	supervisor *roles.Supervisor
	secret     curve.Scalar // the supervisor's
	voters     []*roles.Voter
	setup      *election.Setup
	votes      []*election.Vote
	observer   *roles.Observer
}

const pollSource = `bevote 1
election poll {
  network regtest
  supervisor pub:%s
  voters %d
  mixing none
  threshold 2 of %[2]d
  stake 200_000 sat
  fee 25 sat/vB
  confirmations 1
  grace 1 blocks
  roll by block 105
  vote from block 109 to block 111
  claim by block 113
  timeout block 115
  reveal from block 123
  candidate alice { key pub:%[3]s pay addr:%[4]s }
  candidate bob { key pub:%[5]s pay addr:%[6]s }
  win when supervisor signs
  refund voter after timeout
}
`

// custodialElection returns an election and its stand-ins' secrets.
func custodialElection(t testing.TB, voters int) (*election.Election, map[string]curve.Scalar) {
	t.Helper()
	src := fmt.Sprintf(pollSource, langtest.Key("s"), voters, langtest.Key("a"), langtest.Address("regtest", "pay a"),
		langtest.Key("b"), langtest.Address("regtest", "pay b"))
	policy, keys, err := workbench.StandIns([]byte(src), 1)
	check(t, err)
	built, _, err := workbench.Build(policy)
	check(t, err)
	e, err := election.Load(policy, built.Contract.Encode())
	check(t, err)
	return e, keys
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newPoll plays up to the closed roll.
func newPoll(t testing.TB, voters int) *poll {
	t.Helper()
	e, keys := custodialElection(t, voters)
	p := &poll{t: t, e: e, log: board.NewLog(e.EID), secret: keys["supervisor"]}
	var err error
	p.chain, err = regtest.New(t.TempDir(), lang.Params("regtest"), templates.PayToKey(e.Policy.Supervisor))
	check(t, err)
	t.Cleanup(func() { p.chain.Close() })
	p.relay = &hookedNode{Chain: p.chain}
	p.supervisor, err = roles.NewSupervisor(e, keys["supervisor"], p.relay, seedOf("supervisor"))
	check(t, err)
	for i := range e.Policy.Voters {
		seed := seedOf(fmt.Sprint("voter ", i+1))
		v, err := roles.NewVoter(e, seed.Key("roll"), p.relay, seed)
		check(t, err)
		p.voters = append(p.voters, v)
	}
	p.observer = roles.NewObserver(e, p.chain, 0)
	p.plan(keys)
	p.mine(102)
	for _, height := range []uint32{103, 104, 105, 106} {
		for range 2 { // line 1 and the announcement; the roll and its anchor
			check(t, p.act(p.supervisor))
		}
		for _, v := range p.voters {
			check(t, p.act(v))
		}
		p.mine(height)
	}
	p.setup = p.view().Setup
	if len(p.setup.Roll) != voters {
		t.Fatalf("a roll of %d, want %d", len(p.setup.Roll), voters)
	}
	return p
}

// plan tells the supervisor what it needs to know.
func (p *poll) plan(keys map[string]curve.Scalar) {
	p.t.Helper()
	plan := roles.Plan{Policy: []byte{}, Server: p.e.Policy.Supervisor, Announce: 103, Coins: 104}
	for i, c := range p.e.Policy.Candidates {
		candidate, err := roles.NewCandidate(p.e, i+1, keys["candidate "+c.Name], p.chain, seedOf(c.Name))
		check(p.t, err)
		plan.Possessions = append(plan.Possessions, candidate.Possession())
	}
	for _, v := range p.voters {
		plan.Voters = append(plan.Voters, v.Key())
	}
	p.supervisor.Plan(plan)
}

// acting is a role.
type acting interface {
	Acts(view *roles.View) ([]roles.Act, error)
}

// view is what board and chain show now.
func (p *poll) view() *roles.View {
	p.t.Helper()
	v, err := p.observer.View(p.log.Lines())
	check(p.t, err)
	return v
}

// act performs what is due of a role.
func (p *poll) act(who acting) error {
	p.t.Helper()
	acts, err := who.Acts(p.view())
	check(p.t, err)
	return p.perform(acts)
}

// perform performs acts. The error is of the transactions that the relay does not take.
func (p *poll) perform(acts []roles.Act) error {
	p.t.Helper()
	var failed []error
	for _, a := range acts {
		if a.Line != nil {
			check(p.t, p.log.Append(*a.Line))
		} else if err := p.relay.Submit(a.Tx); !relay.Stands(a.Tx, err) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (p *poll) mine(height uint32) {
	p.t.Helper()
	for tip, _ := p.chain.Tip(); tip < height; tip++ {
		check(p.t, p.chain.Mine(1))
		b, err := p.chain.Block(tip + 1)
		check(p.t, err)
		p.supervisor.Watch(tip+1, b)
	}
}

func (p *poll) tip() uint32 { h, _ := p.chain.Tip(); return h }

// vote has the voters vote as choice says, and closes the poll.
func (p *poll) vote(choice func(i int) int) {
	p.t.Helper()
	p.mine(p.e.Policy.Times.VoteFrom - 1)
	for i, v := range p.voters {
		v.Choose(roles.Choice{Candidate: choice(i)})
		check(p.t, p.act(v))
	}
	p.mine(111)
	p.count()
	for _, v := range p.votes {
		if !v.Counted() {
			p.t.Fatalf("slot %d does not count: %v", v.Index, v.Faults)
		}
	}
}

// count takes the votes that the chain shows.
func (p *poll) count() {
	p.t.Helper()
	c, err := p.view().Count()
	check(p.t, err)
	p.votes = c.All
}

// A refund with lock T is refused while the tip is T−1 and accepted at T.
func TestRefundWaitsForTheTimeout(t *testing.T) {
	p := newPoll(t, 3)
	p.vote(func(int) int { return 1 })
	timeout := p.e.Policy.Times.Timeout
	p.mine(timeout - 1)
	for _, v := range p.voters {
		if acts, err := v.Acts(p.view()); len(acts) > 0 || err != nil {
			t.Errorf("at the tip T-1: %d acts, err %v", len(acts), err)
		}
	}
	p.mine(timeout)
	for _, v := range p.voters {
		check(t, p.act(v))
	}
	p.mine(timeout + 1)
	r := p.view().Replay
	for _, v := range p.votes {
		if height, spent := r.StakeSpent(v.Stake); !spent || height != timeout+1 {
			t.Errorf("stake spent: %v in block %d", spent, height)
		}
	}
}

// A miner can rewrite the input script of a vote, here by a longer push, and with it the id. The voter
// finds its stake all the same.
func TestRefundOfARewrittenVote(t *testing.T) {
	p := newPoll(t, 2)
	v := p.voters[0]
	p.mine(p.e.Policy.Times.VoteFrom - 1)
	p.relay.rewrite = true
	v.Choose(roles.Choice{Candidate: 1})
	sent, err := v.Acts(p.view())
	check(t, err)
	check(t, p.perform(sent))
	p.relay.rewrite = false
	p.mine(111)
	if p.count(); len(p.votes) != 1 || p.votes[0].Stake.Hash == sent[0].Tx.TxHash() {
		t.Fatalf("%d votes, sent as %s", len(p.votes), sent[0].Tx.TxHash())
	}
	p.mine(p.e.Policy.Times.Timeout)
	check(t, p.act(v))
	if left := p.unclaimed(); left != 0 {
		t.Error("the stake is not taken back")
	}
}

// A claim of more stakes than one relayed transaction may spend is cut into batches, each accepted by
// the mempool and as large as its limits allow.
func TestClaimsInBatches(t *testing.T) {
	const voters = 400
	p := newPoll(t, voters)
	p.vote(func(int) int { return 2 })
	tally := p.supervisor.Tally(p.view())
	if tally.Winner != 2 || tally.Counts[1] != voters {
		t.Fatalf("tally %+v", tally)
	}
	check(t, p.act(p.supervisor))
	p.mine(113)
	b, err := p.chain.Block(112)
	check(t, err)
	claims, stakes := b.Transactions[1:], 0
	for i, tx := range claims {
		stakes += len(tx.TxIn)
		weight := 4 * tx.SerializeSize()
		if weight > templates.MaxWeight || i == 0 && weight < templates.MaxWeight*98/100 {
			t.Errorf("claim %d of %d inputs weighs %d", i, len(tx.TxIn), weight)
		}
		fee := p.e.Policy.Stake*int64(len(tx.TxIn)) - tx.TxOut[0].Value
		if rate := fee / int64(tx.SerializeSize()); len(tx.TxOut) != 1 || rate != p.e.Policy.Fee {
			t.Errorf("claim %d: %d outputs, %d sat/vB", i, len(tx.TxOut), rate)
		}
	}
	if len(claims) != 2 || stakes != voters {
		t.Errorf("%d claims of %d stakes", len(claims), stakes)
	}
}

func TestNothingToClaim(t *testing.T) {
	p := newPoll(t, 2)
	p.vote(func(i int) int { return i + 1 })
	acts, err := p.supervisor.Acts(p.view())
	if tally := p.supervisor.Tally(p.view()); len(acts) > 0 || err != nil || tally.Winner != 0 {
		t.Errorf("%d acts for %v, err %v", len(acts), tally, err)
	}
}

// No role joins an election whose contract spends otherwise than the policy says, nor with another
// role's key.
func TestWhoJoins(t *testing.T) {
	e, keys := custodialElection(t, 2)
	other := *e
	contract := *e.Contract
	contract.Script = strings.Replace(contract.Script, "CHECKLOCKTIMEVERIFY", "NOP", 1)
	if other.Contract = &contract; contract.Script == e.Contract.Script {
		t.Fatal("nothing changed")
	}
	supervisor, alice := keys["supervisor"], keys["candidate alice"]
	voter := func(e *election.Election) error { _, err := roles.NewVoter(e, alice, nil, roles.Seed{}); return err }
	candidate := func(e *election.Election, j int) error {
		_, err := roles.NewCandidate(e, j, alice, nil, roles.Seed{})
		return err
	}
	announcer := func(e *election.Election, key curve.Scalar) error {
		_, err := roles.NewSupervisor(e, key, nil, roles.Seed{})
		return err
	}
	for name, join := range map[string]func() error{
		"voter, other contract":      func() error { return voter(&other) },
		"candidate, other contract":  func() error { return candidate(&other, 1) },
		"supervisor, other contract": func() error { return announcer(&other, supervisor) },
		"supervisor, other key":      func() error { return announcer(e, alice) },
		"candidate, other number":    func() error { return candidate(e, 2) },
		"candidate, no number":       func() error { return candidate(e, 3) },
	} {
		if join() == nil {
			t.Errorf("%s: joined", name)
		}
	}
}

func TestSeen(t *testing.T) {
	p := newPoll(t, 2)
	for confirmations, want := range map[uint32]uint32{1: 106, 6: 101, 106: 1, 107: 0, 500: 0} {
		seen, err := roles.Seen(p.chain, confirmations)
		if err != nil || seen.Height != want {
			t.Errorf("%d confirmations: height %d, err %v; want %d", confirmations, seen.Height, err, want)
		}
	}
}
