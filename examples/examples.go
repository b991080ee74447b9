// Package examples holds policies to read, rehearse and begin one's own from.
//
// It promises that each of them loads, compiles and passes its own tests, and
// that no key in them has a known secret.
package examples

import (
	"embed"
	"strings"
)

// FS holds the policies, NAME.bev each.
//
//go:embed *.bev
var FS embed.FS

// Names returns the names of the policies without their suffix, sorted.
func Names() []string {
	files, err := FS.ReadDir(".")
	if err != nil {
		panic("examples: " + err.Error())
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".bev"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Policy returns the file of a policy by its name, nil if there is none.
func Policy(name string) []byte {
	b, err := FS.ReadFile(name + ".bev")
	if err != nil {
		return nil
	}
	return b
}
