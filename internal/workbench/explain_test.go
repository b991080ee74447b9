package workbench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/internal/textdiff"
	"bevote/internal/workbench"
	"bevote/lang/langtest"
	"bevote/templates"
)

func explain(t testing.TB, src []byte) (*workbench.Explanation, string) {
	t.Helper()
	e, err := build(t, src).Explain()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := e.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return e, b.String()
}

func TestExplainExamples(t *testing.T) {
	for _, name := range examples.Names() {
		_, text := explain(t, examples.Policy(name))
		golden(t, "explain/"+name+".txt", []byte(text))
	}
	_, text := explain(t, branched[0].source())
	golden(t, "explain/branches.txt", []byte(text))
}

// TestExplainAssumptions looks in every form for the assumptions and risks.
func TestExplainAssumptions(t *testing.T) {
	for _, f := range forms {
		_, text := explain(t, f.source())
		text = strings.Join(strings.Fields(text), " ")
		T := f.timeout
		want := []string{
			"The threshold, 3 of 5, is not in the script",
			"Nothing expires. `vote to` (block " + fmt.Sprint(T-44) + ") and `claim by` (block " + fmt.Sprint(T-14) + ") are rules of counting",
			fmt.Sprintf("From block %d on claims and refunds race", T+1),
			fmt.Sprintf("The last height at which a claim should be sent is %d:", T-15),
			fmt.Sprintf("refund, in block %d and later, for ever the voter who locked it", T+1),
		}
		switch {
		case f.joint == "":
			want = append(want, "the supervisor: up to 5_000_000 sat, at any time.")
		case f.win == "joint signs":
			want = append(want, "whoever knows the joint secret: up to 5_000_000 sat, at any time.", "losers who pool their ballots: up to 5_000_000 sat",
				fmt.Sprintf("anybody, of stakes that are unspent when ballots are opened: up to 5_000_000 sat, from block %d on.", T+36))
		case f.joint == "by voters":
			want = append(want, "whoever knows the joint secret and nothing else: nothing.", "losers who pool their ballots: up to 5_000_000 sat",
				fmt.Sprintf("every candidate, of stakes that are unspent when ballots are opened: up to 5_000_000 sat, from block %d on.", T+36))
		default:
			want = append(want, "whoever knows the joint secret and nothing else: nothing.", "losers who pool their ballots: nothing.",
				"a candidate with enough ballots, of stakes that are unspent when ballots are opened: up to 5_000_000 sat")
		}
		if f.joint != "" && f.ballots == "plain" {
			want = append(want, "even before the vote closes", "after the openings everybody can")
		}
		for _, w := range want {
			if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
				t.Errorf("%s: nothing of %q in\n%s", f.name, w, text)
			}
		}
	}
}

// TestRisksAreTheEngines tries the secrets of each risk long after the timeout: a
// stake is taken exactly where a sum is at risk.
func TestRisksAreTheEngines(t *testing.T) {
	for _, f := range forms {
		if f.candidates > 3 {
			continue
		}
		e, _ := explain(t, f.source())
		for _, row := range []struct{ who, signers string }{
			{"whoever knows the joint secret", "joint"},
			{"whoever knows the joint secret and nothing else", "joint"},
			{"any candidate who learns the joint secret", "joint, c01"},
			{"a candidate with the secret of its own joint key", "joint c01, c01"},
			{"losers who pool their ballots", "joint c01, c00"},
			{"the supervisor", "supervisor"},
		} {
			at := slices.IndexFunc(e.Risks, func(r workbench.Risk) bool { return r.Who == row.who })
			if at < 0 {
				continue
			}
			if f.joint == "by voters" {
				row.signers = strings.Replace(row.signers, "joint c01", "joint", 1)
			}
			x := runTests(t, f.source(`test "x" { at block 900_000 signers `+row.signers+` expect win }`)).Tests[0]
			if x.Passed != (e.Risks[at].Sum > 0) {
				t.Errorf("%s: %s is said to take %d, the engine: %v", f.name, row.who, e.Risks[at].Sum, x.Taken)
			}
		}
	}
}

// TestExplainReadsTheScript gives Explain a contract that lists other paths
// than the script has.
func TestExplainReadsTheScript(t *testing.T) {
	b := build(t, forms[0].source())
	lying := *b.Contract
	lying.Paths = slices.Clone(lying.Paths)
	lying.Paths[0].After--
	b.Contract = &lying
	if e, err := b.Explain(); err == nil {
		t.Errorf("got %+v", e.Takers)
	}
}

