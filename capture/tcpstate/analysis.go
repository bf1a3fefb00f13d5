package tcpstate

import "time"

const (
	// fastRetransmission is how long after the last duplicate ACK a
	// retransmission still counts as its answer, in nanoseconds.
	fastRetransmission = int64(20 * time.Millisecond)
	// outOfOrder is the same for a hole that is filled, where the initial
	// round-trip time is not known.
	outOfOrder = int64(3 * time.Millisecond)
)

// analysis is the work on one segment: the flow that it belongs to, and the
// one that it answers.
type analysis struct {
	*Reading
	s        *Segment
	now      int64
	fwd, rev *flow
	irtt     int64
	// control says that the segment carries SYN, FIN or RST.
	control bool
	// unheard: it leaves for a receiver whose trace does not have it, for the wire
	// drops it, so that what comes after it is not a repetition there.
	unheard bool
	// What analyse finds out: a zero-window probe and a keep-alive by their form,
	// whether what has the latter is older than it seems, the octets of sequence space
	// that were not seen before, the segment that carried the others first, whether
	// this is that very packet once more, and whether the receiver had reported the
	// hole that it fills.
	probe, keepAlive, overtaken bool
	behindReset                 bool // only a RST had gone so far that it seems old
	fresh                       uint32
	original                    logged
	copied, asked               bool
}

func (r *Reading) found(name string, frame, nth int) {
	r.Findings = append(r.Findings, Finding{Name: name, Frame: frame, Nth: nth})
}

// analyse compares a segment with what went before in both directions, by the
// rules of Wireshark's TCP analysis, and remembers it for the next.
func (a *analysis) analyse(log *sentLog) {
	s := a.s
	a.behindReset = a.fwd.moved
	a.compare()
	if s.SegLen() > 0 {
		a.fresh, a.Anew = log.add(s, a.now, &a.original)
		if a.fresh < s.SegLen() {
			a.copies(log)
		}
		if !a.keepAlive {
			a.repeated()
		}
	} else if first := a.fwd.empties.again(s, a.fwd); first != 0 {
		a.found(FoundDuplicateFrame, first, 0)
	}
	a.remember()
}

// compare looks at what the segment says of windows, and which octets it
// acknowledges.
func (a *analysis) compare() {
	s, fwd, rev := a.s, a.fwd, a.rev
	if a.probe = s.Len == 1 && fwd.hasNext && s.Seq == fwd.nextSeq && rev.seenWindow && rev.window == 0; a.probe {
		a.found(FoundZeroWindowProbe, 0, 0)
	} else {
		a.keepAlive = a.window()
		a.answer()
	}
	if s.Ack != fwd.lastAck && !a.unheard {
		fwd.firstAckFrame, fwd.dupAcks, fwd.overtaken = s.Frame, 0, false
	}
	a.unseenAck()
}

// arrives remembers a segment at the tap of its receiver, where what comes next
// is compared with it. What there was to find was found as it left.
func (a *analysis) arrives(sent *flow) {
	told := len(a.Findings)
	if a.s.Flags.Has(SYN) && (!a.fwd.hasBase || a.fwd.base != a.s.Seq) {
		a.fwd.restart()
		a.fwd.base, a.fwd.hasBase = a.s.Seq, true
	}
	a.fwd.shift, a.fwd.hasShift = sent.shift, sent.hasShift
	a.compare()
	a.remember()
	a.Findings = a.Findings[:told]
}

// copy reports whether this is the IP packet that was seen before. Where none was
// numbered (IPv6 has no identification, and stacks may send 0: RFC 6864 §4.1), it is
// if nothing differs, and it comes too soon for anything to have had it sent again.
func (a *analysis) copy() bool {
	s, o := a.s, &a.original
	switch {
	case !o.seen() || s.Seq != o.seq || s.End() != o.end || s.Wire != o.wire && s.Wire != 0:
		return false
	case s.Wire != 0:
		return true
	case s.IPID != 0 || o.ipid != 0:
		return s.IPID == o.ipid
	}
	same := s.Flags.Has(ACK) == o.hasAck && s.Ack == o.ack && s.Options.HasTimestamps && s.Options.TSVal == o.tsval
	return same && !a.differs() && a.unprompted(o.frame, o.time)
}

