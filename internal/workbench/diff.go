package workbench

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"bevote/internal/terminal"
	"bevote/internal/textdiff"
	"bevote/lang"
)

// Difference is what changes where one policy replaces another: first who can
// take what, then the other effects, then the texts.
type Difference struct {
	Old       string     `json:"old"` // policy ids
	New       string     `json:"new"`
	Gains     []shift    `json:"gains"`
	Losses    []shift    `json:"losses"`
	Trust     []effect   `json:"trust"`     // power that no script holds
	Addresses string     `json:"addresses"` // what happens to those of the stakes
	Effects   []effect   `json:"effects"`   // everything else
	Texts     []textDiff `json:"-"`         // the policies, then their scripts, then their escrows
}

// textDiff is what differs between two texts.
type textDiff struct {
	note string         // where the lines are not compared, why
	diff *textdiff.Diff // nil where the lines are not compared
}

// Same reports whether the two policies have one core, and so mean the same
// election. Their texts may differ.
func (d *Difference) Same() bool { return d.Old == d.New }

// File is a policy file with its name.
type File struct {
	Name string
	Src  []byte
}

// Diff compares two policy files. The difference is nil if one of them has
// errors; the diagnostics are then those of [Build] for the first such file,
// and bad is its index.
func Diff(before, after File) (d *Difference, bad int, diags []lang.Diagnostic, err error) {
	var sides [2]*side
	for i, f := range []File{before, after} {
		sides[i], diags, err = readSide(f.Src)
		if sides[i] == nil || err != nil {
			return nil, i, diags, err
		}
	}
	old, now := sides[0], sides[1]
	if d, err = compare(old, now); err != nil {
		return nil, 0, nil, err
	}
	d.Texts = []textDiff{
		policies(before, after),
		lines(before.Name+", script", after.Name+", script", old.script(), now.script()),
		lines(before.Name+", escrow", after.Name+", escrow", old.escrow(), now.escrow()),
	}
	return d, 0, nil, nil
}

// policies compares the files, unless all that differs is their layout.
func policies(before, after File) textDiff {
	old, _ := lang.Format(before.Src)
	now, _ := lang.Format(after.Src)
	if bytes.Equal(old, now) && !bytes.Equal(before.Src, after.Src) {
		return textDiff{note: "The files differ in their layout only."}
	}
	return lines(before.Name, after.Name, string(before.Src), string(after.Src))
}

// lines compares two texts, or says why they cannot be compared.
func lines(nameA, nameB, a, b string) textDiff {
	d, err := textdiff.Compare(nameA, nameB, a, b)
	if err != nil {
		return textDiff{note: fmt.Sprintf("Not compared line by line: %v.", err)}
	}
	return textDiff{diff: d}
}

// compare finds what differs in the meaning of two policies.
func compare(before, after *side) (*Difference, error) {
	d := &Difference{Old: before.built.Policy.ID(), New: after.built.Policy.ID(), Trust: []effect{}, Effects: []effect{}}
	var err error
	if d.Gains, err = after.allGains(before); err != nil {
		return nil, fmt.Errorf("gains: %w", err)
	}
	if d.Losses, err = before.allGains(after); err != nil {
		return nil, fmt.Errorf("losses: %w", err)
	}
	if d.Same() {
		return d, nil
	}
	p, q := before.built.Policy, after.built.Policy
	d.Trust = differences(facts("trust", p), facts("trust", q))
	old, err := before.built.Explain()
	if err != nil {
		return nil, err
	}
	now, err := after.built.Explain()
	if err != nil {
		return nil, err
	}
	d.Addresses = addresses(before.built, after.built)
	d.Effects = effects(p, q, old, now)
	return d, nil
}

// Text writes the difference for people: power, effects, texts.
func (d *Difference) Text(marks textdiff.Marks) string {
	var b bytes.Buffer
	if d.Same() {
		fmt.Fprintf(&b, "the same election, %s\n", d.Old)
	} else {
		fmt.Fprintf(&b, "old  %s\nnew  %s\n", d.Old, d.New)
		d.writePower(&b)
		fmt.Fprintf(&b, "\nEffects\n\n")
		paragraph(&b, "  ", d.Addresses)
		writeEffects(&b, d.Effects)
	}
	for _, t := range d.Texts {
		if text := t.Unified(marks); text != "" {
			fmt.Fprintf(&b, "\n%s", text)
		}
	}
	return b.String()
}

