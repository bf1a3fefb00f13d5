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
	if where == Received && f.r.Damaged {
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
	if sender.doubt != 0 && f.s.Len > 0 { // met midway: what sends has not closed
		f.settled(f.from, sender.doubt)
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

// change reports one proved change of an end. Where it was assumed before,
// there is nothing to report; where something else was assumed, it is put right.
func (f follow) change(who End, to State, trigger Trigger, edge *Edge, frames ...int) {
	e := &f.c.ends[who]
	e.tcb.state = to
	if i := slices.Index(e.ahead[:e.nAhead], to); i >= 0 {
		since := e.since[i]
		copy(e.since[:], e.since[i+1:e.nAhead])
		e.nAhead = copy(e.ahead[:], e.ahead[i+1:e.nAhead])
		f.settled(who, since)
		return
	}
	if e.nAhead > 0 {
		e.nAhead = 0
		if edge != nil {
			// What it does may be in order for the assumed state, too.
			edge = FindEdge(f.c.State[who], to, trigger.Kind)
		}
		if edge == nil && !f.explained() {
			f.r.found(FoundNotArrived, e.assumed.frame, 0)
		}
	}
	f.emit(who, to, trigger, e.tcb.basis(), edge, frames...)
}

// settled reports that what was assumed of an end by a frame is proved: its state,
// and those before it.
func (f follow) settled(who End, since int) {
	e := &f.c.ends[who]
	if e.tcb.basis() == Assumed {
		e.doubt = since
		return
	}
	e.doubt, f.c.Assumed[who] = 0, e.nAhead
	f.r.Settled = append(f.r.Settled, Settlement{who, e.tcb.state, since})
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
		Corrects: edge == nil && slices.ContainsFunc(f.r.Findings, func(x Finding) bool { return x.Name == FoundNotArrived }),
	})
	c.ends[who].doubt = 0
	if basis == Assumed {
		c.ends[who].doubt = f.s.Frame
		c.Assumed[who] = min(c.Assumed[who]+1, maxHistory)
	} else {
		c.Assumed[who] = 0
	}
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
