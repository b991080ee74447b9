package election_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/workbench"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// poll is a custodial election of three voters, whose transactions are made by hand.
type poll struct {
	t          *testing.T
	e          *election.Election
	supervisor curve.Scalar
	log        *board.Log
	blocks     map[uint32][]*wire.MsgTx // by height
	voters     []curve.Scalar           // by slot
	coins      []wire.OutPoint          // by slot
	setup      *election.Setup
}

// newPoll announces the election in block 100, lets the supervisor pay the coins in
// block 104 and closes the roll in block 111.
func newPoll(t *testing.T) *poll {
	return newPollPaid(t, func(announcement *wire.MsgTx) wire.OutPoint {
		return wire.OutPoint{Hash: announcement.TxHash(), Index: 2}
	})
}

// newPollPaid is newPoll with coins that are paid from another output.
func newPollPaid(t *testing.T, from func(announcement *wire.MsgTx) wire.OutPoint) *poll {
	t.Helper()
	policy, keys, err := workbench.StandIns(examples.Policy("custodial"), 1)
	check(t, err)
	built, _, err := workbench.Build(policy)
	check(t, err)
	e, err := election.Load(policy, built.Contract.Encode())
	check(t, err)
	p := &poll{t: t, e: e, supervisor: keys["supervisor"], log: board.NewLog(e.EID)}
	p.blocks = make(map[uint32][]*wire.MsgTx)
	p.says(99, board.Open{Policy: e.PolicyHash, Contract: e.ContractHash, Server: e.Policy.Supervisor})
	own := templates.PayToKey(e.Policy.Supervisor)
	last := p.anchor(election.Announce, 100, wire.OutPoint{Hash: chainhash.Hash{1}}, wire.NewTxOut(1000, own), wire.NewTxOut(9000, own))
	for _, v := range e.Policy.Named[:3] {
		p.voters = append(p.voters, keys["voter "+v.Name])
	}
	slices.SortFunc(p.voters, func(x, y curve.Scalar) int {
		a, b := curve.BaseMul(x).Key(), curve.BaseMul(y).Key()
		return bytes.Compare(a[:], b[:])
	})
	var outs []*wire.TxOut
	for _, x := range p.voters {
		outs = append(outs, wire.NewTxOut(e.Policy.Coin(), templates.PayToKey(curve.BaseMul(x).Key())))
	}
	coins := p.spend(p.supervisor, from(last), append(outs, wire.NewTxOut(9000, own))...)
	p.blocks[104] = append(p.blocks[104], coins)
	roll := board.Roll{}
	for i, x := range p.voters {
		p.coins = append(p.coins, wire.OutPoint{Hash: coins.TxHash(), Index: uint32(i)})
		op := election.EncodeOutpoint(p.coins[i])
		p.writes(x, 105, board.Entry{Outpoint: op[:]})
		roll.Entries = append(roll.Entries, len(p.log.Lines()))
	}
	p.says(109, roll)
	p.anchor(election.RollClosed, 111, wire.OutPoint{Hash: last.TxHash(), Index: 1}, wire.NewTxOut(1000, own))
	p.setup = e.Setup(p.log.Lines(), p.replay().Sequence(0))
	if len(p.setup.Roll) != len(p.voters) {
		t.Fatalf("a roll of %d: %s", len(p.setup.Roll), p.setup.Ended)
	}
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// says appends a line of the supervisor's.
func (p *poll) says(seen uint32, body board.Body) {
	p.t.Helper()
	p.writes(p.supervisor, seen, body)
}

// writes appends a line of an author.
func (p *poll) writes(by curve.Scalar, seen uint32, body board.Body) {
	p.t.Helper()
	l, err := board.Sign(p.e.EID, by, board.Seen{Height: seen}, body)
	check(p.t, err)
	check(p.t, p.log.Append(l))
}

// anchor mines an anchor of the lines so far, which spends an output of the supervisor.
func (p *poll) anchor(kind int, height uint32, from wire.OutPoint, outs ...*wire.TxOut) *wire.MsgTx {
	data := nullData(p.t, election.AnchorData(kind, p.e.EID, p.log.Head()))
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&from, nil, nil))
	tx.TxOut = append([]*wire.TxOut{wire.NewTxOut(0, data)}, outs...)
	if kind != election.Announce {
		tx.LockTime, tx.TxIn[0].Sequence = height-1, election.AnchorSequence
	}
	p.sign(tx, 0, p.supervisor, txscript.SigHashAll)
	p.blocks[height] = append(p.blocks[height], tx)
	return tx
}

