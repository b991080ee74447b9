package report_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bevote/internal/textdiff"
	"bevote/verifier/report"
	"bevote/verifier/result"
)

// enrolled is won with its roll: slots 1 to 3 voted for alice, 4 for bob, and the ballot
// of 5 is not opened. Their stakes end in every way.
func enrolled() *result.Report {
	r := won()
	ends := []result.Stake{
		{End: "win", To: "alice", TxID: hash(90), Block: 230}, {End: "claim", To: "bob", TxID: hash(91), Block: 231},
		{End: "refund", TxID: hash(92), Block: 270}, {End: "branch", To: "rescue", TxID: hash(93), Block: 280}, {End: "locked"},
	}
	for i, c := range []string{"alice", "alice", "alice", "bob", ""} {
		slot := i + 1
		end := ends[i]
		end.Outpoint, end.Sats = hash(20+slot)+":0", 200_000
		r.Roll = append(r.Roll, result.Member{
			Slot: slot, Key: "02" + hash(slot), Address: fmt.Sprintf("mAddress%d", slot), Entry: 3 + slot, Coin: hash(40) + fmt.Sprintf(":%d", slot),
			Dealt: result.Yes, Acknowledged: result.Yes, Shares: []string{"03" + hash(60+slot)},
			Vote: &result.Vote{TxID: hash(20 + slot), Block: 140, Candidate: c, Line: 24}, Stake: &end,
		})
	}
	r.Roll[4].Dealt, r.Roll[4].Acknowledged, r.Roll[4].Vote.Line = result.Out, result.NoShare, 0
	return r
}

// hash is a hash for tests, by a number.
func hash(n int) string { return fmt.Sprintf("%064x", n) }

// TestRollIsReadBack: with its roll a report fits the schema and is read back as it was.
func TestRollIsReadBack(t *testing.T) {
	text := written(t, report.JSON, enrolled())
	if err := validated(t, schema(t), text); err != nil {
		t.Error(err)
	}
	r, err := report.Decode(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if again := written(t, report.JSON, r); again != text {
		t.Error("another report is read back")
	}
}

// TestRollRefuses: a roll that contradicts itself, the votes or the counts is no audit's.
func TestRollRefuses(t *testing.T) {
	for lie, row := range map[string]struct {
		change func(*result.Report)
		want   string
	}{
		"a slot left out":           {func(r *result.Report) { r.Roll = slices.Delete(r.Roll, 1, 2) }, "roll: slot 3 in the place of 2"},
		"a slot twice":              {func(r *result.Report) { r.Roll[1].Slot = 1 }, "roll: slot 1 in the place of 2"},
		"a vote less":               {func(r *result.Report) { r.Roll[0].Vote, r.Roll[0].Stake = nil, nil }, "roll of 5 with 4 votes, the report has 5 and 5"},
		"a longer roll":             {func(r *result.Report) { r.Roll = append(r.Roll, result.Member{Slot: 6}) }, "roll of 6 with 5 votes"},
		"a ballot of another":       {func(r *result.Report) { r.Roll[0].Vote.Candidate = "bob" }, "count of"},
		"a stake without a vote":    {func(r *result.Report) { r.Roll[0].Vote = nil }, "a stake without a vote that counts"},
		"a vote without a stake":    {func(r *result.Report) { r.Roll[0].Stake = nil }, "a stake without a vote that counts"},
		"an end of its own":         {func(r *result.Report) { r.Roll[0].Stake.End = "lost" }, `the stake ends by "lost"`},
		"an answer of its own":      {func(r *result.Report) { r.Roll[0].Dealt = "perhaps" }, `dealt "perhaps"`},
		"invalid and a candidate's": {func(r *result.Report) { r.Roll[0].Vote.Invalid = true }, "does not count"},
		"less than nothing":         {func(r *result.Report) { r.Roll[0].Stake.Sats = -1 }, "a negative number"},
	} {
		r := enrolled()
		row.change(r)
		if _, err := report.Decode(strings.NewReader(written(t, report.JSON, r))); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %s", lie, err, row.want)
		}
	}
}

// TestLongRollIsLeftOut: the JSON of a roll of 20,000 is read back, with many keys too;
// that of one more lists none.
func TestLongRollIsLeftOut(t *testing.T) {
	r := enrolled()
	m := r.Roll[4]
	m.Shares = slices.Repeat(m.Shares, 12)
	r.Voters, r.Votes, r.Roll = 20_001, 20_001, slices.Repeat([]result.Member{m}, 20_001)
	r.Winner, r.Level, r.Exit, r.Counts = nil, result.L0, result.ExitUncounted, []result.Count{{Candidate: "alice", Max: 20_000}}
	for i := range r.Roll {
		r.Roll[i].Slot = i + 1
	}
	for n, want := range map[int]int{20_000: 20_000, 20_001: 0} {
		r.Votes, r.Roll = n, r.Roll[:n]
		back, err := report.Decode(strings.NewReader(written(t, report.JSON, r)))
		if err != nil || len(back.Roll) != want {
			t.Errorf("a roll of %d: %v", n, err)
		}
		r.Roll = r.Roll[:20_001]
	}
}

