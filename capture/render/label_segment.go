package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// label is what can be said of one segment on its arrow, in parts. A part that
// has no room is left out whole: half a number would be another number.
type label struct {
	tag                       string // which connection, where there are several
	words                     string // findings
	word                      string // the one that matters most, where there are several
	resent                    string // in short, where that is what it is
	short                     string // the flags beside a number of an ACK, which says ACK
	flags, seq, ack, len, win string
	sack                      string // what it selectively acknowledges
	winMatters                bool
	tight                     bool // its window holds the peer back
	syn, control              bool // its flags say more than its numbers
	mss, scale                string
	options, payload          string
}

// acknowledging are the findings of which a pure ACK is part of the name.
var acknowledging = map[string]bool{
	"duplicate-ack": true, "window-update": true, "zero-window": true, "keep-alive-ack": true, "zero-window-probe-ack": true,
	"overtaken": true, "overtaken-reply": true,
}

func (s speaker) label(seg *trace.Segment, tag string) label {
	l := label{tag: tag, flags: flagText(seg.Flags), seq: s.seqText(seg)}
	if seg.Flags.Has(tcpstate.ACK) {
		l.ack = s.ackText(seg)
	}
	if held, twice, astray := explain.SackBlocks(seg); held+twice+astray != "" {
		l.sack = "sack=" + strings.ReplaceAll(strings.Join(slices.DeleteFunc([]string{twice, held, astray}, func(s string) bool { return s == "" }), ", "), ", ", ",")
	}
	if seg.Len > 0 {
		l.len = "len=" + strconv.Itoa(seg.Len)
		if len(seg.Payload) > 0 {
			l.payload = s.preview(seg.Payload, 24)
		}
	}
	l.control = seg.Flags.Any(tcpstate.SYN | tcpstate.FIN | tcpstate.RST)
	l.win = withNumber("win=", windowOf(seg))
	// What the receiver of a long transfer has room for is what its ACKs are
	// about, and a window that 16 bits cannot hold tells of window scaling.
	receives := seg.Flags == tcpstate.ACK && seg.Len == 0 && seg.Relative && seg.RelSeq == 1 && seg.RelAck > longTransfer
	large := receives && windowOf(seg) > 0xffff
	l.tight = (seg.Flags.Has(tcpstate.SYN) || l.flags == "ACK" && seg.Len == 0 && seg.ScaleKnown) && windowOf(seg) < tightWindow
	l.winMatters = seg.Flags.Has(tcpstate.SYN) || l.tight || large || windowOf(seg) == 0 && !seg.Flags.Has(tcpstate.RST)
	var words []string
	for _, f := range seg.Findings {
		if tcpstate.Denies(f.Name, seg.Findings) != "" {
			continue
		}
		word := s.finding(f.Name, f.Nth)
		switch resent := strings.HasSuffix(f.Name, "retransmission"); {
		case resent:
			l.resent = s.of(wordResent)
			fallthrough
		case f.Name == tcpstate.FoundWindowProbe:
			words = slices.Insert(words, 0, word) // what matters most comes first
		default:
			words = append(words, word)
		}
		switch f.Name {
		case "window-update", "zero-window":
			l.winMatters = true
		}
		if l.flags == "ACK" && acknowledging[f.Name] {
			l.flags = "" // "duplicate ACK ACK" says nothing more
		}
	}
	if l.short = strings.TrimSuffix(l.flags, ",ACK"); l.short == "ACK" || l.ack == "" {
		l.short = ""
	}
	l.words = strings.Join(words, ", ")
	if len(words) > 1 {
		l.word = words[0]
	}
	l.syn = seg.Flags.Has(tcpstate.SYN)
	if l.syn {
		l.announce(&seg.Options)
	}
	return l
}

// seqText is the sequence number as it is shown: relative where the ISN is known.
// A SYN's own number is the ISN. A number from before it is told as it is.
func (s speaker) seqText(seg *trace.Segment) string {
	switch {
	case !seg.Relative && seg.Flags.Has(tcpstate.SYN):
		return "seq=0"
	case seg.Relative && explain.OldSeq(seg):
		return s.f(wordRaw, "seq=", uint32(seg.Seq))
	case seg.Relative:
		return withNumber("seq=", seg.RelSeq)
	}
	return withNumber("seq=", uint32(seg.Seq))
}

func (s speaker) ackText(seg *trace.Segment) string {
	switch {
	case seg.Relative && explain.OldAck(seg):
		return s.f(wordRaw, "ack=", uint32(seg.Ack))
	case seg.Relative:
		return withNumber("ack=", seg.RelAck)
	}
	return withNumber("ack=", uint32(seg.Ack))
}

// withNumber is a word with a number behind it: "seq=1".
func withNumber(name string, n uint32) string { return name + strconv.FormatUint(uint64(n), 10) }

// windowOf is the window in bytes where the scale is known, else the field: on
// a SYN the field is the window (RFC 7323 §2.2).
func windowOf(s *trace.Segment) uint32 {
	if s.ScaleKnown && !s.Flags.Has(tcpstate.SYN) {
		return s.ScaledWindow
	}
	return uint32(s.Window)
}

// announce names the options that say something to people.
func (l *label) announce(o *tcpstate.Options) {
	if o.HasMSS {
		l.mss = fmt.Sprintf("mss=%d", o.MSS)
	}
	if o.HasScale {
		l.scale = fmt.Sprintf("scale=%d", o.Scale)
	}
	var rest []string
	if o.SackPermitted {
		rest = append(rest, "sack-permitted")
	}
	if o.HasTimestamps {
		rest = append(rest, "timestamps")
	}
	l.options = strings.Join(rest, " ")
}

