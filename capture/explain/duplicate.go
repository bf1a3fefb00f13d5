package explain

import "statelab/capture/tcpstate"

// fastThreshold is how many duplicate ACKs make the sender retransmit without
// waiting for its timer (RFC 5681 §3.2).
const fastThreshold = 3

// duplicateAck: RFC 5681 §2 counts an ACK as duplicate only while something is
// outstanding, so one that nothing has been sent for merely repeats, and one that
// repeats though nothing is missing reports no hole.
func (x *Explainer) duplicateAck(f facts, found tcpstate.Finding) Explanation {
	if x.history.latest(f.ev, f.s.From.Peer(), func(s *seen) bool { return s.length > 0 || s.flags.Has(tcpstate.FIN) }) == nil {
		return x.acknowledge(f)
	}
	before := x.history.latest(f.ev, f.s.From, func(*seen) bool { return true })
	if before != nil && f.s.Options.SackBlocks == 0 && !x.missing(f) {
		return x.repeatsAck(f, found, before)
	}
	e := x.duplicateOf(f, found)
	if found.Nth == fastThreshold && !x.unheard(f) {
		e.Sentence = join(e.Sentence, x.third(f))
	}
	return e
}

// unheard reports whether the wire has dropped one of the ACKs that were counted:
// the sender of the data counts those that come (RFC 5681 §2).
func (x *Explainer) unheard(f facts) bool {
	return x.history.latest(f.ev, f.s.From, func(s *seen) bool {
		return s.lost && s.frame != 0 && s.ack == f.s.Ack && s.flags.Has(tcpstate.ACK)
	}) != nil
}

// third tells what the third duplicate ACK makes its receiver do. With SACK, what is
// SACKed beyond the hole may have told before (RFC 6675 §5).
func (x *Explainer) third(f facts) string {
	selective := f.s.Options.SackBlocks > 0
	switch again := x.filled(f); {
	case again != nil && selective:
		f.values["original"] = x.named(again.frame)
		return x.say(sackFilledText, f.values)
	case again != nil:
		return ""
	case selective:
		return x.say(thirdWithSackText, f.values)
	}
	return x.say(thirdDuplicateText, f.values)
}

// filled is the segment that sent again what a duplicate ACK asks for, after the
// first ACK of its number; nil if there is none.
func (x *Explainer) filled(f facts) (again *seen) {
	asked, sent := 0, 0
	for s := range x.history.before(f.ev, f.s.From) {
		if s.ack == f.s.Ack && s.flags.Has(tcpstate.ACK) {
			asked = s.left
		}
	}
	for s := range x.history.before(f.ev, receiver(f.s)) {
		if s.seq == f.s.Ack && s.segLen() > 0 {
			if sent++; again == nil {
				again = s
			}
		}
	}
	if sent < 2 || again.left < asked {
		return nil
	}
	return again
}

// duplicateOf tells what a duplicate ACK says, as far as it alone tells.
func (x *Explainer) duplicateOf(f facts, found tcpstate.Finding) Explanation {
	t := duplicateText
	if found.Nth == 0 {
		t = duplicateUncountedText
	}
	return Explanation{Sentence: x.say(t, f.values), Section: "RFC 5681 §2; §3.2"}
}

// missing reports whether something beyond the ACK number may have come to the
// sender of the ACK.
func (x *Explainer) missing(f facts) bool {
	return x.history.latest(f.ev, f.s.From.Peer(), func(s *seen) bool {
		return s.segLen() > 0 && s.seq.Add(s.segLen()).After(f.s.Ack) && x.history.reached(s, f.ev.At)
	}) != nil
}

// repeatsAck explains a repeated ACK of all that its receiver has sent, by what
// has come since the ACK before.
func (x *Explainer) repeatsAck(f facts, found tcpstate.Finding, before *seen) Explanation {
	cause := x.prompt(f, before)
	if cause == nil || cause.frame == 0 {
		return Explanation{Sentence: x.say(duplicateUnaskedText, f.values), Section: "RFC 5681 §2"}
	}
	f.values["cause"], f.values["again"] = x.named(cause.frame), x.brief(cause.flags, cause.relSeq, cause.relAck, cause.length)
	switch {
	case cause.stream != f.ev.Stream:
		return Explanation{Sentence: x.say(answersEarlierText, f.values), Section: "RFC 9293 §3.10.7.4"}
	case cause.keepAlive && !cause.doubtful:
		return x.answersKeepAlive(f)
	case cause.segLen() == 0:
		e := x.answersOld(f, cause.frame)
		e.Sentence = join(e.Sentence, x.say(duplicateByFormText, f.values))
		return e
	case x.history.fates.watched:
		return Explanation{Sentence: x.say(duplicateCopyText, f.values), Section: "RFC 9293 §3.10.7.4"}
	}
	return x.duplicateOf(f, found)
}

// prompt is what has made a receiver repeat its ACK where nothing is missing: the
// last to come of the segments, since the ACK before, that bring what it has, or
// bear a number that lies before its window; nil if none is known.
func (x *Explainer) prompt(f facts, before *seen) (cause *seen) {
	h, last, unacked := &x.history, 0, x.unacked(f)
	var copied *seen
	for s := range h.earlier(f.ev, func(s *seen) bool { return s.src == f.s.Dst && s.dst == f.s.Src && !s.flags.Has(tcpstate.RST) }) {
		at, since := h.came(s, f.ev), before.left
		if s.segLen() > 0 && !h.fates.watched {
			since = unacked // it may have come long after it was seen
		}
		switch {
		case at > max(since, last) && x.old(f, s, at):
			cause, last = s, at
		case copied == nil && s.doubled && at > 0 && !s.latest.Before(before.at) && s.stream == f.ev.Stream:
			copied = s // of the same moment
		}
	}
	if cause == nil {
		return copied
	}
	return cause
}

// old reports whether a segment, received in its turn, brings nothing but what its
// receiver had by then, so that it must answer.
func (x *Explainer) old(f facts, s *seen, turn int) bool {
	switch {
	case s.stream != f.ev.Stream:
		return true
	case s.segLen() == 0:
		return s.seq.Before(f.s.Ack)
	case s.copied, s.last > s.first:
		return true
	}
	return x.history.latest(f.ev, s.from, func(o *seen) bool {
		first := x.history.came(o, f.ev)
		return o != s && first > 0 && first < turn && !o.keepAlive && !o.forged && uint32(s.seq-o.seq) < o.segLen()
	}) != nil
}

// unacked is the turn in which the sender of an ACK last had not acknowledged all
// of that; 0 if that is not known.
func (x *Explainer) unacked(f facts) int {
	lower := x.history.latest(f.ev, f.s.From, func(s *seen) bool { return s.flags.Has(tcpstate.ACK) && s.ack.Before(f.s.Ack) })
	if lower == nil {
		return 0
	}
	return lower.left
}
