package workbench_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/internal/textdiff"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
)

func diff(t fatal, before, after []byte) *workbench.Difference {
	t.Helper()
	d, _, diags, err := workbench.Diff(workbench.File{Name: "old.bev", Src: before}, workbench.File{Name: "new.bev", Src: after})
	if err != nil || d == nil {
		t.Fatalf("%v %v\n%s\n%s", err, codes(diags), before, after)
	}
	return d
}

// fatal is a *testing.T or a *rapid.T.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// TestDiffGoldens shows what a change of each kind looks like.
func TestDiffGoldens(t *testing.T) {
	club := examples.Policy("club_chair")
	for name, change := range map[string][]string{
		"earlier_timeout": {"timeout block 264", "timeout block 258"},
		"threshold":       {"3 of 5", "2 of 5"},
		"candidate_key":   {"pub:029f2ad6ddf1c5652349da8085941072b5caa5524252c88e92149f80f96afa0301", "pub:" + langtest.Key("another bob").String()},
		"renamed":         {"candidate bob  ", "candidate robert"},
		"joint_signs":     {"joint and candidate sign", "joint signs", "expect win alice", "expect win"},
		"one_key_each":    {"by voters\n", "by voters for each candidate\n"},
		"branch":          {"ballots plain", "ballots plain\n  branch rescue when supervisor and alice sign after block 280"},
		"comments":        {"// shares are out", "// every share is out"},
	} {
		changed := strings.NewReplacer(change...).Replace(string(club))
		if changed == string(club) {
			t.Fatalf("%s: nothing is changed", name)
		}
		golden(t, "diff/"+name+".txt", []byte(diff(t, club, []byte(changed)).Text(textdiff.Carets)))
	}
	golden(t, "diff/salted_paper.txt", []byte(diff(t, examples.Policy("salted"), examples.Policy("paper")).Text(textdiff.Plain)))
}

// TestDiffOfTheSame compares random policies with themselves: as they are, as
// fmt lays them out, and with other comments, tests and allows.
func TestDiffOfTheSame(t *testing.T) {
	policies := rapid.Custom(randomPolicy)
	for i := range 25 {
		src := policies.Example(i)
		formatted, _ := lang.Format(src)
		for _, same := range [][]byte{src, formatted} {
			d := diff(t, src, same)
			found := len(d.Effects) + len(d.Trust) + len(d.Gains) + len(d.Losses)
			if text := d.Text(textdiff.Plain); !d.Same() || found > 0 || strings.Contains(text, "@@") {
				t.Fatalf("it differs from itself:\n%s", text)
			}
		}
		talk := strings.Replace(string(src), "\n}\n", "\n  // a comment\n  test \"x\" { at block 5 signers none expect reject }\n}\n", 1)
		d := diff(t, src, []byte(talk))
		if text := d.Text(textdiff.Plain); !d.Same() || !strings.Contains(text, "+  // a comment") {
			t.Fatalf("with a comment and a test:\n%s", text)
		}
	}
}

func randomPolicy(t *rapid.T) []byte {
	return langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
}

// TestGainsAreTheEngines compares random policies. Each gain and loss has a spend
// that one script accepts on the engine and the other refuses. There are no
// others: every set of holders is tried on the paths of both cores.
func TestGainsAreTheEngines(t *testing.T) {
	pairs, shifts := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		before := randomPolicy(t)
		after := changed(t, before)
		d := diff(t, before, after)
		p, _ := lang.Load(before)
		q, _ := lang.Load(after)
		for _, s := range d.Gains {
			judgeContrast(t, s)
		}
		for _, s := range d.Losses {
			judgeContrast(t, s)
		}
		if got, want := listed(d.Gains), gained(p, q); !slices.Equal(got, want) {
			t.Fatalf("gains %q, want %q\n%s\n%s", got, want, before, after)
		}
		if got, want := listed(d.Losses), gained(q, p); !slices.Equal(got, want) {
			t.Fatalf("losses %q, want %q\n%s\n%s", got, want, before, after)
		}
		if d.Same() != (p.ID() == q.ID()) {
			t.Fatalf("same: %v, of %s and %s", d.Same(), p.ID(), q.ID())
		}
		pairs, shifts = pairs+1, shifts+len(d.Gains)+len(d.Losses)
	})
	t.Logf("%d pairs, %d witnesses", pairs, shifts)
	if shifts == 0 {
		t.Error("nothing was ever gained")
	}
}

