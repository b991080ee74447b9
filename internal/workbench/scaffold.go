package workbench

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// Plan says what a scaffold is like. What it leaves out is the example's.
type Plan struct {
	From       []byte // an example's policy file
	Election   string
	Candidates []string
	Voters     int
	Threshold  int // 0 with other voters than the example's: more than half
}

// ErrPlan is wrapped where no policy is like the plan.
var ErrPlan = errors.New("no such policy")

func unplanned(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrPlan, fmt.Sprintf(format, args...))
}

// Scaffold writes a policy to begin from: the example's kind of election among
// other people. It is formatted, has no errors, and passes its own tests.
// Every key and address in it is a placeholder, marked by the comment
// `// replace`: hashed from a text, so that nobody knows a secret. Errors wrap
// ErrPlan where the plan cannot be followed.
func Scaffold(plan Plan) ([]byte, error) {
	example, diags := lang.Load(plan.From)
	if example == nil {
		return nil, fmt.Errorf("example: %w", firstError(diags))
	}
	s := &scaffold{from: plan.From, like: example}
	if err := s.cast(plan); err != nil {
		return nil, err
	}
	if err := s.keepBranches(); err != nil {
		return nil, err
	}
	// The first draft tells what claims cost and what there is to allow, the
	// second has the paths to test.
	draft, _, err := s.build()
	if err != nil {
		return nil, err
	}
	s.stake = max(s.stake, stakeFor(draft))
	draft, warnings, err := s.build()
	if err != nil {
		return nil, err
	}
	for _, a := range example.Allows {
		if slices.ContainsFunc(warnings, func(d lang.Diagnostic) bool { return d.Code == a.Code }) {
			s.allows = append(s.allows, a)
		}
	}
	s.tests = drill(draft.Policy, draft.Contract.Paths)
	if _, _, err = s.build(); err != nil {
		return nil, err
	}
	return s.text()
}

// scaffold is a policy that is being written.
type scaffold struct {
	from []byte
	like *lang.Policy

	election   string
	candidates []lang.Candidate // names and display names
	named      []string
	voters, k  int
	stake      int64
	times      lang.Times
	branches   []string // statements
	allows     []lang.Allow
	tests      []string // statements
}

var planName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// cast chooses who takes part, and how much time they have.
func (s *scaffold) cast(plan Plan) error {
	p := s.like
	s.election, s.stake = cmp.Or(plan.Election, p.Election), p.Stake
	s.candidates = p.Candidates
	if plan.Candidates != nil {
		s.candidates = nil
	}
	for _, name := range plan.Candidates {
		c := lang.Candidate{Name: name}
		if j := p.CandidateNumber(name); j > 0 {
			c.Display = p.Candidates[j-1].Display
		}
		s.candidates = append(s.candidates, c)
	}
	s.voters, s.k = p.Voters, p.K
	if plan.Voters != 0 && plan.Voters != p.Voters {
		s.voters, s.k = plan.Voters, plan.Voters/2+1
	}
	s.k = cmp.Or(plan.Threshold, s.k)
	for i := range min(s.voters, len(p.Named)) {
		s.named = append(s.named, p.Named[i].Name)
	}
	for i := len(s.named); len(p.Named) > 0 && i < s.voters; i++ {
		s.named = append(s.named, fmt.Sprintf("voter_%d", i+1))
	}
	for _, name := range append([]string{s.election}, s.names()...) {
		if !planName.MatchString(name) {
			return unplanned("%.40q is not a name: a letter a–z, then letters, digits and `_`, at most 32 in all", name)
		}
	}
	s.stretch()
	return nil
}

func (s *scaffold) names() []string {
	names := slices.Clone(s.named)
	for _, c := range s.candidates {
		names = append(names, c.Name)
	}
	return names
}

// sweeps is how many stakes one block surely claims, as W0506 counts.
const sweeps = 150

// stretch gives claims the time that the number of voters takes.
func (s *scaffold) stretch() {
	s.times = s.like.Times
	need := uint32(max(0, s.voters)+sweeps-1)/sweeps + s.like.Confirmations
	if have := s.times.Timeout - s.times.Claim; have < need {
		s.times.Timeout += need - have
		s.times.Reveal += need - have
	}
}

var word = regexp.MustCompile(`[a-z][a-z0-9_]*`)

// keepBranches takes the example's branches over, as long as everybody whom
// they name is still there.
func (s *scaffold) keepBranches() error {
	for _, b := range s.like.Branches {
		at := s.like.Place("branch " + b.Name)
		text := string(s.from[at.Start:at.End])
		for _, name := range word.FindAllString(text, -1) {
			voter := slices.ContainsFunc(s.like.Named, func(v lang.Named) bool { return v.Name == name })
			if (voter || s.like.CandidateNumber(name) > 0) && !slices.Contains(s.names(), name) {
				return unplanned("branch `%s` of the example names %s: keep %s, or begin from another example", b.Name, name, name)
			}
		}
		s.branches = append(s.branches, text)
	}
	return nil
}

// build compiles what is written so far.
func (s *scaffold) build() (*Built, []lang.Diagnostic, error) {
	text, err := s.text()
	if err != nil {
		return nil, nil, err
	}
	built, diags, err := Build(text)
	if err == nil && built == nil {
		at := slices.IndexFunc(diags, lang.Diagnostic.IsError)
		err = unplanned("%s: %s", diags[at].Code, diags[at].Message)
	}
	return built, diags, err
}

// stakeFor is the stake of which a claim costs little, rounded up to what
// people write.
func stakeFor(b *Built) int64 {
	const share, round = 20, 50_000
	dearest := 0
	for _, q := range b.Contract.Paths {
		if strings.HasPrefix(q.Name, "win") {
			dearest = max(dearest, templates.SpendSize(q.Witness, b.Template.Size(b.Policy.Salted), templates.PayoutP2PKH))
		}
	}
	least := share * b.Policy.Fee * int64(dearest)
	return (least + round - 1) / round * round
}
