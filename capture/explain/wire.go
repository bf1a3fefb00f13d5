package explain

import (
	"strings"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// verdict explains what the wire did to one frame. Nothing but the wire knows
// it: the ends can only conclude it from what is missing.
func (x *Explainer) verdict(ev *trace.Event) Explanation {
	v := ev.Verdict
	values := args{"by": v.By, "byte": v.Bit / 8, "what": x.phrase(someFrameText, nil), "to": x.phrase(otherSideText, nil)}
	if ev.To != (trace.Participant{}) {
		values["to"] = x.called(ev.To, ev.From)
	}
	if s := x.wireSegment(ev); s != nil {
		values["what"] = x.brief(s.flags, s.relSeq, s.relAck, s.length)
	}
	t, section := fateText(v.Fate, v.By)
	switch s := x.wireSegment(ev); {
	case v.Fate == trace.Dropped:
		t, section = droppedSegmentText(s)
	case v.Fate == trace.Duplicated && s != nil:
		t, section = duplicatedSegmentText(s)
	case v.Fate == trace.Swapped && s != nil:
		t, section = swappedSegmentText(s)
	}
	rule := ""
	if address, ok := strings.CutPrefix(v.Rule, noHost); ok {
		rule = x.say(noHostText, args{"address": quoted(address)})
	} else if v.Rule != "" {
		rule = x.say(ruleText, args{"rule": quotedTo(v.Rule, whole)})
	}
	return Explanation{Sentence: join(x.say(t, values), rule), Section: section}
}

// wireSegment finds the segment that the verdict is about.
func (x *Explainer) wireSegment(ev *trace.Event) *seen {
	if s := x.history.wire(ev.Verdict.Wire); s != nil {
		return s
	}
	return x.history.find(ev)
}

// droppedSegmentText: what takes no sequence number is never sent again.
func droppedSegmentText(s *seen) (text, string) {
	switch {
	case s == nil:
		return droppedFrameText, ""
	case s.flags.Has(tcpstate.RST):
		return droppedRSTText, "RFC 9293 §3.5.2"
	case s.keepAlive:
		return droppedProbeText, "RFC 9293 §3.8.4; §3.8.6.1"
	case s.segLen() == 0:
		return droppedAckText, "RFC 9293 §3.4; §3.8.4"
	}
	return droppedText, "RFC 9293 §3.8"
}

// duplicatedSegmentText: a copy is known by its number, where a control block
// remembers that.
func duplicatedSegmentText(s *seen) (text, string) {
	switch {
	case s.flags.Has(tcpstate.RST):
		return duplicatedRSTText, "RFC 9293 §3.10.7.1"
	case s.flags.Has(tcpstate.SYN) && !s.flags.Has(tcpstate.ACK):
		return duplicatedSYNText, "RFC 9293 §3.10.7"
	case !alive(s.meets), s.segLen() == 0 && (s.meets == tcpstate.LastAck || s.meets == tcpstate.Closing):
		return duplicatedUnknownText, "RFC 9293 §3.10.7.1; §3.10.7.4"
	case s.segLen() == 0:
		return duplicatedAckText, "RFC 9293 §3.4"
	}
	return duplicatedText, "RFC 9293 §3.8"
}

// swappedSegmentText: only what takes a number is put in order by it, and only by who
// remembers the connection; as it leaves, nobody knows whether its receiver will when
// it comes.
func swappedSegmentText(s *seen) (text, string) {
	switch {
	case s.flags.Has(tcpstate.RST):
		return swappedRSTText, "RFC 9293 §3.10.7.4; RFC 5961 §3.2"
	case s.flags.Has(tcpstate.SYN) && !s.flags.Has(tcpstate.ACK):
		return swappedSYNText, "RFC 9293 §3.10.7.2"
	case s.meets == tcpstate.Closed || s.meets == tcpstate.Listen:
		return swappedUnknownText, "RFC 9293 §3.10.7.1; §3.10.7.2"
	case s.segLen() == 0:
		return swappedAckText, "RFC 9293 §3.4"
	}
	return swappedText, "RFC 9293 §3.10.7.4"
}

func fateText(fate trace.Fate, by time.Duration) (text, string) {
	switch fate {
	case trace.Dropped: // told elsewhere, with what was dropped
	case trace.Delayed:
		if by == 0 {
			return heldText, ""
		}
		return delayedText, ""
	case trace.Duplicated:
		return duplicatedText, "RFC 9293 §3.8"
	case trace.Swapped:
		return swappedText, "RFC 9293 §3.10.7.4"
	case trace.Corrupted:
		return corruptedText, "RFC 9293 §3.1"
	case trace.TooBig:
		return tooBigText, "RFC 9293 §3.7.2"
	case trace.QueueFull:
		return queueFullText, "RFC 5681 §3.1"
	case trace.Injected:
		return injectedText, "RFC 5961 §1"
	case trace.Discarded:
		return discardedText, "RFC 4987 §2.1"
	case trace.Missing:
		return missingText, "RFC 9293 §3.8"
	case trace.Uncovered:
		return uncoveredText, ""
	case trace.Repeated:
		return repeatedText, "RFC 9293 §3.8"
	case trace.Altered:
		return alteredText, "RFC 9293 §3.1"
	case trace.Unsent:
		return unsentText, ""
	case trace.Unseen:
		return unseenText, "RFC 9293 §3.4"
	case trace.Doubtful:
		return doubtfulText, ""
	}
	return unknownFateText, ""
}

// other explains a frame that holds no TCP segment.
func (x *Explainer) other(ev *trace.Event) Explanation {
	o := ev.Other
	values := args{"protocol": quoted(o.Protocol), "info": quotedTo(x.lang.Of(o.Info), whole)}
	if o.Err != nil {
		values["error"] = quotedTo(Fault(x.lang, o.Err), whole)
		return Explanation{Sentence: x.say(damagedText, values)}
	}
	switch {
	case o.Protocol == "ARP":
		return Explanation{Sentence: x.say(arpText, values), Section: "RFC 826"}
	case o.Info.En == "":
		return Explanation{Sentence: x.say(otherBareText, values)}
	}
	return Explanation{Sentence: x.say(otherText, values)}
}

// gap explains frames that the capture lost.
func (x *Explainer) gap(ev *trace.Event) Explanation {
	return Explanation{Sentence: x.say(gapText, args{"n": ev.N})}
}
