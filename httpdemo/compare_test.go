package httpdemo

import (
	"context"
	"slices"
	"testing"
)

// TestCompare holds what must be so of each mechanism, whatever the machine.
func TestCompare(t *testing.T) { //nolint:paralleltest // it weighs the heap of the process
	all, err := Compare(t.Context(), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Compared{}
	for _, c := range all {
		by[c.Mechanism] = c
		t.Logf("%+v survives %v logout %v", c, deref(c.Survives), deref(c.Logout))
	}
	for name, want := range map[string]struct {
		survives bool
		logout   float64
		lookups  float64
		stores   bool
	}{
		"signed-cookie":    {true, 3600, 0, false},
		"encrypted-cookie": {true, 3600, 0, false},
		"token":            {true, 300, 0, false},
		"token-denylist":   {true, 0, 1, false},
		"session-memory":   {false, 0, 1, true},
		"session-sqlite":   {true, 0, 1, true},
	} {
		c, ok := by[name]
		if !ok || c.Survives == nil || c.Logout == nil {
			t.Errorf("%s was not measured", name)
			continue
		}
		if *c.Survives != want.survives || *c.Logout != want.logout || c.Lookups != want.lookups || (c.Stored > 0) != want.stores {
			t.Errorf("%s: survives %v, logout after %v s, %v look-ups, %d B stored", name, *c.Survives, *c.Logout, c.Lookups, c.Stored)
		}
		if c.Up <= by["none"].Up || c.Client == 0 || c.Rate <= 0 || c.Slowest > c.Low || c.Low > c.Rate || c.Rate > c.High || c.High > c.Fastest {
			t.Errorf("%s: %+v", name, c)
		}
	}
	// What stores nothing is not told from nothing.
	for name, c := range by {
		if c.Stored == 0 && !c.Light() {
			t.Errorf("%s: the heap grew by %d ± %d bytes, and it stores nothing", name, c.Heap, c.Spread)
		}
	}
	// More on every request, or more on the server (B4).
	if m, s := by["session-memory"], by["signed-cookie"]; m.Up >= s.Up || m.Heap < 100*compareUsers || m.Light() || s.Heap > 20*compareUsers {
		t.Errorf("session: %d B up, heap %d; signed cookie: %d B up, heap %d", m.Up, m.Heap, s.Up, s.Heap)
	}
}

// TestWeighed: what is within the spread of the weighings is not told from nothing.
func TestWeighed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		idle, growth   []int64
		middle, spread int64
	}{
		{[]int64{16, -176, 0}, []int64{6048, -5000, -4}, -4, 11048}, // the weighings lie further apart than the idle scales
		{[]int64{-2992, 10, 16}, []int64{40, 50, 60}, 50, 2992},
		{[]int64{0, 0, 0}, []int64{300_100, 300_000, 300_050}, 300_050, 100},
	} {
		if m, s := weighed(tc.idle, tc.growth); m != tc.middle || s != tc.spread {
			t.Errorf("%v, %v: %d ± %d, not %d ± %d", tc.idle, tc.growth, m, s, tc.middle, tc.spread)
		}
	}
}

// What overlaps has no place before or behind the other.
func TestRanks(t *testing.T) {
	t.Parallel()
	got := Ranks([]Compared{{Low: 90, Rate: 95, High: 100}, {Low: 10, Rate: 20, High: 30}, {Low: 40, Rate: 60, High: 80}, {Low: 25, Rate: 45, High: 50}})
	if want := [][2]int{{1, 1}, {3, 4}, {2, 3}, {2, 4}}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

func deref[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// Who is interrupted leaves nothing behind.
func TestCompareInterrupted(t *testing.T) { //nolint:paralleltest // as above
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compare(ctx, func(int, int) {}); err == nil {
		t.Error("it went on")
	}
}
