package tcpstate

import "time"

// Limit is what a stretch of a connection's time was spent on: what kept it
// from being shorter. Each nanosecond from the first segment to the last
// belongs to exactly one; the order here is the order in which the rules are
// tried, and `statelab guide tcp-analysis` gives the reasons.
type Limit uint8

// Limits.
const (
	// LimitOpening: no segment but SYNs so far.
	LimitOpening Limit = iota
	// LimitClosing: a RST was seen, or both FINs, and no data is without an ACK.
	LimitClosing
	// LimitLoss: octets were missing, lost or late. From the last progress
	// before a retransmission until all that was sent by then is acknowledged; or,
	// where the loss is upstream of the vantage point, while there is a hole. A hole
	// that an ACK covers, though nothing filled it, is the capture's: LimitPath.
	LimitLoss
	// LimitWindow: a sender had more, and less than a full segment of the
	// window that its receiver offers was left.
	LimitWindow
	// LimitPath: octets, or the ACKs of octets, were on their way; or a sender
	// had more and an open window, and held back (its congestion window, its
	// pacing, a narrow link).
	LimitPath
	// LimitDelayedAck: a sender held a small segment back until the ACK of its
	// last one came (Nagle's algorithm, RFC 9293 §3.7.4), and the peer kept that
	// ACK for longer than the round trip (a delayed ACK, §3.8.6.3).
	LimitDelayedAck
	// LimitUnseen: nothing was seen on its way, and yet octets were: an ACK of
	// them came next. The capture missed them, and whom they waited for. Or a sender
	// had more, and nothing of it came for longer than a path takes: it was held back,
	// or lost before the vantage point.
	LimitUnseen
	// LimitClient: nothing was on its way, and what came next was data that the
	// client's application had not given to its stack before.
	LimitClient
	// LimitServer is the same for the server's application.
	LimitServer
	// LimitIdle: nothing was on its way, and no data came next. Whether any was due, the
	// segments do not tell.
	LimitIdle
)

// Limits is how many there are.
const Limits = 10

var limitNames = [Limits]string{"opening", "closing", "loss", "window", "path", "delayed-ack", "unseen", "client", "server", "idle"}

// String returns a name that is part of the JSON contract: "window".
func (l Limit) String() string {
	if int(l) < len(limitNames) {
		return limitNames[l]
	}
	return "unknown"
}

// limitOf is the limit that an end's application is.
func limitOf(e End) Limit { return LimitClient + Limit(e) }

// undecided stands for a stretch in which nothing is on its way: what comes next
// tells whom it was spent on.
const undecided = Limits

// spending attributes a connection's time.
type spending struct {
	mark   int64 // nanoseconds since 1970: all time before it is attributed
	now    Limit // what the time after mark is spent on, if nothing else is learnt
	whose  End   // the sender that a window limits
	opened bool
	reset  bool
	// resetBy is the frame of the RST, and over the time attributed to LimitClosing
	// since: it may turn out not to have ended the connection.
	resetBy int
	over    int64
	spent   [Limits]int64
	late    lateness
	// unheeded is time of LimitIdle in which the server had not answered the client's
	// last data.
	unheeded int64
	// unproved is time of LimitLoss for which nothing speaks but that octets are
	// missing here.
	unproved int64
}

// Spent returns how the connection's time was spent, until the last segment so
// far: the parts add up to Span.
func (c *Conn) Spent() [Limits]time.Duration {
	var all [Limits]time.Duration
	s := &c.spending
	for i, n := range s.spent {
		all[i] = time.Duration(n)
	}
	if rest := c.latest - s.mark; rest > 0 {
		all[c.silent()] += time.Duration(rest)
	}
	return all
}

// Span is from the first segment to the last. Where the trace's clock goes
// back, it stands still.
func (c *Conn) Span() time.Duration {
	if !c.Measured() {
		return 0
	}
	return time.Duration(c.latest - c.FirstTime.UnixNano())
}

// Measured reports whether an observer has seen segments of the connection: of a
// Conn that was made otherwise, nothing is known.
func (c *Conn) Measured() bool { return c.measured }

// silent is what a stretch without anything on its way was spent on when no data
// ends it: where one end has closed, only the other could have sent any.
func (c *Conn) silent() Limit {
	client, server := &c.meters[Client], &c.meters[c.Peer(Client)]
	switch {
	case c.spending.now != undecided:
		return c.spending.now
	case client.fin && !server.fin:
		return LimitServer
	case server.fin && !client.fin:
		return LimitClient
	}
	return LimitIdle
}

