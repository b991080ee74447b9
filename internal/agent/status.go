package agent

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"bevote/internal/roles"

	"github.com/btcsuite/btcd/wire/v2"
)

// StatusFile has the newest status as JSON.
const StatusFile = "status.json"

// Status is where a role stands by one turn.
type Status struct {
	Height   uint32    `json:"height"` // of the newest block
	Lines    int       `json:"lines"`  // of the board
	Phase    string    `json:"phase"`
	Due      []Due     `json:"due"`      // from this role
	Waits    []Wait    `json:"waits"`    // from others
	Money    []Money   `json:"money"`    // until it is spent and that is deep
	Problems []Problem `json:"problems"` // of this turn
	Dropped  []GivenUp `json:"dropped"`
	Over     bool      `json:"over"` // nothing more is to come from this role
}

// Due is an act of the role that the board or the chain does not show deep enough.
type Due struct {
	What  string     `json:"what"`
	By    uint32     `json:"by,omitempty"`    // height; 0 where nothing bounds it
	About *time.Time `json:"about,omitempty"` // when that may be, at the pace of the last blocks
	State string     `json:"state"`
}

// Wait is what others have to do.
type Wait struct {
	What  string     `json:"what"`
	From  string     `json:"from"`
	Have  int        `json:"have"`
	Of    int        `json:"of"` // 0 where it is not counted
	By    uint32     `json:"by,omitempty"`
	About *time.Time `json:"about,omitempty"`
}

// Money is an output of the role. It is free if nothing holds it and nothing in the outbox spends it.
type Money struct {
	Outpoint string `json:"outpoint"`
	Sats     int64  `json:"sats"`
	Height   uint32 `json:"height"` // of its block
	State    string `json:"state"`
	Free     bool   `json:"free"`
}

// Problem is what keeps the role from going on, and what helps.
type Problem struct {
	What string `json:"what"`
	Why  string `json:"why"`
	Do   string `json:"do,omitempty"`
}

// GivenUp is an act that is no longer sent.
type GivenUp struct {
	What string `json:"what"`
	ID   string `json:"id"` // of the transaction, or the SHA-256 hash of what the line says
	Why  string `json:"why"`
}

//go:embed status.tmpl
var statusText string

var statusTemplate = template.Must(template.New("status").Parse(statusText))

// String returns the status as text, a line for each item.
func (s *Status) String() string {
	var b strings.Builder
	if err := statusTemplate.Execute(&b, s); err != nil {
		panic("agent: " + err.Error()) // a builder takes all
	}
	return b.String()
}

// report returns the status of a turn, and writes it if it is another one than before.
func (a *Agent) report(view *roles.View, acts []roles.Act) (*Status, error) {
	s := &Status{Height: view.Tip, Lines: len(view.Lines), Dropped: a.outbox.dropped}
	s.Phase, s.Waits = a.progress(view)
	for i := range s.Waits {
		s.Waits[i].About = a.about(view, s.Waits[i].By)
	}
	for _, e := range a.outbox.entries {
		if !e.at.deep || e.at.other != "" {
			s.Due = append(s.Due, Due{e.What, e.By, a.about(view, e.By), e.state()})
		}
		if e.problem != nil && !e.at.shown() {
			a.problems = append(a.problems, *e.problem)
		}
	}
	s.Problems = a.problems
	var locked bool
	s.Money, locked = a.money(view)
	s.Over = len(acts) == 0 && !a.withheld && len(s.Due) == 0 && !locked && a.over(view)
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	if bytes.Equal(text, a.said) {
		return s, nil
	}
	a.said = text
	return s, a.disk.Write(StatusFile, append(text, '\n'))
}

// state says where an entry is on its way.
func (e *entry) state() string {
	switch {
	case e.at.shown():
		return fmt.Sprintf("in block %d, not deep yet", e.at.height)
	case e.at.other != "":
		return fmt.Sprintf("transaction %s spends the same, in block %d", e.at.other, e.at.height)
	case e.failed:
		return "refused"
	case e.problem != nil:
		return "not sent yet"
	}
	return "sent"
}

// money returns the outputs of the role until they are spent and that is deep, by height, and whether a
// script holds one of them.
func (a *Agent) money(view *roles.View) (all []Money, locked bool) {
	for op, o := range a.ledger.outputs {
		by, spent := a.ledger.spends[op]
		if spent && view.Tip+1 >= by.height+a.e.Policy.Depth() {
			continue
		}
		m := Money{Outpoint: op.String(), Sats: o.sats, Height: o.height}
		m.State, m.Free = a.outputState(op, o)
		locked = locked || o.locked
		all = append(all, m)
	}
	slices.SortFunc(all, func(x, y Money) int {
		return cmp.Or(cmp.Compare(x.Height, y.Height), cmp.Compare(x.Outpoint, y.Outpoint))
	})
	return all, locked
}

// outputState says what becomes of an output, and whether it is free.
func (a *Agent) outputState(op wire.OutPoint, o output) (state string, free bool) {
	by, spent := a.ledger.spends[op]
	what := a.outbox.spends(op)
	switch {
	case spent && what != "":
		return fmt.Sprintf("spent by the %s in block %d, not deep yet", what, by.height), false
	case spent:
		return fmt.Sprintf("spent by transaction %s in block %d, not deep yet", by.id, by.height), false
	case what != "":
		return fmt.Sprintf("to be spent by the %s", what), false
	case o.locked:
		return fmt.Sprintf("locked; to be taken back from block %d on, unless it is claimed", a.e.Policy.Times.Timeout+1), false
	}
	return "free", true
}

// Free returns how many outputs of the role are free, and their satoshis.
func (s *Status) Free() (f struct {
	Outputs int
	Sats    int64
}) {
	for _, m := range s.Money {
		if m.Free {
			f.Outputs, f.Sats = f.Outputs+1, f.Sats+m.Sats
		}
	}
	return f
}

// about returns when a height may be reached at the pace of the last blocks, nil for 0.
func (a *Agent) about(view *roles.View, height uint32) *time.Time {
	const few = 12
	if height == 0 || len(a.chain.blocks) < 2 {
		return nil
	}
	last := a.chain.blocks[max(0, len(a.chain.blocks)-1-few):]
	pace := last[len(last)-1].Header.Timestamp.Sub(last[0].Header.Timestamp) / time.Duration(len(last)-1)
	at := a.now().Add(pace * time.Duration(int64(height)-int64(view.Tip))).Truncate(time.Minute)
	return &at
}
