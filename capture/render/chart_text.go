package render

import (
	"fmt"
	"io"
	"strings"

	"statelab/capture/trace"
)

var (
	wordTimeAxis = trace.Text{En: "seconds since the connection's first segment", Ko: "연결의 첫 세그먼트부터 지난 시간(초)"}
	wordAbove    = trace.Text{En: "%s (above: up to %s %s)", Ko: "%s(그림 위쪽, 최대 %s %s)"}
	wordCounted  = trace.Text{En: "%s ×%d", Ko: "%s ×%d"}
)

// chartLines is how many lines of a terminal a panel takes.
const chartLines = 18

// canvasChart is a panel in a terminal: braille dots, or in ASCII characters, over
// them the letters that tell curves apart, and over these the marks of what must not
// be overlooked.
type canvasChart struct {
	*dots
	over  map[[2]int]letter // by row and column of cells
	along map[[2]int]letter
	tint  map[[2]int]style // of the dots
	drawn int              // curves
}

// letter is a track's sign in its style.
type letter struct {
	sign  byte
	style style
}

// chartText draws a chart for a terminal. Signs say what colours say.
func chartText(w io.Writer, c *chart, o Options) error {
	t := newText(w, o)
	t.title()
	t.painted(strong, c.shows)
	if c.about != "" {
		t.plainLine(c.about)
	}
	panels := c.used()
	if len(panels) == 0 {
		t.plainLine(o.Lang.Of(wordNoPoints))
	}
	for _, p := range panels {
		t.blank()
		t.panel(c, p)
	}
	if len(c.notes) > 0 {
		t.blank()
	}
	for _, n := range c.notes {
		t.painted(faint, n)
	}
	return t.w.Flush()
}

// panel draws one direction.
func (t *text) panel(c *chart, p *panel) {
	x, y, by, unit := c.axes(p)
	label := 0
	for _, v := range y.ticks() {
		label = max(label, len(y.format(v)))
	}
	width := t.o.width() - label - 2
	d := newCanvasChart(width, chartLines)
	for _, tr := range p.tracks {
		if !tr.hidden(y, by) {
			d.draw(tr, x, y, by)
		}
	}
	t.painted(strong, p.title+"  ("+unit+")")
	t.chartLegend(p, y, by, unit)
	marks := map[int]string{}
	for _, v := range y.ticks() {
		marks[dotAt(y.place(v), chartLines*brailleRows)/brailleRows] = y.format(v)
	}
	side, corner, floor, notch := "│", "└", "─", "┬"
	if t.o.ASCII {
		side, corner, floor, notch = "|", "+", "-", "+"
	}
	for row := range chartLines {
		edge := side
		if marks[row] != "" && !t.o.ASCII {
			edge = "┤"
		}
		line := newCanvas(t.o.width())
		line.put(label-len(marks[row]), marks[row], faint)
		line.put(label+1, edge, faint)
		d.line(line, row, label+2, t.o.ASCII)
		t.emit(line)
	}
	scale := plot{x: x, width: width}
	floorLine, numbers := scale.xScale(floor, notch)
	t.indented(label+1, faint, corner+floorLine)
	under := newCanvas(t.o.width())
	under.put(label+2, strings.TrimRight(numbers, " "), faint)
	t.emit(under)
	caption := t.text(t.o.Lang.Of(wordTimeAxis))
	t.indented(max(t.o.width()-cells(caption), 0), faint, caption)
}

func newCanvasChart(width, height int) *canvasChart {
	return &canvasChart{
		dots: newDots(width*brailleColumns, height*brailleRows),
		over: map[[2]int]letter{}, along: map[[2]int]letter{}, tint: map[[2]int]style{},
	}
}

// inkStyle is an ink's style in a terminal.
func inkStyle(i ink) style {
	return [...]style{inkData: forward, inkAck: open, inkWindow: opening, inkTrouble: trouble, inkSack: closing, inkLate: backward}[i]
}

// draw adds a track.
func (d *canvasChart) draw(t *track, x, y axis, by float64) {
	col := func(at float64) int { return int(x.place(at)*float64(d.cols-1) + 0.5) }
	row := func(v float64) int { return dotAt(y.place(v/by), d.rows) }
	var path [][2]int // of a curve, by row and column of cells
	last := -1
	for i, s := range t.stretches {
		at, top, bottom := col(s.from), row(s.high), row(s.low)
		switch {
		case t.shape == crosses:
			for r := top / brailleRows; r <= bottom/brailleRows; r++ {
				d.over[[2]int{r, at / brailleColumns}] = letter{t.sign, inkStyle(t.ink)}
			}
			continue
		case t.shape == steps && i > 0:
			level := row(t.stretches[i-1].last)
			for c := last; c < at; c++ {
				d.mark(c, level, level, t.ink)
				path = goTo(path, level, c)
			}
			path = goTo(path, level, at)
			top, bottom = min(top, level), max(bottom, level)
		}
		d.mark(at, top, bottom, t.ink)
		path = goTo(path, row(s.last), at)
		last = at
	}
	if t.shape == steps {
		d.spell(path, letter{t.sign, inkStyle(t.ink)})
	}
}

