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
		Use:     "lift HEX|FILE",
		Short:   "read a script back: who can spend it, and when",
		Long:    helpText("lift"),
		Example: "  bevote lift contract.json\n  bevote lift 21038c…ac",
		Args:    oneArg("HEX or FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			input, err := c.readScript(args[0])
			if err != nil {
				return err
			}
			d, err := lift.Describe(input)
			if errors.Is(err, lift.ErrLift) {
				return &exitError{codeNo, err}
			}
			if err != nil {
				return unreadable(err)
			}
			if asJSON {
				return c.printJSON(newLiftAnswer(d))
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
			for _, w := range d.Warnings {
				fmt.Fprintf(c.out, "\nwarning: %s\n", w)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// liftAnswer is the answer of lift.
type liftAnswer struct {
	Script      string           `json:"script"`
	Paths       []templates.Path `json:"paths"`
	Escrow      string           `json:"escrow,omitempty"` // a contract's
	EscrowPaths []templates.Path `json:"escrow_paths,omitempty"`
	Warnings    []string         `json:"warnings,omitempty"`
}

func newLiftAnswer(d *lift.Description) liftAnswer {
	return liftAnswer{d.Template.String(), d.Paths, d.Escrow.String(), d.EscrowPaths, d.Warnings}
}

// readScript returns the contents of the file arg or, where there is no such
// file, arg itself if it is hex. Hex may be longer than a file's name can be.
func (c *console) readScript(arg string) ([]byte, error) {
	if arg == "-" {
		return c.read(arg)
	}
	_, missing := os.Stat(arg)
	if missing == nil {
		return c.read(arg)
	}
	_, err := hex.DecodeString(arg)
	if err == nil {
		return []byte(arg), nil
	}
	noFile, noHex := "no such file", "not hex"
	if pe := new(fs.PathError); errors.As(missing, &pe) && !errors.Is(missing, fs.ErrNotExist) {
		noFile = pe.Err.Error()
	}
	if errors.Is(err, hex.ErrLength) {
		noHex = "hex of an odd number of digits"
	}
	return nil, unreadable(fmt.Errorf("%s: %s, and %s", shortArg(arg), noFile, noHex))
}

// shortArg cuts a text so that a message stays one line.
func shortArg(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:40]) + "…"
	}
	return text
}
