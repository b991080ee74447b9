package corpus

import (
	"context"
	"os"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/verifier/record"
)

// Strength says what a liar can do.
type Strength string

// The strengths of lies, and what is no lie at all.
const (
	Naive      Strength = "naive"       // changes bytes of a finished record
	Consistent Strength = "consistent"  // remakes every hash, link and proof of work that an outsider can
	KeyHolding Strength = "key-holding" // has a part in the election, and signs
	Harmless   Strength = "harmless"    // unusual and allowed: an auditor must not object
)

// Lie is one way to cheat in an election, told over a base election, and what
// an auditor must make of it. Or it is a harmless variant, of which an auditor
// must make nothing.
type Lie struct {
	Name     string   `json:"name"`
	Text     string   `json:"text"` // what is done, and by whom
	Strength Strength `json:"strength"`
	Base     string   `json:"base"`
	Check    string   `json:"check"` // the check that must speak; "" where the variant is harmless
	Says     string   `json:"says"`  // in an item of that check
	Along    []string `json:"along"` // checks that may speak along with it
	Level    string   `json:"level"` // of the report, "" where there is none
	Exit     int      `json:"exit"`

	chain   string                                                              // the network that it is played on, "" for the policy's
	proven  bool                                                                // the record has merkle proofs in place of whole blocks
	deep    bool                                                                // it needs blocks that nobody has seen deep: two confirmations
	crowd   int                                                                 // voters beyond those of the policy
	policy  func(text string, keys map[string]curve.Scalar, seed uint64) string // the policy that is announced, its keys already stand-ins
	tamper  func(p *play) error                                                 // sets tricks, when everybody has a part
	rewrite func(r *rewrite) error                                              // remakes the finished record
	mutate  func(files map[string][]byte) error                                 // changes its bytes
}

// Bases lists the elections that lies are told over, with a few words on each.
func Bases() [][2]string {
	var out [][2]string
	for _, b := range bases {
		out = append(out, [2]string{b.name, b.text})
	}
	return out
}

// Run plays an election with a lie in it. Without a source it is the lie's
// base election; with one it is an election by that policy, which must be of
// the base's kind: ErrUnplayable says what it lacks. Votes, roll and misdeeds
// are the base's.
func (l Lie) Run(ctx context.Context, opt rehearsal.Options, w *record.Writer) (*rehearsal.Summary, error) {
	if opt.Source == nil {
		opt.Source = l.base().form.source()
	}
	p, err := l.played(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := l.write(ctx, p, w); err != nil {
		return nil, err
	}
	return p.Summary(), nil
}

// base is the election that the lie is told over.
func (l *Lie) base() *base {
	i := slices.IndexFunc(bases, func(b base) bool { return b.name == l.Base })
	if i < 0 {
		return nil
	}
	return &bases[i]
}

// policyHook is the hook that changes the policy, nil without a change.
func (l *Lie) policyHook(seed uint64) func(string, map[string]curve.Scalar) string {
	if l.policy == nil {
		return nil
	}
	return func(text string, keys map[string]curve.Scalar) string { return l.policy(text, keys, seed) }
}

// votes splits the votes as the base does, and refuses a policy that is not of
// its kind.
func (l *Lie) votes(p *lang.Policy) (map[string]int, error) {
	b := l.base()
	like, _ := lang.Load(b.form.source())
	if like == nil {
		panic("corpus: base " + b.name + " is no policy")
	}
	if !alike(p, like) {
		return nil, rehearsal.Unplayable("%s is told over elections like `%s`: %s", l.Name, b.name, b.text)
	}
	if l.deep && p.Depth() < 2 {
		return nil, rehearsal.Unplayable("%s is told over elections with two confirmations or more", l.Name)
	}
	return b.split(p), nil
}

// alike tells whether what is told over one policy can be told over the other.
func alike(p, like *lang.Policy) bool {
	majority := func(p *lang.Policy) bool { return 2*p.K > p.Voters }
	return p.Win == like.Win && p.Joint == like.Joint && p.Mixing.Scheme == like.Mixing.Scheme && p.Mixing.Mixers >= like.Mixing.Mixers && p.Salted == like.Salted && p.Selector == like.Selector &&
		(len(p.Named) > 0) == (len(like.Named) > 0) && majority(p) == majority(like) &&
		p.Voters >= like.Voters && p.K >= like.K && len(p.Candidates) >= len(like.Candidates) && len(p.Branches) >= len(like.Branches)
}

// begin sets what the base does and what the lie does.
func (l *Lie) begin(p *play) error {
	if b := l.base(); b != nil {
		if err := p.misconduct(b.misconduct...); err != nil {
			return err
		}
		if b.tamper != nil {
			if err := b.tamper(p); err != nil {
				return err
			}
		}
	}
	if l.tamper == nil {
		return nil
	}
	return l.tamper(p)
}

// write writes the record of a play, with the lie's changes.
func (l *Lie) write(ctx context.Context, p *play, w *record.Writer) error {
	p.copying.Lock()
	defer p.copying.Unlock()
	if l.rewrite == nil && l.mutate == nil && !l.proven {
		return p.Write(w)
	}
	r, err := p.rewriteRecord(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(r.dir)
	if l.rewrite != nil {
		if err := l.rewrite(r); err != nil {
			return rehearsal.Unplayable("%s: %v", l.Name, err)
		}
	}
	files, err := r.files(ctx, l.proven)
	if err != nil {
		return err
	}
	if l.mutate != nil {
		if err := l.mutate(files); err != nil {
			return rehearsal.Unplayable("%s: %v", l.Name, err)
		}
	}
	for _, name := range recordFiles {
		if text := files[name]; text == nil {
			continue
		} else if err := w.WriteFile(name, text); err != nil {
			return err
		}
	}
	return nil
}
