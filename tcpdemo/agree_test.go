package tcpdemo_test

import (
	"slices"
	"testing"

	"statelab/tcpdemo"
)

// What the segments prove never contradicts what the stacks report, on any
// scenario's timeline.
func TestNothingIsContradicted(t *testing.T) {
	t.Parallel()
	for _, sc := range slices.Concat(tcpdemo.Scenarios(), walks()) {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds() {
				checkContradictions(t, seed, enact(t, sc, seed))
			}
		})
	}
}
