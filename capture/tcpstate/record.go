package tcpstate

import (
	"cmp"
	"slices"
	"time"
)

// maxHistory bounds a connection's history, per end.
const maxHistory = 64

// Conns returns the connections that are followed now, in order of appearance.
func (o *Observer) Conns() []*Conn {
	conns := make([]*Conn, 0, len(o.conns))
	for _, c := range o.conns {
		for ; c != nil; c = c.collides {
			conns = append(conns, c)
		}
	}
	slices.SortFunc(conns, func(a, b *Conn) int { return cmp.Compare(a.Stream, b.Stream) })
	return conns
}

// roles says who is the client: the sender of a SYN, the receiver of a
// SYN,ACK; otherwise the end with the higher port, and of two equal ones the
// sender.
func roles(s *Segment) (Key, bool) {
	switch {
	case s.Flags.Has(SYN | ACK):
		return Key{Client: s.Dst, Server: s.Src}, true
	case s.Flags.Has(SYN):
		return Key{Client: s.Src, Server: s.Dst}, true
	case s.Src.Port() < s.Dst.Port():
		return Key{Client: s.Dst, Server: s.Src}, false
	}
	return Key{Client: s.Src, Server: s.Dst}, false
}

// direction returns who sent a segment and who receives it: the same end where
// there is one.
func (c *Conn) direction(s *Segment) (from, to End) {
	if from = Server; s.Src == c.Key.Client {
		from = Client
	}
	return from, c.Peer(from)
}

// mark notes at which hosts segments are seen.
func (c *Conn) mark(from, to End, where Where, both bool) {
	switch {
	case both && where != Passing:
		c.ends[from].tapped, c.ends[to].tapped = true, true
		if c.ends[from].both == nil && from != to {
			c.ends[from].both, c.ends[to].both = new(tapView), new(tapView)
		}
	case where == Sent:
		c.ends[from].tapped = true
	case where == Received:
		c.ends[to].tapped = true
	}
}

// flows returns what a segment is compared with, where it was seen: what its
// sender had sent, and the peer. Where both hosts are watched, each tap has a pair
// of its own, for it saw nothing of what the wire lost before it.
func (c *Conn) flows(from End, arrival bool) (fwd, rev *flow) {
	mine, theirs := &c.ends[from], &c.ends[from.Peer()]
	switch {
	case mine.both == nil:
		return &mine.flow, &theirs.flow
	case arrival:
		return &mine.both.flow, &theirs.flow
	}
	return &mine.flow, &theirs.both.flow
}

// first notes what the first segment of an end tells about where its sequence
// numbers begin.
func (o *Observer) first(c *Conn, s *Segment, from End) {
	if c.Segments == [2]int{} && !s.Flags.Has(SYN) {
		o.reading.found(FoundMidstream, 0, 0)
	}
	f := &c.ends[from].flow
	if !f.hasBase {
		f.base, f.hasBase = s.Seq-1, true
		if s.Flags.Has(SYN) {
			f.base = s.Seq
		}
	}
}

// rebase keeps the numbers that relative ones count from, and fills in the
// parts of the reading that are relative to something.
func (c *Conn) rebase(r *Reading, s *Segment, from End, arrival bool) {
	f, p := &c.ends[from].flow, &c.ends[from.Peer()].flow
	if s.Flags.Has(SYN|ACK) && f.hasBase && !arrival {
		c.replies(r, s, from)
	}
	if s.Flags.Has(ACK) && !p.hasBase {
		p.base, p.hasBase = s.Ack-1, true
	}
	r.RelSeq, r.Relative = uint32(s.Seq), f.hasBase
	switch {
	case s.Flags.Has(SYN|ACK) && !arrival:
		r.RelSeq = 0 // whatever has been acknowledged before
	case f.hasBase:
		r.RelSeq = uint32(s.Seq - f.base)
	}
	if r.RelAck = uint32(s.Ack); s.Flags.Has(ACK) {
		r.RelAck = uint32(s.Ack - p.base)
	}
	if s.Flags.Has(SYN) {
		if c.takes(s, from) {
			c.options(s, from)
		}
		r.ScaledWindow, r.ScaleKnown = uint32(s.Window), true
		return
	}
	r.ScaledWindow, r.ScaleKnown = uint32(s.Window)<<f.shift, f.hasShift
}

