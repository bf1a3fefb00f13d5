package explain

import (
	"slices"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// facts are an event's segment with what every template may ask for.
type facts struct {
	ev     *trace.Event
	s      *trace.Segment
	values args
	// acked is the segment that it newly acknowledges, as far as remembered.
	acked *seen
}

func (x *Explainer) facts(ev *trace.Event) facts {
	s := ev.Segment
	from, to := x.ends(ev)
	acked, again := x.acked(ev)
	return facts{ev: ev, s: s, acked: acked, values: args{
		"from": from, "to": to, "frame": x.named(frameOf(ev)),
		"seq": s.RelSeq, "ack": s.RelAck, "n": s.Len,
		"first": s.RelSeq, "last": s.RelSeq + uint32(max(s.Len, 1)) - 1,
		"next": s.RelSeq + s.SegLen(), "isn": uint32(s.Seq),
		"acked": x.ackedFrame(s, acked, again), "port": s.Dst.Port(), "flight": s.InFlight,
		"what": x.content(s.RelSeq, s.Len-newLen(s), oldFlags(s)),
	}}
}

// newLen is how many bytes at the end of a segment are sent for the first time,
// where others before them are sent again.
func newLen(s *trace.Segment) int {
	n := int(s.Anew)
	if n > 0 && s.Flags.Has(tcpstate.FIN) {
		n--
	}
	return min(n, s.Len)
}

// oldFlags are the flags that come again: with the first new byte, a FIN is new.
func oldFlags(s *trace.Segment) tcpstate.Flags {
	if s.Anew > 0 {
		return s.Flags &^ tcpstate.FIN
	}
	return s.Flags
}

// newPart tells what a segment brings for the first time behind what it repeats (RFC
// 9293 §3.8.1 lets a sender cut its segments anew).
func (x *Explainer) newPart(f facts) string {
	if f.s.Anew == 0 {
		return ""
	}
	n := newLen(f.s)
	part := x.content(f.s.RelSeq+uint32(f.s.Len-n), n, f.s.Flags)
	return x.say(newPartText, args{"part": part})
}

// finding returns the segment's finding of that name.
func (f facts) finding(name string) (tcpstate.Finding, bool) {
	i := slices.IndexFunc(f.s.Findings, func(n tcpstate.Finding) bool { return n.Name == name })
	if i < 0 {
		return tcpstate.Finding{}, false
	}
	return f.s.Findings[i], true
}

func (f facts) has(name string) bool {
	_, ok := f.finding(name)
	return ok
}

// segment explains a segment by the most telling thing about it: what opens or
// ends the connection before all else, then what repairs, probes and regulates,
// then what simply carries data or acknowledges it.
func (x *Explainer) segment(ev *trace.Event) Explanation {
	f := x.facts(ev)
	e := x.mainPoint(f)
	if s := x.selective(f); s != "" {
		e.Sentence = join(e.Sentence, s)
		e.Section = joinWith("; ", e.Section, sackSection(f))
	}
	e.Sentence = join(e.Sentence, x.asides(f))
	if f.s.Checksum == tcpstate.Invalid {
		t := wrongChecksumText
		if frameOf(ev) == x.history.firstDamaged {
			t = doubtfulChecksumText // at length once: some traces hold nothing else
		}
		e.Sentence = join(e.Sentence, x.say(t, f.values))
		e.Section = joinWith("; ", "RFC 9293 §3.1", strings.TrimPrefix(e.Section, "RFC 9293 "))
	}
	return e
}

func (x *Explainer) mainPoint(f facts) Explanation {
	flags := f.s.Flags
	if self := x.history.find(f.ev); self != nil && self.forged {
		return x.forgedSegment(f)
	}
	if first, ok := f.finding(tcpstate.FoundDuplicateFrame); ok {
		return x.duplicateFrame(f, first)
	}
	switch {
	case flags.Has(tcpstate.SYN) && flags.Any(tcpstate.FIN|tcpstate.RST), !flags.Any(tcpstate.SYN | tcpstate.RST | tcpstate.ACK):
		return x.oddFlags(f)
	case flags.Has(tcpstate.RST):
		return x.reset(f)
	case flags.Has(tcpstate.SYN):
		return x.synchronize(f)
	}
	if f.s.NewerAck != 0 && f.s.SegLen() == 0 {
		return x.overtaken(f)
	}
	if e, ok := x.finding(f); ok {
		return e
	}
	switch {
	case flags.Has(tcpstate.FIN):
		return x.finish(f)
	case f.s.Len > 0:
		return x.data(f)
	}
	return x.acknowledge(f)
}

// overtaken explains an ACK that says less than one of its sender's that was here
// before: it neither acknowledges nor changes the window (RFC 9293 §3.10.7.4, fifth).
func (x *Explainer) overtaken(f facts) Explanation {
	f.values["newer"] = x.named(f.s.NewerAck)
	more := ""
	if f.has(tcpstate.FoundKeepAlive) {
		more = x.say(calledKeepAliveText, f.values)
	}
	return Explanation{Sentence: join(x.say(overtakenText, f.values), more), Section: "RFC 9293 §3.10.7.4"}
}

// asides tells what the observer learned from the segment about the trace
// itself.
func (x *Explainer) asides(f facts) string {
	var list []string
	for _, a := range []struct {
		name string
		text text
	}{
		{tcpstate.FoundMidstream, midstreamText},
		{tcpstate.FoundNotArrived, notArrivedText},
		{tcpstate.FoundOffFigure, offFigureText},
	} {
		found, ok := f.finding(a.name)
		if !ok || a.name == tcpstate.FoundNotArrived && found.Frame == 0 {
			continue
		}
		t := a.text
		if first := x.history.frame(found.Frame); a.name == tcpstate.FoundNotArrived && first != nil {
			switch {
			case first.flags.Has(tcpstate.FIN):
				t = finNotTakenText
			case first.flags.Has(tcpstate.RST) && first.from == f.s.From:
				t = livesOnText
			}
		}
		list = append(list, x.say(t, args{"from": f.values["from"], "to": f.values["to"], "original": x.named(found.Frame)}))
	}
	if found, ok := f.finding(tcpstate.FoundInconsistent); ok {
		list = append(list, x.say(inconsistentText, args{"original": x.named(found.Frame), "to": f.values["to"]}))
	}
	for _, p := range f.s.Settled {
		who := f.values["from"]
		if p.End != f.s.From {
			who = f.values["to"]
		}
		list = append(list, x.say(settledText, args{"who": who, "state": p.State.String(), "original": x.named(p.Frame)}))
	}
	return join(list...)
}

// sackSection is where the SACK option, or a report of what came twice, is ordered.
func sackSection(f facts) string {
	if _, twice, _ := SackBlocks(f.s); twice != "" {
		return "RFC 2018 §3; RFC 2883 §4"
	}
	return "RFC 2018 §3"
}

// oddFlags: combinations that no sound sender produces.
func (x *Explainer) oddFlags(f facts) Explanation {
	if f.s.Flags.Has(tcpstate.SYN) {
		return Explanation{Sentence: x.say(synAndEndText, f.values), Section: "RFC 9293 §3.1"}
	}
	return Explanation{Sentence: x.say(noAckBitText, f.values), Section: "RFC 9293 §3.10.7.4"}
}

// data explains payload, and what rides with it.
func (x *Explainer) data(f facts) Explanation {
	t := dataText
	if f.s.Len == 1 {
		t = dataByteText
	}
	section := "RFC 9293 §3.4"
	first := x.say(t, f.values)
	if quoted := excerpt(f.s.Payload, f.s.Len); quoted != "" {
		if x.Heard != nil {
			quoted = x.Heard(quoted)
		}
		f.values["text"] = quoted
		first = x.say(quoteText, f.values)
		if f.s.Len == 1 {
			first = x.say(quoteByteText, f.values)
		}
	}
	var more []string
	if f.s.Flags.Has(tcpstate.PSH) {
		more = append(more, x.say(pushText, f.values))
		section += "; §3.9.1.2"
	}
	if f.s.AcksFrame != 0 {
		more = append(more, x.say(piggybackText, f.values))
	}
	if f.has(tcpstate.FoundWindowFull) {
		more = append(more, x.say(windowFullText, f.values))
		section += "; §3.8.6"
	}
	if f.has(tcpstate.FoundWindowExhausted) {
		more = append(more, x.say(windowExhaustedText, f.values))
		section += "; §3.8.6"
	}
	if f.has(tcpstate.FoundZeroWindow) && f.s.NewerAck == 0 {
		more = append(more, x.say(closesWindowText, f.values))
		section += "; §3.8.6"
	}
	more = append(more, x.congestion(f), x.urgent(f))
	return Explanation{
		Sentence:   join(append([]string{first}, more...)...),
		Arithmetic: joinWith("; ", x.nextSum(f), x.ackSum(f), x.flightSum(f)),
		Section:    section,
	}
}

// finish explains a FIN: RFC 9293 closes each direction by itself.
func (x *Explainer) finish(f facts) Explanation {
	first := finText
	if f.s.Len > 0 {
		first = finDataText
	}
	rest, section := finFirstText, "RFC 9293 §3.6; §3.6.1"
	switch sent, received := x.peerClosed(f); {
	case received:
		rest, section = finSecondText, "RFC 9293 §3.6"
	case f.s.Src == f.s.Dst:
		rest = finSelfText
	case sent:
		rest, section = finBothText, "RFC 9293 §3.6 Figure 13"
	case slices.ContainsFunc(f.s.Changes, func(c tcpstate.Change) bool {
		return c.To == tcpstate.FinWait1 && c.Basis == tcpstate.Assumed
	}):
		rest, section = finUnseenText, "RFC 9293 §3.6"
	}
	return Explanation{
		Sentence:   join(x.say(first, f.values), x.say(rest, f.values)),
		Arithmetic: joinWith("; ", x.nextSum(f), x.ackSum(f)),
		Section:    section,
	}
}

// peerClosed reports whether the other end had sent its FIN before this one, and
// whether this end had received it by then, as its ACK tells.
func (x *Explainer) peerClosed(f facts) (sent, received bool) {
	fin := x.history.latest(f.ev, f.s.From.Peer(), func(s *seen) bool { return s.flags.Has(tcpstate.FIN) })
	return fin != nil, fin != nil && f.s.Flags.Has(tcpstate.ACK) && !f.s.Ack.Before(fin.seq.Add(fin.segLen()))
}

// acknowledge explains a segment that carries nothing but its ACK.
func (x *Explainer) acknowledge(f facts) Explanation {
	covered := f.acked
	switch {
	case covered != nil && plainSyn(covered) && covered.next() == f.s.RelAck && !x.asked(f):
		return Explanation{Sentence: x.say(ackSynAloneText, f.values), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.10.7.3"}
	case x.agreedUnseen(f):
		return Explanation{Sentence: x.say(thirdAckUnseenText, f.values), Section: "RFC 9293 §3.5"}
	case x.afterCrossing(f):
		return Explanation{Sentence: x.say(ackCrossedText, f.values), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.5 Figure 7; §3.10.7.4"}
	case x.completesHandshake(f, covered):
		return Explanation{
			Sentence:   x.say(thirdAckText, f.values),
			Arithmetic: joinWith("; ", x.ackSum(f), x.windowSum(f)),
			Section:    "RFC 9293 §3.5",
		}
	case f.s.AcksFrame == 0 && covered == nil, covered != nil && covered.next() != f.s.RelAck:
		t := ackNoFrameText
		if before := x.sameAck(f.ev); before != nil {
			if !before.flags.Has(tcpstate.SYN) && before.window != f.s.ScaledWindow {
				return x.windowUpdate(f, tcpstate.Finding{})
			}
			t = ackNothingText
		}
		return Explanation{Sentence: join(x.say(t, f.values), x.congestion(f)), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.4"}
	case covered != nil && covered.flags.Has(tcpstate.FIN) && f.ev.ToItself():
		return Explanation{Sentence: x.say(ackFinSelfText, f.values), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.6"}
	case covered != nil && covered.flags.Has(tcpstate.FIN):
		return Explanation{Sentence: x.say(ackFinText, f.values), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.6"}
	}
	f.values["upto"] = f.s.RelAck - 1
	t := ackText
	if f.s.RTT > 0 {
		f.values["rtt"] = f.s.RTT
		t = ackRTTText
	}
	return Explanation{
		Sentence:   join(x.say(t, f.values), x.congestion(f)),
		Arithmetic: x.ackSum(f),
		Section:    "RFC 9293 §3.4",
	}
}

// sameAck is the sender's latest segment, if it had the same ACK; else nil.
func (x *Explainer) sameAck(ev *trace.Event) *seen {
	before := x.history.latest(ev, ev.Segment.From, func(s *seen) bool { return s.flags.Has(tcpstate.ACK) && !s.overtaken })
	if before != nil && before.ack == ev.Segment.Ack {
		return before
	}
	return nil
}

// completesHandshake: the third segment acknowledges the SYN of the second.
func (x *Explainer) completesHandshake(f facts, covered *seen) bool {
	if covered != nil {
		return covered.flags.Has(tcpstate.SYN) && covered.next() == f.s.RelAck
	}
	return f.s.Conn != nil && f.s.AcksFrame != 0 && f.s.AcksFrame == f.s.Conn.Handshake.SynAck && f.s.RelAck == 1
}

// agreedUnseen reports whether the segment is the first after its sender's SYN
// though no SYN-ACK was seen: in SYN-SENT nothing but a SYN is sent.
func (x *Explainer) agreedUnseen(f facts) bool {
	anything := func(*seen) bool { return true }
	before := x.history.latest(f.ev, f.s.From, anything)
	return before != nil && plainSyn(before) && f.s.Relative && f.s.RelAck == 1 && f.s.RelSeq == before.next() &&
		x.history.latest(f.ev, receiver(f.s), anything) == nil
}

// afterCrossing reports whether the segment is the first after the SYN-ACKs of a
// simultaneous open: its ACK of the peer's SYN has gone out with the SYN-ACK.
func (x *Explainer) afterCrossing(f facts) bool {
	before := x.history.latest(f.ev, f.s.From, func(*seen) bool { return true })
	return before != nil && before.flags.Has(tcpstate.SYN|tcpstate.ACK) && before.ack == f.s.Ack && f.s.Src != f.s.Dst &&
		x.history.latest(f.ev, f.s.From, plainSyn) != nil
}

// congestion explains the two bits of ECN on an open connection (RFC 3168
// §6.1.2, §6.1.3).
func (x *Explainer) congestion(f facts) string {
	switch {
	case f.s.Flags.Has(tcpstate.ECE):
		return x.say(eceText, f.values)
	case f.s.Flags.Has(tcpstate.CWR):
		return x.say(cwrText, f.values)
	}
	return ""
}

func (x *Explainer) urgent(f facts) string {
	if !f.s.Flags.Has(tcpstate.URG) {
		return ""
	}
	return x.say(urgentText, f.values)
}

// arrival explains the same segment at its receiver. There a wrong checksum
// means damage on the way: the segment is dropped, and so repaired like a lost
// one.
func (x *Explainer) arrival(ev *trace.Event) Explanation {
	f := x.facts(ev)
	f.values["brief"] = x.brief(f.s.Flags, f.s.RelSeq, f.s.RelAck, f.s.Len)
	if f.s.Checksum == tcpstate.Invalid {
		return Explanation{Sentence: x.say(badChecksumText, f.values), Section: "RFC 9293 §3.1"}
	}
	if sent := x.history.find(ev); sent != nil && ev.At.After(sent.at) {
		f.values["delay"] = ev.At.Sub(sent.at)
		return Explanation{Sentence: x.say(arrivalDelayText, f.values)}
	}
	return Explanation{Sentence: x.say(arrivalText, f.values)}
}
