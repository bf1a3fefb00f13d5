package tcpstate

import "slices"

// follow carries what one segment proves, and what it lets assume, into the
// states of both ends.
type follow struct {
	o        *Observer
	c        *Conn
	s        *Segment
	r        *Reading
	from, to End
}

// segment follows one sight of a segment: its sender sent it; where it is seen
// arriving, its receiver received it; elsewhere that is assumed.
func (f follow) segment(where Where, arrival bool) {
	if where == Received && f.s.Checksum == Invalid {
		return // its receiver drops it, and what it says of its sender may be the damage
	}
	sender, receiver := &f.c.ends[f.from], &f.c.ends[f.to]
	if f.quick(sender, receiver, where, arrival) {
		return
	}
	if !arrival {
		f.sends(sender)
		f.announce(sender, receiver)
	}
	if where == Received {
		f.receives(receiver)
	}
	f.settle(f.from)
	if f.to != f.from {
		f.settle(f.to)
	}
}

// quick follows a plain segment of an open connection, which changes no state:
// nearly all segments of nearly all traces. It reports whether it could.
func (f follow) quick(sender, receiver *end, where Where, arrival bool) bool {
	if f.s.Flags.Any(SYN|FIN|RST) || !f.s.Flags.Has(ACK) || !sender.open() || !receiver.open() {
		return false
	}
	if !arrival {
		sender.tcb.notice(f.s)
		sender.sent(f.s, f.r.ScaledWindow)
		f.challenged(sender)
		receiver.assumed.una, receiver.assumed.hasUna = f.s.Ack, true
		receiver.assumed.frame = f.s.Frame
	}
	if t := &receiver.tcb; where == Received && t.hasRcv && t.acceptable(f.s) {
		t.acceptAck(f.s.Ack)
		t.accept(f.s)
	}
	return true
}

// shown is the state that the end is in if all that was sent to it arrived.
func (e *end) shown() State {
	if e.nAhead > 0 {
		return e.ahead[e.nAhead-1]
	}
	return e.tcb.state
}

// open reports whether an end is in ESTABLISHED for certain, and nothing waits
// to be proved.
func (e *end) open() bool {
	return e.tcb.state == Established && e.nAhead == 0 && !e.tcb.finSeen && !e.assumed.reset
}

// sent keeps the variables that a segment's own sender shows.
func (e *end) sent(s *Segment, window uint32) {
	t := &e.tcb
	if end := s.End(); !t.hasISS || end.After(t.sndNxt) {
		if !t.hasISS {
			t.hasISS, t.iss, t.sndUna = true, s.Seq-1, s.Seq
		}
		t.sndNxt = end
	}
	if !s.Flags.Has(ACK) {
		return
	}
	if !t.hasRcv || s.Ack.After(t.rcvNxt) {
		t.rcvNxt, t.hasRcv = s.Ack, true
	}
	if edge := s.Ack.Add(window); !t.hasRight || edge.After(t.right) {
		t.right, t.hasRight = edge, true
	}
}

// announce notes what the receiver will know if the segment arrives.
func (f follow) announce(sender, receiver *end) {
	s, known := f.s, &receiver.assumed
	known.frame = s.Frame
	switch {
	case s.Flags.Has(RST):
		if receiver.believes(s, sender) {
			known.reset = true
		} else if receiver.shown().synchronized() {
			receiver.suspicious = s.Frame
		}
		return
	case s.Flags.Has(SYN):
		known.syn = true
		receiver.suspect(s, sender)
	case s.Flags.Has(FIN) && known.finFrame == 0:
		known.finFrame = s.Frame
	}
	if s.Flags.Has(ACK) && (!known.hasUna || s.Ack.After(known.una)) {
		known.una, known.hasUna = s.Ack, true
	}
	known.midway = known.midway || !s.Flags.Has(SYN) && sender.tcb.state.synchronized()
}

// suspect notes a SYN that a synchronized end answers with a challenge ACK (RFC
// 5961 §4.2). A SYN,ACK sent again is no attack: its answer is plain.
func (e *end) suspect(s *Segment, sender *end) {
	if e.shown().synchronized() && !(s.Flags.Has(ACK) && s.Seq == sender.tcb.iss) {
		e.suspicious = s.Frame
	}
}

// believes reports whether a RST on its way to this end will be obeyed, if all
// that its sender sent before has arrived (RFC 9293 §3.10.7.3, §3.10.7.4).
func (e *end) believes(s *Segment, sender *end) bool {
	t := &e.tcb
	switch t.state {
	case Unknown, Closed, Listen:
		return false
	case SynSent:
		return s.Flags.Has(ACK) && s.Ack.After(t.iss) && !s.Ack.After(t.sndNxt)
	case SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait:
	}
	return s.Seq == t.rcvNxt || sender.tcb.hasISS && s.Seq == sender.tcb.sndNxt
}

