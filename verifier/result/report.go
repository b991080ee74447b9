// Package result is an audit's answer: the level of proof, the counts, one row
// a check, and what happened block by block.
//
// It promises that a report's JSON is fixed, because other tools rely on it. It
// judges nothing and imports nothing.
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

// Item is one thing that a check found, and where a person can look it up.
type Item struct {
	Where   string `json:"where"` // txid, outpoint, height, board line, roll slot
	Message string `json:"message"`
}

// Check is the result of one row of the table of checks.
type Check struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Class    string `json:"class"` // E, I, A, W, U or – as docs/audit.md says
	Status   Status `json:"status"`
	Expected int    `json:"expected"`
	Examined int    `json:"examined"`
	Failed   int    `json:"failed"`
	Reason   string `json:"reason"`
	Items    []Item `json:"items"`
}

// Count is what is known of one candidate's votes.
type Count struct {
	Candidate string `json:"candidate"` // identifier
	Display   string `json:"display"`   // the policy's name for people, "" where it has none
	Min       int    `json:"min"`
	Max       int    `json:"max"`
}

// Exchange is what registration and exchange came to, in an election with mixing.
// Until the roll is closed it has the scheme alone.
type Exchange struct {
	Scheme     string       `json:"scheme"`
	Root       string       `json:"root"`       // of the registry; "" where there is none
	Deadlines  []uint32     `json:"deadlines"`  // T1 … T5
	Registered int          `json:"registered"` // voters
	Deposits   int          `json:"deposits"`   // good ones
	Issued     int          `json:"issued"`     // of them, with a right issue
	Swept      int          `json:"swept"`      // deposits, like the next
	Returned   int          `json:"returned"`
	Vouchers   int          `json:"vouchers"`  // valid ones
	Paid       int          `json:"paid"`      // of them, with a coin
	Late       int          `json:"late"`      // of the coins: paid by the supervisor, or after T5
	Anonymity  int          `json:"anonymity"` // the smallest crowd of which a coin of the roll is one; 0 where there is none
	Residual   int64        `json:"residual"`  // satoshis that the settlement declares left
	Mixers     []MixerCount `json:"mixers"`
}

// MixerCount is what one mixer did.
type MixerCount struct {
	Name      string `json:"name"`
	Key       string `json:"key"`
	Issued    int    `json:"issued"`    // rightly, for good deposits
	Paid      int    `json:"paid"`      // coins
	Anonymity *int   `json:"anonymity"` // the smallest crowd among its vouchers' coins; null where vouchers do not name their issuer
}

// Tip is the last block of the evidence.
type Tip struct {
	Height uint32 `json:"height"`
	Hash   string `json:"hash"`
	Time   string `json:"time,omitempty"` // of its header: RFC 3339, UTC
}

// Board is how much of the board there was: a later one must begin with it (V99).
type Board struct {
	Lines int    `json:"lines"`
	Head  string `json:"head"` // hash of the last line
}

// Allowed is a warning that the policy silences, with its reason.
type Allowed struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// Property is one of the paper's seven, with what was checked and what cannot be.
type Property struct {
	Name    string `json:"name"`
	Checked string `json:"checked"`
	Not     string `json:"not"`
}

// Report is the auditor's answer. Its JSON is fixed: other tools rely on it.
type Report struct {
	Spec         int        `json:"spec"`
	Policy       string     `json:"policy"`
	Election     string     `json:"election"`
	Network      string     `json:"network"`
	Level        string     `json:"level"` // none, L0, L1, L2, L3
	Exit         int        `json:"exit"`
	Build        string     `json:"build"`
	Verdict      string     `json:"verdict"`
	Winner       *string    `json:"winner"`
	Threshold    int        `json:"threshold"`
	Voters       int        `json:"voters"` // n, the roll
	Votes        int        `json:"votes"`  // counted votes
	Counts       []Count    `json:"counts"`
	Mixing       *Exchange  `json:"mixing"` // nil without mixing
	Tip          Tip        `json:"tip"`
	Evidence     string     `json:"evidence"`
	RecordSHA256 string     `json:"record_sha256"`
	Board        Board      `json:"board"`
	Checks       []Check    `json:"checks"`
	Allowed      []Allowed  `json:"allowed"`
	Properties   []Property `json:"properties"`
	Undetectable []string   `json:"undetectable"`
	Manual       []string   `json:"manual"`

	History *History `json:"-"` // nil in a report that was read from JSON
}
