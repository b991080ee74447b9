package workbench_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	btcaddr "github.com/btcsuite/btcd/address/v2"

	"bevote/examples"
	"bevote/internal/curve"
	"bevote/internal/workbench"
	"bevote/lang"
)

func TestStandInsReplaceEveryLiteralAndNothingElse(t *testing.T) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		p, _ := lang.Load(src)
		replaced, keys, err := workbench.StandIns(src, 7)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		first, rest, _ := bytes.Cut(replaced, []byte("\n"))
		if want := fmt.Sprintf("// rehearsal of %s, seed 7: every key is a stand-in", p.ID()); string(first) != want {
			t.Errorf("%s: first line %q, want %q", name, first, want)
		}
		if got, want := blanked(t, rest), blanked(t, src); got != want {
			t.Errorf("%s: more than literals changed:\n%s", name, got)
		}
		q, diags := lang.Load(replaced)
		if q == nil {
			t.Errorf("%s: %s", name, render(replaced, diags))
			continue
		}
		if q.ID() == p.ID() {
			t.Errorf("%s: the id of other keys is the same", name)
		}
		checkSecrets(t, q, keys)
	}
}

// blanked is the file without its keys and addresses.
func blanked(t *testing.T, src []byte) string {
	t.Helper()
	literals, err := lang.Literals(src)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	done := 0
	for _, l := range literals {
		fmt.Fprintf(&b, "%s{%s %s}", src[done:l.Start], l.Kind, l.Role)
		done = l.End
	}
	return b.String() + string(src[done:])
}

func checkSecrets(t *testing.T, p *lang.Policy, keys map[string]curve.Scalar) {
	t.Helper()
	public := func(role string) curve.PublicKey {
		x, ok := keys[role]
		if !ok {
			t.Fatalf("no secret of %s", role)
		}
		return curve.BaseMul(x).Key()
	}
	if public("supervisor") != p.Supervisor {
		t.Error("supervisor: not the secret's key")
	}
	for _, v := range p.Named {
		if public("voter "+v.Name) != v.Key {
			t.Errorf("voter %s: not the secret's key", v.Name)
		}
	}
	for _, c := range p.Candidates {
		pay := public("payout " + c.Name)
		if public("candidate "+c.Name) != c.Key {
			t.Errorf("candidate %s: not the secret's key", c.Name)
		}
		if want := fmt.Sprintf("76a914%x88ac", btcaddr.Hash160(pay[:])); hex.EncodeToString(c.Payout) != want {
			t.Errorf("candidate %s is paid at %x, want %s", c.Name, c.Payout, want)
		}
	}
}

// TestStandInsAreByRoleAndSeed holds the derivation to the design's bytes.
func TestStandInsAreByRoleAndSeed(t *testing.T) {
	src := examples.Policy("club_chair")
	_, keys, err := workbench.StandIns(src, 7)
	if err != nil {
		t.Fatal(err)
	}
	seed := []byte{0, 0, 0, 0, 0, 0, 0, 7}
	want := curve.ReduceScalar(curve.TaggedHash("stand-in", append(seed, "candidate alice"...)))
	if !keys["candidate alice"].Equal(want) {
		t.Error("alice's secret is not TH(stand-in, seed ‖ role)")
	}
	a, _, _ := workbench.StandIns(src, 7)
	b, _, _ := workbench.StandIns(src, 8)
	c, _, _ := workbench.StandIns(src, 7)
	if bytes.Equal(a, b) || !bytes.Equal(a, c) {
		t.Error("a seed does not give its own bytes")
	}
}

func TestStandInsKeepsMarksAndLineEnds(t *testing.T) {
	src := []byte("\ufeff" + strings.ReplaceAll(string(examples.Policy("club_chair")), "\n", "\r\n"))
	replaced, _, err := workbench.StandIns(src, 7)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(replaced, []byte("\ufeff// rehearsal of bvp1"))
	if !ok || bytes.Count(rest, []byte("\r\n")) != bytes.Count(src, []byte("\r\n")) {
		t.Errorf("%.60q", replaced)
	}
	if p, diags := lang.Load(replaced); p == nil {
		t.Error(render(replaced, diags))
	}
}

func TestStandInsRefuseNoPolicy(t *testing.T) {
	for _, src := range []string{"", "bevote 1", strings.Replace(string(examples.Policy("club_chair")), "3 of 5", "9 of 5", 1)} {
		if _, _, err := workbench.StandIns([]byte(src), 7); err == nil || !strings.Contains(err.Error(), ": E0") {
			t.Errorf("%.20q: %v", src, err)
		}
	}
}

func FuzzStandIns(f *testing.F) {
	for _, name := range examples.Names() {
		f.Add(examples.Policy(name), uint64(7))
	}
	f.Fuzz(func(t *testing.T, src []byte, seed uint64) {
		if p, _ := lang.Load(src); p == nil {
			return
		}
		replaced, _, err := workbench.StandIns(src, seed)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		if p, diags := lang.Load(replaced); p == nil {
			t.Fatal(render(replaced, diags))
		}
	})
}
