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

// watchMixer reads where the payments of a mixer begin: its first line counts.
func (r *Replay) watchMixer(l Entry[board.Mixer]) {
	from, err := decodeOutpoint(l.Body.From)
	if _, again := r.announced[l.Line.By]; !again && err == nil && r.registered == nil {
		r.announced[l.Line.By] = from
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
	for _, key := range r.mixers {
		if from, ok := r.announced[key]; ok {
			r.mixing[key] = newPayments(key, Tail{Outpoint: from})
		}
	}
}

// watchDeposit watches the outputs that a registered key names as its deposit.
func (r *Replay) watchDeposit(l Entry[board.Deposit]) {
	if r.registered[l.Line.By] && r.named[l.Line.By] < maxDeposits {
		r.named[l.Line.By]++
		r.watchOutput(r.exchanged, l.Body.Outpoint)
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
	for op := range r.coins {
		item := EncodeOutpoint(op)
		items = append(items, item[:])
	}
	for k := range r.keys {
		items = append(items, bytes.Clone(k[:]))
	}
	for _, scripts := range []map[string]bool{r.trails.shared, r.trails.roll} {
		for script := range scripts {
			items = append(items, []byte(script))
		}
	}
	for op := range r.exchanged {
		item := EncodeOutpoint(op)
		items = append(items, append(item[:], "deposit"...))
	}
	for key, from := range r.announced {
		if r.mixing[key] != nil {
			item := EncodeOutpoint(from)
			items = append(items, append(item[:], key[:]...))
		}
	}
	slices.SortFunc(items, bytes.Compare)
	h := sha256.New()
	for _, item := range items {
		h.Write(curve.Encoder(nil).U32(uint32(len(item))).Raw(item))
	}
	return [32]byte(h.Sum(nil))
}
