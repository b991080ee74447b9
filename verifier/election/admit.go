package election

import (
	"crypto/sha256"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// Server is the board's server while an election runs: it takes the lines that keep to the
// table, in the phases that the chain has opened. Its state grows with the board. After
// each new anchor it is made anew, of [Setup.Server].
type Server struct {
	setup   *Setup
	replay  *Replay
	table   *Table
	bodies  map[stands]int // line numbers
	slots   map[named]bool
	pending *Due                    // the anchor that closes the open phase; nil after the last
	dealing func() *sharing.Outcome // by the complaints so far; computed once
}

// stands is what of an author may stand once: a subject, or a body.
type stands struct {
	writer
	subject string
}

// named is a slot that an author's openings, or disavowals, have named.
type named struct {
	by      int // [Election.Opener]
	slot    int
	disowns bool
}

// View is the server's chain.
type View struct {
	Tip uint32
	At  func(height uint32) (chainhash.Hash, bool) // the hash of a block up to the tip
}

// Server returns the server of the board that the setup was read from.
func (s *Setup) Server(r *Replay) *Server {
	s.Phases.judgeLines(s.e, s.Phases.blockAt) // the server's table grows
	g := &Server{setup: s, replay: r, table: s.Phases.table, bodies: make(map[stands]int), slots: make(map[named]bool)}
	for _, d := range s.e.Due() {
		if !s.Phases.Closed(d.Kind) {
			g.pending = &d
			break
		}
	}
	g.dealing = sync.OnceValue(g.judgeDealing)
	for i := range s.Phases.lines {
		if s.Phases.Refused(i) == nil {
			g.note(i+1, &s.Phases.lines[i])
		}
	}
	return g
}

// Admit takes the next line of the board, or says why it does not. The tests stand in the
// order of what they cost, and the signature is the last.
func (g *Server) Admit(l *board.Line, v View) *Refusal {
	r := g.refuse(l, v)
	if r == nil {
		g.table.take(l, nil)
		g.note(g.table.count, l)
	}
	return r
}

func (g *Server) refuse(l *board.Line, v View) *Refusal {
	if r := g.phase(l, v.Tip); r != nil {
		return r
	}
	if n := g.bodies[g.bodyOf(l)]; n > 0 {
		return &Refusal{RefusedStands, "the line stands already", n, true}
	}
	for _, r := range []*Refusal{g.table.admits(l, true), g.table.full(l), g.table.fullOfAll(l)} {
		if r != nil {
			return r
		}
	}
	body, err := board.DecodeAs(l)
	if err != nil {
		return refusal(RefusedBody, "%v", err)
	}
	if r := g.subject(l, body); r != nil {
		return r
	}
	if !g.seesDeep(l.Seen, v) {
		return refusal(RefusedSeen, "it has seen block %d, want the one that is %d deep, or the one before", l.Seen.Height, g.setup.e.Policy.Depth())
	}
	if l.Type == board.TypeEntry && !g.replay.MayEnter(g.setup.Exchange, l.By) {
		return refusal(RefusedCoin, "this key has no coin of the supervisor's payments, or with mixing no payable voucher")
	}
	if !l.Verify(g.setup.e.EID) {
		return refusal(RefusedSignature, "the signature does not verify")
	}
	switch body := body.(type) {
	case board.Voucher:
		return g.voucher(l, body)
	case board.Complaint:
		return g.complaint(l, body)
	}
	return g.exchange(l)
}

// complaint takes a complaint that is judged, so that there are no more of them than
// dealers and members.
func (g *Server) complaint(l *board.Line, body board.Complaint) *Refusal {
	lines := []Entry[board.Complaint]{{g.table.count + 1, l, body}}
	if ruling := g.dealing().Next(g.setup.SharingComplaints(lines)[0], g.pending == nil); ruling.Verdict == sharing.NotJudged {
		return refusal(RefusedIdle, "%s", ruling.Reason)
	}
	return nil
}

// judgeDealing judges the dealing by the complaints on the board, those of the open phase
// too.
func (g *Server) judgeDealing() *sharing.Outcome {
	o := g.setup.JudgeDealing()
	if g.pending != nil {
		from, _, _, _ := g.setup.Phases.Span(board.TypeComplaint)
		for _, c := range g.setup.SharingComplaints(entries[board.Complaint](g.setup.Phases, from, len(g.setup.Phases.lines))) {
			o.Next(c, false)
		}
	}
	return o
}

// exchange reads a line into the exchange. Offers and issues that nothing awaits are not
// taken: there are then no more of them than turns and deposits, whichever mixer writes
// them. Other lines that do not count are their author's own.
func (g *Server) exchange(l *board.Line) *Refusal {
	read := lineTypes[l.Type].read
	if read == nil || g.setup.Exchange == nil {
		return nil
	}
	log := g.setup.Exchange.ExchangeLog
	latest, breaches := log.latest, len(log.Breaches)
	log.date(l)
	why := read(log, g.table.count+1, l)
	if why == "" || l.Type != board.TypeOffer && l.Type != board.TypeIssue {
		return nil
	}
	log.latest, log.Breaches = latest, log.Breaches[:breaches]
	return refusal(RefusedIdle, "%s", why)
}

// MayEnter reports whether a key may ask for a place on the roll: by a payable voucher of
// the exchange, or where that is nil by a coin of the supervisor's payments.
func (r *Replay) MayEnter(x *Exchange, key curve.PublicKey) bool {
	if x != nil {
		return x.PayableTo(key)
	}
	_, paid := r.Paid(key)
	return paid
}

// voucher takes a voucher into the exchange, if it is valid and its issuer can have signed
// it: of an issuer no more than D + 1 are taken, and where vouchers name none, no more
// than that of all together.
func (g *Server) voucher(l *board.Line, body board.Voucher) *Refusal {
	x := g.setup.Exchange
	if why := x.voucher(Entry[board.Voucher]{N: g.table.count + 1, Line: l, Body: body}); why != "" {
		return refusal(RefusedVoucher, "%s", why)
	}
	v := x.VoucherOf(l.By)
	left, err := 0, x.VerifyVoucher(v)
	for _, i := range x.Issuers() {
		if v.Issuer == nil || v.Issuer == i {
			left += x.Due(i) + 1
		}
	}
	for _, other := range x.Vouchers {
		if other.Issuer == v.Issuer {
			left--
		}
	}
	if err == nil && left >= 0 {
		return nil
	}
	x.Vouchers = x.Vouchers[:len(x.Vouchers)-1]
	delete(x.vouchers, l.By)
	if err != nil {
		return refusal(RefusedVoucher, "%v", err)
	}
	return refusal(RefusedVoucher, "there are more vouchers than its issuer has issued")
}

// phase refuses a line whose phase is not open: not begun, or closed by its height. What
// the supervisor alone writes comes when the phase has closed for others, before its
// anchor.
func (g *Server) phase(l *board.Line, tip uint32) *Refusal {
	row, known := lineTypes[l.Type]
	switch {
	case !known:
		return refusal(RefusedPhase, "there is no type %.20q", string(l.Type))
	case g.pending == nil && (row.by == 0 || writersOf(l.Type).late):
		if to := g.setup.e.Policy.Times.VoteFrom; writersOf(l.Type).late && tip >= to {
			return refusal(RefusedPhase, "%s lines are taken below height %d", l.Type, to)
		}
		return nil
	case g.pending == nil || !g.setup.Phases.holds(l.Type, len(g.setup.Phases.lines)):
		return refusal(RefusedPhase, "no %s line is taken in this phase", l.Type)
	case g.pending.Kind != Announce && writersOf(l.Type).last != (tip >= g.pending.By):
		return refusal(RefusedPhase, "the phase closes at height %d", g.pending.By)
	}
	return nil
}

// bodyOf is the line's body as what may stand once.
func (g *Server) bodyOf(l *board.Line) stands {
	sum := sha256.Sum256(l.Body)
	return stands{writer{l.By, l.Type}, "=" + string(sum[:])}
}

// subjectOf is the line's subject as what may stand once: of complaints once in their
// phase, and once after it.
func subjectOf(l *board.Line, subject string, late bool) stands {
	if l.Type == board.TypeComplaint && late {
		subject = "late " + subject
	}
	return stands{writer{l.By, l.Type}, subject}
}

// subject refuses a line whose subject its author has written on, and openings of a slot
// that their author has named.
func (g *Server) subject(l *board.Line, body board.Body) *Refusal {
	if of := lineTypes[l.Type].subject; of != nil {
		if n := g.bodies[subjectOf(l, of(body), g.pending == nil)]; n > 0 {
			return &Refusal{RefusedStands, "author, type and subject stand already", n, false}
		}
	}
	opening, _ := body.(board.Opening)
	for s := range g.names(l, opening) {
		if g.slots[s] {
			return refusal(RefusedStands, "slot %d stands already", s.slot)
		}
	}
	return nil
}

// names returns the slots that an opening names.
func (g *Server) names(l *board.Line, o board.Opening) map[named]bool {
	out, by := make(map[named]bool), g.setup.e.Opener(l.By)
	for _, opened := range o.Openings {
		out[named{by, opened.I, false}] = true
	}
	for _, d := range o.Disavowals {
		out[named{by, d.I, true}] = true
	}
	return out
}

// note remembers what stands with a line.
func (g *Server) note(n int, l *board.Line) {
	body, err := board.DecodeAs(l)
	if err != nil {
		return
	}
	p := g.setup.Phases
	late := p.Closed(p.last) && n > p.closed[p.last]
	g.bodies[g.bodyOf(l)] = n
	if of := lineTypes[l.Type].subject; of != nil {
		if s := subjectOf(l, of(body), late); g.bodies[s] == 0 {
			g.bodies[s] = n
		}
	}
	opening, _ := body.(board.Opening)
	for s := range g.names(l, opening) {
		g.slots[s] = true
	}
}

// seesDeep reports whether a line names the block that is deep for the server, or the one
// before it. A reorganisation of fewer blocks than the policy's confirmations displaces
// neither.
func (g *Server) seesDeep(seen board.Seen, v View) bool {
	deep := v.Tip - min(v.Tip, g.setup.e.Policy.Depth()-1)
	hash, known := v.At(seen.Height)
	return known && hash == seen.Hash && seen.Height+1 >= deep && seen.Height <= deep
}