// changed draws a policy that differs from another a little, or in everything.
func changed(t *rapid.T, src []byte) []byte {
	text := string(src)
	p, _ := lang.Load(src)
	replace := func(old, new string) string { return strings.Replace(text, old, new, 1) }
	other := func(of string) string { return "pub:" + langtest.Key("another "+of).String() }
	switch rapid.IntRange(0, 7).Draw(t, "change") {
	case 0:
		text = replace(fmt.Sprintf("timeout block %d", p.Times.Timeout), fmt.Sprintf("timeout block %d", p.Times.Timeout-1))
	case 1:
		text = replace(fmt.Sprintf("timeout block %d", p.Times.Timeout), fmt.Sprintf("timeout block %d", p.Times.Timeout+1))
	case 2:
		text = replace("pub:"+p.Candidates[0].Key.String(), other("candidate"))
	case 3:
		text = replace("pub:"+p.Supervisor.String(), other("supervisor"))
	case 4: // two candidates take each other's key
		a, b := "pub:"+p.Candidates[0].Key.String(), "pub:"+p.Candidates[1].Key.String()
		text = strings.NewReplacer(a, b, b, a).Replace(text)
	case 5:
		text = replace("joint by voters\n", "joint by voters for each candidate\n")
	case 6:
		text = replace("win when joint and candidate sign", "win when joint signs")
		text = strings.Replace(text, " for each candidate", "", 1)
	default:
		return randomPolicy(t)
	}
	if q, _ := lang.Load([]byte(text)); q == nil {
		return src
	}
	if b, _, _ := workbench.Build([]byte(text)); b == nil {
		return src // no room in the script
	}
	return []byte(text)
}

// judgeContrast runs the spends of a shift on the engine.
func judgeContrast(t *rapid.T, s workbench.Shift) {
	t.Helper()
	for rule, flags := range rules {
		if err := execute(t, s.Contrast.Accepted, flags); err != nil {
			t.Fatalf("%v, %s: the witness is refused by %s: %v", s.Who, s.Path, rule, err)
		}
	}
	if len(s.Contrast.Refused) == 0 {
		t.Fatalf("%v, %s: nothing was tried under the other policy", s.Who, s.Path)
	}
	for _, try := range s.Contrast.Refused {
		if execute(t, try, txscript.StandardVerifyFlags) == nil {
			t.Fatalf("%v, %s: the other script takes %s", s.Who, s.Path, try.Path)
		}
	}
	if tx := decoded(t, s.Contrast.Accepted.Tx); tx.LockTime != s.Contrast.Block-1 {
		t.Fatalf("%v, %s: a witness of locktime %d for block %d", s.Who, s.Path, tx.LockTime, s.Contrast.Block)
	}
}

// listed is the answer in a form that can be compared: keys of holders, and first
// blocks.
func listed(shifts []workbench.Shift) []string {
	var all []string
	for _, s := range shifts {
		other := "never"
		if s.Other != nil {
			other = fmt.Sprint(*s.Other)
		}
		all = append(all, fmt.Sprintf("%s from %d, other %s", strings.Join(s.Holders(), " "), s.From, other))
	}
	slices.Sort(all)
	return all
}

// power is a path of the core: whose secrets it takes, and from which block on.
type power struct {
	people []string
	first  uint32
}

