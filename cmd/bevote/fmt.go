package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"bevote/internal/terminal"
	"bevote/internal/textdiff"
	"bevote/lang"
	"bevote/verifier/record"

	"github.com/spf13/cobra"
)

// fmtOptions are the flags of fmt. The zero value prints the canonical layout.
type fmtOptions struct{ check, diff, write, json bool }

func newFmt(c *console) *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use:     "fmt FILE…",
		Short:   "lay policies out as everybody does",
		Long:    helpText("fmt"),
		Example: "  bevote fmt -w club.bev\n  bevote fmt --check examples/*.bev\n  bevote fmt - < club.bev",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("fmt takes a FILE or more; - is standard input")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.fmt(args, o) },
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "list the files that would change")
	cmd.Flags().BoolVar(&o.diff, "diff", false, "show what would change")
	cmd.Flags().BoolVarP(&o.write, "write", "w", false, "write the result to the file")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the answer as JSON")
	return cmd
}

// fmtAnswer is the answer of fmt about one policy file.
type fmtAnswer struct {
	File        string       `json:"file"`
	Formatted   bool         `json:"formatted"` // the file already has the canonical layout
	Text        string       `json:"text"`      // in canonical layout; "" where the policy has errors
	Diff        string       `json:"diff"`      // from the file to the text, with --diff
	Diagnostics []diagnostic `json:"diagnostics"`
}

func (c *console) fmt(files []string, o fmtOptions) error {
	code, answers := 0, []fmtAnswer{}
	for _, file := range files {
		if o.write && file == "-" {
			return usage("-w cannot write standard input; leave it away to print the result")
		}
		src, err := c.read(file)
		if err != nil {
			return err
		}
		out, diags := lang.Format(src)
		a := fmtAnswer{file, bytes.Equal(out, src), string(out), "", diagnosticsJSON(src, diags)}
		switch {
		case out == nil:
			code = codeNo
		case !a.Formatted && (o.check || o.diff):
			code = codeNo
		}
		if o.diff {
			if a.Diff, err = difference(file, src, out, c.diffMarks(o)); err != nil {
				return unreadable(err)
			}
		}
		answers = append(answers, a)
		if err := c.deliverFormatted(a, src, diags, o); err != nil {
			return err
		}
	}
	if o.json {
		if err := c.printJSON(answers); err != nil {
			return err
		}
	}
	return exitCode(code)
}

// diffMarks returns how a diff shows the words that changed.
func (c *console) diffMarks(o fmtOptions) textdiff.Marks {
	if colours(c.out) && !o.json {
		return textdiff.Colour
	}
	return textdiff.Plain
}

// difference returns the diff from a file to its canonical layout, or "" where
// the policy has errors and no layout.
func difference(file string, src, out []byte, marks textdiff.Marks) (string, error) {
	if out == nil {
		return "", nil
	}
	return textdiff.Unified(file, file+" (formatted)", string(src), string(out), marks)
}

// deliverFormatted prints, compares or writes the layout of one file, as the
// options say.
func (c *console) deliverFormatted(a fmtAnswer, src []byte, diags []lang.Diagnostic, o fmtOptions) error {
	if len(diags) > 0 {
		return c.printDiagnostics(a.File, src, diags)
	}
	if o.write && !a.Formatted {
		if err := rewrite(a.File, []byte(a.Text)); err != nil {
			return err
		}
		c.printf("wrote %s", a.File)
	}
	if o.json {
		return nil
	}
	if o.check && !a.Formatted {
		fmt.Fprintln(c.out, terminal.Visible(a.File))
	}
	if o.diff {
		fmt.Fprint(c.out, a.Diff)
	}
	if !o.check && !o.diff && !o.write {
		fmt.Fprint(c.out, a.Text)
	}
	return nil
}

// rewrite replaces the text of an existing file, atomically. It follows links
// and keeps the file's mode.
func rewrite(name string, text []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return cannotWrite(err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return cannotWrite(err)
	}
	if err := record.WriteFile(target, text, info.Mode().Perm()); err != nil {
		return cannotWrite(err)
	}
	return nil
}
