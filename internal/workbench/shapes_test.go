package workbench_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
)

// form is what makes the script of a policy: the rest is the same everywhere.
type form struct {
	name       string
	candidates int
	joint      string // by voters …, "" in custodial elections
	win        string
	ballots    string
	selector   string
	timeout    int
	branches   []string // without `branch`
}

// forms are all the shapes that the compiler lowers to, without branches. The
// first is the one whose sizes the design states: its timeout takes three bytes.
var forms = []form{
	{"hardened", 2, "by voters", "joint and candidate sign", "plain", "signature", 840_264, nil},
	{"hardened, salted", 3, "by voters", "joint and candidate sign", "salted", "signature", 264, nil},
	{"hardened, most candidates", 12, "by voters", "joint and candidate sign", "plain", "signature", 840_264, nil},
	{"one joint key each", 3, "by voters for each candidate", "joint and candidate sign", "plain", "signature", 264, nil},
	{"paper, signature", 2, "by voters", "joint signs", "plain", "signature", 264, nil},
	{"paper, flag", 2, "by voters", "joint signs", "plain", "flag", 264, nil},
	{"paper, flag, salted", 2, "by voters", "joint signs", "salted", "flag", 840_264, nil},
	{"custodial, signature", 2, "", "supervisor signs", "plain", "signature", 264, nil},
	{"custodial, flag", 2, "", "supervisor signs", "plain", "flag", 264, nil},
}

// branched are forms with branches: of one check, of several, of alternatives
// and of none of these; at once, before and after the timeout.
var branched = []form{
	{"hardened, branches", 3, "by voters", "joint and candidate sign", "plain", "signature", 840_264, []string{
		"arbiter when supervisor and 2 of { c00, c01, c02 } sign after block 840_300",
		"either when voter and c00 or joint and c01 sign",
	}},
	{"one joint key each, branch for each", 2, "by voters for each candidate", "joint and candidate sign", "plain", "signature", 264, []string{
		"both when joint and candidate and supervisor sign after timeout",
	}},
	{"paper, signature, branches", 2, "by voters", "joint signs", "salted", "signature", 264, []string{
		"torn when c00 and voter or voter and supervisor or supervisor and c01 sign after block 100",
		"some when 3 of { supervisor, c00, c01, joint } sign after block 300",
	}},
	{"paper, signature, a branch of all", 2, "by voters", "joint signs", "plain", "signature", 840_264, []string{
		"all when supervisor and c00 and c01 and voter sign",
	}},
	{"paper, flag, branches", 2, "by voters", "joint signs", "plain", "flag", 264, []string{
		"arbiter when supervisor and 1 of { c00, c01 } or voter and c00 sign after block 270",
		"some when 2 of { c00, c01, joint } sign",
	}},
	{"custodial, branch", 2, "", "supervisor signs", "plain", "signature", 264, []string{
		"rescue when voter and candidate sign after block 265",
	}},
}

func allForms() []form { return slices.Concat(forms, branched) }

// source writes the policy of the form.
func (f form) source(extra ...string) []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	b.WriteString("bevote 1\nelection shape {\n")
	line("network regtest")
	line("supervisor pub:%s", langtest.Key("supervisor"))
	line("voters 5")
	line("threshold 3 of 5")
	line("stake 1_000_000 sat")
	line("fee 25 sat/vB")
	line("confirmations 1")
	line("grace 2 blocks")
	line("mixing none")
	if f.joint != "" {
		line("joint %s", f.joint)
		line("commit by block %d", f.timeout-149)
		line("deal by block %d", f.timeout-144)
		line("setup by block %d", f.timeout-139)
	}
	line("roll by block %d", f.timeout-154)
	line("vote from block %d to block %d", f.timeout-134, f.timeout-44)
	line("claim by block %d", f.timeout-14)
	line("timeout block %d", f.timeout)
	line("reveal from block %d", f.timeout+36)
	for i := range f.candidates {
		name := fmt.Sprintf("c%02d", i)
		line("candidate %s { key pub:%s pay addr:%s }", name, langtest.Key(name), langtest.Address("regtest", "pay"+name))
	}
	line("win when %s", f.win)
	line("refund voter after timeout")
	line("ballots %s", f.ballots)
	line("target p2sh { selector %s }", f.selector)
	for _, b := range f.branches {
		line("branch %s", b)
	}
	for _, e := range extra {
		line("%s", e)
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

func build(t testing.TB, src []byte) *workbench.Built {
	t.Helper()
	b, diags, err := workbench.Build(src)
	if err != nil || b == nil {
		t.Fatalf("%v\n%s", err, render(src, diags))
	}
	return b
}

func render(src []byte, diags []lang.Diagnostic) string {
	var b strings.Builder
	lang.Render(&b, "policy.bev", src, diags)
	return b.String()
}