// goTo makes a path go on to the cell of a dot, up or down to it where they are in
// one column.
func goTo(path [][2]int, row, col int) [][2]int {
	to := [2]int{row / brailleRows, col / brailleColumns}
	if len(path) == 0 {
		return append(path, to)
	}
	at := path[len(path)-1]
	for at[1] == to[1] && at[0] != to[0] {
		if at[0]++; at[0] > to[0] {
			at[0] -= 2
		}
		path = append(path, at)
	}
	if at != to {
		path = append(path, to)
	}
	return path
}

// Letters stand so many cells apart on a curve, and those of the next curve so many
// further on.
const lettersApart, lettersAside = 12, 5

// spell puts letters along a curve, the last near its end, so that it is known
// without its colour.
func (d *canvasChart) spell(path [][2]int, sign letter) {
	end := max(len(path)-1-d.drawn, 0) // two may end in one cell
	for i, k := range path {
		if due := i%lettersApart == d.drawn*lettersAside%lettersApart && i < end-1; (due || i == end) && d.along[k].sign == 0 {
			d.along[k] = sign
		}
	}
	d.drawn++
}

func (d *canvasChart) mark(col, top, bottom int, i ink) {
	d.upright(col, top, bottom)
	for r := top / brailleRows; r <= bottom/brailleRows; r++ {
		d.tint[[2]int{r, col / brailleColumns}] = inkStyle(i)
	}
}

// line puts one row of cells on a canvas.
func (d *canvasChart) line(c *canvas, row, left int, ascii bool) {
	col := 0
	for _, r := range d.dots.line(row, ascii) {
		k := [2]int{row, col}
		switch over, along := d.over[k], d.along[k]; {
		case over.sign != 0:
			c.put(left+col, string(over.sign), over.style)
		case along.sign != 0:
			c.put(left+col, string(along.sign), along.style)
		case r != ' ':
			c.put(left+col, string(r), d.tint[k])
		}
		col++
	}
}

// hidden reports whether all of a track lies above the axis.
func (t *track) hidden(y axis, by float64) bool {
	if !t.beside {
		return false
	}
	for _, s := range t.stretches {
		if s.low/by <= y.high {
			return false
		}
	}
	return true
}

// legendName is a track's name: with how often, where each event counts, and with
// how high, where it goes beyond the picture.
func legendName(say speaker, t *track, y axis, by float64, unit string) string {
	name := say.of(t.name)
	if t.shape == crosses {
		name = say.f(wordCounted, name, t.made)
	}
	if most := t.high() / by; most > y.high*1.001 {
		name = say.f(wordAbove, name, y.format(most), unit)
	}
	return name
}

// chartLegend names the tracks that have anything, each by its sign and in its
// colour.
func (t *text) chartLegend(p *panel, y axis, by float64, unit string) {
	line, at := newCanvas(t.o.width()), 0
	for _, tr := range p.tracks {
		if len(tr.stretches) == 0 {
			continue
		}
		sign := string(tr.sign)
		if tr.sign == 0 {
			sign = t.g.dot
		}
		name := t.text(sign + " " + legendName(t.say, tr, y, by, unit))
		if at > 0 && at+cells(name) > t.o.width() {
			t.emit(line)
			line, at = newCanvas(t.o.width()), 0
		}
		line.put(at, name, inkStyle(tr.ink))
		at += cells(name) + len("   ")
	}
	t.emit(line)
}

// legendText names the tracks that have anything.
func legendText(say speaker, p *panel, y axis, by float64, unit string) string {
	var parts []string
	for _, t := range p.tracks {
		if len(t.stretches) == 0 {
			continue
		}
		name := legendName(say, t, y, by, unit)
		if t.shape == crosses {
			name = string(t.sign) + " " + name
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " · ")
}

// chartDescription is what a screen reader says.
func chartDescription(c *chart, o Options) string {
	var parts []string
	for _, p := range c.used() {
		_, y, by, unit := c.axes(p)
		parts = append(parts, fmt.Sprintf("%s: %s", p.title, legendText(o.speaker(), p, y, by, unit)))
	}
	if len(parts) == 0 {
		return o.Lang.Of(wordNoPoints)
	}
	return strings.Join(append(c.headings(), parts...), ". ")
}
