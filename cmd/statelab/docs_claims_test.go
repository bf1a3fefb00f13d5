package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
)

// tested is a line of testdata/claims.tsv or security.tsv.
type tested struct {
	id    string
	text  trace.Text
	tests []string
}

// readTested reads such a table, and holds that each test that it names exists.
func readTested(t *testing.T, name string) (all []tested) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if line[0] == '#' {
			continue
		}
		cell := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cell) != 4 {
			t.Fatalf("%s: %q has %d cells", name, line, len(cell))
		}
		row := tested{id: cell[0], text: trace.Text{En: cell[1], Ko: cell[2]}}
		for _, named := range strings.Fields(cell[3]) {
			pkg, test, ok := strings.Cut(named, ":")
			if !ok || !slices.Contains(testsIn(t, pkg), test) {
				t.Errorf("%s: %s names no test %s", name, row.id, named)
			}
			row.tests = append(row.tests, test)
		}
		all = append(all, row)
	}
	return all
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

var packageTests sync.Map // package → its tests

// testsIn lists the tests of a package.
func testsIn(t *testing.T, pkg string) (all []string) {
	t.Helper()
	if known, ok := packageTests.Load(pkg); ok {
		return known.([]string)
	}
	defer func() { packageTests.Store(pkg, all) }()
	files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests: %v", pkg, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunction.FindAllStringSubmatch(string(b), -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// claimsPart is every claim with the commands that show it and the tests that hold
// the evidence. A claim that no command shows is an error.
func claimsPart(t *testing.T, lang explain.Lang, _ string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(lang.Of(trace.Text{
		En: "| claim | shown by | held by |\n",
		Ko: "| 주장 | 보여 주는 명령 | 확인하는 테스트 |\n",
	}) + "|---|---|---|\n")
	for _, c := range readTested(t, "claims.tsv") {
		var commands []string
		for _, group := range []struct {
			command string
			entries []entry
		}{{"tcp", scenarioEntries()}, {"http", lessonEntries()}} {
			for _, e := range group.entries {
				if slices.Contains(e.claims, c.id) {
					commands = append(commands, "`"+group.command+" demo "+e.name+"`")
				}
			}
		}
		if len(commands) == 0 {
			t.Errorf("no lesson shows %s", c.id)
		}
		fmt.Fprintf(&b, "| **%s** %s | %s | %s |\n", c.id, lang.Of(c.text), strings.Join(commands, ", "), strings.Join(c.tests, ", "))
	}
	return b.String()
}

// securityPart is what the lessons' server does for its users' safety.
func securityPart(t *testing.T, lang explain.Lang, _ string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(lang.Of(trace.Text{
		En: "| ASVS | what is done | held by |\n",
		Ko: "| ASVS | 하는 일 | 확인하는 테스트 |\n",
	}) + "|---|---|---|\n")
	for _, c := range readTested(t, "security.tsv") {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.id, lang.Of(c.text), strings.Join(c.tests, ", "))
	}
	return b.String()
}
