package roles

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// View is what a board and the best chain show at one moment. It holds until the next one of its
// [Observer] is made. Several roles may read it at once.
type View struct {
	Election *election.Election
	Lines    []board.Line
	Tip      uint32     // height of the newest block
	Seen     board.Seen // the newest block that is deep: what lines name
	Replay   *election.Replay
	Setup    *election.Setup
	Exchange *election.Exchange // nil without mixing

	o       *Observer
	closing func() *election.Setup
	outcome func() *received
	count   func() (*Count, error)
}

// Count is the votes of a view, judged.
type Count struct {
	All     []*election.Vote // in the chain's order, late ones too
	Counted []*election.Vote
}

// received is what members check their shares against.
type received struct {
	outcome     *sharing.Outcome
	combination *sharing.Combination
}

// Blocks is a chain whose blocks can be read.
type Blocks interface {
	Tip() (uint32, chainhash.Hash)
	HashAt(height uint32) (chainhash.Hash, error)
	Block(height uint32) (*wire.MsgBlock, error)
}

// Observer makes the views of a growing board and of a chain. It reads each block once, and computes
// again only what new lines and blocks may have changed. What it keeps follows from board and chain, so
// that a new one makes the same views.
type Observer struct {
	e     *election.Election
	chain Blocks

	from   uint32 // height of blocks[0]
	hashes []chainhash.Hash
	blocks []*wire.MsgBlock

	lines    []board.Line
	watching [32]byte // what the replay looks for
	replay   *election.Replay
	replayed int // blocks that the replay has seen
	news     int // counts what has changed the replay

	setup  *election.Setup
	read   reading // what setup was read from
	shares sharesRead
	counts countRead
	where  map[author][]int // indices of lines
}

// author is a key that writes lines of a type.
type author struct {
	by curve.PublicKey
	of board.Type
}

// reading is what a setup was read from.
type reading struct {
	lines int
	news  int // with mixing, where payments change what the board establishes
	seq   election.Sequence
	over  bool // whether the next anchor can no more come
}

// sharesRead is the combination for the deals under an anchor.
type sharesRead struct {
	head        [32]byte
	combination *sharing.Combination
}

// countRead is the count of a replay and a setup.
type countRead struct {
	news  int
	setup *election.Setup
	count *Count
	err   error
}

// NewObserver returns the observer of an election. Blocks below from are not read: it is at most the
// height of the announcement, or of the block that it may be in.
func NewObserver(e *election.Election, chain Blocks, from uint32) *Observer {
	return &Observer{e: e, chain: chain, from: from}
}

// View reads the chain up to its tip and the lines of the board.
func (o *Observer) View(lines []board.Line) (*View, error) {
	tip, err := o.readChain()
	if err != nil {
		return nil, err
	}
	o.readLines(lines)
	for ; o.replayed < len(o.blocks); o.replayed++ {
		if at := o.replay.Block(o.from+uint32(o.replayed), o.blocks[o.replayed]); len(at) > 0 {
			o.news++
		}
	}
	o.readSetup(tip)
	seen, err := seenAt(o.chain, tip, o.e.Policy.Confirmations)
	if err != nil {
		return nil, err
	}
	v := &View{
		Election: o.e, Lines: o.lines, Tip: tip, Seen: seen, Replay: o.replay, Setup: o.setup, Exchange: o.setup.Exchange, o: o,
	}
	v.closing, v.outcome, v.count = sync.OnceValue(v.close), sync.OnceValue(v.combine), sync.OnceValues(v.judge)
	return v, nil
}

// readChain takes back the blocks that are no longer in the chain, and reads the new ones.
func (o *Observer) readChain() (tip uint32, err error) {
	tip, _ = o.chain.Tip()
	kept := min(len(o.hashes), int(tip+1-min(o.from, tip+1)))
	for ; kept > 0; kept-- {
		hash, err := o.chain.HashAt(o.from + uint32(kept-1))
		if err != nil {
			return 0, err
		}
		if hash == o.hashes[kept-1] {
			break
		}
	}
	if kept < len(o.hashes) {
		o.hashes, o.blocks, o.replay = o.hashes[:kept], o.blocks[:kept], nil
	}
	for h := o.from + uint32(kept); h <= tip; h++ {
		hash, err := o.chain.HashAt(h)
		if err != nil {
			return 0, err
		}
		block, err := o.chain.Block(h)
		if err != nil {
			return 0, err
		}
		if block.BlockHash() != hash {
			return 0, fmt.Errorf("block %d is another one than its hash says", h)
		}
		o.hashes, o.blocks = append(o.hashes, hash), append(o.blocks, block)
	}
	return tip, nil
}

// readLines reads the new lines. Blocks are replayed again if they name what was not looked for.
func (o *Observer) readLines(lines []board.Line) {
	same := func(a, b board.Line) bool { return a.Prev == b.Prev }
	grown := len(lines) >= len(o.lines) && slices.EqualFunc(lines[:len(o.lines)], o.lines, same) && !o.lastReplaced(lines)
	if grown && len(lines) == len(o.lines) && o.replay != nil {
		return
	}
	if !grown {
		o.lines, o.where, o.setup = nil, nil, nil
	}
	if o.where == nil {
		o.where = make(map[author][]int)
	}
	for i := len(o.lines); i < len(lines); i++ {
		by := author{lines[i].By, lines[i].Type}
		o.where[by] = append(o.where[by], i)
	}
	o.lines = slices.Clip(lines)
	fresh := election.NewReplay(o.e, lines)
	if watching := fresh.WatchHash(); o.replay == nil || watching != o.watching {
		o.replay, o.replayed, o.watching = fresh, 0, watching
		o.news++
	}
}