// replies takes a SYN,ACK, from whose number relative ones count until another has
// been acknowledged.
func (c *Conn) replies(r *Reading, s *Segment, from End) {
	e := &c.ends[from]
	last := e.flow.base
	if e.replied {
		last = e.reply
	}
	e.reply, e.replied = s.Seq, true
	if last == s.Seq {
		return
	}
	c.renumbers(r, from)
	if !c.acked {
		e.flow.base = s.Seq
	}
}

// renumbers takes the SYN,ACK of an end that has answered with another ISN before.
// Where both hosts are watched, that one is known to have opened nothing if it was
// lost, and nothing is missing between the two.
func (c *Conn) renumbers(r *Reading, from End) {
	e := &c.ends[from]
	if e.both == nil || e.both.flow.hasBase {
		r.found(FoundReusedPorts, c.Handshake.SynAck, 0)
	}
	if e.both != nil {
		e.flow.restart()
	}
}

// takes reports whether a SYN is the one that its end's numbers and options are
// to be kept from: the first, and until the handshake is complete a later one
// in its place. A SYN,ACK that does not acknowledge the peer's SYN answers
// another's; it is refused, and binds nobody (RFC 9293 §3.5 Figure 8;
// §3.10.7.3).
func (c *Conn) takes(s *Segment, from End) bool {
	if c.refused(s, from) {
		return false
	}
	return !c.HasISN[from] || !c.Handshake.Complete && s.Flags.Has(ACK) && c.ISN[from] != s.Seq
}

// refused reports whether a SYN,ACK acknowledges something else than the SYN
// that its receiver is known to have sent.
func (c *Conn) refused(s *Segment, from End) bool {
	return s.Flags.Has(SYN|ACK) && c.foreign(s, from)
}

// foreign reports the same of any ACK: before the handshake, it is of a connection
// that was before, or never.
func (c *Conn) foreign(s *Segment, from End) bool {
	to := c.Peer(from)
	if !s.Flags.Has(ACK) || !c.HasISN[to] {
		return false
	}
	sent := &c.ends[to].flow
	return !s.Ack.After(c.ISN[to]) || sent.hasNext && s.Ack.After(sent.nextSeq)
}

// maxShift is the largest window scale in use: more is taken for it (RFC 7323 §2.3).
const maxShift = 14

// options keeps the options of an end's SYN, and settles window scaling: it is
// used only if both SYNs offer it (RFC 7323 §2.2).
func (c *Conn) options(s *Segment, from End) {
	c.HasISN[from], c.ISN[from] = true, s.Seq
	c.Options[from] = s.Options
	c.Options[from].Raw = slices.Clone(s.Options.Raw)
	mine, theirs := &c.ends[from].flow, &c.ends[from.Peer()].flow
	switch {
	case !s.Options.HasScale || c.HasISN[from.Peer()] && !c.Options[from.Peer()].HasScale:
		mine.shift, theirs.shift = 0, 0
		mine.hasShift, theirs.hasShift = true, true
	case c.oneEnd: // its own offer is its peer's
		mine.shift, mine.hasShift = min(s.Options.Scale, maxShift), true
	case c.HasISN[from.Peer()]:
		mine.shift, theirs.shift = min(s.Options.Scale, maxShift), min(c.Options[from.Peer()].Scale, maxShift)
		mine.hasShift, theirs.hasShift = true, true
	case s.Flags.Has(ACK): // a SYN,ACK offers it only in answer to an offer
		mine.shift, mine.hasShift = min(s.Options.Scale, maxShift), true
	}
}

// count keeps the plain totals.
func (c *Conn) count(s *Segment, from End) {
	c.Segments[from]++
	c.Total[from] += int64(s.Len)
	c.Last, c.LastTime = s.Frame, s.Time
}

