package tcpstate

// tcb is the part of a transmission control block (RFC 9293 §3.3.1) that
// segments reveal. The state follows from a few facts: which of the two SYNs
// and FINs were sent, received and acknowledged.
type tcb struct {
	state   State
	guessed bool // the state is the likelier of two that look alike
	reputed bool // its SYN was not seen: only the peer's SYN,ACK speaks of it
	held    bool // it is an earlier connection's, of which no end was seen, but may have been missed
	passive bool // it began with a SYN from outside, not with a call
	crossed bool // in SYN-RECEIVED, the ACK of its SYN has come with the peer's SYN

	hasISS, hasIRS bool
	iss, irs       Seq
	sndUna, sndNxt Seq
	rcvNxt         Seq
	hasRcv         bool

	finSent, finSeen bool
	fin, peerFin     Seq // the numbers that the FINs take

	// unordered says that the peer's FIN has arrived, but perhaps only after
	// this end had sent its own.
	unordered bool
	// unsure says that the ACK of its FIN has been sent to this end, and may
	// have arrived.
	unsure bool
	// gap is where an empty segment began that lay beyond all that was seen.
	gap    Seq
	hasGap bool

	// right is the right edge of the widest window it has offered.
	right    Seq
	hasRight bool
	// early holds what arrived before its turn.
	early  [4]span
	nEarly int
}

// span is octets from left up to, not including, right.
type span struct{ left, right Seq }

// next is the change that the facts of the control block call for, if there is
// one (RFC 9293 §3.10.7.3 and §3.10.7.4, the fifth check and the eighth).
func (t *tcb) next() (to State, cause string, ok bool) {
	synAcked := t.hasISS && t.sndUna.After(t.iss)
	finAcked := t.finSent && t.sndUna.After(t.fin)
	finArrived := t.finSeen && t.rcvNxt.After(t.peerFin)
	switch {
	case t.state == SynSent && t.hasIRS && synAcked:
		return Established, "SYN,ACK", true
	case t.state == SynSent && t.hasIRS:
		return SynReceived, "SYN", true
	case t.state == SynReceived && synAcked:
		return Established, "ACK", true
	case t.state == Established && finArrived && !t.unordered:
		return CloseWait, "FIN", true
	case t.state == FinWait1 && finAcked && finArrived:
		return TimeWait, "FIN,ACK", true
	case t.state == FinWait1 && finAcked:
		return FinWait2, "ACK", true
	case t.state == FinWait1 && finArrived && !t.unsure:
		return Closing, "FIN", true
	case t.state == FinWait2 && finArrived:
		return TimeWait, "FIN", true
	case t.state == Closing && finAcked:
		return TimeWait, "ACK", true
	case t.state == LastAck && finAcked:
		return Closed, "ACK", true
	}
	return t.state, "", false
}

// basis is how well the state is known.
func (t *tcb) basis() Basis {
	if t.guessed || t.reputed || t.held {
		return Assumed
	}
	return Inferred
}

// synchronized reports whether the state is one of those in which both ends
// agree on sequence numbers (RFC 9293 §3.3.2: ESTABLISHED and all after it).
func (s State) synchronized() bool { return s >= Established && s <= TimeWait }

// acceptAck takes over an acknowledgment: SND.UNA < SEG.ACK =< SND.NXT
// (RFC 9293 §3.10.7.4, fifth).
func (t *tcb) acceptAck(ack Seq) {
	if ack.After(t.sndUna) && !ack.After(t.sndNxt) {
		t.sndUna = ack
	}
}

// accept takes over the octets of an arriving segment: in turn, they move
// RCV.NXT; early, they wait. What lies beyond the offered window is not kept.
// It reports whether the turn of a FIN has come that came early: whether that
// one was kept is the receiver's choice (§3.10.7.4: SHOULD-31).
func (t *tcb) accept(s *Segment) (early bool) {
	left, right := s.Seq, s.End()
	if s.Flags.Has(FIN) {
		t.finSeen, t.peerFin = true, right-1
	}
	if t.hasRight {
		right = earlier(right, later(t.right, t.rcvNxt))
	}
	switch {
	case !right.After(t.rcvNxt):
		return false
	case left.After(t.rcvNxt):
		t.keep(span{left, right})
		return false
	}
	t.rcvNxt = right
	for moved := t.nEarly > 0; moved; {
		moved = false
		for i := 0; i < t.nEarly; i++ {
			if e := t.early[i]; !e.left.After(t.rcvNxt) {
				t.rcvNxt = later(t.rcvNxt, e.right)
				t.nEarly--
				t.early[i] = t.early[t.nEarly]
				moved = true
				break
			}
		}
	}
	if t.finSeen && t.rcvNxt.After(t.peerFin) && !right.After(t.peerFin) {
		t.rcvNxt = t.peerFin
		return true
	}
	return false
}

// keep remembers an early span, joined with one that it touches. Beyond the
// bound it is forgotten: the end's own acknowledgments tell later.
func (t *tcb) keep(s span) {
	for i := range t.early[:t.nEarly] {
		e := &t.early[i]
		if !s.left.After(e.right) && !s.right.Before(e.left) {
			e.left, e.right = earlier(e.left, s.left), later(e.right, s.right)
			return
		}
	}
	if t.nEarly < len(t.early) {
		t.early[t.nEarly] = s
		t.nEarly++
	}
}

// accepts reports whether an acknowledgment is acceptable in SYN-SENT: SND.UNA <
// SEG.ACK =< SND.NXT (RFC 9293 §3.10.7.3, first).
func (t *tcb) accepts(ack Seq) bool { return ack.After(t.iss) && !ack.After(t.sndNxt) }

// acceptable is the test of RFC 9293 §3.10.7.4, first. Where the window is not
// known, any is taken to be wide.
func (t *tcb) acceptable(s *Segment) bool {
	if !t.hasRcv {
		return true
	}
	window := uint32(1 << 30)
	if t.hasRight {
		window = uint32(max(t.right.Sub(t.rcvNxt), 0))
	}
	n := s.SegLen()
	switch {
	case window == 0:
		return s.Seq == t.rcvNxt
	case n == 0:
		return s.Seq.In(t.rcvNxt, window)
	}
	return s.Seq.In(t.rcvNxt, window) || s.Seq.Add(n-1).In(t.rcvNxt, window)
}
