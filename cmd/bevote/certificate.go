package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"bevote/internal/terminal"
	"bevote/internal/workbench"

	"github.com/spf13/cobra"
)

func newCertificate(c *console) *cobra.Command {
	out, replay, asJSON := "", false, false
	cmd := &cobra.Command{
		Use:   "certificate FILE -o F",
		Short: "show on the script engine that a contract spends as its policy says",
		Long:  helpText("certificate"),
		Example: "  bevote certificate examples/club_chair.bev -o club.certificate\n" +
			"  bevote certificate --replay club.certificate",
		Args: oneArg("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if replay && out != "" {
				return usage("--replay writes nothing: leave out -o")
			}
			if replay {
				return c.replay(args[0], asJSON)
			}
			return c.certify(args[0], out, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write the certificate to this file")
	cmd.Flags().BoolVar(&replay, "replay", false, "check a certificate")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

func (c *console) certify(file, out string, asJSON bool) error {
	src, err := c.read(file)
	if err != nil {
		return err
	}
	certificate, diags, err := workbench.Certify(src)
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if err := c.printDiagnostics(file, src, diags); err != nil {
		return err
	}
	if certificate == nil {
		return exitCode(codeNo)
	}
	encoded := certificate.Encode()
	if out != "" {
		if err := replaceable(out, "{\"certificate\":"); err != nil {
			return err
		}
		if err := writeOutput(out, encoded); err != nil {
			return err
		}
		c.printf("wrote %s", out)
	}
	if asJSON {
		_, err = c.out.Write(encoded)
	} else {
		err = printSpends(c.out, certificate)
	}
	if err != nil {
		return bug(err)
	}
	return nil
}

// printSpends prints a certificate's spends, one a line: path, signers, what
// was left out, and what the script engine said.
func printSpends(w io.Writer, c *workbench.Certificate) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, s := range c.Spends {
		verdict := "refused"
		switch {
		case s.Covered != "":
			verdict = "enough for " + s.Covered
		case s.Consensus && s.Relay:
			verdict = "accepted"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Path, strings.Join(s.Signers, " and "), s, verdict)
	}
	return t.Flush()
}

func (c *console) replay(file string, asJSON bool) error {
	encoded, err := c.readUpTo(file, workbench.MaxCertificate+1)
	if err != nil {
		return err
	}
	certificate, err := workbench.DecodeCertificate(encoded)
	if err != nil {
		return unreadable(fmt.Errorf("%s: %w", file, err))
	}
	r, err := certificate.Verify()
	if err != nil {
		return &exitError{codeNo, fmt.Errorf("%s does not hold: %w", file, err)}
	}
	if asJSON {
		return c.printJSON(r)
	}
	fmt.Fprintf(c.out, "%s: holds\npolicy    %s\npaths     %d\naccepted  %d\nrefused   %d\n",
		terminal.Visible(file), r.Policy, r.Paths, r.Accepted, r.Refused)
	if r.Covered > 0 {
		fmt.Fprintf(c.out, "covered   %d\n", r.Covered)
	}
	return nil
}
