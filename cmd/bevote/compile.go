package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"bevote/internal/workbench"
	"bevote/templates"

	"github.com/spf13/cobra"
)

func newCompile(c *console) *cobra.Command {
	out, asJSON := "", false
	cmd := &cobra.Command{
		Use:     "compile FILE",
		Short:   "turn a policy into the contract that stakes are locked by",
		Long:    helpText("compile"),
		Example: "  bevote compile examples/club_chair.bev -o contract.json",
		Args:    oneArg("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			return c.compile(args[0], out, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write the contract to this file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the contract as JSON")
	return cmd
}

func (c *console) compile(file, out string, asJSON bool) error {
	src, err := c.read(file)
	if err != nil {
		return err
	}
	built, diags, err := workbench.Build(src)
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if err := c.printDiagnostics(file, src, diags); err != nil {
		return err
	}
	if built == nil {
		return exitCode(codeNo)
	}
	contract := built.Contract.Encode()
	if out != "" {
		if err := replaceable(out, "{\"contract\":"); err != nil {
			return err
		}
		if err := writeOutput(out, contract); err != nil {
			return err
		}
		c.printf("wrote %s", out)
	}
	if asJSON {
		_, err = c.out.Write(contract)
		return err
	}
	script, escrow, err := built.Annotate(src)
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if err := printContract(c.out, built, script); err != nil || escrow == nil {
		return err
	}
	return printEscrow(c.out, built, escrow)
}

// printContract prints the script of the stake, its paths, its limits and its
// costs.
func printContract(w io.Writer, b *workbench.Built, operations []workbench.Annotation) error {
	p, t := b.Policy, b.Template
	size := t.Size(p.Salted)
	fmt.Fprintf(w, "policy    %s\n", p.ID())
	printScript(w, "script", t)
	if err := printAnnotated(w, operations); err != nil {
		return bug(err)
	}
	printPaths(w, "paths", b.Contract.Paths)
	printLimits(w, t, size, b.Contract.Paths)
	fmt.Fprintf(w, "\ncosts at %d sat/vB\n", p.Fee)
	printCosts(w, p.Fee, size, b.Contract.Paths, fmt.Sprintf("the stake's %d", p.Stake))
	fmt.Fprintf(w, "  %-28s %10s %7d sat\n", "a voter's coin", "", p.Coin())
	return nil
}

// printEscrow prints the same of the escrow that locks deposits.
func printEscrow(w io.Writer, b *workbench.Built, operations []workbench.Annotation) error {
	t, err := b.Contract.EscrowTemplate()
	if err != nil {
		return bug(err)
	}
	p, paths, size := b.Policy, b.Contract.EscrowPaths, t.Size(false)
	fmt.Fprintln(w)
	printScript(w, "escrow", t)
	if err := printAnnotated(w, operations); err != nil {
		return bug(err)
	}
	printPaths(w, "paths", paths)
	printLimits(w, t, size, paths)
	fmt.Fprintf(w, "\ncosts at %d sat/vB\n", p.Fee)
	printCosts(w, p.Fee, size, paths, fmt.Sprintf("the deposit's %d", p.Deposit()))
	return nil
}

func printLimits(w io.Writer, t templates.Template, size int, paths []templates.Path) {
	fmt.Fprintf(w, "\nlimits\n")
	row := func(what string, n, most int) { fmt.Fprintf(w, "  %-28s %7d of %7d\n", what, n, most) }
	row("redeem script, bytes", size, templates.MaxRedeem)
	row("signature operations", t.SigOps(), templates.MaxSigOps)
	for _, path := range paths {
		row("input of "+path.Name+", bytes", templates.ScriptSigSize(path.Witness, size), templates.MaxScriptSig)
	}
}

// printCosts prints what spending one coin by each path costs, of its sum.
func printCosts(w io.Writer, fee int64, size int, paths []templates.Path, sum string) {
	for _, path := range paths {
		vb := templates.SpendSize(path.Witness, size, templates.PayoutP2PKH)
		fmt.Fprintf(w, "  %-28s %7d vB %7d sat of %s\n", path.Name+", alone", vb, int64(vb)*fee, sum)
	}
}

// printScript prints a template's text in lines.
func printScript(w io.Writer, title string, t templates.Template) {
	fmt.Fprintf(w, "%s\n", title)
	for line := range strings.Lines(t.Layout()) {
		fmt.Fprintf(w, "  %s", line)
	}
}

// printPaths prints who may spend, from when on, and by which witness.
func printPaths(w io.Writer, title string, paths []templates.Path) {
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	named := slices.ContainsFunc(paths, func(p templates.Path) bool { return p.Name != "" })
	for _, p := range paths {
		when := "at once"
		if p.After > 0 {
			when = fmt.Sprintf("after block %d", p.After)
		}
		name := ""
		if named { // paths of a bare script have no names
			name = cmp.Or(p.Name, "(unnamed)") + "\t"
		}
		fmt.Fprintf(t, "  %s%s\t%s\t%s\n", name, strings.Join(p.Signers, " and "), when, strings.Join(p.Witness, " "))
	}
	t.Flush()
}
