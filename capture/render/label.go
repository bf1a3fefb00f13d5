package render

import (
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/http1"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// flagNames are the control bits in the order in which people say them: what a
// segment does first, PSH and ACK after it.
var flagNames = []struct {
	bit  tcpstate.Flags
	name string
}{
	{tcpstate.SYN, "SYN"},
	{tcpstate.FIN, "FIN"},
	{tcpstate.RST, "RST"},
	{tcpstate.PSH, "PSH"},
	{tcpstate.ACK, "ACK"},
	{tcpstate.URG, "URG"},
	{tcpstate.ECE, "ECE"},
	{tcpstate.CWR, "CWR"},
	{tcpstate.AE, "AE"},
}

// flagList returns the names of the bits that are set.
func flagList(f tcpstate.Flags) []string {
	names := []string{}
	for _, n := range flagNames {
		if f.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

// flagText returns "SYN,ACK", as RFC 9293 writes it, or "no flags".
func flagText(f tcpstate.Flags) string {
	if names := flagList(f); len(names) > 0 {
		return strings.Join(names, ",")
	}
	return "<>"
}

// words joins what is not empty.
func words(parts ...string) string {
	size := 0
	for _, p := range parts {
		size += len(p) + 1
	}
	var b strings.Builder
	b.Grow(size)
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return b.String()
}

// callText is a call as a program writes it, and what came of it.
func callText(say speaker, c *trace.Call) string {
	s := safe(c.Name) + "(" + safe(explain.CallArgs(say.lang, c)) + ")"
	if result, _ := explain.CallResult(say.lang, c); result != "" {
		s += " = " + safe(result)
	}
	return s
}

// cutter measures text, and cuts it to a width: in cells, or in a picture's units.
type cutter interface {
	width(string) float64
	clip(s string, room float64) string
}

// cutArgs cuts the arguments of a call: between two of them, since half a number
// is another number, or within a text, whose end is still seen to be one. Of a text
// for which there is no room at all a sign stands there, so that what came of the
// call can be seen.
func cutArgs(c cutter, args string, room float64) string {
	if isQuoted(args) {
		if room < c.width(`"…"`) {
			return "…"
		}
		return c.clip(args[:len(args)-1], room-c.width(`"`)) + `"`
	}
	if head, rest, _ := strings.Cut(args, ", "); rest != "" && c.width(head+", …") <= room {
		return head + ", …"
	}
	return c.clip(args, room)
}

// isQuoted reports whether arguments of a call are a text.
func isQuoted(args string) bool {
	return len(args) > 1 && args[0] == '"' && args[len(args)-1] == '"'
}

// messageForms are an HTTP message's start line, whole and in short.
func messageForms(say speaker, m *http1.Message) []string {
	if m.Request {
		return []string{messageText(say, m), words(say.heard(m.Method), say.heard(m.Target))}
	}
	return []string{messageText(say, m), words(strconv.Itoa(m.Status), say.heard(m.Reason))}
}

// spoken reports whether an event is an application's: HTTP's or WebSocket's.
func spoken(e *trace.Event) bool { return e.Message != nil || e.WebSocket != nil }

// spokenForms are what such a row says, whole and in short. Where it does not stand
// below its segment, several connections are told apart.
func spokenForms(say speaker, r *ladder.Row, several bool) (forms []string) {
	if r.Event.WebSocket != nil {
		forms = frameForms(say, r.Event.WebSocket)
	} else {
		forms = messageForms(say, r.Event.Message)
	}
	if several && r.Apart {
		for i, f := range forms {
			forms[i] = words(rowTag(r), f)
		}
	}
	return forms
}

// spokenFields are the lines of a message that carry state.
func spokenFields(say speaker, e *trace.Event) []string {
	if e.Message == nil {
		return nil
	}
	return stateLines(say, e.Message)
}

// frameForms name a WebSocket frame, with the beginning of what it holds.
func frameForms(say speaker, f *http1.WebSocketFrame) []string {
	name := "WebSocket " + f.Opcode.String()
	if !f.Fin {
		name += " …"
	}
	content := ""
	switch {
	case f.Opcode == http1.OpClose && f.CloseCode != 0 && f.Length > 0:
		content = words(strconv.Itoa(f.CloseCode), say.heard(f.CloseReason))
	case f.Inflated != nil:
		content = say.preview(f.Inflated, 24)
	case len(f.Payload) > 0 && !f.Compressed:
		content = say.preview(f.Payload, 24)
	}
	size := strconv.FormatInt(f.Length, 10) + " B"
	forms := []string{words(name, size, content), words(name, size), name}
	if len(f.Problems) > 0 {
		forms = []string{words(name, size, "! "+strings.Join(f.Problems, " ")), words(name, size, "!"), words(name, "!"), "!"}
	}
	return forms
}

// messageText is an HTTP message's start line.
func messageText(say speaker, m *http1.Message) string {
	if m.Request {
		return words(say.heard(m.Method), say.heard(m.Target), say.heard(m.Version))
	}
	return words(say.heard(m.Version), strconv.Itoa(m.Status), say.heard(m.Reason))
}

// maxSpoken is how many cells of a line of a message a picture shows that is as wide
// as what it shows.
const maxSpoken = 200

// brief cuts a line of a message to it.
func brief(line string) string { return cut(line, maxSpoken, "…") }

// briefly cuts several.
func briefly(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = brief(line)
	}
	return out
}

// maxStateLines is how many header fields a message shows on its row.
const maxStateLines = 6

// stateLines lists the header fields that carry state, which a lesson on state must
// show of a message; of very many, how many there are.
func stateLines(say speaker, m *http1.Message) []string {
	var lines []string
	for _, f := range m.Fields {
		if http1.CarriesState(f.Name) {
			lines = append(lines, say.heard(f.Name)+": "+say.heard(f.Value))
		}
	}
	if more := len(lines) - maxStateLines; more > 0 {
		lines = append(lines[:maxStateLines], say.f(wordMore, more))
	}
	return lines
}
