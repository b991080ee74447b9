package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"bevote/internal/roles"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// outboxFile has a record for each act before it leaves, and for each that is no longer sent.
const outboxFile = "outbox.jsonl"

// outbox is what a role has to send, on the disk before it leaves. An act is known by what it is: a line
// by author, type and body, since it may be signed again with a newer block; a transaction by the
// outpoints that it spends.
type outbox struct {
	disk    Disk
	entries []*entry // in the order in which they came, without those that were dropped
	dropped []GivenUp
}

// entry is an act of the outbox. What is below the blank line is of this process only.
type entry struct {
	roles.Act

	listed   bool           // the role lists it by the newest view
	at       place          // in the newest view
	answered chainhash.Hash // the tip at which it was answered last
	failed   bool           // that answer was a refusal, or a conflict with another transaction
	problem  *Problem       // of its last sending
}

// place is where a view shows an act.
type place struct {
	line   int    // number of the line, 0 where the board has none
	height uint32 // of the block with the transaction, or with the other
	other  string // id of a transaction in the chain that spends an input otherwise, or ""
	deep   bool
}

// shown reports whether the act is on the board or in the chain.
func (p place) shown() bool { return p.line > 0 || p.height > 0 && p.other == "" }

// record is the JSON of an outbox line: an act with its line or its transaction, or the id of one that is
// dropped and why.
type record struct {
	What string `json:"what"`
	By   uint32 `json:"by,omitempty"`
	Line string `json:"line,omitempty"`
	Tx   string `json:"tx,omitempty"`
	Drop string `json:"drop,omitempty"`
	Why  string `json:"why,omitempty"`
}

// openOutbox reads the outbox.
func openOutbox(d Disk) (*outbox, error) {
	o := &outbox{disk: d}
	texts, err := lines(d, outboxFile)
	if err != nil {
		return nil, err
	}
	for i, text := range texts {
		var r record
		err := json.Unmarshal(text, &r)
		if err == nil {
			err = o.replay(r)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", outboxFile, i+1, err)
		}
	}
	return o, nil
}

// replay takes in a record of the file.
func (o *outbox) replay(r record) error {
	if r.Drop != "" {
		o.remove(r)
		return nil
	}
	act, err := r.act()
	if err != nil {
		return err
	}
	if e := o.find(act); e != nil && (act.Line != nil || idOf(e.Act) == idOf(act)) {
		e.Act = act
		return nil
	}
	o.entries = append(o.entries, &entry{Act: act})
	return nil
}

// remove drops the entry that a record names.
func (o *outbox) remove(r record) {
	o.entries = slices.DeleteFunc(o.entries, func(e *entry) bool { return idOf(e.Act) == r.Drop })
	o.dropped = append(o.dropped, GivenUp{r.What, r.Drop, r.Why})
}

// put appends the acts that the role lists now and that the outbox does not have. A line that was signed
// again takes the place of the one before. A transaction takes the place of one that does the same act by
// other outputs only if the network has refused that one, and of one for another act at once: of two that
// spend one outpoint one at most is mined.
func (o *outbox) put(acts []roles.Act) error {
	for _, e := range o.entries {
		e.listed = false
	}
	var records []record
	var fresh []*entry
	for _, act := range acts {
		e := o.find(act)
		switch {
		case e == nil:
			records, fresh = append(records, recordOf(act)), append(fresh, &entry{Act: act, listed: true})
		case act.Line != nil && e.Line.Seen != act.Line.Seen:
			records, fresh = append(records, recordOf(act)), append(fresh, &entry{Act: act, listed: true})
		case act.Tx != nil && idOf(e.Act) != idOf(act) && (e.failed || e.What != act.What):
			why := record{What: e.What, Drop: idOf(e.Act), Why: "another one takes its place"}
			records, fresh = append(records, recordOf(act), why), append(fresh, &entry{Act: act, listed: true})
		default:
			e.listed = true
		}
	}
	if err := o.write(records); err != nil {
		return err
	}
	for _, r := range records {
		if r.Drop != "" {
			o.remove(r)
		}
	}
	for _, e := range fresh {
		if old := o.find(e.Act); old != nil && old.Line != nil {
			*old = *e
		} else {
			o.entries = append(o.entries, e)
		}
	}
	return nil
}

// find returns the entry for an act, or nil: for a transaction the last that spends one of its outpoints.
func (o *outbox) find(act roles.Act) *entry {
	for _, e := range slices.Backward(o.entries) {
		if act.Line != nil && e.Line != nil && sameLine(*act.Line, *e.Line) || act.Tx != nil && e.Tx != nil && overlap(act.Tx, e.Tx) {
			return e
		}
	}
	return nil
}

// sameLine reports whether two lines say the same by the same author.
func sameLine(a, b board.Line) bool {
	return a.By == b.By && a.Type == b.Type && bytes.Equal(a.Body, b.Body)
}

// drop appends that entries are no longer sent.
func (o *outbox) drop(records []record) error {
	if err := o.write(records); err != nil {
		return err
	}
	for _, r := range records {
		o.remove(r)
	}
	return nil
}

func (o *outbox) write(records []record) error {
	var text []byte
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	if len(text) == 0 {
		return nil
	}
	return o.disk.Append(outboxFile, text)
}

// sendAgain has all sent again, though it was answered: a node may have lost with its blocks what waited.
func (o *outbox) sendAgain() {
	for _, e := range o.entries {
		e.answered = chainhash.Hash{}
	}
}

// unanswered reports whether something that the view does not show had no answer.
func (o *outbox) unanswered() bool {
	return slices.ContainsFunc(o.entries, func(e *entry) bool { return !e.at.shown() && e.answered == chainhash.Hash{} })
}

// idOf names an act in the outbox: a transaction by its id, a line by the SHA-256 hash of what it says.
func idOf(a roles.Act) string {
	if a.Tx != nil {
		return a.Tx.TxHash().String()
	}
	sum := sha256.Sum256(slices.Concat(a.Line.By[:], []byte(a.Line.Type), []byte{0}, a.Line.Body))
	return hex.EncodeToString(sum[:])
}

// recordOf returns the record of an act.
func recordOf(a roles.Act) record {
	r := record{What: a.What, By: a.By}
	if a.Line != nil {
		r.Line = string(a.Line.Encode())
	} else {
		var b bytes.Buffer
		if err := a.Tx.Serialize(&b); err != nil {
			panic("agent: " + err.Error()) // a buffer takes all
		}
		r.Tx = hex.EncodeToString(b.Bytes())
	}
	return r
}

// act reads a record of [recordOf].
func (r record) act() (roles.Act, error) {
	a := roles.Act{What: r.What, By: r.By}
	if r.Line != "" {
		l, err := board.DecodeLine([]byte(r.Line))
		a.Line = &l
		return a, err
	}
	data, err := hex.DecodeString(r.Tx)
	if err != nil {
		return a, err
	}
	a.Tx = new(wire.MsgTx)
	return a, a.Tx.Deserialize(bytes.NewReader(data))
}
