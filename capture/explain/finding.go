package explain

import (
	"slices"
	"strconv"
	"strings"

	"statelab/capture/tcpstate"
)

// finding explains a segment by what the observer found about it; false if
// there is no finding that says more than the segment itself.
func (x *Explainer) finding(f facts) (Explanation, bool) {
	explainers := []struct {
		name    string
		explain func(facts, tcpstate.Finding) Explanation
	}{
		{"fast-retransmission", x.fastRetransmission},
		{"spurious-retransmission", x.spuriousRetransmission},
		{"zero-window-probe", x.zeroWindowProbe},
		{"zero-window-probe-ack", x.zeroWindowProbeAck},
		{"keep-alive", x.keepAlive},
		{"keep-alive-ack", x.keepAliveAck},
		{"retransmission", x.retransmission},
		{"out-of-order", x.outOfOrder},
		{"lost-segment", x.lostSegment},
		{"ack-lost-segment", x.ackLostSegment},
		{"duplicate-ack", x.duplicateAck},
		{"zero-window", x.zeroWindow},
		{"window-update", x.windowUpdate},
	}
	for _, e := range explainers {
		if found, ok := f.finding(e.name); ok {
			f.values["nth"], f.values["original"] = found.Nth, found.Frame
			return e.explain(f, found), true
		}
	}
	return Explanation{}, false
}

// retransmission: the timer ran out (RFC 6298 §5), as far as the segments show.
func (x *Explainer) retransmission(f facts, found tcpstate.Finding) Explanation {
	t := retransmissionText
	switch {
	case found.Frame == 0:
		t = retransmissionUnseenText
	case found.Nth > 1:
		t = retransmissionNthText
	}
	return Explanation{
		Sentence:   x.say(t, f.values),
		Arithmetic: joinWith("; ", x.waited(f, found.Frame), x.nextSum(f)),
		Section:    "RFC 9293 §3.8.1; RFC 6298 §5",
	}
}

func (x *Explainer) fastRetransmission(f facts, found tcpstate.Finding) Explanation {
	t := fastText
	if found.Frame == 0 {
		t = fastUnseenText
	}
	return Explanation{
		Sentence:   x.say(t, f.values),
		Arithmetic: joinWith("; ", x.waited(f, found.Frame), x.nextSum(f)),
		Section:    "RFC 5681 §3.2",
	}
}

func (x *Explainer) spuriousRetransmission(f facts, found tcpstate.Finding) Explanation {
	t := spuriousText
	if found.Frame == 0 {
		t = spuriousUnseenText
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.waited(f, found.Frame), Section: "RFC 9293 §3.10.7.4"}
}

func (x *Explainer) outOfOrder(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(outOfOrderText, f.values), Arithmetic: x.nextSum(f), Section: "RFC 9293 §3.10.7.4"}
}

// lostSegment: a hole before this segment, which the capture may have made.
func (x *Explainer) lostSegment(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(lostText, f.values), Arithmetic: x.nextSum(f), Section: "RFC 9293 §3.4"}
}

func (x *Explainer) ackLostSegment(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(ackLostText, f.values), Section: "RFC 9293 §3.4"}
}

// fastThreshold is how many duplicate ACKs make the sender retransmit without
// waiting for its timer (RFC 5681 §3.2).
const fastThreshold = 3

func (x *Explainer) duplicateAck(f facts, found tcpstate.Finding) Explanation {
	t := duplicateText
	if found.Nth == 0 {
		t = duplicateUncountedText
	}
	more := ""
	if found.Nth == fastThreshold {
		more = x.say(thirdDuplicateText, f.values)
	}
	return Explanation{
		Sentence:   join(x.say(t, f.values), more),
		Arithmetic: x.sackBlocks(f),
		Section:    "RFC 5681 §2; §3.2" + sackSection(f),
	}
}

func sackSection(f facts) string {
	if f.s.Options.SackBlocks == 0 {
		return ""
	}
	return "; RFC 2018 §3"
}

// sackBlocks lists what the receiver holds beyond the hole, in the numbers that
// the rest of the explanation uses.
func (x *Explainer) sackBlocks(f facts) string {
	o := f.s.Options
	base := f.s.Ack - tcpstate.Seq(f.s.RelAck) // the peer's ISN, or 0 for raw numbers
	var list []string
	for _, b := range o.Sack[:min(max(o.SackBlocks, 0), len(o.Sack))] {
		list = append(list, strconv.FormatUint(uint64(b.Left-base), 10)+"–"+strconv.FormatUint(uint64(b.Right-base-1), 10))
	}
	if len(list) == 0 {
		return ""
	}
	return x.phrase(sackText, args{"list": strings.Join(list, ", ")})
}

func (x *Explainer) zeroWindow(f facts, _ tcpstate.Finding) Explanation {
	return Explanation{Sentence: x.say(zeroWindowText, f.values), Arithmetic: x.ackSum(f), Section: "RFC 9293 §3.8.6"}
}

func (x *Explainer) windowUpdate(f facts, _ tcpstate.Finding) Explanation {
	f.values["window"] = f.s.ScaledWindow
	t := windowUpdateText
	if !f.s.ScaleKnown {
		t = windowUpdateRawText
	}
	return Explanation{Sentence: x.say(t, f.values), Arithmetic: x.windowSum(f), Section: "RFC 9293 §3.8.6; RFC 7323 §2.3"}
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

// keepAlive: a probe repeats a number that the peer has acknowledged, so that
// the peer must answer (RFC 9293 §3.8.4; RFC 1122 §4.2.3.6).
func (x *Explainer) keepAlive(f facts, _ tcpstate.Finding) Explanation {
	f.values["expected"] = f.s.RelSeq + 1
	t := keepAliveText
	if f.s.Len > 0 {
		t = keepAliveByteText
	}
	return Explanation{
		Sentence:   x.say(t, f.values),
		Arithmetic: x.phrase(keepAliveSumText, f.values),
		Section:    "RFC 9293 §3.8.4; RFC 1122 §4.2.3.6",
	}
}

func (x *Explainer) keepAliveAck(f facts, found tcpstate.Finding) Explanation {
	t := keepAliveAckText
	if found.Frame != 0 {
		t = keepAliveAckFrameText
	}
	return Explanation{Sentence: x.say(t, f.values), Section: "RFC 9293 §3.8.4; RFC 1122 §4.2.3.6"}
}

// FindingNames returns the names of the findings that are explained, sorted.
func FindingNames() []string {
	var names []string
	for key := range findingLabels {
		names = append(names, strings.TrimPrefix(key, "finding."))
	}
	slices.Sort(names)
	return names
}
