package render

import (
	"fmt"
	"strconv"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// draw writes one row of the ladder with what belongs under it.
func (t *text) draw(r *ladder.Row) {
	if r.Holds != nil {
		t.holds = r.Holds
	}
	for _, m := range r.States {
		if st := stateStyle(m.To); st != faint {
			t.colors[m.Lane] = st
		}
	}
	var lines []*canvas
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		lines = t.arrowLines(r)
	case ladder.RowOpening:
		lines = t.openingLines(r)
	case ladder.RowState:
		lines = t.stateLines(r)
	case ladder.RowCall:
		lines = t.callLines(r)
	case ladder.RowMemory:
		if !r.Memory.Structural() {
			return
		}
		lines = t.memoryLines(r)
	case ladder.RowPause:
		lines = t.pauseLines(r)
	case ladder.RowOther, ladder.RowVerdict:
		lines = t.otherLines(r)
	case ladder.RowStep, ladder.RowNote:
		t.note(r)
		return
	case ladder.RowLost:
		t.painted(trouble, "! "+t.say.f(wordMissing, r.Event.N))
		return
	case ladder.RowConnection, ladder.RowTotals:
		t.summary(r)
		return
	}
	t.block(lines, t.reasons(r))
}

// lanes returns a line with nothing but the lanes on it.
func (t *text) lanes(r *ladder.Row) *canvas {
	c := t.canvas()
	if t.grid.two && t.grid.right < 0 {
		c.put(t.grid.r, t.g.lane, faint)
	}
	for lane, col := range t.grid.cols {
		glyph := t.g.lane
		if t.heavy(lane) {
			glyph = t.g.heavy
		}
		c.put(col, glyph, t.laneStyle(lane))
	}
	return c
}

// heavy reports whether a lane's party remembers a connection now.
func (t *text) heavy(lane int) bool { return lane < len(t.holds) && t.holds[lane] > 0 }

// laneStyle is a lane's colour: that of the state it came into last.
func (t *text) laneStyle(lane int) style {
	if !t.heavy(lane) {
		return faint
	}
	return t.colors[lane]
}

// gutter writes a row's frame number and times.
func (t *text) gutter(c *canvas, r *ladder.Row) {
	if r.Frame > 0 && !(r.Arrow != nil && r.Arrow.Part == ladder.Arrival && r.Arrow.Tie == strconv.Itoa(r.Frame)) {
		c.right(t.grid.frame, strconv.Itoa(r.Frame), plain)
	}
	if r.At.IsZero() {
		return
	}
	c.right(t.grid.frame+1+timeWidth, sinceText(r.Since), faint)
	c.right(t.grid.gutter-1, t.text(deltaText(r.Delta)), faint)
}

func (t *text) arrowLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	var above *canvas
	if r.Event.Message != nil {
		above = t.message(c, r)
		if r.Kind == ladder.RowArrow {
			t.gutter(c, r)
		}
	} else {
		t.gutter(c, r)
		above = t.arrow(c, r)
	}
	lines := t.withStates(c, r)
	if above != nil {
		lines = append([]*canvas{above}, lines...)
	}
	if r.Event.Message != nil {
		lines = append(lines, t.stateFields(r)...)
	}
	for _, v := range r.Arrow.Verdicts {
		if r.Arrow.Part != ladder.Arrival {
			lines = append(lines, t.verdict(r, v)...)
		}
	}
	return lines
}

// message draws an HTTP message: a double line, since it rides on TCP's. It
// returns a line to stand above it where the label had no room on it.
func (t *text) message(c *canvas, r *ladder.Row) (above *canvas) {
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	t.used[symMessage] = true
	if from == to {
		c.put(from+2, t.fit(t.g.double+" "+messageText(r.Event.Message), t.grid.ladder-from-2), strong)
		return nil
	}
	w := newWay(from, to)
	s := t.strokes(r.Arrow, w, false)
	w.fill(c, 0, w.n-1, t.g.double, s.style)
	w.put(c, w.n-1, s.head, s.style)
	forms := messageForms(r.Event.Message)
	short := forms[len(forms)-1]
	if !t.grid.two && cells(t.text(short)) > w.n-5 {
		above = t.lanes(r)
		col := min(from, to) + 2
		above.put(col, t.pick(forms, t.grid.ladder-col), strong)
		return above
	}
	w.put(c, 1, " "+t.pick(forms, w.n-5)+" ", strong)
	return nil
}

// stateFields shows which header fields of a message carry state.
func (t *text) stateFields(r *ladder.Row) []*canvas {
	var lines []*canvas
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	left := min(from, to) + 2
	for _, f := range stateLines(r.Event.Message) {
		c := t.lanes(r)
		room := max(from, to) - left - 2
		if !t.grid.two {
			room = t.grid.ladder - left - 1
		}
		c.put(left+1, t.fit(f, room), memory)
		lines = append(lines, c)
	}
	return lines
}

// verdict says under an arrow what the wire did, and by which rule.
func (t *text) verdict(r *ladder.Row, v trace.Verdict) []*canvas {
	from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
	return t.inside(r, min(from, to), max(from, to), verdictText(t.say, v), trouble)
}

// verdictText is a verdict in words.
func verdictText(say speaker, v trace.Verdict) string {
	s := say.of(wordWire) + ": " + fateWord(say, v.Fate)
	if v.By > 0 {
		s += " " + say.f(wordBy, spanText(v.By))
	}
	if v.Fate == trace.Corrupted {
		s += ", " + say.f(wordBit, v.Bit)
	}
	if v.Rule != "" {
		s += ", " + say.f(wordRule, safe(v.Rule))
	}
	return s
}

