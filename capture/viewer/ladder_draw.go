package viewer

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// lines draws a row, as it was drawn before where nothing has changed.
func (x *ladderScreen) lines(i int) []string {
	as := drawnAs{x.m.look, max(x.m.w-2, leastLadder), x.clock}
	if x.drawn == nil || x.as != as {
		x.as, x.drawn = as, map[int][]string{}
		x.drawing = x.sheet.Text(render.Options{Lang: as.lang, Width: as.w, ASCII: as.ascii, Color: as.color, Clock: as.clock, ByStream: true})
	}
	lines, ok := x.drawn[i]
	if !ok {
		lines = x.drawing.Row(i)
		x.drawn[i] = lines
	}
	return lines
}

func (x *ladderScreen) body(w, h int) []string {
	l := x.m.look
	if x.count() == 0 {
		return x.emptyLadder(w)
	}
	x.cur.put(x.cur.at, x.count())
	x.lines(x.cur.at) // makes the drawing
	pane := x.paneLines(w, h)
	var out []string
	if h-len(pane) >= 8 {
		out = append(out, x.title(w))
	}
	if head := x.drawing.Head(); h-len(pane)-len(out)-len(head) >= 4 {
		for _, line := range head {
			out = append(out, "  "+x.seen(line))
		}
	}
	room := h - len(out) - len(pane)
	x.scroll(room)
	var rows []string
	x.cur.shown = 0
	for i := x.cur.top; i < x.count() && len(rows) < room; i++ {
		marked := x.segmentAt(i) && slices.Contains(x.m.marks, place{x.frameAt(i), x.n})
		for j, line := range x.lines(i) {
			line, mark := x.seen(line), j == 0
			switch {
			case i == x.cur.at:
				rows = append(rows, l.row(line, w, true, marked && mark))
			case mark:
				rows = append(rows, l.row(line, w, false, marked))
			default:
				rows = append(rows, "  "+line)
			}
		}
		x.cur.shown++
	}
	out = append(out, rows[:min(len(rows), room)]...)
	for len(out) < h-len(pane) {
		out = append(out, "")
	}
	return append(out, pane...)
}

// seen is the part of a line that is in sight.
func (x *ladderScreen) seen(line string) string {
	if hidden := min(x.pan, leastLadder-(x.m.w-2)); hidden > 0 {
		return ansi.TruncateLeft(line, hidden, "")
	}
	return line
}

func (x *ladderScreen) emptyLadder(w int) []string {
	l := x.m.look
	if x.job != nil {
		return []string{"", "  " + l.of(wordReadingLadder) + l.dots()}
	}
	lines := []string{"", "  " + l.of(wordNothing)}
	if x.err != nil {
		for _, part := range l.wrap(trace.Escape(x.err.Error()), w-4) {
			lines = append(lines, "  "+l.paint(render.Trouble, part))
		}
	}
	return lines
}

// title is what is known of the connection as a whole.
func (x *ladderScreen) title(w int) string {
	l := x.m.look
	c := x.m.conns[x.n]
	if c == nil {
		return ""
	}
	s := fmt.Sprintf(" #%d  ", x.n)
	if c.over {
		s += l.label("ending." + c.ending.String())
	} else {
		s += l.of(wordStillRead)
	}
	if v := c.says[l.lang]; v != "" {
		s += l.glyph(" · ", " | ") + l.plain(v)
	}
	return l.paint(render.Faint, l.fit(s, w))
}

// scroll moves the rows so that the chosen one is on room lines.
func (x *ladderScreen) scroll(room int) {
	x.cur.top = max(0, min(x.cur.top, x.count()-1))
	if x.cur.at < x.cur.top {
		x.cur.top = x.cur.at
	}
	used := 0
	for i := x.cur.at; i >= x.cur.top; i-- {
		used += len(x.lines(i))
		if used > room && i < x.cur.at {
			x.cur.top = i + 1
			return
		}
	}
	// What is below the last row is not left empty while there are rows above.
	for i := x.cur.at + 1; i < x.count() && used < room; i++ {
		used += len(x.lines(i))
	}
	for x.cur.top > 0 && used+len(x.lines(x.cur.top-1)) <= room {
		x.cur.top--
		used += len(x.lines(x.cur.top))
	}
}
