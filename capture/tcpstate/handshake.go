package tcpstate

import "time"

// trip is what the round trip of a handshake is made of.
type trip struct {
	asked asked // the client's SYN
	// replies are the server's, the first and the latest other: one that has
	// forgotten the client's SYN answers the next with another ISN, and its ACK tells
	// which of them opens the connection.
	replies [2]reply
}

// reply are the SYN,ACKs of one ISN.
type reply struct {
	isn     Seq
	seen    bool
	agreed  asked // the latest
	refused bool  // what they acknowledge is not the client's SYN
	there   time.Duration
	known   bool // there is the time from the SYN that the first answers
}

// reply is the place of the SYN,ACKs of an ISN.
func (t *trip) reply(isn Seq) *reply {
	if r := &t.replies[0]; !r.seen || r.isn == isn {
		return r
	}
	return &t.replies[1]
}

// acked returns the SYN,ACKs that an ACK is the first to follow: those that it
// acknowledges and no more, else those of the ISN that counts so far. It is nil
// where there are none.
func (t *trip) acked(ack, isn Seq) (found *reply) {
	for i := range t.replies {
		r := &t.replies[i]
		if !r.seen || r.refused {
			continue
		}
		if ack == r.isn+1 {
			return r
		}
		if r.isn == isn {
			found = r
		}
	}
	return found
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
		if !h.Asked {
			h.SYN, h.Asked = s.Frame, true
		}
		if from == Client && !c.ends[from].sameControl(s) {
			c.trip.asked.send(s, now)
		}
	case s.Flags.Has(ACK):
		if c.initialRTT == 0 && h.Asked {
			c.initialRTT = time.Duration(now - c.synTime)
		}
		if from == Client && h.Answered && !c.acked && !c.refusedFirst && !s.Flags.Has(RST) {
			c.opens(s, now)
		}
	}
	h.Complete = h.Asked && h.Answered && c.acked
}

// opens notes the ACK that ends the handshake, if it is one.
func (c *Conn) opens(s *Segment, now int64) {
	h, server := &c.Handshake, &c.ends[c.Peer(Client)].flow
	r := c.trip.acked(s.Ack, server.base)
	switch {
	case r != nil && s.Ack == r.isn+1:
		server.base = r.isn // numbers count from there
	case !s.Ack.After(server.base) || s.Ack.After(server.nextSeq):
		return
	}
	h.Ack, c.acked = s.Frame, true
	if r == nil {
		return
	}
	if back, known := r.agreed.waited(s, now); known && r.known {
		h.RTT, h.HasRTT = r.there+back, true
	}
}

// agrees notes a SYN,ACK: the first, or the first that is not refused.
func (c *Conn) agrees(s *Segment, from End, now int64) {
	h := &c.Handshake
	refused := c.refused(s, from)
	if !h.Answered || c.refusedFirst && !refused && !c.acked {
		h.SynAck, h.Answered, c.refusedFirst = s.Frame, true, refused
	}
	if from != c.Peer(Client) {
		return
	}
	r := c.trip.reply(s.Seq)
	if !r.seen || r.isn != s.Seq || r.refused && !refused {
		*r = reply{isn: s.Seq, seen: true, refused: refused}
		r.there, r.known = c.trip.asked.waited(s, now)
	}
	if !refused && !c.ends[from].sameControl(s) {
		r.agreed.send(s, now)
	}
}