// inside writes words between two columns, on as many lines as they take.
func (t *text) inside(r *ladder.Row, left, right int, s string, st style) []*canvas {
	var lines []*canvas
	for _, part := range wrap(t.text(s), max(right-left-3, 16)) {
		c := t.lanes(r)
		c.put(left+(right-left-cells(part))/2+1, part, st)
		lines = append(lines, c)
	}
	return lines
}

// withStates puts the changes of state at the edges, or, where there are more
// than two lanes, on a line of their own.
func (t *text) withStates(c *canvas, r *ladder.Row) []*canvas {
	lines := []*canvas{c}
	if !t.grid.two {
		if len(r.States) == 0 {
			return lines
		}
		c = t.lanes(r)
		for _, m := range r.States {
			s, st := t.stateText(m)
			col := t.grid.cols[m.Lane] + 1
			next := t.grid.ladder
			for _, other := range r.States {
				if at := t.grid.cols[other.Lane]; at > col {
					next = min(next, at)
				}
			}
			c.put(col, t.fit(t.g.state+s+t.markOf(m), next-col), st)
		}
		return append(lines, c)
	}
	taken := map[int]int{} // marks so far, by lane
	for _, m := range r.States {
		n := taken[m.Lane]
		taken[m.Lane]++
		for n >= len(lines) {
			lines = append(lines, t.lanes(r))
		}
		s, st := t.stateText(m)
		if m.Lane == t.grid.left {
			lines[n].right(t.grid.l-1+cells(t.markOf(m)), s+t.markOf(m), st)
		} else {
			lines[n].put(t.grid.r+2-cells(t.markOf(m)), t.markOf(m)+s, st)
		}
	}
	return lines
}

// stateText is the name of a state, and how it looks.
func (t *text) stateText(m ladder.StateMark) (string, style) {
	return safe(m.To.String()), stateStyle(m.To)
}

// markOf says how a change is known, where it is not certain.
func (t *text) markOf(m ladder.StateMark) string {
	switch {
	case m.Contradicted:
		t.used[symContradicted] = true
		return "!"
	case m.Basis == tcpstate.Assumed:
		t.used[symAssumed] = true
		return "?"
	}
	return ""
}

func stateStyle(s tcpstate.State) style {
	switch s {
	case tcpstate.SynSent, tcpstate.SynReceived:
		return opening
	case tcpstate.Established:
		return open
	case tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.CloseWait, tcpstate.Closing, tcpstate.LastAck, tcpstate.TimeWait:
		return closing
	case tcpstate.Unknown, tcpstate.Closed, tcpstate.Listen:
	}
	return faint
}

func (t *text) openingLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	lines := t.withStates(c, r)
	if t.builder.Connections() < 2 || !r.First {
		if len(r.States) == 0 {
			return nil
		}
		return lines
	}
	middle := fmt.Sprintf(" %s %s ", t.say.f(wordConnection, r.Stream+1), t.tag(r))
	left, right := t.span()
	c.fill(left+1, right, t.g.tick, faint)
	t.centredBetween(c, left, right, t.fit(middle, right-left-3), strong)
	return lines
}

// span returns the columns of the outermost lanes.
func (t *text) span() (left, right int) {
	if t.grid.two {
		return t.grid.l, t.grid.r
	}
	left, right = t.grid.ladder-1, 0
	for _, col := range t.grid.cols {
		left, right = min(left, col), max(right, col)
	}
	return left, right
}

func (t *text) centredBetween(c *canvas, left, right int, s string, st style) {
	c.put(left+1+(right-left-1-cells(s))/2, s, st)
}

func (t *text) stateLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	t.gutter(c, r)
	why := stateCause(t.say, r)
	t.beside(c, r.Lane, words(t.g.state, why), faint)
	return t.withStates(c, r)
}

func (t *text) callLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	t.gutter(c, r)
	call := r.Event.Call
	s := safe(call.Name) + "(" + safe(call.Args) + ")"
	if call.Result != "" {
		s += " = " + safe(call.Result)
	}
	t.used[symCall] = true
	t.beside(c, r.Lane, t.g.call+" "+s, plain)
	return t.withStates(c, r)
}

// beside writes words next to a lane, on its inner side; the symbol that they
// begin with stands at the lane.
func (t *text) beside(c *canvas, lane int, s string, st style) {
	left, right := t.span()
	col := t.grid.cols[lane]
	if col == right && right > left {
		symbol, rest := firstWord(t.fit(s, right-left-3))
		c.right(right-1, rest+" "+symbol, st)
		return
	}
	c.put(col+2, t.fit(s, max(t.grid.ladder-col-2, 0)-t.edge()), st)
}

// edge is what the right state column takes.
func (t *text) edge() int {
	if t.grid.two {
		return stateWidth + 4
	}
	return 0
}

func firstWord(s string) (first, rest string) {
	for i, r := range s {
		if r == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func (t *text) pauseLines(r *ladder.Row) []*canvas {
	c := t.canvas()
	for _, col := range t.grid.cols {
		c.put(col, t.g.dots, faint)
	}
	left, right := t.span()
	t.centredBetween(c, left, right, t.text(t.g.dots+" "+t.say.f(wordPass, prose(r.Pause))+" "+t.g.dots), strong)
	return []*canvas{c}
}

func (t *text) otherLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	t.gutter(c, r)
	left, right := t.span()
	if r.Kind == ladder.RowVerdict {
		lines := t.inside(r, left, right, verdictText(t.say, *r.Event.Verdict), trouble)
		t.gutter(lines[0], r)
		return lines
	}
	t.centredBetween(c, left, right, t.fit(otherText(t.say, r), right-left-3), faint)
	return []*canvas{c}
}
