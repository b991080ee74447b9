package workbench_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang"
)

// sixDeep writes a mixed policy of the example's kind with six confirmations, as new
// does, with its heights from some block on as close together as check takes them.
func sixDeep(t *testing.T, from string, first uint32) []byte {
	t.Helper()
	src, err := workbench.Scaffold(workbench.Plan{From: examples.Policy(from), Election: "six_deep", Confirmations: 6})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lang.Load(src)
	if p == nil {
		t.Fatalf("does not load:\n%s", src)
	}
	old := p.Times
	p.Times = lang.Times{Register: first, Deposit: 1, Issue: 1, Voucher: 1, Payout: 1, Roll: 1, Commit: 1, Deal: 1, Setup: 1,
		VoteFrom: 1, VoteTo: 1, Claim: 1, Timeout: 1, Reveal: 1}
	p.Stretch()
	var pairs []string
	put := func(form string, was, now []any) {
		pairs = append(pairs, fmt.Sprintf(form, was...), fmt.Sprintf(form, now...))
	}
	for _, h := range []struct {
		form     string
		was, now uint32
	}{
		{"register by block %d", old.Register, p.Times.Register}, {"deposit by block %d", old.Deposit, p.Times.Deposit},
		{"issue   by block %d", old.Issue, p.Times.Issue}, {"voucher by block %d", old.Voucher, p.Times.Voucher},
		{"payout  by block %d", old.Payout, p.Times.Payout}, {"roll    by block %d", old.Roll, p.Times.Roll},
		{"commit  by block %d", old.Commit, p.Times.Commit}, {"deal    by block %d", old.Deal, p.Times.Deal},
		{"setup   by block %d", old.Setup, p.Times.Setup}, {"claim   by block %d", old.Claim, p.Times.Claim},
		{"timeout block %d", old.Timeout, p.Times.Timeout}, {"reveal  from block %d", old.Reveal, p.Times.Reveal},
	} {
		put(h.form, []any{h.was}, []any{h.now})
	}
	put("vote    from block %d to block %d", []any{old.VoteFrom, old.VoteTo}, []any{p.Times.VoteFrom, p.Times.VoteTo})
	return []byte(strings.NewReplacer(pairs...).Replace(string(src)))
}

// TestSixDeep explains a mixed election with six confirmations from new, and the
// shortest that check takes; go test -v prints their heights.
func TestSixDeep(t *testing.T) {
	src, err := workbench.Scaffold(workbench.Plan{From: examples.Policy("club_mixed"), Election: "six_deep", Confirmations: 6})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		src    []byte
		blocks uint32 // from the first height to vote from
	}{
		{"six_deep", src, 182},
		{"six_deep_shortest", sixDeep(t, "club_mixed", 2), 182},
		{"six_deep_group", sixDeep(t, "town_mixed", 2), 207},
	} {
		b, diags, err := workbench.Build(row.src)
		if b == nil || err != nil {
			t.Fatalf("%s: %v\n%s", row.name, err, render(row.src, diags))
		}
		e, err := b.Explain()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := e.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		_, table, _ := strings.Cut(text.String(), "\nHeights and their anchors\n")
		table, _, _ = strings.Cut(table, "\nCosts")
		t.Logf("%s\n%s", row.name, table)
		golden(t, "heights/"+row.name+".txt", []byte(table))
		times := b.Policy.Times
		if got := times.VoteFrom - times.Register; got < row.blocks || row.name != "six_deep" && got != row.blocks {
			t.Errorf("%s: %d blocks from the first height to vote from, want %d", row.name, got, row.blocks)
		}
	}
}

// TestShortest: one block less at any height of the shortest timeline is refused.
func TestShortest(t *testing.T) {
	p, _ := lang.Load(sixDeep(t, "club_mixed", 2))
	if p == nil {
		t.Fatal("does not load")
	}
	src := string(sixDeep(t, "club_mixed", 2))
	for form, h := range map[string]uint32{
		"deposit by block %d": p.Times.Deposit, "issue   by block %d": p.Times.Issue, "voucher by block %d": p.Times.Voucher,
		"payout  by block %d": p.Times.Payout, "roll    by block %d": p.Times.Roll, "commit  by block %d": p.Times.Commit,
		"deal    by block %d": p.Times.Deal, "setup   by block %d": p.Times.Setup, "vote    from block %d": p.Times.VoteFrom,
	} {
		early := strings.Replace(src, fmt.Sprintf(form, h)+" ", fmt.Sprintf(form, h-1)+" ", 1)
		if early == src {
			t.Fatalf("nothing of "+form, h)
		}
		if q, diags := lang.Load([]byte(early)); q != nil || diags[0].Code != "E0505" {
			t.Errorf(form+" is accepted a block early: %v", h, diags)
		}
	}
}