// Awaits reports whether the client may wait for an answer: the last data was its own,
// and the server was heard.
func (c *Conn) Awaits() bool {
	client, server := &c.meters[Client], &c.meters[Server]
	return c.Segments[Server] > 0 && client.data > 0 && (server.data == 0 || client.spoke > server.spoke)
}

// happening is what a segment shows of its sender.
type happening struct {
	from    End
	inTurn  bool   // it carries the next octets, and nothing else is to be noted
	fresh   bool   // it carries payload that was not seen before
	again   bool   // it was sent again: octets that had been sent before
	crosses bool   // it answers a SYN that crossed its sender's own
	size    uint32 // of its payload, with its SYN or FIN
	held    bool   // its sender had held it back until an ACK came
	probe   bool   // it asks for the size of a closed window
	alive   bool   // it asks an idle peer for a sign of life
	closing bool   // FIN or RST
	closes  bool   // its FIN answers its peer's
	beyond  bool   // it acknowledges octets that were not seen
	gap     bool   // octets before it were not seen
}

// spend attributes the time up to a segment.
func (c *Conn) spend(h *happening, now int64) {
	s := &c.spending
	passed := now - s.mark
	switch s.now {
	case LimitPath:
		c.onTheWay(h, now, passed)
	case LimitWindow:
		m := &c.meters[s.whose]
		s.spent[LimitWindow] += passed
		m.limited += passed
		m.sinceWindow += passed
	case undecided:
		if h.held {
			s.spent[LimitPath] += passed
		} else if !c.decide(h, now, passed) {
			return // and the mark stays
		}
	case LimitLoss:
		c.lose(passed)
	case LimitClosing:
		s.spent[LimitClosing] += passed
		s.over += passed
	case LimitOpening, LimitClient, LimitServer, LimitDelayedAck, LimitUnseen, LimitIdle:
		s.spent[s.now] += passed
	}
	s.mark = now
}

// onTheWay attributes time in which octets were on their way. An answer that
// comes with the ACK of what it answers ends a wait for both: the round trip,
// and the application.
func (c *Conn) onTheWay(h *happening, now, passed int64) {
	s, m := &c.spending, &c.meters[h.from]
	if (h.fresh && !h.again || h.closes) && !h.beyond && m.flight() == 0 && !m.more {
		passed -= c.answered(h, now, passed)
	}
	passed -= c.withheld(now, passed)
	s.spent[LimitPath] += passed
	if !h.fresh {
		c.outstays(h, now, passed)
	}
	if client := &c.meters[Client]; client.next != client.una && client.flight() > 0 {
		client.sincePath += passed
	}
	if server := &c.meters[Server]; server.next != server.una && server.flight() > 0 {
		server.sincePath += passed
	}
}

// withheld attributes to LimitUnseen the time in which nothing was on its way though a
// sender had more, beyond what its congestion window, its pacing or a narrow link
// explains: three round trips, and four times the pace that it has kept so far. It
// returns that time.
func (c *Conn) withheld(now, passed int64) (over int64) {
	sender, m := Client, &c.meters[Client]
	if !m.more {
		sender, m = Server, &c.meters[Server]
	}
	if !m.more || c.meters[Client].flight() > 0 || c.meters[Server].flight() > 0 {
		return 0
	}
	pace := int64(MinRTO) / 4 // not known yet
	if m.data > 1 {
		pace = (m.spoke - m.first) / int64(m.data-1)
	}
	most := max(3*int64(c.longestTrip()), 4*pace)
	over = min(max(now-max(m.spoke, m.ackedAt)-most, 0), passed)
	c.spending.spent[LimitUnseen] += over
	c.meters[sender].withheld += over
	return over
}

// longestTrip is the longest round trip that was measured; where none was, the second
// with which a sender begins (RFC 6298 §2.1).
func (c *Conn) longestTrip() time.Duration {
	trip := c.initialRTT
	for i := range c.meters {
		trip = max(trip, c.meters[i].rtt.Max)
	}
	if trip == 0 {
		return MinRTO
	}
	return trip
}

// wasLost moves the time since a direction last made progress to the loss that a
// retransmission shows.
func (c *Conn) wasLost(from End) {
	s, m := &c.spending, &c.meters[from]
	s.spent[LimitPath] -= m.sincePath
	s.spent[LimitWindow] -= m.sinceWindow
	m.limited -= m.sinceWindow
	s.spent[LimitLoss] += m.sincePath + m.sinceWindow
	m.lost += m.sincePath + m.sinceWindow
	for i := range c.meters {
		c.meters[i].sincePath, c.meters[i].sinceWindow = 0, 0
	}
	s.late = lateness{}
}

