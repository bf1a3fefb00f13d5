package tcpstate

// receives follows a segment that was seen arriving at its receiver's host, as
// RFC 9293 §3.10.7 has it processed.
func (f follow) receives(e *end) {
	switch t := &e.tcb; t.state {
	case Unknown, Closed, Listen:
		// What answers shows whether anybody listened (§3.10.7.1, §3.10.7.2).
	case SynSent:
		f.receivesInSynSent(e)
	case SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait:
		f.receivesSynchronized(e)
	}
}

// receivesInSynSent is RFC 9293 §3.10.7.3.
func (f follow) receivesInSynSent(e *end) {
	s, t := f.s, &e.tcb
	acceptable := s.Flags.Has(ACK) && t.accepts(s.Ack)
	switch {
	case s.Flags.Has(ACK) && !acceptable:
		return
	case s.Flags.Has(RST):
		if acceptable {
			f.isReset(e)
		}
		return
	case !s.Flags.Has(SYN):
		return
	}
	t.hasIRS, t.irs = true, s.Seq
	t.rcvNxt, t.hasRcv = s.Seq+1, true
	if acceptable {
		t.acceptAck(s.Ack)
		t.accept(s)
	}
	f.step(f.to, s.Frame)
}

// receivesSynchronized is RFC 9293 §3.10.7.4, with the challenge ACKs of RFC
// 5961 §3.2 and §4.2.
func (f follow) receivesSynchronized(e *end) {
	s, t := f.s, &e.tcb
	if !t.hasRcv && t.hasIRS {
		t.rcvNxt, t.hasRcv = t.irs+1, true
	}
	if t.state == SynReceived && s.Flags.Has(SYN|ACK) && f.sameSyn(t) {
		// Simultaneous open: the peer's SYN again, and the ACK of ours. Figure 7
		// takes it; by §3.10.7.4, first, it lies before the window and gets an
		// ACK in answer, and the peer's such ACK opens the connection.
		t.crossed = s.Ack.After(t.iss) && !s.Ack.After(t.sndNxt)
		return
	}
	if !t.acceptable(s) {
		if s.Flags.Has(SYN) { // wherever it lies
			e.suspectSyn(s, &f.c.ends[f.from])
		}
		return
	}
	switch {
	case s.Flags.Has(RST):
		if s.Seq == t.rcvNxt || !t.hasRcv {
			f.isReset(e)
		} else {
			e.suspects(s)
		}
		return
	case s.Flags.Has(SYN):
		e.suspectSyn(s, &f.c.ends[f.from])
		return
	case !s.Flags.Has(ACK):
		return
	}
	if t.state == SynReceived && (!s.Ack.After(t.iss) || s.Ack.After(t.sndNxt)) {
		return // it is answered with a RST
	}
	t.acceptAck(s.Ack)
	if t.hasRcv && t.accept(s) {
		return // its own acknowledgment tells whether it had kept the FIN
	}
	f.step(f.to, s.Frame)
}

// sameSyn reports whether a SYN,ACK carries the SYN that was received before.
func (f follow) sameSyn(t *tcb) bool { return t.hasIRS && f.s.Seq == t.irs && !t.passive }

// isReset follows an acceptable RST. In TIME-WAIT it proves nothing: RFC 1337
// advises to ignore it, and stacks differ.
func (f follow) isReset(e *end) {
	from, to := e.tcb.state, afterReset(&e.tcb)
	if from == TimeWait {
		return
	}
	f.c.reset = true
	f.change(f.to, to, Trigger{OnReceive, "RST"}, FindEdge(from, to, OnReceive), f.s.Frame)
}

// inherit takes over what the responder still holds of the old incarnation
// when a SYN reuses its addresses and ports: the opener has forgotten it, the
// responder may not have (RFC 9293 §3.5.1). Where nothing escapes the taps, that is
// certain; elsewhere a RST to it may have been missed.
func (c *Conn) inherit(old *Conn, r *Reading, certain bool) {
	responder := Server
	if old.Key.Server != c.Key.Server {
		responder = Client
	}
	held := &old.ends[responder]
	c.ends[Client].tapped, c.ends[Server].tapped = old.ends[responder.Peer()].tapped, held.tapped
	state := held.shown()
	embryo := state == SynReceived && held.tcb.passive // of an old SYN (§3.5, Figure 8)
	if !embryo && !state.synchronized() || state == TimeWait || held.assumed.reset {
		return
	}
	c.ends[Server].tcb = held.tcb
	c.ends[Server].tcb.state = state
	c.State[Server] = state
	c.History[Server] = []State{state}
	if embryo {
		return
	}
	r.found(FoundHalfOpen, old.Last, 0)
	if !certain {
		c.ends[Server].tcb.held, c.ends[Server].doubt, c.Assumed[Server] = true, c.First, 1
	}
}
