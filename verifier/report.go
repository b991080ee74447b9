package verifier

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
	Candidate string `json:"candidate"`
	Min       int    `json:"min"`
	Max       int    `json:"max"`
}

// Tip is the last block of the evidence.
type Tip struct {
	Height uint32 `json:"height"`
	Hash   string `json:"hash"`
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
	Tip          Tip        `json:"tip"`
	Evidence     string     `json:"evidence"`
	RecordSHA256 string     `json:"record_sha256"`
	Board        Board      `json:"board"`
	Checks       []Check    `json:"checks"`
	Allowed      []Allowed  `json:"allowed"`
	Properties   []Property `json:"properties"`
	Undetectable []string   `json:"undetectable"`
	Manual       []string   `json:"manual"`

	Story *Story `json:"-"` // nil in a report that was read from JSON
}
