package workbench_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/lift"
)

func annotate(t testing.TB, b *workbench.Built, src []byte) []workbench.Annotation {
	t.Helper()
	all, escrow, err := b.Annotate(src)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, escrow...)
}

func TestAnnotateExamples(t *testing.T) {
	sources := map[string][]byte{"branches": branched[0].source(), "branches_flag": branched[4].source()}
	for _, name := range examples.Names() {
		sources[name] = examples.Policy(name)
	}
	for name, src := range sources {
		var text bytes.Buffer
		for _, a := range annotate(t, build(t, src), src) {
			fmt.Fprintf(&text, "%3d  %s%s\n     %s\n     %d: %s\n     %s\n", a.At, strings.Repeat("  ", a.Depth), a.Op, a.Hex, a.Line, a.Clause, a.Says)
		}
		golden(t, "annotate/"+name+".txt", text.Bytes())
	}
}

// TestAnnotationsAreTheScript draws policies. The annotations are the script,
// byte for byte; each stands beside a clause that the file has or leaves to its
// default; and a key stands beside a clause by which its owner can spend.
func TestAnnotationsAreTheScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
		b, _, err := workbench.Build(src)
		if b == nil {
			t.Fatal(err)
		}
		all, _, err := b.Annotate(src)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string][]byte{}
		for _, hole := range b.Template.Holes() {
			values[hole] = make([]byte, templates.HashSize)
			switch templates.HoleKind(hole) {
			case templates.KindKey:
				values[hole] = append([]byte{2}, make([]byte, templates.KeySize-1)...)
			case templates.KindBallot:
				values[hole] = ballotOf(b.Policy.Salted)
			}
		}
		script, err := b.Template.Fill(values)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(src), "\n")
		roles := lift.Roles(b.Policy)
		for i, op := range b.Template.Ops() {
			a, next := all[i], len(script)
			if i+1 < len(all) {
				next = all[i+1].At
			}
			bytes, _ := hex.DecodeString(strings.TrimSuffix(a.Hex, "…"))
			whole := a.Op == op.String() && strings.HasPrefix(string(script[a.At:next]), string(bytes))
			if !whole || op.Hole == "" && len(bytes) != next-a.At {
				t.Fatalf("operation %d, %s: %+v, the script has %x", i, op, a, script[a.At:next])
			}
			if a.Clause == "" || a.Line > 0 && !strings.Contains(lines[a.Line-1], strings.Fields(a.Clause)[0]) {
				t.Fatalf("operation %d, %s: from line %d, %q\n%s", i, op, a.Line, a.Clause, src)
			}
			if role := keyRole(op, roles); role != "" && !spends(b.Contract.Paths, a.Clause, role) {
				t.Fatalf("operation %d, the key of %s, is said to come from %q\n%s", i, role, a.Clause, src)
			}
		}
		if len(all) != len(b.Template.Ops()) {
			t.Fatalf("%d annotations of %d operations", len(all), len(b.Template.Ops()))
		}
	})
}

func ballotOf(salted bool) []byte {
	if salted {
		return append([]byte{templates.SaltedPrefix}, make([]byte, templates.SaltedBallot-1)...)
	}
	return append([]byte{templates.PlainPrefix}, make([]byte, templates.PlainBallot-1)...)
}

// keyRole names the owner of a key, or of a key's hash; "" for other operations.
func keyRole(op templates.Op, roles map[string]string) string {
	switch templates.HoleKind(op.Hole) {
	case templates.KindHash:
		return templates.HashedRole(op.Hole)
	case templates.KindKey:
		if role, ok := roles[op.Hole]; ok {
			return role
		}
		return op.Hole
	}
	if len(op.Data) == templates.KeySize {
		return roles[hex.EncodeToString(op.Data)]
	}
	return ""
}

// spends reports whether the role signs on a path of the clause.
func spends(paths []templates.Path, clause, role string) bool {
	words := strings.Fields(clause)
	return slices.ContainsFunc(paths, func(q templates.Path) bool {
		of := strings.HasPrefix(q.Name, words[0]) && (words[0] != "branch" || q.Name == "branch."+words[1])
		return of && slices.Contains(q.Signers, role)
	})
}

// BenchmarkCompile builds, lifts and annotates, as the command does.
func BenchmarkCompile(b *testing.B) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		b.Run(name, func(b *testing.B) {
			defer func() { b.ReportMetric(100*b.Elapsed().Seconds()/float64(b.N)/goal, "%of-50ms") }()
			for b.Loop() {
				annotate(b, build(b, src), src)
			}
		})
	}
}
