package election

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
)

// Table judges the lines of a board, from the first on: who may write what, how much,
// and how often (docs/protocol.md, "The table of lines"). Each answer is a function of
// the policy, the lines before and their phases. Only lines that keep to the table, with
// a right signature, use up what their author may write; of bodies those are decoded that
// say who may write next.
//
// The board's server refuses what is against the table ([Server.Admit]), and readers
// leave it out of all that they compute.
type Table struct {
	e          *Election
	most       limits
	registered map[curve.PublicKey]bool
	mixers     map[curve.PublicKey]bool // of the registry
	roll       map[curve.PublicKey]bool // keys of the roll, once it stands
	rollSize   int                      // 0 where it is not known
	entrants   map[int]curve.PublicKey  // authors of entries, by line
	taken      map[writer]amount
	types      map[board.Type]int64
	count      int // lines
}

// writer is a key as the author of lines of a type.
type writer struct {
	key curve.PublicKey
	of  board.Type
}

// amount is how much of a type a key has written.
type amount struct{ lines, bytes int }

// The codes of a [Refusal], in the order of the tests. A signed refusal has them too.
const (
	RefusedPhase     = "phase"     // no line of this type is taken now
	RefusedAuthor    = "author"    // the key may not write lines of this type
	RefusedSize      = "size"      // the body is longer or shorter than the type's
	RefusedNumber    = "number"    // the key has written as much of this type as it may
	RefusedBody      = "body"      // the body is not the canonical text of its type
	RefusedStands    = "stands"    // author, type and subject stand already
	RefusedSeen      = "seen"      // seen is not the block that is deep; for readers, not of the chain
	RefusedCoin      = "coin"      // an entry's key has no coin, or no payable voucher
	RefusedSignature = "signature" // the signature does not verify
	RefusedVoucher   = "voucher"   // the voucher is not right, or one too many
	RefusedIdle      = "idle"      // nothing awaits the offer or issue, or the complaint would not be judged
)

// Refusal is why a line is not taken, or does not count.
type Refusal struct {
	Code   string
	Reason string
	Line   int  // of [RefusedStands]: the line that stands, from 1
	Same   bool // that line has the same body: its author has what it wants
}

// Error names the code and says why.
func (r *Refusal) Error() string { return r.Code + ": " + r.Reason }

func refusal(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Reason: fmt.Sprintf(format, args...)}
}

func (e *Election) newTable() *Table {
	return &Table{e: e, most: e.limits(), registered: make(map[curve.PublicKey]bool), mixers: make(map[curve.PublicKey]bool), roll: make(map[curve.PublicKey]bool),
		entrants: make(map[int]curve.PublicKey), taken: make(map[writer]amount), types: make(map[board.Type]int64)}
}

// take takes the next line of the board in, unless it is refused.
func (t *Table) take(l *board.Line, refused *Refusal) {
	t.count++
	if refused != nil || t.count == 1 {
		return
	}
	w := writer{l.By, l.Type}
	a := t.taken[w]
	t.taken[w] = amount{a.lines + 1, a.bytes + len(l.Body)}
	t.types[l.Type]++
	t.learn(t.count, l)
}

// admits makes the tests of a line that cost nothing: phase, author, and length.
func (t *Table) admits(l *board.Line, inPhase bool) *Refusal {
	row := writersOf(l.Type)
	switch {
	case !inPhase:
		return refusal(RefusedPhase, "%s outside its phase", l.Type)
	case !row.entitled(t, l.By):
		return refusal(RefusedAuthor, "a %s line by %s, who may write none", l.Type, l.By)
	}
	size := t.most[l.Type].size
	if l.Type == board.TypeDeal {
		size = row.size(t.e.Policy, t.rollSize)
	}
	if !size.has(len(l.Body)) {
		return refusal(RefusedSize, "a %s body of %d bytes, want %s", l.Type, len(l.Body), size)
	}
	return nil
}

// full refuses a line of a key that has written as much of a type as it may.
func (t *Table) full(l *board.Line) *Refusal {
	row, p, a := writersOf(l.Type), t.e.Policy, t.taken[writer{l.By, l.Type}]
	if a.lines >= row.lines(p) || row.total != nil && a.bytes+len(l.Body) > row.total(p) {
		return refusal(RefusedNumber, "%s has written %d %s lines, as many as it may", l.By, a.lines, l.Type)
	}
	return nil
}

// fullOfAll refuses a line of a type of which all keys together have written as many as
// there may be. Only the server asks: what readers keep is bounded by [Screen].
func (t *Table) fullOfAll(l *board.Line) *Refusal {
	if n := t.types[l.Type]; !countedByIssuer(l.Type, t.e.Policy) && n >= t.most[l.Type].all.Lines {
		return refusal(RefusedNumber, "there are %d %s lines, as many as there may be", n, l.Type)
	}
	return nil
}

// countedByIssuer reports whether the exchange bounds the lines of a type for each issuer
// apart. Then those that one issuer mints crowd out nothing of another.
func countedByIssuer(t board.Type, p *lang.Policy) bool {
	return t == board.TypeVoucher && p.Mixing.Scheme == lang.SchemeBlindRSA
}

// has reports whether a length is in the range.
func (x extent) has(n int) bool { return n >= x.least && n <= x.most }

// String says what length is wanted.
func (x extent) String() string {
	if x.least == x.most {
		return fmt.Sprint(x.most)
	}
	return fmt.Sprintf("at most %d", x.most)
}

// learn notes whom a line entitles to others.
func (t *Table) learn(n int, l *board.Line) {
	switch l.Type {
	case board.TypeEntry:
		t.entrants[n] = l.By
	case board.TypeRoll:
		var roll board.Roll
		if board.DecodeBody(*l, &roll) != nil {
			return
		}
		for _, entry := range roll.Entries {
			if key, ok := t.entrants[entry]; ok {
				t.roll[key] = true
			}
		}
		if !t.e.Policy.Mixed() { // with mixing, entries without a payable voucher are no members
			t.rollSize = len(roll.Entries)
		}
	case board.TypeRegistry:
		var registry board.Registry
		if board.DecodeBody(*l, &registry) != nil {
			return
		}
		for _, v := range registry.Voters {
			t.registered[v.Key] = true
		}
		for _, key := range registry.Mixers {
			t.mixers[key] = true
		}
	}
}