// Unified prints what differs as a unified diff with three lines of context, ""
// where nothing does.
func (t textDiff) Unified(marks textdiff.Marks) string {
	if t.diff == nil {
		return terminal.Visible(t.note) + "\n"
	}
	return t.diff.Unified(marks)
}

func (d *Difference) writePower(b *bytes.Buffer) {
	fmt.Fprintf(b, "\nPower\n\n")
	writeShifts(b, "  + ", d.Gains, "now", "before")
	writeShifts(b, "  - ", d.Losses, "before", "now")
	if len(d.Gains)+len(d.Losses) == 0 {
		paragraph(b, "  ", sentences("no shift", nil))
	}
	if len(d.Trust) > 0 {
		fmt.Fprintf(b, "\nPower that no script holds\n")
		writeEffects(b, d.Trust)
	}
}

// writeShifts writes shifts, the first few of each path's name.
func writeShifts(b *bytes.Buffer, start string, shifts []shift, then, otherwise string) {
	listed := map[string]int{}
	for i, s := range shifts {
		if listed[s.Path]++; listed[s.Path] <= maxListed {
			paragraph(b, start, s.text(then, otherwise))
		} else if i+1 == len(shifts) || shifts[i+1].Path != s.Path {
			paragraph(b, start, fmt.Sprintf("%d more sets of signers, by %s", listed[s.Path]-maxListed, s.Path))
		}
	}
}

// text says who can do what, from which block on, and what under the other
// policy.
func (s shift) text(then, otherwise string) string {
	who := enumerate(s.Who)
	if len(s.Who) > 1 {
		who += " together"
	}
	other := "not at all"
	if s.Other != nil {
		other = when(*s.Other)
	}
	path := s.Path
	if s.deposit {
		path += " of a deposit"
	}
	return fmt.Sprintf("%s: %s %s (%s), %s %s", who, then, when(s.From), path, otherwise, other)
}

// when says in which blocks an output can be taken.
func when(first uint32) string {
	if first == 0 {
		return "in any block"
	}
	return fmt.Sprintf("from block %d on", first)
}

func writeEffects(b *bytes.Buffer, effects []effect) {
	if len(effects) == 0 {
		return
	}
	fmt.Fprintln(b)
	columns(b, func(row func(...any)) {
		for _, e := range effects {
			row(e.What, orNone(e.Old), "->", orNone(e.New))
		}
	})
}

func orNone(s string) string { return cmp.Or(s, "-") }

// effect is one fact that differs.
type effect struct {
	What string `json:"what"`
	Old  string `json:"old"` // "" where there is none
	New  string `json:"new"`
}

// effects compares what two policies say, when, and what they cost.
func effects(before, after *lang.Policy, old, now *Explanation) []effect {
	return differences(policyFacts(before, old), policyFacts(after, now))
}

func policyFacts(p *lang.Policy, e *Explanation) []fact {
	return facts("facts", struct {
		*lang.Policy
		Explained *Explanation
	}{p, e})
}

// differences pairs two lists of facts and returns those that differ, in the
// order of the new list, those of the old list alone last.
func differences(before, after []fact) []effect {
	effects := []effect{}
	for _, f := range after {
		if was := find(before, f.what); was != f.is {
			effects = append(effects, effect{f.what, was, f.is})
		}
	}
	for _, f := range before {
		gone := !slices.ContainsFunc(after, func(g fact) bool { return g.what == f.what })
		if gone && f.is != "" {
			effects = append(effects, effect{f.what, f.is, ""})
		}
	}
	return effects
}

// find returns a fact of the list, "" where there is none.
func find(facts []fact, what string) string {
	if at := slices.IndexFunc(facts, func(f fact) bool { return f.what == what }); at >= 0 {
		return facts[at].is
	}
	return ""
}

// addresses says what happens to the stakes' addresses. A ballot is bound to the
// policy id, and the redeem script holds the ballot: a new id moves all of them.
func addresses(before, after *Built) string {
	return sentences("addresses", struct{ SameScript bool }{before.Contract.Script == after.Contract.Script})
}
