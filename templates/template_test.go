package templates_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
)

const twoCandidates = `<ballot> DROP 1 <claim.alice> <claim.bob> 2 CHECKMULTISIG NOTIF
  DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 840264 CHECKLOCKTIMEVERIFY
ELSE 1 ENDIF`

// filled has a value of the right type for every hole of the tests.
func filled(t templates.Template) map[string][]byte {
	values := map[string][]byte{}
	for i, name := range t.Holes() {
		switch templates.HoleKind(name) {
		case templates.KindBallot:
			values[name] = append([]byte{templates.PlainPrefix}, bytes.Repeat([]byte{0x5a}, templates.PlainBallot-1)...)
		case templates.KindHash:
			values[name] = bytes.Repeat([]byte{byte(i)}, templates.HashSize)
		default:
			values[name] = append([]byte{2}, bytes.Repeat([]byte{byte(i)}, templates.KeySize-1)...)
		}
	}
	return values
}

func parse(t testing.TB, text string) templates.Template {
	t.Helper()
	tmpl, err := templates.ParseTemplate(text)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestTextRoundTrip(t *testing.T) {
	for _, text := range []string{
		strings.Join(strings.Fields(twoCandidates), " "),
		"0", "1", "16", "17", "127", "128", "255", "499999999", "4294967295",
		"1NEGATE RETURN", "0x80", "0x1000", "0x0500286b01",
		"0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 CHECKSIG",
		"<ballot> <voter> <voter_hash> <joint> <joint.alice> <claim.a_1>",
	} {
		if got := parse(t, text).String(); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "empty template",
		" \n":                      "empty template",
		"<>":                       `unknown hole "<>"`,
		"<claim>":                  `unknown hole "<claim>"`,
		"<claim.>":                 `unknown hole "<claim.>"`,
		"<claim.Alice>":            `unknown hole "<claim.Alice>"`,
		"<<ballot>>":               `unknown hole "<<ballot>>"`,
		"<ballot":                  `unknown opcode "<ballot"`,
		"< ballot >":               `unknown opcode "<"`,
		"DUP dup":                  `word 2: unknown opcode "dup"`,
		"OP_DUP":                   `unknown opcode "OP_DUP"`,
		"DATA_33":                  `unknown opcode "DATA_33"`,
		"PUSHDATA1":                `unknown opcode "PUSHDATA1"`,
		"NOP2":                     `unknown opcode "NOP2"`,
		"TRUE":                     `unknown opcode "TRUE"`,
		"01":                       `unknown opcode "01"`,
		"-1":                       `unknown opcode "-1"`,
		"4294967296":               "over 32 bits",
		"99999999999":              `unknown opcode "99999999999"`,
		"0x":                       "is an opcode's push",
		"0x05":                     "is an opcode's push",
		"0x81":                     "is an opcode's push",
		"0x0801":                   "is written 264",
		"0xAB":                     "is not lower-case hex",
		"0xabc":                    "is not lower-case hex",
		"{{ hex .K }}":             `unknown opcode "{{"`,
		"# comment":                `unknown opcode "#"`,
		"0x" + zeros(521):          "exceed the maximum allowed script element size",
		strings.Repeat("1 ", 6000): "at most 10000",
	} {
		_, err := templates.ParseTemplate(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

func zeros(n int) string { return strings.Repeat("00", n) }

func TestFillIsMinimalAndMatches(t *testing.T) {
	tmpl := parse(t, twoCandidates)
	values := filled(tmpl)
	script, err := tmpl.Fill(values)
	if err != nil {
		t.Fatal(err)
	}
	// By hand: push of 68, DROP, 1, two keys, 2, CHECKMULTISIG, NOTIF, …
	want := "44" + hex.EncodeToString(values["ballot"]) + "7551" +
		"21" + hex.EncodeToString(values["claim.alice"]) + "21" + hex.EncodeToString(values["claim.bob"]) +
		"52ae64" + "76a914" + hex.EncodeToString(values["voter_hash"]) + "88ad" + "0348d20cb1" + "675168"
	if got := hex.EncodeToString(script); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	back, err := tmpl.Match(script)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(back, values, bytes.Equal) {
		t.Errorf("got %x, want %x", back, values)
	}
}

func TestFillRefuses(t *testing.T) {
	tmpl := parse(t, "<ballot> <voter> <voter_hash>")
	for name, change := range map[string]func(map[string][]byte){
		"nothing to fill <voter>":      func(v map[string][]byte) { delete(v, "voter") },
		"4 values for 3 holes":         func(v map[string][]byte) { v["joint"] = v["voter"] },
		"is not a compressed key":      func(v map[string][]byte) { v["voter"][0] = 4 },
		"<voter> of 32 bytes":          func(v map[string][]byte) { v["voter"] = v["voter"][:32] },
		"wrong <voter_hash> size 0":    func(v map[string][]byte) { v["voter_hash"] = nil },
		"<ballot> of 0 bytes":          func(v map[string][]byte) { v["ballot"] = nil },
		"<ballot> of 68 bytes":         func(v map[string][]byte) { v["ballot"][0] = templates.SaltedPrefix },
		"<ballot> of 80 bytes":         func(v map[string][]byte) { v["ballot"] = append(v["ballot"], make([]byte, 12)...) },
		"<ballot> of 33 bytes is not ": func(v map[string][]byte) { v["ballot"] = v["voter"] },
	} {
		values := filled(tmpl)
		change(values)
		_, err := tmpl.Fill(values)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
	values := filled(tmpl)
	values["ballot"] = append([]byte{templates.SaltedPrefix}, make([]byte, templates.SaltedBallot-1)...)
	if _, err := tmpl.Fill(values); err != nil {
		t.Errorf("salted ballot: %v", err)
	}
}

func TestMatchRefusesEveryChangedByte(t *testing.T) {
	tmpl := parse(t, twoCandidates)
	values := filled(tmpl)
	script, err := tmpl.Fill(values)
	if err != nil {
		t.Fatal(err)
	}
	for i := range script {
		for bit := range 8 {
			changed := bytes.Clone(script)
			changed[i] ^= 1 << bit
			got, err := tmpl.Match(changed)
			if err == nil && maps.EqualFunc(got, values, bytes.Equal) {
				t.Errorf("byte %d bit %d: matches with the same values", i, bit)
			}
		}
		if _, err := tmpl.Match(script[:i]); err == nil {
			t.Errorf("the first %d bytes match", i)
		}
	}
	if _, err := tmpl.Match(append(script, txscript.OP_NOP)); err == nil {
		t.Error("matches with an opcode more")
	}
}

func TestMatchHoldsRepeatedHolesTogether(t *testing.T) {
	tmpl := parse(t, "<joint> <joint>")
	values := filled(tmpl)
	script, err := tmpl.Fill(values)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.Match(script); err != nil {
		t.Error(err)
	}
	script[40] ^= 1
	if _, err := tmpl.Match(script); err == nil {
		t.Error("one hole matches two keys")
	}
}

func TestDecodeScript(t *testing.T) {
	script, err := hex.DecodeString("76a914" + zeros(20) + "88ac")
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := templates.DecodeScript(script)
	if err != nil {
		t.Fatal(err)
	}
	if want := "DUP HASH160 0x" + zeros(20) + " EQUALVERIFY CHECKSIG"; tmpl.String() != want {
		t.Errorf("got %s, want %s", tmpl, want)
	}
	for text, want := range map[string]string{
		"":           "empty script",
		"4c":         "script:",
		"05aabb":     "script:",
		"0105":       "not minimal",
		"4c020801":   "not minimal",
		"4d02000801": "not minimal",
		"4c00":       "not minimal",
		"50":         "unknown opcode 0x50",
		"51ba":       "script operation 2: unknown opcode 0xba",
	} {
		script, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = templates.DecodeScript(script)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add(twoCandidates)
	f.Add("IF 1 <ballot> <joint> 2 CHECKMULTISIG ELSE 264 CHECKLOCKTIMEVERIFY ENDIF")
	f.Add("0x0801 17 0x00 1NEGATE")
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := templates.ParseTemplate(text)
		if err != nil {
			return
		}
		again, err := templates.ParseTemplate(tmpl.String())
		if err != nil || again.String() != tmpl.String() {
			t.Fatalf("%q: reads back as %q, %v", tmpl, again, err)
		}
		script, err := tmpl.Fill(filled(tmpl))
		if err != nil {
			return // over a script's size
		}
		if _, err := tmpl.Match(script); err != nil {
			t.Fatalf("%q does not match what it fills: %v", tmpl, err)
		}
		// The bytes of a template have no other spelling.
		if len(tmpl.Holes()) == 0 {
			plain, err := templates.DecodeScript(script)
			if err != nil || plain.String() != tmpl.String() {
				t.Fatalf("%q decodes as %q, %v", tmpl, plain, err)
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	tmpl := parse(f, twoCandidates)
	script, err := tmpl.Fill(filled(tmpl))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(script)
	f.Add(script[:100])
	f.Fuzz(func(t *testing.T, script []byte) {
		values, err := tmpl.Match(script)
		if err != nil {
			return
		}
		back, err := tmpl.Fill(values)
		if err != nil || !bytes.Equal(back, script) {
			t.Fatalf("Fill(Match(s)) = %x, %v, want %x", back, err, script)
		}
	})
}

func FuzzDecodeScript(f *testing.F) {
	for _, text := range []string{"76a914" + zeros(20) + "88ac", "4c050102030405", "0181", "02080151ae"} {
		script, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(script)
	}
	f.Add(bytes.Repeat([]byte{txscript.OP_CHECKSEQUENCEVERIFY}, 900)) // a text longer than the script
	f.Fuzz(func(t *testing.T, script []byte) {
		tmpl, err := templates.DecodeScript(script)
		if err != nil {
			return
		}
		back, err := parse(t, tmpl.String()).Fill(nil)
		if err != nil || !bytes.Equal(back, script) {
			t.Fatalf("%x reads as %s, which fills to %x, %v", script, tmpl, back, err)
		}
	})
}
