package tcpstate

// sends follows what a segment proves about its sender: what it had received
// when it sent it, and what it did by sending it.
func (f follow) sends(e *end) {
	s, t := f.s, &e.tcb
	if f.copied(e) {
		return
	}
	f.untakes(e, &f.c.ends[f.to])
	f.closedFirst(&f.c.ends[f.to])
	switch {
	case s.Flags.Has(RST):
		f.sendsReset(e)
		return
	case s.Flags.Has(SYN):
		f.sendsSyn(e)
	case e.assumed.reset && f.outlives(e.assumed.resetAt):
		e.assumed.reset, e.withdrawn = false, true
		f.learn(e)
	case t.state == Closed && t.guessed:
		if !f.outlives(e.resetAt) {
			return // it may have left before that RST
		}
		f.revives(e)
	case t.state == Unknown && f.answersSyn():
		f.meetOpening(e)
	case t.state == Unknown:
		e.sent(s, f.r.ScaledWindow)
		f.meetMidway(e)
	case t.state == Closed || t.state == Listen:
		f.r.found(FoundOffFigure, 0, 0)
		return
	default:
		f.learn(e)
	}
	e.sent(s, f.r.ScaledWindow)
	f.challenged(e)
	if s.Flags.Has(FIN) {
		f.sendsFin(e)
	}
}

// copied reports whether a SYN or FIN is the frame that was seen before: the
// wire duplicated it, or the capture saw it twice. Nobody sent it again then.
func (f follow) copied(e *end) bool {
	s, last := f.s, &e.lastControl
	flags := s.Flags & (SYN | FIN)
	if flags == 0 {
		return false
	}
	same := e.sameControl(s)
	last.flags, last.wire, last.ipid, last.ttl = flags, s.Wire, s.IPID, s.TTL
	return same
}

// sameControl reports whether a SYN or FIN is the very packet that brought the
// latest one of its end.
func (e *end) sameControl(s *Segment) bool {
	last := &e.lastControl
	return last.flags == s.Flags&(SYN|FIN) && last.ttl == s.TTL && last.wire == s.Wire && last.ipid == s.IPID && (s.Wire != 0 || s.IPID != 0)
}

// meetMidway begins with an end of which no SYN was seen. Data shows that it
// has not closed; a bare ACK may come from any synchronized state.
func (f follow) meetMidway(e *end) {
	basis := Assumed
	if f.s.Len > 0 {
		basis = Inferred
	}
	e.tcb.state = Established
	if peer := &f.c.ends[f.to].tcb; peer.finSent && f.s.Flags.Has(ACK) {
		e.tcb.finSeen, e.tcb.peerFin = true, peer.fin
	}
	if e.nAhead > 0 { // it was assumed to be there
		e.nAhead, e.doubt = 0, e.since[0]
		if basis == Inferred {
			f.settled(f.from, e.doubt)
		}
		f.step(f.from, f.s.Frame)
		return
	}
	f.r.found(FoundMidstream, 0, 0)
	f.dedupe(FoundMidstream)
	f.emit(f.from, Established, Trigger{OnSend, f.s.Flags.control()}, basis, nil, f.s.Frame)
	f.step(f.from, f.s.Frame)
}

// dedupe drops the last finding if the reading has it already.
func (f follow) dedupe(name string) {
	last := len(f.r.Findings) - 1
	for _, x := range f.r.Findings[:last] {
		if x.Name == name {
			f.r.Findings = f.r.Findings[:last]
			return
		}
	}
}

