package lang_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"
)

func format(t testing.TB, src []byte) []byte {
	t.Helper()
	out, diags := lang.Format(src)
	if out == nil {
		t.Fatalf("%v\n%s", diags, src)
	}
	return out
}

// TestExamplesAreFormatted checks that the examples are in the canonical layout.
func TestExamplesAreFormatted(t *testing.T) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		if got := format(t, src); !bytes.Equal(got, src) {
			t.Errorf("%s is not formatted; it would be\n%s", name, got)
		}
	}
}

// TestFormat pins the layout of untidy files.
func TestFormat(t *testing.T) {
	files, err := filepath.Glob("testdata/format/*.bev")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out := format(t, src)
		golden(t, "format/"+strings.TrimSuffix(filepath.Base(f), ".bev")+".golden", out)
		keepsWords(t, src, out)
	}
}

// TestFormatRefuses expects no layout for a file with a mistake of grammar.
func TestFormatRefuses(t *testing.T) {
	for _, src := range [][]byte{
		nil, []byte("\xff"), sample(t, edit{stakeText, "stake lots"}), sample(t, edit{"expect refund }\n}", "expect refund }"}),
	} {
		if out, diags := lang.Format(src); out != nil || len(diags) == 0 || diags[0].Code == "E0000" {
			t.Errorf("%.20q: %q %v", src, out, diags)
		}
	}
	// Mistakes of meaning are no matter of layout.
	if out := format(t, sample(t, edit{stakeText, "stake 0200 sat"})); !bytes.Contains(out, []byte("stake      0200 sat\n")) {
		t.Errorf("%s", out)
	}
}

// word matches what stands between spaces: a second lexer.
var word = regexp.MustCompile(`//[^\n]*|"[^"\n]*"|[{},%]|[^\s{},%"]+`)

// piece is a word, or a comment with whether it is the first of its line.
type piece struct {
	text  string
	first bool
}

// pieces returns the words and comments of a file. It does not say which words begin
// a line, since the layout decides that.
func pieces(src []byte) (all []piece) {
	text := strings.TrimPrefix(strings.ReplaceAll(string(src), "\r\n", "\n"), "\ufeff")
	for _, at := range word.FindAllStringIndex(text, -1) {
		w := text[at[0]:at[1]]
		line := text[strings.LastIndexByte(text[:at[0]], '\n')+1 : at[0]]
		own := strings.HasPrefix(w, "//") && strings.TrimSpace(line) == ""
		all = append(all, piece{strings.TrimRight(w, " \t"), own})
	}
	return all
}

// keepsWords checks that a layout has the same words and comments in the same order,
// each comment on its own line or behind its word as before, and that the layout of
// the layout is the same.
func keepsWords(t interface {
	Helper()
	Fatalf(string, ...any)
}, src, out []byte) {
	t.Helper()
	if got, want := pieces(out), pieces(src); !slices.Equal(got, want) {
		t.Fatalf("words are not kept:\n%s\n%v\n%v", out, got, want)
	}
	again, diags := lang.Format(out)
	if !bytes.Equal(again, out) {
		t.Fatalf("formatted again it changes: %v\n%s\n%s", diags, out, again)
	}
}

// scattered puts random white space and comments between the words of a file.
func scattered(t *rapid.T, src []byte) []byte {
	var b strings.Builder
	gaps := []string{" ", " ", " ", " ", "\n", "\t", "\n\n\n", " // behind\n", "  //close\t\n", "\n// on its own\n",
		"\r\n    // \u5019 \"and\" { so on\r\n", " // one\n// two\n\n// three\n"}
	b.WriteString(rapid.SampledFrom([]string{"", "\ufeff", "// first\n", "\n\n"}).Draw(t, "head"))
	for _, w := range word.FindAllString(string(src), -1) {
		b.WriteString(w)
		if strings.HasPrefix(w, "//") {
			b.WriteByte('\n')
		}
		b.WriteString(rapid.SampledFrom(gaps).Draw(t, "gap"))
	}
	return []byte(b.String())
}

// TestFormatKeeps draws white space and comments, and expects the layout to keep every
// word, every comment where it was, and the id.
func TestFormatKeeps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := langtest.Policy(drawer(t))
		if rapid.Bool().Draw(t, "example") {
			policy = examples.Policy(rapid.SampledFrom(examples.Names()).Draw(t, "name"))
		}
		src := scattered(t, policy)
		out, diags := lang.Format(src)
		if out == nil {
			t.Fatalf("%v\n%s", diags, src)
		}
		keepsWords(t, src, out)
		p, _ := lang.Load(policy)
		q, diags := lang.Load(out)
		if q == nil || p.ID() != q.ID() || len(p.Tests) != len(q.Tests) || len(p.Allows) != len(q.Allows) {
			t.Fatalf("another policy: %v\n%s", diags, out)
		}
	})
}

// FuzzFormat checks that a layout has the same characters in the same order, white
// space apart, and the same meaning, and that the layout of the layout is the same.
func FuzzFormat(f *testing.F) {
	for _, name := range examples.Names() {
		f.Add(examples.Policy(name))
	}
	files, _ := filepath.Glob("testdata/*/*.bev")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		out, diags := lang.Format(src)
		if (out == nil) != (len(diags) > 0) || len(diags) > 0 && diags[0].Code == "E0000" {
			t.Fatalf("%q: %v", out, diags)
		}
		if out == nil {
			return
		}
		plain := func(b []byte) string {
			return strings.Join(strings.FieldsFunc(strings.TrimPrefix(string(b), "\ufeff"), func(r rune) bool {
				return r == ' ' || r == '\t' || r == '\r' || r == '\n'
			}), "")
		}
		if plain(out) != plain(src) {
			t.Fatalf("%q became %q", src, out)
		}
		if again, _ := lang.Format(out); !bytes.Equal(again, out) {
			t.Fatalf("%q, and again %q", out, again)
		}
		_, before := lang.Load(src)
		_, after := lang.Load(out)
		if len(before) != len(after) {
			t.Fatalf("%d diagnostics, %d after: %q", len(before), len(after), out)
		}
	})
}
