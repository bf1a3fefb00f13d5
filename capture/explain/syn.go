package explain

import (
	"strconv"
	"strings"

	"statelab/capture/tcpstate"
)

// synchronize explains the segments that open a connection.
func (x *Explainer) synchronize(f facts) Explanation {
	if f.s.Flags.Has(tcpstate.ACK) {
		return x.synAck(f)
	}
	section := "RFC 9293 §3.5"
	if again, ok := x.repeated(f); ok {
		f.values["nth"] = again.Nth
		t := synAgainText
		if again.Nth == 0 {
			t = synOnceMoreText
		}
		return x.synRepeated(f, t, again)
	}
	first := x.say(synText, f.values)
	switch {
	case f.s.Src == f.s.Dst:
		first = x.say(selfSynText, f.values)
	case f.s.From == tcpstate.Server:
		first = x.say(simultaneousSynText, f.values)
	}
	sentence := join(first, x.offers(f))
	if f.has(tcpstate.FoundReusedPorts) {
		sentence = join(first, x.say(reusedPortsText, f.values))
		section += "; §3.4.1"
	}
	if f.has(tcpstate.FoundHalfOpen) {
		sentence = join(first, x.say(heldOldText, f.values))
		section = "RFC 9293 §3.5.1"
	}
	if f.s.Len > 0 {
		t := synDataText
		if cookie, ok := fastOpen(&f.s.Options); ok && cookie > 0 {
			t = synDataOpenText
			section += "; RFC 7413 §4.2.2"
		}
		sentence = join(sentence, x.say(t, f.values))
	}
	if f.s.Options.HasScale {
		section += "; RFC 7323 §2"
	}
	return Explanation{
		Sentence:   sentence,
		Arithmetic: joinWith("; ", x.synSum(f), x.mssSum(f), x.scaleSum(f)),
		Section:    section,
	}
}

// synAck explains the second segment: one ACK and one SYN.
func (x *Explainer) synAck(f facts) Explanation {
	if x.bothAsked(f) {
		t := simultaneousSynAckText
		if f.s.Src == f.s.Dst {
			t = selfSynAckText
		}
		return Explanation{
			Sentence:   x.say(t, f.values),
			Arithmetic: joinWith("; ", x.ackSum(f), x.synSum(f)),
			Section:    "RFC 9293 §3.5 Figure 7",
		}
	}
	again, repeated := x.repeated(f)
	if repeated && x.asked(f) {
		return x.synRepeated(f, synAckAgainText, again)
	}
	first, section := x.agrees(f), "RFC 9293 §3.5"
	if repeated {
		first, section = synAckFirstHereText, "RFC 9293 §3.5; §3.8.3"
	}
	if f.s.Options.HasScale {
		section += "; RFC 7323 §2"
	}
	return Explanation{
		Sentence:   join(x.say(first, f.values), x.opensFast(f), x.offers(f)),
		Arithmetic: joinWith("; ", x.ackSum(f), x.synSum(f), x.mssSum(f), x.scaleSum(f)),
		Section:    section,
	}
}

// opensFast tells what a SYN-ACK says of the data that its SYN carried (RFC 7413
// §4.2.2); it is empty where there was none.
func (x *Explainer) opensFast(f facts) string {
	syn := x.history.asked(f.ev)
	switch {
	case syn == nil || syn.length == 0:
		return ""
	case f.s.Ack == syn.seq.Add(syn.segLen()):
		return x.say(synAckDataText, f.values)
	case f.s.Ack == syn.seq.Add(1):
		return x.say(synAckNoDataText, f.values)
	}
	return ""
}

// agrees chooses the sentence by whose SYN a SYN,ACK answers.
func (x *Explainer) agrees(f facts) text {
	if self := x.history.find(f.ev); self != nil && self.refused {
		if syn := x.history.asked(f.ev); syn != nil && syn.frame != 0 {
			f.values["syn"] = x.named(syn.frame)
			return synAckOtherText
		}
	}
	syn := x.history.latest(f.ev, receiver(f.s), func(s *seen) bool {
		return s.flags.Has(tcpstate.SYN) && s.seq.Add(s.segLen()) == f.s.Ack
	})
	switch {
	case syn != nil && syn.forged:
		return synAckForgedText
	case f.acked == nil:
		return synAckNoFrameText
	}
	return synAckText
}

func (x *Explainer) synRepeated(f facts, t text, again tcpstate.Finding) Explanation {
	if at, section, ok := x.synAtOnce(f); ok && f.s.Src != f.s.Dst {
		return Explanation{Sentence: x.say(at, f.values), Arithmetic: x.waited(f, again.Frame), Section: section}
	}
	section := "RFC 9293 §3.8.3; RFC 6298 §5"
	switch soon := x.tooSoon(f); {
	case soon && f.s.Src == f.s.Dst:
		return Explanation{Sentence: x.say(cameBackText, f.values), Section: "RFC 9293 §3.10.7.3"}
	case soon && f.s.Flags.Has(tcpstate.ACK):
		return Explanation{Sentence: x.say(synAckSoonText, f.values), Arithmetic: x.waited(f, again.Frame), Section: "RFC 9293 §3.8"}
	case soon:
		section = "RFC 9293 §3.8"
	}
	return Explanation{
		Sentence:   join(x.say(t, f.values), x.backoff(f)),
		Arithmetic: x.waited(f, again.Frame),
		Section:    section,
	}
}

