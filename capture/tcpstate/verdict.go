package tcpstate

import (
	"math"
	"time"
)

// VerdictKind is what kept a connection from being done sooner.
type VerdictKind uint8

// Kinds of verdict.
const (
	VerdictLimited     VerdictKind = iota // most of the time was spent on Limit
	VerdictShort                          // it was over too soon for a limit to matter
	VerdictRefused                        // a RST answered the SYN
	VerdictNeverOpened                    // nothing did, or the handshake was not finished
	VerdictOneSided                       // one end was never heard, so that nothing tells
	VerdictAborted                        // a RST ended the handshake otherwise: Whose sent it
	VerdictUntimed                        // the trace's clock is wrong, so that nothing tells
)

// String returns a name that is part of the JSON contract.
func (k VerdictKind) String() string {
	return [...]string{"limited", "short", "refused", "never-opened", "one-sided", "aborted", "untimed"}[min(int(k), 6)]
}

// ShortSpan is below what people notice as a delay: a connection that is over
// sooner, and spent its time on opening, on its round trips and on closing,
// was limited by nothing.
const ShortSpan = 100 * time.Millisecond

// lastTime is where a time stamp stands that lies beyond what a count of nanoseconds can
// hold: a second within the bounds.
const lastTime = (math.MaxInt64/int64(time.Second) - 1) * int64(time.Second)

// untimed reports whether the clock of the trace was wrong by so much that it makes a
// great part of the connection's time: it went back, or stood at its bound.
func (c *Conn) untimed() bool {
	return c.bounded || c.back > int64(max(c.Span()/4, ShortSpan))
}

// Verdict is what limited a connection, with the numbers that say so.
type Verdict struct {
	Kind  VerdictKind
	Limit Limit
	// For is the time spent on Limit, of Span.
	For, Span time.Duration
	// Whose is the sender that Limit is about: whom the window, the loss or a
	// delayed ACK held back, whose octets were on their way the longest. Of a
	// one-sided connection, it is the end that was heard; of an aborted one, who
	// sent the RST.
	Whose End
	// RTTMin and RTT are the least and the median round trip over the whole way:
	// between the ends, the two parts of it together. 0 where one is not known.
	RTTMin, RTT time.Duration
	// Queued says of LimitPath and LimitLoss that RTT is twice RTTMin, or more, and more
	// than the handshake's: a queue in front of a narrow link. A way that is known to
	// change the order of segments takes different times without one.
	Queued bool
	// Withheld says of LimitUnseen that Whose had more to send, and nothing came.
	Withheld bool
	// Unanswered says of LimitIdle that the server had not answered the client's last
	// data.
	Unanswered bool
	// Held counts, for LimitDelayedAck, the segments that Whose held back.
	Held int
	// Opens counts SYNs, where the connection never opened; Answered says that a SYN,ACK
	// for one came.
	Opens    int
	Answered bool
}

// Verdict judges the connection by the segments so far.
func (c *Conn) Verdict() Verdict {
	spent := c.Spent()
	v := Verdict{Span: c.Span()}
	if c.untimed() {
		v.Kind = VerdictUntimed
		return v
	}
	if !c.spending.opened {
		v.Kind, v.Limit, v.For, v.Opens = VerdictNeverOpened, LimitOpening, v.Span, c.syns
		v.Answered = c.Handshake.Answered && !c.refusedFirst
		switch {
		case !c.spending.reset:
		case c.closer == Server && !v.Answered:
			v.Kind = VerdictRefused
		default:
			v.Kind, v.Whose = VerdictAborted, c.closer
		}
		return v
	}
	if heard, only := c.alone(); only {
		v.Kind, v.Whose = VerdictOneSided, heard
		return v
	}
	for l, d := range spent {
		if d > v.For {
			v.Limit, v.For = Limit(l), d
		}
	}
	if unhindered := spent[LimitOpening] + spent[LimitPath] + spent[LimitClosing]; v.Span < ShortSpan && 2*unhindered >= v.Span {
		v.Kind = VerdictShort
		return v
	}
	v.Whose = c.heldBack(v.Limit)
	v.Held = int(c.meters[v.Whose].held)
	v.Withheld = v.Limit == LimitUnseen && 2*c.meters[v.Whose].withheld > int64(v.For)
	v.Unanswered = v.Limit == LimitIdle && 2*c.unheeded() > v.For
	v.RTTMin, v.RTT = c.roundTrip(v.Whose)
	grew := c.meters[v.Whose].rtt.Samples > 1 && v.RTTMin > 0 && v.RTT >= 2*v.RTTMin
	grew = grew && v.RTT > c.Handshake.RTT && !c.meters[v.Whose].reorders()
	v.Queued = grew && !c.within() && (v.Limit == LimitPath || v.Limit == LimitLoss)
	return v
}

// unheeded is the time of LimitIdle in which the server had not answered the client's
// last data.
func (c *Conn) unheeded() time.Duration {
	s := &c.spending
	n := s.unheeded
	if s.now == undecided && c.silent() == LimitIdle && c.Awaits() {
		n += c.latest - s.mark
	}
	return time.Duration(n)
}

// alone reports whether one end only was heard: the capture has one direction.
func (c *Conn) alone() (heard End, only bool) {
	switch {
	case c.Key.OneEnd(): // it is both
		return Client, false
	case c.Segments[Client] == 0:
		return Server, true
	}
	return Client, c.Segments[Server] == 0
}

// OneSided reports whether one end only was heard: of the other, nothing is in the
// trace.
func (c *Conn) OneSided() bool {
	_, only := c.alone()
	return c.measured && only
}

// within reports whether the connection never left one machine: each segment is seen
// to leave and to arrive at once. Nothing queues there in front of a link.
func (c *Conn) within() bool {
	return c.ends[Client].tapped && c.ends[Server].tapped && c.ends[Client].both == nil
}

// roundTrip is over the whole way. Where a segment and its ACK are both seen at
// the sender's own host, or at both hosts, that is what it measures; a place
// between, or at the receiver's, sees a part of it from each side.
func (c *Conn) roundTrip(sender End) (least, median time.Duration) {
	there, back := &c.meters[sender], &c.meters[sender.Peer()]
	switch {
	case there.rtt.Samples == 0:
		return 0, 0
	case c.ends[sender].tapped, c.Key.OneEnd():
		return there.rtt.Min, there.medianRTT()
	case back.rtt.Samples == 0:
		return 0, 0
	}
	return there.rtt.Min + back.rtt.Min, there.medianRTT() + back.medianRTT()
}

// heldBack is the sender that a limit is about: the one whose measure of it is
// greater.
func (c *Conn) heldBack(l Limit) End {
	client, server := &c.meters[Client], &c.meters[Server]
	var more bool
	switch l {
	case LimitWindow:
		more = server.limited > client.limited
	case LimitLoss:
		more = server.lost > client.lost
	case LimitPath:
		more = c.Total[Server] > c.Total[Client]
	case LimitDelayedAck:
		more = server.heldFor > client.heldFor
	case LimitUnseen:
		more = server.withheld > client.withheld
	case LimitServer:
		more = true
	case LimitOpening, LimitClosing, LimitClient, LimitIdle:
	}
	if more {
		return Server
	}
	return Client
}
