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

// watchMixer watches the payments of a mixer from where they begin.
func (r *Replay) watchMixer(l Entry[board.Mixer]) {
	from, err := decodeOutpoint(l.Body.From)
	chain := newPayments(l.Line.By, Tail{Outpoint: from})
	known := func(p *payments) bool { return p.key == chain.key && p.begin == chain.begin }
	if err == nil && r.e.Policy.Mixed() && !slices.ContainsFunc(r.mixing, known) {
		r.mixing = append(r.mixing, chain)
	}
}

// watchRegistry reads the keys of mixers from the supervisor's first registry.
func (r *Replay) watchRegistry(l Entry[board.Registry]) {
	if r.mixers == nil && l.Line.By == r.e.Policy.Supervisor && r.e.Policy.Mixed() {
		r.mixers = append([]curve.PublicKey{}, l.Body.Mixers...)
	}
}

// watchDeposit watches the output that a line names as a deposit.
func (r *Replay) watchDeposit(l Entry[board.Deposit]) {
	r.watchOutput(r.exchanged, l.Body.Outpoint)
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
	for _, p := range r.mixing {
		item := EncodeOutpoint(p.begin)
		items = append(items, append(item[:], p.key[:]...))
	}
	slices.SortFunc(items, bytes.Compare)
	h := sha256.New()
	for _, item := range items {
		h.Write(curve.Encoder(nil).U32(uint32(len(item))).Raw(item))
	}
	return [32]byte(h.Sum(nil))
}

// Watched returns the lines of a board that say what to look for in blocks and count, by
// the anchors of a sequence: those in their phases that keep to the table. A replay of them
// is blinded by no other line.
func (e *Election) Watched(lines []board.Line, seq Sequence) []board.Line {
	p := e.phases(lines, seq)
	out := []board.Line{}
	for i, l := range lines {
		if lineTypes[l.Type].watch != nil && p.refused[i] == nil {
			out = append(out, l)
		}
	}
	return out
}

// Follow returns the replay of a board's lines that count. read gives a replay the blocks,
// and is called again only where lines that do not count would have it look for other
// things. seq returns the sequence of anchors of a replay that was given them.
func (e *Election) Follow(lines []board.Line, seq func(*Replay) Sequence, read func(*Replay) error) (*Replay, error) {
	r := NewReplay(e, lines)
	if err := read(r); err != nil {
		return nil, err
	}
	exact := NewReplay(e, e.Watched(lines, seq(r)))
	if exact.WatchHash() == r.WatchHash() {
		return r, nil
	}
	return exact, read(exact)
}
