package tcpstate

// meter measures one direction of a connection: what its sender sends, and how
// its peer acknowledges it.
type meter struct {
	begun     bool
	more      bool // its last data had no PSH: there is more where it came from
	fin       bool
	recovs    bool // the recovery began with duplicate ACKs or SACK
	next, una Seq  // after the highest octet seen; after the highest acknowledged
	sacked    Seq  // the right edge of the highest SACK block for it
	hasSacked bool
	probed    bool
	probe     Seq // the octet of a zero-window probe
	finSeq    Seq
	// recovering until recover is acknowledged (RFC 6582 §3.2).
	recovering bool
	recover    Seq
	missing    uint32 // octets below next that were not seen, and are not acknowledged
	// They lie from holeStart on, and before holeEnd.
	holeStart, holeEnd Seq
	// real: what was sent before realTo was missing on its way too: see holes.go.
	real   bool
	realTo Seq
	full   uint32 // payload of its last segment without PSH: a full one
	// edged: its last data went up to the edge of the window, so that most likely more
	// waits until a full segment fits: largest is the payload of its largest so far.
	edged   bool
	largest uint32

	data                     int // segments with payload
	again, fast, timer, late uint32
	overtaken, remade        uint32 // of the late ones: known to have left before what came first, or after it
	copies, spurious, dsacks uint32
	bytesAgain               int64

	spoke   int64 // when its last data, or the opening, passed
	arrived int64 // and arrived, where both ends are watched
	first   int64 // when its first data passed
	last    int64 // and when its last passed, or was acknowledged
	ackedAt int64 // when the latest ACK of something new passed

	limited                int64  // nanoseconds in which its peer's window held it back
	withheld               int64  // in which it had more, and nothing came: see withheld
	heldFor                int64  // and in which it held small segments back for a delayed ACK:
	held                   uint32 // so many
	closedSince, closedFor int64  // its own window was zero
	sincePath, sinceWindow int64  // attributed since the last progress
	lost                   int64  // nanoseconds of LimitLoss in which its octets were missing
	blind                  int64  // and of its application, that a hole of its own ended
	finTime                int64  // when its FIN passed, or arrived where both ends are watched
	busy                   int64  // nanoseconds with octets in flight
	flightTime             float64
	flightMax              uint32

	windowMin, windowMax uint32
	offered              uint16 // the last window, as sent, and whether there is one
	offers               bool
	window               sketch
	rtt                  RTT
	rtts                 sketch
}

// begin starts a direction at a sequence number.
func (m *meter) begin(at Seq) {
	if !m.begun {
		m.begun, m.next, m.una = true, at, at
	}
}

// flight is how many octets are sent and not acknowledged, as far as the
// vantage point knows.
func (m *meter) flight() uint32 { return uint32(max(m.next.Sub(m.una), 0)) }

// unread is flight without a FIN.
func (m *meter) unread() uint32 {
	n := m.flight()
	if m.fin && n > 0 {
		n--
	}
	return n
}