// TestFind has texts beside the slots that they name.
func TestFind(t *testing.T) {
	r := enrolled()
	r.Roll[2].Name = "carla"
	for text, want := range map[string]string{
		"3": "[3]", " 3 ": "[3]", "carla": "[3]", "0": "[]", "6": "[]", "": "[]", "03": "[]",
		"02" + hash(2): "[2]", "pub:02" + strings.ToUpper(hash(2)): "[2]", "mAddress4": "[4]", "maddress4": "[]",
		"03" + hash(61): "[1]", hash(40) + ":5": "[5]", hash(40): "[]", hash(22): "[2]", strings.ToUpper(hash(22)) + ":0": "[2]",
		hash(90): "[1]", "pub:": "[]",
	} {
		slots := []int{}
		for _, f := range report.Find(r, text) {
			slots = append(slots, f.Member.Slot)
		}
		if fmt.Sprint(slots) != want {
			t.Errorf("%q is found at %v, want %s", text, slots, want)
		}
	}
}

// TestFindJudges: what is found holds unless a check that a line rests on failed for this
// member, or could not decide.
func TestFindJudges(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*result.Report)
		want   bool
	}{
		"as it is":           {func(*result.Report) {}, true},
		"failed elsewhere":   {func(r *result.Report) { fail(r, "slot 22, tx x") }, true},
		"failed for another": {func(r *result.Report) { fail(r, "slot 1") }, true},
		"failed here":        {func(r *result.Report) { fail(r, "slot 2, tx x") }, false},
		"failed at the vote": {func(r *result.Report) { fail(r, "tx "+hash(22)) }, false},
		"failed at the coin": {func(r *result.Report) { fail(r, "outpoint "+hash(40)+":2") }, false},
		"noted here":         {func(r *result.Report) { r.Checks[4].Items = []result.Item{{Where: "slot 2", Message: "x"}} }, true},
		"undecided":          {func(r *result.Report) { r.Checks[4].Status = result.Unresolved }, false},
		"no vote":            {func(r *result.Report) { r.Roll[1].Vote, r.Roll[1].Stake = nil, nil }, true},
		"a vote that does not count": {func(r *result.Report) {
			r.Roll[1].Vote, r.Roll[1].Stake = &result.Vote{TxID: hash(22), Excluded: "V63: late"}, nil
		}, false},
	} {
		r := enrolled()
		row.change(r)
		if f := report.Find(r, "2")[0]; f.Holds != row.want {
			t.Errorf("%s: holds is %t", name, f.Holds)
		}
	}
}

// fail lets V54 fail at a place.
func fail(r *result.Report, where string) {
	r.Checks[4].Status, r.Checks[4].Failed, r.Checks[4].Items = result.Fail, 1, []result.Item{{Where: where, Message: "x"}}
}

// TestFoundText: each line names what it says, and the checks with what they list here.
func TestFoundText(t *testing.T) {
	r := enrolled()
	fail(r, "slot 2\x1b[31m")
	text := ""
	for slot := range 5 {
		var b bytes.Buffer
		if err := report.Find(r, fmt.Sprint(slot+1))[0].Text(&b); err != nil {
			t.Fatal(err)
		}
		text += b.String()
	}
	for _, want := range []string{
		"slot          2 of 5\n", "dealt         yes, and the deal counts\n", "by V44 PASS\n", "  by V54 FAIL, elsewhere\n", "  by V54 FAIL\n",
		"- V54: slot 2\ufffd[31m: x\n", "claimed by alice, the winner:", "claimed by bob:", "taken back by its voter:", "taken by branch rescue:", "unspent at",
		"not shown: the ballot is not opened", "without a share", "that you sent this vote, and for alice\n", "that the refund came to you\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestMentions: what is no member's is looked for among the items.
func TestMentions(t *testing.T) {
	r := enrolled()
	fail(r, "tx "+hash(77))
	if m := report.Mentions(r, hash(77)); len(m) != 1 || m[0].ID != "V54" || len(m[0].Items) != 1 {
		t.Errorf("mentions %+v", m)
	}
	if m := report.Mentions(r, "tx"); m != nil {
		t.Errorf("a short text is mentioned: %+v", m)
	}
}

// TestPageOfTheRoll: each member has a row that its slot, key, address and vote lead to,
// and hostile texts stay texts.
func TestPageOfTheRoll(t *testing.T) {
	r := enrolled()
	r.Counts[1].Display = "Alice"
	r.Roll[0].Name = `<b id="x">`
	r.Roll[3].Vote, r.Roll[3].Stake = &result.Vote{TxID: hash(24), Block: 300, Excluded: "V63: in block 300"}, nil
	page := written(t, report.HTML, r)
	for _, want := range []string{
		`<tr id="slot-2">`, `id="02` + hash(2) + `"`, `id="mAddress2"`, `id="` + hash(22) + `"`, "&lt;b id=", "Alice (alice)",
		"claimed by Alice (alice), block 230", "does not count, by V63: in block 300", "taken back, block 270", "not opened", "unspent", "<th scope=\"col\">Dealt</th>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if page := written(t, report.HTML, won()); strings.Contains(page, "The roll</h2>") {
		t.Error("a report without a roll has a table of it")
	}
}

// TestCompareRolls: what two auditors say of a slot is compared, where both list it.
func TestCompareRolls(t *testing.T) {
	b := enrolled()
	b.Roll[1].Vote.TxID = hash(99)
	for name, row := range map[string]struct {
		a, b *result.Report
		want string
	}{
		"the same":    {enrolled(), enrolled(), ""},
		"another":     {enrolled(), b, "slot 2"},
		"of one only": {enrolled(), won(), ""},
	} {
		c, err := report.Compare("a", "b", row.a, row.b, textdiff.Plain)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, d := range c.Differences {
			got += d.What
		}
		if got != row.want {
			t.Errorf("%s: %q differs, want %q", name, got, row.want)
		}
	}
}