// unprompted reports whether nothing has made the sender of a segment send anew what
// frame was, at that time: nothing from the peer has come by here, and no timer runs
// out so soon. Of a connection with itself, what leaves comes back.
func (a *analysis) unprompted(frame int, at int64) bool {
	return a.s.Src != a.s.Dst && a.rev.lastFrame < frame && within(a.now-at, int64(ClockGranularity))
}

// differs reports whether the payload is another than that of the same numbers
// before.
func (a *analysis) differs() bool {
	s, o := a.s, &a.original
	return o.summed && s.Summed && s.Checksum != Invalid && s.Seq == o.seq && s.End() == o.end &&
		!s.Flags.Any(SYN|FIN) && s.Sum != o.sum
}

// window looks at what is offered and what is used of it. It reports whether
// the segment is a keep-alive.
func (a *analysis) window() (keepAlive bool) {
	s, fwd, rev := a.s, a.fwd, a.rev
	if s.Window == 0 && !a.control {
		a.found(FoundZeroWindow, 0, 0)
	}
	if fwd.hasNext && s.Seq.After(fwd.nextSeq) && !s.Flags.Has(RST) {
		a.found(FoundLostSegment, fwd.nextFrame, 0)
	}
	if a.control {
		return false
	}
	if s.Len <= 1 && fwd.hasNext && s.Seq == fwd.nextSeq-1 {
		a.found(FoundKeepAlive, fwd.nextFrame, 0)
		keepAlive = true
		if a.overtaken = a.older(); a.overtaken && s.Len == 0 {
			a.found(FoundOvertaken, fwd.nextFrame, 0)
		}
	}
	if s.Len == 0 && s.Window != 0 && s.Window != fwd.window && fwd.hasNext && s.Seq == fwd.nextSeq && s.Ack == fwd.lastAck {
		a.found(FoundWindowUpdate, fwd.firstAckFrame, 0)
	}
	if s.Len > 0 && rev.hasShift && rev.seenWindow && s.End() == rev.edge {
		a.found(FoundWindowFull, 0, 0)
	}
	return keepAlive
}

// older reports whether the segment is known to have left its host before the one
// that carried its sender's latest number: by the wire's own count, by a lower ACK,
// or by its timestamps, of which neither goes back (RFC 7323 §4.3, §5.4).
func (a *analysis) older() bool {
	s, fwd := a.s, a.fwd
	o, latest := &s.Options, &fwd.nextStamp
	return s.Wire != 0 && s.Wire < latest.wire ||
		s.Flags.Has(ACK) && fwd.hasAck && s.Ack.Before(fwd.highAck) ||
		o.HasTimestamps && latest.stamped && Seq(o.TSVal).Before(Seq(latest.val)) ||
		o.HasTimestamps && latest.echoes && Seq(o.TSEcr).Before(Seq(latest.ecr))
}

// answer recognises the segments that carry nothing but an old ACK.
func (a *analysis) answer() {
	s, fwd, rev := a.s, a.fwd, a.rev
	if a.control || s.Len != 0 || !fwd.hasNext || s.Seq != fwd.nextSeq || s.Window != fwd.window {
		return
	}
	switch {
	case s.Window != 0 && s.Ack == fwd.lastAck && rev.keepAlive:
		a.found(FoundKeepAliveAck, rev.lastFrame, 0)
		if rev.late {
			a.found(FoundOvertakenReply, rev.lastFrame, 0)
		}
	case s.Window == 0 && s.Ack == fwd.lastAck && rev.probe:
		a.found(FoundZeroWindowProbeAck, rev.lastFrame, 0)
	case s.Window != 0 && s.Ack == fwd.lastAck && !a.unheard:
		fwd.dupAcks++
		a.found(FoundDuplicateAck, fwd.firstAckFrame, fwd.dupAcks)
		if fwd.crossed && fwd.dupAcks == 1 && s.Ack == rev.base+1 && (!rev.hasNext || rev.nextSeq == rev.base+1) {
			a.found(FoundSimultaneousOpen, rev.lastFrame, 0)
		}
	}
}

