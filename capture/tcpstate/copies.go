package tcpstate

// copies finds out whether a segment that brings octets again is an IP packet that was
// seen before, the first with these octets or one that repeats them: then nobody sent
// them again.
func (a *analysis) copies(log *sentLog) {
	if same := a.copy() || a.copiesRepeat(); same && a.fresh == 0 {
		a.copied = true
		log.uncount(a.s)
	}
}

// copiesRepeat reports whether this is the IP packet of an earlier repetition.
func (a *analysis) copiesRepeat() bool {
	if a.fwd.repeats == nil {
		a.fwd.repeats = new(empties)
	}
	first := a.fwd.repeats.again(a.s, a.fwd)
	if first == 0 || a.s.Wire == 0 && a.s.IPID == 0 {
		return false
	}
	a.original.frame = first
	return true
}

// uncount takes back that the octets of a segment were retransmitted: their ACK gives
// a round trip, for which Karn's rule asks.
func (l *sentLog) uncount(s *Segment) {
	for i := l.head; i != l.tail && l.at(i-1).end.After(s.Seq); i-- {
		if e := l.at(i - 1); e.seq.Before(s.End()) {
			e.again -= min(e.again, 1)
		}
	}
}
