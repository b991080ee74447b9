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

// fmtOptions say what fmt does with a file's layout. The zero value prints it.
type fmtOptions struct{ check, diff, write, json bool }

func newFmt(c *console) *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use:   "fmt FILE…",
		Short: "lay policies out as everybody does",
		Long: `Fmt puts policies into the canonical layout: one statement a line, keywords,
names and comments in columns. It moves white space and nothing else: every word
and every comment stays, and so does the policy's id. It prints the result, or
with -w writes it to the file; --check and --diff exit 1 if a file would change.
The file - is standard input.`,
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

// formatted is what is known of the layout of one policy file.
type formatted struct {
	File        string       `json:"file"`
	Formatted   bool         `json:"formatted"` // as it was read
	Text        string       `json:"text"`      // in canonical layout, "" where there are mistakes
	Diff        string       `json:"diff"`      // from the file to the text, if it was asked for
	Diagnostics []diagnostic `json:"diagnostics"`
}

func (c *console) fmt(files []string, o fmtOptions) error {
	code, answers := 0, []formatted{}
	for _, file := range files {
		if o.write && file == "-" {
			return usage("-w cannot write standard input; leave it away to print the result")
		}
		src, err := c.read(file)
		if err != nil {
			return err
		}
		out, diags := lang.Format(src)
		a := formatted{file, bytes.Equal(out, src), string(out), "", shown(src, diags)}
		switch {
		case out == nil:
			code = codeNo
		case !a.Formatted && (o.check || o.diff):
			code = codeNo
		}
		if o.diff {
			if a.Diff, err = difference(file, src, out, c.marks(o)); err != nil {
				return unreadable(err)
			}
		}
		answers = append(answers, a)
		if err := c.formatted(a, src, diags, o); err != nil {
			return err
		}
	}
	if o.json {
		if err := c.answer(answers); err != nil {
			return err
		}
	}
	return ends(code)
}

// marks chooses how a diff shows the words that changed.
func (c *console) marks(o fmtOptions) textdiff.Marks {
	if colours(c.out) && !o.json {
		return textdiff.Colour
	}
	return textdiff.Plain
}

// difference is the diff between a file and its layout, if it has one.
func difference(file string, src, out []byte, marks textdiff.Marks) (string, error) {
	if out == nil {
		return "", nil
	}
	return textdiff.Unified(file, file+" (formatted)", string(src), string(out), marks)
}

// formatted does with one file what the options say.
func (c *console) formatted(a formatted, src []byte, diags []lang.Diagnostic, o fmtOptions) error {
	if len(diags) > 0 {
		return c.show(a.File, src, diags)
	}
	if o.write && !a.Formatted {
		if err := rewrite(a.File, []byte(a.Text)); err != nil {
			return err
		}
		c.say("wrote %s", a.File)
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

// rewrite puts new text into a file that is there, whole or not at all. It
// follows links and keeps the file's mode.
func rewrite(name string, text []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return usage("cannot write: %w", plain(err))
	}
	info, err := os.Stat(target)
	if err != nil {
		return usage("cannot write: %w", plain(err))
	}
	if err := record.WriteFile(target, text, info.Mode().Perm()); err != nil {
		return usage("cannot write: %w", plain(err))
	}
	return nil
}
