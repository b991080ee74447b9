package result

// Member is one slot of the roll: what board and chain show of it.
type Member struct {
	Slot         int      `json:"slot"`         // from 1
	Name         string   `json:"name"`         // of a voter whom the policy names, else ""
	Key          string   `json:"key"`          // roll key
	Address      string   `json:"address"`      // that the key's coin is at
	Entry        int      `json:"entry"`        // board line
	Coin         string   `json:"coin"`         // outpoint
	Dealt        string   `json:"dealt"`        // Yes, No or Out; "" until it is known and where nothing is dealt
	Acknowledged string   `json:"acknowledged"` // Yes, No, NoShare or Another; "" as before
	Shares       []string `json:"shares"`       // public shares, one a joint key; "" of one that allows no vote
	Vote         *Vote    `json:"vote"`         // the one that counts, else the first that does not; nil without one
	Stake        *Stake   `json:"stake"`        // of a vote that counts, else nil
}

// What a member did in the dealing.
const (
	Yes     = "yes"
	No      = "no"
	Out     = "out"                // a dealer who does not count
	NoShare = "without a share"    // acknowledged having none to vote with
	Another = "another transcript" // acknowledged
)

// Vote is a member's vote transaction, and what is known of its ballot.
type Vote struct {
	TxID      string `json:"txid"`
	Block     uint32 `json:"block"`
	Excluded  string `json:"excluded"`  // the check and why it does not count, "" where it does
	Candidate string `json:"candidate"` // whose ballot it is, "" unless that is shown
	Invalid   bool   `json:"invalid"`   // shown to be no candidate's
	Line      int    `json:"line"`      // board line that opened it, 0 for none
}

// Stake is what a vote locked, and where it went.
type Stake struct {
	Outpoint string `json:"outpoint"`
	Sats     int64  `json:"sats"`
	End      string `json:"end"`   // Locked, or the EventKind of its spend
	To       string `json:"to"`    // a candidate, a branch, or ""
	TxID     string `json:"txid"`  // of the spend, or ""
	Block    uint32 `json:"block"` // of the spend, or 0
}

// Locked is the end of a stake that is unspent.
const Locked = "locked"
