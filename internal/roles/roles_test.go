package roles_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
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
	announced  uint32
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
	p.mine(102)
	p.announce(keys)
	var public []curve.PublicKey
	for i := range e.Policy.Voters {
		seed := seedOf(fmt.Sprint("voter ", i+1))
		v, err := roles.NewVoter(e, seed.Key("roll"), p.relay, seed)
		check(t, err)
		p.voters, public = append(p.voters, v), append(public, v.Key())
	}
	if done, err := p.supervisor.PayCoins(p.replay(), public); done || err != nil {
		t.Fatalf("paid: %v, err %v", done, err)
	}
	p.mine(104)
	paid := p.replay()
	if done, err := p.supervisor.PayCoins(paid, public); !done || err != nil {
		t.Fatalf("paid again: %v, err %v", !done, err)
	}
	for _, v := range p.voters {
		coin, _ := paid.Paid(v.Key())
		line, err := v.Enter(coin.Outpoint)
		check(t, err)
		check(t, p.log.Append(line))
	}
	p.mine(105)
	r := p.replay()
	_, due, _ := r.NextAnchor()
	line, err := p.supervisor.Roll(e.Setup(p.log.Lines(), r.Sequence(0).Closing(due, p.log.Head())), r)
	check(t, err)
	check(t, p.log.Append(line))
	check(t, p.supervisor.Anchor(p.replay(), p.log.Head()))
	p.mine(106)
	p.setup = e.Setup(p.log.Lines(), p.replay().Sequence(0))
	for _, v := range p.voters {
		check(t, v.Find(p.setup))
	}
	return p
}

// announce writes line 1 and mines the announcement.
func (p *poll) announce(keys map[string]curve.Scalar) {
	p.t.Helper()
	var proofs [][]byte
	for i, c := range p.e.Policy.Candidates {
		candidate, err := roles.NewCandidate(p.e, i+1, keys["candidate "+c.Name], p.chain, seedOf(c.Name))
		check(p.t, err)
		proofs = append(proofs, candidate.Possession())
	}
	open, err := p.supervisor.Open(nil, nil, p.e.Policy.Supervisor, proofs)
	check(p.t, err)
	check(p.t, p.log.Append(open))
	check(p.t, p.supervisor.Announce(p.log.Head()))
	p.mine(103)
	p.announced = 103
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

func (p *poll) replay() *election.Replay {
	p.t.Helper()
	r := election.NewReplay(p.e, p.log.Lines())
	for h, tip := p.announced, p.tip(); h <= tip; h++ {
		b, err := p.chain.Block(h)
		check(p.t, err)
		r.Block(h, b)
	}
	return r
}

func (p *poll) tip() uint32 { h, _ := p.chain.Tip(); return h }

// vote has the voters vote as choice says, and closes the poll.
func (p *poll) vote(choice func(i int) int) {
	p.t.Helper()
	p.mine(p.e.Policy.Times.VoteFrom - 1)
	for i, v := range p.voters {
		check(p.t, v.Vote(p.setup, nil, choice(i)))
	}
	p.mine(111)
	var err error
	p.votes, err = p.e.Votes(p.setup, p.replay())
	check(p.t, err)
	for _, v := range p.votes {
		if !v.Counted() {
			p.t.Fatalf("slot %d does not count: %v", v.Index, v.Faults)
		}
	}
}

// A refund with lock T is refused while the tip is T−1 and accepted at T.
func TestRefundWaitsForTheTimeout(t *testing.T) {
	p := newPoll(t, 3)
	p.vote(func(int) int { return 1 })
	timeout := p.e.Policy.Times.Timeout
	p.mine(timeout - 1)
	for _, v := range p.voters {
		if err := v.Refund(); err == nil || !strings.Contains(err.Error(), "finalized") {
			t.Errorf("at the tip T-1: err %v", err)
		}
	}
	p.mine(timeout)
	for _, v := range p.voters {
		check(t, v.Refund())
	}
	p.mine(timeout + 1)
	r := p.replay()
	for _, v := range p.voters {
		stake, _ := v.Stake()
		if height, spent := r.StakeSpent(stake); !spent || height != timeout+1 {
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
	check(t, v.Vote(p.setup, nil, 1))
	p.relay.rewrite = false
	sent, _ := v.Stake()
	p.mine(111)
	votes, err := p.e.Votes(p.setup, p.replay())
	check(t, err)
	v.Follow(votes)
	if mined, _ := v.Stake(); len(votes) != 1 || mined == sent || mined != votes[0].Stake {
		t.Fatalf("the stake is at %s, sent as %s, of %d votes", mined, sent, len(votes))
	}
	p.mine(p.e.Policy.Times.Timeout)
	check(t, v.Refund())
}

// A claim of more stakes than one relayed transaction may spend is cut into batches, each accepted by
// the mempool and as large as its limits allow.
func TestClaimsInBatches(t *testing.T) {
	const voters = 400
	p := newPoll(t, voters)
	p.vote(func(int) int { return 2 })
	tally := p.supervisor.Count(p.setup, p.votes)
	if tally.Winner != 2 || tally.Counts[1] != voters {
		t.Fatalf("tally %+v", tally)
	}
	check(t, p.supervisor.Claim(tally, p.replay()))
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
	tally := p.supervisor.Count(p.setup, p.votes)
	if err := p.supervisor.Claim(tally, p.replay()); !errors.Is(err, roles.ErrTooFew) {
		t.Errorf("err %v", err)
	}
}

// TestAnotherCoin: a voter is on the roll with the coin that it entered with only.
func TestAnotherCoin(t *testing.T) {
	p := newPoll(t, 2)
	v := p.voters[0]
	if _, err := v.Enter(wire.OutPoint{Index: 7}); err != nil {
		t.Fatal(err)
	}
	if err := v.Find(p.setup); err == nil {
		t.Error("found on the roll with a coin that is not there")
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
