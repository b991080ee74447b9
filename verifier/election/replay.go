package election

import (
	"bytes"
	"iter"
	"maps"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Replay watches blocks for what concerns one election and remembers only
// that: its memory grows with the roll, not with the chain. It judges nothing.
type Replay struct {
	Lookalikes TxList // ballots, and payments to a stake's script, outside eligible transactions
	KeyUses    TxList // other uses of a joint or claim key

	e          *Election
	coins      map[wire.OutPoint]*Output // every outpoint that a roll line names
	parents    map[chainhash.Hash]bool   // transactions that create watched outputs
	stakes     map[wire.OutPoint]*Output // P2SH outputs of transactions that spend a coin
	scripts    map[string]bool           // of stakes
	exchanged  map[wire.OutPoint]*Output // every outpoint that a line of the exchange names
	deposits   map[wire.OutPoint]bool    // those of them that are deposits
	mixers     []curve.PublicKey         // who may pay coins, besides the supervisor
	registered map[curve.PublicKey]bool  // who may deposit; nil before a registry
	trails     trails
	keys       map[curve.PublicKey]string // names of the joint and claim keys
	hashes     map[[20]byte]curve.PublicKey
	anchors    []Anchor

	asked   *wire.MsgTx // the last transaction that was looked at for signatures
	answers map[curve.PublicKey]bool
}

// ConfirmedTx is a transaction with its place in the chain.
type ConfirmedTx struct {
	Height uint32
	Pos    int // in its block
	Tx     *wire.MsgTx
	ID     chainhash.Hash
	Input  int    // of interest
	Note   string // what was seen, where it is not evident
}

// Before orders sightings as the chain does.
func (s ConfirmedTx) Before(o ConfirmedTx) bool {
	return s.Height < o.Height || s.Height == o.Height && s.Pos < o.Pos
}

// Output is a watched output, and the transactions that create and spend it. Of
// a stake only Out and Spent are kept.
type Output struct {
	Created *ConfirmedTx
	Out     *wire.TxOut
	payer   curve.PublicKey // the supervisor or a mixer that signed an input of the creating transaction, or zero
	Spent   *ConfirmedTx
}

// NewReplay prepares to watch the coins that the board's roll lines name, the
// keys that its transcripts name, and the outputs of its exchange.
func NewReplay(e *Election, lines []board.Line) *Replay {
	r := &Replay{
		e: e, coins: make(map[wire.OutPoint]*Output), parents: make(map[chainhash.Hash]bool),
		stakes: make(map[wire.OutPoint]*Output), scripts: make(map[string]bool),
		exchanged: make(map[wire.OutPoint]*Output), deposits: make(map[wire.OutPoint]bool),
		keys: make(map[curve.PublicKey]string), hashes: make(map[[20]byte]curve.PublicKey),
		trails: newTrails(),
	}
	for i := range lines {
		r.watchLine(&lines[i])
	}
	r.shareScripts()
	return r
}

// Coin returns the output that a roll line names, or nil.
func (r *Replay) Coin(op wire.OutPoint) *Output { return r.coins[op] }

// Coins yields all outputs that roll lines name, in no order.
func (r *Replay) Coins() iter.Seq2[wire.OutPoint, *Output] { return maps.All(r.coins) }

// Stake returns the P2SH output of a transaction that spends a coin, or nil.
func (r *Replay) Stake(op wire.OutPoint) *Output { return r.stakes[op] }

// Stakes yields all P2SH outputs of transactions that spend coins, in no order.
func (r *Replay) Stakes() iter.Seq2[wire.OutPoint, *Output] { return maps.All(r.stakes) }

// ExchangeOutput returns the deposit, the payout or the repayment that a line
// names, or nil.
func (r *Replay) ExchangeOutput(op wire.OutPoint) *Output { return r.exchanged[op] }

// WatchedKeys returns how many joint and claim keys are looked for.
func (r *Replay) WatchedKeys() int { return len(r.keys) }

// Block takes the next block and returns the indices of the transactions that
// it remembers something of. Those alone lead to the same memory.
func (r *Replay) Block(height uint32, b *wire.MsgBlock) (at []int) {
	for pos, tx := range b.Transactions {
		if r.Tx(ConfirmedTx{Height: height, Pos: pos, Tx: tx, ID: tx.TxHash()}) {
			at = append(at, pos)
		}
	}
	return at
}

// Tx takes the next transaction and tells whether it changed anything.
func (r *Replay) Tx(s ConfirmedTx) bool {
	eligible, ofStake := r.inputs(s)
	ofMixing := r.mixedInputs(s)
	if r.parents[s.ID] {
		r.created(s)
	}
	ofTrail := r.follow(s, eligible)
	anchors, lookalikes, keyUses := len(r.anchors), r.Lookalikes.Len(), r.KeyUses.Len()
	for i, out := range s.Tx.TxOut {
		r.anchor(s, out)
		if eligible {
			r.staked(s, i, out)
		} else {
			r.output(s, i, out)
		}
	}
	if !eligible && !ofStake {
		r.keyInInputs(s)
	}
	listed := r.Lookalikes.weigh(s.Tx, lookalikes)
	listed = r.KeyUses.weigh(s.Tx, keyUses) || listed
	return eligible || ofStake || ofMixing || ofTrail || listed || r.parents[s.ID] || len(r.anchors) > anchors
}

// inputs notes spends of coins and of stakes.
func (r *Replay) inputs(s ConfirmedTx) (eligible, ofStake bool) {
	for i, in := range s.Tx.TxIn {
		s.Input = i
		if c := r.coins[in.PreviousOutPoint]; c != nil && c.Created != nil && c.Spent == nil {
			at := s
			c.Spent, eligible = &at, true
		}
		if st := r.stakes[in.PreviousOutPoint]; st != nil && st.Spent == nil {
			at := s
			st.Spent, ofStake = &at, true
		}
	}
	return eligible, ofStake
}

// mixedInputs notes spends of deposits, payouts and repayments.
func (r *Replay) mixedInputs(s ConfirmedTx) (any bool) {
	for i, in := range s.Tx.TxIn {
		if c := r.exchanged[in.PreviousOutPoint]; c != nil && c.Created != nil && c.Spent == nil {
			at := s
			at.Input = i
			c.Spent, any = &at, true
		}
	}
	return any
}

// created notes the coins that a transaction creates.
func (r *Replay) created(s ConfirmedTx) {
	payer := r.payer(s.Tx)
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		for _, c := range []*Output{r.coins[op], r.exchanged[op]} {
			if c != nil {
				c.Created, c.Out, c.payer = &s, out, payer
			}
		}
	}
}

