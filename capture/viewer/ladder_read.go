package viewer

import (
	"math"

	tea "charm.land/bubbletea/v2"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// load reads a part of the ladder, and calls then with it.
func (x *ladderScreen) load(part render.Part, then func() tea.Cmd) tea.Cmd {
	part.Most = maxRows
	return x.loadBy(1, func(read partReader) (*render.Sheet, error) { return read(part) }, then)
}

// loadLast reads the ladder's last part, and calls then with it. It reads twice:
// to count the rows, of which none is explained, is the lesser part of the work.
func (x *ladderScreen) loadLast(then func() tea.Cmd) tea.Cmd {
	return x.loadBy(2, func(read partReader) (*render.Sheet, error) {
		all, _ := read(render.Part{Row: math.MaxInt}) // the second reading meets the same error
		return read(render.Part{Row: max(0, all.Before()-maxRows), Most: maxRows})
	}, then)
}

// partReader reads a part of a ladder.
type partReader func(render.Part) (*render.Sheet, error)

// loadBy reads a part of the ladder in so many readings, and calls then with it.
func (x *ladderScreen) loadBy(readings int, by func(partReader) (*render.Sheet, error), then func() tea.Cmd) tea.Cmd {
	m := x.m
	m.drop(x.job)
	j := &job{what: wordReadingLadder, more: readings - 1}
	x.job = j
	o := render.Options{Streams: []int{x.n}, Detail: x.detail, NoTables: true, ByStream: true, ASCII: m.look.ascii}
	last := 0
	if c := m.conns[x.n]; c != nil && c.over && !m.reading() {
		last = c.last
	}
	return m.begin(j, func(r *Reading) tea.Msg {
		sheet, err := by(func(part render.Part) (*render.Sheet, error) {
			o.Between = m.trace.between()
			return render.ReadSheet(until(last, m.trace.Events(0, r)), o, part)
		})
		return arrived{j, func() tea.Cmd {
			x.job, x.sheet, x.err, x.drawn = nil, sheet, failure(err), nil
			return then()
		}}
	})
}

// until leaves out the summaries, which have a place of their own, and ends
// after the last frame of the connection, 0 where that is not known.
func until(last int, events render.Events) render.Events {
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			if last > 0 && e.Frame > last {
				return
			}
			if err == nil && (e.Kind == trace.KindConnection || e.Kind == trace.KindTotals) {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// find chooses the row of a frame, reading where it is not held.
func (x *ladderScreen) find(frame int) tea.Cmd {
	for i := range x.count() {
		if x.frameAt(i) == frame && x.segmentAt(i) {
			x.cur.at = i
			return nil
		}
	}
	part := render.Part{}
	if c := x.m.conns[x.n]; c == nil || c.frames > maxRows/3 {
		part.Frame = max(0, frame-margin)
	}
	return x.load(part, func() tea.Cmd {
		for i := range x.count() {
			if x.frameAt(i) == frame {
				x.cur.at = i
				if x.segmentAt(i) {
					break
				}
			}
		}
		return nil
	})
}

// beyond reads the part before, or the one after.
func (x *ladderScreen) beyond(d int, then func() tea.Cmd) tea.Cmd {
	if x.sheet == nil || x.job != nil {
		return nil
	}
	before, n := x.sheet.Before(), x.sheet.Len()
	at := before + x.cur.at // counted from the ladder's first row
	settle := func(to int) func() tea.Cmd {
		return func() tea.Cmd {
			x.cur.put(to-x.sheet.Before(), x.count())
			if then != nil {
				return then()
			}
			return nil
		}
	}
	switch {
	case d < 0 && before > 0:
		return x.load(render.Part{Row: max(0, before-maxRows+overlap)}, settle(at-1))
	case d > 0 && x.sheet.More():
		return x.load(render.Part{Row: before + n - overlap}, settle(at+1))
	}
	return nil
}

// edge reads the ladder's first part, or its last.
func (x *ladderScreen) edge(d int) tea.Cmd {
	if x.sheet == nil || x.job != nil {
		return nil
	}
	at := func(row int) func() tea.Cmd {
		return func() tea.Cmd {
			x.cur.put(row, x.count())
			return nil
		}
	}
	switch {
	case d < 0 && x.sheet.Before() > 0:
		return x.load(render.Part{}, at(0))
	case d > 0 && x.sheet.More():
		return x.loadLast(at(maxRows))
	}
	return nil
}