// lastReplaced reports whether the last line that was read is another one now: what its successors
// would show by their links.
func (o *Observer) lastReplaced(lines []board.Line) bool {
	n := len(o.lines)
	return n > 0 && lines[n-1].Hash() != o.lines[n-1].Hash()
}

// readSetup reads the setup, unless it can only be as before.
func (o *Observer) readSetup(tip uint32) {
	seq := o.replay.Sequence(tip)
	_, due, owed := o.replay.NextAnchor()
	now := reading{lines: len(o.lines), seq: seq, over: owed && due.Last <= tip}
	if o.e.Policy.Mixed() {
		now.news = o.news
	}
	before := o.read.seq
	before.Complete = seq.Complete
	same := o.setup != nil && now.lines == o.read.lines && now.news == o.read.news && now.over == o.read.over && before.Equal(seq)
	if o.read = now; !same {
		o.setup = o.e.Setup(o.lines, seq)
	}
}

// ended reports whether the election has ended before its votes are counted.
func (v *View) ended() bool { return v.Setup.Ended != "" }

// deep reports whether what is in a block at a height is deep: the block has the policy's depth.
func (v *View) deep(height uint32) bool { return v.Tip+1 >= height+v.Election.Policy.Depth() }

// Closed reports whether the anchor of a kind closes its phase and is deep.
func (v *View) Closed(kind int) bool {
	a := v.Setup.Phases.Anchor(kind)
	return a != nil && v.Setup.Phases.Closed(kind) && v.deep(a.Height)
}

// Open reports whether the phase between two anchors is open: the first is deep, the second is not made,
// and the tip is below the second's height.
func (v *View) Open(after, until int, by uint32) bool {
	return !v.ended() && v.Tip < by && v.Closed(after) && !v.Setup.Phases.Closed(until)
}

// Wrote reports whether an author's line of a type stands on the board.
func (v *View) Wrote(by curve.PublicKey, of board.Type) bool {
	return len(v.o.where[author{by, of}]) > 0
}

// stands reports whether an author's line of a type with this very body stands on the board.
func (v *View) stands(l *board.Line) bool {
	return slices.ContainsFunc(v.o.where[author{l.By, l.Type}], func(i int) bool { return bytes.Equal(v.Lines[i].Body, l.Body) })
}

// CoinOf returns the coin of a roll key that a member may enter with: in the supervisor's payments, or
// with mixing the one that pays its voucher, once it is deep.
func (v *View) CoinOf(key curve.PublicKey) (wire.OutPoint, bool) {
	op, height := wire.OutPoint{}, uint32(0)
	if x := v.Exchange; x != nil {
		voucher := x.VoucherOf(key)
		if voucher == nil {
			return op, false
		}
		c := x.CoinOf(voucher)
		if c == nil {
			return op, false
		}
		op, height = c.Outpoint, c.Height
	} else {
		c, paid := v.Replay.Paid(key)
		if !paid {
			return op, false
		}
		op, height = c.Outpoint, c.Height
	}
	return op, v.deep(height)
}

// own returns the lines of a type by an author, in the board's order.
func own[T board.Body](v *View, by curve.PublicKey) (out []election.Entry[T]) {
	var zero T
	for _, i := range v.o.where[author{by, zero.Type()}] {
		var body T
		if board.DecodeBody(v.Lines[i], &body) == nil {
			out = append(out, election.Entry[T]{N: i + 1, Line: &v.Lines[i], Body: body})
		}
	}
	return out
}

// Closing returns what the board establishes if the anchor that is owed next commits to all of it, nil
// where none is owed.
func (v *View) Closing() *election.Setup { return v.closing() }

func (v *View) close() *election.Setup {
	_, due, owed := v.Replay.NextAnchor()
	if !owed || len(v.Lines) == 0 {
		return nil
	}
	return v.Election.Setup(v.Lines, v.Replay.Sequence(0).Closing(due, v.Lines[len(v.Lines)-1].Hash()))
}

// Outcome returns the outcome of the dealing by the lines that anchors have closed, and what members
// check their shares against; nil until the deals' anchor is deep.
func (v *View) Outcome() (*sharing.Outcome, *sharing.Combination) {
	r := v.outcome()
	return r.outcome, r.combination
}

func (v *View) combine() *received {
	if v.ended() || !v.Closed(election.DealsClosed) {
		return new(received)
	}
	r := &received{outcome: v.Setup.Dealing}
	if r.outcome == nil {
		r.outcome = v.Setup.JudgeDealing()
	}
	head := v.Setup.Phases.Anchor(election.DealsClosed).Head
	if v.o.shares.combination == nil || v.o.shares.head != head {
		v.o.shares = sharesRead{head, v.Setup.Combine(r.outcome)}
	}
	r.combination = v.o.shares.combination
	return r
}

// Count returns the votes, once the vote is over and its last block deep, or as late as leaves a block
// to claim in. It is nil before, and where the election has ended early.
func (v *View) Count() (*Count, error) { return v.count() }

func (v *View) judge() (*Count, error) {
	t := v.Election.Policy.Times
	if v.Tip < min(t.VoteTo+v.Election.Policy.Depth()-1, t.Claim-1) || v.ended() {
		return nil, nil
	}
	if c := &v.o.counts; c.setup != v.Setup || c.news != v.o.news {
		*c = countRead{news: v.o.news, setup: v.Setup}
		votes, err := v.Election.Votes(v.Setup, v.Replay)
		c.count, c.err = &Count{votes, election.Counted(votes)}, err
	}
	return v.o.counts.count, v.o.counts.err
}
