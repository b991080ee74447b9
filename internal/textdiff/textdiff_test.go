package textdiff_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"bevote/internal/terminal"
	"bevote/internal/textdiff"
)

// TestLikeDiff: each testdata/NAME.txtar holds two texts and the output of GNU diff 3.8
// -u for them.
func TestLikeDiff(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := map[string]string{}
			for _, f := range archive.Files {
				text[f.Name] = string(f.Data)
			}
			got, err := textdiff.Unified("a", "b", text["a"], text["b"], textdiff.Plain)
			if err != nil {
				t.Fatal(err)
			}
			if got != text["unified"] {
				t.Errorf("got\n%swant\n%s", got, text["unified"])
			}
		})
	}
}

// TestIssue140 has the lines of go-diff's issue 140: versions 1.2 and 1.3 split the
// numbers that stand for lines, and returned other lines.
func TestIssue140(t *testing.T) {
	a := lines(span(1, 10), 9, span(11, 26), 9, 27, 28, 9, span(29, 33), 9, span(34, 41))
	b := lines(42, 9, 10, 9, span(11, 26), 9, 27, 28, 9, span(29, 33), 9, 34, 43, span(36, 39), span(44, 47))
	holds(t, a, b)
	// Version 1.2 lost lines of this text, of issue 123, at the last one without an end.
	holds(t, "a\na: a\na:\n  a:\n    a\n    a: \"a\"\n    a: a\n    a: \"1\"\n    a: 1\n    -", "abcde: xxxxx")
}

// lines writes each number, or each number of a list, on a line.
func lines(numbers ...any) string {
	var b strings.Builder
	for _, n := range numbers {
		switch n := n.(type) {
		case int:
			b.WriteString(strconv.Itoa(n) + "\n")
		case []any:
			b.WriteString(lines(n...))
		}
	}
	return b.String()
}

func span(from, to int) (out []any) {
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

// holds compares two texts and checks what every diff promises: it leads from
// one text to the other, and changes no more lines than it must.
func holds(t testing.TB, a, b string) {
	t.Helper()
	d, err := textdiff.Compare("a", "b", a, b)
	if err != nil {
		t.Fatal(err)
	}
	left, right := split(a), split(b)
	if got := apply(t, d, left); !slices.Equal(got, right) {
		t.Fatalf("the hunks make %q of %q, want %q", got, left, right)
	}
	changed := 0
	for _, h := range textdiff.Hunks(d) {
		for _, l := range h.Lines {
			if l.Op != textdiff.Same {
				changed++
			}
		}
	}
	if want := len(left) + len(right) - 2*common(left, right); changed != want {
		t.Fatalf("%d lines changed between %q and %q, want %d", changed, a, b, want)
	}
	if same := a == b; d.Same() != same && !strings.Contains(a+b, "\r\n") {
		t.Fatalf("same is %v for %q and %q", d.Same(), a, b)
	}
}

// split is a text's lines as the package promises to see them.
func split(text string) (out []string) {
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		out = append(out, strings.TrimSuffix(line, "\n"))
	}
	return out
}

// apply carries out the hunks on the lines of A, checking each line and the
// places that the hunks' ranges name.
func apply(t testing.TB, d *textdiff.Diff, a []string) (out []string) {
	t.Helper()
	at := 0
	for _, h := range textdiff.Hunks(d) {
		from := h.A.First - 1
		if h.A.Count == 0 {
			from++
		}
		if from < at || from+h.A.Count > len(a) {
			t.Fatalf("a hunk of lines %v after line %d of %d", h.A, at, len(a))
		}
		out = append(out, a[at:from]...)
		first, added := len(out), 0
		if h.B.Count > 0 {
			first++
		}
		if h.B.First != first {
			t.Fatalf("a hunk says line %d of B, is at %d", h.B.First, first)
		}
		at = from
		for _, l := range h.Lines {
			if l.Op != textdiff.Added {
				if a[at] != l.Text {
					t.Fatalf("line %d is %q, the hunk says %q", at+1, a[at], l.Text)
				}
				at++
			}
			if l.Op != textdiff.Deleted {
				out = append(out, l.Text)
				added++
			}
		}
		if added != h.B.Count || at != from+h.A.Count {
			t.Fatalf("a hunk of %d and %d lines says %v, %v", at-from, added, h.A, h.B)
		}
	}
	return append(out, a[at:]...)
}

// common is the length of the longest common subsequence, by the table.
func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j], above)
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

func TestAnyTexts(t *testing.T) {
	text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "\n", "a b\n", "ä", "c\r\n", "\r"}), 0, 30),
		func(parts []string) string { return strings.Join(parts, "") })
	rapid.Check(t, func(rt *rapid.T) {
		a, b := text.Draw(rt, "a"), text.Draw(rt, "b")
		holds(t, a, b)
	})
}