// TestLastSend checks the last height at which a claim should be sent: mined one
// block later it counts, its sweeps have their confirmations before refunds
// begin, and one block more would break one of the two.
func TestLastSend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := forms[rapid.IntRange(0, 2).Draw(t, "form")]
		depth, gap := rapid.IntRange(1, 8).Draw(t, "confirmations"), rapid.IntRange(1, 12).Draw(t, "gap")
		voters := rapid.SampledFrom([]int{5, 340, 343, 2000}).Draw(t, "voters")
		src := strings.NewReplacer(
			"confirmations 1", fmt.Sprintf("confirmations %d", depth),
			fmt.Sprintf("claim by block %d", f.timeout-14), fmt.Sprintf("claim by block %d", f.timeout-gap),
			fmt.Sprintf("commit by block %d", f.timeout-149), fmt.Sprintf("commit by block %d", f.timeout-124),
			fmt.Sprintf("deal by block %d", f.timeout-144), fmt.Sprintf("deal by block %d", f.timeout-100),
			fmt.Sprintf("setup by block %d", f.timeout-139), fmt.Sprintf("setup by block %d", f.timeout-80),
			fmt.Sprintf("vote from block %d to block %d", f.timeout-134, f.timeout-44), fmt.Sprintf("vote from block %d to block %d", f.timeout-60, f.timeout-44),
			"voters 5", fmt.Sprintf("voters %d", voters), "3 of 5", fmt.Sprintf("3 of %d", voters),
		).Replace(string(f.source()))
		b, _, err := workbench.Build([]byte(src))
		if b == nil {
			t.Fatalf("%v\n%s", err, src)
		}
		e, err := b.Explain()
		if err != nil {
			t.Fatal(err)
		}
		sweeps := 0
		for _, s := range e.Costs.Election {
			if strings.HasPrefix(s.What, "all by ") {
				sweeps = max(sweeps, s.Transactions)
			}
		}
		var last int
		_, rest, _ := strings.Cut(strings.Join(e.Assumptions, " "), "should be sent is ")
		fmt.Sscan(rest, &last)
		fine := func(send int) bool {
			return send+1 <= f.timeout-gap && send+sweeps+depth-1 <= f.timeout
		}
		if !fine(last) || fine(last+1) {
			t.Fatalf("claim by %d, timeout %d, %d sweeps, %d deep: last height %d", f.timeout-gap, f.timeout, sweeps, depth, last)
		}
	})
}

// TestCostsAreTransactions compares the costs with signed transactions that spend
// one stake, and all stakes.
func TestCostsAreTransactions(t *testing.T) {
	for _, f := range allForms() {
		s := newStage(t, f.source())
		e, err := s.built.Explain()
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range s.built.Contract.Paths {
			cost := e.Costs.Paths[i]
			tx := s.spend(t, q.Witness, q.After, notFinal, itself)
			got, least := tx.SerializeSize(), cost.VSize-2*len(q.Witness)
			if !strings.HasPrefix(cost.Path, q.Name) || got > cost.VSize || got < least || cost.Fee != 25*int64(cost.VSize) {
				t.Errorf("%s: %s takes %d vB, reckoned %+v", f.name, q.Name, got, cost)
			}
			if got := len(tx.TxIn[0].SignatureScript); got > cost.Input || got < cost.Input-2*len(q.Witness) {
				t.Errorf("%s: %s pushes %d bytes, reckoned %d", f.name, q.Name, got, cost.Input)
			}
			all := slices.IndexFunc(e.Costs.Election, func(s workbench.ActCost) bool { return s.What == "all by "+cost.Path })
			if all < 0 {
				continue
			}
			for range 4 {
				tx.AddTxIn(tx.TxIn[0])
			}
			sum := e.Costs.Election[all]
			size, floor := int64(tx.SerializeSize()), sum.VSize-int64(4+10*len(q.Witness))
			if sum.Stakes != 5 || sum.Transactions != 1 || size > sum.VSize || size < floor {
				t.Errorf("%s: %s of all takes %d vB, reckoned %+v", f.name, q.Name, size, sum)
			}
		}
	}
}

// TestSweepsAreCounted has more stakes than one transaction takes.
func TestSweepsAreCounted(t *testing.T) {
	for voters, want := range map[int]int{342: 1, 343: 2, 684: 2, 685: 3} {
		more := strings.NewReplacer("voters 5", fmt.Sprintf("voters %d", voters), "3 of 5", fmt.Sprintf("3 of %d", voters))
		src := more.Replace(string(forms[0].source()))
		e, _ := explain(t, []byte(src))
		if got := e.Costs.Election[1]; got.Transactions != want || got.Stakes != voters {
			t.Errorf("%d stakes: %+v, want %d transactions", voters, got, want)
		}
	}
}

