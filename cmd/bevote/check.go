package main

import (
	"fmt"
	"slices"

	"bevote/internal/workbench"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newCheck(c *console) *cobra.Command {
	var now uint32
	asJSON := false
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: "find what is wrong with a policy",
		Long: `Check reads policies, compiles them, lifts the scripts again, and reports every
error and warning with its place. It exits 1 if a policy has errors.`,
		Example: "  bevote check examples/club_chair.bev\n  bevote check --now 105 --json club.bev",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("check takes a FILE or more")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return c.check(args, now, asJSON)
		},
	}
	cmd.Flags().Uint32Var(&now, "now", 0, "height of the present block: phases before it are errors")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// checked is what is known of one policy file.
type checked struct {
	File        string       `json:"file"`
	Policy      string       `json:"policy"` // "" where it has errors
	Diagnostics []diagnostic `json:"diagnostics"`
}

func (c *console) check(files []string, now uint32, asJSON bool) error {
	code, answers := 0, []checked{}
	for _, file := range files {
		src, err := c.read(file)
		if err != nil {
			return err
		}
		built, diags, err := buildAt(src, now)
		if err != nil {
			return bug(fmt.Errorf("%s: %w", file, err))
		}
		answer := checked{File: file, Diagnostics: shown(diags)}
		if built == nil {
			code = codeNo
		} else {
			answer.Policy = built.Policy.ID()
		}
		answers = append(answers, answer)
		if asJSON {
			continue
		}
		if err := lang.Render(c.out, file, src, diags); err != nil {
			return bug(err)
		}
		if built != nil {
			fmt.Fprintf(c.out, "%s: ok, %s\n", file, answer.Policy)
		}
	}
	if asJSON {
		if err := c.answer(answers); err != nil {
			return err
		}
	}
	return ends(code)
}

// tooLate is the code of a phase that has passed, the one mistake that depends
// on the present.
const tooLate = "E0503"

// buildAt is workbench.Build at block height now; 0 knows no present.
func buildAt(src []byte, now uint32) (*workbench.Built, []lang.Diagnostic, error) {
	built, diags, err := workbench.Build(src)
	if err != nil || now == 0 {
		return built, diags, err
	}
	_, present := lang.LoadAt(src, now)
	for _, d := range present {
		if d.Code == tooLate {
			built, diags = nil, append(diags, d)
		}
	}
	slices.SortStableFunc(diags, func(a, b lang.Diagnostic) int { return a.Primary.Start - b.Primary.Start })
	return built, diags, nil
}

// diagnostic is the JSON form of a lang.Diagnostic.
type diagnostic struct {
	Code    string   `json:"code"`
	Error   bool     `json:"error"`
	Message string   `json:"message"`
	Places  []place  `json:"places"` // the first is the primary one
	Notes   []string `json:"notes"`
	Help    string   `json:"help"`
}

type place struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Start  int    `json:"start"` // bytes from the start of the file
	End    int    `json:"end"`
	Text   string `json:"text"`
}

func shown(diags []lang.Diagnostic) []diagnostic {
	all := []diagnostic{}
	for _, d := range diags {
		out := diagnostic{Code: d.Code, Error: d.IsError(), Message: d.Message,
			Notes: append([]string{}, d.Notes...), Help: d.Help}
		for _, l := range append([]lang.Label{d.Primary}, d.Secondary...) {
			out.Places = append(out.Places, place{l.Line, l.Column, l.Start, l.End, l.Text})
		}
		all = append(all, out)
	}
	return all
}

// show prints diagnostics on standard error, if there are any.
func (c *console) show(file string, src []byte, diags []lang.Diagnostic) error {
	if err := lang.Render(c.err, file, src, diags); err != nil {
		return bug(err)
	}
	return nil
}

// refuse shows why a policy cannot be used and ends with "no".
func (c *console) refuse(file string, src []byte, diags []lang.Diagnostic) error {
	if err := c.show(file, src, diags); err != nil {
		return err
	}
	return ends(codeNo)
}