// learn finds out what an end had received when it sent a segment. Its ACK
// tells which octets; and each of them came with an ACK of the peer's.
func (f follow) learn(e *end) {
	s, t, peer := f.s, &e.tcb, &f.c.ends[f.to]
	if !s.Flags.Has(ACK) {
		return
	}
	t.reputed = false
	if t.held { // it answers by the numbers of the old connection
		t.held = false
		f.settled(f.from, e.doubt)
	}
	speaks := s.Len > 0 || s.Flags.Has(FIN)
	if t.state == SynSent && peer.tcb.hasISS && s.Ack.After(peer.tcb.iss) && s.Seq.After(t.iss) && (peer.tcb.passive || speaks) {
		// In SYN-SENT nothing but a SYN is sent: it must have left, and not for
		// SYN-RECEIVED, to which only a SYN without ACK leads.
		t.hasIRS, t.irs = true, peer.tcb.iss
		t.acceptAck(t.iss + 1)
	}
	if t.state == SynSent && peer.tcb.state == Unknown && s.Seq == t.sndNxt {
		f.shownByAck(e)
	}
	frame := 0
	if ack, from, ok := peer.log.ackFor(s.Ack - 1); ok {
		t.acceptAck(ack)
		frame = from
	}
	if t.state == SynReceived && (t.passive || t.crossed || s.Len > 0) && !peer.flow.fastOpen && speaks && s.Seq.After(t.iss) {
		// An application gets the connection once it is established.
		t.acceptAck(t.iss + 1)
	}
	if peer.tcb.finSent && s.Ack.After(peer.tcb.fin) {
		t.finSeen, t.peerFin = true, peer.tcb.fin
		frame = max(frame, e.assumed.finFrame)
	}
	if !t.hasRcv || s.Ack.After(t.rcvNxt) {
		t.rcvNxt, t.hasRcv = s.Ack, true
	}
	t.notice(s)
	t.unordered = t.finSeen && !t.finSent && !f.closesSecond(e)
	t.unsure = !e.tapped && t.finSent && peer.flow.hasAck && peer.flow.highAck.After(t.fin)
	f.step(f.from, frame, s.Frame)
}

// closesSecond reports whether an end that has received a FIN had sent none
// itself by then: seen at its own host, that is plain; elsewhere only a bare
// ACK tells, for it bears SND.NXT. Data may be sent again after a FIN that was
// lost on its way here.
func (f follow) closesSecond(e *end) bool {
	s, t := f.s, &e.tcb
	if e.tapped {
		return !s.Flags.Has(FIN) || s.Ack.After(t.peerFin)
	}
	return s.SegLen() == 0 && s.Seq == t.sndNxt && !t.hasGap
}

// notice keeps whether this end may have sent a FIN that was not seen: an empty
// segment lies beyond a hole, and no data ends that hole.
func (t *tcb) notice(s *Segment) {
	switch {
	case s.SegLen() == 0 && t.hasISS && s.Seq.After(t.sndNxt):
		t.hasGap, t.gap = true, s.Seq
	case t.hasGap && s.SegLen() > 0 && !s.End().Before(t.gap):
		t.hasGap = false
	}
}

// sendsFin follows a FIN: the user has closed (RFC 9293 §3.10.4).
func (f follow) sendsFin(e *end) {
	s, t := f.s, &e.tcb
	if t.finSent {
		if t.state == FinWait1 || t.state == Closing || t.state == LastAck {
			e.forget()
		}
		return
	}
	t.finSent, t.fin = true, s.End()-1
	if t.state == Established && t.finSeen && s.Ack.After(t.peerFin) {
		f.sendsFinToo(e)
		return
	}
	to := FinWait1
	if t.state == CloseWait {
		to = LastAck
	} else if peer := &f.c.ends[f.to].tcb; s.Flags.Has(ACK) && (!peer.hasISS || s.Ack.After(peer.sndNxt)) {
		t.guessed = true // the peer's FIN may be among what it acknowledges and was not seen
	}
	if edge := FindEdge(t.state, to, OnCall); edge != nil {
		f.change(f.from, to, Trigger{OnSend, "FIN"}, edge, s.Frame)
		f.step(f.from, s.Frame)
		return
	}
	f.r.found(FoundOffFigure, 0, 0)
}

// closedFirst follows octets that an end had not acknowledged when it closed: its
// peer had not closed before, whatever was not seen until then.
func (f follow) closedFirst(peer *end) {
	t := &peer.tcb
	if t.guessed && (t.state == FinWait1 || t.state == FinWait2) && f.s.SegLen() > 0 && f.s.End().After(t.rcvNxt) {
		t.guessed = false
		f.settled(f.to, peer.doubt)
	}
}

// sendsFinToo follows a FIN that is also the first sign of the peer's FIN
// having arrived. Most likely the end was in CLOSE-WAIT; but a FIN that was
// sent before, and lost on its way here, would look the same.
func (f follow) sendsFinToo(e *end) {
	if f.c.State[f.from] == Established {
		f.emit(f.from, CloseWait, Trigger{OnReceive, "FIN"}, Assumed, FindEdge(Established, CloseWait), f.s.Frame)
	}
	f.emit(f.from, LastAck, Trigger{OnSend, "FIN"}, Assumed, FindEdge(f.c.State[f.from], LastAck, OnCall), f.s.Frame)
	e.tcb.state, e.tcb.guessed, e.nAhead = LastAck, true, 0
	f.step(f.from, f.s.Frame)
}