// unique counts the payload among the fresh octets of sequence space.
func (c *Conn) unique(s *Segment, from End, fresh uint32) {
	t := &c.ends[from].flow
	if s.Flags.Has(SYN) && !t.synCounted && fresh > 0 {
		t.synCounted = true
		fresh--
	}
	if s.Flags.Has(FIN) && !t.finCounted && fresh > 0 {
		t.finCounted = true
		fresh--
	}
	c.Bytes[from] += int64(min(fresh, uint32(s.Len)))
}

// openingTrip returns the initial round-trip time in nanoseconds, as the tap that
// sees the segment has it; 0 where it is not known.
func (c *Conn) openingTrip(s *Segment, tap End, now int64) int64 {
	v := c.ends[tap].both
	switch {
	case v == nil:
		return int64(c.initialRTT)
	case s.Flags&(SYN|ACK) == SYN:
		v.synTime = now
	case s.Flags&(SYN|ACK) == ACK && v.initialRTT == 0 && v.synTime != 0:
		v.initialRTT = now - v.synTime
	}
	return v.initialRTT
}

// acknowledges finds what an ACK acknowledges, how long that took, and what is
// left in flight. Where an ACK is seen leaving its host and will be seen
// arriving, the round trip ends with the arrival.
func (a *analysis) acknowledges(c *Conn, from End, arrival bool) {
	mine, theirs := &c.ends[from], &c.ends[c.Peer(from)]
	if a.s.Flags.Has(ACK) {
		var newest *logged
		if !arrival && mine.tapped && theirs.tapped {
			newest = theirs.log.announced(a.s.Ack)
		} else if newest = theirs.log.acked(a.s.Ack); newest != nil && !theirs.log.ambiguous && a.now >= newest.time {
			a.RTT = time.Duration(a.now - newest.time)
			c.meters[c.Peer(from)].sample(a.RTT)
		}
		if newest != nil {
			a.AcksFrame = newest.frame
		}
	}
	if !mine.flow.hasNext {
		return
	}
	una := mine.flow.base + 1
	switch {
	case mine.both != nil && mine.tcb.hasISS: // what is on its way has not acknowledged it
		una = mine.tcb.sndUna
	case theirs.flow.hasAck:
		una = theirs.flow.highAck
	}
	una = later(una, mine.flow.base+1) // a SYN is no octet
	end := mine.flow.nextSeq
	if mine.flow.moved {
		end = mine.flow.octets
	}
	if n := end.Sub(una); n > 0 {
		a.InFlight = uint32(n)
	}
}

// patience keeps what tells a connection that was given up from one that the
// trace cuts: retransmissions that nobody answers.
func (c *Conn) patience(s *Segment, from End, pause int64, repeated bool) {
	switch {
	case repeated && (from == c.lastFrom || c.unanswered == 0):
		c.unanswered++
		c.lastPause = pause
	case from != c.lastFrom || s.SegLen() > 0:
		c.unanswered = 0
	}
	c.lastFrom = from
}

// repeats reports whether the segment was sent for want of an answer.
func (r *Reading) repeats() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		return f.Name == FoundRetransmission || f.Name == FoundKeepAlive
	})
}

// tally counts the findings of a reading.
func (c *Conn) tally(r *Reading) {
	if len(r.Findings) == 0 {
		return
	}
	if c.Findings == nil {
		c.Findings = make(map[string]int)
	}
	for _, f := range r.Findings {
		c.Findings[f.Name]++
		if Denies(f.Name, r.Findings) != "" {
			if c.Denied == nil {
				c.Denied = make(map[string]int)
			}
			c.Denied[f.Name]++
		}
	}
}

// Standing counts the findings that no other one denied, by name.
func (c *Conn) Standing() map[string]int {
	if len(c.Denied) == 0 {
		return c.Findings
	}
	standing := make(map[string]int, len(c.Findings))
	for name, n := range c.Findings {
		if n -= c.Denied[name]; n > 0 {
			standing[name] = n
		}
	}
	return standing
}
