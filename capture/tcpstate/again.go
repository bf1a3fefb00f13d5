package tcpstate

import (
	"slices"
	"time"
)

// Findings where Wireshark's name rests on a moment's distance in time, and what
// was seen before says more. They stand beside its names, never in their place,
// and only where the two differ.
const (
	// FoundBytesSeen: octets that were seen here before, while Wireshark's name
	// for the segment is no retransmission: it came within a round trip of the
	// highest segment (out-of-order), or has the form of a keep-alive while its
	// octet is not acknowledged. Frame is what carried them first.
	FoundBytesSeen = "bytes-seen-before"
	// FoundFillsGap: octets that were never seen here, while Wireshark calls
	// them a retransmission. Something was lost before it came here, or was
	// overtaken; here, it is the first. Frame is the segment beyond the hole.
	FoundFillsGap = "fills-gap"
	// FoundInTurn: octets that come in their turn, while Wireshark calls them a
	// retransmission, or out of order: only a RST had gone beyond, whose number is no
	// octet's. Frame is that RST.
	FoundInTurn = "in-turn"
	// FoundReordered: octets that were never seen here, while Wireshark calls them a
	// retransmission; but they left their host before what came first: by the wire's
	// own count, a lower ACK, or an older timestamp, which a retransmission renews
	// (RFC 7323 §4.1). Frame is what overtook them.
	FoundReordered = "reordered"
	// FoundInconsistent: the same numbers again, with other octets. A sender repeats
	// what it has sent (RFC 9293 §3.8.1): somebody else made one of the two, or changed
	// it on its way. Frame is what carried them first.
	FoundInconsistent = "inconsistent-retransmission"
	// FoundTailProbe: the last that was sent, once more, at the time of a tail loss probe
	// (RFC 8985 §7.2): two smoothed round trips or more after it, sooner than the
	// retransmission timer, and no hole was reported. A stack whose timer is sooner than
	// common ones' would look the same. Frame is what carried the octets first.
	FoundTailProbe = "tail-loss-probe"
	// FoundHoleReported: the receiver had reported the hole that a
	// retransmission fills, by three duplicate ACKs (RFC 5681 §3.2), a SACK of
	// what lies above (RFC 6675) or a partial ACK (RFC 6582), while Wireshark,
	// which asks for 20 ms, does not call it fast. Frame is the ACK that said so.
	FoundHoleReported = "hole-reported"
	// FoundWindowExhausted: less than one full segment of the window is left,
	// and more waits behind this one, which has no PSH; Wireshark asks for the
	// very edge (window-full). Frame is what offered the window.
	FoundWindowExhausted = "window-exhausted"
	// FoundWindowProbe: the form of a keep-alive, by a number that is acknowledged,
	// while the peer's window is closed: it asks whether there is room again (RFC
	// 9293 §3.8.6.1). Wireshark asks for the next number (zero-window-probe). Frame
	// is what closed the window.
	FoundWindowProbe = "window-probe"
	// FoundSimultaneousOpen: an end that has sent its SYN answers the SYN of its
	// peer, which came meanwhile: a SYN,ACK with the same number, and the ACK of the
	// peer's own (RFC 9293 §3.5, Figure 7). Wireshark, which expects one that calls
	// and one that is called, says retransmission and duplicate-ack. Frame is the
	// segment that it answers.
	FoundSimultaneousOpen = "simultaneous-open"
	// FoundOvertaken: the form of a keep-alive, by an ACK that was sent before the
	// latest number of its sender and came after it: it asks for nothing. An order of
	// sending that is known says so, a lower ACK, or an older timestamp. Frame is
	// what overtook it.
	FoundOvertaken = "overtaken"
	// FoundOvertakenReply: the ACK by which a receiver answers one that was overtaken,
	// for its number lies before the window (RFC 9293 §3.10.7.4, first). Wireshark
	// says keep-alive-ack. Frame is the one that was overtaken.
	FoundOvertakenReply = "overtaken-reply"
)

