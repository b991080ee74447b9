package templates_test

import (
	"testing"

	"bevote/templates"
)

func TestLayout(t *testing.T) {
	for text, want := range map[string]string{
		"<ballot> DROP <joint> CHECKSIG NOTIF DUP IF 1 ELSE 2 ENDIF ELSE ENDIF 3": `<ballot> DROP <joint> CHECKSIG NOTIF
  DUP IF
    1
  ELSE
    2
  ENDIF
ELSE
ENDIF
3
`,
		"ENDIF ELSE 1": "ENDIF\nELSE\n1\n", // an unbalanced text has a layout too
	} {
		if got := parse(t, text).Layout(); got != want {
			t.Errorf("%q is laid out as\n%swant\n%s", text, got, want)
		}
	}
}

// TestLayoutIsRead parses the layouts of the reviewed scripts.
func TestLayoutIsRead(t *testing.T) {
	for _, name := range []string{"club_chair", "paper", "custodial"} {
		script, err := templates.Reviewed(name)
		if err != nil {
			t.Fatal(err)
		}
		back, err := templates.ParseTemplate(script.Layout())
		if err != nil || back.String() != script.String() {
			t.Errorf("%s: %v, read back as %s", name, err, back)
		}
	}
}