// synAtOnce explains a SYN that did not wait for its timer. In SYN-SENT an ACK
// of something else is refused with an RST and otherwise ignored (RFC 9293
// §3.10.7.3); stacks send their SYN again then, as the RST may have made room.
func (x *Explainer) synAtOnce(f facts) (t text, section string, ok bool) {
	if f.s.Flags.Has(tcpstate.ACK) {
		return text{}, "", false
	}
	for s := range x.history.before(f.ev, f.s.From) {
		if f.ev.At.Sub(s.at) >= soon {
			break
		}
		if s.flags.Has(tcpstate.SYN) && s.seq == f.s.Seq {
			return synAtOnceText, "RFC 9293 §3.8", x.tooSoon(f)
		}
		if !s.flags.Has(tcpstate.RST) {
			continue
		}
		if refused := x.history.answeredBy(f.ev, s); refused != nil && refused.frame != 0 {
			f.values["refused"] = x.named(refused.frame)
			return synAfterRefusalText, "RFC 9293 §3.10.7.3", true
		}
	}
	return text{}, "", false
}

// bothAsked: an end that has sent a plain SYN before sends its SYN-ACK only in a
// simultaneous open.
func (x *Explainer) bothAsked(f facts) bool {
	before := x.history.latest(f.ev, f.s.From, func(s *seen) bool { return s.flags.Has(tcpstate.SYN) })
	return before != nil && !before.flags.Has(tcpstate.ACK) && before.seq == f.s.Seq
}

// asked reports whether the sender of a segment is known to have sent a SYN
// before, or the capture to have begun after it.
func (x *Explainer) asked(f facts) bool {
	if f.s.Conn == nil || x.history.latest(f.ev, f.s.From, func(s *seen) bool { return s.flags.Has(tcpstate.SYN) }) != nil {
		return true
	}
	return x.history.latest(f.ev, receiver(f.s), plainSyn) == nil
}

// plainSyn recognises the first segment of an active OPEN.
func plainSyn(s *seen) bool {
	return s.flags.Has(tcpstate.SYN) && !s.flags.Has(tcpstate.ACK)
}

// repeated finds the finding that says that the segment was sent before.
func (x *Explainer) repeated(f facts) (tcpstate.Finding, bool) {
	for _, name := range []string{tcpstate.FoundRetransmission, tcpstate.FoundFastRetransmission, tcpstate.FoundSpuriousRetransmission} {
		if found, ok := f.finding(name); ok {
			return found, true
		}
	}
	return tcpstate.Finding{}, false
}

// waited says how long after the original a repetition came.
func (x *Explainer) waited(f facts, original int) string {
	gap := x.since(f.ev, original)
	if gap == 0 {
		return ""
	}
	return x.phrase(waitedText, args{"gap": gap, "original": x.named(original)})
}

// offers lists the options of a SYN.
func (x *Explainer) offers(f facts) string {
	o := f.s.Options
	var list []string
	if o.HasMSS {
		list = append(list, "MSS "+strconv.Itoa(int(o.MSS)))
	}
	if o.HasScale {
		list = append(list, x.phrase(scaleOfferText, args{"shift": o.Scale}))
	}
	if o.SackPermitted {
		list = append(list, "SACK")
	}
	if o.HasTimestamps {
		list = append(list, x.phrase(timestampsOfferText, nil))
	}
	if cookie, ok := fastOpen(&o); ok && cookie > 0 {
		list = append(list, x.phrase(fastOpenCookieText, args{"n": cookie}))
	} else if ok {
		list = append(list, x.phrase(fastOpenRequestText, nil))
	}
	if f.s.Flags.Has(tcpstate.ECE) {
		list = append(list, "ECN")
	}
	if len(list) == 0 {
		return x.say(noOffersText, f.values)
	}
	return x.say(offersText, args{"list": strings.Join(list, ", ")})
}

// Fast Open's option kinds (RFC 7413 §4.1.1), the second for experiments, with this
// number behind it (RFC 6994).
const (
	optionFastOpen   = 34
	optionExperiment = 254
	fastOpenNumber   = 0xf989
)

// fastOpen returns the length of the cookie in a SYN's Fast Open option, 0 where it
// asks for one, and whether there is that option.
func fastOpen(o *tcpstate.Options) (cookie int, ok bool) {
	for raw := o.Raw; len(raw) >= 2; {
		if raw[0] == 1 { // no operation
			raw = raw[1:]
			continue
		}
		n := int(raw[1])
		if raw[0] == 0 || n < 2 || n > len(raw) {
			break
		}
		switch {
		case raw[0] == optionFastOpen:
			return n - 2, true
		case raw[0] == optionExperiment && n >= 4 && int(raw[2])<<8|int(raw[3]) == fastOpenNumber:
			return n - 4, true
		}
		raw = raw[n:]
	}
	return 0, false
}

func (x *Explainer) synSum(f facts) string {
	if f.s.Len > 0 {
		return ""
	}
	return x.phrase(nextSynText, f.values)
}

// mssSum says how long a packet the MSS allows: it counts the payload alone, and
// is reckoned without options (RFC 9293 §3.7.1).
func (x *Explainer) mssSum(f facts) string {
	o := f.s.Options
	if !o.HasMSS || !f.s.Src.IsValid() {
		return ""
	}
	headers := 20 + 20 // IPv4, TCP
	if f.s.Src.Addr().Is6() && !f.s.Src.Addr().Is4In6() {
		headers = 40 + 20
	}
	return x.phrase(mssSumText, args{"mss": o.MSS, "headers": headers, "packet": int(o.MSS) + headers})
}

// maxShift is the largest scale in use: more is taken for it (RFC 7323 §2.3).
const maxShift = 14

// scaleSum says what the shift count of a SYN means for later windows. The
// window field of the SYN itself is never scaled (RFC 7323 §2.2).
func (x *Explainer) scaleSum(f facts) string {
	if !f.s.Options.HasScale {
		return ""
	}
	shift := min(f.s.Options.Scale, maxShift)
	return x.phrase(scaleSumText, args{"shift": shift, "factor": 1 << shift, "from": f.values["from"]})
}
