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

// tally is what openings, derived shares and disavowals show of every counted
// ballot (docs/audit.md, family H).
type tally struct {
	lines      []election.Entry[board.Opening]
	ballots    []*countedBallot // of counted votes, in the chain's order
	bySlot     map[int]*countedBallot
	openings   []disclosure
	disavowals []disclosure
	again      []repeat
	min, max   []int       // by candidate number − 1
	own        map[int]int // by author: ballots that the author opened for itself
}

// countedBallot is a counted vote and what is known of its ballot.
type countedBallot struct {
	vote     *election.Vote
	choice   int    // candidate number, or 0
	invalid  bool   // proven to open for no candidate
	possible []bool // by candidate number − 1: not excluded yet
	plain    *ballot.Plain
	second   bool // a valid opening names another candidate or share
	derived  bool // opened with an interpolated share
}

// settled reports whether the ballot is a candidate's or proven invalid.
func (b *countedBallot) settled() bool { return b.choice > 0 || b.invalid }

// disclosure is an opening or a disavowal: what one board line says of one ballot.
type disclosure struct {
	line   int // of the board
	author int // candidate number; 0 for the supervisor
	slot   int
	opened *board.Opened
	denied *board.Disavowal

	ballot *countedBallot
	plain  ballot.Plain
	proof  error // V70: the disavowal's proof
	err    error // V71, V72: why it does not count
}

// repeat is how many statements of a line are about slots that its author had named
// before. They do not count.
type repeat struct{ line, number int }

func (s disclosure) where() string { return fmt.Sprintf("line %d, slot %d", s.line, s.slot) }

// tallied is what the openings say of the counted votes.
type tallied struct {
	*executed
	tally *tally
}

