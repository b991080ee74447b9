// Command bevote plans, rehearses and audits elections on Bitcoin.
//
// Standard output is the answer, standard error the messages. Exit codes:
// 0 yes, 1 no, 64 usage, 65 unreadable input, 70 a bug of this program, 73 an
// output that cannot be written, 130 interrupted; audit and demo have the codes
// of docs/audit.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"bevote/internal/terminal"
)

// The exit codes that all commands share.
const (
	codeNo          = 1
	codeUsage       = 64
	codeInput       = 65
	codeBug         = 70
	codeOutput      = 73
	codeInterrupted = 130
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run carries out the command line args and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			fmt.Fprintf(stderr, "bevote: bug: %s\n", oneLine(fmt.Sprint(bug)))
			code = codeBug
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	out := &answer{w: stdout}
	root := newRoot(&console{in: &interruptible{ctx, stdin}, out: out, err: stderr})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if out.err != nil {
		fmt.Fprintf(stderr, "bevote: cannot write the answer: %s\n", oneLine(systemError(out.err)))
		return codeOutput
	}
	if err == nil {
		return 0
	}
	// An error without a code is cobra's: the arguments are wrong.
	e := &exitError{code: codeUsage, err: err}
	errors.As(err, &e)
	if errors.Is(err, context.Canceled) {
		e = &exitError{code: codeInterrupted, err: errors.New("interrupted")}
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "bevote: %s\n", oneLine(e.err.Error()))
	}
	return e.code
}

// endingSignals returns the signals that end a command in order: it removes its
// temporary files and exits with 130. SIGHUP stays ignored under nohup.
func endingSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:           "bevote",
		Short:         "elections on Bitcoin: write the policy, play it, audit it",
		Long:          helpText("bevote"),
		Example:       "  bevote demo",
		Version:       build(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 100"))
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.AddCommand(newDemo(c), newNew(c), newCheck(c), newFmt(c), newExplain(c), newTest(c), newDiff(c),
		newCompile(c), newCertificate(c), newLift(c), newRehearse(c), newAudit(c), newExport(c), newCompare(c), newKeys(c), newVersion(c))
	addCompletions(root)
	return root
}

// console is the standard input, output and error of a command.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// printf writes a message to standard error, each of its lines made
// [terminal.Visible].
func (c *console) printf(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		fmt.Fprintln(c.err, terminal.Visible(line))
	}
}

// exitError is an exit code with its message. A nil err means that nothing is
// left to print.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage returns the error of a wrong command line, code 64.
func usage(format string, args ...any) error {
	return &exitError{codeUsage, fmt.Errorf(format, args...)}
}

// unreadable returns the error of an input that cannot be read or decoded,
// code 65.
func unreadable(err error) error { return &exitError{codeInput, err} }

// bug returns the error of a fault of this program, code 70.
func bug(err error) error { return &exitError{codeBug, err} }

// exitCode returns the error that ends with a code and prints nothing; nil for
// code 0.
func exitCode(code int) error {
	if code == 0 {
		return nil
	}
	return &exitError{code: code}
}

// oneArg returns an argument check for exactly one argument. Messages call it
// by the name.
func oneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s takes one %s, got %d arguments", cmd.Name(), name, len(args))
		}
		return nil
	}
}

// oneLine folds a message of several lines into one and makes it
// [terminal.Visible].
func oneLine(s string) string {
	s = strings.Replace(s, "\n\nDid you mean this?\n\t", "; did you mean ", 1)
	return terminal.Visible(strings.Join(strings.Fields(s), " "))
}
