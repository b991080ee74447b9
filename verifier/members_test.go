package verifier_test

import (
	"fmt"
	"maps"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/verifier/result"

	btcaddr "github.com/btcsuite/btcd/address/v2"
)

// TestMembers: what the roll of a report says of each slot adds up to the rest of the
// report, in every kind of election.
func TestMembers(t *testing.T) {
	for _, row := range []struct {
		example string
		votes   map[string]int
		ends    map[string]int
		shares  int
	}{
		{"club_chair", map[string]int{"alice": 3, "bob": 1, "abstain": 1}, map[string]int{"win alice": 4}, 1},
		{"club_chair", map[string]int{"alice": 2, "bob": 2, "abstain": 1}, map[string]int{"refund ": 4}, 1},
		{"per_candidate", nil, nil, 3},
		{"custodial", nil, nil, 0},
	} {
		t.Run(row.example, func(t *testing.T) {
			source := example(t, row.example)
			policy, _ := lang.Load(source)
			r, err := audited(t, played(t, rehearsal.Options{Source: source, Votes: row.votes}))
			if err != nil {
				t.Fatal(err)
			}
			ends, votes, ballots, shares := map[string]int{}, 0, map[string]int{}, map[string]bool{}
			for i, m := range r.Roll {
				key, err := curve.ParsePublicKey(m.Key)
				a, err2 := btcaddr.NewAddressPubKeyHash(btcaddr.Hash160(key[:]), lang.Params(r.Network))
				if err != nil || err2 != nil || m.Slot != i+1 || m.Address != a.EncodeAddress() || m.Entry < 2 || len(m.Coin) < 66 {
					t.Errorf("member %+v: %v %v", m, err, err2)
				}
				did := result.Yes
				if row.shares == 0 {
					did = ""
				}
				if m.Dealt != did || m.Acknowledged != did || len(m.Shares) != row.shares {
					t.Errorf("slot %d dealt %q, acknowledged %q, %d shares", m.Slot, m.Dealt, m.Acknowledged, len(m.Shares))
				}
				for _, s := range m.Shares {
					shares[s] = true
				}
				if m.Vote == nil {
					continue
				}
				votes++
				ballots[m.Vote.Candidate]++
				ends[m.Stake.End+" "+m.Stake.To]++
				if m.Vote.Excluded != "" || m.Vote.Line == 0 || m.Vote.Block < policy.Times.VoteFrom || m.Stake.Sats != policy.Stake || m.Stake.Block <= m.Vote.Block {
					t.Errorf("vote %+v, stake %+v", m.Vote, m.Stake)
				}
			}
			if len(r.Roll) != r.Voters || votes != r.Votes || len(shares) != row.shares*len(r.Roll) {
				t.Errorf("%d members, %d votes, %d shares of %d voters with %d votes", len(r.Roll), votes, len(shares), r.Voters, r.Votes)
			}
			for _, c := range r.Counts {
				if ballots[c.Candidate] != c.Min {
					t.Errorf("%d ballots for %s, want %d", ballots[c.Candidate], c.Candidate, c.Min)
				}
			}
			if row.ends != nil && !maps.Equal(ends, row.ends) {
				t.Errorf("stakes end %s, want %s", fmt.Sprint(ends), fmt.Sprint(row.ends))
			}
		})
	}
}
