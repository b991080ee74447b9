package verifier

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"bevote/internal/cores"
	"bevote/verifier/result"
)

// report applies every rule to the facts and concludes level, verdict and exit code.
// Rules that review other rows come last, in their order.
func report(f *facts) *result.Report {
	r := head(f)
	severities, reviews := addRows(r, f)
	conclude(f, r, severities)
	for _, v := range reviews {
		r.Checks[v.row], severities[v.ID] = v.run(f, r)
	}
	conclude(f, r, severities)
	r.History = history(f)
	return r
}

// addRows runs every rule except those that review other rows. It returns these; their
// rows have only an id so far.
func addRows(r *result.Report, f *facts) (severities map[string]string, reviews []review) {
	severities = make(map[string]string)
	for _, fam := range f.table {
		f.progress("checking family "+fam.name, 0, 0)
		checks, worst := runFamily(f, fam)
		for i, rule := range fam.rules {
			if rule.review != nil {
				reviews = append(reviews, review{rule, len(r.Checks)})
			}
			r.Checks = append(r.Checks, checks[i])
			severities[rule.ID] = worst[i]
		}
	}
	return severities, reviews
}

// review is a rule that reviews the other rows, and its own place among them.
type review struct {
	rule
	row int
}

// runFamily applies the rules of a family on all cores, but for those that review
// other rows.
func runFamily(f *facts, fam family) (checks []result.Check, severities []string) {
	checks, severities = make([]result.Check, len(fam.rules)), make([]string, len(fam.rules))
	cores.Each(len(fam.rules), func(i int) {
		rule := fam.rules[i]
		if rule.review != nil {
			checks[i] = result.Check{ID: rule.ID}
			return
		}
		checks[i], severities[i] = rule.run(f, nil)
	})
	return checks, severities
}

// head fills in what does not depend on the checks.
func head(f *facts) *result.Report {
	p := f.e.Policy
	r := &result.Report{
		Spec: 1, Policy: p.ID(), Election: p.Election, Network: p.Network, Build: f.opt.Build,
		Threshold: p.K, Voters: max(p.Voters, len(f.setup.Roll)), Votes: len(f.tally.ballots),
		Tip:      tip(f),
		Evidence: f.chain.Source().Evidence() + "; " + f.chain.Worth(f.opt.Now), RecordSHA256: hex.EncodeToString(f.sum[:]),
		Board:  boardNow(f),
		Roll:   members(f),
		Mixing: mixingSummary(f),
		Checks: []result.Check{}, Allowed: []result.Allowed{}, Undetectable: undetectable(), Manual: manual(p),
	}
	r.Properties = properties(p, r.Mixing, linkedDeposits(f))
	for j, c := range p.Candidates {
		r.Counts = append(r.Counts, result.Count{Candidate: c.Name, Display: c.Display, Min: f.tally.min[j], Max: f.tally.max[j]})
	}
	for _, al := range p.Allows {
		r.Allowed = append(r.Allowed, result.Allowed{Code: al.Code, Reason: al.Reason})
	}
	return r
}

// tip returns the last block of the evidence.
func tip(f *facts) result.Tip {
	last := f.chain.Tip()
	return result.Tip{Height: f.tip, Hash: last.Hash.String(), Time: last.Time.UTC().Format(time.RFC3339)}
}

// boardNow returns length and head of the board in this audit.
func boardNow(f *facts) result.Board {
	m := f.chained.checkpoint()
	return result.Board{Lines: m.lines, Head: hex.EncodeToString(m.head[:])}
}

