package examples_test

import (
	"io/fs"
	"testing"

	"bevote/examples"
	"bevote/internal/workbench"
)

// TestPoliciesBuild: what people copy has no errors, and every warning in it is
// allowed with a reason.
func TestPoliciesBuild(t *testing.T) {
	names, err := fs.Glob(examples.Files, "*.bev")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		src, err := examples.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		built, diags, err := workbench.Build(src)
		if err != nil || built == nil || len(diags) > 0 {
			t.Errorf("%s: %v %v", name, diags, err)
		} else if built.Policy.Election+".bev" != name {
			t.Errorf("%s holds the election %s", name, built.Policy.Election)
		}
	}
}
