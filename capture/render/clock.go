package render

import (
	"strconv"
	"time"

	"statelab/capture/ladder"
)

// Clock is how a text ladder tells a row's time.
type Clock uint8

// Clocks.
const (
	ClockSince Clock = iota // seconds since the first row, and since the one before
	ClockDelta              // seconds since the row before, to the nanosecond
	ClockDay                // the time of day, in UTC
)

// Clocks is how many there are.
const Clocks = 3

// showsTime reports whether a row shows its time: headings have none, what looks back on
// rows above has theirs.
func showsTime(r *ladder.Row) bool {
	switch r.Kind {
	case ladder.RowMemory:
		return r.Delta > 0
	case ladder.RowMessage:
		return r.Folding != nil
	case ladder.RowArrow, ladder.RowFolded, ladder.RowCall, ladder.RowStore, ladder.RowState, ladder.RowOther, ladder.RowVerdict, ladder.RowLost:
		return true
	case ladder.RowOpening, ladder.RowPause, ladder.RowStep, ladder.RowNote, ladder.RowConnection, ladder.RowTotals:
	}
	return false
}

// clock writes a row's time in its columns. A long frame number has borrowed
// that many of their cells: the columns move as far as the state beside them
// leaves room, and only then does the time lose digits.
func (t *text) clock(c *canvas, r *ladder.Row, borrowed int) {
	end := t.grid.gutter - 1
	switch t.o.Clock {
	case ClockSince:
		delta, moved := t.text(deltaText(r.Delta)), 0
		if delta != "" {
			moved = max(cells(delta)+borrowed-deltaWidth, 0)
		}
		lost := 0
		if moved > t.slack(r) {
			moved, lost = 0, borrowed
		}
		c.right(t.grid.frame+1+timeWidth+borrowed-lost, sinceIn(r.Since, timeWidth-lost), faint)
		c.right(end+moved, delta, faint)
	case ClockDelta:
		c.right(end, preciseDelta(r.Delta), faint)
	case ClockDay:
		c.right(end, r.At.UTC().Format("15:04:05.0000"), faint)
	}
}

// slack is how many cells are free between a row's time and the state beside it.
func (t *text) slack(r *ladder.Row) int {
	if !t.grid.two {
		return borrowed
	}
	widest := 0
	for _, m := range r.States {
		if s, _ := t.stateText(m); m.Lane == t.grid.left {
			widest = max(widest, cells(s))
		}
	}
	return t.grid.l - 2 - widest - (t.grid.gutter - 1)
}

// clockHead names the columns of the time.
func (t *text) clockHead(c *canvas) {
	end := t.grid.gutter - 1
	switch t.o.Clock {
	case ClockSince:
		c.right(t.grid.frame+8, t.text(t.say.of(wordSeconds)), faint)
		c.right(end, t.text(t.say.of(wordDelta)), faint)
	case ClockDelta:
		c.right(end, t.text(t.say.of(wordDelta))+" s", faint)
	case ClockDay:
		c.right(end, t.text(t.say.of(wordTimeOfDay)), faint)
	}
}

// preciseDelta writes a difference in seconds with nine decimals, or as many as
// twelve cells hold.
func preciseDelta(d time.Duration) string {
	s := strconv.FormatFloat(d.Seconds(), 'f', 9, 64)
	if d >= 0 {
		s = "+" + s
	}
	if len(s) > 12 && d.Abs() < 1e9*time.Second {
		s = s[:12]
	}
	return s
}
