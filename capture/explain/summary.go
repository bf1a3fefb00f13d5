package explain

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// connection sums a connection up: who opened it, what went each way, how it
// ended.
func (x *Explainer) connection(c *tcpstate.Conn) Explanation {
	values := args{
		"stream": c.Stream, "client": address(c.Key.Client), "server": address(c.Key.Server),
		"up": c.Bytes[tcpstate.Client], "down": c.Bytes[tcpstate.Server],
	}
	opened, carried := openedText, carriedText
	if c.Key.OneEnd() {
		carried = carriedSelfText
	}
	switch {
	case c.Key.OneEnd() && c.OpenerKnown:
		opened = openedSelfText
	case !c.OpenerKnown:
		opened = openerUnknownText
	case !c.Handshake.Complete:
		opened = neverOpenedText
	case c.Handshake.HasRTT:
		values["rtt"] = c.Handshake.RTT
		opened = openedRTTText
	}
	key, state := x.reported.ending(c)
	ending, section := endingText(key)
	if state != tcpstate.Unknown {
		values["state"] = state.String()
	}
	sentences := []string{x.say(opened, values)}
	if c.Handshake.Complete || !c.OpenerKnown {
		sentences = append(sentences, x.say(carried, values))
	}
	sentences = append(sentences, x.say(ending, values), x.findings(c.Standing()))
	return Explanation{Sentence: join(sentences...), Arithmetic: x.sentAgain(c), Section: section}
}

func endingText(key string) (text, string) {
	switch key {
	case "ending.fin":
		return endFINText, "RFC 9293 §3.6"
	case "ending.fin-itself":
		return endSelfText, "RFC 9293 §3.6"
	case "ending.over-itself":
		return endSelfOver, "RFC 9293 §3.3.2"
	case "ending.rst":
		return endRSTText, "RFC 9293 §3.5.3"
	case "ending.half":
		return endHalfText, "RFC 9293 §3.6.1"
	case "ending.one-sided":
		return endOneSidedText, "RFC 9293 §3.6.1"
	case "ending.timeout":
		return endTimeoutText, "RFC 9293 §3.8.3"
	case "ending.over":
		return endOverText, "RFC 9293 §3.3.2"
	case "ending.never":
		return endNeverText, "RFC 9293 §3.5"
	case "ending.cookie":
		return endCookieText, "RFC 4987 §3.6"
	case "ending.unheard":
		return endUnheardText, "RFC 9293 §3.6"
	case "ending.client-remembers":
		return endClientText, "RFC 9293 §3.5.1"
	case "ending.server-remembers":
		return endServerText, "RFC 9293 §3.5.1"
	}
	return endOpenText, "RFC 9293 §3.3.2"
}

// findings lists what was found, each with its count, in the order of the
// names.
func (x *Explainer) findings(found map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name] == 0 {
			continue
		}
		label := Label(x.lang, "finding."+name)
		if _, ok := findingLabels["finding."+name]; !ok {
			label = quoted(name)
		}
		list = append(list, label+" × "+strconv.Itoa(found[name]))
	}
	if len(list) == 0 {
		return ""
	}
	return x.say(findingsText, args{"list": strings.Join(list, ", ")})
}

// sentAgain: octets that went over the wire more than once.
func (x *Explainer) sentAgain(c *tcpstate.Conn) string {
	var parts []string
	for _, end := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
		if again := c.Total[end] - c.Bytes[end]; again > 0 {
			parts = append(parts, x.phrase(sentAgainText, args{
				"who": Label(x.lang, "role."+end.String()), "total": c.Total[end], "n": c.Bytes[end], "again": again,
			}))
		}
	}
	return strings.Join(parts, "; ")
}

// totals closes a run.
func (x *Explainer) totals(t *trace.Totals) Explanation {
	values := args{"frames": t.Frames, "segments": t.Segments, "connections": t.Connections, "damaged": t.Damaged, "cut": t.Cut, "incomplete": t.Incomplete, "dropped": t.Dropped}
	sentences := []string{x.say(totalsText, values)}
	var others []string
	count := 0
	for _, protocol := range slices.Sorted(maps.Keys(t.Others)) {
		count += t.Others[protocol]
		others = append(others, quoted(protocol)+" × "+strconv.Itoa(t.Others[protocol]))
	}
	if len(others) > 0 {
		sentences = append(sentences, x.say(othersText, args{"list": strings.Join(others, ", ")}))
	}
	if t.Damaged > 0 {
		sentences = append(sentences, x.say(damagedCountText, values))
	}
	if t.Cut > 0 {
		sentences = append(sentences, x.say(cutCountText, values))
	}
	if t.Incomplete > 0 {
		sentences = append(sentences, x.say(incompleteCountText, values))
	}
	if t.Dropped > 0 {
		sentences = append(sentences, x.say(droppedCountText, values))
	}
	if d := t.Last.Sub(t.First); d > 0 {
		values["span"] = d
		sentences = append(sentences, x.say(spanText, values))
	}
	sum := ""
	if count > 0 && t.Segments+count == t.Frames {
		sum = x.phrase(framesSumText, args{"frames": t.Frames, "segments": t.Segments, "others": count})
	}
	return Explanation{Sentence: join(sentences...), Arithmetic: sum}
}
