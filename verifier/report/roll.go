package report

import (
	"fmt"
	"slices"

	"bevote/verifier/result"
)

// checkRoll returns an error for members that no audit gives, and for a roll that
// contradicts the number of votes or the counts. A report of an earlier auditor has no
// roll.
func checkRoll(r *result.Report) error {
	votes, certain := 0, map[string]int{}
	answers := []string{"", result.Yes, result.No, result.Out, result.NoShare, result.Another}
	ends := []string{result.Locked, string(result.EventWin), string(result.EventClaim), string(result.EventRefund),
		string(result.EventBranch), string(result.EventAlien)}
	for i, m := range r.Roll {
		counts := m.Vote != nil && m.Vote.Excluded == ""
		switch {
		case m.Slot != i+1:
			return fmt.Errorf("roll: slot %d in the place of %d", m.Slot, i+1)
		case m.Entry < 0 || m.Vote != nil && m.Vote.Line < 0 || m.Stake != nil && m.Stake.Sats < 0:
			return fmt.Errorf("slot %d: a negative number", m.Slot)
		case !slices.Contains(answers, m.Dealt) || !slices.Contains(answers, m.Acknowledged):
			return fmt.Errorf("slot %d: dealt %.40q, acknowledged %.40q", m.Slot, m.Dealt, m.Acknowledged)
		case counts != (m.Stake != nil):
			return fmt.Errorf("slot %d: a stake without a vote that counts, or such a vote without a stake", m.Slot)
		case m.Stake != nil && !slices.Contains(ends, m.Stake.End):
			return fmt.Errorf("slot %d: the stake ends by %.40q", m.Slot, m.Stake.End)
		case m.Vote != nil && m.Vote.Candidate != "" && (m.Vote.Invalid || !counts):
			return fmt.Errorf("slot %d: a ballot that is a candidate's and does not count", m.Slot)
		}
		if counts {
			votes++
			certain[m.Vote.Candidate]++
		}
	}
	if len(r.Roll) == 0 {
		return nil
	}
	if votes != r.Votes || len(r.Roll) > r.Voters {
		return fmt.Errorf("roll of %d with %d votes, the report has %d and %d", len(r.Roll), votes, r.Voters, r.Votes)
	}
	for _, c := range r.Counts {
		if certain[c.Candidate] != c.Min {
			return fmt.Errorf("count of %.40q: %d ballots, %d on the roll", c.Candidate, c.Min, certain[c.Candidate])
		}
	}
	return nil
}

// maxPageMembers is how many members the page lists; the JSON has all.
const maxPageMembers = 5000

// memberView is a row of the roll.
type memberView struct {
	Slot                     int
	Name, Key, Address, Coin string
	Dealt, Acknowledged      string
	Vote, VoteTx, Counted    string
	Stake, StakeTx           string
}

func (v *view) addRoll(r *result.Report) {
	v.MoreRoll = max(0, len(r.Roll)-maxPageMembers)
	for _, m := range r.Roll[:len(r.Roll)-v.MoreRoll] {
		row := memberView{
			Slot: m.Slot, Name: clean(m.Name), Key: clean(m.Key), Address: clean(m.Address), Coin: clean(m.Coin),
			Dealt: clean(m.Dealt), Acknowledged: clean(m.Acknowledged), Vote: "none",
		}
		v.Dealing = v.Dealing || m.Dealt != ""
		if m.Vote != nil {
			row.Vote, row.VoteTx, row.Counted = fmt.Sprintf("block %d", m.Vote.Block), clean(m.Vote.TxID), countedFor(r, m.Vote)
		}
		if m.Stake != nil {
			row.Stake, row.StakeTx = stakeWords(r, m.Stake), clean(m.Stake.TxID)
		}
		v.Roll = append(v.Roll, row)
	}
}

// countedFor says whom a vote counted for, as far as it is shown.
func countedFor(r *result.Report, v *result.Vote) string {
	switch {
	case v.Excluded != "":
		return "does not count, by " + clean(v.Excluded)
	case v.Candidate != "":
		return candidateName(r, v.Candidate)
	case v.Invalid:
		return "no candidate: invalid"
	}
	return "not opened"
}

// stakeWords says where a stake is.
func stakeWords(r *result.Report, s *result.Stake) string {
	switch s.End {
	case result.Locked:
		return "unspent"
	case string(result.EventWin), string(result.EventClaim):
		return fmt.Sprintf("claimed by %s, block %d", candidateName(r, s.To), s.Block)
	case string(result.EventRefund):
		return fmt.Sprintf("taken back, block %d", s.Block)
	case string(result.EventBranch):
		return fmt.Sprintf("branch %s, block %d", clean(s.To), s.Block)
	}
	return fmt.Sprintf("no path of the contract, block %d", s.Block)
}
