package render

import (
	"bytes"
	"slices"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// Len is how many rows there are.
func (s *Sheet) Len() int { return len(s.rows) }

// Row returns a row, counted from 0. It is not to be changed.
func (s *Sheet) Row(i int) *ladder.Row { return &s.rows[i].Row }

// Before is how many rows lie before the first.
func (s *Sheet) Before() int { return s.before }

// More reports whether the timeline has rows behind the last.
func (s *Sheet) More() bool { return s.more }

// Why explains a row: its event, what the wire did, and changes of state.
func (s *Sheet) Why(i int, lang explain.Lang) []explain.Explanation {
	for j, l := range languages {
		if l == lang {
			return s.rows[i].why[j]
		}
	}
	return nil
}

// LaneState is the state of a lane's end.
type LaneState struct {
	Lane  ladder.Lane
	State tcpstate.State
	// Assumed: it is so if the segment arrived.
	Assumed bool
}

// States returns, from left to right, in what state the ends of a row's
// connection are after it; none where the row is of no connection.
func (s *Sheet) States(i int) []LaneState {
	stream := s.rows[i].Stream
	if stream < 0 {
		return nil
	}
	out := []LaneState{}
	for _, lane := range ladder.Arrange(s.lanes) {
		m, ok := s.latest(i, laneEnd{stream, lane})
		if !ok {
			m.Lane, m.To = lane, tcpstate.Unknown
		}
		out = append(out, LaneState{s.lanes[lane], m.To, m.Basis == tcpstate.Assumed})
	}
	return out
}

// latest finds the newest change of an end's state, up to a row.
func (s *Sheet) latest(i int, at laneEnd) (ladder.StateMark, bool) {
	m, ok := s.starts[at]
	j := i
search:
	for ; j >= 0; j-- {
		if s.rows[j].Stream != at.stream {
			continue
		}
		for _, change := range slices.Backward(s.rows[j].States) {
			if change.Lane == at.lane {
				m, ok = change, true
				break search
			}
		}
	}
	for j++; ok && j <= i; j++ { // what has been proved since
		if s.rows[j].Stream == at.stream && s.rows[j].Proves(&m) {
			m.Basis = tcpstate.Inferred
		}
	}
	return m, ok
}

// SheetText draws a Sheet in one way. It is not safe for concurrent use.
type SheetText struct {
	sheet *Sheet
	text  *text
	out   *bytes.Buffer
	row   int
}

// Text prepares to draw the sheet. Of the options Lang, Width, ASCII, Color,
// Explain, Clock, ByStream and Delays are read. Lines are Width cells wide at most, also
// where that is less than MinWidth.
func (s *Sheet) Text(o Options) *SheetText {
	x := &SheetText{sheet: s, out: &bytes.Buffer{}}
	o.narrow = true
	x.text = newText(x.out, o)
	x.text.told = x.told
	for i, lang := range languages {
		if lang == o.Lang {
			x.text.explainer = s.explainer[i]
		}
	}
	x.text.layout(s.lanes, max(s.frame, 3))
	return x
}

func (x *SheetText) told(*ladder.Row) []string {
	var all []string
	for _, why := range x.sheet.Why(x.row, x.text.o.Lang) {
		all = append(all, why.String())
	}
	return all
}

// Head returns the lines that stand above the rows.
func (x *SheetText) Head() []string {
	first := &ladder.Row{}
	if len(x.sheet.rows) > 0 {
		first = &x.sheet.rows[0].Row
	}
	x.text.head(x.sheet.lanes, first)
	return x.lines()
}

// Row returns the lines of a row, counted from 0.
func (x *SheetText) Row(i int) []string {
	r, t := &x.sheet.rows[i], x.text
	x.row, t.alive, t.opened, t.tables = i, r.alive, r.opened, r.tables
	t.spaced = i == 0 && len(x.sheet.lanes) == 0
	row := r.Row
	t.draw(&row)
	return x.lines()
}

// Foot returns the legend that stands under the rows.
func (x *SheetText) Foot() []string {
	for i := range x.sheet.rows { // what they use is what is explained
		x.Row(i)
	}
	x.text.spaced = false
	x.text.legend()
	return x.lines()
}

// lines takes the lines that were drawn.
func (x *SheetText) lines() []string {
	_ = x.text.w.Flush() // a buffer takes all
	defer x.out.Reset()
	var all []string
	for line := range bytes.Lines(x.out.Bytes()) {
		all = append(all, string(bytes.TrimSuffix(line, []byte("\n"))))
	}
	return all
}
