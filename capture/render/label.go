package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/http1"
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

// label is what can be said of one segment on its arrow, in parts.
type label struct {
	tag                       string // which connection, where there are several
	words                     string // findings
	word                      string // the one that matters most, where there are several
	flags, seq, ack, len, win string
	winMatters                bool
	control                   bool // its flags say more than its numbers
	options, payload          string
}

// acknowledging are the findings of which a pure ACK is part of the name.
var acknowledging = map[string]bool{
	"duplicate-ack": true, "window-update": true, "zero-window": true, "keep-alive-ack": true, "zero-window-probe-ack": true,
}

func (s speaker) label(seg *trace.Segment, tag string) label {
	l := label{tag: tag, flags: flagText(seg.Flags), seq: "seq=" + strconv.FormatUint(uint64(seqOf(seg)), 10)}
	if seg.Flags.Has(tcpstate.ACK) {
		l.ack = "ack=" + strconv.FormatUint(uint64(ackOf(seg)), 10)
	}
	if seg.Len > 0 {
		l.len = "len=" + strconv.Itoa(seg.Len)
		if len(seg.Payload) > 0 {
			l.payload = preview(seg.Payload, 24)
		}
	}
	l.control = seg.Flags.Any(tcpstate.SYN | tcpstate.FIN | tcpstate.RST)
	l.win = "win=" + strconv.FormatUint(uint64(windowOf(seg)), 10)
	l.winMatters = seg.Flags.Has(tcpstate.SYN) || windowOf(seg) == 0 && !seg.Flags.Has(tcpstate.RST)
	var words []string
	for _, f := range seg.Findings {
		word := s.finding(f.Name, f.Nth)
		if strings.HasSuffix(f.Name, "retransmission") {
			words = slices.Insert(words, 0, word) // what matters most comes first
		} else {
			words = append(words, word)
		}
		switch f.Name {
		case "window-update", "window-full", "zero-window":
			l.winMatters = true
		}
		if l.flags == "ACK" && acknowledging[f.Name] {
			l.flags = "" // "duplicate ACK ACK" says nothing more
		}
	}
	l.words = strings.Join(words, ", ")
	if len(words) > 1 {
		l.word = words[0]
	}
	l.options = optionText(&seg.Options)
	return l
}

func seqOf(s *trace.Segment) uint32 {
	if s.Relative {
		return s.RelSeq
	}
	return uint32(s.Seq)
}

func ackOf(s *trace.Segment) uint32 {
	if s.Relative {
		return s.RelAck
	}
	return uint32(s.Ack)
}

// windowOf is the window in bytes where the scale is known, else the field: on
// a SYN the field is the window (RFC 7323 §2.2).
func windowOf(s *trace.Segment) uint32 {
	if s.ScaleKnown && !s.Flags.Has(tcpstate.SYN) {
		return s.ScaledWindow
	}
	return uint32(s.Window)
}

// optionText lists the options that say something to people.
func optionText(o *tcpstate.Options) string {
	var parts []string
	if o.HasMSS {
		parts = append(parts, fmt.Sprintf("mss=%d", o.MSS))
	}
	if o.HasScale {
		parts = append(parts, fmt.Sprintf("scale=%d", o.Scale))
	}
	if o.SackPermitted {
		parts = append(parts, "sack-permitted")
	}
	if o.HasTimestamps && o.HasMSS {
		parts = append(parts, "timestamps")
	}
	return strings.Join(parts, " ")
}

// preview shows the beginning of a payload.
func preview(b []byte, max int) string { return `"` + trace.EscapeBytes(b, max) + `"` }

// forms returns the label from the fullest to the shortest. Each leaves out
// what tells least. all adds one that has even the windows that nobody waits
// for.
func (l label) forms(all bool) []string {
	base := words(l.tag, l.words, l.flags, l.seq, l.ack, l.len)
	win := ""
	if l.winMatters {
		win = l.win
	}
	forms := []string{
		words(base, win, l.payload, l.options),
		words(base, win, l.payload),
		words(base, win),
		base,
	}
	if all {
		forms = append([]string{words(base, l.win, l.payload, l.options)}, forms...)
	}
	if l.words != "" && l.control {
		forms = append(forms, words(l.tag, l.words, l.flags, l.seq), words(l.tag, l.words, l.flags))
	}
	if l.words != "" {
		forms = append(forms, words(l.tag, l.words, l.seq, l.len), words(l.tag, l.words))
	}
	if l.word != "" {
		forms = append(forms, words(l.tag, l.word, l.seq, l.len), words(l.tag, l.word))
	}
	return append(forms, words(l.tag, l.flags, l.seq, l.len), words(l.flags, l.seq), l.flags)
}

// words joins what is not empty.
func words(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}

// messageForms are an HTTP message's start line, whole and in short.
func messageForms(m *http1.Message) []string {
	if m.Request {
		return []string{messageText(m), words(safe(m.Method), safe(m.Target))}
	}
	return []string{messageText(m), words(strconv.Itoa(m.Status), safe(m.Reason))}
}

// messageText is an HTTP message's start line.
func messageText(m *http1.Message) string {
	if m.Request {
		return words(safe(m.Method), safe(m.Target), safe(m.Version))
	}
	return words(safe(m.Version), strconv.Itoa(m.Status), safe(m.Reason))
}

// stateFields are the header fields by which state travels (RFC 6265, RFC 9110
// §11.6.2): what a lesson on state must show of a message.
var stateFields = []string{"Cookie", "Set-Cookie", "Authorization", "X-API-TOKEN"}

// stateLines lists the header fields that carry state.
func stateLines(m *http1.Message) []string {
	var lines []string
	for _, f := range m.Fields {
		for _, name := range stateFields {
			if strings.EqualFold(f.Name, name) {
				lines = append(lines, safe(f.Name)+": "+safe(f.Value))
			}
		}
	}
	return lines
}
