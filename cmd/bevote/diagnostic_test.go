package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocsDiagnostic ties the fields of a diagnostic in JSON to the table of
// docs/language.md, in its order.
func TestDocsDiagnostic(t *testing.T) {
	page, err := os.ReadFile("../../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| field | holds |\n|--|--|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented, fields []string
	for _, row := range strings.Split(table, "\n") {
		cell := strings.Split(row, "|")[1]
		for _, m := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cell, -1) {
			documented = append(documented, m[1])
		}
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[diagnostic]()) {
		fields = append(fields, f.Tag.Get("json"))
	}
	slices.Sort(documented)
	slices.Sort(fields)
	if !slices.Equal(documented, fields) {
		t.Errorf("the page has %v, the program %v", documented, fields)
	}
}
