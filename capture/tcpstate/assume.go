package tcpstate

import "slices"

// announce notes what the receiver will know if the segment arrives.
func (f follow) announce(sender, receiver *end) {
	s, known := f.s, &receiver.assumed
	known.frame = s.Frame
	switch {
	case s.Flags.Has(RST):
		if receiver.believes(s, sender) {
			known.reset, known.resetAt = true, s.Time.UnixNano()
		} else if receiver.shown().synchronized() && !f.o.options.BothTaps {
			receiver.suspects(s)
		}
		return
	case s.Flags.Has(SYN):
		known.syn = known.syn || !f.c.refused(s, f.from)
		if !f.o.options.BothTaps { // else it is when it arrives
			receiver.suspectSyn(s, sender)
		}
	case s.Flags.Has(FIN):
		if known.finFrame == 0 {
			known.finFrame = s.Frame
		}
		known.finAt, known.untaken = s.Time.UnixNano(), false
	}
	if s.Flags.Has(ACK) && !receiver.crosses(s) && !receiver.beyond(s) && (!known.hasUna || s.Ack.After(known.una)) {
		known.una, known.hasUna = s.Ack, true
	}
	known.midway = known.midway || !s.Flags.Has(SYN) && sender.tcb.state.synchronized()
}

// crosses reports whether a SYN,ACK goes to an end that has the SYN already: in a
// simultaneous open it lies before the window (RFC 9293 §3.10.7.4, first), and the
// next ACK, or what that end sends, tells what came of it.
func (e *end) crosses(s *Segment) bool {
	return s.Flags.Has(SYN|ACK) && e.shown() == SynReceived && !e.tcb.passive
}

// beyond reports whether a segment lies outside the window of an end that waits for
// the ACK of its SYN, which drops it (RFC 9293 §3.10.7.4, first).
func (e *end) beyond(s *Segment) bool {
	return e.shown() == SynReceived && e.tcb.hasRight && !e.tcb.acceptable(s)
}

// suspectSyn notes a SYN that a synchronized end answers with a challenge ACK (RFC
// 5961 §4.2). A SYN,ACK sent again is no attack: its answer is plain.
func (e *end) suspectSyn(s *Segment, sender *end) {
	if e.shown().synchronized() && !(s.Flags.Has(ACK) && s.Seq == sender.tcb.iss) {
		e.suspects(s)
	}
}

// believes reports whether a RST on its way to this end will be obeyed, if all
// that its sender sent before has arrived (RFC 9293 §3.10.7.3, §3.10.7.4).
func (e *end) believes(s *Segment, sender *end) bool {
	t := &e.tcb
	switch e.shown() {
	case Unknown, Closed, Listen:
		return false
	case SynSent:
		return s.Flags.Has(ACK) && t.accepts(s.Ack)
	case SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait:
	}
	return s.Seq == t.rcvNxt || sender.tcb.hasISS && s.Seq == sender.tcb.sndNxt
}

// untakes withdraws the peer's FIN from what an end is assumed to have received,
// where what it sends shows that it has not: an ACK below the FIN that comes more
// than a round trip after it, one that reports it as held beyond a hole (RFC 2018
// §3), or one with which the end gives up.
func (f follow) untakes(e, peer *end) {
	s := f.s
	if e.nAhead == 0 || !peer.tcb.finSent || !s.Flags.Has(ACK) || s.Ack.After(peer.tcb.fin) {
		return
	}
	if s.Flags.Has(RST) || s.holds(peer.tcb.fin) || f.outlives(e.assumed.finAt) {
		e.assumed.untaken, e.withdrawn = true, true
		e.assumed.frame = e.assumed.finFrame
		f.settle(f.from)
	}
}

// holds reports whether a segment says that its sender has the octet at seq, though
// not all before it (RFC 2018 §3).
func (s *Segment) holds(seq Seq) bool {
	for _, b := range s.Options.Sack[:s.Options.SackBlocks] {
		if !seq.Before(b.Left) && seq.Before(b.Right) {
			return true
		}
	}
	return false
}

// settle makes what is assumed about an end agree with what is known.
func (f follow) settle(who End) {
	e := &f.c.ends[who]
	if seen := e.tapped && e.tcb.state != Unknown; e.nAhead > 0 && (seen || e.withdrawn) {
		before, since, n := e.ahead, e.since, e.nAhead
		e.nAhead = 0
		if !seen {
			f.expect(who, func(State, string) {})
		}
		if slices.Equal(before[:n], e.ahead[:e.nAhead]) {
			e.since = since
		} else {
			e.nAhead = 0
			f.r.found(FoundNotArrived, e.assumed.frame, 0)
			f.emit(who, e.tcb.state, Trigger{OnSend, f.s.Flags.control()}, e.tcb.basis(), nil, f.s.Frame)
		}
	}
	e.withdrawn = false
	f.expect(who, func(to State, cause string) {
		edge := FindEdge(f.c.State[who], to, OnReceive)
		f.emit(who, to, Trigger{OnReceive, cause}, Assumed, edge, e.assumed.frame)
	})
}

// expect works out the states that an end passes, beyond those already
// assumed, if all that was sent to it arrives.
func (f follow) expect(who End, pass func(State, string)) {
	e, peer := &f.c.ends[who], &f.c.ends[f.c.Key.Peer(who)]
	assume := func(to State, cause string) {
		if e.nAhead == len(e.ahead) {
			return
		}
		pass(to, cause)
		e.ahead[e.nAhead], e.since[e.nAhead] = to, f.s.Frame
		e.nAhead++
	}
	t := e.tcb
	t.state = e.shown()
	t.unordered, t.unsure = false, false
	switch {
	case t.state == Unknown && e.assumed.midway && !e.assumed.reset:
		assume(Established, "ACK")
		return
	case e.tapped || t.state == Unknown || t.state == Closed || t.state == Listen:
		return
	case e.assumed.reset:
		assume(afterReset(&t), "RST")
		return
	}
	t.hasIRS = t.hasIRS || e.assumed.syn
	if e.assumed.hasUna {
		t.acceptAck(e.assumed.una)
	}
	if peer.tcb.finSent && f.inTurn(who) {
		t.finSeen, t.peerFin, t.rcvNxt = true, peer.tcb.fin, peer.tcb.fin+1
	}
	for to, cause, ok := t.next(); ok; to, cause, ok = t.next() {
		assume(to, cause)
		t.state = to
	}
}

// inTurn reports whether a FIN to an end may count there: nothing before it is
// missing here or, as the end's SACK blocks tell, there, and the end has not shown
// otherwise (RFC 9293 §3.10.7.4: segments are processed in the order of their
// numbers).
func (f follow) inTurn(who End) bool {
	m := &f.c.meters[f.c.Key.Peer(who)]
	return m.missing == 0 && !m.hasSacked && !f.c.ends[who].assumed.untaken
}

// afterReset is the state that a believed RST leads to (RFC 9293 §3.10.7.4,
// second): whoever was opened passively returns to LISTEN.
func afterReset(t *tcb) State {
	if t.state == SynReceived && t.passive {
		return Listen
	}
	return Closed
}
