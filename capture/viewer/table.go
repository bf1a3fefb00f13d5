package viewer

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// table is the screen of the connections, the first one.
type table struct {
	base
	wide widths
}

func (t *table) tab() tabKind { return tabConnections }
func (t *table) count() int   { return len(t.m.shown) }

func (t *table) at(i int) *connection {
	if i < 0 || i >= len(t.m.shown) {
		return nil
	}
	return t.m.conns[t.m.shown[i]]
}

func (t *table) stream() int {
	if c := t.at(t.cur.at); c != nil {
		return c.stream
	}
	return -1
}

func (t *table) flagged(i int) bool { return len(t.at(i).found) > 0 }

func (t *table) text(i int) string {
	c := t.at(i)
	return strings.Join([]string{
		"#" + strconv.Itoa(c.stream), c.client.String(), c.ends(t.m.look), c.server.String(), strconv.Itoa(c.frames),
		strconv.FormatInt(c.total(), 10), short(c.lasted()), strconv.Itoa(c.requests),
		tallies(t.m.look, c.found), c.says[t.m.look.lang],
	}, "  ")
}

// ends is an arrow from who opened the connection.
func (c *connection) ends(l look) string {
	if c.opener {
		return l.glyph("→", ">")
	}
	return "?"
}

func (t *table) press(key string) (tea.Cmd, bool) {
	switch key {
	case "enter", "right":
		return t.enter(), true
	case "<", ",":
		t.m.sortBy(t.m.sort.by-1, false)
	case ">", ".":
		t.m.sortBy(t.m.sort.by+1, false)
	case "r":
		t.m.sortBy(t.m.sort.by, !t.m.sort.down)
	default:
		return nil, false
	}
	return nil, true
}

func (t *table) enter() tea.Cmd {
	if c := t.at(t.cur.at); c != nil {
		return t.m.push(newLadder(t.m, c.stream))
	}
	return nil
}

func (t *table) status() string {
	l := t.m.look
	if len(t.m.shown) == 0 {
		return l.of(wordNoConnections)
	}
	s := l.f(wordConnectionOf, t.cur.at+1, len(t.m.shown))
	if n := t.m.totals; n != nil {
		s += " " + l.glyph("·", "|") + " " + l.f(wordTotals, explain.Count(n.Frames, "frame"), explain.Count(n.Segments, "TCP segment"))
		if others := n.Frames - n.Segments; others > 0 {
			s += " " + l.glyph("·", "|") + " " + l.f(wordOthers, others)
		}
	}
	return s
}

func (t *table) export() Export {
	return Export{View: "connections", Format: "text", Streams: t.m.streams()}
}

func (t *table) body(w, h int) []string {
	if len(t.m.shown) == 0 && !t.m.reading() {
		return emptyBody(t.m, w)
	}
	about := t.about(w)
	if h-4-len(about) < 4 {
		about = nil
	}
	t.wide = t.m.tableWidths(w - 2)
	lines := append(t.trouble(w), "  "+t.m.tableHead(t.wide))
	room := h - len(lines) - len(about)
	lines = append(lines, t.list(t.count(), w, room, t.row)...)
	for len(lines) < h-len(about) {
		lines = append(lines, "")
	}
	return append(lines, about...)
}

// trouble says what is missing from the trace.
func (t *table) trouble(w int) []string {
	l := t.m.look
	var lines []string
	if err := t.m.err; err != nil {
		lines = append(lines, l.f(wordDamagedAt, trace.Escape(err.Error())))
	}
	if t.m.gaps > 0 {
		lines = append(lines, l.f(wordLostFrames, explain.Count(t.m.gaps, "frame")))
	}
	for i, s := range lines {
		lines[i] = " " + l.paint(render.Trouble, l.fit(l.glyph("⚠ ", "! ")+s, w-2))
	}
	return lines
}

// emptyBody says that there is nothing to show, and why that may be.
func emptyBody(m *Model, w int) []string {
	lines := []string{"", "  " + m.look.of(wordNoConnections)}
	if m.where != "" {
		lines = append(lines, "  "+m.look.of(wordEscClears))
	}
	if m.err != nil {
		for _, part := range m.look.wrap(trace.Escape(m.err.Error()), w-4) {
			lines = append(lines, "  "+m.look.paint(render.Trouble, part))
		}
	}
	return lines
}

// aboutHeight is how many lines tell more of the connection that is chosen.
const aboutHeight = 4

// about tells more of the connection that is chosen: its verdict, how it ended,
// what was found.
func (t *table) about(w int) []string {
	c := t.at(t.cur.at)
	if c == nil {
		return nil
	}
	l := t.m.look
	lines := []string{l.rule(l.paint(render.Strong, fmt.Sprintf("#%d  %s %s %s", c.stream, c.client, c.ends(l), c.server)), w)}
	ending := l.label("ending."+c.ending.String()) + l.glyph(" · ", " | ") +
		fmt.Sprintf("%s / %s", c.state(tcpstate.Client, l), c.state(tcpstate.Server, l)) + l.glyph(" · ", " | ") +
		l.f(wordBytesEach, explain.Count(c.bytes[tcpstate.Client], "byte"), c.bytes[tcpstate.Server])
	if !c.over {
		ending = l.of(wordStillRead) + l.glyph(" · ", " | ") + ending
	}
	lines = append(lines, " "+l.fit(ending, w-2))
	if s := c.says[l.lang]; s != "" {
		lines = append(lines, " "+l.fit(l.plain(s), w-2))
	}
	if len(c.found) > 0 {
		st := render.Plain
		if c.grave {
			st = render.Trouble
		}
		lines = append(lines, " "+l.paint(st, l.fit(tallies(l, c.found), w-2)))
	}
	for len(lines) < aboutHeight {
		lines = append(lines, "")
	}
	return lines
}

func stateName(l look, s tcpstate.State) string { return l.plain(explain.StateName(l.lang, s)) }

// tallies lists findings, the gravest first: "retransmission ×3".
func tallies(l look, found []tally) string {
	var parts []string
	for _, f := range found {
		parts = append(parts, fmt.Sprintf("%s %s%d", findingName(l, f.name), l.glyph("×", "x"), f.n))
	}
	return strings.Join(parts, ", ")
}

func findingName(l look, name string) string { return l.label("finding." + name) }

func (t *table) keys() []hint {
	return []hint{
		{"↑↓", wordMove}, {"Enter", wordOpenLadder}, {"<>", wordSort}, {"/", wordSearch}, {"F", wordFilter}, {"f b", wordNextFinding},
	}
}
