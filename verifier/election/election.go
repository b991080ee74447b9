// Package election computes from a board and a chain what they establish of an
// election: phases, roll, joint key, votes, and the exchange of coins.
//
// Its functions are pure functions of policy, contract, board and blocks. Participants
// and auditors share them, so a candidate counts the votes that an auditor counts.
// The package holds no secret and gives no verdict.
//
//	policy, contract ──▶ Election ──▶ Setup ──▶ Votes
//	                        │           ▲         ▲
//	board lines ────────────┼───────────┘         │
//	      └────────────▶ Replay ──────────────────┘
//	blocks ────────────────┘
//
// Numbers of lines, slots, candidates and joint keys begin with 1.
package election

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"github.com/btcsuite/btcd/address/v2"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/lift"
)

// Election is what was announced: a policy, and a contract for its stakes.
type Election struct {
	Policy   *lang.Policy
	Contract *templates.Contract
	Template templates.Template // the contract's script, of stakes
	Escrow   templates.Template // the contract's escrow, of mixing deposits; zero without mixing
	EID      [32]byte           // of the policy

	PolicyHash, ContractHash [32]byte          // SHA-256 of the files
	Warnings                 []lang.Diagnostic // of package lang, of the policy
	Mismatch                 error             // why the contract is not the policy's; nil if it is
	SealKeys                 []curve.Point     // by candidate number − 1: the key that its ballots are sealed to

	answers *answers
	signed  *sync.Map // of board lines: whether the signature is right, by signedLine
}

// Load reads the texts of policy.bev and contract.json. It refuses a contract whose
// script does not lift to the policy's paths: no participant may send a coin to such
// a script. Errors of the policy are a [PolicyError].
func Load(policy, contract []byte) (*Election, error) {
	e, err := Read(policy, contract)
	if err != nil {
		return nil, err
	}
	return e, e.Mismatch
}

// Read is [Load] for an auditor: a contract that is not the policy's is a finding,
// in Mismatch, and no error.
func Read(policy, contract []byte) (*Election, error) {
	c, err := templates.DecodeContract(contract)
	if err != nil {
		return nil, fmt.Errorf("contract.json: %w", err)
	}
	t, err := templates.ParseTemplate(c.Script)
	if err != nil {
		return nil, fmt.Errorf("contract.json: script: %w", err)
	}
	escrow, err := c.EscrowTemplate()
	if err != nil {
		return nil, fmt.Errorf("contract.json: escrow: %w", err)
	}
	p, diags := lang.Load(policy)
	if p == nil {
		return nil, &PolicyError{diags}
	}
	e := &Election{
		Policy: p, Contract: c, Template: t, Escrow: escrow, EID: p.EID(),
		answers: new(answers), signed: new(sync.Map), PolicyHash: sha256.Sum256(policy), ContractHash: sha256.Sum256(contract),
		Warnings: diags, Mismatch: lift.Check(p, c),
	}
	e.SealKeys, err = sealKeys(p)
	return e, err
}

// EscrowRedeem returns the redeem script of a deposit: the contract's escrow,
// filled with a mixer's key and a depositor's registration key.
func (e *Election) EscrowRedeem(mixer, depositor curve.PublicKey) ([]byte, error) {
	if e.Contract.Escrow == "" {
		return nil, errors.New("the contract has no escrow")
	}
	script, err := e.Escrow.Fill(map[string][]byte{"mixer": mixer[:], "depositor_hash": address.Hash160(depositor[:])})
	if err != nil {
		return nil, fmt.Errorf("escrow: %w", err)
	}
	return script, nil
}

// EscrowScript returns the output script of a deposit, P2SH of [Election.EscrowRedeem].
func (e *Election) EscrowScript(mixer, depositor curve.PublicKey) ([]byte, error) {
	redeem, err := e.EscrowRedeem(mixer, depositor)
	if err != nil {
		return nil, err
	}
	return templates.PayToRedeem(redeem), nil
}

// PolicyError is the error of an invalid policy. It lists the policy's errors.
type PolicyError struct{ Diagnostics []lang.Diagnostic }

// Error names the first of the errors and its place.
func (e *PolicyError) Error() string {
	for _, d := range e.Diagnostics {
		if d.IsError() {
			return fmt.Sprintf("policy.bev:%d:%d: %s: %s", d.Primary.Line, d.Primary.Column, d.Code, d.Message)
		}
	}
	return "policy.bev: not a policy"
}

// sealKeys returns the keys that ballots for each candidate are sealed to: the
// candidates', or the supervisor's in custodial elections (paper, section 3.4).
func sealKeys(p *lang.Policy) (points []curve.Point, err error) {
	for _, c := range p.Candidates {
		key := c.Key
		if !p.Dealt() {
			key = p.Supervisor
		}
		point, err := key.Point()
		if err != nil {
			return nil, fmt.Errorf("policy: the key of %s's ballots: %w", c.Name, err)
		}
		points = append(points, point)
	}
	return points, nil
}

// LiftedPaths returns the paths of the contract's script, with the policy's names
// of keys.
func (e *Election) LiftedPaths() ([]templates.Path, error) {
	return lift.Paths(e.Template, lift.Roles(e.Policy))
}

// Unreadable reports whether the text is not a policy at all, rather than a policy
// that breaks a rule: an error's code begins with E00.
func (e *PolicyError) Unreadable() bool {
	for _, d := range e.Diagnostics {
		if d.IsError() && d.Code[:3] == "E00" {
			return true
		}
	}
	return false
}

// Opener returns the number of the candidate that a key opens ballots as, 0 for the
// supervisor of a custodial election, and −1 for a key that may open none.
func (e *Election) Opener(key curve.PublicKey) int {
	if !e.Policy.Dealt() {
		if key == e.Policy.Supervisor {
			return 0
		}
		return -1
	}
	for j, c := range e.Policy.Candidates {
		if c.Key == key {
			return j + 1
		}
	}
	return -1
}
