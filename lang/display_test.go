package lang_test

import (
	"fmt"
	"strings"
	"testing"

	"bevote/lang"
)

// TestNamesOfCandidates gives two candidates display names, and expects the code of
// what readers cannot tell apart.
func TestNamesOfCandidates(t *testing.T) {
	for _, row := range []struct{ name, alice, bob, want string }{
		{"different", "Alice Smith", "Bob Jones", ""},
		{"the own identifier", "ALICE", "Bob", ""},
		{"none", "", "", ""},
		{"accents", "Zoë", "Zoe", ""},
		{"numbers", "List 1", "List 2", ""},
		{"case", "Straße", "STRASSE", "E0109"},
		{"width", "Ｂｏｂ", "", "E0109"},
		{"composition", "Zoe\u0308", "Zo\u00eb", "E0109"},
		{"ligature", "Ruﬀ", "Ruff", "E0109"},
		{"spaces", " Ann  Lee", "Ann\u00a0Lee ", "E0109"},
		{"a Greek letter", "Αnn", "Ann", "W0110"},
		{"capital i", "Ian", "lan", "W0110"},
		{"rn and m", "Corner", "Comer", "W0110"},
		{"zero", "0tto", "Otto", "W0110"},
		{"like an identifier", "B\u043eb", "", "W0110"},
		{"Persian with a non-joiner", "می\u200cخواهم", "Bob", ""},
		{"the same but for it", "می\u200cخواهم", "میخواهم", "E0109"},
		{"Hindi with a joiner", "क्\u200dष", "Bob", ""},
		{"Arabic number sign", "\u0600\u0661", "Bob", ""},
	} {
		texts := []string{"Alice Smith\" {", row.alice + "\" {"}
		src := sample(t, edit{texts[0], texts[1]}, edit{bobText, fmt.Sprintf("candidate bob %q {", "@")})
		_, diags := lang.Load([]byte(strings.Replace(string(src), "@", row.bob, 1)))
		var codes []string
		for _, d := range diags {
			codes = append(codes, d.Code)
		}
		if got := strings.Join(codes, " "); got != row.want {
			t.Errorf("%s: %q and %q give %q, want %q", row.name, row.alice, row.bob, got, row.want)
		}
	}
}

// TestManyNamesAlike checks that the warnings are few, so that no error is cut off.
func TestManyNamesAlike(t *testing.T) {
	var lines strings.Builder
	for i := range 1200 {
		name := "c" + strings.ReplaceAll(fmt.Sprintf("%011b", i), "0", "l")
		fmt.Fprintf(&lines, "candidate %s { key %s pay %s }\n", name, key(name), addr(name))
	}
	p, diags := lang.Load(sample(t, edit{bobText, lines.String() + bobText}, edit{"expect refund", "expect branch rescue"}))
	warnings := 0
	for _, d := range diags {
		if d.Code == "W0110" {
			warnings++
		}
	}
	if p != nil || warnings != 20 || diags[len(diags)-1].Code != "E0102" {
		t.Errorf("policy %v, %d warnings, %d diagnostics", p != nil, warnings, len(diags))
	}
}
