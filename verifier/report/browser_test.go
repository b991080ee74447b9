package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browser returns the program that renders pages, or skips the test.
func browser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: no browser is started")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser to render the page with; Debian's is the package chromium")
	return ""
}

// printed has the browser print a page and returns the number of sheets.
func printed(t *testing.T, program, text string) int {
	t.Helper()
	pdf := filepath.Join(t.TempDir(), "page.pdf")
	dump(t, program, text, "--no-pdf-header-footer", "--print-to-pdf="+pdf)
	b, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	return len(regexp.MustCompile(`/Type /Page\b`).FindAll(b, -1))
}

// TestPrinted: on paper the table of events has all its rows, which a screen
// scrolls.
func TestPrinted(t *testing.T) {
	program := browser(t)
	few, many := disputed(), disputed()
	few.History.Events = few.History.Events[:1]
	for len(many.History.Events) < 300 {
		many.History.Events = append(many.History.Events, many.History.Events[0])
	}
	// An A4 sheet has room for some 25 rows of two lines.
	if a, b := printed(t, program, page(t, few)), printed(t, program, page(t, many)); b < a+8 {
		t.Errorf("%d sheets with one event, %d with 300", a, b)
	}
}

// dump has the browser load a file and returns the document that it made of it.
func dump(t *testing.T, program, text string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + filepath.Join(dir, "profile"), "--dump-dom"},
		flags...)
	var out, talk bytes.Buffer
	cmd := exec.CommandContext(ctx, program, append(args, "file://"+file)...)
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, &talk)
	}
	return out.String()
}

// TestInABrowser renders the pages: as they are, and in an instrument that
// measures them at the widths of phones and of a desk, in light and dark.
func TestInABrowser(t *testing.T) {
	program := browser(t)
	dom := dump(t, program, page(t, exchanged()))
	for _, want := range []string{"<h1>club_chair</h1>", "Alice &lt;Smith&gt; &amp; Sons", `<desc id="timeline-words">`,
		"M0 "} {
		if !strings.Contains(dom, want) {
			t.Errorf("the browser's document lacks %q", want)
		}
	}
	instrument, err := os.ReadFile("testdata/probe.html")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := json.Marshal(map[string]string{"exchanged": page(t, exchanged()), "refuted": page(t, refuted())})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(instrument), "PAGES", string(pages), 1)
	for scheme, flags := range map[string][]string{"light": nil, "dark": {"--blink-settings=preferredColorScheme=0"}} {
		got := probed(t, dump(t, program, text, flags...))
		for _, p := range got.Problems {
			t.Errorf("%s, %s", scheme, p)
		}
		if got.Frames != 6 || got.Words < 600 || got.Pictures != 15 || got.Loaded != 0 {
			t.Errorf("%s: %d frames, %d texts, %d pictures, %d things loaded", scheme, got.Frames, got.Words, got.Pictures,
				got.Loaded)
		}
	}
}

// found is what the instrument writes down.
type found struct {
	Problems                        []string
	Frames, Words, Pictures, Loaded int
}

func probed(t *testing.T, dom string) (f found) {
	t.Helper()
	m := regexp.MustCompile(`(?s)<pre id="found">(.*?)</pre>`).FindStringSubmatch(dom)
	if m == nil {
		t.Fatalf("the instrument wrote nothing: %.300s", dom)
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &f); err != nil {
		t.Fatalf("%v in %q", err, m[1])
	}
	return f
}