func FuzzCompare(f *testing.F) {
	f.Add("one\ntwo\n", "one\nthree\n")
	f.Add("a\r\nb", "a\nb\n")
	f.Add("", "\x00\xff")
	f.Add("\x1b[2J\u202e\tb\n", "\u009b2J\u3164\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 4096 {
			return
		}
		d, err := textdiff.Compare("a", "b", a, b)
		if err != nil {
			return
		}
		if got := apply(t, d, split(a)); !slices.Equal(got, split(b)) {
			t.Fatalf("the hunks make %q of %q, want %q", got, split(a), split(b))
		}
		for _, marks := range []textdiff.Marks{textdiff.Plain, textdiff.Carets} {
			if at := strings.IndexFunc(d.Unified(marks), unsafe); at >= 0 {
				t.Fatalf("an unsafe character at byte %d", at)
			}
		}
	})
}

// unsafe reports whether a diff may not hold a character.
func unsafe(r rune) bool { return r != '\n' && r != '\t' && !terminal.Printable(r) }

// TestLineEnds: differences in line ends are reported apart from differences in text.
func TestLineEnds(t *testing.T) {
	for _, row := range []struct{ a, b, want string }{
		{"x\ny\n", "x\ny", "\\ b: no newline at the end\n"},
		{"x\ny", "x\ny", ""},
		{"x\r\ny\r\n", "x\ny\n", "\\ a: 2 of 2 lines end with CR LF\n"},
		{"x\r\ny\n", "x\r\ny\n", ""},
		{"x\r\ny\n", "x\ny", "\\ a: 1 of 2 lines end with CR LF\n\\ b: no newline at the end\n"},
		{"x\r\n", "y\n", "@@ -1 +1 @@\n-x\n+y\n\\ a: 1 of 1 lines end with CR LF\n"},
		{"", "", ""},
	} {
		want := row.want
		if want != "" {
			want = "--- a\n+++ b\n" + want
		}
		if got, err := textdiff.Unified("a", "b", row.a, row.b, textdiff.Plain); err != nil || got != want {
			t.Errorf("%q against %q: %v, got\n%swant\n%s", row.a, row.b, err, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"abc\xff", "b: not UTF-8 at byte 3"},
		{"\ufffd\xc3", "b: not UTF-8 at byte 3"},
		{strings.Repeat("\n", textdiff.MaxLines+1), "b: 5001 lines, at most 5000 can be compared"},
		{strings.Repeat("x", textdiff.MaxBytes+1), "b: 1048577 bytes, at most 1048576 can be compared"},
	} {
		if _, err := textdiff.Compare("a", "b", "", row.text); err == nil || err.Error() != row.want {
			t.Errorf("error %v, want %s", err, row.want)
		}
		if _, err := textdiff.Compare("b", "a", row.text, ""); err == nil || err.Error() != row.want {
			t.Errorf("error %v, want %s", err, row.want)
		}
	}
}

// TestChangedWords: what differs within a line is marked word by word.
func TestChangedWords(t *testing.T) {
	for _, row := range []struct{ a, b, want string }{
		{"  threshold  3 of 5", "  threshold  4 of 5", "-  threshold  3 of 5\n?             ^\n+  threshold  4 of 5\n?             ^\n"},
		{"pay alice_1 now", "pay alice_2 now", "-pay alice_1 now\n?    ^^^^^^^\n+pay alice_2 now\n?    ^^^^^^^\n"},
		{"\tclaim by block 250", "\tclaim block 250", "-\tclaim by block 250\n?\t      ^^^\n+\tclaim block 250\n"},
		{"one thing", "quite another", "-one thing\n+quite another\n"},
	} {
		got, err := textdiff.Unified("a", "b", row.a+"\n", row.b+"\n", textdiff.Carets)
		if want := "--- a\n+++ b\n@@ -1 +1 @@\n" + row.want; err != nil || got != want {
			t.Errorf("%v, got\n%swant\n%s", err, got, want)
		}
	}
}

// TestColour: the escape sequences are ours alone, and come in pairs.
func TestColour(t *testing.T) {
	got, err := textdiff.Unified("a\x1b[2J", "b", "stake 1 sat\n", "stake \x1b[31m2 sat\u202e\n", textdiff.Colour)
	if err != nil {
		t.Fatal(err)
	}
	want := "\x1b[1m--- a\ufffd[2J\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n" +
		"\x1b[31m-\x1b[0m\x1b[31mstake \x1b[0m\x1b[31;1;4m1\x1b[0m\x1b[31m sat\x1b[0m\n" +
		"\x1b[32m+\x1b[0m\x1b[32mstake \x1b[0m\x1b[32;1;4m\ufffd[31m2\x1b[0m\x1b[32m sat\x1b[0m\x1b[32;1;4m\ufffd\x1b[0m\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// BenchmarkLargest times the largest texts that Compare accepts: with nothing
// in common, and with much in common in another order.
func BenchmarkLargest(b *testing.B) {
	for name, of := range map[string]int{"unlike": textdiff.MaxLines, "shuffled": 50} {
		b.Run(name, func(b *testing.B) {
			var left, right strings.Builder
			for n := range textdiff.MaxLines {
				left.WriteString(strconv.Itoa(n*n%of) + "\n")
				right.WriteString(strconv.Itoa((n*7919+n*n*n)%of+of*(of/textdiff.MaxLines)) + "\n")
			}
			for b.Loop() {
				if _, err := textdiff.Compare("a", "b", left.String(), right.String()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
