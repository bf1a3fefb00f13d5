package ladder

import (
	"strconv"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// maxFlights bounds how many segments are followed over the wire at a time.
const maxFlights = 1024

// flight is one segment on a wire whose both ends are watched.
type flight struct {
	wire      uint64
	stream    int
	from, to  int
	departure *row // nil where it was never seen to leave: the wire made it
	arrival   *row // the last arrival's row; the departure's where they are one
	arrivals  int
	split     bool // departure and arrival are rows of their own
	control   bool // crossing it matters: see the package comment
	tie       string
	verdicts  []trace.Verdict
}

// inAir reports whether the segment is between the two ends.
func (f *flight) inAir() bool { return f.departure != nil && f.departure.waiting }

// flights are the segments of the recent past, the oldest first.
type flights struct {
	recent []*flight
	byWire map[uint64]*flight
	ties   int
}

// of returns the flight of a wire number, making one if there is none.
func (fs *flights) of(wire uint64) *flight {
	if f := fs.byWire[wire]; f != nil {
		return f
	}
	if fs.byWire == nil {
		fs.byWire = map[uint64]*flight{}
	}
	if len(fs.recent) >= maxFlights {
		old := fs.recent[0]
		old.land()
		fs.recent = fs.recent[1:]
		delete(fs.byWire, old.wire)
	}
	f := &flight{wire: wire, from: -1, to: -1}
	fs.byWire[wire] = f
	fs.recent = append(fs.recent, f)
	return f
}

// row returns the row of the frame that made an end act: where it left, for its
// sender, or where it arrived.
func (fs *flights) row(wire uint64, lane int) *row {
	f := fs.byWire[wire]
	switch {
	case wire == 0 || f == nil:
		return nil
	case lane == f.from:
		return f.departure
	case lane == f.to:
		return f.arrival
	}
	return nil
}

// disturb splits the segments that are on their way to an end which changes in
// a row below theirs: what they will change comes later still.
func (fs *flights) disturb(stream, lane, place int) {
	for _, f := range fs.recent {
		if f.inAir() && f.stream == stream && f.to == lane && f.departure.place < place {
			fs.divide(f)
		}
	}
}

// learned splits the segments that open or end a connection and are on their way
// to a lane whose party learned or forgot something in a row below theirs: that
// was not yet their doing.
func (fs *flights) learned(stream, lane, place int) {
	for _, f := range fs.recent {
		if f.inAir() && f.control && (stream < 0 || f.stream == stream) && f.to == lane && f.departure.place < place {
			fs.divide(f)
		}
	}
}

// cross splits the segments that f meets on its way, and f, where it matters.
func (fs *flights) cross(f *flight) {
	for _, g := range fs.recent {
		if g != f && g.inAir() && g.stream == f.stream && g.from == f.to && (g.control || f.control) {
			fs.divide(g)
			fs.divide(f)
		}
	}
}

// overtake splits the segments that left before f, in its direction, and have
// not arrived as f does.
func (fs *flights) overtake(f *flight) {
	for _, g := range fs.recent {
		if g == f {
			return
		}
		if g.inAir() && g.stream == f.stream && g.from == f.from {
			fs.divide(g)
		}
	}
}

// divide makes f's row a departure: its arrival will be another row.
func (fs *flights) divide(f *flight) {
	if f.split {
		return
	}
	f.split = true
	f.departure.Arrow.Part = Departure
}

// tieOf names a flight on the page: by its frame, or by a letter.
func (fs *flights) tieOf(f *flight) string {
	if f.tie == "" {
		if f.departure != nil && f.departure.Frame > 0 {
			f.tie = strconv.Itoa(f.departure.Frame)
		} else {
			f.tie = strings.Repeat(string(rune('a'+fs.ties%26)), fs.ties/26+1)
			fs.ties++
		}
	}
	return f.tie
}

// land settles the row of a segment that nobody will see arrive any more.
func (f *flight) land() {
	if f.departure != nil {
		f.departure.waiting = false
	}
}

// matters reports whether crossing this segment changes what its ends know.
func matters(s *trace.Segment) bool {
	return s.Flags.Any(tcpstate.SYN|tcpstate.FIN|tcpstate.RST) || resent(s)
}

// resent reports whether the segment carries sequence numbers that were sent
// before.
func resent(s *trace.Segment) bool {
	for _, f := range s.Findings {
		// Wireshark calls out of order what comes again within a round trip.
		if strings.HasSuffix(f.Name, "retransmission") && tcpstate.Denies(f.Name, s.Findings) == "" || f.Name == tcpstate.FoundBytesSeen {
			return true
		}
	}
	return false
}
