package examples_test

import (
	"bytes"
	"testing"

	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"
)

func TestExamplesLoad(t *testing.T) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		p, diags := lang.Load(src)
		if len(diags) > 0 {
			var b bytes.Buffer
			if err := lang.Render(&b, name+".bev", src, diags); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s:\n%s", name, b.String())
		}
		if p != nil && p.Election != name {
			t.Errorf("%s.bev holds the election %s", name, p.Election)
		}
	}
}

// TestNobodyKnowsASecret derives every key and address again from its text.
func TestNobodyKnowsASecret(t *testing.T) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		literals, err := lang.Literals(src)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range literals {
			text := "bevote example " + name + ": " + l.Role
			want := "pub:" + langtest.Key(text).String()
			if l.Kind == "addr" {
				want = "addr:" + langtest.Address("regtest", text)
			}
			if got := string(src[l.Start:l.End]); got != want {
				t.Errorf("%s.bev:%d: %s is %s, want %s", name, l.Line, l.Role, got, want)
			}
		}
	}
}

func TestNames(t *testing.T) {
	names := examples.Names()
	if len(names) < 6 {
		t.Errorf("examples are %v", names)
	}
	if examples.Policy("nothing") != nil {
		t.Error("a policy that is not there")
	}
}
