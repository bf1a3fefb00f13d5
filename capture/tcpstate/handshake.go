package tcpstate

import "time"

// trip is what the round trip of a handshake is made of.
type trip struct {
	asked, agreed asked         // the client's SYN, the server's SYN,ACK
	there         time.Duration // from the one to the other,
	known         bool          // where it is known which SYN was answered
}

// asked is the latest SYN or SYN,ACK of an end.
type asked struct {
	at    int64 // nanoseconds since 1970, 0 before the first
	tsVal uint32
	again bool // one had been sent before,
	told  bool // from which its timestamp tells it apart
}

// send takes in a SYN. One that comes at once is the wire's or the capture's copy.
func (a *asked) send(s *Segment, now int64) {
	switch o := &s.Options; {
	case a.at == 0:
		*a = asked{at: now, tsVal: o.TSVal}
	case now-a.at >= int64(atOnce):
		*a = asked{at: now, tsVal: o.TSVal, again: true, told: o.HasTimestamps && o.TSVal != a.tsVal}
	}
}

// waited is how long ago the SYN was sent that a segment answers. Where one had been
// sent before, only the echo of the latest one's timestamp tells (RFC 7323 §3.2): an
// end that has the first keeps its timestamp, and may answer again at any time.
func (a *asked) waited(s *Segment, now int64) (d time.Duration, known bool) {
	if a.at == 0 || a.again && !(a.told && s.Options.HasTimestamps && s.Options.TSEcr == a.tsVal) {
		return 0, false
	}
	return time.Duration(now - a.at), true
}

// handshake notes the frames of the three-way handshake (RFC 9293 §3.5).
func (c *Conn) handshake(s *Segment, from End, now int64) {
	h := &c.Handshake
	switch {
	case s.Flags.Has(SYN | ACK):
		c.agrees(s, from, now)
	case s.Flags.Has(SYN):
		c.synTime = now
		if h.SYN == 0 {
			h.SYN = s.Frame
		}
		if from == Client && !c.ends[from].sameControl(s) {
			c.trip.asked.send(s, now)
		}
	case s.Flags.Has(ACK):
		if c.initialRTT == 0 && h.SYN != 0 {
			c.initialRTT = time.Duration(now - c.synTime)
		}
		server := &c.ends[Server].flow
		if from == Client && h.SynAck != 0 && h.Ack == 0 && !c.refusedFirst && !s.Flags.Has(RST) && s.Ack.After(server.base) && !s.Ack.After(server.nextSeq) {
			h.Ack = s.Frame
			if back, known := c.trip.agreed.waited(s, now); known && c.trip.known {
				h.RTT, h.HasRTT = c.trip.there+back, true
			}
		}
	}
	h.Complete = h.SYN != 0 && h.SynAck != 0 && h.Ack != 0
}

// agrees notes a SYN,ACK: the first, or the first that is not refused.
func (c *Conn) agrees(s *Segment, from End, now int64) {
	h, o := &c.Handshake, &c.trip
	refused := c.refused(s, from)
	first := h.SynAck == 0 || c.refusedFirst && !refused && h.Ack == 0
	if first {
		h.SynAck, c.refusedFirst = s.Frame, refused
		o.agreed = asked{}
		o.there, o.known = o.asked.waited(s, now)
	}
	if !refused && !c.ends[from].sameControl(s) {
		o.agreed.send(s, now)
	}
}
