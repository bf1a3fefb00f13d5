package render

import (
	"testing"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// A page keeps no more exchanges than it shows, however many a trace has.
func TestPageKeepsWhatItShows(t *testing.T) {
	t.Parallel()
	events := func(yield func(trace.Event, error) bool) {
		for n := 1; n <= 2*maxExchanges; n++ {
			for _, m := range []http1.Message{{Request: true, Exchange: n, Method: "GET", Target: "/"}, {Status: 200, Exchange: n}} {
				if !yield(trace.Event{Kind: trace.KindMessage, Message: &m}, nil) {
					return
				}
			}
		}
	}
	r, err := collectReport(events, &Options{})
	if err != nil || len(r.web.all) != maxExchanges || r.web.all[maxExchanges-1].Response == nil {
		t.Errorf("%d exchanges are kept, error %v", len(r.web.all), err)
	}
}
