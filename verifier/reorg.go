package verifier

import (
	"fmt"
	"slices"
	"strings"

	"bevote/verifier/result"
)

// V100: the last d − 1 blocks may still be replaced. Without what is in them
// the verdict is the same.
func (a *audit) reorgSafe(s *sheet) {
	if a.shortened {
		s.skip("this is the verdict without the last blocks")
		return
	}
	s.expect(1)
	loose := max(a.e.Policy.Confirmations, 1) - 1
	from := a.tip - min(loose, a.tip) + 1
	if a.memory.index(from) == len(a.memory.seen) {
		s.pass() // nothing of the election is in them
		return
	}
	r, err := a.without(from)
	if err != nil {
		s.errored = err.Error()
		return
	}
	if without := outcome(r); without != a.interim {
		s.leave(fmt.Sprintf("height %d", a.tip), "without the blocks from %d on: %s; with them: %s", from, without, a.interim)
		return
	}
	s.pass()
}

// without judges the election as if the blocks from a height on were there and
// held nothing. Blocks are not read again, and the setup is not computed again
// unless an anchor is lost.
func (a *audit) without(height uint32) (*result.Report, error) {
	b := &audit{
		opt: Options{Build: a.opt.Build}, sum: a.sum, src: a.src, e: a.e, diags: a.diags, lines: a.lines, heads: a.heads,
		signed: a.signed, chain: a.chain, tip: a.tip, memory: a.memory.before(height), shortened: true,
		exchange: a.setup.Mixing,
	}
	b.replay = b.memory.replay(a.e, a.lines)
	if slices.Equal(a.replay.Anchors(), b.replay.Anchors()) {
		b.setup = a.setup
	}
	if err := b.establish(); err != nil {
		return nil, err
	}
	return b.report(), nil
}

// outcome is what a reorganisation must not change: level, verdict, votes and counts.
func outcome(r *result.Report) string {
	words := []string{r.Level, r.Verdict, fmt.Sprintf("%d votes", r.Votes)}
	for _, c := range r.Counts {
		words = append(words, fmt.Sprintf("%s %d to %d", c.Candidate, c.Min, c.Max))
	}
	return strings.Join(words, ", ")
}
