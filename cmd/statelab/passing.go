package main

import (
	"statelab/capture/render"
	"statelab/capture/trace"
)

// passing leaves out what the system reports of connections of which no frame
// was captured, and of listeners: a machine has many sockets, and where no port is
// named the frames alone say which are meant.
func passing(events render.Events) render.Events {
	return func(yield func(trace.Event, error) bool) {
		seen := map[trace.Conn]bool{}
		for ev, err := range events {
			here := trace.Conn{Local: ev.From.Addr, Remote: ev.To.Addr}
			switch ev.Kind {
			case trace.KindSegment:
				seen[here], seen[trace.Conn{Local: here.Remote, Remote: here.Local}] = true, true
			case trace.KindState, trace.KindMemory:
				if err == nil && !seen[here] {
					continue
				}
			default:
			}
			forgotten := ev.Kind == trace.KindMemory && len(ev.Memory.Entries) == 0
			if !yield(ev, err) {
				return
			}
			if forgotten { // this end is over; the other one goes by itself
				delete(seen, here)
			}
		}
	}
}
