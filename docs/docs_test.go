package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"bevote/docs"
)

// folded is a text on one line, each run of blanks one.
func folded(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestExplain shows what each kind of topic answers. Texts are wrapped.
func TestExplain(t *testing.T) {
	for topic, wants := range map[string][]string{
		"V55": {"# V55 VOTE-TEMPLATE Family F, voting transactions. It holds that every script revealed by",
			"A failure (class E/W) is fatal, or a warning"},
		"vote-template": {"# V55 VOTE-TEMPLATE"},
		"V13":           {"Note: a shallow anchor", "Why: otherwise one late refund"},
		"V33":           {"Not run: SKIPPED (mixing none), where the supervisor pays the coins."},
		"V46":           {"# V46 RSS-KEY"},
		"V05":           {"Constant: faults listed for headers or blocks: 20, the others are counted."},
		"V37":           {`the table "Whose fault it is" of protocol.md;`},
		"L2":            {"# L2 COUNT Proven: at least k counted ballots were opened for that candidate."},
		"none":          {"# none Nothing is proven: a check of class E failed"},
		"stake":         {"# stake Says: what each voter locks. Forms: `200_000 sat`, `0.002 btc`."},
		"NETWORK":       {"# V03 NETWORK"},
		"win":           {"(the paper that protocol.md cites)"},
		"u05":           {"# U05 No check can see: mixers who collude"},
	} {
		page, _ := docs.Explain(topic)
		for _, want := range wants {
			if !strings.Contains(folded(page), want) {
				t.Errorf("%s: no %q in\n%s", topic, want, page)
			}
		}
	}
}

// TestLists: the topics that list others, in columns.
func TestLists(t *testing.T) {
	for topic, wants := range map[string][]string{
		"exit": {"# Exit codes of audit and demo", "\n64   the command line is wrong\n",
			"\n0    level L3, or ended early\n"},
		"levels": {"\nL3 RECOUNT  every counted ballot is some candidate's"},
		"limits": {"\nU01  voters, or malware"},
		"checks": {"\nV55   VOTE-TEMPLATE       E/W  F Voting transactions\n",
			"\nV114  MANUAL              –    M The audit itself\n"},
	} {
		page, _ := docs.Explain(topic)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%s", topic, want, page)
			}
		}
	}
}

// TestNotExplained: what has no page, and which rows are not of a check.
func TestNotExplained(t *testing.T) {
	if page, _ := docs.Explain("V46"); strings.Contains(page, "custodial)") {
		t.Errorf("V46 is run in custodial elections:\n%s", page)
	}
	for _, none := range []string{"", "V56", "V116", "V5", "L4", "U15", "E", "policy.bev", "V55 ", "exit 20"} {
		if page, found := docs.Explain(none); found {
			t.Errorf("%q is explained:\n%s", none, page)
		}
	}
}

// TestEveryRowIsExplained: each check, level and limit of docs/audit.md, with
// the words of its row, within 88 columns.
func TestEveryRowIsExplained(t *testing.T) {
	text, err := os.ReadFile("audit.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
	n := map[byte]int{}
	row := regexp.MustCompile(`(?m)^\| ([VU]\d+|L\d [A-Z]+) \| (?:[A-Z0-9-]+ \| \S+ \| )?(.*) \|$`)
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		id, _, _ := strings.Cut(m[1], " ")
		if id == "V56" || strings.Contains(m[2], " | ") {
			continue // rows of other tables
		}
		n[id[0]]++
		page, found := docs.Explain(id)
		if !found || !strings.HasPrefix(page, "# "+id) {
			t.Errorf("%s is not explained", id)
		}
		if words := folded(link.ReplaceAllString(m[2], "$1")); !strings.Contains(folded(page), words) {
			t.Errorf("%s: no %q in\n%s", id, words, page)
		}
		for line := range strings.Lines(page) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > 88 {
				t.Errorf("%s: a line of %d columns: %s", id, len([]rune(line)), line)
			}
		}
	}
	if fmt.Sprint(n['V'], n['U'], n['L']) != "114 14 4" {
		t.Errorf("%v rows, want 114 checks, 14 limits and 4 levels", n)
	}
}

// TestStatementsAreExplained: each row of the table of statements, with its words,
// within 88 columns.
func TestStatementsAreExplained(t *testing.T) {
	text, err := os.ReadFile("language.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Statements\n")
	table, _, _ = strings.Cut(table, "\nWhat has no default")
	n := 0
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (.*) \\| (.*) \\|$").FindAllStringSubmatch(table, -1) {
		n++
		page, _ := docs.Explain(m[1])
		if want := fmt.Sprintf("# %s Says: %s. Forms: ", m[1], m[2]); !strings.HasPrefix(folded(page), want) {
			t.Errorf("the page of %s is %q, want %q", m[1], page, want)
		}
		for line := range strings.Lines(page) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > 88 {
				t.Errorf("%s: a line of %d columns: %s", m[1], len([]rune(line)), line)
			}
		}
	}
	if n != 36 {
		t.Errorf("%d statements, want 36", n)
	}
}