// change reports one proved change of an end. Where it was assumed before,
// there is nothing to report; where something else was assumed, it is put right.
func (f follow) change(who End, to State, trigger Trigger, edge *Edge, frames ...int) {
	e := &f.c.ends[who]
	e.tcb.state = to
	if i := slices.Index(e.ahead[:e.nAhead], to); i >= 0 {
		e.nAhead = copy(e.ahead[:], e.ahead[i+1:e.nAhead])
		return
	}
	if e.nAhead > 0 {
		e.nAhead = 0
		if edge != nil {
			// What it does may be in order for the assumed state, too.
			edge = FindEdge(f.c.State[who], to, trigger.Kind)
		}
		if edge == nil {
			f.r.found(FoundNotArrived, e.assumed.frame, 0)
		}
	}
	f.emit(who, to, trigger, e.tcb.basis(), edge, frames...)
}

// emit adds a change to the reading and to the connection's history.
func (f follow) emit(who End, to State, trigger Trigger, basis Basis, edge *Edge, frames ...int) {
	c := f.c
	from := c.State[who]
	if from == to {
		return
	}
	if edge != nil && edge.From != from {
		edge = nil
	}
	if edge == nil && !f.explained() {
		f.r.found(FoundOffFigure, 0, 0)
	}
	evidence := f.o.evidence(frames)
	if len(evidence) == 0 {
		evidence = f.o.evidence([]int{f.s.Frame})
	}
	f.r.Changes = append(f.r.Changes, Change{
		End: who, From: from, To: to, Trigger: trigger, Basis: basis, Edge: edge, Frames: evidence,
	})
	if len(c.History[who]) == 0 && from != Unknown {
		c.History[who] = append(c.History[who], from)
	}
	c.enter(who, to)
}

// explained reports whether a finding of this reading already says why a
// change is no edge of the figure.
func (f follow) explained() bool {
	return slices.ContainsFunc(f.r.Findings, func(x Finding) bool {
		return x.Name == FoundMidstream || x.Name == FoundHalfOpen || x.Name == FoundNotArrived || x.Name == FoundOffFigure
	})
}

// enter makes a state the shown one.
func (c *Conn) enter(who End, to State) {
	c.State[who] = to
	if h := c.History[who]; len(h) >= maxHistory {
		h[len(h)-1] = to
		return
	}
	c.History[who] = append(c.History[who], to)
}

// evidence keeps frame numbers until the next segment.
func (o *Observer) evidence(frames []int) []int {
	start := o.nFrames
	for _, n := range frames {
		if n == 0 || o.nFrames == len(o.frames) || o.nFrames > start && o.frames[o.nFrames-1] == n {
			continue
		}
		o.frames[o.nFrames] = n
		o.nFrames++
	}
	return o.frames[start:o.nFrames:o.nFrames]
}

// step takes the changes that the facts in an end's control block call for.
func (f follow) step(who End, frames ...int) {
	t := &f.c.ends[who].tcb
	for {
		to, cause, ok := t.next()
		if !ok {
			return
		}
		f.change(who, to, Trigger{OnReceive, cause}, FindEdge(t.state, to, OnReceive), frames...)
	}
}

// settle makes what is assumed about an end agree with what is known.
func (f follow) settle(who End) {
	e := &f.c.ends[who]
	if seen := e.tapped && e.tcb.state != Unknown; e.nAhead > 0 && (seen || e.withdrawn) {
		before, n := e.ahead, e.nAhead
		e.nAhead = 0
		if !seen {
			f.expect(who, func(State, string) {})
		}
		if !slices.Equal(before[:n], e.ahead[:e.nAhead]) {
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
	e, peer := &f.c.ends[who], &f.c.ends[who.Peer()]
	if f.from == f.to {
		peer = e
	}
	assume := func(to State, cause string) {
		if e.nAhead == len(e.ahead) {
			return
		}
		pass(to, cause)
		e.ahead[e.nAhead] = to
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
	if peer.tcb.finSent {
		t.finSeen, t.peerFin, t.rcvNxt = true, peer.tcb.fin, peer.tcb.fin+1
	}
	for to, cause, ok := t.next(); ok; to, cause, ok = t.next() {
		assume(to, cause)
		t.state = to
	}
}

// afterReset is the state that a believed RST leads to (RFC 9293 §3.10.7.4,
// second): whoever was opened passively returns to LISTEN.
func afterReset(t *tcb) State {
	if t.state == SynReceived && t.passive {
		return Listen
	}
	return Closed
}

// control names the flags that matter to the state machine.
func (f Flags) control() string {
	switch {
	case f.Has(RST):
		return "RST"
	case f.Has(SYN | ACK):
		return "SYN,ACK"
	case f.Has(SYN):
		return "SYN"
	case f.Has(FIN):
		return "FIN"
	}
	return "ACK"
}
