package tcpdemo_test

import (
	"slices"
	"testing"

	"statelab/capture/trace"
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
				states := 0
				for e, err := range events(enact(t, sc, seed)) {
					if err != nil {
						t.Fatal(err)
					}
					if e.Kind != trace.KindState {
						continue
					}
					states++
					if e.State.Contradicted {
						t.Errorf("seed %d: %s", seed, line(&e))
					}
				}
				if states == 0 {
					t.Errorf("seed %d: nobody's state changed", seed)
				}
			}
		})
	}
}
