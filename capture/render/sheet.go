package render

import (
	"strconv"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// Sheet is a ladder of which any row can be drawn at any time, as often as it
// is asked for: what a screen needs that is scrolled over. Its lines are those
// of Text, but that the lanes are known from the beginning.
//
// A Sheet is not changed once it was read, and may be used concurrently.
type Sheet struct {
	rows []sheetRow
	// before is how many rows lie before the first.
	before int
	more   bool
	lanes  []ladder.Lane
	// starts are the states of ends before the first row.
	starts    map[laneEnd]ladder.StateMark
	explainer [len(languages)]*explain.Explainer
	frame     int // cells for a frame's number
}

// laneEnd is one lane's end of one connection.
type laneEnd struct{ stream, lane int }

// sheetRow is a row, and how the ladder stands before it.
type sheetRow struct {
	ladder.Row
	stand
	why [len(languages)][]explain.Explanation
}

// stand is what the rows above one leave behind.
type stand struct {
	alive  []tcpstate.State // see ladder.Row
	opened int              // connections that were shown
	tables bool             // a summary was
}

// Part is the part of a ladder that a Sheet holds.
type Part struct {
	// Row is how many rows are left out before it, Frame the frame before which
	// none is kept. Both are 0 for the ladder's beginning.
	Row, Frame int
	// Most is how many rows it has at most.
	Most int
}

// ReadSheet reads a part of a timeline's rows. Where there are more behind it,
// More says so, and the events are left as they are. Memory grows with the rows
// that are kept, each with its explanation in both languages, and not with those
// of connections that o.Streams leaves out.
//
// Errors: that of the events. The sheet is good even then: it holds what came
// before.
func ReadSheet(events Events, o Options, part Part) (*Sheet, error) {
	r := sheetReader{
		Sheet: Sheet{starts: map[laneEnd]ladder.StateMark{}}, o: o, part: part,
		builder: ladder.New(o.ladder()),
	}
	for i, lang := range languages {
		r.explainer[i] = o.explainer(lang)
	}
	var failed error
	for e, err := range events {
		if err != nil {
			failed = err
			break
		}
		o.Between.begins(e.At)
		if e.Stream < 0 || o.shows(e.Stream) {
			for _, x := range r.explainer {
				x.Observe(&e)
			}
		}
		if r.take(o.Between.add(r.builder, &e)); r.more {
			break
		}
	}
	r.take(r.builder.Flush())
	r.lanes = r.builder.Lanes()
	return &r.Sheet, failed
}

// sheetReader is a Sheet on its way.
type sheetReader struct {
	Sheet
	o       Options
	part    Part
	builder *ladder.Builder
	at      stand
}

// take keeps rows that show something and lie where they are asked for.
func (r *sheetReader) take(rows []ladder.Row) {
	for _, row := range r.o.Between.Rows(rows) {
		was := r.at
		r.at.pass(&row)
		switch {
		case r.more || silent(&row, r.at.opened):
		case len(r.rows) == 0 && (r.before < r.part.Row || row.Frame < r.part.Frame):
			r.before++
			for _, m := range row.States {
				r.starts[laneEnd{row.Stream, m.Lane}] = m
			}
			for _, p := range row.Proofs {
				at := laneEnd{row.Stream, p.Lane}
				if m, ok := r.starts[at]; ok && row.Proves(&m) {
					m.Basis = tcpstate.Inferred
					r.starts[at] = m
				}
			}
		case len(r.rows) >= r.part.Most:
			r.more = true
		default:
			r.keep(row, was)
		}
	}
}

func (r *sheetReader) keep(row ladder.Row, was stand) {
	kept := sheetRow{Row: row, stand: was}
	for i, x := range r.explainer {
		kept.why[i] = explanations(x, r.builder.Lanes(), &row)
	}
	r.rows = append(r.rows, kept)
	digits := len(strconv.Itoa(row.Frame))
	if r.frame == 0 {
		r.frame = max(digits, 3)
	}
	if digits > r.frame+borrowed {
		r.frame = digits
	}
}

// pass is what a row leaves behind.
func (s *stand) pass(r *ladder.Row) {
	if r.Alive != nil {
		s.alive = r.Alive
	}
	if r.Kind == ladder.RowOpening && r.First {
		s.opened++
	}
	if r.Kind == ladder.RowConnection || r.Kind == ladder.RowTotals {
		s.tables = true
	}
}

// silent reports whether a row has no line of its own.
func silent(r *ladder.Row, opened int) bool {
	switch {
	case r.Kind == ladder.RowMemory:
		return !r.Memory.Structural()
	case r.Kind == ladder.RowOpening:
		return len(r.States) == 0 && (opened < 2 || !r.First)
	}
	return false
}
