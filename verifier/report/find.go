package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"bevote/verifier/result"
)

// Found is what a report says of one member of the roll, for the member to compare with
// its own notes.
type Found struct {
	Member  result.Member `json:"member"`
	Holds   bool          `json:"holds"` // the vote counts, and no check that a line rests on failed here
	Lines   []FoundLine   `json:"lines"`
	Compare []string      `json:"compare"`
}

// FoundLine is one thing that a report says of a member, with the checks that it rests on.
type FoundLine struct {
	What   string       `json:"what"`
	Says   string       `json:"says"`
	Checks []FoundCheck `json:"checks"`
}

// FoundCheck is a check with what it lists of the member.
type FoundCheck struct {
	ID     string        `json:"id"`
	Status result.Status `json:"status"`
	Items  []result.Item `json:"items"`
}

// outpointForm matches TXID:N.
var outpointForm = regexp.MustCompile(`^[0-9a-fA-F]{64}:[0-9]+$`)

// Find returns what a report says of the members that a text names: by slot, voter's
// name, roll key with or without "pub:", address, or public share; by the coin, the vote
// or the stake as TXID:N or TXID; by a spend's TXID, which several stakes may share.
func Find(r *result.Report, text string) (all []Found) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "pub:")
	if len(text) >= 64 && (outpointForm.MatchString(text) || !strings.Contains(text, ":")) {
		text = strings.ToLower(text)
	}
	for _, m := range r.Roll {
		if text != "" && isCalled(m, text) {
			all = append(all, found(r, m))
		}
	}
	return all
}

// isCalled reports whether a text names a member.
func isCalled(m result.Member, text string) bool {
	names := append([]string{fmt.Sprint(m.Slot), m.Name, m.Key, m.Address, m.Coin}, m.Shares...)
	if m.Vote != nil {
		names = append(names, m.Vote.TxID)
	}
	if m.Stake != nil {
		names = append(names, m.Stake.Outpoint, m.Stake.TxID)
	}
	for _, n := range names {
		if n == text {
			return true
		}
	}
	return false
}

// Mentions returns the items of a report's checks that hold a text, with their checks:
// what is known of a key or a transaction that is no member's.
func Mentions(r *result.Report, text string) (all []FoundCheck) {
	for _, c := range r.Checks {
		var items []result.Item
		for _, i := range c.Items {
			if len(text) > 5 && (strings.Contains(i.Where, text) || strings.Contains(i.Message, text)) {
				items = append(items, i)
			}
		}
		if items != nil {
			all = append(all, FoundCheck{c.ID, c.Status, items})
		}
	}
	return all
}

// found says what a report has of a member.
func found(r *result.Report, m result.Member) Found {
	f := Found{Member: m, Holds: m.Vote == nil || m.Vote.Excluded == "", Compare: toCompare(r, m)}
	add := func(what, says string, checks ...string) {
		line := FoundLine{what, says, []FoundCheck{}}
		for _, id := range checks {
			if c, ok := checkOf(r, m, id); ok {
				line.Checks = append(line.Checks, c)
				f.Holds = f.Holds && c.holds()
			}
		}
		f.Lines = append(f.Lines, line)
	}
	slot := fmt.Sprintf("%d of %d", m.Slot, len(r.Roll))
	if m.Name != "" {
		slot += ", " + m.Name
	}
	add("slot", slot, "V24", "V25")
	add("key", m.Key)
	add("address", m.Address)
	add("entry", fmt.Sprintf("board line %d", m.Entry), "V02")
	add("coin", m.Coin, "V27")
	if m.Dealt != "" {
		add("dealt", map[string]string{result.Yes: "yes, and the deal counts", result.No: "no", result.Out: "yes, and the deal does not count"}[m.Dealt], "V39", "V44", "V45")
	}
	for i, s := range m.Shares {
		what := "public share"
		if len(m.Shares) > 1 {
			what = fmt.Sprintf("share %d", i+1)
		}
		if s == "" {
			s = "none that allows a vote"
		}
		add(what, s, "V47", "V49")
	}
	if m.Acknowledged != "" {
		add("acknowledged", m.Acknowledged, "V50")
	}
	voteLines(m, add)
	return f
}

