package lift

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bevote/templates"
)

// Description is the meaning of a script as far as it follows without the policy.
type Description struct {
	Template    templates.Template
	Paths       []templates.Path    // of [Paths]; with names if a contract or the form of an escrow gives them
	IsEscrow    bool                // a script or template with the paths of a deposit's escrow
	Contract    *templates.Contract // nil for a script or a template
	Escrow      templates.Template  // the contract's; zero if it has none
	EscrowPaths []templates.Path
	Warnings    []string // one line each, of a script that can never be spent as it stands
}

// Describe lifts a contract's JSON, a script in hex, or a template's text. Of a
// contract it returns the paths of the script, not those that the contract lists: one
// that is not in the list has no name. The error wraps [ErrLift] if the input could
// be read.
func Describe(input []byte) (*Description, error) {
	text := string(bytes.TrimSpace(input))
	if text == "" {
		return nil, errors.New("nothing to lift")
	}
	if text[0] == '{' {
		return describeContract(input)
	}
	t, err := parseScript(text)
	if err != nil {
		return nil, err
	}
	paths, err := Paths(t, nil)
	if err != nil {
		return nil, err
	}
	d := &Description{Template: t, Paths: paths, IsEscrow: nameEscrow(paths)}
	d.warnIfTooLong("script", t)
	return d, nil
}

// warnIfTooLong notes a redeem script over 520 bytes: spending pushes it, and no
// stack item may be longer. A hole for a ballot counts as a plain one.
func (d *Description) warnIfTooLong(what string, t templates.Template) {
	if size := t.Size(false); size > templates.MaxRedeem {
		d.Warnings = append(d.Warnings, fmt.Sprintf("%s of %d bytes, and a redeem script has at most %d: "+
			"an output of its hash can never be spent", what, size, templates.MaxRedeem))
	}
}

// nameEscrow names the paths of a deposit's escrow, and reports whether they are such:
//
//	sweep    two signers, at once        sig:A sig:B redeem
//	return   one, from a height on       sig:C pubkey:C 0 redeem
//
// Any keys will do: another script of this form means the same.
func nameEscrow(paths []templates.Path) bool {
	if len(paths) != 2 {
		return false
	}
	back, sweep := &paths[0], &paths[1]
	if back.After == 0 {
		back, sweep = sweep, back
	}
	if len(back.Signers) != 1 || len(sweep.Signers) != 2 || back.After == 0 || sweep.After != 0 {
		return false
	}
	owner, a, b := back.Signers[0], sweep.Signers[0], sweep.Signers[1]
	returned := slices.Equal(back.Witness, []string{"sig:" + owner, "pubkey:" + owner, "0", "redeem"})
	swept := func(first, second string) bool {
		return slices.Equal(sweep.Witness, []string{"sig:" + first, "sig:" + second, "redeem"})
	}
	if !returned || !swept(a, b) && !swept(b, a) {
		return false
	}
	back.Name, sweep.Name = "return", "sweep"
	return true
}

// parseScript reads hex digits as a script, anything else as a template.
func parseScript(text string) (templates.Template, error) {
	if strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return templates.ParseTemplate(text)
	}
	script, err := hex.DecodeString(text)
	if err != nil {
		return templates.Template{}, fmt.Errorf("script: %w", err)
	}
	return templates.DecodeScript(script)
}

func describeContract(input []byte) (*Description, error) {
	c, err := templates.DecodeContract(input)
	if err != nil {
		return nil, err
	}
	t, err := c.Template()
	if err != nil {
		return nil, err
	}
	paths, err := Paths(t, claimNames(c))
	if err != nil {
		return nil, err
	}
	for i := range paths {
		paths[i].Name = nameOf(paths[i], c.Paths, "voter", "joint")
	}
	d := &Description{Template: t, Paths: paths, Contract: c}
	d.warnIfTooLong("script", t)
	if c.Escrow == "" {
		return d, nil
	}
	if d.Escrow, err = c.EscrowTemplate(); err != nil {
		return nil, err
	}
	if d.EscrowPaths, err = Paths(d.Escrow, nil); err != nil {
		return nil, fmt.Errorf("escrow: %w", err)
	}
	d.warnIfTooLong("escrow", d.Escrow)
	for i := range d.EscrowPaths {
		d.EscrowPaths[i].Name = nameOf(d.EscrowPaths[i], c.EscrowPaths, "mixer", "depositor")
	}
	return d, nil
}

// nameOf returns the name of a script's path in a contract's list, or "". The list
// names constant keys by roles, which are only in the policy. So paths are compared
// without those names, and a path that fits several has none. holes are the roles
// whose keys are holes.
func nameOf(q templates.Path, list []templates.Path, holes ...string) string {
	name := ""
	for _, said := range list {
		if nameless(said, holes) != nameless(q, holes) {
			continue
		}
		if name != "" && name != said.Name {
			return ""
		}
		name = said.Name
	}
	return name
}

// nameless returns a path's lock and witness, with * for the roles whose keys are
// constants of the script.
func nameless(q templates.Path, holes []string) string {
	items := make([]string, len(q.Witness))
	for i, item := range q.Witness {
		kind, role, _ := strings.Cut(item, ":")
		filled := slices.Contains(holes, role) || strings.ContainsAny(role, ".+")
		if items[i] = item; role != "" && !filled {
			items[i] = kind + ":*"
		}
	}
	return fmt.Sprint(q.After, items)
}

// claimNames returns the contract's names of the claim keys: sums of a joint key and
// the key of the candidate that the hole names.
func claimNames(c *templates.Contract) map[string]string {
	roles := map[string]string{}
	for _, q := range c.Paths {
		for _, s := range q.Signers {
			if _, candidate, ok := strings.Cut(s, "+"); ok {
				roles["claim."+candidate] = s
			}
		}
	}
	return roles
}