// unseenAck looks for an acknowledgment of octets that were not seen here.
// Where no hole shows that something is missing, it is found once for as long
// as the other side's own acknowledgment stands still, as tshark 4.0 has it.
func (a *analysis) unseenAck() {
	s, rev := a.s, a.rev
	if !s.Flags.Has(ACK) || !rev.hasContiguous || !s.Ack.After(rev.contiguous) {
		return
	}
	if rev.contiguous != rev.nextSeq {
		a.found(FoundAckLostSegment, rev.nextFrame, 0)
	} else {
		if !rev.overtaken && rev.dupAcks == 0 {
			a.found(FoundAckLostSegment, rev.nextFrame, 0)
		}
		rev.overtaken = true
	}
	rev.contiguous = rev.nextSeq
}

// repeated tells apart the four ways in which octets come again, or late.
func (a *analysis) repeated() {
	s, fwd, rev := a.s, a.fwd, a.rev
	if s.Len > 0 && rev.lastAck != 0 && !s.Seq.Add(uint32(s.Len)).After(rev.lastAck) {
		a.again(FoundSpuriousRetransmission)
		return
	}
	behind := fwd.hasNext && s.Seq.Before(fwd.nextSeq)
	if s.Len > 1 && fwd.nextSeq-1 == s.Seq {
		behind = false // it takes the octet of a keep-alive or a probe along
	}
	if !behind {
		return
	}
	if (rev.dupAcks >= 2 || rev.overtaken) && rev.lastAck == s.Seq && within(a.now-rev.lastAckTime, fastRetransmission) {
		a.again(FoundFastRetransmission)
		return
	}
	limit := outOfOrder
	if a.irtt != 0 {
		limit = a.irtt
	}
	if within(a.now-fwd.nextTime, limit) && s.End() != fwd.nextSeq {
		a.found(FoundOutOfOrder, fwd.nextFrame, 0)
		return
	}
	a.again(FoundRetransmission)
}

// within reports whether a time that has passed is below a limit. Where the
// trace's clock went back between two segments, their distance counts as more
// than any other, as Wireshark has it.
func within(passed, limit int64) bool { return uint64(passed) < uint64(limit) }

func (a *analysis) again(name string) {
	a.found(name, a.original.frame, int(a.original.again))
	if a.copied {
		a.found(FoundDuplicateFrame, a.original.frame, 0)
	}
}

// remember keeps what the next segments are compared with.
func (a *analysis) remember() {
	s, fwd := a.s, a.fwd
	next := s.End()
	if !a.probe {
		switch {
		case s.Flags.Has(RST):
			if fwd.hasNext && !fwd.moved && next.After(fwd.nextSeq) {
				fwd.moved, fwd.octets = true, fwd.nextSeq
			}
		case fwd.moved:
			fwd.octets = later(fwd.octets, next)
			fwd.moved = fwd.octets.Before(fwd.nextSeq)
		}
		if !fwd.hasNext || next.After(fwd.nextSeq) {
			fwd.nextSeq, fwd.hasNext = next, true
			fwd.nextFrame, fwd.nextTime = s.Frame, a.now
			fwd.nextStamp = stamp{s.Wire, s.Options.TSVal, s.Options.TSEcr, s.Options.HasTimestamps, s.Options.HasTimestamps && s.Flags.Has(ACK)}
		}
		if !fwd.hasContiguous || s.Seq == fwd.contiguous {
			fwd.contiguous, fwd.hasContiguous = fwd.nextSeq, true
		}
		if s.Flags&(SYN|ACK) == SYN {
			fwd.nextSeq = fwd.contiguous // a late SYN makes tshark 4.0 look for the holes behind it once more
		}
	}
	if !a.unheard {
		fwd.window, fwd.seenWindow = s.Window, true
		fwd.lastAck, fwd.lastAckTime = s.Ack, a.now
	}
	fwd.lastHadAck = s.Flags.Has(ACK)
	fwd.edge = s.Ack.Add(a.ScaledWindow)
	switch {
	case fwd.lastHadAck && (!fwd.hasAck || s.Ack.After(fwd.highAck)):
		fwd.highAck, fwd.hasAck, fwd.highAckFrame = s.Ack, true, s.Frame
	case fwd.lastHadAck && s.Ack.Before(fwd.highAck):
		a.NewerAck = fwd.highAckFrame
	}
	if a.NewerAck == 0 && s.Flags&(ACK|RST) == ACK {
		fwd.offer = offer{fwd.edge, s.Window, true, s.Frame}
	}
	fwd.probe, fwd.keepAlive, fwd.late, fwd.lastFrame = a.probe, a.keepAlive, a.overtaken, s.Frame
}