// preview shows the beginning of a payload.
func (s speaker) preview(b []byte, max int) string { return `"` + s.heardBytes(b, max) + `"` }

// tightWindow is below what window there is no room for two full-sized segments, after
// which an ACK is due (RFC 9293 §3.8.6.3), on Ethernet.
const tightWindow = 2 * 1460

// longTransfer is from how many octets on, where only one end sends.
const longTransfer = 1000

// full is all that is told of a segment where there is room, but of a SYN's
// options only what its peer must keep to.
func (l label) full() string {
	if l.syn && l.mss != "" {
		return words(l.tag, l.words, l.flags, l.seq, l.ack, l.mss, l.scale, l.tightWindow())
	}
	return words(l.tag, l.words, l.flags, l.seq, l.ack, l.sack, l.len, l.window(), l.payload)
}

// tightWindow is a window that holds the peer back: what it has room for is what
// comes next.
func (l label) tightWindow() string {
	if l.tight {
		return l.win
	}
	return ""
}

func (l label) window() string {
	if l.winMatters {
		return l.win
	}
	return ""
}

// forms returns the label from the fullest to the shortest: what it keeps
// longest is what the segment is about. all adds one that has even the windows
// that nobody waits for.
func (l label) forms(all bool) []string {
	base := words(l.tag, l.words, l.flags, l.seq, l.ack, l.len)
	var forms []string
	if all {
		forms = append(forms, words(base, l.sack, l.mss, l.scale, l.win, l.payload, l.options))
	}
	if l.syn {
		return append(forms, l.synForms(base)...)
	}
	if l.sack != "" {
		forms = append(forms, words(base, l.sack, l.window(), l.payload), words(base, l.sack), words(l.tag, l.words, l.ack, l.sack), words(l.tag, l.word, l.ack, l.sack))
	}
	forms = append(forms, words(base, l.window(), l.payload), words(base, l.window()))
	if l.tight && l.words == "" {
		forms = append(forms, words(l.tag, l.flags, l.ack, l.win))
	}
	forms = append(forms, base)
	switch {
	case l.control:
		return append(forms, words(l.tag, l.words, l.flags, l.seq), words(l.tag, l.flags, l.seq, l.ack), words(l.tag, l.flags, l.seq), l.flags)
	case l.len != "":
		return append(forms, l.dataForms()...)
	case l.words != "" && l.flags != "":
		return append(forms, words(l.tag, l.flags, l.seq, l.ack), words(l.tag, l.flags, l.ack), words(l.flags, l.ack), l.flags)
	case l.words != "":
		forms = append(forms, words(l.tag, l.words, l.ack, l.window()), words(l.tag, l.words, l.ack), words(l.tag, l.words))
		if l.word != "" {
			forms = append(forms, words(l.tag, l.word, l.ack), words(l.tag, l.word))
		}
	}
	return append(forms, words(l.tag, l.flags, l.ack), words(l.flags, l.ack), l.flags)
}

// synForms are those of a SYN: what it announces is worth more than its window.
func (l label) synForms(base string) []string {
	forms := []string{
		words(base, l.mss, l.scale, l.win, l.options),
		words(base, l.mss, l.scale, l.win),
		words(base, l.mss, l.scale),
	}
	if l.tag != "" {
		forms = append(forms, words(base, l.mss))
	}
	if l.resent != "" {
		base = words(l.tag, l.resent, l.flags, l.seq, l.ack)
		forms = append(forms, words(l.tag, l.words, l.flags, l.seq), words(l.tag, l.resent, l.flags, l.seq))
	}
	return append(forms, base, words(l.tag, l.words, l.flags, l.seq),
		words(l.tag, l.flags, l.seq, l.ack), words(l.tag, l.flags, l.seq), words(l.flags, l.seq), l.flags)
}

// unsaid is what the label leaves out and a line below it tells: what was found, in
// full or in short; or what a SYN announces, if it arrives.
func (l label) unsaid(said string, arrives bool) []string {
	switch {
	case l.resent != "":
	case l.words != "":
		if !strings.Contains(said, cmp.Or(l.word, l.words)) {
			return []string{l.words, cmp.Or(l.word, l.words)}
		}
	case arrives && l.tag == "" && !strings.Contains(said, l.mss):
		announced := words(l.mss, l.scale)
		if l.tight && !strings.Contains(said, l.win) {
			return []string{words(announced, l.win), announced}
		}
		return []string{announced}
	}
	return nil
}

// dataForms are the short ones of a segment that carries octets: a number of an ACK
// gives way before a flag that nothing else tells of.
func (l label) dataForms() []string {
	bare := []string{
		words(l.tag, l.short, l.seq, l.ack, l.len), words(l.tag, l.flags, l.seq, l.len), words(l.tag, l.short, l.seq, l.len),
		words(l.short, l.seq, l.len), words(l.short, l.len), l.len,
	}
	if l.words == "" {
		return bare
	}
	forms := []string{words(l.tag, l.words, l.flags, l.seq, l.len), words(l.tag, l.words, l.short, l.seq, l.len)}
	if l.word != "" {
		forms = append(forms, words(l.tag, l.word, l.short, l.seq, l.len))
	}
	if l.resent != "" {
		forms = append(forms, words(l.tag, l.resent, l.short, l.seq, l.len))
	} else {
		forms = append(forms, words(l.tag, l.flags, l.seq, l.ack, l.len))
	}
	return append(forms, bare...)
}
