package network

import (
	"cmp"
	"slices"

	"statelab/capture"
	"statelab/capture/trace"
)

// Number puts frames and observations in order of (time, order), and numbers
// the frames as Recording says, for the trace of the primary vantage point.
func (r *Recording) Number(primary string) {
	slices.SortStableFunc(r.Frames, func(a, b capture.Frame) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Order, b.Order))
	})
	slices.SortStableFunc(r.Observations, func(a, b trace.Observation) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Order, b.Order))
	})
	first := map[uint64]int{} // by wire number
	n := 0
	for i := range r.Frames {
		f := &r.Frames[i]
		if f.Vantage != primary {
			continue
		}
		n++
		f.Number = n
		if first[f.Wire] == 0 {
			first[f.Wire] = n
		}
	}
	for i := range r.Frames {
		if f := &r.Frames[i]; f.Vantage != primary {
			f.Number = first[f.Wire]
			if f.Wire == 0 {
				f.Number = 0
			}
		}
	}
}
