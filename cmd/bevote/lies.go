package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"bevote/internal/corpus"
	"bevote/internal/rehearsal"

	"github.com/spf13/cobra"
)

// lieFlags are the flags of rehearse that concern lies.
type lieFlags struct {
	name         string
	list, matrix bool
}

func (l *lieFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&l.name, "lie", "", "who cheats how: a name from --lies")
	cmd.Flags().BoolVar(&l.list, "lies", false, "list the lies and the harmless variants, one a line")
	cmd.Flags().BoolVar(&l.matrix, "matrix", false, "with --lies: play and audit them all")
	cmd.MarkFlagsMutuallyExclusive("lie", "lies")
	cmd.MarkFlagsMutuallyExclusive("lie", "votes")
	cmd.MarkFlagsMutuallyExclusive("lies", "output")
}

// args checks the arguments: no FILE for a list; an optional FILE for a lie, which has
// a base election; otherwise one FILE.
func (l *lieFlags) args(cmd *cobra.Command, args []string) error {
	switch {
	case l.matrix && !l.list:
		return usage("--matrix goes with --lies")
	case l.list && len(args) > 0:
		return usage("--lies takes no FILE, got %d arguments", len(args))
	case l.list || l.name != "" && len(args) == 0:
		return nil
	}
	return oneArg("FILE")(cmd, args)
}

// announceLie returns the lie of that name and prints what an audit of it must
// find.
func (c *console) announceLie(name string, opt rehearsal.Options) (corpus.Lie, error) {
	l, ok := corpus.LieNamed(name)
	if !ok {
		return l, usage("no lie is called %q: see bevote rehearse --lies", name)
	}
	c.printf("%s: %s", l.Strength, l.Text)
	if opt.Source == nil {
		c.printf("an audit must exit with %d%s", l.Exit, expectedCheck(l))
	}
	return l, nil
}

func expectedCheck(l corpus.Lie) string {
	if l.Check == "" {
		return ""
	}
	return " and name " + l.Check
}

// listLies prints the corpus, or with matrix plays and audits it.
func (c *console) listLies(ctx context.Context, matrix, asJSON bool) error {
	all := corpus.Lies()
	switch {
	case matrix:
		return c.tryLies(ctx, asJSON)
	case asJSON:
		return c.printJSON(all)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, l := range all {
		check := l.Check
		if check == "" {
			check = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Name, check, l.Strength, l.Base, l.Text)
	}
	if err := w.Flush(); err != nil {
		return bug(err)
	}
	return nil
}

// tryLies plays and audits the corpus and prints the results. Lies that the
// auditor missed go to standard error.
func (c *console) tryLies(ctx context.Context, asJSON bool) error {
	bar := newProgress(c.err)
	m, err := corpus.Measure(ctx, func(n, of int) { bar.step("lies", n, of) })
	bar.clear()
	if err != nil {
		return bug(err)
	}
	score := m.Score()
	if asJSON {
		err = c.printJSON(struct {
			Score  corpus.Score   `json:"score"`
			Trials []corpus.Trial `json:"trials"`
		}{score, m.Trials})
	} else if _, err = m.WriteTo(c.out); err != nil {
		err = bug(err)
	}
	if err != nil {
		return err
	}
	for _, wrong := range m.Wrong() {
		c.printf("%s", wrong)
	}
	c.printf("%s", score)
	if !score.Perfect() {
		return exitCode(codeNo)
	}
	return nil
}