// conclude derives level, winner, verdict and exit code from the failed checks.
func conclude(f *facts, r *result.Report, severities map[string]string) {
	worst := make(map[string][]string)
	for _, c := range r.Checks {
		if s := severities[c.ID]; s != "" {
			worst[s] = append(worst[s], c.ID)
		}
	}
	hidden := slices.Contains(worst["U"], "V10")
	anchors := slices.DeleteFunc(slices.Clone(worst["U"]), func(id string) bool {
		return !slices.Contains([]string{"V24", "V29", "V51", "V98"}, id)
	})
	r.Level = level(f, len(worst["E"])+len(unreliable(r.Checks)) > 0, hidden || len(anchors) > 0)
	if r.Level != result.LevelNone && f.winner > 0 {
		name := f.e.Policy.Candidates[f.winner-1].Name
		r.Winner = &name
	}
	r.Verdict = verdict(f, r, worst["E"])
	if hidden && f.over && r.Level == result.L0 && f.setup.Ended == "" {
		r.Verdict = "undetermined: nobody is shown to have claimed in time, and spends may be hidden (V10)"
	}
	if len(anchors) > 0 && f.over && r.Level == result.L0 {
		r.Verdict = "undetermined: anchors or deposits are not shown (" + strings.Join(anchors, ", ") + ")"
	}
	if slices.Contains(worst["U"], "V14") && r.Level != result.LevelNone {
		r.Winner, r.Level = nil, result.L0
		r.Verdict = "undetermined: the announcement is not shown (V14)"
	}
	r.Exit = exitCode(f, r, worst)
}

// unreliable lists the failed checks of the live sources themselves.
func unreliable(checks []result.Check) (out []string) {
	words := map[string]string{"V12": "they disagree (V12)", "V101": "the newest block is old (V101)"}
	for _, c := range checks {
		if c.Status == result.Fail && words[c.ID] != "" {
			out = append(out, words[c.ID])
		}
	}
	return out
}

// level is how much of a result is proven (docs/audit.md). Where spends may be
// hidden (V10), the absence of a claim is not proven.
func level(f *facts, refuted, hidden bool) string {
	if refuted {
		return result.LevelNone
	}
	settled := len(f.tally.ballots) > 0 || f.over
	for _, b := range f.tally.ballots {
		settled = settled && b.settled()
	}
	switch {
	case f.setup.Ended != "":
		return result.L0
	case f.winner == 0 && settled && f.over && !hidden:
		return result.L3
	case f.winner == 0:
		return result.L0
	case f.tally.min[f.winner-1] < f.e.Policy.K:
		return result.L1
	case settled:
		return result.L3
	}
	return result.L2
}

// verdict is the headline in words.
func verdict(f *facts, r *result.Report, fatal []string) string {
	switch doubts := unreliable(r.Checks); {
	case len(doubts) > 0:
		return "not judged: the sources cannot be relied on, " + strings.Join(doubts, " and ")
	case len(fatal) > 0:
		return "refuted: " + strings.Join(fatal, ", ") + " failed"
	case f.setup.Ended != "":
		return "ended: " + f.setup.Ended
	case r.Winner != nil && (r.Level == result.L2 || r.Level == result.L3):
		return fmt.Sprintf("%s won: %d ballots of %d votes, the threshold is %d",
			*r.Winner, f.tally.min[f.winner-1], r.Votes, r.Threshold)
	case r.Winner != nil:
		return fmt.Sprintf("%s claimed in time; not counted: %d to %d ballots are known, the threshold is %d",
			*r.Winner, f.tally.min[f.winner-1], f.tally.max[f.winner-1], r.Threshold)
	case !f.over:
		return "not over: no winner yet"
	case r.Level == result.L3:
		return fmt.Sprintf("nobody won: no candidate with %d ballots claimed in time, "+
			"and every ballot is settled", r.Threshold)
	}
	return "nobody won: nobody claimed in time; not counted"
}

// exitCode is the first code of docs/audit.md that applies.
func exitCode(f *facts, r *result.Report, worst map[string][]string) int {
	statuses := func(ids []string, s result.Status) bool {
		return slices.ContainsFunc(r.Checks, func(c result.Check) bool {
			return c.Status == s && (ids == nil || slices.Contains(ids, c.ID))
		})
	}
	switch {
	case statuses([]string{"V110"}, result.Fail):
		return result.ExitBug
	case statuses([]string{"V12", "V101"}, result.Fail):
		return result.ExitSources
	case len(worst["E"]) > 0:
		return result.ExitRefuted
	case statuses(nil, result.Errored), f.over && len(worst["U"]) > 0, slices.Contains(worst["U"], "V14"):
		return result.ExitUndetermined
	case len(worst["I"])+len(worst["A"])+len(worst["I+A"]) > 0:
		return result.ExitFaulted
	case !f.over:
		return result.ExitNotOver
	case f.setup.Ended != "" || r.Level == result.L3:
		return result.ExitProven
	case r.Level == result.L2:
		return result.ExitCounted
	}
	return result.ExitUncounted
}
