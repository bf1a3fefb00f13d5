package render

import (
	"slices"
	"testing"
)

// Connections come in the order of their streams, whatever the order in which
// they end; one that goes on under its number stands behind itself.
func TestLineUp(t *testing.T) {
	t.Parallel()
	var got []int
	l := lineUp[int]{give: func(n int) { got = append(got, n) }}
	for _, stream := range []int{1, 0, 3, 5, 2, 1} {
		l.add(stream, stream)
	}
	if want := []int{0, 1, 2, 3, 1}; !slices.Equal(got, want) {
		t.Errorf("before the end: %v, want %v", got, want)
	}
	if l.end(); !slices.Equal(got, []int{0, 1, 2, 3, 1, 5}) {
		t.Errorf("at the end: %v", got)
	}
}

// One that outlives many does not make all of them wait for it.
func TestLineUpHoldsNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	var got []int
	l := lineUp[int]{give: func(n int) { got = append(got, n) }}
	const more = 10
	for stream := 1; stream <= maxLinedUp+more; stream++ {
		l.add(stream, stream)
	}
	if len(l.held) != maxLinedUp || len(got) != more {
		t.Errorf("%d wait and %d were given, want %d and %d", len(l.held), len(got), maxLinedUp, more)
	}
	l.add(0, 0)
	if got[more] != 0 || len(l.held) != 0 {
		t.Errorf("the one that lived long is not given at once: %v, and %d wait", got[more:], len(l.held))
	}
}
