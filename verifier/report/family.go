package report

import (
	"strconv"

	"bevote/verifier/result"
)

// family is a range of check ids that examine one part of an election.
type family struct {
	letter string
	title  string
	last   int // number of its last check
}

// families are the sections of docs/audit.md, in order.
var families = []family{
	{"A", "Sources and chain", 13},
	{"B", "Policy and announcement", 21},
	{"C", "Registration and roll", 28},
	{"D", "Mixing", 38},
	{"E", "Joint key", 51},
	{"F", "Voting transactions", 65},
	{"G", "Ballots", 68},
	{"H", "Openings and tally", 80},
	{"I", "Claims", 91},
	{"J", "Refunds", 97},
	{"K", "Time and reorganisations", 103},
	{"L", "Conservation", 108},
	{"M", "The audit itself", 114},
	{"N", "The board's server", 115},
}

// familyOf returns the index of a check's family. An unknown id belongs to the
// last.
func familyOf(c result.Check) int {
	if len(c.ID) < 2 {
		return len(families) - 1
	}
	n, err := strconv.Atoi(c.ID[1:])
	for i, f := range families {
		if err == nil && n <= f.last {
			return i
		}
	}
	return len(families) - 1
}

// classes says what a failure of each class means (docs/audit.md).
var classes = map[string]string{
	"E":   "fatal to the election",
	"I":   "excludes the item from the tally",
	"A":   "a finding against a named party",
	"A/E": "against a party; fatal on the winner's claim",
	"A/W": "against a party, or a warning where the item says so",
	"E/W": "fatal, or a warning where the item says so",
	"I+A": "excludes the item, and a finding",
	"W":   "a warning",
	"U":   "evidence is missing",
}

// levels are the names of the levels that a report can reach.
var levels = map[string]string{
	"L0": "CHAIN",
	"L1": "KEY",
	"L2": "COUNT",
	"L3": "RECOUNT",
}
