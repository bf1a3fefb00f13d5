package explain

import (
	"math"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// reset explains an RST by what it answers (RFC 9293 §3.5.2). A reset that
// answers a segment without ACK has number 0 and acknowledges that segment; one
// that answers a segment with ACK takes its number from that ACK, and has no
// ACK bit itself; one that an application causes continues its own numbering.
func (x *Explainer) reset(f facts) Explanation {
	peer := f.s.From.Peer()
	f.values["seq"] = x.resetSeq(f.s)
	if f.s.Flags.Has(tcpstate.ACK) {
		if syn := x.history.latest(f.ev, peer, refusedBy(f)); syn != nil && !x.hadAgreed(f, syn) {
			f.values["answered"] = x.named(syn.frame)
			f.values["port"] = f.s.Src.Port()
			t := refusedText
			if syn.frame == 0 {
				t = refusedUnseenText
			}
			return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.refusedSum(f, syn), Section: "RFC 9293 §3.5.2; §3.10.7.1"}
		}
		t := x.abortText(f.s)
		if x.history.latest(f.ev, f.s.From, func(s *seen) bool { return s.flags.Has(tcpstate.FIN) }) != nil {
			t = abortAfterCloseText
		}
		if f.ev.ToItself() {
			t = abortSelfText
		}
		return Explanation{Sentence: x.say(t, f.values), Section: "RFC 9293 §3.10.5; §3.6.1"}
	}
	answered := x.history.answeredBy(f.ev, &seen{src: f.s.Src, dst: f.s.Dst, seq: f.s.Seq})
	if found, ok := f.finding(tcpstate.FoundHalfOpen); ok && answered == nil {
		answered = x.history.frame(found.Frame)
	}
	if answered == nil {
		return Explanation{Sentence: x.say(resetText, f.values), Section: "RFC 9293 §3.5.2; §3.5.3"}
	}
	f.values["answered"] = x.named(answered.frame)
	t, section := noConnectionText, "RFC 9293 §3.5.1; §3.5.2"
	switch {
	case answered.frame == 0:
		t = noConnectionUnseenText
	case answered.flags.Has(tcpstate.SYN):
		t, section = neverAskedText, "RFC 9293 §3.5 Figure 8; §3.5.2"
		if syn := x.history.latest(f.ev, f.s.From, func(s *seen) bool {
			return s.flags&(tcpstate.SYN|tcpstate.ACK) == tcpstate.SYN && !s.forged && s.seq+1 == f.s.Segment.Seq
		}); syn != nil && !x.wentOn(f, syn) {
			f.values["syn"] = x.named(syn.frame)
			t = gaveUpSynText
		}
	case x.history.latest(f.ev, f.s.From, func(s *seen) bool { return s.flags.Has(tcpstate.FIN) }) != nil:
		t, section = afterCloseText, "RFC 9293 §3.6.1"
		if answered.length == 0 {
			t, section = afterCloseBareText, "RFC 9293 §3.10.7.1"
		}
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.resetSum(f, answered), Section: section}
}

// wentOn reports whether the sender of a segment has said more since its SYN: then the
// answer to that one had come, and another SYN is answered now.
func (x *Explainer) wentOn(f facts, syn *seen) bool {
	more := x.history.latest(f.ev, f.s.From, func(s *seen) bool { return !s.flags.Has(tcpstate.SYN) && !s.forged })
	return more != nil && more.frame > syn.frame
}

// abortText says what may have made an end abort: the closing of a listener resets
// what its program has not accepted.
func (x *Explainer) abortText(s *trace.Segment) text {
	switch {
	case s.From != tcpstate.Server, x.reported.sockets[trace.Conn{Local: s.Src, Remote: s.Dst}].accepted:
		return abortText
	case x.reported.deaf[s.Src]:
		return abortQueuedText
	}
	return abortServerText
}

// resetSeq is an RST's number, as it is told.
func (x *Explainer) resetSeq(s *trace.Segment) any {
	if OldSeq(s) {
		return x.phrase(wireSeqText, args{"seq": uint32(s.Seq)})
	}
	return s.RelSeq
}

// OldSeq reports whether a segment's number does not count from its sender's ISN: an
// RST may answer a segment of a connection that is over, and have a number from
// before it, or none's, 0, where its sender has no connection (RFC 9293 §3.10.7.1).
func OldSeq(s *trace.Segment) bool {
	return s.Flags.Has(tcpstate.RST) && (old(s, s.RelSeq, s.From) || nobodys(s))
}

func nobodys(s *trace.Segment) bool {
	return s.Flags.Has(tcpstate.ACK) && s.Segment.Seq == 0 && s.Conn != nil && !s.Conn.HasISN[s.From]
}

// OldAck reports the same of the number that a segment acknowledges: a SYN-ACK may
// answer an old SYN (RFC 9293 §3.5, Figure 8), and an end that holds an old connection
// acknowledges that (§3.5.1).
func OldAck(s *trace.Segment) bool {
	return (s.Flags.Has(tcpstate.SYN|tcpstate.ACK) || found(s, tcpstate.FoundChallengeAck)) && old(s, s.RelAck, s.From.Peer())
}

// old: beyond 2³¹ octets a number may as well lie ahead.
func old(s *trace.Segment, number uint32, whose tcpstate.End) bool {
	return s.Relative && s.Conn != nil && s.Conn.Bytes[whose] <= math.MaxInt32 && int32(number) < 0
}

// refusedBy recognises the SYN that a reset refuses.
func refusedBy(f facts) func(*seen) bool {
	return func(s *seen) bool {
		return s.flags.Has(tcpstate.SYN) && !s.flags.Has(tcpstate.ACK) && f.s.Ack == s.seq.Add(s.segLen())
	}
}

// hadAgreed reports whether the sender of a reset has answered that SYN before
// otherwise than by a reset: then it ends a connection, and refuses none. Who
// refuses has no number of its own, and takes 0 (RFC 9293 §3.10.7.1).
func (x *Explainer) hadAgreed(f facts, syn *seen) bool {
	if f.s.Segment.Seq == 0 {
		return false
	}
	for s := range x.history.before(f.ev, f.s.From) {
		if s == syn || s.at.Before(syn.at) {
			break
		}
		if !s.flags.Has(tcpstate.RST) {
			return true
		}
	}
	// Its answer may not have been seen; that the other end has gone on tells.
	return x.history.latest(f.ev, f.s.From.Peer(), func(s *seen) bool { return s.flags.Has(tcpstate.ACK) }) != nil
}

func (x *Explainer) refusedSum(f facts, syn *seen) string {
	if syn.frame == 0 || syn.length > 0 {
		return ""
	}
	return x.phrase(ackOfSynText, args{"ack": syn.next(), "seq": syn.relSeq, "frame": x.named(syn.frame)})
}

func (x *Explainer) resetSum(f facts, answered *seen) string {
	if answered.frame == 0 {
		return ""
	}
	return x.phrase(resetSumText, args{"seq": f.values["seq"], "answered": x.named(answered.frame)})
}
