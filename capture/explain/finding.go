package explain

import (
	"strconv"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// finding explains a segment by what the observer found about it; false if
// there is no finding that says more than the segment itself.
func (x *Explainer) finding(f facts) (Explanation, bool) {
	if found, ok := f.finding(tcpstate.FoundInTurn); ok {
		return x.inTurn(f, found), true
	}
	explainers := []struct {
		name    string
		explain func(facts, tcpstate.Finding) Explanation
	}{
		{tcpstate.FoundChallengeAck, x.challengeAck},
		{tcpstate.FoundReordered, x.reordered},
		{tcpstate.FoundTailProbe, x.tailProbe},
		{tcpstate.FoundFastRetransmission, x.fastRetransmission},
		{tcpstate.FoundSpuriousRetransmission, x.spuriousRetransmission},
		{tcpstate.FoundZeroWindowProbe, x.zeroWindowProbe},
		{tcpstate.FoundZeroWindowProbeAck, x.zeroWindowProbeAck},
		{tcpstate.FoundKeepAlive, x.keepAlive},
		{tcpstate.FoundKeepAliveAck, x.keepAliveAck},
		{tcpstate.FoundRetransmission, x.retransmission},
		{tcpstate.FoundOutOfOrder, x.outOfOrder},
		{tcpstate.FoundLostSegment, x.lostSegment},
		{tcpstate.FoundAckLostSegment, x.ackLostSegment},
		{tcpstate.FoundDuplicateAck, x.duplicateAck},
		{tcpstate.FoundZeroWindow, x.zeroWindow},
		{tcpstate.FoundWindowUpdate, x.windowUpdate},
	}
	for _, e := range explainers {
		if found, ok := f.finding(e.name); ok && !(f.s.Len > 0 && aboutWindow(e.name)) {
			f.values["nth"], f.values["original"] = found.Nth, x.named(found.Frame)
			told := e.explain(f, found)
			told.Sentence = join(told.Sentence, x.newPart(f))
			return told, true
		}
	}
	return Explanation{}, false
}

// aboutWindow: on a segment with data these are an aside.
func aboutWindow(name string) bool {
	return name == tcpstate.FoundZeroWindow || name == tcpstate.FoundWindowUpdate
}

// duplicateFrame: one packet was seen twice; nobody sent it twice. Whether the trace
// was taken at two places or the wire doubled it, only a D-SACK tells.
func (x *Explainer) duplicateFrame(f facts, found tcpstate.Finding) Explanation {
	f.values["original"] = x.named(found.Frame)
	e := Explanation{Sentence: x.say(duplicateFrameText, f.values)}
	if f.s.IPID != 0 {
		e.Arithmetic = x.phrase(sameIDText, args{"id": f.s.IPID})
	}
	return e
}

// inTurn: only a RST had gone beyond what comes in its turn.
func (x *Explainer) inTurn(f facts, found tcpstate.Finding) Explanation {
	e := x.data(f)
	if f.s.Flags.Has(tcpstate.FIN) {
		e = x.finish(f)
	}
	e.Sentence = join(e.Sentence, x.say(inTurnText, args{"original": x.named(found.Frame)}))
	return e
}

// challengeAck: a suspicious RST or SYN is answered, not obeyed.
func (x *Explainer) challengeAck(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(challengeText, f.values), Section: "RFC 5961 §3.2; §4.2"}
}

func (x *Explainer) fastRetransmission(f facts, found tcpstate.Finding) Explanation {
	t, sum := fastText, x.waited(f, found.Frame)
	if found.Frame == 0 {
		when, first := x.ordered(f)
		if t, sum = fastUnseenText, x.orderSum(f, first); when != leftAfter && !x.history.fates.watched {
			t = fastOrLateText
		}
	}
	return Explanation{
		Sentence:   x.say(t, f.values),
		Arithmetic: joinWith("; ", sum, x.nextSum(f)),
		Section:    "RFC 5681 §3.2",
	}
}

func (x *Explainer) spuriousRetransmission(f facts, found tcpstate.Finding) Explanation {
	t, original := spuriousText, x.history.frame(found.Frame)
	if found.Frame == 0 { // longer ago than the observer remembers
		original = x.history.latest(f.ev, f.s.From, func(s *seen) bool {
			return s.frame != 0 && s.seq == f.s.Seq && s.segLen() == f.s.SegLen()
		})
	}
	switch {
	case original == nil && found.Frame == 0:
		t = spuriousUnseenText
	case original != nil:
		found.Frame, f.values["original"] = original.frame, x.named(original.frame)
		if original.late {
			t = spuriousLateText
		}
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.waited(f, found.Frame), Section: "RFC 9293 §3.10.7.4"}
}

// lostSegment: a hole before this segment, which the capture may have made.
func (x *Explainer) lostSegment(f facts, _ tcpstate.Finding) Explanation {
	t := lostText
	if f.s.SegLen() == 0 {
		t = lostEmptyText
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.nextSum(f), Section: "RFC 9293 §3.4"}
}

