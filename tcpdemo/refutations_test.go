package tcpdemo_test

import (
	"testing"

	"statelab/capture/explain"
	"statelab/capture/trace"
	"statelab/tcpdemo"
	"statelab/tcpdemo/network"
	"statelab/tcpdemo/network/virtual"
)

// What refutes a belief is on the timeline of every scenario that claims it, for
// every seed; its sentence stands in both languages.
func TestBeliefsAreRefuted(t *testing.T) {
	t.Parallel()
	for _, sc := range tcpdemo.Scenarios() {
		if len(sc.Refutes) == 0 {
			continue
		}
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds() {
				for _, r := range refuted(t, perform(t, sc.Name, seed+1), sc.Refutes) {
					if _, ok := explain.MisconceptionText(r.N); !ok {
						t.Errorf("no belief has the number %d", r.N)
					}
					if !r.Shown() {
						t.Errorf("seed %d: belief %d: what refutes it is not there", seed+1, r.N)
						continue
					}
					if why := r.Why(r.Events); why.En == "" || why.Ko == "" || why.En == why.Ko {
						t.Errorf("belief %d: %q, %q", r.N, why.En, why.Ko)
					}
				}
			}
		})
	}
}

// On a wire on which nothing is lost, nothing refutes that what was written was
// delivered.
func TestBeliefIsNotRefutedByNothing(t *testing.T) {
	t.Parallel()
	sc, _ := tcpdemo.Find("loss")
	sc.Network.Rules = network.MustParseRules("drop 9th data segment client→server once")
	sc.Name = "no loss"
	recording, _ := attempt(t, sc, 1) // its program says that nothing was lost
	for _, r := range refuted(t, recording, sc.Refutes) {
		if r.Shown() {
			t.Errorf("belief %d is said to be refuted", r.N)
		}
	}
}

func refuted(t *testing.T, r *network.Recording, beliefs []trace.Refutation) []trace.Refuted {
	t.Helper()
	r.Number(virtual.ClientTap)
	found, err := trace.Refute(events(r), beliefs)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
