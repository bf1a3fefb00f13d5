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
	// More on every request, or more on the server (B4).
	if m, s := by["session-memory"], by["signed-cookie"]; m.Up >= s.Up || m.Heap < 100*compareUsers || s.Heap > 20*compareUsers {
		t.Errorf("session: %d B up, heap %d; signed cookie: %d B up, heap %d", m.Up, m.Heap, s.Up, s.Heap)
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