// ackLostSegment: Wireshark's rules take for unseen what lies beyond the numbers
// that went before in their turn. Where those began anew, or what is new came behind
// what was sent again, it was seen all the same.
func (x *Explainer) ackLostSegment(f facts, _ tcpstate.Finding) Explanation {
	if f.acked != nil && f.acked.seq.Add(f.acked.segLen()) == f.s.Ack {
		e := x.acknowledge(f)
		if f.s.Len > 0 {
			e = x.data(f)
		}
		t := uncountedText
		if f.acked.flags.Has(tcpstate.SYN) {
			t = numberedAnewText
		}
		e.Sentence = join(e.Sentence, x.say(t, f.values))
		return e
	}
	return Explanation{Sentence: x.say(ackLostText, f.values), Section: "RFC 9293 §3.4"}
}

// selective tells of the SACK option, in the numbers that the rest of the
// explanation uses: what a receiver holds beyond the hole (RFC 2018 §3), what
// has come to it twice (RFC 2883 §4), or numbers that its peer never sent.
func (x *Explainer) selective(f facts) string {
	held, twice, astray := SackBlocks(f.s)
	out := ""
	if twice != "" {
		out = x.say(sackTwiceText, args{"from": f.values["from"], "list": twice})
		if doubled := x.doubled(f); doubled != 0 {
			out = join(out, x.say(doubledText, args{"original": x.named(doubled)}))
		}
		out = join(out, x.needless(f))
	}
	if held != "" {
		out = join(out, x.say(sackHeldText, args{"from": f.values["from"], "list": held}))
	}
	if astray != "" {
		out = join(out, x.say(sackAstrayText, args{"to": f.values["to"], "list": astray}))
	}
	return out
}

// doubled is the frame of a packet seen twice whose octets a D-SACK names, where they
// were sent but once: 0 if there is none.
func (x *Explainer) doubled(f facts) (copied int) {
	b, sent := f.s.Options.Sack[0], 0
	for s := range x.history.before(f.ev, receiver(f.s)) {
		if s.segLen() == 0 || !s.seq.Before(b.Right) || !b.Left.Before(s.seq.Add(s.segLen())) {
			continue
		}
		if !s.copied {
			sent++
		} else if s.seq == b.Left && s.seq.Add(uint32(s.length)) == b.Right {
			copied = s.frame
		}
	}
	if sent > 1 {
		return 0
	}
	return copied
}

// SackBlocks lists the blocks of a segment's SACK option, first number and last,
// as they are shown: "9857–10284, 11000–11999". The first one may repeat what lies
// below the ACK, or within the second: that came twice (RFC 2883 §4). Of those that
// are astray neither is true: see tcpstate.Reading.
func SackBlocks(s *trace.Segment) (held, twice, astray string) {
	o := &s.Options
	blocks := o.Sack[:min(max(o.SackBlocks, 0), len(o.Sack))]
	base := s.Ack - tcpstate.Seq(s.RelAck) // the peer's ISN, or 0 for raw numbers
	var list, lost []string
	for i, b := range blocks {
		text := strconv.FormatUint(uint64(b.Left-base), 10) + "–" + strconv.FormatUint(uint64(b.Right-base-1), 10)
		within := len(blocks) > 1 && !b.Left.Before(blocks[1].Left) && !b.Right.After(blocks[1].Right)
		switch {
		case !b.Right.After(b.Left): // no block
		case s.Astray>>i&1 != 0:
			lost = append(lost, text)
		case i == 0 && (!b.Right.After(s.Ack) || within):
			twice = text
		default:
			list = append(list, text)
		}
	}
	return strings.Join(list, ", "), twice, strings.Join(lost, ", ")
}

func (x *Explainer) zeroWindow(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(zeroWindowText, f.values), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.8.6"}
}

// windowUpdate: Wireshark's rules call every ACK so that changes nothing but
// the window. Room again it means only where there was none.
func (x *Explainer) windowUpdate(f facts, found tcpstate.Finding) Explanation {
	inTurn := func(s *seen) bool { return !s.overtaken }
	before, peer := x.history.latest(f.ev, f.s.From, inTurn), x.history.latest(f.ev, f.s.From.Peer(), inTurn)
	f.values["window"] = f.s.ScaledWindow
	t := windowChangedText
	switch {
	case !f.s.ScaleKnown:
		t = windowUpdateRawText
	case before == nil:
	case before.window == 0, peer != nil && peer.windowFull && !peer.keepAlive:
		t = windowUpdateText
	case f.s.ScaledWindow > before.window:
		t = windowLargerText
	}
	answer, section := "", "RFC 9293 §3.8.6; RFC 7323 §2.3"
	if last := x.history.last(f.ev); last != nil && last == peer && peer.keepAlive && f.s.RelAck == peer.relSeq+1 {
		if before != nil && before.window == 0 {
			return x.zeroWindowProbeAck(f, found)
		}
		answer, section = x.say(keepAliveAckText, f.values), "RFC 9293 §3.8.4; §3.8.6; RFC 7323 §2.3"
		if t == windowLargerText {
			t = windowAlsoText
		}
	}
	return Explanation{Sentence: join(answer, x.say(t, f.values)), Arithmetic: x.windowSum(f), Section: section}
}

func (x *Explainer) zeroWindowProbe(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(probeText, f.values), Section: "RFC 9293 §3.8.6.1"}
}

func (x *Explainer) zeroWindowProbeAck(f facts, _ tcpstate.Finding) Explanation {
	t := probeAckText
	if f.s.Window != 0 {
		t = probeAckOpenText
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.windowSum(f), Section: "RFC 9293 §3.8.6.1"}
}
