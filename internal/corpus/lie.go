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

// Strength is the ability that a lie needs.
type Strength string

// The strengths of lies, and that of harmless variants.
const (
	Naive      Strength = "naive"       // bytes of a finished record are changed
	Consistent Strength = "consistent"  // hashes, links and proofs of work are made anew, without a key
	KeyHolding Strength = "key-holding" // a role of the election signs
	Harmless   Strength = "harmless"    // unusual and allowed
)

// Lie is one lie over a base election, and what an audit of it must find. A
// harmless variant is a Lie of which an audit must find nothing.
type Lie struct {
	Name     string   `json:"name"`
	Text     string   `json:"text"` // what is done, and by which role
	Strength Strength `json:"strength"`
	Base     string   `json:"base"`
	Check    string   `json:"check"` // must not pass, or must have an item with Says; "" for a variant
	Says     string   `json:"says"`  // text in an item of the check; with it the check may pass
	Along    []string `json:"along"` // other checks that may not pass
	Level    string   `json:"level"` // of the report, "" where there is none
	Exit     int      `json:"exit"`  // the audit's exit code

	network string // of the chain, "" for the policy's
	proven  bool   // whether the record has merkle proofs in place of blocks
	early   bool   // whether blocks of an election with a seal begin with the one that the board's first line names
	deep    bool   // whether the policy must have a depth of two or more

	// policy changes the policy with stand-ins before it is announced.
	policy func(text string, keys map[string]curve.Scalar, seed uint64) string
	// tamper sets hooks before the first block.
	tamper func(p *play) error
	// rewrite changes the record when the election is over.
	rewrite func(r *rewrite) error
	// mutate changes bytes of the record's files, by name.
	mutate func(files map[string][]byte) error
}

// Bases returns name and description of each base election.
func Bases() [][2]string {
	var out [][2]string
	for _, b := range bases {
		out = append(out, [2]string{b.name, b.text})
	}
	return out
}

// Run plays an election with the lie in it, as [rehearsal.Run] does. Without
// opt.Source it is the base election; otherwise the policy must be of the base's
// kind, or the error is a [rehearsal.ErrUnplayable]. Votes, roll and misconduct
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

// base returns the base election, nil for a lie without one.
func (l *Lie) base() *base {
	i := slices.IndexFunc(bases, func(b base) bool { return b.name == l.Base })
	if i < 0 {
		return nil
	}
	return &bases[i]
}

// policyHook returns the hook that changes the policy, nil without a change.
func (l *Lie) policyHook(seed uint64) func(string, map[string]curve.Scalar) string {
	if l.policy == nil {
		return nil
	}
	return func(text string, keys map[string]curve.Scalar) string { return l.policy(text, keys, seed) }
}

// votes returns the base's votes under a policy, or an ErrUnplayable for a policy
// of another kind.
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

// alike reports whether a policy is of the kind of another one, and as large.
func alike(p, like *lang.Policy) bool {
	majority := func(p *lang.Policy) bool { return 2*p.K > p.Voters }
	return p.Win == like.Win && p.Joint == like.Joint && p.Salted == like.Salted && p.Selector == like.Selector &&
		p.Mixing.Scheme == like.Mixing.Scheme && (p.Seal == nil) == (like.Seal == nil) && (len(p.Named) > 0) == (len(like.Named) > 0) && majority(p) == majority(like) &&
		p.Voters >= like.Voters && p.K >= like.K && p.Mixing.Mixers >= like.Mixing.Mixers &&
		len(p.Candidates) >= len(like.Candidates) && len(p.Branches) >= len(like.Branches)
}

// begin sets the hooks of the base, and then those of the lie.
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

// write writes the record of a play as the lie changes it.
func (l *Lie) write(ctx context.Context, p *play, w *record.Writer) error {
	p.rewriting.Lock()
	defer p.rewriting.Unlock()
	if l.rewrite == nil && l.mutate == nil && !l.proven && !l.early {
		return p.Write(w)
	}
	first := p.Policy.AnnouncedFrom()
	switch {
	case p.Policy.Seal != nil && l.early:
		first = p.Log.Lines()[0].Seen.Height
	case p.Policy.Seal != nil:
		first = p.Times.Announce
	}
	r, err := p.rewriteRecord(ctx, first)
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
