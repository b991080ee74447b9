package main

import (
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
			input, err := c.script(args[0])
			if err != nil {
				return err
			}
			d, err := lift.Describe(input)
			if errors.Is(err, lift.ErrLift) {
				return &exit{codeNo, err}
			}
			if err != nil {
				return unreadable(err)
			}
			if asJSON {
				return c.answer(newLifted(d))
			}
			title := "script"
			if d.IsEscrow {
				title = "escrow of a deposit"
			}
			printScript(c.out, title, d.Template)
			printPaths(c.out, "paths", d.Paths)
			if len(d.EscrowPaths) > 0 {
				fmt.Fprintln(c.out)
				printScript(c.out, "escrow", d.Escrow)
				printPaths(c.out, "paths", d.EscrowPaths)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// lifted is the answer of lift.
type lifted struct {
	Script      string           `json:"script"`
	Paths       []templates.Path `json:"paths"`
	Escrow      string           `json:"escrow,omitempty"` // a contract's
	EscrowPaths []templates.Path `json:"escrow_paths,omitempty"`
}

func newLifted(d *lift.Description) lifted {
	return lifted{d.Template.String(), d.Paths, d.Escrow.String(), d.EscrowPaths}
}

// script returns what a file holds or, where there is none of that name, the
// hex that stands in its place.
func (c *console) script(arg string) ([]byte, error) {
	if _, err := os.Stat(arg); arg == "-" || !errors.Is(err, fs.ErrNotExist) {
		return c.read(arg)
	}
	if _, err := hex.DecodeString(arg); err != nil {
		return nil, unreadable(fmt.Errorf("%s: no such file, and not hex", arg))
	}
	return []byte(arg), nil
}