// voteLines adds what became of the member's vote.
func voteLines(m result.Member, add func(what, says string, checks ...string)) {
	v, s := m.Vote, m.Stake
	if v == nil {
		add("vote", "none")
		return
	}
	add("vote", fmt.Sprintf("tx %s in block %d", v.TxID, v.Block), "V52", "V53", "V54", "V60", "V61", "V62", "V63", "V66", "V67")
	if v.Excluded != "" {
		add("counts", "no, by "+v.Excluded)
		return
	}
	opened := "derived from other openings"
	if v.Line > 0 {
		opened = fmt.Sprintf("opened in board line %d", v.Line)
	}
	switch {
	case v.Candidate != "":
		add("counted for", v.Candidate+", "+opened, "V71", "V73")
	case v.Invalid:
		add("counted for", "no candidate: its ballot is shown to be invalid", "V72", "V77")
	default:
		add("counted for", "not shown: the ballot is not opened", "V75")
	}
	if s == nil {
		return
	}
	where := fmt.Sprintf("%s sat, in tx %s in block %d", grouped(s.Sats), s.TxID, s.Block)
	switch s.End {
	case result.Locked:
		add("stake", fmt.Sprintf("%s sat, unspent at %s", grouped(s.Sats), s.Outpoint), "V10", "V95")
	case string(result.EventWin):
		add("stake", fmt.Sprintf("claimed by %s, the winner: %s", s.To, where), "V82", "V85", "V95")
	case string(result.EventClaim):
		add("stake", fmt.Sprintf("claimed by %s: %s", s.To, where), "V82", "V95")
	case string(result.EventRefund):
		add("stake", "taken back by its voter: "+where, "V92", "V93", "V94", "V95")
	case string(result.EventBranch):
		add("stake", fmt.Sprintf("taken by branch %s: %s", s.To, where), "V95")
	default:
		add("stake", "spent by no path of the contract: "+where, "V95")
	}
}

// checkOf returns a check with the items about a member: those that name its slot, its
// coin, its vote or its stake.
func checkOf(r *result.Report, m result.Member, id string) (FoundCheck, bool) {
	for _, c := range r.Checks {
		if c.ID != id {
			continue
		}
		out := FoundCheck{c.ID, c.Status, []result.Item{}}
		for _, i := range c.Items {
			if isAbout(i, m) {
				out.Items = append(out.Items, i)
			}
		}
		return out, true
	}
	return FoundCheck{}, false
}

func isAbout(i result.Item, m result.Member) bool {
	text := i.Where + "\n" + i.Message
	names := []string{m.Key, m.Coin}
	if m.Vote != nil {
		names = append(names, m.Vote.TxID)
	}
	if m.Stake != nil && m.Stake.TxID != "" {
		names = append(names, m.Stake.Outpoint)
	}
	for _, n := range names {
		if n != "" && strings.Contains(text, n) {
			return true
		}
	}
	slot := fmt.Sprintf("slot %d", m.Slot)
	for _, before := range strings.SplitAfter(text, slot)[1:] {
		if before == "" || before[0] < '0' || before[0] > '9' {
			return true
		}
	}
	return false
}

// holds reports whether a check found no fault about the member, and could decide.
func (c FoundCheck) holds() bool {
	switch c.Status {
	case result.Fail:
		return len(c.Items) == 0
	case result.Errored, result.Unresolved:
		return false
	}
	return true
}

// toCompare is what only the member knows.
func toCompare(r *result.Report, m result.Member) []string {
	all := []string{
		"that " + r.Policy + " is the policy that you were told of",
		"that the roll key is yours, and that you have no other slot",
	}
	if len(m.Shares) > 0 {
		all = append(all, "that your share, times G, is the public share")
	}
	switch {
	case m.Vote == nil:
		all = append(all, "that you sent no vote: a vote that was mined would be here")
	case m.Vote.Candidate != "":
		all = append(all, "that you sent this vote, and for "+m.Vote.Candidate)
	default:
		all = append(all, "that you sent this vote")
	}
	if m.Stake != nil && m.Stake.End == string(result.EventRefund) {
		all = append(all, "that the refund came to you")
	}
	return all
}

// Text writes what was found for people.
func (f Found) Text(w io.Writer) error {
	p := newTextWriter(w)
	for _, l := range f.Lines {
		p.text(fmt.Sprintf("  %-12s  ", l.What), clean(l.Says))
		if len(l.Checks) > 0 {
			p.text(strings.Repeat(" ", 18), "by "+restsOn(l.Checks))
		}
		for _, c := range l.Checks {
			for _, i := range c.Items {
				message, _, _ := strings.Cut(i.Message, "\n")
				p.text(strings.Repeat(" ", 18)+"- ", clean(fmt.Sprintf("%s: %s: %s", c.ID, i.Where, message)))
			}
		}
	}
	p.line("")
	p.line("  Compare with your own notes")
	for _, c := range f.Compare {
		p.text("  - ", clean(c))
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	return nil
}

// restsOn lists checks by status: "V25, V27 PASS; V50 FAIL, elsewhere".
func restsOn(checks []FoundCheck) string {
	var order []string
	ids := map[string][]string{}
	for _, c := range checks {
		status := string(c.Status)
		if c.Status == result.Fail && len(c.Items) == 0 {
			status += ", elsewhere"
		}
		if ids[status] == nil {
			order = append(order, status)
		}
		ids[status] = append(ids[status], c.ID)
	}
	var parts []string
	for _, s := range order {
		parts = append(parts, strings.Join(ids[s], ", ")+" "+s)
	}
	return strings.Join(parts, "; ")
}
