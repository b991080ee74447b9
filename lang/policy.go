// Package lang gives a policy file its meaning: the election's numbers, keys
// and spending paths, their core text and id, and what is wrong with the file.
//
// It promises that any input gets an answer and never a panic, that one run
// reports every problem with its place, and that two files with the same core
// mean the same election. docs/language.md describes the language.
//
//	file ── Load ──▶ Policy ── Core ──▶ text ── EID, ID ──▶ bvp1…
//	           └────▶ []Diagnostic ── Render, Apply
package lang

import (
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/curve"
)

// Joint is the number of joint keys that the voters deal (paper, section 4.1).
type Joint string

// The kinds of joint key, spelled as in the core.
const (
	JointOne  Joint = "one"  // joint by voters
	JointEach Joint = "each" // joint by voters for each candidate
	JointNone Joint = "none" // custodial: the supervisor's key takes its place
)

// Win is the set of signers that claim a stake.
type Win string

// The three win lines, spelled as in the core's paths.
const (
	WinHardened  Win = "joint+candidate" // win when joint and candidate sign
	WinPaper     Win = "joint"           // win when joint signs (paper, section 4.2)
	WinCustodial Win = "supervisor"      // win when supervisor signs (paper, section 3.4)
)

// PublicKey is a compressed public key on secp256k1 (SEC 1, section 2.3.3): 02 or
// 03, then the abscissa, 33 bytes. It is comparable. String returns its lower-case
// hex, as policies write it, and [33]byte(k) its bytes.
type PublicKey = curve.PublicKey

// Policy is the meaning of a policy file without errors. Up to Branches it holds
// the facts of the core; Allows, Tests and the places of [Policy.Place] are not
// in the core.
type Policy struct {
	Election      string
	Network       string // mainnet, testnet4, simnet or regtest
	Supervisor    PublicKey
	Voters        int            // registered voters; the roll may be shorter
	Named         []Named        // named voters sorted by name, or none
	K, Of         int            // threshold: K of Of shares elect
	Stake         int64          // satoshis
	Fee           int64          // satoshis per virtual byte
	Confirmations uint32         // as written; see Depth
	Grace         uint32         // blocks in which the anchor of a phase counts
	Seal          *wire.OutPoint // what the announcement spends; nil where the policy names nothing
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
	known  map[string]bool // see Knows
	used   map[string]bool // codes that an allow line has silenced
}

// Named is a voter or a mixer that the policy names.
type Named struct {
	Name string
	Key  PublicKey
}

// Candidate is one choice of a ballot.
type Candidate struct {
	Name    string
	Display string    // name for people, "" if absent
	Key     PublicKey // C_j, also the key that ballots are sealed to
	Payout  []byte    // output script that claims pay to
	Address string    // the payout as the policy writes it, without addr:
}

// The mixing schemes, spelled as in the policy.
const (
	SchemeNone       = "none"
	SchemeGroupBlind = "group-blind"
	SchemeBlindRSA   = "blind-rsa"
)

// Mixing is the scheme that makes the voters' coins anonymous (paper, section 3.3).
type Mixing struct {
	Scheme  string // none, group-blind or blind-rsa
	Modulus int    // bits
	Rounds  int    // group-blind only
	Mixers  int
	Named   []Named // sorted by name, or none
}

// Times are the block heights of the phases.
//
// Up to Setup they close a phase: lines of the phase are taken while the tip is below
// the height, and what anchors them has it as its locktime and counts in the
// [Policy.Grace] blocks behind it. Payout has no anchor.
type Times struct {
	Register, Deposit, Issue, Voucher, Payout uint32 // 0 without mixing

	Roll, Commit, Deal, Setup uint32 // the last three 0 in custodial elections
	VoteFrom, VoteTo          uint32 // first and last block of counted votes
	Claim                     uint32 // last block of a counted claim
	Timeout                   uint32 // locktime of the refund
	Reveal                    uint32 // first block in which ballots may be opened
}

// Branch is a general spending path, reduced to its minimal signer sets.
type Branch struct {
	Name    string
	Signers [][]string // each sorted; the list sorted
	After   uint32     // locktime, 0 for none
}

// Allow is an allow line: it silences one warning, with a reason that reports
// repeat. [ApplyAllows] applies it.
type Allow struct {
	Code, Reason string
	Span         Span
	out          *Fix // removes the line
}

// Test is a test line of the policy.
type Test struct {
	Name    string
	At      uint32   // height of the block that would hold the spend
	Signers []string // as written, "joint alice" for one joint key; nil for none
	Expect  string   // reject, win, win NAME, refund, branch NAME
	Span    Span
}

// Path is one way to spend a stake: the signers and the least locktime. Signers are
// role names. A sum of keys, which one signature proves, is one signer
// ("joint+alice").
type Path struct {
	Name    string
	Signers []string // sorted
	After   uint32   // locktime, 0 for none
}
