package verifier

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// State carries what one audit read to the next audit of the same election:
// the blocks and what they held of the election, so that only new blocks are
// read, and the end of the board, so that a board that is no continuation of it
// is found (V99). The next audit does not verify a State again, so its file must be
// trusted. The zero State is that of no audit.
type State struct {
	policy     string // id
	blocks     blockLog
	watch      [32]byte // election.Replay.WatchHash: what was looked for in the blocks
	checkpoint checkpoint
	reorgs     []string      // blocks that were replaced, in words
	waited     []*wire.MsgTx // unconfirmed transactions that spend stakes, as seen in mempools
	over       bool
	election   *election.Election // with what it has verified of the exchange; not encoded, so another process verifies again
}

// IsZero reports whether the state is of no audit yet.
func (s *State) IsZero() bool { return s.policy == "" }

// mixed returns the election as an earlier audit has read it, nil where there was none.
func (s *State) mixed() *election.Election {
	if s == nil {
		return nil
	}
	return s.election
}

// Over reports whether the election was over.
func (s *State) Over() bool { return s.over }

// stateFile is the JSON of a [State].
type stateFile struct {
	Spec         int          `json:"spec"`
	Policy       string       `json:"policy"`
	Over         bool         `json:"over"`
	Lines        int          `json:"lines"` // of the board
	Head         string       `json:"head"`
	Tip          result.Tip   `json:"tip"`
	Watch        string       `json:"watch"`
	Searched     uint32       `json:"searched"` // height of the first block in which the announcement was looked for
	First        uint32       `json:"first"`
	Blocks       []stateBlock `json:"blocks"`
	Transactions []stateTx    `json:"transactions"`
	Reorgs       []string     `json:"reorgs"`
	Waited       [][]byte     `json:"waited"`
}

type stateBlock struct {
	Hash string `json:"hash"`
	Txs  int    `json:"txs"`
}

type stateTx struct {
	Height uint32 `json:"height"`
	Pos    int    `json:"pos"`
	Tx     []byte `json:"tx"`
}

// maxReorgs bounds the reorganisations that a State keeps; the newest stay.
const maxReorgs = 20

// stateSpec is the version of a State's JSON.
const stateSpec = 3

// minStateItem bounds the list elements of a State's JSON by its length: at most one
// comma for every 24 bytes. A State that [State.Encode] wrote has fewer. A decoded
// element takes many times the memory of the shortest encoding, "0,".
const minStateItem = 24

// Encode returns the state as one line of JSON, for [DecodeState].
func (s *State) Encode() ([]byte, error) {
	c := s.checkpoint
	f := stateFile{
		Spec: stateSpec, Policy: s.policy, Over: s.over, Lines: c.lines, Head: hex.EncodeToString(c.head[:]),
		Tip: result.Tip{Height: c.height, Hash: c.hash.String()}, Watch: hex.EncodeToString(s.watch[:]),
		Searched: s.blocks.searched, First: s.blocks.first, Blocks: []stateBlock{}, Transactions: []stateTx{}, Reorgs: append([]string{}, s.reorgs...),
		Waited: [][]byte{},
	}
	for i, h := range s.blocks.hashes {
		f.Blocks = append(f.Blocks, stateBlock{h.String(), s.blocks.txs[i]})
	}
	for _, confirmed := range s.blocks.matched {
		raw, err := serialize(confirmed.Tx)
		if err != nil {
			return nil, err
		}
		f.Transactions = append(f.Transactions, stateTx{confirmed.Height, confirmed.Pos, raw})
	}
	for _, tx := range s.waited {
		raw, err := serialize(tx)
		if err != nil {
			return nil, err
		}
		f.Waited = append(f.Waited, raw)
	}
	out, err := json.Marshal(f)
	return append(out, '\n'), err
}

func serialize(tx *wire.MsgTx) ([]byte, error) {
	var raw bytes.Buffer
	err := tx.Serialize(&raw)
	return raw.Bytes(), err
}

// DecodeState reads what [State.Encode] wrote. Anything else, if it differs in one
// byte, is an error.
func DecodeState(text []byte) (*State, error) {
	var f stateFile
	if bytes.Count(text, []byte(",")) > len(text)/minStateItem {
		return nil, errors.New("not an audit's state: more items than its length can hold")
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errors.New("not an audit's state in JSON")
	}
	if f.Spec != stateSpec {
		return nil, fmt.Errorf("a state of version %d, want %d", f.Spec, stateSpec)
	}
	s := &State{policy: f.Policy, over: f.Over, reorgs: f.Reorgs}
	s.checkpoint.lines, s.checkpoint.height = f.Lines, f.Tip.Height
	s.blocks.searched, s.blocks.first = f.Searched, f.First
	if err := f.hashes(s); err != nil {
		return nil, err
	}
	if err := f.transactions(s); err != nil {
		return nil, err
	}
	if again, err := s.Encode(); err != nil || !bytes.Equal(again, text) {
		return nil, errors.New("the state is not as it was written")
	}
	return s, nil
}

