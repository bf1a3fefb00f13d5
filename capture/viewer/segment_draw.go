package viewer

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture"
	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

func (x *segment) body(w, h int) []string {
	l := x.m.look
	f, ok := x.captured()
	if !ok {
		return x.absent(w)
	}
	n := x.count()
	x.cur.put(x.cur.at, n)
	out := x.heading(&f, w, h)
	room := h - len(out)
	d := dump{data: f.Data, text: x.asText}
	if n > 0 {
		d.from, d.to = bytesOf(&x.fields[x.cur.at], len(f.Data))
	}
	const beside = 110 // cells from which fields and bytes stand side by side
	switch {
	case x.bare:
		out = append(out, x.bytes(&d, w, room)...)
	case w >= beside:
		right := 74
		left := w - right - 1
		fields, octets := x.tree(left, room), x.bytes(&d, right, room)
		for i := range room {
			out = append(out, l.left(at(fields, i), left)+l.paint(render.Faint, l.glyph("│", "|"))+at(octets, i))
		}
	default:
		half := min((len(f.Data)+perLine(w, x.asText)-1)/perLine(w, x.asText)+1, room*2/5)
		out = append(out, x.tree(w, room-half)...)
		for len(out) < h-half {
			out = append(out, "")
		}
		out = append(out, x.bytes(&d, w, half)...)
	}
	return out
}

// at is a line of several, empty behind the last.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// absent says why there are no bytes.
func (x *segment) absent(w int) []string {
	l := x.m.look
	if x.m.frames.waiting != nil {
		return []string{"", "  " + l.of(wordReadingFrames) + l.dots()}
	}
	lines := []string{"", "  " + l.f(wordFrameGone, x.frame)}
	if err := x.m.frames.err; err != nil {
		for _, part := range l.wrap(trace.Escape(err.Error()), w-4) {
			lines = append(lines, "  "+l.paint(render.Trouble, part))
		}
	}
	return lines
}

// heading says which frame it is, and why it was sent.
func (x *segment) heading(f *capture.Frame, w, h int) []string {
	l := x.m.look
	first := l.f(wordFrame, f.Number) + l.glyph(" · ", " | ") + f.Time.UTC().Format("2006-01-02 15:04:05.000000") + " UTC" +
		l.glyph(" · ", " | ") + l.f(wordBytes, explain.Count(f.Length, "byte"))
	if f.Length > len(f.Data) {
		first += " " + l.f(wordCaptured, len(f.Data))
	}
	out := []string{" " + l.paint(render.Strong, l.fit(first, w-2))}
	most := max(0, min(6, h/4))
	var why []string
	if i := x.ladder.cur.at; x.ladder.frameAt(i) == x.frame {
		for _, said := range x.ladder.sheet.Why(i, l.lang) {
			why = append(why, l.explained(said, w-2)...)
		}
	}
	for i, line := range why {
		if i == most {
			out[len(out)-1] = ansi.Truncate(out[len(out)-1], w-4, "") + " " + l.dots()
			break
		}
		out = append(out, " "+line)
	}
	return append(out, l.rule("", w))
}

// tree lists the fields.
func (x *segment) tree(w, h int) []string {
	l := x.m.look
	return x.list(len(x.fields), w, h, func(i, w int) string {
		f := &x.fields[i]
		indent := strings.Repeat("  ", f.Depth)
		if f.Value == "" || f.Depth == 0 {
			return l.paint(render.Strong, l.fit(indent+fieldText(f), w))
		}
		name := indent + trace.Escape(f.Name) + ": "
		return l.paint(render.Faint, l.fit(name, w)) + l.fit(trace.Escape(f.Value), w-ansi.StringWidth(name))
	})
}

// bytes draws the dump, with what is lit in sight; above it, where that lies.
func (x *segment) bytes(d *dump, w, h int) []string {
	l := x.m.look
	d.perLine = perLine(w, d.text)
	out := []string{l.rule(x.where(d), w)}
	rows := max(h-1, 1)
	top := 0
	if d.from/d.perLine >= rows {
		top = min(d.from/d.perLine-1, d.lines()-rows)
	}
	for i := max(top, 0); i < d.lines() && len(out) < h; i++ {
		out = append(out, d.line(l, i))
	}
	return out
}

// where says where the chosen field lies: its bytes, and bits where it is less.
func (x *segment) where(d *dump) string {
	l := x.m.look
	if x.cur.at >= len(x.fields) {
		return ""
	}
	f := &x.fields[x.cur.at]
	s := l.f(wordByteAt, d.from)
	if d.to > d.from+1 {
		s = l.f(wordBytesAt, d.from, d.to-1)
	}
	if b := bits(d.data, f); b != "" {
		s += "  " + b
	}
	if f.Missing > 0 {
		s += "  " + l.of(wordCut)
	}
	return l.paint(render.Strong, trace.Escape(f.Name)) + " " + s
}
