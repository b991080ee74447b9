package terminal_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bevote/internal/terminal"
)

// hostile are texts with control sequences or invisible characters, and what is
// printed of them.
var hostile = []struct{ name, text, want string }{
	{"clear the screen (CSI)", "a\x1b[2Jb", "a�[2Jb"},
	{"colour (SGR)", "\x1b[31mred\x1b[0m", "�[31mred�[0m"},
	{"window title (OSC, BEL)", "\x1b]0;title\a", "�]0;title�"},
	{"clipboard (OSC 52, ST)", "\x1b]52;c;YQ==\x1b\\", "�]52;c;YQ==�\\"},
	{"CSI as C1 in UTF-8", "a\u009b2Jb", "a�2Jb"},
	{"CSI as a C1 byte", "a\x9b2Jb", "a�2Jb"},
	{"begin of the line", "FAIL\rPASS", "FAIL�PASS"},
	{"line ends", "a\nb\r\nc\u0085d\u2028e\u2029f\vg\fh", "a�b��c�d�e�f�g�h"},
	{"tab", "a\tb", "a�b"},
	{"backspace and delete", "no\b\byes\x7f", "no��yes�"},
	{"NUL", "a\x00b", "a�b"},
	{"embedding and override", "a\u202ab\u202bc\u202cd\u202de\u202ef", "a�b�c�d�e�f"},
	{"isolates", "a\u2066b\u2067c\u2068d\u2069e", "a�b�c�d�e"},
	{"direction marks", "a\u200eb\u200fc\u061cd", "a�b�c�d"},
	{"zero width", "a\u200bb\u200cc\u200dd\u2060e\ufefff", "a�b�c�d�e�f"},
	{"soft hyphen", "a\u00adb", "a�b"},
	{"tags", "a\U000e0001\U000e0041\U000e007fb", "a���b"},
	{"other spaces", "a\u00a0b\u2003c\u3000d", "a�b�c�d"},
	{"fillers", "a\u115fb\u1160c\u3164d\uffa0e\u034ff\u17b4g", "a�b�c�d�e�f�g"},
	{"private use", "a\ue000b\U00100000c", "a�b�c"},
	{"unassigned", "a\u0378b\uffffc", "a�b�c"},
	{"overlong", "a\xc0\xafb", "a��b"},
	{"surrogate", "a\xed\xa0\x80b", "a���b"},
	{"cut off", "a\xe2\x82", "a��"},
	{"beyond Unicode", "a\xf4\x90\x80\x80", "a����"},
}

func TestVisible(t *testing.T) {
	for _, row := range hostile {
		if got := terminal.Visible(row.text); got != row.want {
			t.Errorf("%s: %q shows as %q, want %q", row.name, row.text, got, row.want)
		}
	}
	for _, plain := range []string{"", " ", "  two  spaces ", "alice", "3 < 4 & `5`", "naïve", "nai\u0308ve", "Ζωή", "שלום", "سلام", "हिन्दी", "山田 太郎", "辻\U000e0100", "✔\ufe0f 🗳", "�"} {
		if got := terminal.Visible(plain); got != plain {
			t.Errorf("%q shows as %q", plain, got)
		}
	}
}

// classes and fillers define printable characters a second time, by the names
// of the categories and by a copy of Unicode's DerivedCoreProperties.
var (
	classes = regexp.MustCompile(`^[\pL\pM\pN\pP\pS ]$`)
	fillers = []rune{0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0}
)

func TestPrintable(t *testing.T) {
	for r := range rune(unicode.MaxRune + 2) {
		want := utf8.ValidRune(r) && classes.MatchString(string(r)) && !slices.Contains(fillers, r)
		if got := terminal.Printable(r); got != want {
			t.Errorf("%U: %v, want %v", r, got, want)
		}
	}
	if terminal.Printable(-1) {
		t.Error("no character is printable")
	}
}

// isVisible checks what is shown of a text against the promises of Visible.
func isVisible(t interface{ Fatalf(string, ...any) }, text, shown string) {
	if !utf8.ValidString(shown) || utf8.RuneCountInString(shown) != utf8.RuneCountInString(text) {
		t.Fatalf("%q shows as %q", text, shown)
	}
	want := []rune(text)
	for i, r := range []rune(shown) {
		if !terminal.Printable(r) || r != want[i] && (r != unicode.ReplacementChar || terminal.Printable(want[i])) {
			t.Fatalf("%q shows as %q: character %d", text, shown, i)
		}
	}
	if again := terminal.Visible(shown); again != shown {
		t.Fatalf("%q shows as %q, then as %q", text, shown, again)
	}
}