func nullData(t *testing.T, data []byte) []byte {
	t.Helper()
	script, err := txscript.NullDataScript(data)
	check(t, err)
	return script
}

// spend spends a P2PKH output of a key.
func (p *poll) spend(by curve.Scalar, from wire.OutPoint, outs ...*wire.TxOut) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&from, nil, nil))
	tx.TxOut = outs
	p.sign(tx, 0, by, txscript.SigHashAll)
	return tx
}

// sign signs input i, a P2PKH output of a key.
func (p *poll) sign(tx *wire.MsgTx, i int, by curve.Scalar, kind txscript.SigHashType) {
	p.t.Helper()
	key := curve.BaseMul(by).Key()
	hash, err := txscript.CalcSignatureHash(templates.PayToKey(key), kind, tx, i)
	check(p.t, err)
	sig, err := curve.SignECDSA(by, [32]byte(hash))
	check(p.t, err)
	tx.TxIn[i].SignatureScript, err = txscript.NewScriptBuilder().AddData(append(sig, byte(kind))).AddData(key[:]).Script()
	check(p.t, err)
}

// ballot seals a vote of slot i for candidate 1. Another nonce gives another ballot.
func (p *poll) ballot(i int, nonce uint32) []byte {
	at := ballot.Place{EID: p.e.EID, Outpoint: election.EncodeOutpoint(p.coins[i-1])}
	return ballot.Seal(ballot.Plain{Share: curve.NewScalar(nonce), Candidate: 1}, at, p.e.SealKeys[0])
}

// vote returns the honest vote of slot i with a ballot, unsigned.
func (p *poll) vote(i int, ballot []byte) *wire.MsgTx {
	p.t.Helper()
	redeem, err := p.setup.Redeem(nil, i, ballot)
	check(p.t, err)
	tx := wire.NewMsgTx(2)
	tx.AddTxIn(wire.NewTxIn(&p.coins[i-1], nil, nil))
	tx.AddTxOut(wire.NewTxOut(p.e.Policy.Stake, templates.PayToRedeem(redeem)))
	tx.AddTxOut(wire.NewTxOut(0, nullData(p.t, ballot)))
	return tx
}

// replay takes all blocks.
func (p *poll) replay() *election.Replay {
	r := election.NewReplay(p.e, p.log.Lines())
	for h := uint32(100); h <= 130; h++ {
		r.Block(h, &wire.MsgBlock{Transactions: p.blocks[h]})
	}
	return r
}

// votes judges the votes in the blocks.
func (p *poll) votes() []*election.Vote {
	p.t.Helper()
	votes, err := p.e.Votes(p.setup, p.replay())
	check(p.t, err)
	return votes
}

// TestHonestVotes count, in the chain's order.
func TestHonestVotes(t *testing.T) {
	p := newPoll(t)
	for i, height := range map[int]uint32{1: 120, 2: 116, 3: 126} {
		tx := p.vote(i, p.ballot(i, uint32(20+i)))
		p.sign(tx, 0, p.voters[i-1], txscript.SigHashAll)
		p.blocks[height] = append(p.blocks[height], tx)
	}
	var slots []int
	for _, v := range p.votes() {
		slots = append(slots, v.Index)
		if !v.Counted() || len(v.Faults) > 0 || v.Value != p.e.Policy.Stake || v.Stake != v.OutputAt(0) {
			t.Errorf("%s: %v", v.Where(), v.Faults)
		}
	}
	if !slices.Equal(slots, []int{2, 1, 3}) {
		t.Errorf("votes of slots %v", slots)
	}
}

