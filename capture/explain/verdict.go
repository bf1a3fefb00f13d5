package explain

import (
	"strconv"
	"time"

	"statelab/capture/tcpstate"
)

// Verdict says in one sentence what limited a connection, with the numbers; and
// in another what came next, where that was much. It is empty for a connection of
// which no observer has seen a segment.
func Verdict(lang Lang, c *tcpstate.Conn) string {
	if !c.Measured() {
		return ""
	}
	v := c.Verdict()
	d := c.Direction(v.Whose)
	values := args{
		"for": v.For, "span": v.Span, "who": Label(lang, "role."+v.Whose.String()),
		"peer": Label(lang, "role."+c.Key.Peer(v.Whose).String()), "n": d.Again.Segments,
	}
	s := sentence(lang, verdictText(c, v, &d, lang, values), values)
	if next, span := second(c, v); span > 0 {
		s = join(s, sentence(lang, verdictNextText, args{"limit": limitName(lang, c, next), "for": span}))
	}
	return s
}

// second is what took the most time after the first, if that is much: a quarter
// of the connection's, or more.
func second(c *tcpstate.Conn, v tcpstate.Verdict) (next tcpstate.Limit, longest time.Duration) {
	if v.Kind != tcpstate.VerdictLimited {
		return 0, 0
	}
	for l, d := range c.Spent() {
		if tcpstate.Limit(l) != v.Limit && d > longest {
			next, longest = tcpstate.Limit(l), d
		}
	}
	if longest < v.Span/4 {
		return 0, 0
	}
	return next, longest
}

// verdictText chooses the sentence, and adds the values that it alone needs.
func verdictText(c *tcpstate.Conn, v tcpstate.Verdict, d *tcpstate.Direction, lang Lang, values args) text {
	switch v.Kind {
	case tcpstate.VerdictNeverOpened:
		switch values["n"] = v.Opens; {
		case v.Opens == 0:
			return verdictUnseenText
		case v.Answered:
			return verdictUnfinishedText
		case c.Segments[tcpstate.Server] > 0:
			return verdictMisfitText
		}
		return verdictNeverText
	case tcpstate.VerdictRefused:
		return verdictRefusedText
	case tcpstate.VerdictAborted:
		if v.Answered {
			return verdictAbortedText
		}
		return verdictUnaskedText
	case tcpstate.VerdictUntimed:
		return verdictUntimedText
	case tcpstate.VerdictOneSided:
		return verdictOneSidedText
	case tcpstate.VerdictShort:
		return verdictShortText
	case tcpstate.VerdictLimited:
	}
	switch v.Limit {
	case tcpstate.LimitOpening:
		if values["n"] = d.Again.Segments; d.Again.Segments > 0 {
			return verdictOpeningAgainText
		}
		return verdictOpeningText
	case tcpstate.LimitClosing:
		return verdictClosingText
	case tcpstate.LimitLoss:
		values["late"], values["overtaken"], values["twice"] = d.Late, d.Overtaken, min(d.Again.DSACKs, d.Again.Segments)
		values["least"], values["median"] = v.RTTMin, v.RTT
		here := d.Late > d.Again.Segments
		switch missing := d.Missing(); {
		case d.Late == 0 && d.Again.Segments == 0:
			return verdictMissingText
		case here && missing == tcpstate.MissingLate:
			return verdictOvertakenText
		case here && missing == tcpstate.MissingUnknown:
			return verdictHolesText
		case here:
			return verdictUpstreamText
		case missing == tcpstate.MissingLate:
			return verdictLateText
		case v.Queued:
			return verdictOverflowText
		}
		return verdictLossText
	case tcpstate.LimitWindow:
		peer := c.Direction(c.Key.Peer(v.Whose))
		if values["closed"] = peer.Closed; peer.Closed > v.For/2 {
			return verdictClosedWindowText
		}
		values["window"] = peer.Window.Median
		return verdictWindowText
	case tcpstate.LimitPath:
		values["least"], values["median"], values["rate"] = v.RTTMin, v.RTT, Rate(d.Throughput())
		switch {
		case v.RTT == 0 || d.Total == 0:
			return verdictPathText
		case v.Queued:
			return verdictQueueText
		}
		return verdictDelayText
	case tcpstate.LimitDelayedAck:
		values["n"] = v.Held
		return verdictDelayedAckText
	case tcpstate.LimitClient, tcpstate.LimitServer:
		values["who"] = Label(lang, "role."+v.Limit.String())
		return verdictApplicationText
	case tcpstate.LimitUnseen:
		if v.Withheld {
			return verdictWithheldText
		}
		return verdictNotSeenText
	case tcpstate.LimitIdle:
		if v.Unanswered {
			return verdictUnansweredText
		}
	}
	return verdictIdleText
}

// Rate writes bytes a second as bits a second, with three significant digits:
// "7.62 Mbit/s".
func Rate(bytesPerSecond float64) string {
	v, unit := bytesPerSecond*8, " bit/s"
	for _, u := range []string{" kbit/s", " Mbit/s", " Gbit/s"} {
		if v < 1000 {
			break
		}
		v, unit = v/1000, u
	}
	digits := 2
	if v >= 100 {
		digits = 0
	} else if v >= 10 {
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + unit
}

// LimitName names what time was spent on.
func LimitName(lang Lang, l tcpstate.Limit) string { return Label(lang, "limit."+l.String()) }

// limitName is LimitName, but of octets that were not lost, or are not known to be.
func limitName(lang Lang, c *tcpstate.Conn, l tcpstate.Limit) string {
	if l != tcpstate.LimitLoss {
		return LimitName(lang, l)
	}
	least := tcpstate.MissingLost
	for _, e := range []tcpstate.End{tcpstate.Client, tcpstate.Server} {
		if d := c.Direction(e); d.Late > 0 || d.Again.Segments > 0 {
			if least = d.Missing(); least == tcpstate.MissingLost {
				break
			}
		}
	}
	return Label(lang, [...]string{"limit.loss", "limit.late", "limit.lost-or-late"}[least])
}

// SpentText lists what took time, longest first: "loss 1.2 s, path 300 ms".
// What took less than a hundredth of it is left out.
func SpentText(lang Lang, c *tcpstate.Conn) string {
	spent, out := c.Spent(), ""
	least := c.Span() / 100
	for range spent {
		longest, at := time.Duration(0), 0
		for l, d := range spent {
			if d > longest {
				longest, at = d, l
			}
		}
		if longest <= least {
			break
		}
		if out != "" {
			out += ", "
		}
		out += limitName(lang, c, tcpstate.Limit(at)) + " " + Duration(lang, longest)
		spent[at] = 0
	}
	return out
}
