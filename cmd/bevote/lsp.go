package main

import (
	"context"
	"errors"

	"bevote/internal/lsp"

	"github.com/spf13/cobra"
)

func newLSP(c *console) *cobra.Command {
	o := lsp.Options{Build: build()}
	cmd := &cobra.Command{
		Use:     "lsp",
		Short:   "serve an editor of policy files",
		Long:    helpText("lsp"),
		Example: "  bevote lsp\n  bevote lsp --now 105",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("lsp takes no arguments, got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return c.lsp(cmd.Context(), o) },
	}
	cmd.Flags().Uint32Var(&o.Now, "now", 0, "height of the present block: phases before it are errors")
	cmd.Flags().Bool("stdio", true, "as some editors say it: there is no other way")
	_ = cmd.Flags().MarkHidden("stdio")
	return cmd
}

// lsp serves standard input and output until the editor leaves.
func (c *console) lsp(ctx context.Context, o lsp.Options) error {
	err := lsp.Serve(ctx, c.in, c.out, o)
	if errors.Is(err, lsp.ErrNoShutdown) {
		return &exitError{codeNo, err}
	}
	return err
}
