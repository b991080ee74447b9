package templates

// Contract is the compiled policy as published in contract.json: a script
// template with typed holes, and the paths it spends by.
type Contract struct {
	Contract int    `json:"contract"` // format version, 1
	Policy   string `json:"policy"`   // policy id, bvp1…
	Lowering int    `json:"lowering"` // version of the lowering, 1
	Script   string `json:"script"`   // template text
	Paths    []Path `json:"paths"`
}

// Path is one way to spend: minimal signer set, locktime, and the witness as
// the items pushed from first to last ("0", "1", "sig:ROLE", "pubkey:ROLE", "redeem").
type Path struct {
	Name    string   `json:"name"`
	Signers []string `json:"signers"`
	After   uint32   `json:"after"`
	Witness []string `json:"witness"`
}