func powers(p *lang.Policy) []power {
	keys := map[string]string{"supervisor": "pub:" + p.Supervisor.String()}
	for _, c := range p.Candidates {
		keys[c.Name] = "pub:" + c.Key.String()
		keys["joint."+c.Name] = "joint.pub:" + c.Key.String()
	}
	for _, v := range p.Named {
		keys[v.Name] = "pub:" + v.Key.String()
	}
	var all []power
	for _, q := range p.Paths() {
		var people []string
		for _, role := range strings.FieldsFunc(strings.Join(q.Signers, "+"), func(r rune) bool { return r == '+' }) {
			if key, ok := keys[role]; ok {
				role = key
			}
			people = append(people, role)
		}
		slices.Sort(people)
		first := uint32(0)
		if q.After > 0 {
			first = q.After + 1
		}
		all = append(all, power{slices.Compact(people), first})
	}
	return all
}

// can returns the first block in which people can spend.
func can(all []power, people []string) (first uint32, ok bool) {
	for _, w := range all {
		if subset(w.people, people) && (!ok || w.first < first) {
			first, ok = w.first, true
		}
	}
	return first, ok
}

// gained tries every set of people that a path of q asks for, and keeps the
// smallest that can do more than under p.
func gained(p, q *lang.Policy) []string {
	before, after := powers(p), powers(q)
	var all []string
	for _, w := range after {
		was, could := can(before, w.people)
		if first, _ := can(after, w.people); first != w.first || could && was <= w.first {
			continue
		}
		smaller := slices.ContainsFunc(after, func(v power) bool {
			return len(v.people) < len(w.people) && subset(v.people, w.people) && v.first <= w.first
		})
		other := "never"
		if could {
			other = fmt.Sprint(was)
		}
		if !smaller {
			all = append(all, fmt.Sprintf("%s from %d, other %s", strings.Join(w.people, " "), w.first, other))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestDiffTurnsAround: with the policies exchanged, gains are losses.
func TestDiffTurnsAround(t *testing.T) {
	names := examples.Names()
	for _, a := range names {
		for _, b := range names {
			if a > b {
				continue
			}
			there, back := diff(t, examples.Policy(a), examples.Policy(b)), diff(t, examples.Policy(b), examples.Policy(a))
			gains, losses := listed(there.Gains), listed(there.Losses)
			lost, gained := listed(back.Losses), listed(back.Gains)
			if !slices.Equal(gains, lost) || !slices.Equal(losses, gained) {
				t.Errorf("%s and %s: %q %q, back %q %q", a, b, gains, losses, gained, lost)
			}
			if len(there.Effects) != len(back.Effects) || len(there.Trust) != len(back.Trust) {
				t.Errorf("%s and %s: %d effects, back %d", a, b, len(there.Effects), len(back.Effects))
			}
		}
	}
}

func TestDiffOfErrors(t *testing.T) {
	good := workbench.File{Name: "good", Src: examples.Policy("paper")}
	bad := workbench.File{Name: "bad", Src: []byte("bevote 1")}
	for i, sides := range [][2]workbench.File{{bad, good}, {good, bad}} {
		d, at, diags, err := workbench.Diff(sides[0], sides[1])
		if d != nil || err != nil || at != i || len(diags) == 0 {
			t.Errorf("%v, file %d, %v, %v", d, at, diags, err)
		}
	}
}

// TestDiffOfLongFiles has more lines than are compared: the difference in meaning
// is still found.
func TestDiffOfLongFiles(t *testing.T) {
	long := append(slices.Clone(examples.Policy("paper")), strings.Repeat("// and so on\n", 5000)...)
	d := diff(t, examples.Policy("club_chair"), long)
	if text := d.Text(textdiff.Plain); d.Same() || !strings.Contains(text, "Not compared line by line") {
		t.Error(text)
	}
}

// TestDiffJSON has no null but where a power was never there.
func TestDiffJSON(t *testing.T) {
	encoded, err := json.Marshal(diff(t, examples.Policy("club_chair"), examples.Policy("club_chair")))
	if err != nil || strings.Contains(string(encoded), "null") {
		t.Errorf("%v in %s", err, encoded)
	}
}

func BenchmarkDiff(b *testing.B) {
	for b.Loop() {
		diff(b, examples.Policy("club_chair"), examples.Policy("per_candidate"))
	}
}
