package election

import (
	"crypto/sha256"
	"fmt"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
)

// Table judges the lines of a board, from the first on: who may write what, how much,
// and how often (docs/protocol.md, "The table of lines"). Each answer is a function of
// the policy, the lines before and their phases. Signatures are not verified, and of
// bodies only those are decoded that say who may write next.
//
// The board's server refuses what is against the table ([Table.Admit]), and readers
// leave it out of all that they compute.
type Table struct {
	e          *Election
	phased     bool // the phases of lines are known
	registered map[curve.PublicKey]bool
	mixers     map[curve.PublicKey]bool // of the registry
	roll       map[curve.PublicKey]bool // keys of the roll, once it stands
	rollSize   int                      // 0 where it is not known
	entrants   map[int]curve.PublicKey  // authors of entries, by line
	taken      map[writer]amount
	types      map[board.Type]int
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
	RefusedSeen      = "seen"      // seen is not the block that is deep
	RefusedCoin      = "coin"      // an entry's key has no coin, or no payable voucher
	RefusedSignature = "signature" // the signature does not verify
	RefusedVoucher   = "voucher"   // the voucher is not right, or one too many
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

// Table returns the table before the first line, for a reader that does not know the
// anchors yet. It asks for no phase, and takes twice as many lines.
func (e *Election) Table() *Table {
	return &Table{e: e, registered: make(map[curve.PublicKey]bool), mixers: make(map[curve.PublicKey]bool), roll: make(map[curve.PublicKey]bool),
		entrants: make(map[int]curve.PublicKey), taken: make(map[writer]amount), types: make(map[board.Type]int)}
}

// unread is the refusal of a line whose body was not kept: its reader has the reason.
var unread = &Refusal{Code: RefusedSize, Reason: "its body was not read"}

// slack is how many times as much as it takes the table lets a reader keep that does not
// know the phases: lines may stand outside of theirs, and count for nothing.
const slack = 2

// Take judges the next line of the board, and takes it in if it keeps to the table. The
// first line is always kept: V16 judges it.
//
// A line without a body is one that the table refused before.
func (t *Table) Take(l *board.Line) *Refusal { return t.take(l, true) }

// take is [Table.Take] of a line that stands in its phase or not.
func (t *Table) take(l *board.Line, inPhase bool) *Refusal {
	t.count++
	switch {
	case t.count == 1:
		return nil
	case l.Body == nil:
		return unread
	}
	if r := t.judge(l, inPhase); r != nil {
		return r
	}
	w := writer{l.By, l.Type}
	a := t.taken[w]
	t.taken[w] = amount{a.lines + 1, a.bytes + len(l.Body)}
	t.types[l.Type]++
	t.learn(t.count, l)
	return nil
}

// judge is the table's answer for the next line. The tests stand in the order of what
// they cost.
func (t *Table) judge(l *board.Line, inPhase bool) *Refusal {
	row, p := writersOf(l.Type), t.e.Policy
	switch {
	case !inPhase:
		return refusal(RefusedPhase, "%s outside its phase", l.Type)
	case !row.entitled(t, l.By):
		return refusal(RefusedAuthor, "a %s line by %s, who may write none", l.Type, l.By)
	}
	size, a := row.size(p, t.rollSize), t.taken[writer{l.By, l.Type}]
	times := slack
	if t.phased {
		times = 1
	}
	switch {
	case len(l.Body) < size.least || len(l.Body) > size.most:
		return refusal(RefusedSize, "a %s body of %d bytes, want %s", l.Type, len(l.Body), size)
	case a.lines >= times*row.lines(p) || row.total != nil && a.bytes+len(l.Body) > times*row.total(p):
		return refusal(RefusedNumber, "%s has written %d %s lines, as many as it may", l.By, a.lines, l.Type)
	case countedByIssuer(l.Type, p):
	case t.types[l.Type] >= times*row.keys(p)*row.lines(p):
		return refusal(RefusedNumber, "there are %d %s lines, as many as there may be", t.types[l.Type], l.Type)
	}
	return nil
}

// countedByIssuer reports whether the exchange bounds the lines of a type for each issuer
// apart. Then those that one issuer mints crowd out nothing of another.
func countedByIssuer(t board.Type, p *lang.Policy) bool {
	return t == board.TypeVoucher && p.Mixing.Scheme == lang.SchemeBlindRSA
}

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
		if t.phased && !t.e.Policy.Mixed() { // with mixing, entries without a payable voucher are no members
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

// phases divides a board by the anchors of a sequence, and judges its lines by the table.
func (e *Election) phases(lines []board.Line, seq Sequence) *Phases {
	p := newPhases(e.EID, e.Due(), lines, seq)
	p.againstTable(e)
	return p
}

// againstTable judges the lines of a board in their phases. A line that a reader need not
// keep ([Table.Take]) does not count either, and neither does a copy of a line that counts:
// prev is not signed, so the keeper of a board can write a line of others again.
func (p *Phases) againstTable(e *Election) {
	p.refused = make(map[int]*Refusal)
	reader := e.Table()
	p.table = e.Table()
	p.table.phased = true
	earlier := make(map[[32]byte]int) // lines, by author, type and body
	for i := range p.lines {
		l := &p.lines[i]
		if r := reader.Take(l); r != nil {
			p.refused[i] = r
			p.table.count++
			continue
		}
		said := sha256.Sum256(curve.Encoder(nil).Key(l.By).Text([]byte(l.Type)).Text(l.Body))
		if n, again := earlier[said]; again {
			p.refused[i] = refusal(RefusedStands, "it repeats line %d", n)
			p.table.count++
			continue
		}
		if r := p.table.take(l, p.holds(l.Type, i)); r != nil {
			p.refused[i] = r
			continue
		}
		earlier[said] = i + 1
	}
}

// holds reports whether line i stands in the phase of a type, be it closed or open.
func (p *Phases) holds(t board.Type, i int) bool {
	from, to, _, ok := p.Span(t)
	if ok && i >= from && i < to {
		return true
	}
	by := lineTypes[t].by
	if writersOf(t).late && p.Closed(p.last) && i >= p.closed[p.last] {
		return true
	}
	return !ok && by > 0 && from >= 0 && !p.Closed(by) && i >= from
}

// Refused returns why a line does not count by the table of lines, or nil; i is its
// number − 1.
func (p *Phases) Refused(i int) *Refusal { return p.refused[i] }