// measure takes a segment into the accounts of both directions.
func (c *Conn) measure(a *analysis, from, to End, arrival bool) {
	s, p := a.s, &c.spending
	mine, theirs := &c.meters[from], &c.meters[to]
	h := happening{from: from, closing: s.Flags.Any(FIN | RST)}
	n := uint32(s.Len)
	if s.Flags.Any(SYN | FIN) {
		n = s.SegLen()
	}
	h.size = n
	if !mine.begun || !theirs.begun {
		c.begin(s, mine, theirs)
	}
	if !arrival && (n > 0 || a.keepAlive) {
		c.see(a, mine, &h)
	}
	acks := s.Ack.After(theirs.una) && s.Flags&(ACK|RST) == ACK
	h.beyond = acks && s.Ack.After(theirs.next)
	h.closes = theirs.fin && s.Flags.Has(FIN) && s.Ack.After(theirs.finSeq)
	if h.fresh && p.late != (lateness{}) {
		c.assign(&h, a.now)
	}
	if passed := a.now - c.latest; passed > 0 {
		mine.weigh(passed)
		if theirs != mine {
			theirs.weigh(passed)
		}
		c.latest = a.now
		c.spend(&h, a.now)
	} else {
		c.back = max(c.back, -passed)
	}
	c.bounded = c.bounded || a.now >= lastTime || a.now <= -lastTime
	if h.again {
		c.wasLost(from)
	}
	switch {
	case arrival:
		if s.Len > 0 || mine.data == 0 {
			mine.arrived = a.now
		}
		if s.Flags.Has(FIN) {
			mine.finTime = a.now
		}
	default:
		if theirs.missing > 0 && a.reportsHole() {
			c.holeIsReal(theirs)
		}
		if h.inTurn {
			mine.goesOn(a, c)
		} else if n > 0 {
			c.sent(a, mine, &h)
		} else if s.Seq.After(mine.next) && !s.Flags.Has(RST) { // something before it was not seen
			mine.fill(s, 0)
			mine.next = s.Seq
		}
		if a.control {
			c.control(s, from)
		}
		if a.NewerAck == 0 && (s.Window != mine.offered || s.Window == 0 || a.control || !mine.offers) {
			mine.offer(a)
		}
	}
	if (acks || s.Options.SackBlocks > 0) && (arrival || !c.ends[from].tapped || !c.ends[to].tapped) { // else it has not come yet
		if s.Options.SackBlocks > 0 {
			theirs.sack(a)
		}
		if acks {
			if theirs.missing > 0 {
				c.coversHole(to, s.Ack)
			}
			theirs.acked(s.Ack, a.now)
		}
	}
	if !p.opened && !s.Flags.Any(SYN|RST) && (c.HasISN[from] || !c.foreign(s, from)) {
		p.opened = true
		mine.spoke, theirs.spoke = a.now, a.now
	}
	c.nowOn()
}

// begin starts the directions of which this segment is the first sign.
func (c *Conn) begin(s *Segment, mine, theirs *meter) {
	mine.begin(s.Seq)
	if s.Flags.Has(ACK) {
		theirs.begin(s.Ack)
	}
}

// see finds out what kind of segment this is, before anything is changed.
func (c *Conn) see(a *analysis, mine *meter, h *happening) {
	s, n := a.s, a.s.SegLen()
	if s.Seq == mine.next && a.fresh == n && !a.probe { // in its turn
		h.fresh = s.Len > 0
		h.inTurn = !a.control && mine.missing == 0
		if len(a.Findings) > 0 {
			c.besides(a, mine, h)
		}
		return
	}
	h.gap = s.Seq.After(mine.next)
	acked := !mine.una.Before(mine.next)
	closed := a.rev.offer.known && a.rev.offer.window == 0
	switch {
	case a.probe, a.keepAlive && !a.overtaken && acked && closed:
		h.probe = true
	case a.keepAlive && !a.overtaken && acked:
		h.alive = true
	default:
		repeated := n - a.fresh
		ofProbe := mine.probed && repeated <= 1 && s.Seq == mine.probe && n > 1
		h.crosses = a.crosses()
		h.again = repeated > 0 && !ofProbe && !a.copied && !h.crosses
		a.asked = h.again && a.asks(mine)
	}
	h.fresh = s.Len > 0 && a.fresh > 0 && !h.probe && !h.alive
	if s.Seq.Before(mine.next) {
		c.besides(a, mine, h)
	}
}

// goesOn takes over new data in its turn: nearly every segment with data.
func (m *meter) goesOn(a *analysis, c *Conn) {
	s := a.s
	n := uint32(s.Len)
	m.next += Seq(n)
	m.data++
	if m.first == 0 {
		m.first = a.now
	}
	m.last, m.spoke = max(m.last, a.now), a.now
	m.largest = max(m.largest, n)
	room := a.rev.offer.edge.Sub(m.next)
	m.edged = room <= 0 && a.rev.offer.known
	if m.more = !s.Flags.Has(PSH); m.more {
		m.full = n
		if room < int32(n) {
			c.exhausts(a, m)
		}
	}
	m.flightMax = max(m.flightMax, m.flight())
}

