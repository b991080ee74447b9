package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"bevote/internal/corpus"
	"bevote/internal/rehearsal"

	"github.com/spf13/cobra"
)

const liesHelp = `With --lie NAME somebody cheats in the election, to try an auditor on: without a
FILE in the election that the lie is kept with, otherwise in one by FILE, if that
is of the same kind. --lies lists them, with the check that must speak; with
--matrix all are played and audited, and what the auditor makes of them is
printed as docs/matrix.md. It exits with 1 if one slips through.`

// lying is what the command line says of lies.
type lying struct {
	name         string
	list, matrix bool
}

func (l *lying) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&l.name, "lie", "", "who cheats how: a name from --lies")
	cmd.Flags().BoolVar(&l.list, "lies", false, "list the lies and the harmless variants, one a line")
	cmd.Flags().BoolVar(&l.matrix, "matrix", false, "with --lies: play and audit them all")
	cmd.MarkFlagsMutuallyExclusive("lie", "lies")
	cmd.MarkFlagsMutuallyExclusive("lie", "votes")
	cmd.MarkFlagsMutuallyExclusive("lies", "output")
}

// takes checks the arguments: no FILE for a list, and one unless a lie brings
// its own election.
func (l *lying) takes(cmd *cobra.Command, args []string) error {
	switch {
	case l.matrix && !l.list:
		return usage("--matrix goes with --lies")
	case l.list && len(args) > 0:
		return usage("--lies takes no FILE, got %d arguments", len(args))
	case l.list || l.name != "" && len(args) == 0:
		return nil
	}
	return takes("FILE")(cmd, args)
}

// lie finds a lie and says what an audit of it must find.
func (c *console) lie(name string, opt rehearsal.Options) (corpus.Lie, error) {
	l, ok := corpus.LieNamed(name)
	if !ok {
		return l, usage("no lie is called %q: see bevote rehearse --lies", name)
	}
	c.say("%s: %s", l.Strength, l.Text)
	if opt.Source == nil {
		c.say("an audit must exit with %d%s", l.Exit, mustSpeak(l))
	}
	return l, nil
}

func mustSpeak(l corpus.Lie) string {
	if l.Check == "" {
		return ""
	}
	return " and name " + l.Check
}

// lies lists the corpus, or tries it.
func (c *console) lies(ctx context.Context, matrix, asJSON bool) error {
	all := corpus.Lies()
	switch {
	case matrix:
		return c.tryLies(ctx, asJSON)
	case asJSON:
		return c.answer(all)
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

// tryLies plays and audits the corpus and prints what came of it. What did not
// go as it should is told on standard error.
func (c *console) tryLies(ctx context.Context, asJSON bool) error {
	bar := newProgress(c.err)
	m, err := corpus.Measure(ctx, func(n, of int) { bar.step("lies", n, of) })
	bar.clear()
	if err != nil {
		return bug(err)
	}
	score := m.Score()
	if asJSON {
		err = c.answer(struct {
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
		c.say("%s", wrong)
	}
	c.say("%s", score)
	if !score.Perfect() {
		return ends(codeNo)
	}
	return nil
}