// sendsReset follows a RST: by ABORT its sender deletes its control block
// (RFC 9293 §3.10.5); an answer to an unacceptable segment leaves it as it is
// (§3.10.7.3, §3.10.7.4).
func (f follow) sendsReset(e *end) {
	s, t := f.s, &e.tcb
	t.held = false
	edge := FindEdge(t.state, Closed, OnCall)
	switch t.state {
	case Unknown:
		t.state = Closed // it answers for a closed port, or for a lost connection
		e.nAhead = 0
		f.c.enter(f.from, Closed)
		f.c.Assumed[f.from] = 0
		return
	case Closed:
		if t.guessed && s.Seq == t.sndNxt {
			t.guessed = false
			f.settled(f.from, e.doubt)
		}
		if e.lost && f.lostIt() && f.c.ends[f.to].shown().synchronized() { // the RST before was lost too
			f.r.found(FoundHalfOpen, f.c.ends[f.to].flow.lastFrame, 0)
		}
		return
	case Listen:
		return
	case SynSent:
		if !t.accepts(s.Seq) {
			return // it refuses a SYN,ACK for another's SYN
		}
	case SynReceived:
		if s.Seq != t.sndNxt {
			return
		}
	case Established, CloseWait, FinWait1, FinWait2, Closing, LastAck, TimeWait:
	}
	if open := e.shown(); (open == Established || open == CloseWait) && f.lostIt() {
		f.r.found(FoundHalfOpen, f.c.ends[f.to].flow.lastFrame, 0)
		e.lost, edge = true, nil
	}
	f.c.reset = f.c.reset || t.state != TimeWait
	t.guessed, e.before, e.resetAt = s.Seq.After(t.sndNxt), t.state, s.Time.UnixNano()
	f.change(f.from, Closed, Trigger{OnSend, "RST"}, edge, s.Frame)
}

// revives follows an end that goes on long after a RST beyond all that it was seen to
// send: that was another's, or its peer has not obeyed it (RFC 5961 §3.2).
func (f follow) revives(e *end) {
	e.tcb.guessed = false
	f.c.livesOn(f.from, f.s.Len > 0)
	f.r.found(FoundNotArrived, e.doubt, 0)
	f.change(f.from, e.before, Trigger{OnSend, f.s.Flags.control()}, nil, f.s.Frame)
	f.learn(e)
}

// lostIt reports whether a RST looks like that of an end that has no control
// block any more: <SEQ=SEG.ACK><CTL=RST>, in answer to the segment before it
// (RFC 9293 §3.5.2, group 1). An ABORT's RST carries an ACK in every common
// stack.
func (f follow) lostIt() bool {
	peer := &f.c.ends[f.to].flow
	return !f.s.Flags.Has(ACK) && f.c.lastFrom == f.to && peer.lastHadAck && f.s.Seq == peer.lastAck
}

// outlives reports whether an end sends so long after a RST or FIN to it was seen,
// in nanoseconds since 1970, that this one has not arrived: what had left before it
// came was here within a round trip.
func (f follow) outlives(at int64) bool {
	return f.s.Time.UnixNano()-at > int64(f.c.longestTrip())
}

// forget drops what was assumed to have arrived: the end sends its SYN or FIN
// again, so it has not.
func (e *end) forget() {
	e.assumed.hasUna = false
	e.assumed.syn = e.assumed.syn && e.tcb.hasIRS
	e.withdrawn = true
}

// challenged recognises the ACK that answers a suspicious RST or SYN.
func (f follow) challenged(e *end) {
	if !e.suspicious {
		return
	}
	if f.s.Len == 0 && f.s.Flags&(ACK|SYN|FIN|RST) == ACK && f.s.Seq == e.tcb.sndNxt && f.r.AcksFrame == 0 {
		f.r.found(FoundChallengeAck, e.suspect, 0)
		if e.suspect == f.c.spending.resetBy {
			f.c.livesOn(f.from, false)
		}
	}
	e.suspicious = false
}