// sent takes over what a segment sends.
func (c *Conn) sent(a *analysis, m *meter, h *happening) {
	s := a.s
	if a.copied {
		m.copies++
		c.Total[h.from] -= int64(s.Len) // nobody sent it twice
	}
	switch {
	case h.again:
		c.resent(a, m)
	case h.fresh && s.Seq.Before(m.next) && !(m.probed && s.Seq == m.probe):
		m.late++
		c.dates(a, m)
	}
	missing := m.missing
	if m.fill(s, a.fresh); m.missing < missing {
		c.holeIsReal(m)
	}
	if h.probe {
		m.probed, m.probe = true, s.Seq
	}
	end := s.End()
	if !end.Before(m.next) && s.Len > 0 && !h.probe && !h.alive {
		m.more = !s.Flags.Any(PSH | FIN | SYN) // Fast Open's data has no PSH
		m.edged = a.rev.offer.known && !end.Before(a.rev.offer.edge)
		m.largest = max(m.largest, uint32(s.Len))
		if m.more && h.fresh {
			m.full = uint32(s.Len)
		}
	}
	m.next = later(m.next, end)
	if m.more && h.fresh {
		c.exhausts(a, m)
	}
	if s.Len > 0 {
		m.data++
		if m.first == 0 {
			m.first = a.now
		}
		m.last = max(m.last, a.now)
		if !h.probe && !h.alive {
			m.spoke = a.now
		}
	}
	if s.Flags.Has(FIN) && !m.fin {
		m.fin, m.finSeq, m.finTime, m.more = true, end-1, a.now, false
	}
	f := m.flight()
	if s.Flags.Has(SYN) {
		f = uint32(s.Len) // a SYN is no octet
	}
	m.flightMax = max(m.flightMax, f)
}

// dates notes whether a segment that came late had left its host before what came
// first, or after it.
func (c *Conn) dates(a *analysis, m *meter) {
	o, first := &a.s.Options, &a.fwd.nextStamp
	switch {
	case a.older():
		m.overtaken++
	case a.s.Wire > first.wire, o.HasTimestamps && first.stamped && Seq(o.TSVal).After(Seq(first.val)):
		m.remade++
	}
}

// control notes who opens and who closes.
func (c *Conn) control(s *Segment, from End) {
	if t := &c.ends[from].tcb; s.Flags.Has(RST) && t.state == SynSent && !t.accepts(s.Seq) {
		return // it refuses a SYN,ACK for another's SYN (RFC 9293 §3.5, Figure 8)
	}
	if p := &c.spending; s.Flags.Has(RST) && !p.reset {
		p.reset, p.resetBy, p.over = true, s.Frame, 0
	}
	if s.Flags&(SYN|ACK) == SYN {
		c.syns++
		if !c.spending.opened {
			c.livesOn(from, false)
		}
	}
	if s.Flags.Any(FIN|RST) && c.closed == 0 {
		c.closer, c.closed, c.closedByReset = from, s.Frame, s.Flags.Has(RST)
	}
}

// resent counts a retransmission by what made its sender send it: ACKs that
// reported the hole (RFC 5681 §3.2, RFC 6675), or its timer (RFC 6298 §5.4).
func (c *Conn) resent(a *analysis, m *meter) {
	s := a.s
	m.again++
	m.bytesAgain += int64(min(s.SegLen()-a.fresh, uint32(s.Len)))
	switch {
	case !s.End().After(m.una):
		m.spurious++
		return // nothing waits for it
	case a.asked:
		m.fast++
	default:
		m.timer++
	}
	if !m.recovering {
		m.recovering, m.recover, m.recovs = true, later(m.next, s.End()), a.asked
	}
}

// asks reports whether the receiver had reported the hole that a retransmission
// fills. A second one of the same octets is the timer's.
func (a *analysis) asks(m *meter) bool {
	s := a.s
	switch {
	case a.original.again > 1:
		return false
	case m.hasSacked && m.sacked.After(s.End()):
		return true
	case a.rev.dupAcks >= dupThresh && a.rev.lastAck == s.Seq:
		return true
	}
	return m.recovering && m.recovs && s.Seq == m.una // RFC 6582 §3.2: a partial ACK
}

// dupThresh is how many duplicate ACKs report a loss (RFC 5681 §3.2).
const dupThresh = 3
