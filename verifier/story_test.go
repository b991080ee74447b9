package verifier_test

import (
	"slices"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/verifier/result"
)

// TestStory: what the pictures show adds up to what the report says.
func TestStory(t *testing.T) {
	for _, row := range []struct {
		example string
		votes   map[string]int
		flows   []result.Flow // without sums
		kinds   map[result.EventKind]int
	}{
		{"club_chair", map[string]int{"alice": 3, "bob": 1, "abstain": 1},
			[]result.Flow{{Kind: result.EventWin, To: "alice", Stakes: 4}},
			map[result.EventKind]int{result.EventAnchor: 5, result.EventVote: 4, result.EventWin: 1, result.EventOpening: 2}},
		{"club_chair", map[string]int{"alice": 2, "bob": 2, "abstain": 1},
			[]result.Flow{{Kind: result.EventRefund, Stakes: 4}},
			map[result.EventKind]int{result.EventAnchor: 5, result.EventVote: 4, result.EventRefund: 4, result.EventOpening: 2}},
		{"custodial", nil, nil, nil},
		{"per_candidate", nil, nil, nil},
	} {
		t.Run(row.example, func(t *testing.T) {
			source := example(t, row.example)
			policy, _ := lang.Load(source)
			r, err := audited(t, played(t, rehearsal.Options{Source: source, Votes: row.votes}))
			if err != nil {
				t.Fatal(err)
			}
			s := r.History
			kinds := map[result.EventKind]int{}
			for i, e := range s.Events {
				kinds[e.Kind]++
				if e.Text == "" || e.Where == "" || !slices.ContainsFunc(s.Phases, func(p result.Phase) bool { return p.Name == e.Phase }) || i > 0 && e.Height < s.Events[i-1].Height {
					t.Errorf("event %d: %+v", i, e)
				}
			}
			for kind, want := range row.kinds {
				if kinds[kind] != want {
					t.Errorf("%d events %q, want %d", kinds[kind], kind, want)
				}
			}
			stakes, sats := 0, int64(0)
			var flows []result.Flow
			for _, f := range s.Flows {
				stakes, sats = stakes+f.Stakes, sats+f.Sats
				if spent := f.Kind != result.StillLocked; spent != (f.Fees > 0) || f.Fees >= f.Sats {
					t.Errorf("flow %+v", f)
				}
				flows = append(flows, result.Flow{Kind: f.Kind, To: f.To, Stakes: f.Stakes})
			}
			if stakes != r.Votes || sats != policy.Stake*int64(r.Votes) || kinds[result.EventVote] != r.Votes {
				t.Errorf("%d stakes of %d sat flow, %d votes told; want %d stakes of %d sat each", stakes, sats, kinds[result.EventVote], r.Votes, policy.Stake)
			}
			if row.flows != nil && !slices.Equal(flows, row.flows) {
				t.Errorf("flows %+v, want %+v", flows, row.flows)
			}
			for i, p := range s.Phases {
				if p.To != 0 && p.From > p.To || i > 0 && p.From < s.Phases[i-1].From {
					t.Errorf("phase %+v", p)
				}
			}
			if c := policy.Candidates[0]; r.Counts[0].Candidate != c.Name || r.Counts[0].Display != c.Display {
				t.Errorf("%s is displayed as %q", c.Name, r.Counts[0].Display)
			}
		})
	}
}
