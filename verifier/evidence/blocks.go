package evidence

import (
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// innerNode is the length of what a merkle node hashes: two hashes. The bytes of
// a transaction of this length can be those of a node, and a node's those of a
// transaction (CVE-2017-12842).
const innerNode = 2 * chainhash.HashSize

// blockWindow judges whole blocks against judged headers, from a height to the tip:
// each is the block of its header, with these transactions and no other, and its
// transactions are sane.
type blockWindow struct {
	headers *headerChain
	first   uint32
	next    uint32 // height of the block to come

	included Findings // V08, counted in blocks
	sane     Findings // V09, counted in transactions
}

// newBlockWindow prepares to judge blocks from height first on. The headers are
// complete and have kept every height from first on.
func newBlockWindow(headers *headerChain, first uint32) *blockWindow {
	return &blockWindow{headers: headers, first: first, next: first}
}

// add judges the next block and returns its height.
func (w *blockWindow) add(b *wire.MsgBlock) uint32 {
	height := w.next
	w.next++
	w.included.Examined++
	if err := w.checkBlock(height, b); err != nil {
		w.included.fail(int32(height), "%v", err)
	}
	w.sane.Expected += len(b.Transactions)
	for i, tx := range b.Transactions {
		w.sane.Examined++
		if err := checkTx(tx, i == 0); err != nil {
			w.sane.fail(int32(height), "transaction %s: %v", tx.TxHash(), err)
		}
	}
	return height
}

// begin makes b, which was added last, the first block of interest. Blocks before it
// are no longer counted, unless one of them failed.
func (w *blockWindow) begin(b *wire.MsgBlock) {
	if w.included.Failed+w.sane.Failed > 0 {
		return
	}
	w.first = w.next - 1
	w.included.Examined = 1
	w.sane.Expected, w.sane.Examined = len(b.Transactions), len(b.Transactions)
}

// resume counts blocks from first on that an earlier audit judged: txs has the
// number of transactions of each.
func (w *blockWindow) resume(txs []int) {
	w.next = w.first + uint32(len(txs))
	w.included.Examined = len(txs)
	for _, n := range txs {
		w.sane.Expected, w.sane.Examined = w.sane.Expected+n, w.sane.Examined+n
	}
}

// end closes the counts and returns the height of the last block. Headers behind it show no
// transaction, so that the chain is judged up to there.
func (w *blockWindow) end() (last uint32) {
	w.included.Expected = int(w.next - w.first)
	if tip := uint32(max(w.headers.height, 0)); w.next > w.first && w.next <= tip {
		w.included.note(int32(w.next), "the headers go on to height %d, the blocks do not: nothing is judged from here on", tip)
	}
	return w.next - 1
}

// checkBlock checks that b is the block at height.
func (w *blockWindow) checkBlock(height uint32, b *wire.MsgBlock) error {
	want, ok := w.headers.hashAt(height)
	if !ok {
		return errors.New("a block without a header")
	}
	if got := b.Header.BlockHash(); got != want {
		return fmt.Errorf("block %s, want %s", got, want)
	}
	if len(b.Transactions) == 0 {
		return errors.New("no transactions")
	}
	// The first leaf shows the height of the tree, unless it is an inner node. A
	// coinbase is none, even with 64 bytes (which BIP 54 would forbid): its bytes 5 … 36
	// are zeros, so 27 bytes of a node's first hash would have to be zeros.
	if !blockchain.IsCoinBaseTx(b.Transactions[0]) {
		return errors.New("the first transaction is not a coinbase")
	}
	ids := make([]chainhash.Hash, len(b.Transactions))
	for i, tx := range b.Transactions {
		ids[i] = tx.TxHash()
	}
	root, mutated := merkleRoot(ids)
	if root != b.Header.MerkleRoot {
		return fmt.Errorf("merkle root %s of the transactions, want %s", root, b.Header.MerkleRoot)
	}
	if mutated {
		return errors.New("transactions are repeated so that the merkle root stays the same (CVE-2012-2459)")
	}
	return checkWitnesses(btcutil.NewBlock(b))
}

// merkleRoot folds ids in place, at least one. Mutated reports whether two equal nodes
// stand side by side: a list that ends in a repetition has the root of the list
// without it (CVE-2012-2459).
func merkleRoot(ids []chainhash.Hash) (root chainhash.Hash, mutated bool) {
	for len(ids) > 1 {
		half := (len(ids) + 1) / 2
		for i := range half {
			left, right := ids[2*i], ids[2*i] // the last of an odd row is its own neighbour
			if 2*i+1 < len(ids) {
				right = ids[2*i+1]
				mutated = mutated || left == right
			}
			ids[i] = blockchain.HashMerkleBranches(&left, &right)
		}
		ids = ids[:half]
	}
	return ids[0], mutated
}

// checkWitnesses checks that the coinbase commits to the witnesses, which the
// merkle root does not cover (BIP 141).
func checkWitnesses(b *btcutil.Block) error {
	err := blockchain.ValidateWitnessCommitment(b)
	var rule blockchain.RuleError
	if errors.As(err, &rule) && rule.ErrorCode == blockchain.ErrWitnessCommitmentMismatch {
		return errors.New("the witnesses are not those of the commitment") // btcd's text lists the bytes of both
	}
	return err
}

// checkTx checks the rules for a transaction by itself, apart from the chain. These
// allow a coinbase anywhere; checkTx allows it only as the first transaction.
func checkTx(tx *wire.MsgTx, first bool) error {
	if !first && blockchain.IsCoinBaseTx(tx) {
		return errors.New("an input like a coinbase's")
	}
	return blockchain.CheckTransactionSanity(btcutil.NewTx(tx))
}
