package verifier

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// State is what one audit leaves to the next of the same election: the blocks
// seen and what they held, so that only new ones are read, and how much of the
// board was seen, so that it cannot be rewritten unnoticed. It is the auditor's
// own; whoever can write it can make the next audit believe things. The zero
// State remembers nothing.
type State struct {
	policy     string // id
	blocks     blockLog
	watch      [32]byte // what was looked for in the blocks
	checkpoint checkpoint
	reorgs     []string      // what was replaced, in words
	waited     []*wire.MsgTx // seen in a pool: they would take stakes
	over       bool
	mixing     *election.ExchangeLog // as judged; not encoded, so that another process judges it again
}

// Over tells whether the election was over.
func (s *State) Over() bool { return s.over }

// stateFile is the JSON of a State.
type stateFile struct {
	Spec         int          `json:"spec"`
	Policy       string       `json:"policy"`
	Over         bool         `json:"over"`
	Lines        int          `json:"lines"` // of the board
	Head         string       `json:"head"`
	Tip          result.Tip   `json:"tip"`
	Watch        string       `json:"watch"`
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

// maxReorgs is how many replacements of blocks a State remembers, the newest.
const maxReorgs = 20

// stateSpec is the version of the form of a State.
const stateSpec = 2

// minStateItem is the least number of bytes for each comma of a State's JSON.
// Items of a list take memory before anybody looks at them, many times that of "0,".
const minStateItem = 24

// Encode writes the state as JSON.
func (s *State) Encode() ([]byte, error) {
	f := stateFile{
		Spec: stateSpec, Policy: s.policy, Over: s.over, Lines: s.checkpoint.lines, Head: hex.EncodeToString(s.checkpoint.head[:]),
		Tip: result.Tip{Height: s.checkpoint.height, Hash: s.checkpoint.hash.String()}, Watch: hex.EncodeToString(s.watch[:]), First: s.blocks.first,
		Blocks: []stateBlock{}, Transactions: []stateTx{}, Reorgs: append([]string{}, s.reorgs...),
		Waited: [][]byte{},
	}
	for i, h := range s.blocks.hashes {
		f.Blocks = append(f.Blocks, stateBlock{h.String(), s.blocks.txs[i]})
	}
	for _, seen := range s.blocks.seen {
		raw, err := serialize(seen.Tx)
		if err != nil {
			return nil, err
		}
		f.Transactions = append(f.Transactions, stateTx{seen.Height, seen.Pos, raw})
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

// DecodeState reads what Encode wrote, and nothing else.
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
	s := &State{policy: f.Policy, over: f.Over, reorgs: f.Reorgs, checkpoint: checkpoint{lines: f.Lines, height: f.Tip.Height}}
	s.blocks.first = f.First
	if err := f.hashes(s); err != nil {
		return nil, err
	}
	if err := f.sightings(s); err != nil {
		return nil, err
	}
	if again, err := s.Encode(); err != nil || !bytes.Equal(again, text) {
		return nil, errors.New("the state is not as it was written")
	}
	return s, nil
}

// hashes decodes the board's head, the tip, the watch and the blocks.
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

// sightings decodes the transactions, which must be of the blocks, in order, and
// those that waited.
func (f *stateFile) sightings(s *State) error {
	last := election.ConfirmedTx{Pos: -1}
	for i, t := range f.Transactions {
		tx := new(wire.MsgTx)
		if err := tx.Deserialize(bytes.NewReader(t.Tx)); err != nil { // what follows it is not written again
			return fmt.Errorf("transaction %d: %w", i, err)
		}
		seen := election.ConfirmedTx{Height: t.Height, Pos: t.Pos, Tx: tx, ID: tx.TxHash()}
		if t.Height < f.First || t.Height >= s.blocks.next() || t.Pos < 0 || t.Pos >= s.blocks.txs[t.Height-f.First] || !last.Before(seen) {
			return fmt.Errorf("transaction %d is not of the blocks, or out of order", i)
		}
		s.blocks.seen, last = append(s.blocks.seen, seen), seen
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

// restore returns the log of the blocks that the state has and that are still of
// the chain, and notes which are not. What was looked for must be the same.
func (ch *chained) restore() *blockLog {
	s := ch.opt.State
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
		lost := len(s.blocks.seen) - s.blocks.index(common)
		ch.reorgs = append(ch.reorgs, fmt.Sprintf("blocks %d to %d were replaced, with %d transactions of the election",
			common, s.blocks.next()-1, lost))
	}
	if s.watch != ch.replay.WatchHash() {
		return new(blockLog)
	}
	return s.blocks.before(common)
}

// save leaves in the state, unless it is nil, what was seen. It keeps no blocks
// that a check objects to, and of a board that was rewritten the one seen first.
func (s *State) save(f *facts) {
	if s == nil || f.chain.Included.Failed+f.chain.Sane.Failed > 0 {
		return
	}
	known := s.checkpoint
	*s = State{
		policy: f.e.Policy.ID(), blocks: *f.saved, watch: f.replay.WatchHash(), checkpoint: f.chained.checkpoint(),
		waited: pendingTxs(f), over: f.over, mixing: f.setup.ExchangeLog, reorgs: f.chained.reorgs[max(0, len(f.chained.reorgs)-maxReorgs):],
	}
	if known.lines > 0 && f.boardDiffers(known) != "" {
		s.checkpoint.lines, s.checkpoint.head = known.lines, known.head
	}
}
