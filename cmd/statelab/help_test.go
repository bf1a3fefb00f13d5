package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
)

// commands are all commands of ours, the groups included.
func commands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" {
			all = append(all, commands(sub)...)
		}
	}
	return all
}

func rootCommand() *cobra.Command { return newRoot(&env{getenv: func(string) string { return "" }}) }

// examples are the lines of a command's example, as they would be pasted.
func examples(c *cobra.Command) []string {
	var lines []string
	for line := range strings.Lines(c.Example) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Every command's help says what it is, and shows a line to paste that runs it
// or a command below it.
func TestEveryHelpHasAnExample(t *testing.T) {
	t.Parallel()
	for _, c := range commands(rootCommand()) {
		lines := examples(c)
		if len(lines) == 0 {
			t.Errorf("%s has no example", c.CommandPath())
		}
		if !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("no example of %s runs it", c.CommandPath())
		}
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		out, errs, code := try(t, "", args...)
		if code != exitFine || errs != "" {
			t.Errorf("%v: exit code %d, %s", args, code, errs)
		}
		for _, want := range append(lines, "Usage:") {
			if !strings.Contains(out, want) {
				t.Errorf("%v does not show %q", args, want)
			}
		}
		if err := plain(out); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// A help has room on a terminal of 80 columns: all but lines to paste, which are not
// to be broken.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	for _, c := range commands(rootCommand()) {
		out, _, _ := try(t, "", append(strings.Fields(c.CommandPath())[1:], "--help")...)
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			if n := ansi.StringWidth(line); n > 80 && !slices.Contains(examples(c), strings.TrimSpace(line)) {
				t.Errorf("%s --help: %d cells: %q", c.CommandPath(), n, line)
			}
		}
	}
}
