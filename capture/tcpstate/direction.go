package tcpstate

import "time"

// Direction is what was measured of the octets that one end sent, and of how its
// peer acknowledged them.
type Direction struct {
	Segments, DataSegments int
	// Bytes is payload, each octet once: the goodput's. Total counts octets as
	// often as they were sent.
	Bytes, Total int64
	Again        Again
	// Late counts segments that carry octets never seen before, below the
	// highest: overtaken, or lost on their way here and sent again.
	Late int
	// Overtaken counts those of them that are known to have left their host before what
	// came here first, by the wire's own count, a lower ACK or an older timestamp; Remade
	// those that are known to have left after it. Of the rest, nothing tells.
	Overtaken, Remade int
	// RTT is of the octets that this end sent.
	RTT RTT
	// Window is what this end offers to its peer, scaled, in bytes; each change
	// counts once. It is not known where the scale was agreed before the trace
	// began.
	Window Spread
	// FlightMax is the most that was sent and not acknowledged, as the vantage
	// point knows it, in bytes; FlightMean is over the time that Busy counts. Near
	// the receiver both are less than the sender's own.
	FlightMax  uint32
	FlightMean float64
	// Busy is the time with octets in flight, Limited that in which the peer's
	// window held this end back, Closed that in which its own window was zero.
	Busy, Limited, Closed time.Duration
	// Active is from the first payload to the last, or to its ACK.
	Active time.Duration
}

// Again counts what was sent again.
type Again struct {
	Segments int
	Bytes    int64
	// Fast answers ACKs that reported the hole: three duplicates (RFC 5681
	// §3.2), a SACK of what lies above (RFC 6675), or a partial ACK in a recovery
	// that began so (RFC 6582). Timeout is every other. Spurious was acknowledged
	// already. The three add up to Segments.
	Fast, Timeout, Spurious int
	// Copies are packets that came twice: the wire's, or the capture's. They are
	// no retransmissions, and not in Segments.
	Copies int
	// DSACKs counts the peer's reports that octets came twice (RFC 2883).
	DSACKs int
}

// Spread is the least, the middle and the greatest of some values; Median is
// exact up to 32 of them.
type Spread struct {
	Known            bool
	Min, Median, Max uint32
}

// Throughput is Total over Active, in bytes a second; 0 where Active is.
func (d *Direction) Throughput() float64 { return rate(d.Total, d.Active) }

// Goodput is Bytes over Active, in bytes a second; 0 where Active is.
func (d *Direction) Goodput() float64 { return rate(d.Bytes, d.Active) }

func rate(n int64, over time.Duration) float64 {
	if over <= 0 {
		return 0
	}
	return float64(n) / over.Seconds()
}

// Direction returns what was measured of the octets that an end sent, until the
// last segment so far.
func (c *Conn) Direction(from End) Direction {
	m := &c.meters[from]
	d := Direction{
		Segments: c.Segments[from], DataSegments: m.data, Bytes: c.Bytes[from], Total: c.Total[from],
		Again: Again{
			Segments: int(m.again), Bytes: m.bytesAgain, Fast: int(m.fast), Timeout: int(m.timer), Spurious: int(m.spurious),
			Copies: int(m.copies), DSACKs: int(m.dsacks),
		},
		Late: int(m.late), Overtaken: int(m.overtaken), Remade: int(m.remade), RTT: m.rtt, FlightMax: m.flightMax,
		Busy: time.Duration(m.busy), Limited: time.Duration(m.limited), Closed: time.Duration(m.closedFor),
	}
	d.RTT.Median = m.medianRTT()
	if m.window.n > 0 {
		d.Window = Spread{Known: true, Min: m.windowMin, Median: min(max(uint32(m.window.median()), m.windowMin), m.windowMax), Max: m.windowMax}
	}
	if m.busy > 0 {
		d.FlightMean = m.flightTime / float64(m.busy)
	}
	if m.closedSince != 0 && c.latest > m.closedSince {
		d.Closed += time.Duration(c.latest - m.closedSince)
	}
	if m.first != 0 {
		d.Active = time.Duration(max(m.last-m.first, 0))
	}
	return d
}

// RTT returns the round-trip times of the octets that an end sent, without their
// Median: see Direction.
func (c *Conn) RTT(from End) RTT { return c.meters[from].rtt }

// InFlight is how many octets an end has sent that are not acknowledged, as far
// as the vantage point knows.
func (c *Conn) InFlight(from End) uint32 { return c.meters[from].flight() }

// FirstCloser returns who sent the first FIN or the RST that ended the
// connection, its frame, and whether it was a RST; frame 0 if nobody did.
func (c *Conn) FirstCloser() (who End, frame int, reset bool) {
	return c.closer, c.closed, c.closedByReset
}
