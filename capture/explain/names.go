package explain

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Name returns a participant's name for a lane or a table: "client",
// "backend 2", "클라이언트"; its address where its role is not known.
func Name(lang Lang, p trace.Participant) string {
	if p.Role == trace.RoleUnknown {
		if p.Addr.IsValid() {
			return address(p.Addr)
		}
		return Label(lang, "role.unknown")
	}
	name := Label(lang, "role."+p.Role.String())
	if p.N == 0 {
		return name
	}
	return name + " " + strconv.Itoa(p.N)
}

// inSentence is Name as the subject of a sentence: English wants an article.
func inSentence(lang Lang, p trace.Participant) string {
	name := Name(lang, p)
	if lang == English && p.N == 0 && (p.Role != trace.RoleUnknown || !p.Addr.IsValid()) {
		return "the " + name
	}
	return name
}

// address leaves the port out where there is none.
func address(a netip.AddrPort) string {
	if a.Port() == 0 {
		return trace.Escape(a.Addr().String())
	}
	return trace.Escape(a.String())
}

// ends names the two ends of a segment for a sentence. Where the event does not
// say who they are, the reading does.
func (x *Explainer) ends(ev *trace.Event) (from, to string) {
	sender, receiver := ev.From, ev.To
	if s := ev.Segment; s != nil {
		sender = known(sender, s.From, s.Src)
		receiver = known(receiver, s.From.Peer(), s.Dst)
	}
	return x.called(sender, receiver), x.called(receiver, sender)
}

// known fills in a participant that an event left open.
func known(p trace.Participant, end tcpstate.End, addr netip.AddrPort) trace.Participant {
	if p.Role != trace.RoleUnknown || p.Addr.IsValid() {
		return p
	}
	p.Role = trace.RoleClient
	if end == tcpstate.Server {
		p.Role = trace.RoleServer
	}
	p.Addr = addr
	return p
}

// quoteLimit is how many bytes of a text from outside a sentence shows.
const quoteLimit = 48

// whole is the bound of a text that is there to be read to its end.
const whole = 512

// quoted shortens a text from outside and makes it safe. A text that is safe
// already stays as it is, its backslashes too: whoever reported it may have
// escaped it.
func quoted(s string) string { return quotedTo(s, quoteLimit) }

// quoted is the function quoted for what a party of the trace said.
func (x *Explainer) quoted(s string) string {
	text := quoted(s)
	switch {
	case x.Heard == nil:
		return text
	case len(s) > quoteLimit:
		return x.Heard(strings.TrimSuffix(text, "…")) + "…"
	}
	return x.Heard(text)
}

func quotedTo(s string, limit int) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !trace.SafeRune(r) }) || !utf8.ValidString(s) {
		return trace.EscapeBytes([]byte(s), limit)
	}
	if len(s) <= limit {
		return s
	}
	cut := limit
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
