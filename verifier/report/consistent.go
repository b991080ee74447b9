package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"bevote/verifier/result"
)

// maxVoters is the largest roll, and so the largest threshold and turnout
// (docs/language.md).
const maxVoters = 200_000

// levelsAt are the levels that a report with an exit code can have, by the
// table of exit codes in docs/audit.md. Level L0 with exit 0 is an election
// that ended early.
var levelsAt = map[int][]string{
	result.ExitProven:       {result.L0, result.L3},
	result.ExitCounted:      {result.L2},
	result.ExitUncounted:    {result.L0, result.L1},
	result.ExitNotOver:      {result.L0, result.L1, result.L2, result.L3},
	result.ExitFaulted:      {result.L0, result.L1, result.L2, result.L3},
	result.ExitUndetermined: {result.L0, result.L1, result.L2, result.L3},
	result.ExitRefuted:      {result.LevelNone},
	result.ExitSources:      {result.LevelNone},
	result.ExitBug:          {result.LevelNone, result.L0, result.L1, result.L2, result.L3},
}

// checkConsistent returns an error for a report whose parts contradict one
// another: no audit gives it.
func checkConsistent(r *result.Report) error {
	allowed, known := levelsAt[r.Exit]
	switch {
	case !known:
		return fmt.Errorf("exit %d is no audit's", r.Exit)
	case !slices.Contains(allowed, r.Level):
		return fmt.Errorf("exit %d at level %s", r.Exit, r.Level)
	case r.Threshold > maxVoters:
		return fmt.Errorf("threshold %d, at most %d", r.Threshold, maxVoters)
	case r.Voters > maxVoters:
		return fmt.Errorf("%d voters, at most %d", r.Voters, maxVoters)
	case r.Votes > r.Voters:
		return fmt.Errorf("%d votes of %d voters", r.Votes, r.Voters)
	}
	if err := checkCounts(r); err != nil {
		return err
	}
	if err := checkWinner(r); err != nil {
		return err
	}
	return checkStatuses(r)
}

// checkCounts compares the counts with the number of votes. Each counted vote
// is the certain ballot of at most one candidate.
func checkCounts(r *result.Report) error {
	certain := 0
	for _, c := range r.Counts {
		if c.Max > r.Votes {
			return fmt.Errorf("count of %.40q: up to %d of %d votes", c.Candidate, c.Max, r.Votes)
		}
		certain += c.Min
	}
	if certain > r.Votes {
		return fmt.Errorf("%d ballots of %d votes", certain, r.Votes)
	}
	return nil
}

// checkWinner compares the winner with level and counts: L1 and L2 have one,
// and from L2 on its certain ballots reach the threshold.
func checkWinner(r *result.Report) error {
	if r.Winner == nil {
		if r.Level == result.L1 || r.Level == result.L2 {
			return fmt.Errorf("level %s without a winner", r.Level)
		}
		return nil
	}
	at := slices.IndexFunc(r.Counts, func(c result.Count) bool { return c.Candidate == *r.Winner })
	switch {
	case r.Level == result.LevelNone || r.Level == result.L0:
		return fmt.Errorf("a winner at level %s", r.Level)
	case at < 0:
		return fmt.Errorf("the winner %.40q has no count", *r.Winner)
	case r.Level != result.L1 && r.Counts[at].Min < r.Threshold:
		return fmt.Errorf("the winner %.40q has %d ballots, the threshold is %d",
			*r.Winner, r.Counts[at].Min, r.Threshold)
	}
	return nil
}

// checkStatuses compares each check's status with its numbers, and the exit
// code with the failures.
func checkStatuses(r *result.Report) error {
	fatal := false
	for _, c := range r.Checks {
		switch {
		case c.Class != "–" && classes[c.Class] == "":
			return fmt.Errorf("check %.40s: unknown class %.40q", c.ID, c.Class)
		case c.Status == result.Pass && c.Failed > 0:
			return fmt.Errorf("check %.40s: PASS with %d failed", c.ID, c.Failed)
		case c.Status == result.Pass && c.Examined != c.Expected && r.Exit != result.ExitBug:
			return fmt.Errorf("check %.40s: PASS with %d examined of %d", c.ID, c.Examined, c.Expected)
		case c.Status == result.Fail && c.Failed == 0 && c.Examined > 0:
			return fmt.Errorf("check %.40s: FAIL with none failed", c.ID)
		case c.Status != result.Fail:
			continue
		case c.Class == "E" && levelsAt[r.Exit][0] != result.LevelNone:
			return fmt.Errorf("exit %d, and %.40s of class E failed", r.Exit, c.ID)
		}
		fatal = fatal || c.Class == "E" || c.Class == "E/W" || c.Class == "A/E"
	}
	if r.Exit == result.ExitRefuted && !fatal {
		return errors.New("exit 20, and no check of class E failed")
	}
	return nil
}

// checkText refuses bytes that are not UTF-8 and escapes of half a surrogate
// pair, in JSON that parses. The standard decoder reads both as U+FFFD, where
// another may keep them: two readers would see two names.
func checkText(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("not UTF-8")
	}
	high := rune(0) // of a pair whose second half must follow
	for i := 0; i < len(text); i++ {
		escape := text[i] == '\\' && i+1 < len(text)
		r := rune(0)
		if escape && text[i+1] == 'u' && i+6 <= len(text) {
			n, _ := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
			r, i = rune(n), i+5
		} else if escape {
			i++
		}
		switch {
		case high != 0 && utf16.DecodeRune(high, r) == utf8.RuneError:
			return errors.New("half a surrogate pair in a string")
		case high != 0:
			high = 0
		case r >= 0xdc00 && r < 0xe000:
			return errors.New("half a surrogate pair in a string")
		case utf16.IsSurrogate(r):
			high = r
		}
	}
	return nil
}
