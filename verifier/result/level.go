package result

// Levels, from nothing proven to every counted ballot resolved.
const (
	LevelNone = "none"
	L0        = "L0"
	L1        = "L1"
	L2        = "L2"
	L3        = "L3"
)

// Exit codes of an audit, the first that applies (docs/audit.md).
const (
	ExitProven       = 0
	ExitCounted      = 10 // level L2
	ExitUncounted    = 11 // level L0 or L1
	ExitNotOver      = 12
	ExitRefuted      = 20
	ExitFaulted      = 21 // the result stands, with items excluded or findings against a party
	ExitUndetermined = 30
	ExitSources      = 40 // live sources disagree or are stale
	ExitBug          = 70
)
