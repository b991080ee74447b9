package verifier

import (
	"fmt"
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// tally is what openings, derived shares and disavowals say of every counted
// ballot. It keeps with each statement what became of it.
type tally struct {
	lines      []election.Entry[board.Opening]
	readings   []*reading // of counted votes, in the chain's order
	bySlot     map[int]*reading
	openings   []statement
	disavowals []statement
	min, max   []int // by candidate number − 1
	own        map[int]int
}

// reading is what is known of one counted ballot.
type reading struct {
	vote     *election.Vote
	choice   int    // candidate number, or 0
	invalid  bool   // proven to be a ballot for nobody
	possible []bool // by candidate number − 1: not excluded yet
	plain    *ballot.Plain
	second   bool // another valid opening says something else
	derived  bool // read from shares that others opened
}

// settled tells whether the ballot is a candidate's or proven invalid.
func (r *reading) settled() bool { return r.choice > 0 || r.invalid }

// statement is what one board line says of one ballot.
type statement struct {
	line   int // of the board
	author int // candidate number; 0 for the supervisor
	slot   int
	opened *board.Opened
	denied *board.Disavowal

	reading *reading
	plain   ballot.Plain
	proof   error // V70: the disavowal's proof
	err     error // V71, V72: why it does not count
}

func (s statement) where() string { return fmt.Sprintf("line %d, slot %d", s.line, s.slot) }

// tallied is what the openings say of the counted votes.
type tallied struct {
	*executed
	tally *tally
}

// count reads the openings and settles what they settle.
func count(x *executed) *tallied {
	m := len(x.e.Policy.Candidates)
	t := &tally{bySlot: make(map[int]*reading), own: make(map[int]int)}
	c := &tallied{x, t}
	t.bound(m)
	if x.keys == nil {
		return c
	}
	x.progress("counting", 0, 0)
	for _, v := range x.votes {
		if v.Counted() {
			r := &reading{vote: v, possible: slices.Repeat([]bool{true}, m)}
			t.readings, t.bySlot[v.Index] = append(t.readings, r), r
		}
	}
	t.lines = election.InPhase[board.Opening](x.setup.Phases)
	c.collect()
	c.openAll()
	cores.Each(len(t.disavowals), func(i int) { c.deny(&t.disavowals[i]) })
	t.apply()
	c.derive()
	t.bound(m)
	return c
}

// collect gathers what entitled authors say of each ballot. All lines of an
// author count: a mistake can be mended by a later line.
func (a *tallied) collect() {
	t := a.tally
	for _, line := range t.lines {
		author, entitled := a.author(line.Line.By)
		if !entitled {
			continue
		}
		for i := range line.Body.Openings {
			o := &line.Body.Openings[i]
			t.openings = append(t.openings, statement{line: line.N, author: author, slot: o.I, opened: o, reading: t.bySlot[o.I]})
		}
		for i := range line.Body.Disavowals {
			d := &line.Body.Disavowals[i]
			t.disavowals = append(t.disavowals, statement{line: line.N, author: author, slot: d.I, denied: d, reading: t.bySlot[d.I]})
		}
	}
}

// openAll checks the openings: of each, that the ballot recomputed from it is
// the one that was cast, byte for byte (V71).
func (a *tallied) openAll() {
	all := a.tally.openings
	inBatches(len(all), func(from, to int) {
		var claimed []ballot.Opening
		var by []*statement
		for i := from; i < to; i++ {
			opening, err := a.opening(&all[i])
			if all[i].err = err; err == nil {
				claimed, by = append(claimed, opening), append(by, &all[i])
			}
		}
		for i, recomputes := range ballot.RecomputeAll(claimed) {
			if s := by[i]; !recomputes {
				s.err = fmt.Errorf("does not recompute the ballot for %s", a.e.Policy.Candidates[s.opened.J-1].Name)
			}
		}
	})
}

// opening is what a statement says that a ballot says, unless it cannot be said.
func (a *tallied) opening(s *statement) (o ballot.Opening, err error) {
	m, n := s.opened, len(a.e.Policy.Candidates)
	share, err := curve.DecodeScalar(m.S)
	switch {
	case s.reading == nil:
		return o, fmt.Errorf("opens a slot without a counted vote")
	case err != nil:
		return o, err
	case m.J < 1 || m.J > n:
		return o, fmt.Errorf("opens for candidate %d of %d", m.J, n)
	case (len(m.Salt) > 0) != a.e.Policy.Salted:
		return o, fmt.Errorf("a salt of %d bytes does not fit the policy's ballots", len(m.Salt))
	}
	s.plain = ballot.Plain{Share: share, Candidate: m.J, Salt: m.Salt}
	v := s.reading.vote
	return ballot.Opening{Sealed: v.Sealed, Plain: s.plain, At: a.place(v, m.J), Key: a.e.SealKeys[m.J-1]}, nil
}

// deny checks a disavowal: its proof (V70), and that the ballot does not
// recompute under the published point (V72).
func (a *tallied) deny(s *statement) {
	if s.reading == nil {
		s.proof = fmt.Errorf("disavows a slot without a counted vote")
		return
	}
	j := max(s.author, 1)
	v, at, key := s.reading.vote, a.place(s.reading.vote, j), a.e.SealKeys[j-1]
	D, err := s.denied.D.Point()
	proof, err2 := curve.DecodeProof(s.denied.Proof)
	if err != nil || err2 != nil || !ballot.VerifyDisavowal(v.Ballot, at, ballot.Parties{I: s.slot, J: s.author}, key, D, proof) {
		s.proof = fmt.Errorf("the proof does not show D")
		return
	}
	plain, err := ballot.OpenWith(v.Ballot, at, D, key)
	if err == nil && plain.Candidate >= 1 && plain.Candidate <= len(a.e.Policy.Candidates) &&
		(s.author == 0 || plain.Candidate == s.author) {
		s.plain, s.err = plain, fmt.Errorf("disavows a ballot that opens for %s", a.e.Policy.Candidates[plain.Candidate-1].Name)
	}
}

// apply takes over what the statements show. A disavowal of a ballot that does
// open is an opening against its author's will.
func (t *tally) apply() {
	type subject struct{ author, slot int }
	opened := make(map[subject]bool)
	for _, s := range t.openings {
		if s.err != nil {
			continue
		}
		s.reading.read(s.plain)
		own := s.author == 0 || s.author == s.plain.Candidate
		if by := (subject{s.author, s.slot}); own && !opened[by] {
			opened[by] = true
			t.own[s.author]++
		}
	}
	for _, s := range t.disavowals {
		switch {
		case s.proof != nil:
		case s.err != nil:
			s.reading.read(s.plain)
		case s.author == 0:
			s.reading.exclude()
		default:
			s.reading.not(s.author)
		}
	}
}

func (r *reading) read(m ballot.Plain) {
	if r.plain != nil && (r.plain.Candidate != m.Candidate || !r.plain.Share.Equal(m.Share)) {
		r.second = true
		return
	}
	r.plain, r.choice, r.invalid = &m, m.Candidate, false
	for j := range r.possible {
		r.possible[j] = j+1 == m.Candidate
	}
}

// not excludes one candidate; a ballot that is nobody's is invalid.
func (r *reading) not(j int) {
	if r.choice > 0 {
		return
	}
	r.possible[j-1] = false
	for _, p := range r.possible {
		if p {
			return
		}
	}
	r.invalid = true
}

// exclude says that the ballot is nobody's.
func (r *reading) exclude() {
	for j := range r.possible {
		r.not(j + 1)
	}
}

// shares returns the opened shares of one joint key.
func (a *tallied) shares(key int) (out []sharing.Share) {
	for _, r := range a.tally.readings {
		if r.plain != nil && !r.derived && a.e.Policy.KeyNumber(r.choice) == key {
			out = append(out, sharing.Share{I: r.vote.Index, S: r.plain.Share})
		}
	}
	return out
}

// derive reads the ballots that nobody opened, where k opened shares of a joint
// key give everybody's: all of them with one key, "for j or not for j" with one
// key each. Salted ballots stay closed.
func (a *tallied) derive() {
	p := a.e.Policy
	if !p.Dealt() || p.Salted {
		return
	}
	for key := 1; key <= p.JointKeys(); key++ {
		opened := a.shares(key)
		if len(opened) < p.K {
			continue
		}
		all := sharing.AllShares(opened[:p.K], len(a.setup.Roll))
		candidates := []int{key}
		if p.Joint == lang.JointOne {
			candidates = allCandidates(len(p.Candidates))
		}
		cores.Each(len(a.tally.readings), func(i int) {
			if r := a.tally.readings[i]; !r.settled() {
				a.deriveOne(r, all[r.vote.Index-1], candidates)
			}
		})
	}
}

func allCandidates(m int) (out []int) {
	for j := 1; j <= m; j++ {
		out = append(out, j)
	}
	return out
}

// deriveOne tries a ballot with its voter's share for each of the candidates.
func (a *tallied) deriveOne(r *reading, share curve.Scalar, candidates []int) {
	for _, j := range candidates {
		m := ballot.Plain{Share: share, Candidate: j}
		if ballot.Recomputes(r.vote.Ballot, m, a.place(r.vote, j), a.e.SealKeys[j-1]) {
			r.read(m)
			r.derived = true
			return
		}
		r.not(j)
	}
}

// bound computes the interval of each candidate's votes.
func (t *tally) bound(m int) {
	t.min, t.max = make([]int, m), make([]int, m)
	for _, r := range t.readings {
		for j := range m {
			if r.choice == j+1 {
				t.min[j]++
			}
			if r.possible[j] {
				t.max[j]++
			}
		}
	}
}

// author returns the candidate number of an opening's author, 0 for the
// supervisor of a custodial election, and whether it may open at all.
func (in *inputs) author(k curve.PublicKey) (int, bool) {
	if !in.e.Policy.Dealt() {
		return 0, k == in.e.Policy.Supervisor
	}
	for j, c := range in.e.Policy.Candidates {
		if c.Key == k {
			return j + 1, true
		}
	}
	return 0, false
}

// party names the author of openings by the number that author gives.
func (in *inputs) party(author int) string {
	if author == 0 {
		return "the supervisor"
	}
	return in.candidate(author)
}