// decide attributes a stretch in which nothing was on its way, if the segment
// that comes next tells what it was spent on.
func (c *Conn) decide(h *happening, now, passed int64) bool {
	s, m := &c.spending, &c.meters[h.from]
	switch {
	case h.again:
		s.spent[LimitLoss] += passed // the ACK was lost, or late, beyond the vantage point
		m.lost += passed
	case h.probe:
		s.spent[LimitWindow] += passed
		m.limited += passed
	case h.beyond:
		s.spent[LimitUnseen] += passed
	case h.fresh:
		s.spent[LimitPath] += passed - c.answered(h, now, passed)
	case h.closing || h.alive:
		c.leave(c.silent(), passed)
	default:
		return false
	}
	return true
}

// answered attributes to an end's application what it took of the time that has
// passed until it answered, and returns that.
func (c *Conn) answered(h *happening, now, passed int64) (waited int64) {
	waited = min(max(now-c.ready(h), 0), passed)
	c.spending.spent[limitOf(h.from)] += waited
	if h.gap {
		c.meters[h.from].blind = waited
	}
	return waited
}

// ready is when an end's application could have answered the last data for it, or
// the FIN, as seen at the vantage point: when that arrived there, or else a round
// trip after it passed. So long an ACK takes, too, and what it lets an end send.
func (c *Conn) ready(h *happening) int64 {
	peer := &c.meters[c.Peer(h.from)]
	sent, arrived := peer.spoke, peer.arrived
	if h.closes {
		sent, arrived = peer.finTime, peer.finTime
	}
	if c.ends[Client].tapped && c.ends[Server].tapped {
		return arrived
	}
	return max(sent, c.meters[h.from].ackedAt) + int64(peer.rtt.Min)
}

// livesOn takes back a RST that did not end the connection, as a segment of that end
// shows. The time since was spent as if there had been none.
func (c *Conn) livesOn(from End, speaks bool) {
	s := &c.spending
	c.reset = false
	if !s.reset {
		return
	}
	s.reset = false
	if c.closedByReset && c.closed == s.resetBy {
		c.closed, c.closedByReset = 0, false
	}
	if c.meters[Client].fin && c.meters[c.Peer(Client)].fin {
		return
	}
	s.now = undecided
	to := c.silent()
	switch {
	case !s.opened:
		to = LimitOpening
	case speaks:
		to = limitOf(from)
	}
	c.move(LimitClosing, to, s.over)
	c.nowOn()
}

// nowOn finds what the time after a segment is spent on, until more is known.
func (c *Conn) nowOn() {
	s, client, server := &c.spending, &c.meters[Client], &c.meters[c.Peer(Client)]
	switch {
	case s.reset || client.fin && server.fin && client.unread() == 0 && server.unread() == 0:
		s.now = LimitClosing
	case !s.opened:
		s.now = LimitOpening
	case client.recovering || server.recovering || client.missing > 0 || server.missing > 0:
		s.now = LimitLoss
	case c.blocked(Client):
		s.now, s.whose = LimitWindow, Client
	case c.blocked(Server):
		s.now, s.whose = LimitWindow, Server
	case client.flight() > 0 || server.flight() > 0 || client.more || server.more:
		s.now = LimitPath
	default:
		s.now = undecided
	}
}

// blocked reports whether a sender has more to send than the window that its
// peer offers allows: it went up to the edge, or so near that no full segment is
// left, and its last segment had no PSH: its buffer was not empty (RFC 9293
// §3.9.1.2). A sender that went up to the edge waits until a full segment fits again,
// or its timer runs out, rather than send a small one (§3.8.6.2.1); and stacks set PSH
// on what goes up to the edge, so that PSH tells nothing there.
func (c *Conn) blocked(sender End) bool {
	m, f := &c.meters[sender], &c.ends[c.Peer(sender)].flow
	if m.data == 0 || m.fin || !f.offer.known || !f.hasShift && f.offer.window != 0 {
		return false
	}
	room := f.offer.edge.Sub(m.next)
	return room <= 0 || m.more && room < int32(m.full) || m.edged && room < c.fullSegment(sender)
}

// fullSegment is the payload of a full segment, as far as is known: what is captured
// at a sender may be larger than any on the wire, and is cut to the MSS later.
func (c *Conn) fullSegment(sender End) int32 {
	n := c.meters[sender].largest
	if o := &c.Options[c.Peer(sender)]; o.HasMSS {
		n = min(n, uint32(o.MSS))
	}
	return int32(n)
}