// TestFaults: each change of the vote of slot 1 breaks its rule, and no other.
func TestFaults(t *testing.T) {
	for _, row := range []struct {
		name    string
		want    []election.FaultKind
		counted bool
		height  uint32
		change  func(p *poll, tx *wire.MsgTx)
	}{
		{"a block before the vote", []election.FaultKind{election.OutsideWindow}, false, 111, nil},
		{"a block after the vote", []election.FaultKind{election.OutsideWindow}, false, 127, nil},
		{"the coins of two slots", []election.FaultKind{election.SeveralSlots}, false, 116, func(p *poll, tx *wire.MsgTx) {
			tx.AddTxIn(wire.NewTxIn(&p.coins[1], nil, nil))
		}},
		{"another script", []election.FaultKind{election.WrongScript}, false, 116, func(_ *poll, tx *wire.MsgTx) {
			tx.TxOut[0].PkScript = templates.P2SH(make([]byte, 20))
		}},
		{"a satoshi less", []election.FaultKind{election.WrongStake}, false, 116, func(_ *poll, tx *wire.MsgTx) {
			tx.TxOut[0].Value--
		}},
		{"no ballot", []election.FaultKind{election.OtherOutputs, election.NoBallot}, false, 116,
			func(_ *poll, tx *wire.MsgTx) { tx.TxOut = tx.TxOut[:1] }},
		{"two pushes", []election.FaultKind{election.NoBallot}, false, 116, func(_ *poll, tx *wire.MsgTx) {
			tx.TxOut[1].PkScript = append(tx.TxOut[1].PkScript, txscript.OP_1)
		}},
		{"a byte less", []election.FaultKind{election.MalformedBallot}, false, 116, func(p *poll, tx *wire.MsgTx) {
			tx.TxOut[1].PkScript = nullData(p.t, p.ballot(1, 20)[:67])
		}},
		{"an R that is no point", []election.FaultKind{election.MalformedBallot}, false, 116, func(p *poll, tx *wire.MsgTx) {
			b := p.ballot(1, 20)
			b[1] = 5
			tx.TxOut[1].PkScript = nullData(p.t, b)
		}},
		{"a third output", []election.FaultKind{election.OtherOutputs}, true, 116, func(p *poll, tx *wire.MsgTx) {
			tx.AddTxOut(wire.NewTxOut(1, templates.PayToKey(p.e.Policy.Supervisor)))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPoll(t)
			tx := p.vote(1, p.ballot(1, 20))
			if row.change != nil {
				row.change(p, tx)
			}
			for i := range tx.TxIn {
				p.sign(tx, i, p.voters[i], txscript.SigHashAll)
			}
			p.blocks[row.height] = append(p.blocks[row.height], tx)
			wantFaults(t, p.votes()[0], row.counted, row.want...)
		})
	}
}

func wantFaults(t *testing.T, v *election.Vote, counted bool, want ...election.FaultKind) {
	t.Helper()
	var got []election.FaultKind
	for _, f := range v.Faults {
		got = append(got, f.Kind)
		if text, broke := v.Broke(f.Kind); !broke || text != f.Message {
			t.Errorf("%q was not broken", f.Message)
		}
	}
	if !slices.Equal(got, want) || v.Counted() != counted || (v.Exclusion() == nil) != counted {
		t.Errorf("%v, counted %t; want kinds %v, %t", v.Faults, v.Counted(), want, counted)
	}
}

// TestSigners: a vote that is not signed as a whole, and one of a coin that another
// key than the supervisor's paid.
func TestSigners(t *testing.T) {
	p := newPoll(t)
	tx := p.vote(1, p.ballot(1, 20))
	p.sign(tx, 0, p.voters[0], txscript.SigHashSingle)
	p.blocks[116] = append(p.blocks[116], tx)
	wantFaults(t, p.votes()[0], true, election.NotSighashAll)

	p = newPollPaid(t, func(*wire.MsgTx) wire.OutPoint { return wire.OutPoint{Hash: chainhash.Hash{9}} })
	tx = p.vote(1, p.ballot(1, 20))
	p.sign(tx, 0, p.voters[0], txscript.SigHashAll)
	p.blocks[116] = append(p.blocks[116], tx)
	wantFaults(t, p.votes()[0], false, election.BadCoin)
}

