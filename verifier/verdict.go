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

// report judges the facts by every rule and sums up. Rules that review other
// rows come last, in their order.
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

// addRows runs every rule but those that review other rows, which it returns:
// their rows have an id and nothing else yet.
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

// runFamily runs a family's checks side by side, but for those that review
// other rows. They only read the facts.
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
func head(a *facts) *result.Report {
	p := a.e.Policy
	r := &result.Report{
		Spec: 1, Policy: p.ID(), Election: p.Election, Network: p.Network, Build: a.opt.Build,
		Threshold: p.K, Voters: max(p.Voters, len(a.setup.Roll)), Votes: len(a.tally.readings),
		Tip:      tip(a),
		Evidence: a.chain.Source().Evidence() + "; " + a.chain.Worth(a.opt.Now), RecordSHA256: hex.EncodeToString(a.sum[:]),
		Board:  boardNow(a),
		Mixing: mixingSummary(a),
		Checks: []result.Check{}, Allowed: []result.Allowed{}, Undetectable: undetectable(), Manual: manual(p),
	}
	r.Properties = properties(p, r.Mixing, linkedDeposits(a))
	for j, c := range p.Candidates {
		r.Counts = append(r.Counts, result.Count{Candidate: c.Name, Display: c.Display, Min: a.tally.min[j], Max: a.tally.max[j]})
	}
	for _, al := range p.Allows {
		r.Allowed = append(r.Allowed, result.Allowed{Code: al.Code, Reason: al.Reason})
	}
	return r
}

// tip returns the last block of the evidence.
func tip(a *facts) result.Tip {
	last := a.chain.Tip()
	return result.Tip{Height: a.tip, Hash: last.Hash.String(), Time: last.Time.UTC().Format(time.RFC3339)}
}

// boardNow is the board as this audit sees it.
func boardNow(a *facts) result.Board {
	m := a.chained.checkpoint()
	return result.Board{Lines: m.lines, Head: hex.EncodeToString(m.head[:])}
}

// conclude finds level, winner, verdict and exit code.
func conclude(a *facts, r *result.Report, severities map[string]string) {
	worst := make(map[string][]string)
	for _, c := range r.Checks {
		if s := severities[c.ID]; s != "" {
			worst[s] = append(worst[s], c.ID)
		}
	}
	hidden := slices.Contains(worst["U"], "V10")
	r.Level = level(a, len(worst["E"])+len(unreliable(r.Checks)) > 0, hidden)
	if r.Level != result.LevelNone && a.winner > 0 {
		name := a.e.Policy.Candidates[a.winner-1].Name
		r.Winner = &name
	}
	r.Verdict = verdict(a, r, worst["E"])
	if hidden && a.over && r.Level == result.L0 && a.setup.Ended == "" {
		r.Verdict = "undetermined: nobody is shown to have claimed in time, and spends may be hidden (V10)"
	}
	r.Exit = exitCode(a, r, worst)
}

// unreliable names what speaks against live sources themselves.
func unreliable(checks []result.Check) (out []string) {
	words := map[string]string{"V12": "they disagree (V12)", "V101": "the newest block is old (V101)"}
	for _, c := range checks {
		if c.Status == result.Fail && words[c.ID] != "" {
			out = append(out, words[c.ID])
		}
	}
	return out
}

// level is how much of a result is proven. Where spends are hidden, nothing
// proves that nobody claimed.
func level(a *facts, refuted, hidden bool) string {
	if refuted {
		return result.LevelNone
	}
	settled := len(a.tally.readings) > 0 || a.over
	for _, r := range a.tally.readings {
		settled = settled && r.settled()
	}
	switch {
	case a.setup.Ended != "":
		return result.L0
	case a.winner == 0 && settled && a.over && !hidden:
		return result.L3
	case a.winner == 0:
		return result.L0
	case a.tally.min[a.winner-1] < a.e.Policy.K:
		return result.L1
	case settled:
		return result.L3
	}
	return result.L2
}

// verdict is the headline in words.
func verdict(a *facts, r *result.Report, fatal []string) string {
	switch doubts := unreliable(r.Checks); {
	case len(doubts) > 0:
		return "undetermined: the sources cannot be relied on, " + strings.Join(doubts, " and ")
	case len(fatal) > 0:
		return "refuted: " + strings.Join(fatal, ", ") + " failed"
	case a.setup.Ended != "":
		return "ended: " + a.setup.Ended
	case r.Winner != nil && (r.Level == result.L2 || r.Level == result.L3):
		return fmt.Sprintf("%s won: %d ballots of %d votes, the threshold is %d", *r.Winner, a.tally.min[a.winner-1], r.Votes, r.Threshold)
	case r.Winner != nil:
		return fmt.Sprintf("%s claimed in time; not counted: %d to %d ballots are known, the threshold is %d",
			*r.Winner, a.tally.min[a.winner-1], a.tally.max[a.winner-1], r.Threshold)
	case !a.over:
		return "not over: no winner yet"
	case r.Level == result.L3:
		return fmt.Sprintf("nobody won: no candidate with %d ballots claimed in time, and every ballot is settled", r.Threshold)
	}
	return "nobody won: nobody claimed in time; not counted"
}

// exitCode is the first code that applies.
func exitCode(a *facts, r *result.Report, worst map[string][]string) int {
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
	case statuses(nil, result.Errored), a.over && len(worst["U"]) > 0:
		return result.ExitUndetermined
	case len(worst["I"])+len(worst["A"])+len(worst["I+A"]) > 0:
		return result.ExitFaulted
	case !a.over:
		return result.ExitNotOver
	case a.setup.Ended != "" || r.Level == result.L3:
		return result.ExitProven
	case r.Level == result.L2:
		return result.ExitCounted
	}
	return result.ExitUncounted
}
