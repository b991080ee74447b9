package workbench

import (
	"bytes"
	"cmp"
	"fmt"

	"bevote/internal/textdiff"
	"bevote/lang"
)

// Difference is what changes where one policy takes another's place: first who
// can take what, then what else it does, then the texts.
type Difference struct {
	Old       string   `json:"old"` // policy ids
	New       string   `json:"new"`
	Gains     []Shift  `json:"gains"`
	Losses    []Shift  `json:"losses"`
	Trust     []Effect `json:"trust"`     // power that no script holds
	Addresses string   `json:"addresses"` // what becomes of those of the stakes
	Effects   []Effect `json:"effects"`   // everything else
	Texts     []Texts  `json:"-"`         // the policies, then their scripts, then their escrows
}

// Texts is what differs between two texts.
type Texts struct {
	Note string         // where the lines are not compared, why
	Diff *textdiff.Diff // nil where the lines are not compared
}

// Same tells whether the two policies mean the same election: whether they
// have the same core. Their texts may differ all the same.
func (d *Difference) Same() bool { return d.Old == d.New }

// Side is one of the policy files that are compared.
type Side struct {
	Name string // of the file
	Src  []byte
}

// Diff compares two policy files. It is nil if one of them has errors; the
// diagnostics are Build's, of the first such file, whose index is bad.
func Diff(before, after Side) (d *Difference, bad int, diags []lang.Diagnostic, err error) {
	var readings [2]*reading
	for i, s := range []Side{before, after} {
		readings[i], diags, err = read(s.Src)
		if readings[i] == nil || err != nil {
			return nil, i, diags, err
		}
	}
	if d, err = compare(readings[0], readings[1]); err != nil {
		return nil, 0, nil, err
	}
	d.Texts = []Texts{policies(before, after)}
	for _, what := range []struct {
		name   string
		layout func(r *reading) string
	}{{"script", (*reading).script}, {"escrow", (*reading).escrow}} {
		old, now := what.layout(readings[0]), what.layout(readings[1])
		d.Texts = append(d.Texts, lines(before.Name+", "+what.name, after.Name+", "+what.name, old, now))
	}
	return d, 0, nil, nil
}

func (r *reading) script() string { return r.built.Template.Layout() }

// escrow is "" without mixing.
func (r *reading) escrow() string { return r.deposit.built.Template.Layout() }

// policies compares the files, unless all that differs is their layout.
func policies(before, after Side) Texts {
	old, _ := lang.Format(before.Src)
	now, _ := lang.Format(after.Src)
	if bytes.Equal(old, now) && !bytes.Equal(before.Src, after.Src) {
		return Texts{Note: "The files differ in their layout only."}
	}
	return lines(before.Name, after.Name, string(before.Src), string(after.Src))
}

// lines compares two texts, or says why they cannot be compared.
func lines(nameA, nameB, a, b string) Texts {
	d, err := textdiff.Compare(nameA, nameB, a, b)
	if err != nil {
		return Texts{Note: fmt.Sprintf("Not compared line by line: %v.", err)}
	}
	return Texts{Diff: d}
}

// compare finds what two policies mean to each other.
func compare(before, after *reading) (*Difference, error) {
	d := &Difference{Old: before.built.Policy.ID(), New: after.built.Policy.ID(), Trust: []Effect{}, Effects: []Effect{}}
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
	told, err := before.built.Explain()
	if err != nil {
		return nil, err
	}
	tells, err := after.built.Explain()
	if err != nil {
		return nil, err
	}
	d.Addresses = addresses(before.built, after.built)
	d.Effects = effects(p, q, told, tells)
	return d, nil
}

// Text tells the difference for people: power, effects, texts.
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
func (t Texts) Unified(marks textdiff.Marks) string {
	if t.Diff == nil {
		return t.Note + "\n"
	}
	return t.Diff.Unified(marks)
}

func (d *Difference) writePower(b *bytes.Buffer) {
	fmt.Fprintf(b, "\nPower\n\n")
	writeShifts(b, "  + ", d.Gains, "now", "before")
	writeShifts(b, "  - ", d.Losses, "before", "now")
	if len(d.Gains)+len(d.Losses) == 0 {
		paragraph(b, "  ", "The script gives nobody more or less: whoever can take a stake could, and from the same block on.")
	}
	if len(d.Trust) > 0 {
		fmt.Fprintf(b, "\nPower that no script holds\n")
		writeEffects(b, d.Trust)
	}
}

// writeShifts writes shifts, the first few of each path's name.
func writeShifts(b *bytes.Buffer, start string, shifts []Shift, then, otherwise string) {
	told := map[string]int{}
	for i, s := range shifts {
		if told[s.Path]++; told[s.Path] <= manyWays {
			paragraph(b, start, s.text(then, otherwise))
		} else if i+1 == len(shifts) || shifts[i+1].Path != s.Path {
			paragraph(b, start, fmt.Sprintf("%d more sets of signers, by %s", told[s.Path]-manyWays, s.Path))
		}
	}
}

// text says who can do what when, and what they could at the other time.
func (s Shift) text(then, otherwise string) string {
	who := words(s.Who)
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

// when says from which block on a stake can be taken.
func when(first uint32) string {
	if first == 0 {
		return "in any block"
	}
	return fmt.Sprintf("from block %d on", first)
}

func writeEffects(b *bytes.Buffer, effects []Effect) {
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