// TestCoinFaults: a coin is eligible by its block, its payer, its script and its value.
func TestCoinFaults(t *testing.T) {
	p := newPoll(t)
	slot := p.setup.Roll[0]
	honest := p.replay().Coin(slot.Outpoint)
	if err := p.setup.CoinFault(slot, honest); err != nil {
		t.Fatal(err)
	}
	for words, change := range map[string]func(c *election.Output){
		"older":           func(c *election.Output) { c.Created.Height = 99 },
		"its entry":       func(c *election.Output) { c.Created.Height = slot.Seen + 1 },
		"not pay":         func(c *election.Output) { c.Out.PkScript = templates.P2SH(make([]byte, 20)) },
		"want":            func(c *election.Output) { c.Out.Value++ },
		"was not created": func(c *election.Output) { c.Created = nil },
	} {
		c, at, out := *honest, *honest.Created, *honest.Out
		c.Created, c.Out = &at, &out
		change(&c)
		if err := p.setup.CoinFault(slot, &c); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q", err, words)
		}
	}
}

// TestRelatedBallots: an R that is a known point is a fault that does not exclude. Of
// two equal ballots the openings show the copy, so neither is at fault here.
func TestRelatedBallots(t *testing.T) {
	p := newPoll(t)
	same := p.ballot(1, 20)
	related := append([]byte{templates.PlainPrefix}, p.e.Policy.Supervisor[:]...)
	related[1] ^= 1 // −supervisor
	related = append(related, make([]byte, 34)...)
	for i, b := range [][]byte{same, same, related} {
		tx := p.vote(i+1, b)
		p.sign(tx, 0, p.voters[i], txscript.SigHashAll)
		p.blocks[116] = append(p.blocks[116], tx)
	}
	votes := p.votes()
	wantFaults(t, votes[0], true)
	wantFaults(t, votes[1], true)
	wantFaults(t, votes[2], true, election.KnownPoint)
}

// TestAbstention: a spend of a coin that does not look like a vote is none.
func TestAbstention(t *testing.T) {
	p := newPoll(t)
	tx := p.spend(p.voters[0], p.coins[0], wire.NewTxOut(1000, templates.PayToKey(p.e.Policy.Supervisor)))
	p.blocks[116] = append(p.blocks[116], tx)
	if votes := p.votes(); len(votes) > 0 {
		t.Errorf("%v", votes[0].Faults)
	}
	if c := p.replay().Coin(p.coins[0]); c.Spent == nil || c.Spent.ID != tx.TxHash() {
		t.Error("the coin is not spent")
	}
}

// TestReplayAgain: the transactions that changed anything lead to the same state.
func TestReplayAgain(t *testing.T) {
	p := newPoll(t)
	for i := range 3 {
		tx := p.vote(i+1, p.ballot(i+1, uint32(20+i)))
		p.sign(tx, 0, p.voters[i], txscript.SigHashAll)
		other := wire.NewMsgTx(2)
		other.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: uint32(i)}, nil, nil))
		p.blocks[116] = append(p.blocks[116], other, tx)
	}
	lookalike := wire.NewMsgTx(2)
	lookalike.AddTxOut(wire.NewTxOut(0, nullData(t, p.ballot(1, 99))))
	p.blocks[117] = append(p.blocks[117], lookalike)

	whole, part := election.NewReplay(p.e, p.log.Lines()), election.NewReplay(p.e, p.log.Lines())
	for h := uint32(100); h <= 130; h++ {
		for _, at := range whole.Block(h, &wire.MsgBlock{Transactions: p.blocks[h]}) {
			tx := p.blocks[h][at]
			part.Txs([]election.ConfirmedTx{{Height: h, Pos: at, Tx: tx, ID: tx.TxHash()}})
		}
	}
	if !whole.Sequence(0).Equal(part.Sequence(0)) || len(whole.Sequence(0).Anchors) != 2 || whole.Lookalikes.Len() != 1 || part.Lookalikes.Len() != 1 {
		t.Errorf("%d and %d lookalikes", whole.Lookalikes.Len(), part.Lookalikes.Len())
	}
	for op, c := range whole.Coins() {
		other := part.Coin(op)
		if c.Spent == nil || other.Spent == nil || c.Spent.ID != other.Spent.ID || c.Created.Pos != other.Created.Pos {
			t.Errorf("coin %s: %v and %v", op, c, other)
		}
	}
	n := 0
	for op := range whole.Stakes() {
		if n++; part.Stake(op) == nil {
			t.Errorf("stake %s is missing", op)
		}
	}
	if n != 3 || whole.WatchHash() != part.WatchHash() {
		t.Errorf("%d stakes", n)
	}
}
