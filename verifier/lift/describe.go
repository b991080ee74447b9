package lift

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"bevote/templates"
)

// Description is what can be said of a script without its policy.
type Description struct {
	Template templates.Template
	Paths    []templates.Path    // as Paths returns them; named where a contract names them
	Contract *templates.Contract // nil for a script or a template
}

// Describe lifts what it is given: a contract's JSON, a script in hex, or a
// template's text. Of a contract it reports what the script does, not what the
// contract says it does: a path that the contract does not list has no name.
// The error wraps ErrLift where the input is readable.
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
	return &Description{Template: t, Paths: paths}, nil
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
		paths[i].Name = nameOf(paths[i], c)
	}
	return &Description{Template: t, Paths: paths, Contract: c}, nil
}

// nameOf returns what the contract calls a path of its script, or "". Whose
// the constant keys are only the policy knows; so a path is compared without
// the names of those, and has no name where several would do.
func nameOf(q templates.Path, c *templates.Contract) string {
	name := ""
	for _, said := range c.Paths {
		if nameless(said) != nameless(q) {
			continue
		}
		if name != "" && name != said.Name {
			return ""
		}
		name = said.Name
	}
	return name
}

// nameless is a path's lock and witness, with a mark for signers whose keys are
// constants of the script.
func nameless(q templates.Path) string {
	items := make([]string, len(q.Witness))
	for i, item := range q.Witness {
		kind, role, _ := strings.Cut(item, ":")
		filled := role == "voter" || role == "joint" || strings.ContainsAny(role, ".+")
		if items[i] = item; role != "" && !filled {
			items[i] = kind + ":*"
		}
	}
	return fmt.Sprint(q.After, items)
}

// claimNames takes from the contract what it calls the claim keys: the sum of
// a joint key and the candidate's that its hole names.
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