// crowded has a branch with ten alternatives.
func crowded(lock string) []byte {
	f := forms[7]
	f.candidates = 5
	f.branches = []string{"some when 3 of { c00, c01, c02, c03, c04 } sign after " + lock}
	return f.source()
}

// TestManyAlternatives: of many alternatives of a branch the text has the first
// ones and the number, the answer all.
func TestManyAlternatives(t *testing.T) {
	e, text := explain(t, crowded("timeout"))
	for _, want := range []string{
		"branch.some, 4 more sets of signers", "branch.some (dearest of 10)", "any of the 10 sets of signers of the branch some",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing of %q in\n%s", want, text)
		}
	}
	if len(e.Takers) != 12 || strings.Count(text, "branch.some, in block") != 6 {
		t.Errorf("%d takers, and in the text\n%s", len(e.Takers), text)
	}
	text = diff(t, crowded("timeout"), crowded("block 300")).Text(textdiff.Plain)
	if !strings.Contains(text, "4 more sets of signers, by branch.some") {
		t.Error(text)
	}
}

// TestCandidatesThatFit checks the limit on candidates: as many compile, and one
// more does not.
func TestCandidatesThatFit(t *testing.T) {
	for _, f := range forms[:4] {
		e, _ := explain(t, f.source())
		at := slices.IndexFunc(e.Limits, func(l workbench.Limit) bool { return l.What == "candidates" })
		for more, want := range []bool{true, false} {
			g := f
			g.candidates = int(e.Limits[at].Bound) + more
			b, diags, err := workbench.Build(g.source())
			if err != nil || (b != nil) != want {
				t.Errorf("%s: %d candidates compile: %v, %v %v", f.name, g.candidates, b != nil, err, codes(diags))
			}
		}
	}
}

// TestExplainAnything draws policies: each is explained, every path once, and
// the picture's rows are of one width.
func TestExplainAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
		b, _, err := workbench.Build(src)
		if b == nil {
			t.Fatal(err)
		}
		e, err := b.Explain()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range e.Takers {
			after := uint32(0)
			if x.From > 0 {
				after = x.From - 1
			}
			got = append(got, templates.Path{Name: x.Path, Signers: x.Signers, After: after, Witness: x.Witness}.String())
		}
		var want []string
		for _, q := range b.Contract.Paths {
			want = append(want, q.String())
		}
		if !slices.Equal(got, want) {
			t.Fatalf("takers %q, paths %q", got, want)
		}
		var text bytes.Buffer
		if err := e.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		widths := map[int]bool{}
		for line := range strings.Lines(text.String()) {
			if strings.Count(line, "|") == 2 {
				widths[strings.LastIndex(line, "|")] = true
			}
			if len([]rune(strings.TrimRight(line, "\n"))) > 120 {
				t.Fatalf("a line of %d characters: %s", len(line), line)
			}
		}
		if len(widths) != 1 {
			t.Fatalf("the picture is ragged:\n%s", text.String())
		}
	})
}

// TestExplainJSON reads the answer back without a field left over.
func TestExplainJSON(t *testing.T) {
	for _, name := range []string{"club_chair", "town_mixed"} {
		e, _ := explain(t, examples.Policy(name))
		encoded, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back workbench.Explanation
		d := json.NewDecoder(bytes.NewReader(encoded))
		d.DisallowUnknownFields()
		if err := d.Decode(&back); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(&back)
		if err != nil || !bytes.Equal(again, encoded) {
			t.Errorf("%s\n%s", encoded, again)
		}
		if bytes.Contains(encoded, []byte("null")) {
			t.Errorf("null in %s", encoded)
		}
		mixed, has := name == "town_mixed", func(key string) bool { return bytes.Contains(encoded, []byte(key)) }
		if has(`"deposits"`) != mixed || has(`"mixing"`) != mixed {
			t.Errorf("%s says of mixing: %s", name, encoded)
		}
	}
}

// goal is the time in seconds that explaining or compiling an example may take.
const goal = 0.050

func BenchmarkExplain(b *testing.B) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		b.Run(name, func(b *testing.B) {
			defer func() { b.ReportMetric(100*b.Elapsed().Seconds()/float64(b.N)/goal, "%of-50ms") }()
			for b.Loop() {
				built, _, err := workbench.Build(src)
				if err != nil {
					b.Fatal(err)
				}
				e, err := built.Explain()
				if err != nil {
					b.Fatal(err)
				}
				var out bytes.Buffer
				if err := e.WriteText(&out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