// denied are the names of Wireshark's that each of our findings denies where it
// stands beside them.
var denied = map[string][]string{
	FoundDuplicateFrame: {
		FoundRetransmission, FoundFastRetransmission, FoundSpuriousRetransmission, FoundOutOfOrder,
		FoundDuplicateAck, FoundKeepAlive, FoundKeepAliveAck, FoundZeroWindowProbeAck,
	},
	FoundReordered:        {FoundRetransmission, FoundFastRetransmission, FoundSpuriousRetransmission},
	FoundBytesSeen:        {FoundOutOfOrder, FoundKeepAlive},
	FoundInTurn:           {FoundRetransmission, FoundFastRetransmission, FoundOutOfOrder, FoundKeepAlive},
	FoundWindowProbe:      {FoundKeepAlive, FoundWindowFull},
	FoundSimultaneousOpen: {FoundRetransmission, FoundDuplicateAck},
	FoundOvertaken:        {FoundKeepAlive},
	FoundOvertakenReply:   {FoundKeepAliveAck},
}

// Denies returns the finding of ours beside one of Wireshark's names that says
// that the name does not fit this segment; empty if none does.
func Denies(name string, beside []Finding) string {
	for _, f := range beside {
		if slices.Contains(denied[f.Name], name) {
			return f.Name
		}
	}
	return ""
}

// besides adds what we hold beside Wireshark's names.
func (c *Conn) besides(a *analysis, mine *meter, h *happening) {
	s, named := a.s, a.namedAgain()
	switch {
	case h.again && a.original.seen() && (named == "" || named == FoundOutOfOrder):
		a.found(FoundBytesSeen, a.original.frame, int(a.original.again))
	case h.inTurn && a.behindReset && named != "":
		a.found(FoundInTurn, a.fwd.nextFrame, 0)
	case a.copied || a.original.seen() || a.fresh != s.SegLen() || named == "" || named == FoundOutOfOrder:
	case a.older():
		a.found(FoundReordered, a.fwd.nextFrame, 0)
	default:
		a.found(FoundFillsGap, a.fwd.nextFrame, 0)
	}
	if !a.copied && !a.keepAlive && a.differs() {
		a.found(FoundInconsistent, a.original.frame, 0)
	}
	if h.again && a.probesTail(mine) {
		a.found(FoundTailProbe, a.original.frame, 0)
	}
	if h.crosses {
		a.found(FoundSimultaneousOpen, a.rev.lastFrame, 0)
	}
	if h.probe && a.keepAlive {
		a.found(FoundWindowProbe, a.rev.offer.frame, 0)
	}
	if a.copied && (named == "" || named == FoundOutOfOrder) {
		a.found(FoundDuplicateFrame, a.original.frame, 0)
	}
	if a.asked && named != FoundFastRetransmission && named != FoundSpuriousRetransmission {
		a.found(FoundHoleReported, a.rev.firstAckFrame, 0)
	}
}

// commonMinRTO is the least that common stacks' retransmission timers wait.
const commonMinRTO = 200 * time.Millisecond

// probesTail reports whether the segment has a tail loss probe's form and time.
func (a *analysis) probesTail(m *meter) bool {
	s := a.s
	if a.asked || m.rtt.Samples == 0 || s.Len == 0 || s.Flags.Has(SYN) || s.End() != m.next || !s.End().After(m.una) || a.original.again != 1 {
		return false
	}
	waited := time.Duration(a.now - m.spoke)
	return waited >= 2*m.rtt.Estimated && waited < max(commonMinRTO, m.rtt.RTO)
}

// crosses reports whether the segment is the SYN,ACK of a simultaneous open: the
// first with the number of a SYN that had no ACK.
func (a *analysis) crosses() bool {
	again := a.s.Flags.Has(SYN|ACK) && a.original.seen() && !a.original.hasAck && !a.copied && !a.fwd.crossed
	a.fwd.crossed = a.fwd.crossed || again
	return again
}

// exhausts finds a window that is used up but for less than a segment.
func (c *Conn) exhausts(a *analysis, m *meter) {
	if o := &a.rev.offer; a.rev.hasShift && o.known && a.s.End() == m.next {
		if room := o.edge.Sub(m.next); room > 0 && room < int32(m.full) {
			a.found(FoundWindowExhausted, o.frame, 0)
		}
	}
}

// namedAgain is the name by which Wireshark tells that a segment comes again, or
// late; empty if it does not.
func (a *analysis) namedAgain() string {
	for _, f := range a.Findings {
		switch f.Name {
		case FoundRetransmission, FoundFastRetransmission, FoundSpuriousRetransmission, FoundOutOfOrder:
			return f.Name
		}
	}
	return ""
}
