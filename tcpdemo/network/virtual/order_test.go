package virtual

import (
	"slices"
	"testing"
	"time"

	"statelab/capture"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// checkOrder holds what every recording promises: one total order; each change
// begins where the one before it ended; and one made by a segment follows that
// segment's arrival and comes before the answer to it.
func checkOrder(t *testing.T, r *network.Recording) {
	t.Helper()
	orders := map[uint64]bool{}
	arrived := map[uint64]uint64{} // by wire number and host: the order of the arrival
	times := map[uint64]time.Time{}
	for i, f := range r.Frames {
		if orders[f.Order] || i > 0 && f.Order < r.Frames[i-1].Order {
			t.Errorf("frame %d of the recording is out of order", i)
		}
		orders[f.Order] = true
		if f.Direction.String() == "in" {
			arrived[f.Wire] = f.Order
			times[f.Wire] = f.Time
		}
	}
	type key struct {
		role trace.Role
		conn trace.Conn
	}
	last := map[key]tcpstate.State{}
	for i, o := range r.Observations {
		if orders[o.Order] || i > 0 && o.Order < r.Observations[i-1].Order {
			t.Errorf("observation %d is out of order", i)
		}
		orders[o.Order] = true
		if o.Kind != trace.ObservedState {
			continue
		}
		k := key{o.Party.Role, o.Conn}
		from, known := last[k]
		if !known || from == tcpstate.Closed {
			from = o.From
			if !slices.Contains([]tcpstate.State{tcpstate.Closed, tcpstate.Listen}, from) {
				t.Errorf("%v begins in %v", k, from)
			}
		}
		if from != o.From {
			t.Errorf("%v: a change from %v, after %v", k, o.From, from)
		}
		last[k] = o.To
		checkEdge(t, o)
		if w := o.Cause.Wire; w != 0 {
			if arrived[w] == 0 || arrived[w] > o.Order || !times[w].Equal(o.At) {
				t.Errorf("%v>%v does not follow the arrival of #%d", o.From, o.To, w)
			}
			for _, f := range r.Frames {
				if f.Order > arrived[w] && f.Order < o.Order && f.Time.Equal(o.At) && f.Vantage == o.Party.Role.String() {
					s, _ := parse(f.Data)
					cause := r.Frames[slices.IndexFunc(r.Frames, func(c capture.Frame) bool { return c.Wire == w })]
					c, _ := parse(cause.Data)
					if s.ack == c.end() {
						t.Errorf("%v>%v comes after the answer to its cause", o.From, o.To)
					}
				}
			}
		}
	}
}

// checkEdge holds that a change is an edge of RFC 9293's figure, with the same
// kind of cause, or one of those that a stack has beside it.
func checkEdge(t *testing.T, o trace.Observation) {
	t.Helper()
	switch {
	case tcpstate.FindEdge(o.From, o.To, o.Cause.Kind) != nil,
		o.Cause.Name == callRestart,
		o.From == tcpstate.Listen && o.To == tcpstate.Established, // SYN cookie
		o.To == tcpstate.Closed && o.Cause.Kind == tcpstate.OnTimer:
		return
	}
	t.Errorf("%v → %v (%s) is no edge of the figure", o.From, o.To, o.Cause.Name)
}
