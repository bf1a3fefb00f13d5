package tcpstate

// soonest is less than any retransmission timer waits, in nanoseconds: RFC 6298
// §2.4 asks for a second at least, common stacks for 200 ms.
const soonest = 100e6

// sendsSyn follows a SYN or SYN,ACK.
func (f follow) sendsSyn(e *end) {
	s, t := f.s, &e.tcb
	answer := s.Flags.Has(ACK)
	again := t.hasISS && t.iss == s.Seq && (t.state == SynSent || t.state == SynReceived)
	e.flow.fastOpen = e.flow.fastOpen || s.Len > 0
	switch {
	case again && t.state == SynSent && answer:
		// Simultaneous open: it has received the peer's SYN.
		t.hasIRS, t.irs = true, f.c.ends[f.to].tcb.iss
		f.step(f.from, f.c.ends[f.to].flow.nextFrame, s.Frame)
	case again && s.Time.UnixNano()-e.flow.nextTime < soonest:
		// A copy that the wire made, or the answer to one: no timer has run out.
	case again:
		e.forget()
	case t.state.synchronized() && t.hasISS && t.iss == s.Seq:
		// Out of its time: a copy of the SYN that was late, and no news.
	case answer:
		asked := f.c.Handshake.SYN
		if f.c.refused(s, f.from) {
			asked = 0 // it answers another SYN
		}
		if t.held { // it holds nothing of it
			f.r.found(FoundNotArrived, 0, 0)
		}
		f.begin(e, s.Seq, Listen, SynReceived, Trigger{OnReceive, "SYN"}, FindEdge(Listen, SynReceived), asked, s.Frame)
		t.passive, t.hasIRS, t.irs = true, true, s.Ack-1
		f.shownBy(e)
	default:
		f.begin(e, s.Seq, Closed, SynSent, Trigger{OnSend, "SYN"}, FindEdge(Closed, SynSent), s.Frame)
	}
}

// begin starts a control block with the end's own SYN, whose number is iss.
func (f follow) begin(e *end, iss Seq, from, to State, trigger Trigger, edge *Edge, frames ...int) {
	state := f.c.State[f.from]
	if state == Unknown || state == Closed || state == SynReceived && to == SynReceived { // that was another's SYN
		f.c.State[f.from] = from
		if n := len(f.c.History[f.from]); n > 0 && f.c.History[f.from][n-1] != from {
			f.c.enter(f.from, from)
		}
	}
	f.c.reset = false
	e.restart(iss, f.s.End())
	f.change(f.from, to, trigger, edge, frames...)
}

// restart gives an end a new control block.
func (e *end) restart(iss, next Seq) {
	e.tcb = tcb{hasISS: true, iss: iss, sndUna: iss, sndNxt: next}
	e.nAhead, e.suspicious = 0, false
	e.assumed.reset = false
}

// shownBy follows what a SYN,ACK shows of its receiver, where that one's SYN
// was not seen: most likely it was sent before the trace began. But the SYN,ACK
// may also answer an old or a forged SYN (RFC 9293 §3.5, Figure 8); and where
// nothing escapes the taps, it does.
func (f follow) shownBy(e *end) {
	peer := &f.c.ends[f.to]
	if f.o.options.BothTaps && peer.tapped || peer.tcb.state != Unknown || f.c.Handshake.Asked {
		return
	}
	peer.tcb = tcb{hasISS: true, iss: f.s.Ack - 1, sndUna: f.s.Ack - 1, sndNxt: f.s.Ack, reputed: true}
	f.c.State[f.to] = Closed
	f.change(f.to, SynSent, Trigger{OnSend, "SYN"}, FindEdge(Closed, SynSent), f.s.Frame)
}

// shownByAck follows an ACK from SYN-SENT to an end that nothing was seen of: in
// SYN-SENT nothing but a SYN is sent, so the SYN,ACK that it answers has come,
// and is missing here.
func (f follow) shownByAck(e *end) {
	s, t, peer := f.s, &e.tcb, &f.c.ends[f.to]
	peer.tcb = tcb{
		hasISS: true, iss: s.Ack - 1, sndUna: s.Ack - 1, sndNxt: s.Ack,
		hasIRS: true, irs: t.iss, passive: true,
	}
	f.c.State[f.to] = Listen
	f.change(f.to, SynReceived, Trigger{OnReceive, "SYN"}, FindEdge(Listen, SynReceived), f.c.Handshake.SYN, s.Frame)
	t.hasIRS, t.irs = true, peer.tcb.iss
	t.acceptAck(t.iss + 1)
}

// answersSyn reports whether a segment acknowledges the SYN of a peer that is in
// SYN-SENT, and no more: its sender has received that SYN, and answered it with
// one of its own that did not come here.
func (f follow) answersSyn() bool {
	s, peer := f.s, &f.c.ends[f.to].tcb
	return s.Flags.Has(ACK) && peer.state == SynSent && !peer.reputed &&
		s.Ack.After(peer.iss) && !s.Ack.After(peer.sndNxt)
}

// meetOpening begins with an end whose SYN,ACK was not seen. What it sends next
// is numbered after it: most often the ACK that a SYN gets which comes again
// (RFC 9293 §3.10.7.4, first). Only data or a FIN shows that it has got further,
// unless the peer's SYN carried data (RFC 7413 §4.2.2).
func (f follow) meetOpening(e *end) {
	s, t := f.s, &e.tcb
	f.begin(e, s.Seq-1, Listen, SynReceived, Trigger{OnReceive, "SYN"}, FindEdge(Listen, SynReceived), f.c.Handshake.SYN, s.Frame)
	t.passive, t.hasIRS, t.irs = true, true, f.c.ends[f.to].tcb.iss
	f.learn(e)
}
