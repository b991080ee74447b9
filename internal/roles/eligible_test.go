package roles_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"bevote/internal/roles"
	"bevote/lang/langtest"
)

func TestReadEligible(t *testing.T) {
	a, b := fmt.Sprint(langtest.Key("a")), fmt.Sprint(langtest.Key("b"))
	negated := "02" + a[2:]
	if negated == a {
		negated = "03" + a[2:]
	}
	long := strings.Repeat("x", 201)
	for _, c := range []struct {
		text, want string
		people     int
	}{
		{"identity,key\nanna," + a + "\nben," + b + "\n", "", 2},
		{"identity,key\r\n\"Anna, of Älmhult\"," + a + "\r\nanna," + b, "", 2},
		{"identity,key\n", "", 0},
		{"", "line 1: want the header identity,key", 0},
		{"anna," + a + "\n", "line 1: want the header identity,key", 0},
		{"identity,key,note\n", "line 1: wrong number of fields", 0},
		{"identity,key\nanna\n", "line 2: wrong number of fields", 0},
		{"identity,key\nanna," + a + ",\n", "line 2: wrong number of fields", 0},
		{"identity,key\n\"anna," + a + "\n", "line 2: extraneous or missing \" in quoted-field", 0},
		{"identity,key\nan\"na," + a + "\n", "line 2: bare \" in non-quoted-field", 0},
		{"identity,key\n," + a + "\n", "line 2: empty identity", 0},
		{"identity,key\nanna," + strings.ToUpper(a) + "\n", "line 2: key: not lower-case hex", 0},
		{"identity,key\nanna,02" + strings.Repeat("00", 32) + "\n", "line 2: key: ", 0},
		{"identity,key\nanna,\n", "line 2: key: ", 0},
		{"identity,key\nanna," + a + "\nben," + b + "\nanna," + fmt.Sprint(langtest.Key("c")) + "\n",
			"line 4: identity \"anna\" again", 0},
		{"identity,key\nanna," + a + "\nben," + a + "\n", "line 3: the key of \"anna\" again", 0},
		{"identity,key\nanna," + a + "\nben," + negated + "\n", "line 3: the key of \"anna\" again", 0},
		{"identity,key\n" + long + "," + a + "\n", "line 2: identity of 201 bytes, at most 200", 0},
		{"identity,key\nanna ," + a + "\n", "line 2: identity \"anna \" has spaces too many", 0},
		{"identity,key\nanna  b," + a + "\n", "line 2: identity \"anna  b\" has spaces too many", 0},
		{"identity,key\nan\x00na," + a + "\n", "line 2: identity \"an\\x00na\" is not printable text", 0},
		{"identity,key\nan\u200bna," + a + "\n", "line 2: identity \"an\\u200bna\" is not printable text", 0},
		{"identity,key\n\xff," + a + "\n", "line 2: identity \"\\xff\" is not printable text", 0},
		{"identity,key\n\"an\nna\"," + a + "\n", "line 2: identity \"an\\nna\" is not printable text", 0},
	} {
		e, err := roles.ReadEligible(strings.NewReader(c.text))
		switch {
		case c.want == "" && (err != nil || e.Len() != c.people):
			t.Errorf("%q: err %v", c.text, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), "eligible: "+c.want)):
			t.Errorf("%q: err %v, want %s", c.text, err, c.want)
		}
	}
}

// FuzzReadEligible: a list that is read has as many people as another reader
// finds rows, and no error lacks its line.
func FuzzReadEligible(f *testing.F) {
	f.Add([]byte(fmt.Sprintf("identity,key\nanna,%s\n\"ben, b\",%s\n", langtest.Key("a"), langtest.Key("b"))))
	f.Add([]byte("identity,key\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := roles.ReadEligible(bytes.NewReader(text))
		if err != nil {
			var line int
			if _, scan := fmt.Sscanf(err.Error(), "eligible: line %d:", &line); scan != nil || line < 1 {
				t.Errorf("no line in %v", err)
			}
			return
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || len(rows) != e.Len()+1 {
			t.Errorf("%d people of %d rows, err %v", e.Len(), len(rows), err)
		}
	})
}
