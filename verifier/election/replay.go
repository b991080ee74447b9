package election

import (
	"iter"
	"maps"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Replay watches blocks for what concerns one election. It keeps only that, so it
// grows with the roll and not with the chain. It judges nothing.
type Replay struct {
	Lookalikes TxList // ballots, and payments to the script of a stake, in transactions that spend no coin of the roll
	KeyUses    TxList // uses of a joint or claim key that spend no stake

	e         *Election
	coins     map[wire.OutPoint]*Output // named by entries
	stakes    map[wire.OutPoint]*Output // P2SH outputs of transactions that spend a coin
	exchanged map[wire.OutPoint]*Output // named as deposits
	parents   map[chainhash.Hash]bool   // transactions that create coins and deposits
	anchoring anchoring
	others    []Anchor // by the supervisor, outside of the sequence
	purse     []byte   // P2PKH of the supervisor's key

	lines     []board.Line                 // what it looks for; a replay that begins anew looks for the same
	mixing    []*payments                  // chains that mixers' lines name
	mixers    []curve.PublicKey            // of the registry; nil before it
	scripts   map[string]bool              // output scripts of stakes
	jointKeys int                          // of the transcript that is being watched
	keys      map[curve.PublicKey]string   // joint and claim keys: their names
	hashes    map[[20]byte]curve.PublicKey // HASH160 of keys
	trails    trails
	signers   signers
}

// NewReplay prepares to watch what the lines of a board name: the coins of the
// roll, the keys of transcripts, and the outputs of the exchange. Lines that do not count
// may be among them: no line takes from what another names. [Election.Watched] leaves them
// out, once the anchors are known.
func NewReplay(e *Election, lines []board.Line) *Replay {
	r := &Replay{
		e: e, lines: lines, coins: make(map[wire.OutPoint]*Output), parents: make(map[chainhash.Hash]bool),
		stakes: make(map[wire.OutPoint]*Output), scripts: make(map[string]bool),
		exchanged: make(map[wire.OutPoint]*Output),
		keys:      make(map[curve.PublicKey]string), hashes: make(map[[20]byte]curve.PublicKey),
		trails: newTrails(), purse: templates.PayToKey(e.Policy.Supervisor), anchoring: anchoring{due: e.Due()},
	}
	if e.Policy.Seal != nil {
		r.anchoring.next.Outpoint = *e.Policy.Seal
	}
	for i := range lines {
		r.watchLine(&lines[i])
	}
	r.noteSharedScripts()
	return r
}

// Coin returns the coin at an outpoint that an entry names, or nil.
func (r *Replay) Coin(op wire.OutPoint) *Output { return r.coins[op] }

// Coins yields the outpoints that entries name and their coins, in no order.
func (r *Replay) Coins() iter.Seq2[wire.OutPoint, *Output] { return maps.All(r.coins) }

// Stake returns the P2SH output at an outpoint of a transaction that spends a coin,
// or nil.
func (r *Replay) Stake(op wire.OutPoint) *Output { return r.stakes[op] }

// Stakes yields the P2SH outputs of transactions that spend coins, in no order.
func (r *Replay) Stakes() iter.Seq2[wire.OutPoint, *Output] { return maps.All(r.stakes) }

// Watches reports whether a key is one of the joint and claim keys that are looked for.
func (r *Replay) Watches(k curve.PublicKey) bool { return r.keys[k] != "" }

// Block replays the next block. It returns the indices of the transactions that
// changed the replay; a replay of these transactions only ends in the same state. What
// stands before the block of the announcement counts for nothing: with that block the
// replay begins anew.
func (r *Replay) Block(height uint32, b *wire.MsgBlock) (at []int) {
	txs := make([]ConfirmedTx, len(b.Transactions))
	for pos, tx := range b.Transactions {
		txs[pos] = ConfirmedTx{Height: height, Pos: pos, Tx: tx, ID: tx.TxHash()}
	}
	return r.Txs(txs)
}

// Txs is [Replay.Block] of those transactions of the next block that are known, or of the
// next blocks. It returns indices of txs.
func (r *Replay) Txs(txs []ConfirmedTx) (at []int) { return r.run(txs, !r.Begun()) }

func (r *Replay) run(txs []ConfirmedTx, waits bool) (at []int) {
	for i, tx := range txs {
		if r.tx(tx) {
			at = append(at, i)
		}
		if waits && r.Begun() {
			*r = *NewReplay(r.e, r.lines)
			return r.run(txs, false)
		}
	}
	return at
}

// tx replays the next transaction and reports whether it changed the replay.
func (r *Replay) tx(s ConfirmedTx) bool {
	eligible, ofStake := r.inputs(s)
	ofExchange := r.exchangeInputs(s)
	ofSupervisor := r.followAnchors(s)
	if r.parents[s.ID] {
		r.created(s)
	}
	ofTrail := r.follow(s, eligible)
	others, lookalikes, keyUses := len(r.others), r.Lookalikes.Len(), r.KeyUses.Len()
	for i, out := range s.Tx.TxOut {
		if !ofSupervisor || i > 0 {
			r.otherAnchor(s, i)
		}
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
	return eligible || ofStake || ofExchange || ofSupervisor || ofTrail || listed || r.parents[s.ID] || len(r.others) > others
}

// inputs records spends of coins and of stakes. It reports whether the transaction
// spends a coin, and whether it spends a stake.
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

// exchangeInputs notes spends of deposits. It reports whether there are any.
func (r *Replay) exchangeInputs(s ConfirmedTx) (any bool) {
	for i, in := range s.Tx.TxIn {
		if c := r.exchanged[in.PreviousOutPoint]; c != nil && c.Created != nil && c.Spent == nil {
			at := s
			at.Input = i
			c.Spent, any = &at, true
		}
	}
	return any
}

// created notes the coins and the deposits that a transaction creates.
func (r *Replay) created(s ConfirmedTx) {
	for i, out := range s.Tx.TxOut {
		op := wire.OutPoint{Hash: s.ID, Index: uint32(i)}
		for _, c := range []*Output{r.coins[op], r.exchanged[op]} {
			if c != nil {
				c.Created, c.Out, c.payment = &s, out, r.anchoring.payments.has(s.ID)
			}
		}
	}
}

// otherAnchor records an output in the form of an anchor that the supervisor's key
// signed and that is not in the sequence.
func (r *Replay) otherAnchor(s ConfirmedTx, i int) {
	if a, ok := anchorIn(s.Tx, i); ok && r.signers.signed(s.Tx, r.e.Policy.Supervisor) {
		a.Height, a.TxID = s.Height, s.ID.String()
		r.others = append(r.others, a)
	}
}

// staked watches a P2SH output of a transaction that spends a coin.
func (r *Replay) staked(s ConfirmedTx, i int, out *wire.TxOut) {
	if txscript.IsPayToScriptHash(out.PkScript) {
		r.stakes[wire.OutPoint{Hash: s.ID, Index: uint32(i)}] = &Output{Out: out}
		r.scripts[string(out.PkScript)] = true
	}
}

// OtherAnchors returns the supervisor's anchors so far that are not in the sequence,
// of this and of other elections, in the chain's order.
func (r *Replay) OtherAnchors() []Anchor { return r.others }

// StakeSpent reports whether a stake has been spent, and at which height.
func (r *Replay) StakeSpent(op wire.OutPoint) (height uint32, spent bool) {
	if st := r.stakes[op]; st != nil && st.Spent != nil {
		return st.Spent.Height, true
	}
	return 0, false
}
