// Package result is the answer of an audit: the level of proof, the counts, a row for
// each check, and what happened block by block.
//
// A report's JSON is fixed, because other tools rely on it. The package applies no
// rule and imports no package.
package result

// Status is the result of one check.
type Status string

// The five results of a check.
const (
	Pass       Status = "PASS"
	Fail       Status = "FAIL"
	Errored    Status = "ERROR"      // could not read or decide
	Unresolved Status = "UNRESOLVED" // evidence withheld
	Skipped    Status = "SKIPPED"    // with a reason
)

// Item is one finding of a check, and its place.
type Item struct {
	Where   string `json:"where"` // txid, outpoint, height, board line, or roll slot
	Message string `json:"message"`
}

// Check is the result of one row of the table of checks (docs/audit.md).
type Check struct {
	ID       string `json:"id"` // V01, …
	Name     string `json:"name"`
	Class    string `json:"class"` // E, I, A, W, U or –
	Status   Status `json:"status"`
	Expected int    `json:"expected"` // things to examine
	Examined int    `json:"examined"`
	Failed   int    `json:"failed"`
	Reason   string `json:"reason"` // of the status, or ""
	Items    []Item `json:"items"`
}

// Count is what is known of a candidate's votes: at least Min, at most Max.
type Count struct {
	Candidate string `json:"candidate"` // identifier
	Display   string `json:"display"`   // the policy's name for people, "" where it has none
	Min       int    `json:"min"`
	Max       int    `json:"max"`
}

// Exchange counts the results of registration and exchange, in an election with
// mixing. Until the roll is closed only the scheme is set.
type Exchange struct {
	Scheme     string       `json:"scheme"`
	Root       string       `json:"root"`       // of the registry; "" where there is none
	Deadlines  []uint32     `json:"deadlines"`  // `register by` … `payout by`
	Registered int          `json:"registered"` // voters
	Deposits   int          `json:"deposits"`   // good ones
	Issued     int          `json:"issued"`     // of them, with a correct issue
	Swept      int          `json:"swept"`      // deposits, like the next
	Returned   int          `json:"returned"`
	Vouchers   int          `json:"vouchers"`  // payable ones
	Paid       int          `json:"paid"`      // of them, with a coin
	Late       int          `json:"late"`      // of the coins: paid by the supervisor
	Anonymity  int          `json:"anonymity"` // least anonymity set of a coin of the roll; 0 without coins
	Mixers     []MixerCount `json:"mixers"`
}

// MixerCount counts what one mixer did.
type MixerCount struct {
	Name      string `json:"name"`
	Key       string `json:"key"`
	Issued    int    `json:"issued"`    // correct issues for good deposits
	Paid      int    `json:"paid"`      // coins
	Anonymity *int   `json:"anonymity"` // least anonymity set of its vouchers; null where they name no issuer
}

// Tip is the last block of the evidence.
type Tip struct {
	Height uint32 `json:"height"`
	Hash   string `json:"hash"`
	Time   string `json:"time,omitempty"` // of its header: RFC 3339, UTC
}

// Board is the extent of the board. A later board must begin with it (V99).
type Board struct {
	Lines int    `json:"lines"`
	Head  string `json:"head"` // hash of the last line
}

// Allowed is a warning that the policy silences, with its reason.
type Allowed struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// Property is one of the seven properties of the paper, section 2.1.
type Property struct {
	Name    string `json:"name"`
	Checked string `json:"checked"` // what was checked of it
	Not     string `json:"not"`     // what no check can show
}

// Report is the answer of an audit. Its JSON is fixed.
type Report struct {
	Spec         int        `json:"spec"`     // version of this format
	Policy       string     `json:"policy"`   // the policy's id
	Election     string     `json:"election"` // its name
	Network      string     `json:"network"`
	Level        string     `json:"level"`     // none, L0, L1, L2, L3
	Exit         int        `json:"exit"`      // an Exit code
	Build        string     `json:"build"`     // of the auditor
	Verdict      string     `json:"verdict"`   // in one sentence
	Winner       *string    `json:"winner"`    // nil without one
	Threshold    int        `json:"threshold"` // k
	Voters       int        `json:"voters"`    // of the policy; of the roll where that is longer (V26)
	Votes        int        `json:"votes"`     // counted votes
	Counts       []Count    `json:"counts"`
	Roll         []Member   `json:"roll"`   // in the order of slots; empty until the roll is closed
	Mixing       *Exchange  `json:"mixing"` // nil without mixing
	Tip          Tip        `json:"tip"`
	Evidence     string     `json:"evidence"`      // the basis of claims of absence, and the work of the headers
	RecordSHA256 string     `json:"record_sha256"` // record.Sum
	Board        Board      `json:"board"`
	Checks       []Check    `json:"checks"`
	Allowed      []Allowed  `json:"allowed"`
	Properties   []Property `json:"properties"`
	Undetectable []string   `json:"undetectable"` // what no check can find
	Manual       []string   `json:"manual"`       // what a person must check

	History *History `json:"-"` // nil in a report that was read from JSON
}
