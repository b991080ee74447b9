package election

import (
	"crypto/sha256"
	"runtime"
	"slices"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// unread is the refusal of a line whose body was not kept: its reader has the reason.
var unread = &Refusal{Code: RefusedSize, Reason: "its body was not read"}

// judgeLines judges the lines of a board in their phases, one span between anchors after
// the other: what one span says entitles the authors of the next. The tests stand in the
// order of what they cost, and only lines that pass all use up a key's number. So a line
// in the name of a key that did not sign it takes nothing from that key.
func (p *Phases) judgeLines(e *Election, at blockAt) {
	p.blockAt = at
	p.refused, p.table = make(map[int]*Refusal), e.newTable()
	earlier := make(map[[32]byte]int) // lines that count, by author, type and body
	for from := 0; from < len(p.lines); {
		to := p.spanEnd(from)
		p.judgeSpan(e, from, to, at)
		for i := from; i < to; i++ {
			l := &p.lines[i]
			if p.refused[i] == nil && i > 0 {
				p.refuse(i, p.surplus(i, earlier))
			}
			p.table.take(l, p.refused[i])
		}
		from = to
	}
}

// refuse notes why line i does not count, unless r is nil.
func (p *Phases) refuse(i int, r *Refusal) {
	if r != nil {
		p.refused[i] = r
	}
}

// spanEnd returns the index after the span that begins with line i: where an anchor closes
// it, or the end of the board.
func (p *Phases) spanEnd(i int) int {
	end := len(p.lines)
	for _, n := range p.closed {
		if n > i {
			end = min(end, n)
		}
	}
	return end
}

// judgeSpan makes the tests of the lines of a span that do not depend on one another.
// Signatures are verified last, on all cores.
func (p *Phases) judgeSpan(e *Election, from, to int, at blockAt) {
	var signed []int
	for i := max(from, 1); i < to; i++ {
		l := &p.lines[i]
		switch {
		case l.Body == nil:
			p.refused[i] = unread
		default:
			p.refuse(i, p.table.admits(l, p.holds(l.Type, i)))
		}
		if p.refused[i] == nil {
			p.refuse(i, at.refuses(l.Seen))
		}
		if p.refused[i] == nil {
			signed = append(signed, i)
		}
	}
	for k, valid := range e.verifyLines(p.lines, signed) {
		if !valid {
			p.refused[signed[k]] = refusal(RefusedSignature, "the signature is not by %s over this line for this election", p.lines[signed[k]].By)
		}
	}
}

// surplus refuses a line that is right by itself: a copy of one that counts (prev is not
// signed, so a keeper can write lines of others again), or one beyond what its author may
// write.
func (p *Phases) surplus(i int, earlier map[[32]byte]int) *Refusal {
	l := &p.lines[i]
	said := sha256.Sum256(curve.Encoder(nil).Key(l.By).Text([]byte(l.Type)).Text(l.Body))
	if n := earlier[said]; n > 0 {
		return refusal(RefusedStands, "it repeats line %d", n)
	}
	r := p.table.full(l)
	if r == nil {
		earlier[said] = i + 1
	}
	return r
}

// blockAt returns the hash of the block at a height, if the chain is that long. Nil knows
// no chain.
type blockAt func(height uint32) (chainhash.Hash, bool)

// refuses refuses a line that has seen a block which is not on the chain.
func (at blockAt) refuses(seen board.Seen) *Refusal {
	if at == nil {
		return nil
	}
	switch hash, known := at(seen.Height); {
	case !known:
		return refusal(RefusedSeen, "has seen block %d, the chain ends before", seen.Height)
	case hash != seen.Hash:
		return refusal(RefusedSeen, "has seen block %s at height %d, where the chain has %s", seen.Hash, seen.Height, hash)
	}
	return nil
}

// signedLine is a line as its signature covers it. The body is not changed in place, so
// its first byte stands for it.
type signedLine struct {
	by   curve.PublicKey
	of   board.Type
	seen board.Seen
	sig  [curve.SchnorrSize]byte
	body *byte
	size int
}

// maxLineBatch is how many signatures are verified as one product at most.
const maxLineBatch = 1 << 14

// verifyLines reports of some lines of a board whether their signatures are right. Each is
// verified once.
func (e *Election) verifyLines(lines []board.Line, at []int) []bool {
	valid, keys := make([]bool, len(at)), make([]signedLine, len(at))
	var fresh []int
	for k, i := range at {
		l := &lines[i]
		keys[k] = signedLine{l.By, l.Type, l.Seen, l.Sig, nil, len(l.Body)}
		if len(l.Body) > 0 {
			keys[k].body = &l.Body[0]
		}
		if known, ok := e.knowsSigned(keys[k]); ok {
			valid[k] = known
		} else {
			fresh = append(fresh, k)
		}
	}
	parts := slices.Collect(slices.Chunk(fresh, min(maxLineBatch, len(fresh)/runtime.NumCPU()+1)))
	cores.Each(len(parts), func(i int) {
		all := make([]curve.Signed, len(parts[i]))
		for n, k := range parts[i] {
			all[n] = lines[at[k]].Signature(e.EID)
		}
		for n, ok := range curve.VerifySchnorrBatch(all, nil) {
			valid[parts[i][n]] = ok
			if e.signed != nil {
				e.signed.Store(keys[parts[i][n]], ok)
			}
		}
	})
	return valid
}

func (e *Election) knowsSigned(l signedLine) (valid, known bool) {
	if e.signed == nil {
		return false, false
	}
	v, known := e.signed.Load(l)
	return known && v.(bool), known
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

// Anchored returns how many lines the last anchor that counts closes, 0 without one.
func (p *Phases) Anchored() int { return max(0, slices.Max(p.closed[:])) }
