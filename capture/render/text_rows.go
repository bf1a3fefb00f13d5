package render

import (
	"slices"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// draw writes one row of the ladder with what belongs under it.
func (t *text) draw(r *ladder.Row) {
	if r.Alive != nil {
		t.alive = r.Alive
	}
	if r.Kind == ladder.RowOpening && r.First {
		t.opened++
	}
	for _, name := range termsOf(r) {
		t.terms[name] = true
	}
	var lines []*canvas
	switch r.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		lines = t.arrowLines(r)
	case ladder.RowFolded:
		lines = t.foldedLines(r)
	case ladder.RowOpening:
		lines = t.openingLines(r)
	case ladder.RowState:
		lines = t.stateLines(r)
	case ladder.RowCall:
		lines = t.callLines(r)
	case ladder.RowStore:
		lines = t.storeLines(r)
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
		t.painted(trouble, "! "+t.say.f(wordMissing, explain.Count(r.Event.N, "frame")))
		return
	case ladder.RowConnection, ladder.RowTotals:
		t.summary(r)
		return
	}
	t.block(lines, t.reasons(r))
	if t.o.Wire && r.Kind == ladder.RowMessage {
		t.bytesAsSent(r)
	}
}

// lanes returns a line with nothing but the lanes on it.
func (t *text) lanes(r *ladder.Row) *canvas {
	c := t.canvas()
	if len(t.grid.cols) == 1 && !t.alone() {
		c.put(t.grid.l, t.g.lane, faint)
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

// alone reports whether a single party takes part, which talks to itself.
func (t *text) alone() bool { return len(t.grid.cols) == 1 && t.single() }

// single reports whether a party that has a lane of its own needs nobody opposite.
func (t *text) single() bool { return t.itself || len(t.o.Lanes) == 1 }

// heavy reports whether a lane's party remembers a connection now.
func (t *text) heavy(lane int) bool { return aliveIn(t.alive, lane) != tcpstate.Unknown }

// laneStyle is a lane's colour.
func (t *text) laneStyle(lane int) style { return stateStyle(aliveIn(t.alive, lane)) }

// gutter writes a row's frame number and times.
func (t *text) gutter(c *canvas, r *ladder.Row) {
	wide := 0 // what a long number borrows from the time
	if frame := t.text(frameText(r)); frame != "" {
		wide = max(cells(frame)-t.grid.frame, 0)
		c.right(t.grid.frame+wide, frame, plain)
	}
	if r.At.IsZero() {
		return
	}
	t.clock(c, r, wide)
}

func (t *text) arrowLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	var above *canvas
	below := ""
	if spoken(&r.Event) {
		above = t.message(c, r)
		if showsTime(r) {
			t.gutter(c, r)
		}
	} else {
		t.gutter(c, r)
		above, below = t.arrow(c, r)
	}
	lines := t.withStates(c, r)
	if below != "" {
		from, to := t.span()
		if len(lines) == 1 {
			lines = append(lines, t.lanes(r))
		}
		t.centredBetween(lines[1], from, to, below, faint)
	}
	if above != nil {
		lines = append([]*canvas{above}, lines...)
	}
	if spoken(&r.Event) {
		lines = append(lines, t.stateFields(r)...)
	}
	if s := delayText(t.say, &t.o, r); s != "" {
		from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
		lines = append(lines, t.inside(r, min(from, to), max(from, to), s, faint)...)
	}
	if s := foldedTrouble(t.say, r.Folding); s != "" {
		from, to := t.grid.cols[r.Arrow.From], t.grid.cols[r.Arrow.To]
		lines = append(lines, t.inside(r, min(from, to), max(from, to), s, trouble)...)
	}
	for _, v := range r.Arrow.Verdicts {
		lines = append(lines, t.verdict(r, v)...)
	}
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

func (t *text) callLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	t.gutter(c, r)
	t.used[symCall] = true
	t.beside(c, r.Lane, t.g.call+" "+t.callText(r), plain)
	return t.withStates(c, r)
}

func (t *text) storeLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	t.gutter(c, r)
	t.used[symStore] = true
	t.beside(c, r.Lane, t.g.store+" "+t.pick(explain.AccessForms(t.o.Lang, r.Event.Access), t.besideRoom(r.Lane)-2), plain)
	return []*canvas{c}
}

