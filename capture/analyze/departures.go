package analyze

import (
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// departure is what is kept of a frame that left its sender, to tell its
// arrival and the wire's verdict by.
type departure struct {
	frame, stream int
	end           tcpstate.End // that sent it
	from, to      trace.Participant
	at            time.Time
	tap           string
}

// departures keeps the latest maxDepartures frames by their identity on the
// wire. A frame that is still on its way after that many others is told as a
// segment of its own.
type departures struct {
	by   map[uint64]departure
	ring []uint64
	next int
}

const maxDepartures = 1 << 14

func (d *departures) add(wire uint64, what departure) {
	if d.by == nil {
		d.by = make(map[uint64]departure, 64)
	}
	if len(d.ring) < maxDepartures {
		d.ring = append(d.ring, wire)
	} else {
		delete(d.by, d.ring[d.next])
		d.ring[d.next] = wire
		d.next = (d.next + 1) % maxDepartures
	}
	d.by[wire] = what
}

func (d *departures) of(wire uint64) (departure, bool) {
	what, ok := d.by[wire]
	return what, ok
}

func (d *departures) has(wire uint64) bool { _, ok := d.by[wire]; return ok }