// hashes decodes the hashes: of the board's head, the tip, the watch, the blocks.
func (f *stateFile) hashes(s *State) error {
	for text, into := range map[string]*[32]byte{f.Head: &s.checkpoint.head, f.Watch: &s.watch} {
		if raw, err := hex.DecodeString(text); err != nil || copy(into[:], raw) != 32 {
			return fmt.Errorf("%q is not 32 bytes in hex", text)
		}
	}
	tip, err := chainhash.NewHashFromStr(f.Tip.Hash)
	if err != nil {
		return fmt.Errorf("tip: %w", err)
	}
	s.checkpoint.hash = *tip
	for i, b := range f.Blocks {
		hash, err := chainhash.NewHashFromStr(b.Hash)
		if err != nil || b.Txs < 1 {
			return fmt.Errorf("block %d is none", i)
		}
		s.blocks.hashes, s.blocks.txs = append(s.blocks.hashes, *hash), append(s.blocks.txs, b.Txs)
	}
	return nil
}

// transactions decodes the confirmed transactions, which must be of the blocks and
// in the chain's order, and the unconfirmed ones.
func (f *stateFile) transactions(s *State) error {
	last := election.ConfirmedTx{Pos: -1}
	for i, t := range f.Transactions {
		tx := new(wire.MsgTx)
		if err := tx.Deserialize(bytes.NewReader(t.Tx)); err != nil { // DecodeState refuses what follows it
			return fmt.Errorf("transaction %d: %w", i, err)
		}
		confirmed := election.ConfirmedTx{Height: t.Height, Pos: t.Pos, Tx: tx, ID: tx.TxHash()}
		inBlocks := t.Height >= f.First && t.Height < s.blocks.next() && t.Pos >= 0 && t.Pos < s.blocks.txs[t.Height-f.First]
		if !inBlocks || !last.Before(confirmed) {
			return fmt.Errorf("transaction %d is not of the blocks, or out of order", i)
		}
		s.blocks.matched, last = append(s.blocks.matched, confirmed), confirmed
	}
	for i, raw := range f.Waited {
		tx := new(wire.MsgTx)
		if err := tx.Deserialize(bytes.NewReader(raw)); err != nil {
			return fmt.Errorf("waiting transaction %d: %w", i, err)
		}
		s.waited = append(s.waited, tx)
	}
	return nil
}

// restore returns the state's log of blocks, up to the first that is no longer in
// the chain, and appends the blocks that are not to reorgs. The log is empty if the
// board now names other outputs or keys to look for in the blocks.
func (ch *chained) restore() *blockLog {
	s := ch.opt.State
	ch.reorgs = slices.Clip(ch.replaced)
	if s == nil || len(s.blocks.hashes) == 0 {
		return new(blockLog)
	}
	common := s.blocks.first
	for ; common < s.blocks.next(); common++ {
		if hash, known := ch.chain.HashAt(common); !known || hash != s.blocks.hashes[common-s.blocks.first] {
			break
		}
	}
	if common < s.blocks.next() {
		lost := len(s.blocks.matched) - s.blocks.index(common)
		ch.reorgs = append(ch.reorgs, fmt.Sprintf("blocks %d to %d were replaced, with %d transactions of the election",
			common, s.blocks.next()-1, lost))
	}
	if s.watch != ch.replay.WatchHash() {
		return new(blockLog)
	}
	return s.blocks.before(common)
}

// savePart saves in the state the blocks that were read before a source failed, so
// that the next audit continues there. It saves none if a check found a fault in one
// of them. What earlier audits saw of the board and of mempools stays. A nil state
// saves nothing.
func (s *State) savePart(ch *chained) {
	if s == nil || len(ch.blocks.hashes) == 0 || ch.chain.Included.Failed+ch.chain.Sane.Failed > 0 {
		return
	}
	last := len(ch.blocks.hashes) - 1
	s.policy, s.blocks, s.watch = ch.e.Policy.ID(), *ch.blocks, ch.replay.WatchHash()
	s.reorgs = ch.reorgs[max(0, len(ch.reorgs)-maxReorgs):]
	if s.checkpoint.lines == 0 {
		s.checkpoint = checkpoint{lines: len(ch.lines), head: ch.heads[len(ch.lines)-1],
			height: ch.blocks.next() - 1, hash: ch.blocks.hashes[last]}
	}
}

// save replaces the state by this audit's. The state stays as it was if V08 or V09
// found a fault in the blocks. The end of the board stays if the board does not
// continue what anchors closed of the state's board, or is shorter. A nil state saves nothing.
func (s *State) save(f *facts) {
	if s == nil || f.chain.Included.Failed+f.chain.Sane.Failed > 0 {
		return
	}
	known, reorgs := s.checkpoint, f.chained.reorgs
	*s = State{
		policy: f.e.Policy.ID(), blocks: *f.saved, watch: f.replay.WatchHash(), checkpoint: f.chained.checkpoint(),
		waited: pendingTxs(f), over: f.over, election: f.e.Answers(), reorgs: reorgs[max(0, len(reorgs)-maxReorgs):],
	}
	if _, foul := f.differs(known); known.lines > 0 && (foul || known.lines > len(f.lines)) {
		s.checkpoint.lines, s.checkpoint.head = known.lines, known.head
	}
}