// callText is a call as a program writes it. Where there is little room, its
// arguments are cut, not what came of it.
func (t *text) callText(r *ladder.Row) string {
	call := r.Event.Call
	head, tail := safe(call.Name)+"(", ")"
	args := safe(explain.CallArgs(t.o.Lang, call))
	result, short := explain.CallResult(t.o.Lang, call)
	result, short = safe(result), safe(short)
	room := t.besideRoom(r.Lane) - cells(t.g.call+" "+head+tail)
	if cells(args+" = "+result) > room {
		result = short
	}
	if result != "" {
		tail += " = " + result
		room -= cells(" = " + result)
	}
	tag := ""
	least := min(cells(args), leastArgs+2)
	if call.Name == "setsockopt" {
		least = cells(args) // half an option's name says nothing
	}
	if s := t.tag(r); s != "" && !dials(r) && room-cells(s)-1 >= least {
		tag = s + " "
		room -= cells(tag)
	}
	if cells(args) > room && (room >= leastArgs || isQuoted(args)) {
		args = t.text(cutArgs(inCells{t}, args, float64(room)))
	}
	return tag + head + args + tail
}

// inCells measures text in cells.
type inCells struct{ *text }

func (c inCells) width(s string) float64             { return float64(cells(c.text.text(s))) }
func (c inCells) clip(s string, room float64) string { return c.fit(s, int(room)) }

// dials reports whether a call opens a connection, which the line above names.
func dials(r *ladder.Row) bool { return r.Event.Call.Name == "connect" && r.Event.Call.Result == "" }

// leastArgs is how much of an argument is still worth showing, in cells.
const leastArgs = 4

// beside writes words next to a lane, on its inner side, or where there is more
// room for them; the symbol that they begin with stands at the lane, and touches it
// where the words would touch another.
func (t *text) beside(c *canvas, lane int, s string, st style) {
	col, onRight, onLeft := t.grid.cols[lane], t.roomOnRight(lane), t.roomOnLeft(lane)
	if s = t.fit(s, max(onRight, onLeft)); cells(s) > onRight {
		symbol, rest := firstWord(s)
		end := col - 1
		if slices.Contains(t.grid.cols, end-cells(s)-1) {
			end = col
		}
		c.right(end, rest+" "+symbol, st)
		return
	}
	begin := col + 2
	if slices.Contains(t.grid.cols, begin+cells(s)) {
		begin = col + 1
	}
	c.put(begin, s, st)
}

// besideRoom is how many cells there are next to a lane.
func (t *text) besideRoom(lane int) int { return max(t.roomOnRight(lane), t.roomOnLeft(lane)) }

// roomOnRight is how many cells words may take to the right of a lane: to the
// right of the outermost there are only edges.
func (t *text) roomOnRight(lane int) int {
	left, right := t.span()
	if col := t.grid.cols[lane]; col != right || right <= left {
		return max(t.grid.ladder-col-2, 0) - t.edge()
	}
	return 0
}

// roomOnLeft is how many they may take to its left, where others' lanes are.
func (t *text) roomOnLeft(lane int) int {
	left, right := t.span()
	col := t.grid.cols[lane]
	if t.grid.two && col != right {
		return 0
	}
	return max(col-left-3, 0)
}

// edge is what the right state column takes, where there is a lane that has it.
func (t *text) edge() int {
	if t.grid.two && !t.alone() {
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
	t.centredBetween(c, left, right, t.text(t.g.dots+" "+t.say.f(wordPass, prose(t.say.lang, r.Pause))+" "+t.g.dots), strong)
	return []*canvas{c}
}

// otherLines is a row without a segment: as words between the lanes, on two lines
// or three where one has too little room; where there are no lanes, all is room.
func (t *text) otherLines(r *ladder.Row) []*canvas {
	left, right := t.span()
	if len(t.grid.cols) == 0 {
		left, right = t.grid.gutter-2, t.grid.ladder
	}
	var lines []*canvas
	if r.Kind == ladder.RowVerdict {
		lines = t.inside(r, left, right, verdictText(t.say, *r.Event.Verdict), trouble)
	} else {
		room := right - left - 3
		lines = t.inside(r, left, right, t.fit(t.fullest(otherForms(t.say, r), room), 2*room), faint)
	}
	t.gutter(lines[0], r)
	return lines
}
