package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// didYouMean returns "; did you mean a, b?" with the names nearest to what was
// given, or how to list them all when none is near.
func didYouMean(given string, names []string) string {
	near := nearest(given, names)
	if len(near) == 0 {
		return "; there are " + strings.Join(names, ", ")
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}

// nearest returns at most three names within a third of their length of
// editing, the nearest first, and those of which given is a part.
func nearest(given string, names []string) []string {
	type scored struct {
		name string
		d    int
	}
	var hits []scored
	for _, n := range names {
		d := distance(strings.ToLower(given), strings.ToLower(n))
		switch {
		case d <= max(2, len(n)/3):
			hits = append(hits, scored{n, d})
		case len(given) > 2 && strings.Contains(n, given):
			hits = append(hits, scored{n, len(n)})
		}
	}
	slices.SortStableFunc(hits, func(a, b scored) int { return a.d - b.d })
	var out []string
	for _, h := range hits[:min(3, len(hits))] {
		out = append(out, h.name)
	}
	return out
}

// distance is Levenshtein's: how many letters must be put in, taken out or
// replaced to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

func allFlags(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
