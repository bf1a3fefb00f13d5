package render

import (
	"time"

	"statelab/capture/ladder"
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

// Between leaves out what lies before from or after to, as it passes. What has
// no frame of its own belongs to the newest that was seen before it.
type Between struct {
	From, To Bound

	first  time.Time // when the trace begins
	newest int
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

// Rows leaves rows out. Summaries of connections and of the trace stay: they
// are about all of it.
func (b *Between) Rows(rows []ladder.Row) []ladder.Row {
	if b == nil {
		return rows
	}
	kept := rows[:0]
	for _, r := range rows {
		if r.Kind == ladder.RowConnection || r.Kind == ladder.RowTotals || b.Holds(r.Event.Frame, r.Event.At) {
			kept = append(kept, r)
		}
	}
	return kept
}

// Events leaves events out, but for summaries.
func (b *Between) Events(events Events) Events {
	if b == nil {
		return events
	}
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			summary := e.Kind == trace.KindConnection || e.Kind == trace.KindTotals
			if (err != nil || summary || b.Holds(e.Frame, e.At)) && !yield(e, err) {
				return
			}
		}
	}
}
