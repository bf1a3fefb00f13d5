package render

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Text draws the ladder row by row, as events come. Each end's lane is heavy
// for as long as that end remembers a connection. With Options.Explain the
// reasons stand beside the ladder where there is room, else under each row.
func Text(w io.Writer, events Events, o Options) error {
	t := newText(w, o)
	for e, err := range events {
		if err != nil {
			return firstError(t.finish(), err)
		}
		o.Between.begins(e.At)
		t.explainer.Observe(&e)
		if err := t.rows(o.Between.Rows(o.Between.add(t.builder, &e))); err != nil {
			return err
		}
	}
	return t.finish()
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxHeld is how many rows wait at most before the head is written.
const maxHeld = 64

// text is a ladder on its way to a terminal.
type text struct {
	w         *bufio.Writer
	o         Options
	say       speaker
	p         palette
	g         glyphs
	explainer *explain.Explainer
	builder   *ladder.Builder
	grid      grid
	held      []ladder.Row // until the head can be written
	headed    bool
	alive     []tcpstate.State // see ladder.Row
	used      map[symbol]bool
	spaced    bool      // the last line written was empty
	line      []byte    // that is written
	spare     []*canvas // for lines to come
	tables    bool      // the ladder is over
	itself    bool      // a party talks to itself
	opened    int       // connections that were shown
	tie       string
	terms     map[string]bool // of explain.Terms, that rows have shown
	// told gives the reasons of a row that was explained before it is drawn; nil
	// where rows are explained as they are drawn.
	told func(*ladder.Row) []string
}

func newText(w io.Writer, o Options) *text {
	t := &text{
		w: bufio.NewWriter(w), o: o, say: o.speaker(), p: newPalette(o.Color), g: unicodeGlyphs,
		explainer: o.explainer(o.Lang), builder: ladder.New(o.ladder()), used: map[symbol]bool{}, terms: map[string]bool{}, spaced: true,
	}
	if o.ASCII {
		t.g = asciiGlyphs
	}
	return t
}

// rows writes rows, after the head, which needs to know who takes part.
func (t *text) rows(rows []ladder.Row) error {
	if !t.headed {
		t.held = append(t.held, rows...)
		if !t.acquainted() && len(t.held) < maxHeld {
			return nil
		}
		rows, t.held = t.held, nil
	}
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		if err := t.row(&rows[i]); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

// acquainted reports whether the head can be written: both ends are known, and
// the ports that they use; or there are more than two.
func (t *text) acquainted() bool {
	lanes := t.builder.Lanes()
	if len(lanes) > 2 {
		return true
	}
	known := 0
	for _, l := range lanes {
		if l.Addr.Port() != 0 || l.ManyPorts || l.ManyHosts {
			known++
		}
	}
	return known == 2
}

// finish writes what was waiting, and what stands under a ladder.
func (t *text) finish() error {
	rest := append(t.held, t.builder.Flush()...)
	t.held = nil
	for i := range rest {
		if err := t.row(&rest[i]); err != nil {
			return err
		}
	}
	if t.headed {
		t.legend()
		if !t.o.NoTables {
			t.beliefs()
			t.ledgerTable()
			t.memoryTables()
		}
	} else {
		t.title()
		t.plainLine(t.say.of(wordEmpty))
	}
	return firstError(t.w.Flush(), t.plot())
}

// plot draws the curves under the ladder.
func (t *text) plot() error {
	c := t.o.Curves
	if c == nil || len(c.Series) == 0 {
		return nil
	}
	t.blank()
	return firstError(t.w.Flush(), Plot(t.w, c.options(t.o), c.series(t.o.Lang)...), t.w.Flush())
}

// row writes one row, with the head before it where lanes or the width of the
// frame numbers have changed.
func (t *text) row(r *ladder.Row) error {
	if t.o.BeforeRow != nil {
		if err := t.w.Flush(); err != nil {
			return err
		}
		if err := t.o.BeforeRow(r); err != nil {
			return err
		}
	}
	lanes := t.builder.Lanes()
	t.itself = t.itself || r.Event.ToItself()
	least := 3
	if t.o.FoldSegments {
		least = len("10-12")
	}
	switch frame := max(cells(frameText(r)), len(strconv.Itoa(r.Frame))); {
	case !t.headed:
		t.title()
		t.layout(lanes, max(frame, least))
		t.head(lanes, r)
		t.headed = true
	case len(lanes) != len(t.grid.cols):
		t.layout(lanes, max(frame, t.grid.frame))
		t.blank()
		t.head(lanes, r)
	case frame > t.grid.frame+borrowed:
		t.layout(lanes, frame)
	}
	t.draw(r)
	return nil
}

// layout computes where everything stands.
func (t *text) layout(lanes []ladder.Lane, frame int) {
	t.grid = newGrid(t.o.width(), frame, lanes, t.o.Explain, t.single())
}

// title writes what the output shows and where it comes from.
func (t *text) title() {
	if t.o.Title != "" {
		t.painted(strong, safe(t.o.Title))
	}
	if t.o.Network != "" {
		t.painted(faint, safe(t.o.Network))
	}
	if t.o.Title != "" || t.o.Network != "" {
		t.blank()
	}
}

// head writes the lanes' names and addresses above them: above the first row.
func (t *text) head(lanes []ladder.Lane, first *ladder.Row) {
	names, addresses := t.canvas(), t.canvas()
	if len(lanes) == 0 {
		if first.Kind != ladder.RowOther {
			return // notes alone
		}
		addresses.right(t.grid.frame, "#", faint)
		t.clockHead(addresses)
		t.emit(addresses)
		return
	}
	if t.grid.two {
		var left, right ladder.Lane
		if t.grid.left >= 0 {
			left = lanes[t.grid.left]
		}
		if t.grid.right >= 0 {
			right = lanes[t.grid.right]
		}
		t.headTwo(names, addresses, left, right)
	} else {
		for i, l := range lanes {
			room := t.grid.pitch - 1
			t.centred(names, t.grid.cols[i], t.fit(t.say.lane(l), room), strong)
			address := t.say.address(l)
			if cells(address) > room && !l.ManyHosts {
				address = l.Addr.Addr().String()
			}
			t.centred(addresses, t.grid.cols[i], t.fit(address, room), faint)
		}
	}
	t.emit(names)
	addresses.right(t.grid.frame, "#", faint)
	t.clockHead(addresses)
	t.emit(addresses)
}

// headTwo puts the client's name and address to the left of its lane, and the
// server's to the right: long addresses take lines of their own.
func (t *text) headTwo(names, addresses *canvas, left, right ladder.Lane) {
	g := &t.grid
	l, r := "", ""
	if g.left >= 0 {
		names.right(g.l+1, t.text(t.say.lane(left)), strong)
		l = t.text(t.say.address(left))
	}
	if right.Role != trace.RoleUnknown || right.Addr.IsValid() {
		names.put(g.r, t.text(t.say.lane(right)), strong)
		r = t.text(t.say.address(right))
	}
	if cells(l) > g.l+1-g.gutter+12 || cells(r) > g.ladder-g.l-16 {
		t.plainLine(words(t.text(t.say.lane(left)), l))
		t.plainLine(words(t.text(t.say.lane(right)), r))
		return
	}
	lead := g.l + 1 - cells(l)
	if lead < g.gutter {
		lead = g.gutter
	}
	addresses.put(lead, l, faint)
	start := g.r
	if start+cells(r) > g.ladder {
		start = g.ladder - cells(r)
	}
	addresses.put(start, r, faint)
}

// canvas returns an empty line as wide as the ladder.
func (t *text) canvas() *canvas {
	if last := len(t.spare) - 1; last >= 0 {
		c := t.spare[last]
		t.spare = t.spare[:last]
		if len(c.cells) == t.grid.ladder {
			c.blank()
			return c
		}
	}
	return newCanvas(t.grid.ladder)
}

// reuse takes back lines that canvas returned and that have been written.
func (t *text) reuse(lines []*canvas) { t.spare = append(t.spare, lines...) }

// text prepares words for the screen.
func (t *text) text(s string) string {
	if t.o.ASCII {
		return asciify(s)
	}
	return s
}

// fit prepares words for the screen and cuts them to width cells.
func (t *text) fit(s string, width int) string {
	s = t.text(s)
	if cells(s) <= width {
		return s
	}
	tail := tailOf(t.o.ASCII)
	if width < cells(tail) {
		return strings.Repeat(".", max(width, 0))
	}
	return cut(s, width, tail)
}

func (t *text) centred(c *canvas, col int, s string, st style) {
	start := min(max(col-cells(s)/2, t.grid.gutter), len(c.cells)-cells(s))
	c.put(start, s, st)
}

// emit writes a drawn line.
func (t *text) emit(c *canvas) {
	t.line = c.appendTo(t.line[:0], t.p)
	t.spaced = len(t.line) == 0
	t.line = append(t.line, '\n')
	t.w.Write(t.line)
}

// painted writes words over the whole width, wrapped.
func (t *text) painted(st style, s string) {
	for _, line := range wrap(t.text(s), t.o.width()) {
		t.w.WriteString(t.p.paint(st, line))
		t.w.WriteByte('\n')
	}
	t.spaced = false
}

func (t *text) plainLine(s string) { t.painted(plain, s) }

// blank writes an empty line, unless there is one.
func (t *text) blank() {
	if !t.spaced {
		t.w.WriteByte('\n')
	}
	t.spaced = true
}
