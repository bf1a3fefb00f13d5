package explain

import (
	"time"

	"statelab/capture/tcpstate"
)

// soon is less than any retransmission timer waits: RFC 6298 §2.4 asks for a
// second at least, common stacks for 200 ms.
const soon = 100 * time.Millisecond

// tooSoon reports whether so little time has passed since the last transmission
// of the same number that no timer can have run out: not even one that waits
// twice as long each time, as the waits before it would tell.
func (x *Explainer) tooSoon(f facts) bool {
	before := x.history.latest(f.ev, f.s.From, func(s *seen) bool { return s.segLen() > 0 && s.seq == f.s.Seq })
	if before == nil || f.ev.At.Sub(before.at) >= soon {
		return false
	}
	last, previous := x.waits(f)
	return previous <= 0 || last < previous*3/2 || last > previous*5/2
}

// retransmission: the timer ran out (RFC 6298 §5), as far as the segments show.
func (x *Explainer) retransmission(f facts, found tcpstate.Finding) Explanation {
	if f.s.Src == f.s.Dst && found.Frame != 0 && x.tooSoon(f) {
		return Explanation{Sentence: x.say(cameBackText, f.values), Section: "RFC 9293 §3.10.7.3"}
	}
	if found.Frame != 0 && x.tooSoon(f) {
		return Explanation{
			Sentence:   x.say(retransmissionSoonText, f.values),
			Arithmetic: joinWith("; ", x.waited(f, found.Frame), x.nextSum(f)),
			Section:    "RFC 9293 §3.8",
		}
	}
	t := retransmissionText
	switch {
	case found.Frame == 0:
		return x.resentUnseen(f)
	case f.s.Anew > 0 && x.hadAck(f):
		return Explanation{
			Sentence:   x.say(resentAckedText, f.values),
			Arithmetic: joinWith("; ", x.waited(f, found.Frame), x.nextSum(f)),
			Section:    "RFC 9293 §3.10.7.4",
		}
	case found.Nth > 1:
		t = retransmissionNthText
	}
	return Explanation{
		Sentence:   join(x.say(t, f.values), x.backoff(f)),
		Arithmetic: joinWith("; ", x.waited(f, found.Frame), x.nextSum(f)),
		Section:    "RFC 9293 §3.8.1; RFC 6298 §5",
	}
}

// hadAck reports whether what a segment sends again, before what is new in it, had
// been acknowledged here, and keeps the frame that did.
func (x *Explainer) hadAck(f facts) bool {
	end := f.s.Segment.Seq.Add(f.s.SegLen() - f.s.Anew)
	answer := x.history.latest(f.ev, receiver(f.s), func(s *seen) bool { return s.flags.Has(tcpstate.ACK) && !s.overtaken })
	if answer == nil || answer.ack.Before(end) {
		return false
	}
	f.values["answer"] = x.named(answer.frame)
	return true
}

// resentUnseen explains a retransmission whose original has no number in this
// capture: the wire may tell what became of it.
func (x *Explainer) resentUnseen(f facts) Explanation {
	t, section := retransmissionUnseenText, "RFC 9293 §3.8.1; RFC 6298 §5"
	switch o := x.original(f); {
	case o == nil && x.history.fates.watched, o != nil && o.untold:
		t, section = resentBareText, "RFC 9293 §3.8"
	case o == nil:
		if when, first := x.ordered(f); when == leftAfter {
			return Explanation{
				Sentence:   x.say(resentUpstreamText, f.values),
				Arithmetic: joinWith("; ", x.orderSum(f, first), x.nextSum(f)),
				Section:    section,
			}
		}
	case o.tooBig && x.history.toldMTU(o.at, f.ev.At):
		t, section = resentSmallerText, "RFC 9293 §3.7.2; RFC 1191 §3"
	case o.lost && f.ev.At.Sub(o.at) < soon:
		t, section = resentNoTimerText, "RFC 9293 §3.8"
	case o.lost:
		t = resentLostText
	case x.history.fates.watched && !x.history.reached(o, f.ev.At):
		t = resentPendingText
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.nextSum(f), Section: section}
}

// backoff tells of a wait that is clearly longer than the one before it, as
// RFC 6298 §5.5 doubles the timer.
func (x *Explainer) backoff(f facts) string {
	last, previous := x.waits(f)
	if previous <= 0 || last < previous*3/2 {
		return ""
	}
	return x.say(backoffText, f.values)
}

// waits are how long the sender waited before it sent this number again, and before
// the time before that; zero where it was not sent twice before.
func (x *Explainer) waits(f facts) (last, previous time.Duration) {
	var sent []*seen
	for s := range x.history.before(f.ev, f.s.From) {
		if s.segLen() > 0 && s.seq == f.s.Seq {
			if sent = append(sent, s); len(sent) == 2 {
				break
			}
		}
	}
	if len(sent) < 2 {
		return 0, 0
	}
	return f.ev.At.Sub(sent[0].at), sent[0].at.Sub(sent[1].at)
}

// outOfOrder: Wireshark's rules go by time alone. Where the same octets are known
// to have been sent before, they have not been overtaken: they are sent again.
func (x *Explainer) outOfOrder(f facts, _ tcpstate.Finding) Explanation {
	e := Explanation{Arithmetic: x.nextSum(f), Section: "RFC 9293 §3.10.7.4"}
	switch o := x.original(f); {
	case o == nil && !x.history.fates.watched:
		when, first := x.ordered(f)
		e.Sentence = x.say([...]text{orderUnknown: outOfOrderText, leftBefore: overtakenDataText, leftAfter: lateAgainText}[when], f.values)
		e.Arithmetic = joinWith("; ", x.orderSum(f, first), e.Arithmetic)
		return e
	case o == nil:
		e.Sentence, e.Section = x.say(resentBareText, f.values), "RFC 9293 §3.8"
	case o.frame == 0:
		e = x.resentUnseen(f)
	default:
		f.values["original"] = x.named(o.frame)
		e.Sentence, e.Section = x.say(resentText, f.values), "RFC 9293 §3.8"
	}
	e.Sentence = join(e.Sentence, x.say(calledOutOfOrderText, f.values))
	return e
}
