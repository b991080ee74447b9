package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bevote/docs"
	"bevote/examples"
	"bevote/internal/corpus"
	"bevote/internal/home"
	"bevote/lang"
)

// What shells offer for arguments, by command, and for flags, by command and flag.
// Files are offered by the ends of their names, and folders always.
var (
	argumentCompletions = map[string]cobra.CompletionFunc{
		"audit":       filesEnding("zip"),
		"certificate": filesEnding("bev", "certificate"),
		"check":       filesEnding("bev"),
		"compare":     filesEnding("json"),
		"compile":     filesEnding("bev"),
		"diff":        filesEnding("bev"),
		"explain":     topicsOrPolicies,
		"export":      filesEnding("zip"),
		"fmt":         filesEnding("bev"),
		"lift":        filesEnding("json", "txt"),
		"rehearse":    filesEnding("bev"),
		"test":        filesEnding("bev"),
	}
	flagCompletions = map[string]map[string]cobra.CompletionFunc{
		"audit": {"output": filesEnding("json", "html", "md"), "since": filesEnding("json")},
		"demo": {"example": words(examples.Names), "mixing": words(mixingSchemes),
			"output": filesEnding("json", "html", "md", "zip")},
		"keys new": {"role": words(home.Roles)},
		"new":      {"from": words(examples.Names), "output": filesEnding("bev")},
		"rehearse": {"lie": words(lieNames), "output": filesEnding("zip")},
	}
)

// addCompletions sets the completions of a command and of those below it.
func addCompletions(cmd *cobra.Command) {
	_, name, _ := strings.Cut(cmd.CommandPath(), " ")
	cmd.ValidArgsFunction = argumentCompletions[name]
	for flag, complete := range flagCompletions[name] {
		if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(err) // no such flag
		}
	}
	for _, c := range cmd.Commands() {
		addCompletions(c)
	}
}

func filesEnding(endings ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return endings, cobra.ShellCompDirectiveFilterFileExt
	}
}

func words(list func() []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveNoFileComp
	}
}

// topicsOrPolicies completes the argument of explain. Ids are in capitals, names of
// policy files rarely are.
func topicsOrPolicies(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if prefix == "" || prefix[0] < 'A' || prefix[0] > 'Z' {
		return filesEnding("bev")(cmd, args, prefix)
	}
	return words(topics)(cmd, args, prefix)
}

// topics returns what explain has a page for.
func topics() (all []string) {
	for _, c := range lang.Codes() {
		all = append(all, c.ID)
	}
	return append(all, docs.Topics()...)
}

func mixingSchemes() []string { return slices.Sorted(maps.Keys(mixedExamples)) }

func lieNames() (names []string) {
	for _, l := range corpus.Lies() {
		names = append(names, l.Name)
	}
	return names
}
