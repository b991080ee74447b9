package workbench_test

import (
	"fmt"
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
}

// forms are all the shapes that the compiler lowers to. The first is the one
// whose sizes the design states: its timeout takes three bytes.
var forms = []form{
	{"hardened", 2, "by voters", "joint and candidate sign", "plain", "signature", 840_264},
	{"hardened, salted", 3, "by voters", "joint and candidate sign", "salted", "signature", 264},
	{"hardened, most candidates", 12, "by voters", "joint and candidate sign", "plain", "signature", 840_264},
	{"one joint key each", 3, "by voters for each candidate", "joint and candidate sign", "plain", "signature", 264},
	{"paper, signature", 2, "by voters", "joint signs", "plain", "signature", 264},
	{"paper, flag", 2, "by voters", "joint signs", "plain", "flag", 264},
	{"paper, flag, salted", 2, "by voters", "joint signs", "salted", "flag", 840_264},
	{"custodial, signature", 2, "", "supervisor signs", "plain", "signature", 264},
	{"custodial, flag", 2, "", "supervisor signs", "plain", "flag", 264},
}

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
	line("mixing none")
	if f.joint != "" {
		line("joint %s", f.joint)
		line("commit by block %d", f.timeout-152)
		line("deal by block %d", f.timeout-150)
		line("setup by block %d", f.timeout-146)
	}
	line("roll by block %d", f.timeout-154)
	line("vote from block %d to block %d", f.timeout-144, f.timeout-44)
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
