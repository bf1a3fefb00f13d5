package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"statelab/capture/explain"
)

// A page's ```console blocks hold commands, each after "$ ". What stands on the
// line before a block says what to do with it:
//
//	(nothing)                          run it: it must end with exit code 0
//	<!-- output -->                    run it, and put what it prints under it
//	<!-- output from="A" to="B" -->    the same, but only the lines from the
//	                                   first that holds A to the next that holds B
//	<!-- output exit="2" -->           the same, for a command that must fail so
//	<!-- not run: WHY -->              leave it alone
//
// The commands of a page run in one folder, which has docs/traces, one after another, in a pipe 80
// cells wide, in the page's language.
var (
	outputDirective = regexp.MustCompile(`^<!-- output((?: \w+="[^"]*")*) -->$`)
	notRunDirective = regexp.MustCompile(`^<!-- not run: .+ -->$`)
	attribute       = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

const (
	consoleOpens = "```console"
	fenceCloses  = "```"
	elision      = "…"
)

// shell returns what a command line prints on a terminal, and its exit code.
// TestMain has put this program on the PATH.
func shell(t *testing.T, dir, command string, lang explain.Lang) (string, int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-c", command)
	c.Dir = dir
	locale := "en_US.UTF-8"
	if lang == explain.Korean {
		locale = "ko_KR.UTF-8"
	}
	c.Env = append(os.Environ(), "LC_ALL="+locale, "COLUMNS=80", "NO_COLOR=1")
	out, err := c.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out), 0
}

// runBlocks runs the console blocks of a page, and returns the page with what
// they print.
func runBlocks(t *testing.T, text string, lang explain.Lang) string {
	t.Helper()
	needs(t, "sh")
	dir := t.TempDir()
	if err := os.CopyFS(dir+"/docs/traces", os.DirFS("../../docs/traces")); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		indent, ok := strings.CutSuffix(lines[i], consoleOpens)
		if !ok || strings.TrimSpace(indent) != "" {
			continue
		}
		directive := ""
		if i > 0 {
			directive = strings.TrimSpace(lines[i-1])
		}
		var inside []string
		for i++; i < len(lines) && lines[i] != indent+fenceCloses; i++ {
			inside = append(inside, strings.TrimPrefix(lines[i], indent))
		}
		for _, line := range block(t, dir, directive, inside, lang) {
			out = append(out, strings.TrimRight(indent+line, " "))
		}
		out = append(out, indent+fenceCloses)
	}
	return strings.Join(out, "\n")
}

// block runs one console block and returns the lines that are to stand in it.
func block(t *testing.T, dir, directive string, lines []string, lang explain.Lang) []string {
	t.Helper()
	if notRunDirective.MatchString(directive) {
		return lines
	}
	want, shown := map[string]string{"exit": "0"}, false
	if m := outputDirective.FindStringSubmatch(directive); m != nil {
		shown = true
		for _, a := range attribute.FindAllStringSubmatch(m[1], -1) {
			want[a[1]] = a[2]
		}
	}
	var out []string
	for _, line := range lines {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			if !shown {
				t.Errorf("%q is no command, and nothing says that output is to stand here", line)
			}
			continue
		}
		printed, code := shell(t, dir, command, lang)
		if want["exit"] != strconv.Itoa(code) {
			t.Errorf("%s\nexit code %d, not %s:\n%s", command, code, want["exit"], printed)
		}
		out = append(out, line)
		if shown {
			out = append(out, excerpt(t, command, strings.Split(strings.TrimSuffix(printed, "\n"), "\n"), want["from"], want["to"])...)
		}
	}
	return out
}

// excerpt is the part of an output that a page shows.
func excerpt(t *testing.T, command string, lines []string, from, to string) []string {
	t.Helper()
	find := func(begin int, what string) int {
		for i := begin; i < len(lines); i++ {
			if strings.Contains(lines[i], what) {
				return i
			}
		}
		t.Fatalf("%s\nprints no line with %q after line %d", command, what, begin)
		return 0
	}
	first, last := 0, len(lines)-1
	if from != "" {
		first = find(0, from)
	}
	if to != "" {
		last = find(first, to)
	}
	part := lines[first : last+1]
	if first > 0 {
		part = append([]string{elision}, part...)
	}
	if last < len(lines)-1 {
		part = append(part[:len(part):len(part)], elision)
	}
	return part
}

// The rules above must themselves hold.
func TestExcerpt(t *testing.T) {
	t.Parallel()
	lines := []string{"one", "two", "three", "four"}
	for _, c := range []struct{ from, to, want string }{
		{"", "", "one two three four"},
		{"two", "", "… two three four"},
		{"", "two", "one two …"},
		{"t", "three", "… two three …"},
	} {
		if got := strings.Join(excerpt(t, "test", lines, c.from, c.to), " "); got != c.want {
			t.Errorf("from %q to %q: %s", c.from, c.to, got)
		}
	}
}
