package lang_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/lang"
)

// room is a policy's heights by the formulas of docs/language.md.
type room struct {
	d, grace, voters, mixers int
	said                     bool // the policy says its grace
	scheme                   string
	dealt                    bool
	first                    int
}

func drawRoom(t *rapid.T) room {
	r := room{
		d:      rapid.IntRange(1, 12).Draw(t, "confirmations"),
		voters: rapid.IntRange(2, 5000).Draw(t, "voters"),
		mixers: rapid.IntRange(2, 5).Draw(t, "mixers"),
		scheme: rapid.SampledFrom([]string{"none", "blind-rsa", "group-blind"}).Draw(t, "scheme"),
		said:   rapid.Bool().Draw(t, "said"),
		dealt:  rapid.Bool().Draw(t, "dealt"),
		first:  rapid.IntRange(2, 1000).Draw(t, "first"),
	}
	r.grace = 6
	if 2*r.d > 6 {
		r.grace = 2 * r.d
	}
	if r.said {
		r.grace = rapid.IntRange(1, 20).Draw(t, "grace")
	}
	return r
}

// phases are the statements that close a phase, and vote from, with their least
// heights.
func (r room) phases() (names []string, least map[string]int) {
	at, batches := r.first, (r.voters+999)/1000
	least = map[string]int{}
	add := func(name string, gap int) {
		at += gap
		names, least[name] = append(names, name), at
	}
	if r.scheme != "none" {
		add("register", 0)
		add("deposit", r.grace+r.d+2)
		issue := 2
		if r.scheme == "group-blind" {
			issue = 3 * ((r.voters + 16*r.mixers - 1) / (16 * r.mixers))
		}
		add("issue", r.grace+r.d+issue)
		add("voucher", r.grace+r.d+2)
		add("payout", r.grace+r.d+batches+3)
		add("roll", 2*r.d+batches+7)
	} else {
		add("roll", 0)
	}
	if r.dealt {
		add("commit", r.grace+r.d+2)
		add("deal", r.grace+r.d+2)
		add("setup", r.grace+r.d+2)
	}
	add("vote from", r.grace+r.d+2)
	return names, least
}

// policy writes a policy with the heights.
func (r room) policy(at map[string]int) []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	fmt.Fprintf(&b, "bevote 1\nelection room {\n")
	line("network regtest\n  supervisor %s\n  voters %d\n  threshold %d of %d", pubOf("supervisor"), r.voters, r.voters/2+1, r.voters)
	line("stake 1_000_000 sat\n  fee 5 sat/vB\n  confirmations %d", r.d)
	if r.said {
		line("grace %d blocks", r.grace)
	}
	line("mixing %s", map[string]string{
		"none": "none", "blind-rsa": fmt.Sprintf("blind-rsa { modulus 2048 mixers %d }", r.mixers),
		"group-blind": fmt.Sprintf("group-blind { modulus 2048 rounds 128 mixers %d }", r.mixers),
	}[r.scheme])
	for name, height := range at {
		if name != "vote from" {
			line("%s by block %d", name, height)
		}
	}
	end := at["vote from"]
	line("vote from block %d to block %d\n  claim by block %d\n  timeout block %d\n  reveal from block %d",
		end, end, end+1, end+1000, end+2000)
	if r.dealt {
		line("joint by voters for each candidate\n  win when joint and candidate sign")
	} else {
		line("win when supervisor signs\n  allow W0401 \"a test\"")
	}
	for _, c := range []string{"alice", "bob"} {
		line("candidate %s { key %s pay %s }", c, pubOf("candidate "+c), addrOf("payout "+c))
	}
	line("refund voter after timeout\n}")
	return []byte(b.String())
}

// TestLeastHeights: policies at the least heights are accepted, and one block less for
// any one of them is refused at that height, with the least as help.
func TestLeastHeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoom(t)
		names, least := r.phases()
		_, diags := lang.Load(r.policy(least))
		for _, d := range diags {
			if d.Code != "W0507" && d.Code != "W0205" {
				t.Fatalf("%s: %s %s\n%s", d.Code, d.Message, d.Notes, r.policy(least))
			}
		}
		i := rapid.IntRange(1, len(names)-1).Draw(t, "early")
		name := names[i]
		least[name]--
		src := r.policy(least)
		_, diags = lang.Load(src)
		at := slices.IndexFunc(diags, lang.Diagnostic.IsError)
		want := fmt.Sprintf("write `block %d` or later", least[name]+1)
		if at < 0 || diags[at].Code != "E0505" || diags[at].Help != want || !strings.HasPrefix(diags[at].Message, "`"+name+"`") {
			t.Fatalf("%s a block early: %+v\n%s", name, diags, src)
		}
	})
}
