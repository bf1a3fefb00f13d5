package render

import (
	"slices"
	"time"

	"statelab/capture/http1"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Bound is a place in a trace: a frame's number, or a time since the first
// frame, or a time. The zero value is no bound.
type Bound struct {
	Frame int
	Since time.Duration
	At    time.Time
	Set   bool
}

// before reports whether what is told of a frame at a time lies before b.
func (b *Bound) before(frame int, at, first time.Time) bool {
	switch {
	case !b.Set:
		return false
	case b.Frame > 0:
		return frame < b.Frame
	case b.At.IsZero():
		return at.Sub(first) < b.Since
	}
	return at.Before(b.At)
}

// after reports whether it lies behind b.
func (b *Bound) after(frame int, at, first time.Time) bool {
	switch {
	case !b.Set:
		return false
	case b.Frame > 0:
		return frame > b.Frame
	case b.At.IsZero():
		return at.Sub(first) > b.Since
	}
	return at.After(b.At)
}

// behind reports whether b lies behind another bound of its kind: nothing lies
// between them.
func (b *Bound) behind(to *Bound) bool {
	switch {
	case !b.Set || !to.Set || (b.Frame > 0) != (to.Frame > 0) || b.At.IsZero() != to.At.IsZero():
		return false
	case b.Frame > 0:
		return b.Frame > to.Frame
	case b.At.IsZero():
		return b.Since > to.Since
	}
	return b.At.After(to.At)
}

// Between leaves out what lies before from or after to, as it passes. What has
// no frame of its own belongs to the newest that was seen before it.
type Between struct {
	From, To Bound

	first  time.Time // when the trace begins
	newest int
	// passed: the frames that a ladder shows have all been seen.
	passed bool
	// ends are the states of connections' ends that rows which are left out have
	// told: the first row that is kept of a connection shows them.
	ends map[int][]ladder.StateMark
}

// begins tells when the trace begins, if nothing has told it before.
func (b *Between) begins(at time.Time) {
	if b != nil && b.first.IsZero() {
		b.first = at
	}
}

// Holds reports whether what is told of a frame (0 for none) at a time lies
// between the bounds, and remembers how far the trace has come.
func (b *Between) Holds(frame int, at time.Time) bool {
	if b == nil {
		return true
	}
	b.begins(at)
	b.newest = max(b.newest, frame)
	if frame == 0 {
		frame = b.newest
	}
	return !b.From.before(frame, at, b.first) && !b.To.after(frame, at, b.first)
}

// Touches reports whether a part of what was seen in a span lies between the
// bounds: an exchange, a connection. Such a thing is shown as a whole.
func (b *Between) Touches(s http1.Span) bool {
	return b == nil || !b.From.behind(&b.To) && !b.From.before(s.LastFrame, s.LastTime, b.first) && !b.To.after(s.FirstFrame, s.FirstTime, b.first)
}

// Lived is the span of a connection.
func Lived(c *tcpstate.Conn) http1.Span {
	return http1.Span{FirstFrame: c.First, LastFrame: c.Last, FirstTime: c.FirstTime, LastTime: c.LastTime}
}

// wordWhole says what the numbers are about.
var wordWhole = trace.Text{
	En: "--from, --to: connections and exchanges with a part in between, each told as a whole",
	Ko: "--from, --to: 그 사이에 걸친 연결과 교환, 수치는 저마다 그 전체의 것",
}

// whole says it where a part was asked for.
func (t *text) whole() {
	if t.o.Between == nil {
		return
	}
	for _, part := range wrap(t.say.of(wordWhole), t.o.width()) {
		t.painted(faint, part)
	}
}

// add gives a builder the events of which it makes rows that are shown, and those
// that such rows begin with. Behind the last frame these are summaries alone.
func (b *Between) add(to *ladder.Builder, e *trace.Event) []ladder.Row {
	summary := e.Kind == trace.KindConnection || e.Kind == trace.KindTotals
	switch {
	case b == nil || summary || !b.To.Set || e.Frame <= b.To.Frame || b.To.Frame == 0 || e.Wire != 0:
	case b.passed:
		return nil
	default:
		b.passed = true
		return to.Part()
	}
	return to.Add(e)
}

// Rows leaves rows out. Summaries of connections of which a part is shown stay,
// and the trace's: they are about all of it.
func (b *Between) Rows(rows []ladder.Row) []ladder.Row {
	if b == nil {
		return rows
	}
	kept := rows[:0]
	for _, r := range rows {
		switch {
		case r.Kind == ladder.RowConnection && !b.Touches(Lived(r.Event.Connection)):
		case r.Kind == ladder.RowConnection || r.Kind == ladder.RowTotals:
			kept = append(kept, r)
		case b.Holds(r.Event.Frame, r.Event.At):
			b.resume(&r)
			kept = append(kept, r)
		default:
			b.leave(&r)
		}
	}
	return kept
}

// leave remembers the states that a row tells which is left out.
func (b *Between) leave(r *ladder.Row) {
	if r.Stream < 0 || len(r.States)+len(r.Proofs) == 0 {
		return
	}
	b.prove(r)
	if b.ends == nil {
		b.ends = map[int][]ladder.StateMark{}
	}
	for _, m := range r.States {
		b.ends[r.Stream] = append(slices.DeleteFunc(b.ends[r.Stream], func(old ladder.StateMark) bool { return old.Lane == m.Lane }), m)
	}
}

// prove takes the doubt from what a row proves.
func (b *Between) prove(r *ladder.Row) {
	ends := b.ends[r.Stream]
	for i := range ends {
		if r.Proves(&ends[i]) {
			ends[i].Basis = tcpstate.Inferred
		}
	}
}

// resume adds to the first row of a connection after a cut the states that its
// ends are in.
func (b *Between) resume(r *ladder.Row) {
	ends, cut := b.ends[r.Stream]
	if !cut || r.Kind != ladder.RowArrow {
		return
	}
	b.prove(r)
	delete(b.ends, r.Stream)
	states := slices.Clone(r.States)
	for _, m := range ends {
		told := slices.ContainsFunc(r.States, func(s ladder.StateMark) bool { return s.Lane == m.Lane })
		if !told && m.To != tcpstate.Closed {
			m.From = m.To
			states = append(states, m)
		}
	}
	r.States = states
}

// Events leaves events out, but for summaries: see Rows.
func (b *Between) Events(events Events) Events {
	if b == nil {
		return events
	}
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			shown := err != nil || e.Kind == trace.KindTotals
			switch {
			case shown:
			case e.Kind == trace.KindConnection:
				shown = b.Touches(Lived(e.Connection))
			default:
				shown = b.Holds(e.Frame, e.At)
			}
			if shown && !yield(e, err) {
				return
			}
		}
	}
}
