package workbench_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/compiler"
	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/lift"
)

func codes(diags []lang.Diagnostic) []string {
	var all []string
	for _, d := range diags {
		all = append(all, d.Code)
	}
	return all
}

func TestBuildExamples(t *testing.T) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		b, diags, err := workbench.Build(src)
		if err != nil || b == nil || len(diags) > 0 {
			t.Errorf("%s: %v\n%s", name, err, render(src, diags))
			continue
		}
		if b.Contract.Script != b.Template.String() || b.Contract.Policy != b.Policy.ID() {
			t.Errorf("%s: the parts do not belong together", name)
		}
	}
}

// TestBuildSettles checks that allow lines silence the compiler's warnings too.
func TestBuildSettles(t *testing.T) {
	flag, unfit := forms[5], forms[0] // the paper's, by flag; hardened by flag
	unfit.selector = "flag"
	const w0401, w0402, w0604 = `allow W0401 "paper"`, `allow W0402 "paper"`, `allow W0604 "paper"`
	for _, row := range []struct {
		name  string
		src   []byte
		built bool
		want  []string
	}{
		{"warned", flag.source(w0401), true, []string{"W0604"}},
		{"allowed", flag.source(w0401, w0604), true, nil},
		{"idle", forms[0].source(w0402, w0604), true, []string{"W0107"}},
		{"not compiled", unfit.source(w0402), false, []string{"E0605"}},
		{"not loaded", []byte("bevote 1"), false, []string{"E0001"}},
	} {
		b, diags, err := workbench.Build(row.src)
		if err != nil || (b != nil) != row.built || !slices.Equal(codes(diags), row.want) {
			t.Errorf("%s: built %v, %v\n%s", row.name, b != nil, err, render(row.src, diags))
		}
	}
}

// TestBuildLiftsWhatIsCompiled puts faulty compilers in the compiler's place.
func TestBuildLiftsWhatIsCompiled(t *testing.T) {
	src := forms[0].source()
	for name, change := range map[string]func(*templates.Contract){
		"no lock":         func(c *templates.Contract) { c.Script = strings.Replace(c.Script, "CHECKLOCKTIMEVERIFY", "DROP 1", 1) },
		"earlier lock":    func(c *templates.Contract) { c.Script = strings.Replace(c.Script, "840264", "840263", 1) },
		"another key":     func(c *templates.Contract) { c.Script = strings.Replace(c.Script, "<claim.c01>", "<joint>", 1) },
		"no ballot":       func(c *templates.Contract) { c.Script = strings.Replace(c.Script, "<ballot> DROP ", "", 1) },
		"path unsaid":     func(c *templates.Contract) { c.Paths = c.Paths[:2] },
		"path of no one":  func(c *templates.Contract) { c.Paths[1].Name = "win.c02" },
		"other witness":   func(c *templates.Contract) { c.Paths[1].Witness = c.Paths[1].Witness[1:] },
		"unknown opcode":  func(c *templates.Contract) { c.Script += " NOP" },
		"not a template":  func(c *templates.Contract) { c.Script += " NOPE" },
		"another policy":  func(c *templates.Contract) { c.Policy = build(t, forms[1].source()).Policy.ID() },
		"future lowering": func(c *templates.Contract) { c.Lowering = 2 },
	} {
		faulty := func(p *lang.Policy) (*templates.Contract, []lang.Diagnostic) {
			c, diags := compiler.Compile(p)
			change(c)
			return c, diags
		}
		b, diags, err := workbench.BuildWith(src, faulty)
		if b != nil || err == nil || !slices.Contains(codes(diags), "E0901") {
			t.Errorf("%s: built %v, %v, %v", name, b != nil, err, codes(diags))
		}
	}
}

func TestMismatchListsPaths(t *testing.T) {
	b := build(t, forms[0].source())
	changed := *b.Contract
	changed.Script = strings.Replace(changed.Script, "840264", "840263", 1)
	var m *lift.Mismatch
	if err := lift.Check(b.Policy, &changed); !errors.As(err, &m) {
		t.Fatalf("got %v", err)
	}
	missing := []string{"voter after 840264 witness sig:voter pubkey:voter 0 0 redeem"}
	extra := []string{"voter after 840263 witness sig:voter pubkey:voter 0 0 redeem"}
	if !slices.Equal(m.Missing, missing) || !slices.Equal(m.Extra, extra) {
		t.Errorf("missing %q, extra %q", m.Missing, m.Extra)
	}
	if want := "the contract does not spend as the policy says: missing " + missing[0] + "; extra " + extra[0]; m.Error() != want {
		t.Errorf("got %q, want %q", m, want)
	}
}

// TestLiftAfterCompileIsIdentity draws policies: the script lifts to exactly
// the policy's paths, and to no other policy's.
func TestLiftAfterCompileIsIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
		b, diags, err := workbench.Build(src)
		if b == nil {
			t.Fatalf("%v %v\n%s", err, codes(diags), src)
		}
		lifted, err := lift.Paths(b.Template, lift.Roles(b.Policy))
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, q := range lifted {
			got = append(got, lang.Path{Signers: q.Signers, After: q.After}.String())
		}
		for _, q := range b.Policy.Paths() {
			want = append(want, lang.Path{Signers: q.Signers, After: q.After}.String())
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("lifted %q, policy %q\n%s", got, want, src)
		}
		other := *b.Policy
		other.Times.Timeout++
		renamed := *b.Contract
		renamed.Policy = other.ID()
		if lift.Check(&other, b.Contract) == nil || lift.Check(&other, &renamed) == nil {
			t.Fatalf("the contract passes for a policy of another timeout\n%s", src)
		}
	})
}

// TestSelectorIsHeld gives each policy of a selector the other's contract.
func TestSelectorIsHeld(t *testing.T) {
	for _, pair := range [][2]int{{4, 5}, {5, 4}, {7, 8}, {8, 7}} {
		p := build(t, forms[pair[0]].source()).Policy
		c := *build(t, forms[pair[1]].source()).Contract
		c.Policy = p.ID()
		if err := lift.Check(p, &c); err == nil || !strings.Contains(err.Error(), "not selected by a "+p.Selector) {
			t.Errorf("%s with the script of %s: %v", forms[pair[0]].name, forms[pair[1]].name, err)
		}
	}
}

// TestJointKeysAreHeld gives a policy of one joint key the contract of one each.
func TestJointKeysAreHeld(t *testing.T) {
	one, each := forms[3], forms[3]
	one.joint = "by voters"
	p := build(t, one.source()).Policy
	c := *build(t, each.source()).Contract
	c.Policy = p.ID()
	var m *lift.Mismatch
	if err := lift.Check(p, &c); !errors.As(err, &m) || len(m.Missing) != 6 || len(m.Extra) != 6 {
		t.Errorf("got %v", err)
	}
}