// payer finds who signed an input of tx, the supervisor or a mixer, or nobody.
func (r *Replay) payer(tx *wire.MsgTx) curve.PublicKey {
	for _, key := range append([]curve.PublicKey{r.e.Policy.Supervisor}, r.mixers...) {
		if r.signed(tx, key) {
			return key
		}
	}
	return curve.PublicKey{}
}

// anchor remembers an anchor of the supervisor's, in whatever transaction it
// stands. What others write in its form is nobody's anchor.
func (r *Replay) anchor(s ConfirmedTx, out *wire.TxOut) {
	data, ok := nullData(out.PkScript)
	if !ok {
		return
	}
	if a, ok := parseAnchor(data); ok && r.signedBySupervisor(s.Tx) {
		a.Height, a.TxID = s.Height, s.ID.String()
		r.anchors = append(r.anchors, a)
	}
}

// staked watches the P2SH outputs of a transaction that spends a coin.
func (r *Replay) staked(s ConfirmedTx, i int, out *wire.TxOut) {
	if txscript.IsPayToScriptHash(out.PkScript) {
		r.stakes[wire.OutPoint{Hash: s.ID, Index: uint32(i)}] = &Output{Out: out}
		r.scripts[string(out.PkScript)] = true
	}
}

// signedBySupervisor tells whether the supervisor's key signed an input of tx.
func (r *Replay) signedBySupervisor(tx *wire.MsgTx) bool { return r.signed(tx, r.e.Policy.Supervisor) }

// signed is signedBy, for the outputs and trails of one transaction, which ask
// in turn: the last answers are remembered.
func (r *Replay) signed(tx *wire.MsgTx, key curve.PublicKey) bool {
	if r.asked != tx {
		r.asked, r.answers = tx, make(map[curve.PublicKey]bool)
	}
	answer, known := r.answers[key]
	if !known {
		answer = SignedBy(tx, key)
		r.answers[key] = answer
	}
	return answer
}

// maxSigned is how many inputs that hold a key are looked at for its signature.
// An anchor or a payment needs one; whoever puts thousands into a transaction
// wants the auditor to hash it as often.
const maxSigned = 100

// SignedBy tells whether an input of tx is a valid P2PKH spend by a key. The
// previous output is not needed: its script follows from the key, and legacy
// signatures do not commit to its value. The key must stand in the input script
// somewhere, whatever else a miner put around it.
func SignedBy(tx *wire.MsgTx, key curve.PublicKey) bool {
	script, tries := templates.PayToKey(key), 0
	for i, in := range tx.TxIn {
		if !bytes.Contains(in.SignatureScript, key[:]) {
			continue
		}
		if tries++; tries > maxSigned {
			break
		}
		if scriptsig.Execute(tx, i, &wire.TxOut{PkScript: script}, nil) == nil {
			return true
		}
	}
	return false
}

// Announces tells whether the election's announcement is among transactions.
func (r *Replay) Announces(txs []*wire.MsgTx) bool {
	for _, tx := range txs {
		for _, out := range tx.TxOut {
			data, ok := nullData(out.PkScript)
			if !ok {
				continue
			}
			a, ok := parseAnchor(data)
			if ok && a.Kind == Announce && a.EID == r.e.EID && r.signedBySupervisor(tx) {
				return true
			}
		}
	}
	return false
}

// Anchors lists the supervisor's anchors seen so far, of this and of other
// elections, in the chain's order.
func (r *Replay) Anchors() []Anchor { return r.anchors }

// StakeSpent tells whether a vote's stake has been spent, and at what height.
func (r *Replay) StakeSpent(op wire.OutPoint) (height uint32, spent bool) {
	if st := r.stakes[op]; st != nil && st.Spent != nil {
		return st.Spent.Height, true
	}
	return 0, false
}