func FuzzVisible(f *testing.F) {
	for _, row := range hostile {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) { isVisible(t, text, terminal.Visible(text)) })
}

func TestWrap(t *testing.T) {
	for _, row := range []struct {
		start, text string
		width       int
		want        string
	}{
		{"", "", 10, "\n"},
		{"  - ", "", 10, "  -\n"},
		{"  - ", "one two three", 10, "  - one\n    two\n    three\n"},
		{"  - ", "one two three", 11, "  - one two\n    three\n"},
		{"  · ", "né à Paris", 10, "  · né à\n    Paris\n"},
		{"", "a 0123456789abcdef b", 10, "a\n0123456789abcdef\nb\n"},
		{"long start ", "a b", 5, "long start a\n           b\n"},
		{"\x1b[2J ", "\x1b[31m no\rbreak", 80, "�[2J �[31m no�break\n"},
	} {
		if got := terminal.Wrap(row.start, row.text, row.width); got != row.want {
			t.Errorf("%q %q in %d: got\n%swant\n%s", row.start, row.text, row.width, got, row.want)
		}
	}
}

// TestWrapAnything: lines hold the words in their order, within the width where
// the words allow it, and each holds as many as it can.
func TestWrapAnything(t *testing.T) {
	words := rapid.SliceOf(rapid.StringMatching(`[a-zé\x1b漢]{1,12}`))
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom([]string{"", "  ", "  - ", "    with ", "· "}).Draw(t, "start")
		text, width := strings.Join(words.Draw(t, "words"), " "), rapid.IntRange(1, 40).Draw(t, "width")
		got := terminal.Wrap(start, text, width)
		body, ended := strings.CutSuffix(got, "\n")
		if !ended {
			t.Fatalf("no line end in %q", got)
		}
		want := strings.Fields(terminal.Visible(text))
		var found []string
		indent := utf8.RuneCountInString(start)
		for i, line := range strings.Split(body, "\n") {
			lead := strings.Repeat(" ", indent)
			if i == 0 {
				lead = start
			}
			rest, ok := strings.CutPrefix(line, lead)
			if of := strings.Fields(rest); !ok && len(want) > 0 || strings.Join(of, " ") != rest && ok {
				t.Fatalf("line %q of %q", line, got)
			} else {
				if n := utf8.RuneCountInString(line); n > width && len(of) > 1 {
					t.Fatalf("%d characters in %q, at most %d", n, line, width)
				}
				found = append(found, of...)
			}
			if next := len(found); next < len(want) && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(want[next]) <= width {
				t.Fatalf("%q has room for %q in %d", line, want[next], width)
			}
		}
		if len(want) > 0 && !slices.Equal(found, want) {
			t.Fatalf("words %q, want %q", found, want)
		}
	})
}

// FuzzWrap: whatever the texts, what is written is safe to print.
func FuzzWrap(f *testing.F) {
	for _, row := range hostile {
		f.Add(row.text, row.text, 10)
	}
	f.Fuzz(func(t *testing.T, start, text string, width int) {
		for line := range strings.Lines(terminal.Wrap(start, text, width)) {
			line = strings.TrimSuffix(line, "\n")
			if terminal.Visible(line) != line || strings.HasSuffix(line, " ") {
				t.Fatalf("line %q", line)
			}
		}
	})
}

func TestThousands(t *testing.T) {
	for _, row := range []struct {
		n         int64
		separator string
		want      string
	}{
		{0, ",", "0"}, {999, ",", "999"}, {1000, ",", "1,000"}, {1_234_567, "_", "1_234_567"}, {-999, ",", "-999"}, {-1000, ",", "-1,000"},
		{-9_223_372_036_854_775_808, ",", "-9,223,372,036,854,775,808"},
	} {
		if got := terminal.Thousands(row.n, row.separator); got != row.want {
			t.Errorf("%d: %s, want %s", row.n, got, row.want)
		}
	}
	form := regexp.MustCompile(`^-?[0-9]{1,3}(_[0-9]{3})*$`)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		if got := terminal.Thousands(n, "_"); !form.MatchString(got) || strings.ReplaceAll(got, "_", "") != fmt.Sprint(n) {
			t.Fatalf("%d: %s", n, got)
		}
	})
}
