package main

import (
	"fmt"

	"bevote/internal/textdiff"
	"bevote/internal/workbench"

	"github.com/spf13/cobra"
)

func newDiff(c *console) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "diff OLD NEW",
		Short:   "say what changes where one policy takes another's place",
		Long:    helpText("diff"),
		Example: "  bevote diff club.bev club.new.bev",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("diff takes OLD and NEW, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return c.diff(args[0], args[1], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// diffAnswer is the answer of diff.
type diffAnswer struct {
	*workbench.Difference
	Same     bool   `json:"same"`
	Policies string `json:"policies"` // unified diffs
	Scripts  string `json:"scripts"`
	Escrows  string `json:"escrows,omitempty"` // where coins are mixed
}

func (c *console) diff(before, after string, asJSON bool) error {
	files := [2]workbench.File{{Name: before}, {Name: after}}
	for i, f := range files {
		src, err := c.read(f.Name)
		if err != nil {
			return err
		}
		files[i].Src = src
	}
	d, bad, diags, err := workbench.Diff(files[0], files[1])
	if err != nil {
		return bug(fmt.Errorf("%s and %s: %w", before, after, err))
	}
	if d == nil {
		return c.invalidPolicy(files[bad].Name, files[bad].Src, diags)
	}
	if asJSON {
		var texts [3]string
		for i, t := range d.Texts {
			texts[i] = t.Unified(textdiff.Plain)
		}
		err = c.printJSON(diffAnswer{d, d.Same(), texts[0], texts[1], texts[2]})
	} else {
		marks := textdiff.Carets
		if colours(c.out) {
			marks = textdiff.Colour
		}
		_, err = fmt.Fprint(c.out, d.Text(marks))
	}
	if err != nil {
		return bug(err)
	}
	if !d.Same() {
		return exitCode(codeNo)
	}
	return nil
}
