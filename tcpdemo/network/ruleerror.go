package network

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/trace"
)

// RuleError says where and why a rule cannot be read.
type RuleError struct {
	Rule string // as it was given
	// Column is where the error is, in characters from 1. One past the end
	// means that something is missing there.
	Column  int
	Message trace.Text
	// Suggestion is the word that was perhaps meant; empty for none.
	Suggestion string
}

// Error returns the message in English, with the rule and a caret below the
// column.
func (e *RuleError) Error() string { return e.Describe().En }

// Describe returns the message in both languages, with the rule and a caret
// below the column, on three lines; on one where the rule is empty.
func (e *RuleError) Describe() trace.Text {
	caret := ""
	if before, shown := e.printable(); strings.TrimSpace(shown) != "" {
		caret = "\n  " + shown + "\n  " + strings.Repeat(" ", ansi.StringWidth(before)) + "^"
	}
	en, ko := e.Message.En, e.Message.Ko
	if e.Suggestion != "" {
		en += fmt.Sprintf(" (did you mean %q?)", e.Suggestion)
		ko += fmt.Sprintf(" (혹시 %q?)", e.Suggestion)
	}
	return trace.Text{
		En: fmt.Sprintf("rule, column %d: %s%s", e.Column, en, caret),
		Ko: fmt.Sprintf("규칙 %d번째 글자: %s%s", e.Column, ko, caret),
	}
}

// printable returns the rule on one line that is safe to print, whole and up
// to the column.
func (e *RuleError) printable() (before, shown string) {
	var b strings.Builder
	column := 1
	for _, r := range e.Rule {
		if column == e.Column {
			before = b.String()
		}
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsGraphic(r):
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
		column++
	}
	if e.Column >= column {
		before = b.String()
	}
	return before, b.String()
}

// suggest returns the word that is nearest to what was written, if one is near
// enough to have been meant.
func suggest(written string, words []string) string {
	best, bestDistance := "", 3
	for _, w := range words {
		if d := distance(written, w); d < bestDistance && d < len(w) {
			best, bestDistance = w, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or exchange with
// their neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 32 {
		return len(a)
	}
	var beforeLast []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], beforeLast[j-1]+1)
			}
		}
		beforeLast, last = last, row
	}
	return last[len(b)]
}
