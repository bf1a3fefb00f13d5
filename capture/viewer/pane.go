package viewer

import (
	"github.com/charmbracelet/x/ansi"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// usualPane is how many lines of the pane are there even where they are empty, so
// that the ladder seldom moves.
const usualPane = 4

// paneLines is what stands under the ladder about the chosen row: a third of
// the screen at most.
func (x *ladderScreen) paneLines(w, h int) []string {
	l := x.m.look
	most := min(max((h+1)/3, 3), 9)
	if x.pane == paneNone || h < 9 {
		return nil
	}
	var head string
	var lines []string
	if x.pane == paneWhy {
		head = l.label("column.why")
		lines = x.stateLine()
		for _, why := range x.sheet.Why(x.cur.at, l.lang) {
			lines = append(lines, l.explained(why, w-2)...)
		}
	} else {
		head = l.of(wordOctets)
		lines = x.octets(w - 2)
	}
	if len(lines) > most-1 {
		lines = lines[:most-1]
		lines[most-2] = ansi.Truncate(lines[most-2], w-6, "") + " " + l.dots()
	}
	out := []string{l.rule(l.paint(render.Strong, head), w)}
	for i := range min(most-1, max(len(lines), usualPane)) {
		line := ""
		if i < len(lines) {
			line = " " + lines[i]
		}
		out = append(out, line)
	}
	return out
}

// explained sets an explanation in lines: the sentence, the arithmetic and the
// section each look different.
func (l look) explained(why explain.Explanation, w int) []string {
	lines := l.wrap(why.Sentence, w)
	aside := ""
	if why.Arithmetic != "" {
		aside = l.paint(render.Open, l.plain(why.Arithmetic)) + "  "
	}
	if why.Section != "" {
		aside += l.paint(render.Faint, "["+l.plain(why.Section)+"]")
	}
	if aside == "" {
		return lines
	}
	if last := lines[len(lines)-1]; ansi.StringWidth(last)+2+ansi.StringWidth(aside) <= w {
		lines[len(lines)-1] = last + "  " + aside
		return lines
	}
	return append(lines, l.wrapPainted(aside, w)...)
}

// wrapPainted breaks a painted text into lines.
func (l look) wrapPainted(s string, w int) []string {
	if ansi.StringWidth(s) <= w {
		return []string{s}
	}
	return l.wrap(ansi.Strip(s), w)
}

// stateLine is what state both ends are in after the row.
func (x *ladderScreen) stateLine() []string {
	l := x.m.look
	out := ""
	for _, s := range x.sheet.States(x.cur.at) {
		if out != "" {
			out += l.glyph("   ", "   ")
		}
		name := stateName(l, s.State)
		if s.Assumed {
			name += "?"
		}
		out += l.paint(render.Faint, l.plain(explain.Name(l.lang, trace.Participant{Role: s.Lane.Role, N: s.Lane.N, Addr: s.Lane.Addr}))) + " " + l.paint(render.Strong, name)
	}
	if out == "" {
		return nil
	}
	return []string{out}
}

// octets shows the beginning of what the chosen row's segment carries.
func (x *ladderScreen) octets(w int) []string {
	s := x.sheet.Row(x.cur.at).Event.Segment
	if s == nil || len(s.Payload) == 0 {
		return []string{x.m.look.of(wordNoOctets)}
	}
	text := trace.EscapeBytes(s.Payload, 2000)
	if s.Len > len(s.Payload) {
		text += x.m.look.dots()
	}
	return x.m.look.chop(text, w)
}

// chop breaks text into lines of w cells, wherever that is.
func (l look) chop(s string, w int) []string {
	var lines []string
	for ansi.StringWidth(s) > w && w > 1 {
		head := ansi.Truncate(s, w, "")
		if head == "" {
			break
		}
		lines, s = append(lines, head), s[len(head):]
	}
	return append(lines, s)
}
