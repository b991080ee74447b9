package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"bevote/verifier/report"
	"bevote/verifier/result"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../../docs/report.schema.json"

// schema compiles the published schema.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validated returns what the schema says of a text.
func validated(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// TestSchemaHoldsReports: every report that is written fits the schema.
func TestSchemaHoldsReports(t *testing.T) {
	s := schema(t)
	for name, r := range map[string]*result.Report{
		"won": won(), "refuted": refuted(), "disputed": disputed(), "exchanged": exchanged(),
		"a policy with errors": {Spec: 1, Level: result.LevelNone, Exit: result.ExitRefuted,
			RecordSHA256: strings.Repeat("ab", 32),
			Checks:       []result.Check{{ID: "V17", Class: "E/W", Status: result.Fail}}},
	} {
		if err := validated(t, s, written(t, report.JSON, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRefuses: and what no audit writes does not.
func TestSchemaRefuses(t *testing.T) {
	s, good := schema(t), written(t, report.JSON, exchanged())
	for lie, row := range map[string][2]string{
		"an unknown field":       {`"spec": 1`, `"spec": 1, "sepc": 1`},
		"another version":        {`"spec": 1`, `"spec": 2`},
		"a missing field":        {`"voters": 60,`, ""},
		"an exit code":           {`"exit": 21`, `"exit": 7`},
		"a level":                {`"level": "L2"`, `"level": "L4"`},
		"less than nothing":      {`"votes": 41`, `"votes": -1`},
		"half a vote":            {`"votes": 41`, `"votes": 0.5`},
		"too high a threshold":   {`"threshold": 3`, `"threshold": 200001`},
		"no list":                {`"mixers": [`, `"deadline": [`},
		"a status":               {`"status": "PASS"`, `"status": "OK"`},
		"a class":                {`"class": "E"`, `"class": "Z"`},
		"an id":                  {`"id": "V54"`, `"id": "54"`},
		"a time without a zone":  {`T09:12:05Z"`, `T09:12:05"`},
		"a hash in upper case":   {`"record_sha256": "a`, `"record_sha256": "A`},
		"an unknown field below": {`"min": 1`, `"mean": 1`},
	} {
		if !strings.Contains(good, row[0]) {
			t.Fatalf("%s: the report has no %s", lie, row[0])
		}
		if err := validated(t, s, strings.Replace(good, row[0], row[1], 1)); err == nil {
			t.Errorf("%s: fits the schema", lie)
		}
	}
}

// node is a part of the schema, as far as the report uses it.
type node struct {
	Ref         string `json:"$ref"`
	Type        any
	Const       any
	Enum        []any
	Description string
	Properties  map[string]*node
	Required    []string
	Items       *node
}

func schemaNode(t *testing.T) *node {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	n := new(node)
	if err := json.Unmarshal(text, n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSchemaIsTheReport: the schema has the fields of the report's types, no
// more and no less, and requires those that are always written.
func TestSchemaIsTheReport(t *testing.T) {
	sameFields(t, "", reflect.TypeFor[result.Report](), schemaNode(t))
}

func sameFields(t *testing.T, path string, typ reflect.Type, n *node) {
	t.Helper()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if n == nil {
		t.Fatalf("%s is not in the schema", path)
	}
	switch typ.Kind() {
	case reflect.Slice:
		sameFields(t, path+"[]", typ.Elem(), n.Items)
	case reflect.Struct:
		fields := 0
		for i := range typ.NumField() {
			name, option, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			fields++
			if (option == "") != slices.Contains(n.Required, name) {
				t.Errorf("%s.%s: required by the schema: %t", path, name, option != "")
			}
			sameFields(t, path+"."+name, typ.Field(i).Type, n.Properties[name])
		}
		if fields != len(n.Properties) {
			t.Errorf("%s: %d fields, %d in the schema", path, fields, len(n.Properties))
		}
	}
}

// TestDocsReport: the table of docs/report.md is the schema's, in the order of
// the report's fields.
func TestDocsReport(t *testing.T) {
	const page, begin = "../../docs/report.md", "| field | type | is |\n|--|--|--|\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	table, after, ends := strings.Cut(rest, "\n\n")
	if !found || !ends {
		t.Fatalf("%s has no table of fields", page)
	}
	var want bytes.Buffer
	fieldRows(&want, "", reflect.TypeFor[result.Report](), schemaNode(t))
	if *update {
		text := before + begin + want.String() + "\n" + after
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if table+"\n" != want.String() {
		t.Errorf("%s differs (run with -update to accept):\n%s", page, &want)
	}
}

// fieldRows writes a row for each field below a part of the schema.
func fieldRows(w *bytes.Buffer, path string, typ reflect.Type, n *node) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		if typ.Kind() == reflect.Slice {
			path, n = path+"[]", n.Items
		}
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return
	}
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		field := n.Properties[name]
		full := strings.TrimPrefix(path+"."+name, ".")
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", full, typeWords(field), field.Description)
		fieldRows(w, full, typ.Field(i).Type, field)
	}
}

// typeWords is the type of a part of the schema in words.
func typeWords(n *node) string {
	quoted := func(v any) string {
		text, _ := json.Marshal(v)
		return "`" + string(text) + "`"
	}
	switch {
	case n.Const != nil:
		return quoted(n.Const)
	case n.Enum != nil:
		var words []string
		for _, v := range n.Enum {
			words = append(words, quoted(v))
		}
		return strings.Join(words, ", ")
	case n.Ref == "#/$defs/number":
		return "number"
	}
	switch t := n.Type.(type) {
	case string:
		return t
	case []any:
		var words []string
		for _, v := range t {
			words = append(words, strings.Replace(fmt.Sprint(v), "integer", "number", 1))
		}
		return strings.Join(words, " or ")
	}
	return ""
}
