package viewer

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/trace"
)

// group is what was found under one name: how often, and the first places.
type group struct {
	name   string
	count  int
	places []place
}

// findings is the screen of what was found, the gravest first. A group opens to
// its places.
type findings struct {
	base
	opened string // the name of the group that is open
	lines  []findingLine
}

// findingLine is a group, or one of its places.
type findingLine struct {
	*group
	place int // of the group's, -1 for the group itself
}

func (f *findings) tab() tabKind { return tabFindings }

// count also brings the list up to date: the reading may have found more.
func (f *findings) count() int {
	m := f.m
	f.lines = f.lines[:0]
	var all []*group
	for _, g := range m.found {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b *group) int { return compareFindings(a.name, b.name, a.count, b.count) })
	for _, g := range all {
		f.lines = append(f.lines, findingLine{g, -1})
		if g.name != f.opened {
			continue
		}
		for i, p := range g.places {
			if m.showsStream(p.stream) {
				f.lines = append(f.lines, findingLine{g, i})
			}
		}
	}
	return len(f.lines)
}

func (f *findings) stream() int {
	if f.cur.at < len(f.lines) && f.lines[f.cur.at].place >= 0 {
		x := f.lines[f.cur.at]
		return x.places[x.place].stream
	}
	return -1
}

func (f *findings) flagged(i int) bool { return f.lines[i].place < 0 }

func (f *findings) text(i int) string { return f.line(f.lines[i]) }

func (f *findings) line(x findingLine) string {
	l := f.m.look
	if x.place >= 0 {
		p := x.places[x.place]
		s := l.f(wordFrameOf, p.frame, p.stream)
		if c := f.m.conns[p.stream]; c != nil {
			s += "  " + c.client.String() + " " + c.ends(l) + " " + c.server.String()
		}
		return "        " + s
	}
	sign := l.glyph("▸", "+")
	if x.name == f.opened {
		sign = l.glyph("▾", "-")
	}
	return sign + " " + l.right(strconv.Itoa(x.count), 7) + "  " + l.left(l.label("severity."+explain.SeverityOf(x.name).String()), 8) +
		" " + findingName(l, x.name)
}

func (f *findings) body(w, h int) []string {
	l := f.m.look
	n := f.count()
	if n == 0 {
		word := wordNoFindings
		if f.m.reading() {
			word = wordReading
		}
		return []string{"", "  " + l.of(word)}
	}
	f.cur.put(f.cur.at, n)
	about := f.about(f.lines[f.cur.at], w)
	if h-len(about) < 4 {
		about = nil
	}
	lines := f.list(n, w, h-len(about), func(i, w int) string {
		s := l.fit(f.line(f.lines[i]), w)
		if f.lines[i].place < 0 && explain.SeverityOf(f.lines[i].name) <= explain.SeverityWarning {
			return l.paint(render.Trouble, s)
		}
		return s
	})
	for len(lines) < h-len(about) {
		lines = append(lines, "")
	}
	return append(lines, about...)
}

// about says why what was found matters.
func (f *findings) about(x findingLine, w int) []string {
	l := f.m.look
	lines := []string{l.rule(l.paint(render.Strong, findingName(l, x.name))+"  ["+trace.Escape(x.name)+"]", w)}
	for _, part := range l.wrap(explain.WhyItMatters(l.lang, x.name), w-2) {
		lines = append(lines, " "+part)
	}
	if x.count > len(x.places) {
		lines = append(lines, " "+l.paint(render.Faint, l.fit(l.f(wordFirstPlaces, len(x.places), x.count), w-2)))
	}
	return lines
}

func (f *findings) press(key string) (tea.Cmd, bool) {
	if f.count() == 0 || key != "enter" && key != "right" && key != "left" {
		return nil, false
	}
	f.cur.put(f.cur.at, len(f.lines))
	x := f.lines[f.cur.at]
	switch {
	case x.place >= 0 && key != "left":
		p := x.places[x.place]
		return f.m.goTo(p.stream, p.frame), true
	case x.place >= 0, x.name == f.opened:
		f.opened = ""
	case key == "left":
	default:
		f.opened = x.name
	}
	f.count()
	for i, y := range f.lines {
		if y.group == x.group && y.place < 0 {
			f.cur.at = i
		}
	}
	return nil, true
}

func (f *findings) status() string {
	n := f.count()
	if n == 0 {
		return ""
	}
	return f.m.look.f(wordRowOf, min(f.cur.at+1, n), n)
}

func (f *findings) keys() []hint {
	return []hint{{"↑↓", wordMove}, {"Enter", wordOpenGoTo}, {"f b", wordNextFinding}, {"/", wordSearch}, {"e", wordExport}}
}

func (f *findings) export() Export {
	return Export{View: "expert", Format: "text", Streams: f.m.streams()}
}
