// Package lang gives a policy file its meaning: the election's numbers, keys
// and spending paths, their core text and id, and what is wrong with the file.
//
// It promises that any input gets an answer, never a panic; that every
// problem is reported in one run with its place; and that two files with the
// same core mean the same election. docs/language.md describes the language.
package lang

import "bevote/internal/curve"

// Joint says how many joint keys the voters deal.
type Joint string

// The kinds of joint key, spelled as in the core.
const (
	JointOne  Joint = "one"  // joint by voters
	JointEach Joint = "each" // joint by voters for each candidate
	JointNone Joint = "none" // custodial: the supervisor's key takes its place
)

// Win says whose signatures claim a stake.
type Win string

// The three win lines, spelled as in the core's paths.
const (
	WinHardened  Win = "joint+candidate" // win when joint and candidate sign
	WinPaper     Win = "joint"           // win when joint signs
	WinCustodial Win = "supervisor"      // win when supervisor signs
)

// PublicKey is a compressed public key on secp256k1 (SEC 1, section 2.3.3): 02 or
// 03, then the abscissa, 33 bytes. It is comparable. String returns its lower-case
// hex, as policies write it, and [33]byte(k) its bytes.
type PublicKey = curve.PublicKey

// Policy is the meaning of a policy file that has no errors: the core's facts,
// and beside them what only people read (allows, tests, places).
type Policy struct {
	Election      string
	Network       string // mainnet, testnet4, simnet or regtest
	Supervisor    PublicKey
	Voters        int     // the number registered; the roll may be shorter
	Named         []Named // named voters sorted by name, or none
	K, Of         int     // threshold: K of Of
	Stake         int64   // satoshis
	Fee           int64   // satoshis per virtual byte
	Confirmations uint32
	Mixing        Mixing
	Times         Times
	Candidates    []Candidate // sorted by name: number j is index j−1
	Joint         Joint
	Win           Win
	Salted        bool   // ballots salted
	Selector      string // signature or flag
	Branches      []Branch

	Allows []Allow
	Tests  []Test

	places map[string]Span
	known  map[string]bool
	used   map[string]bool // codes that an allow line has silenced
}

// Named is a voter or a mixer that the policy names.
type Named struct {
	Name string
	Key  PublicKey
}

// Candidate is somebody who may be elected.
type Candidate struct {
	Name    string
	Display string    // "" where there is none
	Key     PublicKey // C_j, also the key that ballots are sealed to
	Payout  []byte    // output script that claims pay to
	Address string    // the payout as the policy writes it
}

// The mixing schemes, spelled as in the policy.
const (
	SchemeNone       = "none"
	SchemeGroupBlind = "group-blind"
	SchemeBlindRSA   = "blind-rsa"
)

// Mixing is the scheme that makes the voters' coins anonymous.
type Mixing struct {
	Scheme  string // none, group-blind or blind-rsa
	Modulus int    // bits
	Rounds  int    // group-blind only
	Mixers  int
	Named   []Named // sorted by name, or none
}

// Times are the phases' block heights.
type Times struct {
	Roll, Commit, Deal, Setup uint32 // the last block of each anchor; the last three 0 in custodial elections
	VoteFrom, VoteTo          uint32 // first and last block of counted votes
	Claim, Timeout, Reveal    uint32 // last block of a counted claim; the refund's locktime; ballots may be opened from here
}

// Branch is a general spending path, already reduced to its minimal signer sets.
type Branch struct {
	Name    string
	Signers [][]string // each sorted; the list sorted
	After   uint32     // 0, or the absolute lock
}

// Allow silences one warning, with the reason that reports repeat.
type Allow struct {
	Code, Reason string
	Span         Span
	out          *Fix // takes the line out
}

// Test is a test line of the policy.
type Test struct {
	Name    string
	At      uint32
	Signers []string // as written, "joint alice" for one joint key; nil for none
	Expect  string   // reject, win, win NAME, refund, branch NAME
	Span    Span
}

// Path is one way to spend a stake: who must sign, and from which locktime on.
// Signers are role names; a key sum is one signer ("joint+alice").
type Path struct {
	Name    string
	Signers []string // sorted
	After   uint32
}
