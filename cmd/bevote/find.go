package main

import (
	"context"
	"fmt"
	"slices"

	"bevote/verifier/report"
	"bevote/verifier/result"

	"github.com/spf13/cobra"
)

// codeNotFound is the exit code of find where no member of the roll is so called.
const codeNotFound = 2

// findOptions are the arguments of find.
type findOptions struct {
	path, text string
	sources    []string // URLs of nodes
	asJSON     bool
}

func newFind(c *console) *cobra.Command {
	var o findOptions
	cmd := &cobra.Command{
		Use:     "find RECORD KEY|SLOT|TXID|ADDRESS",
		Short:   "say what a record has of one voter",
		Long:    helpText("find"),
		Example: "  bevote find chair 3\n  bevote find record.zip pub:02afa5966b…0294",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("find takes a RECORD and what to find in it, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path, o.text = args[0], args[1]
			return c.find(cmd.Context(), o)
		},
	}
	cmd.Flags().StringArrayVar(&o.sources, "source", nil, "a node's URL, to take the blocks from there")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// findAnswer is the answer of find.
type findAnswer struct {
	Policy   string              `json:"policy"`
	Verdict  string              `json:"verdict"`
	Exit     int                 `json:"exit"` // of the audit
	Found    []report.Found      `json:"found"`
	Mentions []report.FoundCheck `json:"mentions"` // items that name what is no member's
}

// find audits a record and says what it has of the members that a text names.
func (c *console) find(ctx context.Context, o findOptions) error {
	live, err := dial(ctx, o.sources)
	if err != nil {
		return err
	}
	defer live.close()
	earlier, err := c.restore(auditOptions{})
	if err != nil {
		return err
	}
	r, err := c.auditOnce(ctx, o.path, live, earlier)
	if err != nil {
		return err
	}
	a := findAnswer{r.Policy, report.Verdict(r), r.Exit, report.Find(r, o.text), nil}
	if a.Found == nil {
		a.Found, a.Mentions = []report.Found{}, report.Mentions(r, o.text)
	}
	if a.Mentions == nil {
		a.Mentions = []report.FoundCheck{}
	}
	if o.asJSON {
		if err := c.printJSON(a); err != nil {
			return err
		}
	} else if err := c.printFound(a); err != nil {
		return err
	}
	return c.foundCode(a, o)
}

// printFound prints the answer for people.
func (c *console) printFound(a findAnswer) error {
	for _, f := range a.Found {
		if err := f.Text(c.out); err != nil {
			return bug(err)
		}
		fmt.Fprintln(c.out)
	}
	if len(a.Found) > 0 {
		fmt.Fprintln(c.out, a.Verdict)
	}
	return nil
}

// foundCode returns the exit code: that of an audit that cannot be relied on, whatever
// was found, then whether it was found, then whether it holds.
func (c *console) foundCode(a findAnswer, o findOptions) error {
	unreliable := []int{result.ExitRefuted, result.ExitUndetermined, result.ExitSources, result.ExitBug}
	if len(a.Found) == 0 {
		c.printf("bevote: no member of the roll is called %s: a slot, a key, a name, an address, a transaction or an outpoint", o.text)
		for _, m := range a.Mentions {
			for _, i := range m.Items {
				c.printf("  %s lists it: %s: %s", m.ID, i.Where, oneLine(i.Message))
			}
		}
		c.printf("%s", a.Verdict)
	}
	switch {
	case slices.Contains(unreliable, a.Exit):
		return exitCode(a.Exit)
	case len(a.Found) == 0:
		return exitCode(codeNotFound)
	case slices.ContainsFunc(a.Found, func(f report.Found) bool { return !f.Holds }):
		return exitCode(codeNo)
	}
	return nil
}
