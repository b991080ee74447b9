package workbench_test

import (
	"testing"
)

func TestBuildShapes(t *testing.T) {
	for _, f := range forms {
		b := build(t, f.source())
		t.Logf("%s: %s", f.name, b.Contract.Encode())
	}
}
