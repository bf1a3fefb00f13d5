package explain

import "statelab/capture/tcpstate"

// keepAlive: a probe repeats a number that the peer has acknowledged, so that
// the peer must answer (RFC 9293 §3.8.4; RFC 1122 §4.2.3.6). Stacks probe a
// closed window in the same way, and only the window tells the two apart. What
// has only the form of one is told as what it is.
func (x *Explainer) keepAlive(f facts, _ tcpstate.Finding) Explanation {
	self := x.history.find(f.ev)
	switch {
	case self != nil && !self.keepAlive && f.s.Len == 0:
		return Explanation{Sentence: join(x.say(staleAckText, f.values), x.say(calledKeepAliveText, f.values)), Section: "RFC 9293 §3.4"}
	case f.has(tcpstate.FoundBytesSeen):
		again, _ := f.finding(tcpstate.FoundBytesSeen)
		f.values["nth"], f.values["original"] = again.Nth, x.named(again.Frame)
		e := x.retransmission(f, again)
		e.Sentence = join(e.Sentence, x.say(calledKeepAliveText, f.values))
		return e
	}
	f.values["expected"] = f.s.RelSeq + 1
	peer := x.history.latest(f.ev, f.s.From.Peer(), func(s *seen) bool { return s.flags.Has(tcpstate.ACK) && !s.overtaken })
	if peer != nil && peer.window == 0 {
		return Explanation{
			Sentence:   x.say(keepAliveProbeText, f.values),
			Arithmetic: x.phrase(keepAliveSumText, f.values),
			Section:    "RFC 9293 §3.8.6.1",
		}
	}
	t := keepAliveText
	if f.s.Len > 0 {
		t = keepAliveByteText
	}
	if octet := x.history.octet(f.ev); octet != nil && self != nil && self.doubtful {
		f.values["original"] = x.named(octet.frame)
		t = keepAliveOrOldText
		if f.s.Len > 0 {
			t = keepAliveOrAgainText
		}
	}
	return Explanation{
		Sentence:   x.say(t, f.values),
		Arithmetic: x.phrase(keepAliveSumText, f.values),
		Section:    "RFC 9293 §3.8.4; RFC 1122 §4.2.3.6",
	}
}

// keepAliveAck: what answers a keepalive, or has only the form of such an answer.
func (x *Explainer) keepAliveAck(f facts, _ tcpstate.Finding) Explanation {
	if found, ok := f.finding(tcpstate.FoundOvertakenReply); ok {
		e := x.answersOld(f, found.Frame)
		if f.s.Wire == 0 { // a lesson's files differ in what came before it
			e.Sentence = join(e.Sentence, x.say(calledKeepAliveAckText, f.values))
		}
		return e
	}
	peer := x.history.latest(f.ev, f.s.From.Peer(), func(*seen) bool { return true })
	if peer != nil && (!peer.keepAlive || peer.doubtful) {
		return x.acknowledge(f)
	}
	return x.answersKeepAlive(f)
}

func (x *Explainer) answersKeepAlive(f facts) Explanation {
	return Explanation{Sentence: x.say(keepAliveAckText, f.values), Section: "RFC 9293 §3.8.4; RFC 1122 §4.2.3.6"}
}

// answersOld explains the ACK by which a receiver answers an older one of its
// peer's, since that one's number lies before its window (RFC 9293 §3.10.7.4,
// first).
func (x *Explainer) answersOld(f facts, old int) Explanation {
	f.values["cause"] = x.named(old)
	return Explanation{Sentence: x.say(answersOldText, f.values), Section: "RFC 9293 §3.10.7.4"}
}
