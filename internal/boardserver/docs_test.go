package boardserver_test

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"strconv"
	"testing"

	"bevote/internal/boardserver"
)

// TestPageHasTheCodes: docs/live.md and docs/protocol.md have the codes of refusals that the
// server gives, with their statuses, and no others.
func TestPageHasTheCodes(t *testing.T) {
	page, err := os.ReadFile("../../docs/live.md")
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{"setup": true, "busy": true, "unavailable": true}
	got := make(map[string]int)
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\| ([0-9]{3})[ ,]").FindAllSubmatch(page, -1) {
		if code := string(row[1]); !own[code] {
			got[code], _ = strconv.Atoi(string(row[2]))
		}
	}
	if want := boardserver.Statuses(); !maps.Equal(got, want) {
		t.Errorf("docs/live.md has %v, the server %v", got, want)
	}
	protocol, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for code := range boardserver.Statuses() {
		if !bytes.Contains(protocol, []byte("\n| `"+code+"` | ")) {
			t.Errorf("docs/protocol.md has no code %s", code)
		}
	}
}

// FuzzTips: what is read of the tips' file is written as the same bytes.
func FuzzTips(f *testing.F) {
	f.Add([]byte("1 100 5b2f76cbdd2ad5bceb72a8a991db77ca0c9b6f3b577bd6e61f4b3c9d54dcdb6b\n2 1"))
	f.Add([]byte("01 100 zz\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if again, size, err := boardserver.ScanTip(text); err == nil && !bytes.Equal(again, text[:size]) {
			t.Errorf("%q is written as %q", text[:size], again)
		}
	})
}
