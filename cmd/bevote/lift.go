package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"bevote/templates"
	"bevote/verifier/lift"

	"github.com/spf13/cobra"
)

func newLift(c *console) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "lift HEX|FILE",
		Short: "read a script back: who can spend it, and when",
		Long: `Lift executes a script symbolically and prints its paths. It takes a redeem
script in hex, a contract, or a file with a template's text.`,
		Example: "  bevote lift contract.json\n  bevote lift 21038c…ac",
		Args:    takes("HEX or FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := c.script(args[0])
			if err != nil {
				return err
			}
			paths, err := lift.Paths(t, nil)
			if err != nil {
				return &exit{codeNo, fmt.Errorf("cannot lift: %w", err)}
			}
			if asJSON {
				return c.answer(lifted{Script: t.String(), Paths: paths})
			}
			printScript(c.out, t)
			printPaths(c.out, paths)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// lifted is the answer of lift.
type lifted struct {
	Script string           `json:"script"`
	Paths  []templates.Path `json:"paths"`
}

// script reads a template from a file or, where there is none of that name,
// from hex.
func (c *console) script(arg string) (templates.Template, error) {
	var none templates.Template
	if _, err := os.Stat(arg); arg != "-" && errors.Is(err, fs.ErrNotExist) {
		raw, err := hex.DecodeString(arg)
		if err != nil {
			return none, unreadable(fmt.Errorf("%s: no such file, and not hex", arg))
		}
		return decoded(templates.DecodeScript(raw))
	}
	b, err := c.read(arg)
	if err != nil {
		return none, err
	}
	b = bytes.TrimSpace(b)
	if bytes.HasPrefix(b, []byte("{")) {
		contract, err := templates.DecodeContract(append(b, '\n'))
		if err != nil {
			return none, unreadable(fmt.Errorf("%s: %w", arg, err))
		}
		return decoded(contract.Template())
	}
	if raw, err := hex.DecodeString(string(b)); err == nil {
		return decoded(templates.DecodeScript(raw))
	}
	return decoded(templates.ParseTemplate(string(b)))
}

func decoded(t templates.Template, err error) (templates.Template, error) {
	if err != nil {
		return t, unreadable(err)
	}
	return t, nil
}
