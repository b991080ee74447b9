package templates_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
)

// TestFillEqualsScriptTemplate compares Fill with btcd's own template
// language: both give the same bytes.
func TestFillEqualsScriptTemplate(t *testing.T) {
	for _, text := range []string{
		twoCandidates,
		`<ballot> DROP <joint> CHECKSIG NOTIF DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 264 CHECKLOCKTIMEVERIFY ELSE 1 ENDIF`,
		`IF 1 <ballot> 0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798 2 CHECKMULTISIG ELSE 4294967295 CHECKLOCKTIMEVERIFY DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG ENDIF`,
		`0 16 17 127 128 32768 <joint.alice> <claim.bob>`,
	} {
		tmpl := parse(t, text)
		values := filled(tmpl)
		want, err := scriptTemplate(tmpl, values)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tmpl.Fill(values)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %x\nwant %x", tmpl, got, want)
		}
	}
}

var action = regexp.MustCompile(`\{\{ hex \.(\w+) \}\}`)

// scriptTemplate wraps txscript.ScriptTemplate, which turns a missing name
// into an empty push and a string value into opcodes. The wrapper checks that
// the template uses exactly the given names, and passes values as bytes only.
func scriptTemplate(t templates.Template, values map[string][]byte) ([]byte, error) {
	name := func(hole string) string { return strings.ReplaceAll(hole, ".", "_") }
	words := make([]string, 0, len(t.Ops()))
	for _, op := range t.Ops() {
		switch word := op.String(); {
		case op.Hole != "":
			words = append(words, "{{ hex ."+name(op.Hole)+" }}")
		case word[0] >= '0' && word[0] <= '9' && word != "1NEGATE":
			words = append(words, word)
		default:
			words = append(words, "OP_"+word)
		}
	}
	text := strings.Join(words, "\n")
	params := map[string]any{}
	for hole, value := range values {
		params[name(hole)] = value
	}
	used := map[string]bool{}
	for _, m := range action.FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	if a, b := slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(params)); !slices.Equal(a, b) {
		return nil, fmt.Errorf("template uses %v, given %v", a, b)
	}
	script, err := txscript.ScriptTemplate(text, txscript.WithScriptTemplateParams(params))
	if err != nil {
		return nil, err
	}
	tok := txscript.MakeScriptTokenizer(0, script)
	for tok.Next() {
	}
	if tok.Err() != nil {
		return nil, fmt.Errorf("%s: %w", hex.EncodeToString(script), tok.Err())
	}
	return script, nil
}
