package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// SourceError is the error of an unusable source: it is of another network, or omits
// a part of its blocks. It is not a fault of the election.
type SourceError struct {
	Source string // its name
	Err    error
}

// Error names the source and the cause.
func (e *SourceError) Error() string { return e.Source + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *SourceError) Unwrap() error { return e.Err }

// ClockError is the error of a clock that is behind the chain: at least half of the
// last eleven blocks are stamped more than two hours later.
type ClockError struct{ Now, Median time.Time }

// Error names both times and the remedy.
func (e *ClockError) Error() string {
	return fmt.Sprintf("the clock of this computer says %s, before the newest blocks, which are of %s: set the clock",
		stamp(e.Now), stamp(e.Median))
}

// NameOf returns the name of a source in messages: that of its method Name, if it has
// one, otherwise what it shows.
func NameOf(src Source) string {
	if named, ok := src.(interface{ Name() string }); ok {
		return named.Name()
	}
	return src.Evidence()
}

// genesisSource is a [Source] that shows its first block's hash without its headers.
type genesisSource interface {
	Genesis(ctx context.Context) (chainhash.Hash, error)
}

// checkNetworks asks the sources that are a [genesisSource] for the genesis block. The
// error is a [SourceError] where it is another network's.
func checkNetworks(ctx context.Context, sources []Source, params *chaincfg.Params) error {
	for _, src := range sources {
		s, ok := src.(genesisSource)
		if !ok {
			continue
		}
		hash, err := s.Genesis(ctx)
		if err != nil {
			return fmt.Errorf("reading the genesis block: %w", err)
		}
		if hash != *params.GenesisHash {
			return &SourceError{NameOf(src), fmt.Errorf("the node is on %s, the election on %s", networkOf(hash), params.Name)}
		}
	}
	return nil
}

// networkOf names the network of a genesis block.
func networkOf(genesis chainhash.Hash) string {
	for _, p := range []*chaincfg.Params{
		&chaincfg.MainNetParams, &chaincfg.TestNet3Params, &chaincfg.TestNet4Params,
		&chaincfg.SigNetParams, &chaincfg.RegressionNetParams, &chaincfg.SimNetParams,
	} {
		if genesis == *p.GenesisHash {
			return p.Name
		}
	}
	return "a network with genesis block " + genesis.String()
}

// checkClock returns a [ClockError] where now is before the chain. A single block that
// is stamped too late is a fault of the block.
func (c *headerChain) checkClock(now time.Time) error {
	if now.IsZero() || c.height < 0 {
		return nil
	}
	median := blockchain.CalcPastMedianTime(c.node(c.height))
	if median.After(now.Add(maxFuture)) {
		return &ClockError{now, median}
	}
	return nil
}

// errNoWitnesses is the cause of a [SourceError]. Blocks without witnesses match their
// merkle root. They lack the signatures of segwit inputs and do not match the witness
// commitment (BIP 141).
var errNoWitnesses = errors.New("shows blocks without their witnesses; " +
	"a node does so with rpcserialversion=0: remove that setting, and export a record again")

// CheckWitnesses returns an error if a block's coinbase commits to witnesses and no
// transaction has a witness, not even the coinbase (BIP 141).
func CheckWitnesses(b *wire.MsgBlock) error {
	for _, tx := range b.Transactions {
		if tx.HasWitness() {
			return nil
		}
	}
	if len(b.Transactions) == 0 {
		return nil
	}
	if _, found := blockchain.ExtractWitnessCommitment(btcutil.NewTx(b.Transactions[0])); found {
		return errNoWitnesses
	}
	return nil
}
