package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(c *console) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "print which build this is",
		Example: "  bevote version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return c.printJSON(map[string]string{"build": build()})
			}
			fmt.Fprintln(c.out, build())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

// build names this build: the module's version, the commit where the Go command
// recorded it, and the Go version.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "bevote, unknown build"
	}
	name := "bevote " + info.Main.Version
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			name += ", commit " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			name += " with changes"
		}
	}
	return name + ", " + info.GoVersion
}
