package workbench

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// Plan describes a scaffold. Where a field is zero, the example's value is taken.
type Plan struct {
	From       []byte // an example's policy file
	Election   string
	Candidates []string
	Voters     int
	Threshold  int // 0 with other voters than the example's: more than half

	Confirmations uint32 // if not 0, grace is the default
}

// ErrPlan is wrapped by errors of [Scaffold] where no policy fits the plan.
var ErrPlan = errors.New("no such policy")

func planErr(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrPlan, fmt.Sprintf(format, args...))
}

// Scaffold writes a policy to begin from: the example's kind of election with
// other candidates and voters. It is formatted, has no errors, and passes its
// own tests. Each key and address in it is a placeholder, marked by the comment
// `// replace`, and hashed from a text: no secret of it is known. Errors wrap
// [ErrPlan] where the plan cannot be followed.
func Scaffold(plan Plan) ([]byte, error) {
	example, diags := lang.Load(plan.From)
	if example == nil {
		return nil, fmt.Errorf("example: %w", firstError(diags))
	}
	s := &scaffold{from: plan.From, Like: example}
	if err := s.fill(plan); err != nil {
		return nil, err
	}
	if err := s.copyBranches(); err != nil {
		return nil, err
	}
	// The first draft gives the cost of claims, the second the warnings to allow
	// and the paths to test.
	draft, _, err := s.build()
	if err != nil {
		return nil, err
	}
	s.Stake = max(s.Stake, stakeFor(draft))
	draft, warnings, err := s.build()
	if err != nil {
		return nil, err
	}
	for _, a := range example.Allows {
		if slices.ContainsFunc(warnings, func(d lang.Diagnostic) bool { return d.Code == a.Code }) {
			s.Allows = append(s.Allows, a)
		}
	}
	s.Tests = pathTests(draft.Policy, draft.Contract.Paths)
	if _, _, err = s.build(); err != nil {
		return nil, err
	}
	return s.text()
}

// scaffold is a policy that is being written.
type scaffold struct {
	from []byte
	Like *lang.Policy // the example

	Election   string
	Candidates []lang.Candidate // names and display names
	Named      []string         // voters
	Voters, K  int
	Stake      int64 // satoshis
	Times      lang.Times
	Depth      uint32 // confirmations
	Grace      uint32
	Branches   []string // statements
	Allows     []lang.Allow
	Tests      []string // statements
}

var planName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// fill sets names, numbers and times by the plan.
func (s *scaffold) fill(plan Plan) error {
	p := s.Like
	s.Election, s.Stake = cmp.Or(plan.Election, p.Election), p.Stake
	s.Candidates = p.Candidates
	if plan.Candidates != nil {
		s.Candidates = nil
	}
	for _, name := range plan.Candidates {
		c := lang.Candidate{Name: name}
		if j := p.CandidateNumber(name); j > 0 {
			c.Display = p.Candidates[j-1].Display
		}
		s.Candidates = append(s.Candidates, c)
	}
	s.Voters, s.K = p.Voters, p.K
	if plan.Voters != 0 && plan.Voters != p.Voters {
		s.Voters, s.K = plan.Voters, plan.Voters/2+1
	}
	s.K = cmp.Or(plan.Threshold, s.K)
	for i := range min(s.Voters, len(p.Named)) {
		s.Named = append(s.Named, p.Named[i].Name)
	}
	for i := len(s.Named); len(p.Named) > 0 && i < s.Voters; i++ {
		s.Named = append(s.Named, fmt.Sprintf("voter_%d", i+1))
	}
	for _, name := range append([]string{s.Election}, s.names()...) {
		if !planName.MatchString(name) {
			return planErr("%.40q is not a name: a letter a–z, then letters, digits and `_`, at most 32 in all", name)
		}
	}
	s.stretch(plan)
	return nil
}

func (s *scaffold) names() []string {
	names := slices.Clone(s.Named)
	for _, c := range s.Candidates {
		names = append(names, c.Name)
	}
	return names
}

// stretch lengthens the phases where the number of voters or confirmations needs it.
func (s *scaffold) stretch(plan Plan) {
	p := *s.Like
	p.Voters = max(0, s.Voters)
	if plan.Confirmations > 0 {
		p.Confirmations, p.Grace = plan.Confirmations, 0
	}
	p.Stretch()
	s.Times, s.Depth, s.Grace = p.Times, p.Confirmations, p.Grace
}

var word = regexp.MustCompile(`[a-z][a-z0-9_]*`)

// copyBranches copies the example's branches. It is an error if one names a
// candidate or voter that the plan leaves out.
func (s *scaffold) copyBranches() error {
	for _, b := range s.Like.Branches {
		at := s.Like.Place("branch " + b.Name)
		text := string(s.from[at.Start:at.End])
		for _, name := range word.FindAllString(text, -1) {
			voter := slices.ContainsFunc(s.Like.Named, func(v lang.Named) bool { return v.Name == name })
			if (voter || s.Like.CandidateNumber(name) > 0) && !slices.Contains(s.names(), name) {
				return planErr("branch `%s` of the example names %s: keep %s, or begin from another example", b.Name, name, name)
			}
		}
		s.Branches = append(s.Branches, text)
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
		err = planErr("%s: %s", diags[at].Code, diags[at].Message)
	}
	return built, diags, err
}

// stakeFor returns a stake of which a claim costs at most a twentieth, rounded up
// to a multiple of 50,000 satoshis.
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

// text writes the policy in the canonical layout.
func (s *scaffold) text() ([]byte, error) {
	formatted, diags := lang.Format([]byte(text("policy", s)))
	if formatted == nil {
		return nil, planErr("%s: %s", diags[0].Code, diags[0].Message)
	}
	return formatted, nil
}

// Key returns the placeholder of a role's key as a literal.
func (s *scaffold) Key(role string) string { return "pub:" + s.placeholder(role).String() }

// Address returns the placeholder of a role's address as a literal.
func (s *scaffold) Address(role string) (string, error) {
	return addressOf(s.placeholder(role), s.Like.Network)
}

func (s *scaffold) placeholder(role string) curve.PublicKey {
	return lang.Placeholder("bevote placeholder " + s.Election + ": " + role)
}
