package election

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// watchLine adds what a board line says to look for in blocks.
func (r *Replay) watchLine(l *board.Line) {
	if watch := lineTypes[l.Type].watch; watch != nil {
		watch(r, l)
	}
}

// watchOutput watches the outpoint that a line names, in wire form, and the
// transaction that creates it.
func (r *Replay) watchOutput(outputs map[wire.OutPoint]*Output, outpoint []byte) {
	op, err := decodeOutpoint(outpoint)
	if err != nil {
		return
	}
	outputs[op] = &Output{}
	r.parents[op.Hash] = true
}

// watchEntry watches the coin of an entry. With mixing, payments to the roll key are
// the end of a trail.
func (r *Replay) watchEntry(l Entry[board.Entry]) {
	r.watchOutput(r.coins, l.Body.Outpoint)
	if r.e.Policy.Mixed() {
		r.trails.roll[string(templates.PayToKey(l.Line.By))] = true
	}
}

// watchRegistry reads the keys of mixers and depositors from the first registry.
func (r *Replay) watchRegistry(l Entry[board.Registry]) {
	if r.registered != nil || l.Line.By != r.e.Policy.Supervisor || !r.e.Policy.Mixed() {
		return
	}
	r.mixers, r.registered = l.Body.Mixers, make(map[curve.PublicKey]bool)
	for _, v := range l.Body.Voters {
		r.registered[v.Key] = true
	}
}

// watchDeposit watches the deposit of a registered key.
func (r *Replay) watchDeposit(l Entry[board.Deposit]) {
	if !r.registered[l.Line.By] {
		return
	}
	r.watchOutput(r.exchanged, l.Body.Outpoint)
	if op, err := decodeOutpoint(l.Body.Outpoint); err == nil {
		r.deposits[op] = true
	}
}

// watchPayout watches the coin that a mixer or the supervisor says it paid.
func (r *Replay) watchPayout(l Entry[board.Payout]) {
	if r.e.Policy.Mixed() && (l.Line.By == r.e.Policy.Supervisor || slices.Contains(r.mixers, l.Line.By)) {
		r.watchOutput(r.exchanged, l.Body.Outpoint)
	}
}

// watchSettlement watches the repayments that the supervisor says it made.
func (r *Replay) watchSettlement(l Entry[board.Settlement]) {
	if !r.e.Policy.Mixed() || l.Line.By != r.e.Policy.Supervisor {
		return
	}
	for _, repaid := range l.Body.Repaid {
		r.watchOutput(r.exchanged, repaid.Outpoint)
	}
}

// watchTranscript watches the joint keys P and the claim keys Q_j = P + C_j.
func (r *Replay) watchTranscript(l Entry[board.Transcript]) {
	if l.Line.By != r.e.Policy.Supervisor {
		return
	}
	if len(l.Body.Qual) > 0 {
		r.jointKeys = 0 // the first line of a transcript
	}
	for _, k := range l.Body.Keys {
		if k.From != 1 {
			continue // more shares of the joint key before
		}
		r.jointKeys++
		joint, err := k.Key.Point()
		if err != nil {
			continue
		}
		r.watchKey(k.Key, "the joint key")
		for j, c := range r.e.Policy.Candidates {
			if own, err := c.Key.Point(); err == nil && r.e.Policy.KeyNumber(j+1) == r.jointKeys {
				r.watchKey(joint.Add(own).Key(), "the claim key of "+c.Name)
			}
		}
	}
}

// watchKey watches a key and its HASH160.
func (r *Replay) watchKey(k curve.PublicKey, name string) {
	r.keys[k] = name
	r.hashes[[20]byte(address.Hash160(k[:]))] = k
}

// WatchHash returns a hash of everything that a replay looks for. Blocks have to be
// read again if it has changed since.
func (r *Replay) WatchHash() [32]byte {
	var items [][]byte
	for _, coins := range []map[wire.OutPoint]*Output{r.coins, r.exchanged} {
		for op := range coins {
			item := EncodeOutpoint(op)
			items = append(items, item[:])
		}
	}
	for k := range r.keys {
		items = append(items, bytes.Clone(k[:]))
	}
	for _, scripts := range []map[string]bool{r.trails.shared, r.trails.roll} {
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