// count opens the counted ballots as far as openings, disavowals and derived shares reach.
func count(x *executed) *tallied {
	m := len(x.e.Policy.Candidates)
	t := &tally{bySlot: make(map[int]*countedBallot), own: make(map[int]int)}
	c := &tallied{x, t}
	t.bound(m)
	if x.keys == nil {
		return c
	}
	x.progress("counting", 0, 0)
	for _, v := range x.votes {
		if v.Counted() {
			b := &countedBallot{vote: v, possible: slices.Repeat([]bool{true}, m)}
			t.ballots, t.bySlot[v.Index] = append(t.ballots, b), b
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

// collect gathers the openings and disavowals of each ballot. Of those of one author
// about one slot the first counts, so no author can have more judged than there are
// ballots.
func (t *tallied) collect() {
	type subject struct {
		author, slot int
		denies       bool
	}
	met := make(map[subject]bool)
	for _, line := range t.tally.lines {
		author, again := t.e.Opener(line.Line.By), 0
		add := func(list *[]disclosure, d disclosure) {
			s := subject{author, d.slot, d.denied != nil}
			if met[s] {
				again++
				return
			}
			met[s] = true
			d.line, d.author, d.ballot = line.N, author, t.tally.bySlot[d.slot]
			*list = append(*list, d)
		}
		for i := range line.Body.Openings {
			add(&t.tally.openings, disclosure{slot: line.Body.Openings[i].I, opened: &line.Body.Openings[i]})
		}
		for i := range line.Body.Disavowals {
			add(&t.tally.disavowals, disclosure{slot: line.Body.Disavowals[i].I, denied: &line.Body.Disavowals[i]})
		}
		if again > 0 {
			t.tally.again = append(t.tally.again, repeat{line.N, again})
		}
	}
}

// openAll checks of each opening that the ballot recomputed from it is the one
// that was cast, byte for byte (V71).
func (t *tallied) openAll() {
	all := t.tally.openings
	inBatches(len(all), func(from, to int) {
		var claimed []ballot.Opening
		var by []*disclosure
		for i := from; i < to; i++ {
			opening, err := t.opening(&all[i])
			if all[i].err = err; err == nil {
				claimed, by = append(claimed, opening), append(by, &all[i])
			}
		}
		for i, recomputes := range ballot.RecomputeAll(claimed) {
			if s := by[i]; !recomputes {
				name := t.e.Policy.Candidates[s.opened.J-1].Name
				s.err = fmt.Errorf("does not recompute the ballot for %s", name)
			}
		}
	})
}

// opening returns the content that a disclosure claims of its ballot. It fails where no
// ballot can have that content.
func (t *tallied) opening(s *disclosure) (o ballot.Opening, err error) {
	m, n := s.opened, len(t.e.Policy.Candidates)
	share, err := curve.DecodeScalar(m.S)
	switch {
	case s.ballot == nil:
		return o, fmt.Errorf("opens a slot without a counted vote")
	case err != nil:
		return o, err
	case m.J < 1 || m.J > n:
		return o, fmt.Errorf("opens for candidate %d of %d", m.J, n)
	case (len(m.Salt) > 0) != t.e.Policy.Salted:
		return o, fmt.Errorf("a salt of %d bytes does not fit the policy's ballots", len(m.Salt))
	}
	s.plain = ballot.Plain{Share: share, Candidate: m.J, Salt: m.Salt}
	v := s.ballot.vote
	at, err := t.place(v, m.J)
	return ballot.Opening{Sealed: v.Sealed, Plain: s.plain, At: at, Key: t.e.SealKeys[m.J-1]}, err
}

// deny checks a disavowal: the proof is valid (V70), and the ballot does not recompute
// under the published point (V72).
func (t *tallied) deny(s *disclosure) {
	if s.ballot == nil {
		s.proof = fmt.Errorf("disavows a slot without a counted vote")
		return
	}
	j := max(s.author, 1)
	v, key := s.ballot.vote, t.e.SealKeys[j-1]
	at, err := t.place(v, j)
	if err != nil {
		s.proof = err
		return
	}
	D, err := s.denied.D.Point()
	proof, err2 := curve.DecodeProof(s.denied.Proof)
	parties := ballot.Parties{I: s.slot, J: s.author}
	if err != nil || err2 != nil || !ballot.VerifyDisavowal(v.Ballot, at, parties, key, D, proof) {
		s.proof = fmt.Errorf("the proof does not show D")
		return
	}
	plain, err := ballot.OpenWith(v.Ballot, at, D, key)
	if err == nil && plain.Candidate >= 1 && plain.Candidate <= len(t.e.Policy.Candidates) &&
		(s.author == 0 || plain.Candidate == s.author) {
		name := t.e.Policy.Candidates[plain.Candidate-1].Name
		s.plain, s.err = plain, fmt.Errorf("disavows a ballot that opens for %s", name)
	}
}

// apply records what the valid disclosures show. A disavowal under whose D the
// ballot opens counts as an opening.
func (t *tally) apply() {
	type subject struct{ author, slot int }
	opened := make(map[subject]bool)
	for _, s := range t.openings {
		if s.err != nil {
			continue
		}
		s.ballot.read(s.plain)
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
			s.ballot.read(s.plain)
		case s.author == 0:
			s.ballot.exclude()
		default:
			s.ballot.not(s.author)
		}
	}
}

func (b *countedBallot) read(m ballot.Plain) {
	if b.plain != nil && (b.plain.Candidate != m.Candidate || !b.plain.Share.Equal(m.Share)) {
		b.second = true
		return
	}
	b.plain, b.choice, b.invalid = &m, m.Candidate, false
	for j := range b.possible {
		b.possible[j] = j+1 == m.Candidate
	}
}

// not records that the ballot is not for candidate j. A ballot without a possible
// candidate is invalid.
func (b *countedBallot) not(j int) {
	if b.choice > 0 {
		return
	}
	b.possible[j-1] = false
	for _, p := range b.possible {
		if p {
			return
		}
	}
	b.invalid = true
}

// exclude records that the ballot is for no candidate.
func (b *countedBallot) exclude() {
	for j := range b.possible {
		b.not(j + 1)
	}
}

// shares returns the opened shares of one joint key.
func (t *tallied) shares(key int) (out []sharing.Share) {
	for _, b := range t.tally.ballots {
		if b.plain != nil && !b.derived && t.e.Policy.KeyNumber(b.choice) == key {
			out = append(out, sharing.Share{I: b.vote.Index, S: b.plain.Share})
		}
	}
	return out
}

// derive opens further ballots with interpolated shares: k opened shares of a
// joint key give the shares of all slots under that key. With one joint key that
// settles every ballot; with a key for each candidate j it settles "for j" or "not
// for j". Salted ballots stay closed, since no share gives their salts.
func (t *tallied) derive() {
	p := t.e.Policy
	if !p.Dealt() || p.Salted {
		return
	}
	for key := 1; key <= p.JointKeys(); key++ {
		opened := t.shares(key)
		if len(opened) < p.K {
			continue
		}
		all := sharing.AllShares(opened[:p.K], len(t.setup.Roll))
		candidates := []int{key}
		if p.Joint == lang.JointOne {
			candidates = allCandidates(len(p.Candidates))
		}
		cores.Each(len(t.tally.ballots), func(i int) {
			if b := t.tally.ballots[i]; !b.settled() {
				t.deriveOne(b, all[b.vote.Index-1], candidates)
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

// deriveOne opens a ballot with its slot's share for the first of the candidates for
// whom it recomputes, and excludes those before.
func (t *tallied) deriveOne(b *countedBallot, share curve.Scalar, candidates []int) {
	for _, j := range candidates {
		m := ballot.Plain{Share: share, Candidate: j}
		at, err := t.place(b.vote, j)
		if err != nil {
			return // no share is known to be the slot's
		}
		if ballot.Recomputes(b.vote.Ballot, m, at, t.e.SealKeys[j-1]) {
			b.read(m)
			b.derived = true
			return
		}
		b.not(j)
	}
}

// bound computes the interval of each candidate's votes.
func (t *tally) bound(m int) {
	t.min, t.max = make([]int, m), make([]int, m)
	for _, b := range t.ballots {
		for j := range m {
			if b.choice == j+1 {
				t.min[j]++
			}
			if b.possible[j] {
				t.max[j]++
			}
		}
	}
}

// party names an author by the number that [election.Election.Opener] gives.
func (in *inputs) party(author int) string {
	if author == 0 {
		return "the supervisor"
	}
	return in.candidate(author)
}
