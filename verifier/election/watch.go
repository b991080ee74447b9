package election

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// watchLine notes what a board line gives to look for in blocks.
func (r *Replay) watchLine(l board.Line) {
	r.watchExchange(l)
	if l.By != r.e.Policy.Supervisor {
		return
	}
	switch l.Type {
	case board.TypeRoll:
		var b board.Roll
		if board.DecodeBody(l, &b) == nil {
			r.watchCoin(r.Coins, b.Outpoint)
		}
	case board.TypeTranscript:
		var b board.Transcript
		if board.DecodeBody(l, &b) == nil {
			r.watchKeys(b)
		}
	}
}

// watchCoin watches an outpoint and the transaction that creates it.
func (r *Replay) watchCoin(coins map[wire.OutPoint]*Output, outpoint []byte) {
	op, err := decodeOutpoint(outpoint)
	if err != nil {
		return
	}
	coins[op] = &Output{}
	r.parents[op.Hash] = true
}

// watchExchange watches deposits, payouts and repayments, and learns who may
// make them.
func (r *Replay) watchExchange(l board.Line) {
	if !r.e.Policy.Mixed() {
		return
	}
	switch l.Type {
	case board.TypeRegistry:
		r.watchRegistry(l)
	case board.TypeDeposit:
		var b board.Deposit
		if r.registered[l.By] && board.DecodeBody(l, &b) == nil {
			r.watchCoin(r.Mixed, b.Outpoint)
			if op, err := decodeOutpoint(b.Outpoint); err == nil {
				r.deposits[op] = true
			}
		}
	case board.TypePayout:
		var b board.Payout
		if (l.By == r.e.Policy.Supervisor || slices.Contains(r.mixers, l.By)) && board.DecodeBody(l, &b) == nil {
			r.watchCoin(r.Mixed, b.Outpoint)
		}
	case board.TypeSettlement:
		var b board.Settlement
		if l.By == r.e.Policy.Supervisor && board.DecodeBody(l, &b) == nil {
			for _, repaid := range b.Repaid {
				r.watchCoin(r.Mixed, repaid.Outpoint)
			}
		}
	}
}

// watchRegistry learns who mixes and who deposits.
func (r *Replay) watchRegistry(l board.Line) {
	var b board.Registry
	if r.registered != nil || l.By != r.e.Policy.Supervisor || board.DecodeBody(l, &b) != nil {
		return
	}
	r.mixers, r.registered = b.Mixers, make(map[curve.PublicKey]bool)
	for _, v := range b.Voters {
		r.registered[v.Key] = true
	}
}

// watchKeys watches P and every Q_j = P + C_j of a transcript.
func (r *Replay) watchKeys(t board.Transcript) {
	for number, k := range t.Keys {
		joint, err := k.Key.Point()
		if err != nil {
			continue
		}
		r.watchKey(k.Key, "the joint key")
		for j, c := range r.e.Policy.Candidates {
			if own, err := c.Key.Point(); err == nil && r.e.KeyNumber(j+1) == number+1 {
				r.watchKey(joint.Add(own).Key(), "the claim key of "+c.Name)
			}
		}
	}
}

func (r *Replay) watchKey(k curve.PublicKey, name string) {
	r.WatchedKeys[k] = name
	r.hashes[[20]byte(address.Hash160(k[:]))] = k
}

// WatchHash is a hash of everything that a replay looks for. What was seen while
// it looked for less has to be read again.
func (r *Replay) WatchHash() [32]byte {
	var items [][]byte
	for _, coins := range []map[wire.OutPoint]*Output{r.Coins, r.Mixed} {
		for op := range coins {
			item := EncodeOutpoint(op)
			items = append(items, item[:])
		}
	}
	for k := range r.WatchedKeys {
		items = append(items, bytes.Clone(k[:]))
	}
	for _, scripts := range []map[string]bool{r.Trails.hubs, r.Trails.roll} {
		for script := range scripts {
			items = append(items, []byte(script))
		}
	}
	for op := range r.deposits {
		item := EncodeOutpoint(op)
		items = append(items, append(item[:], "deposit"...))
	}
	slices.SortFunc(items, bytes.Compare)
	h := sha256.New()
	for _, item := range items {
		h.Write(curve.Encoder(nil).U32(uint32(len(item))).Raw(item))
	}
	return [32]byte(h.Sum(nil))
}
