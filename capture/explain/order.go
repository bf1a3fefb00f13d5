package explain

import "statelab/capture/tcpstate"

// order is what is known of when a segment that came late left its host, beside the
// one that had come first.
type order int8

const (
	orderUnknown order = iota
	leftBefore
	leftAfter
)

// ordered compares a late segment with the farthest that came before it: their
// timestamps, which a retransmission renews (RFC 7323 §4.1), and their ACKs, of which
// neither goes back.
func (x *Explainer) ordered(f facts) (order, *seen) {
	first := x.farthest(f)
	o := &f.s.Options
	switch stamped := first != nil && o.HasTimestamps && first.stamp != 0; {
	case first == nil:
		return orderUnknown, nil
	case stamped && tcpstate.Seq(o.TSVal).After(tcpstate.Seq(first.stamp)):
		return leftAfter, first
	case stamped && tcpstate.Seq(o.TSVal).Before(tcpstate.Seq(first.stamp)), f.s.Flags.Has(tcpstate.ACK) && f.s.Ack.Before(first.ack):
		return leftBefore, first
	}
	return orderUnknown, first
}

// farthest is the segment behind which one came late; nil if it is not remembered.
func (x *Explainer) farthest(f facts) *seen {
	for _, name := range []string{tcpstate.FoundReordered, tcpstate.FoundFillsGap, tcpstate.FoundOutOfOrder} {
		if found, ok := f.finding(name); ok {
			return x.history.frame(found.Frame)
		}
	}
	return nil
}

// orderSum is the comparison that tells the order, where the timestamps do.
func (x *Explainer) orderSum(f facts, first *seen) string {
	o := &f.s.Options
	if first == nil || first.stamp == 0 || !o.HasTimestamps || o.TSVal == first.stamp {
		return ""
	}
	sign := "<"
	if tcpstate.Seq(o.TSVal).After(tcpstate.Seq(first.stamp)) {
		sign = ">"
	}
	return x.phrase(stampOrderText, args{"val": o.TSVal, "sign": sign, "that": first.stamp, "frame": x.named(first.frame)})
}

// reordered: Wireshark's rules see an old number after duplicate ACKs, or long after
// what came first. It has been overtaken.
func (x *Explainer) reordered(f facts, found tcpstate.Finding) Explanation {
	f.values["first"] = x.named(found.Frame)
	t := reorderedText
	if found.Frame == 0 {
		t = reorderedUnseenText
	}
	return Explanation{
		Sentence:   join(x.say(t, f.values), x.say(calledResentText, f.values)),
		Arithmetic: joinWith("; ", x.orderSum(f, x.farthest(f)), x.nextSum(f)),
		Section:    "RFC 9293 §3.10.7.4; RFC 7323 §4.1",
	}
}

// tailProbe: the last segment again, sooner than its timer (RFC 8985 §7).
func (x *Explainer) tailProbe(f facts, found tcpstate.Finding) Explanation {
	return Explanation{
		Sentence:   x.say(tailProbeText, f.values),
		Arithmetic: joinWith("; ", x.waited(f, found.Frame), x.nextSum(f)),
		Section:    "RFC 8985 §7.2; §7.3",
	}
}

// needless tells which transmissions a D-SACK is about, where its octets were sent
// twice: both have come.
func (x *Explainer) needless(f facts) string {
	b := f.s.Options.Sack[0]
	var sent []*seen
	for s := range x.history.before(f.ev, receiver(f.s)) {
		if s.segLen() == 0 || !s.seq.Before(b.Right) || !b.Left.Before(s.seq.Add(s.segLen())) {
			continue
		}
		if s.copied || s.frame == 0 || s.flags.Has(tcpstate.SYN) || s.seq != b.Left || s.seq.Add(s.segLen()) != b.Right || !x.history.reached(s, f.ev.At) {
			return ""
		}
		sent = append(sent, s)
	}
	if len(sent) != 2 {
		return ""
	}
	return x.say(needlessText, args{"original": x.named(sent[1].frame), "again": x.named(sent[0].frame)})
}
