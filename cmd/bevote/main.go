// Command bevote plans, plays and judges elections on Bitcoin.
//
// Standard output is the answer, standard error the talk. Exit codes: 0 yes,
// 1 no, 64 usage, 65 unreadable input, 70 a bug of ours, 130 interrupted;
// audit and demo have the codes of docs/audit.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	"bevote/internal/terminal"
)

// The exit codes that all commands share.
const (
	codeNo          = 1
	codeUsage       = 64
	codeInput       = 65
	codeBug         = 70
	codeInterrupted = 130
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it carries out args and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			fmt.Fprintf(stderr, "bevote: bug: %s\n", oneLine(fmt.Sprint(bug)))
			code = codeBug
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := newRoot(&console{in: stdin, out: stdout, err: stderr})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	// What carries no code of its own comes from cobra: the arguments.
	e := &exit{code: codeUsage, err: err}
	errors.As(err, &e)
	if errors.Is(err, context.Canceled) {
		e = &exit{code: codeInterrupted, err: errors.New("interrupted")}
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "bevote: %s\n", oneLine(e.err.Error()))
	}
	return e.code
}

func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "bevote",
		Short: "elections on Bitcoin: write the policy, play it, audit it",
		Long: `BEvote runs an election on Bitcoin from a policy that a voter can read.

Designers    check, compile and rehearse a policy
Auditors     audit a recorded election
Curious      demo plays an election and judges it, in less than a minute`,
		Example:           "  bevote demo",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.AddCommand(newDemo(c), newNew(c), newCheck(c), newFmt(c), newExplain(c), newTest(c), newDiff(c),
		newCompile(c), newCertificate(c), newLift(c), newRehearse(c), newAudit(c), newExport(c), newCompare(c), newVersion(c))
	return root
}

// console is where a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// say writes lines to standard error, each made [terminal.Visible].
func (c *console) say(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		fmt.Fprintln(c.err, terminal.Visible(line))
	}
}

// exit is an end with a code, and with what to say about it if anything is
// left to say.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exit{codeUsage, fmt.Errorf(format, args...)}
}

// unreadable says that an input could not be read or decoded.
func unreadable(err error) error { return &exit{codeInput, err} }

// bug says that we could not do what we should have been able to do.
func bug(err error) error { return &exit{codeBug, err} }

// ends stops with a code when everything has been said.
func ends(code int) error {
	if code == 0 {
		return nil
	}
	return &exit{code: code}
}

// takes returns an argument check for exactly one argument, named in messages.
func takes(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s takes one %s, got %d arguments", cmd.Name(), name, len(args))
		}
		return nil
	}
}

// oneLine folds a message of several lines into one that is safe to print.
func oneLine(s string) string {
	s = strings.Replace(s, "\n\nDid you mean this?\n\t", "; did you mean ", 1)
	return terminal.Visible(strings.Join(strings.Fields(s), " "))
}
