package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The versions that this program writes and reads.
const (
	ContractVersion = 2
	LoweringVersion = 1
)

// MaxContract is the most bytes of a contract that [DecodeContract] reads.
const MaxContract = 256 << 10

// Contract is the compiled policy as published in contract.json: the template of a
// stake's script, and the paths that spend it. With mixing it has the same of the
// escrow of deposits; without, these fields are absent.
type Contract struct {
	Contract    int    `json:"contract"`         // format version, 2
	Policy      string `json:"policy"`           // policy id, bvp1…
	Lowering    int    `json:"lowering"`         // version of the lowering, 1
	Script      string `json:"script"`           // template text
	Paths       []Path `json:"paths"`            // sorted by their text
	Escrow      string `json:"escrow,omitempty"` // template text
	EscrowPaths []Path `json:"escrow_paths,omitempty"`
}

// Path is one way to spend an output: a minimal signer set, a locktime and the
// items that the input script pushes, from first to last:
//
//	0             an empty item or a false flag
//	1             a true flag
//	sig:ROLE      a signature by the role's key, with its hash type
//	pubkey:ROLE   the role's public key
//	redeem        the redeem script, which is the last
type Path struct {
	Name    string   `json:"name"`    // refund, win, win.NAME, branch.NAME; of an escrow return, sweep
	Signers []string `json:"signers"` // roles, sorted; a sum of keys is one: "joint+alice"
	After   uint32   `json:"after"`   // least locktime, 0 for none
	Witness []string `json:"witness"`
}

// DecodeContract reads a canonical contract: exactly the bytes that
// [Contract.Encode] writes, so that a contract has one spelling and one hash.
func DecodeContract(b []byte) (*Contract, error) {
	if len(b) > MaxContract {
		return nil, fmt.Errorf("contract of %d bytes, at most %d", len(b), MaxContract)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var c Contract
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	// Repeated keys, other spellings, white space and trailing bytes differ from
	// what Encode writes.
	if !bytes.Equal(c.Encode(), b) {
		return nil, errors.New("contract: not in canonical form")
	}
	return &c, nil
}

// Encode writes c as canonical JSON: keys in the order of the types, no white
// space, no escapes beyond need, one LF at the end.
func (c *Contract) Encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // holes are <so>
	if err := e.Encode(c); err != nil {
		panic(err) // a bug: strings and numbers always encode
	}
	return b.Bytes()
}

// Template parses the contract's script.
func (c *Contract) Template() (Template, error) { return ParseTemplate(c.Script) }

// EscrowTemplate parses the contract's escrow. It is the zero template if there is
// none.
func (c *Contract) EscrowTemplate() (Template, error) {
	if c.Escrow == "" {
		return Template{}, nil
	}
	return ParseTemplate(c.Escrow)
}

const word = `[a-z][a-z0-9_]{0,31}`

var (
	policyID    = regexp.MustCompile(`^bvp1[02-9ac-hj-np-z]{58}$`)
	stakePath   = regexp.MustCompile(`^(refund|win|(win|branch)\.` + word + `)$`)
	escrowPath  = regexp.MustCompile(`^(sweep|return)$`)
	roleName    = regexp.MustCompile(`^` + word + `(\.` + word + `)?(\+` + word + `)?$`)
	witnessItem = regexp.MustCompile(`^([01]|(sig|pubkey):` + word + `(\.` + word + `)?(\+` + word + `)?)$`)
)

// check refuses contracts of another version and fields that are not canonical.
func (c *Contract) check() error {
	if c.Contract == 1 {
		return fmt.Errorf("written for protocol 1; this program reads protocol %d", ContractVersion)
	}
	if c.Contract != ContractVersion {
		return fmt.Errorf("unknown format version %d, want %d", c.Contract, ContractVersion)
	}
	if !policyID.MatchString(c.Policy) {
		return fmt.Errorf("policy id %.80q is not one", c.Policy)
	}
	if err := checkScript(c.Script, c.Paths, stakePath); err != nil {
		return err
	}
	if c.Escrow == "" && len(c.EscrowPaths) == 0 {
		return nil
	}
	if err := checkScript(c.Escrow, c.EscrowPaths, escrowPath); err != nil {
		return fmt.Errorf("escrow: %w", err)
	}
	return nil
}

// checkScript refuses a template's text or paths that are not canonical.
func checkScript(text string, paths []Path, names *regexp.Regexp) error {
	t, err := ParseTemplate(text)
	if err != nil {
		return err
	}
	if t.String() != text {
		return errors.New("script is not in canonical form")
	}
	if len(paths) == 0 {
		return errors.New("no paths")
	}
	for i, p := range paths {
		if !names.MatchString(p.Name) {
			return fmt.Errorf("path %d: unknown name %.80q", i+1, p.Name)
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("path %d: %w", i+1, err)
		}
		if i > 0 && paths[i-1].String() >= p.String() {
			return fmt.Errorf("path %d: not after the path before it", i+1)
		}
	}
	return nil
}

func (p Path) check() error {
	if len(p.Signers) == 0 {
		return errors.New("no signers")
	}
	for i, s := range p.Signers {
		if !roleName.MatchString(s) {
			return fmt.Errorf("signer %.80q is not a role", s)
		}
		if i > 0 && p.Signers[i-1] >= s {
			return errors.New("signers not sorted")
		}
	}
	last := len(p.Witness) - 1
	if last < 0 || p.Witness[last] != "redeem" {
		return errors.New("witness does not end in redeem")
	}
	for _, w := range p.Witness[:last] {
		if !witnessItem.MatchString(w) {
			return fmt.Errorf("unknown witness item %.80q", w)
		}
	}
	return nil
}

// String returns the path in one line. Up to the lock it is the path's line in the
// policy's core:
//
//	path NAME SIGNERS after LOCK witness ITEMS
func (p Path) String() string {
	return fmt.Sprintf("path %s %s after %d witness %s",
		p.Name, strings.Join(p.Signers, ","), p.After, strings.Join(p.Witness, " "))
}
