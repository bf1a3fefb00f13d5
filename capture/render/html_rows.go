package render

import (
	"cmp"
	"strconv"
	"strings"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// htmlRow is a row of the page.
type htmlRow struct {
	ID, Class string
	Stream    int
	Frame     int // 0 for none that is news
	// Frames is the range of those that the row stands for, where it stands for
	// some; Anchors are those that links lead to, beside the one in ID.
	Frames       string
	Anchors      []int
	Since, Delta string
	// Heading is a step's title, or a line that stands across the lanes.
	Heading trace.Text
	// Spoken is what a screen reader says.
	Spoken trace.Text
	// Label stands above the arrow, Delay and Below under it; Fields are header
	// fields.
	Label  trace.Text
	Delay  trace.Text
	Below  []trace.Text
	Fields []trace.Text
	Arrow  *htmlArrow
	// Beside is what stands beside a lane: a call, a memory. Side is its lane, Who
	// its name, and Mark the sign that stands nearest to it.
	Beside, Who trace.Text
	Mark        string
	Side        int
	// Before and After are the lanes above and below the row's event.
	Before, After []htmlLane
	Sides         []htmlSide
	// Span is the class that places what stands between two lanes, Edge that of
	// what stands beside one.
	Span, Edge string
	Why        []reason
	swapped    bool // the first lane stands at the right
	Opens      bool // there is something to open
}

// htmlLane is how a lane looks: Class is its state's colour, empty where nothing
// is remembered.
type htmlLane struct {
	N     int
	Class string
}

// htmlSide holds the states that an end comes into.
type htmlSide struct {
	Lane  int
	Edge  string
	Chips []htmlChip
}

type htmlChip struct{ Class, Label string }

// place is where a lane stands, from 0 at the left to 1 at the right.
func (r *report) place(lane int) float64 {
	for i, l := range r.order {
		if l == lane && len(r.order) > 1 {
			return float64(i) / float64(len(r.order)-1)
		}
	}
	return 0
}

// Two reports whether there are no lanes but the outer ones, so that states
// stand outside of them.
func (r *report) Two() bool { return len(r.lanes) <= 2 }

// painter follows what is alive in the lanes from row to row.
type painter struct {
	r     *report
	alive []tcpstate.State // see ladder.Row
}

// Rows are the rows of the page.
func (r *report) Rows() []*htmlRow {
	p := &painter{r: r}
	out := make([]*htmlRow, 0, len(r.rows))
	for i := range r.rows {
		h := p.row(i, &r.rows[i])
		out = append(out, &h)
	}
	return out
}

// framesOf are the frames that a row stands for: its segment's, or those that are
// folded into it.
func framesOf(row *ladder.Row) []int {
	switch {
	case row.Folding != nil:
		return row.Folding.Frames
	case row.Frame > 0 && (row.Kind == ladder.RowArrow && row.Event.Segment != nil || row.Kind == ladder.RowOther):
		return []int{row.Frame}
	}
	return nil
}

// anchor finds the row that a link to a frame leads to: the first that stands for it.
func (r *report) anchor() {
	r.anchors = map[int]int{}
	for i := range r.rows {
		for _, n := range framesOf(&r.rows[i]) {
			if _, known := r.anchors[n]; !known {
				r.anchors[n] = i
			}
		}
	}
}

// identity is what a row's link leads to: the first frame that leads there, and the
// others.
func (p *painter) identity(i int, row *ladder.Row) (id string, others []int) {
	for _, n := range framesOf(row) {
		switch {
		case p.r.anchors[n] != i:
		case id == "":
			id = "frame-" + strconv.Itoa(n)
		default:
			others = append(others, n)
		}
	}
	return cmp.Or(id, "row-"+strconv.Itoa(i+1)), others
}

func (p *painter) row(i int, row *ladder.Row) htmlRow {
	h := htmlRow{Stream: row.Stream, Side: row.Lane, Why: p.r.whys[i], Before: p.lanes()}
	h.swapped = len(p.r.order) == 2 && p.r.order[0] == 1
	if row.Lane >= 0 {
		h.Edge = p.r.edge(row.Lane)
		h.Who = inTwo(func(s speaker) string { return s.lane(p.r.lanes[row.Lane]) })
	}
	if h.ID, h.Anchors = p.identity(i, row); row.Folding == nil && strings.HasPrefix(h.ID, "frame-") {
		h.Frame = row.Frame
	}
	if showsTime(row) && !row.At.IsZero() {
		h.Since, h.Delta = sinceText(row.Since), deltaText(row.Delta)
	}
	for _, m := range row.States {
		h.chip(m.Lane, p.r.edge(m.Lane), htmlChip{stateClass(m.To), stateWord(m)})
	}
	p.alive = row.Alive
	h.After = p.lanes()
	p.say(&h, row)
	h.Spoken = inTwo(func(s speaker) string { return p.spoken(s, row, &h) })
	return h
}

// lanes are the lanes as they are now.
func (p *painter) lanes() []htmlLane {
	out := make([]htmlLane, len(p.r.lanes))
	for lane := range out {
		out[lane] = htmlLane{lane, stateClass(aliveIn(p.alive, lane))}
	}
	return out
}

// Lanes are the classes by which the lanes go on beside an explanation that
// stands under its row.
func (h *htmlRow) Lanes() string {
	if len(h.After) != 2 {
		return ""
	}
	left, right := h.After[0], h.After[1]
	if h.swapped {
		left, right = right, left
	}
	return " wl-" + left.Class + " wr-" + right.Class
}

// stateClass is the style of a state; empty for those in which nothing is
// remembered.
func stateClass(s tcpstate.State) string {
	switch stateStyle(s) {
	case opening:
		return "opening"
	case open:
		return "open"
	case closing:
		return "closing"
	default:
		return ""
	}
}

// chip puts a state beside its lane.
func (h *htmlRow) chip(lane int, edge string, c htmlChip) {
	for i := range h.Sides {
		if h.Sides[i].Lane == lane {
			h.Sides[i].Chips = append(h.Sides[i].Chips, c)
			return
		}
	}
	h.Sides = append(h.Sides, htmlSide{lane, edge, []htmlChip{c}})
}

// edge is the side of the ladder on which a lane stands.
func (r *report) edge(lane int) string {
	if r.place(lane) > 0.5 || r.place(lane) > 0 && r.Two() {
		return "right"
	}
	return "left"
}

// say writes what a row shows.
func (p *painter) say(h *htmlRow, row *ladder.Row) {
	switch row.Kind {
	case ladder.RowArrow, ladder.RowMessage:
		p.arrow(h, row)
	case ladder.RowOpening:
		h.Class = "opening-row"
		if p.r.several && row.First {
			h.Heading = inTwo(func(s speaker) string { return p.r.o.connection(s, row.Stream) })
		}
	case ladder.RowStep:
		h.Class, h.Heading = "step", trace.Text{En: safe(row.Event.Note.Text.En), Ko: safe(row.Event.Note.Text.Ko)}
	case ladder.RowNote:
		h.Class, h.Heading = "note", trace.Text{En: safe(row.Event.Note.Text.En), Ko: safe(row.Event.Note.Text.Ko)}
	case ladder.RowFolded:
		h.Class, h.Opens, h.Frames = "other", true, frameText(row)
		h.Heading = inTwo(func(s speaker) string { return foldedText(s, row, p.r.several) })
	case ladder.RowPause:
		h.Class, h.Heading = "pause", inTwo(func(s speaker) string { return s.f(wordPass, prose(s.lang, row.Pause)) })
	case ladder.RowCall:
		h.Class, h.Opens, h.Mark = "call", true, "●"
		h.Beside = inTwo(func(s speaker) string { return callText(s, row.Event.Call) })
	case ladder.RowStore:
		h.Class, h.Opens, h.Mark = "call", true, "▣"
		h.Beside = inTwo(func(s speaker) string { return explain.AccessForms(s.lang, row.Event.Access)[0] })
	case ladder.RowMemory:
		h.Class, h.Opens, h.Mark = "memory", true, "▤"
		h.Beside = inTwo(func(s speaker) string { return memoryText(s, row.Memory) })
	case ladder.RowState:
		h.Class, h.Opens, h.Mark = "state", true, "◆"
		h.Beside = inTwo(func(s speaker) string {
			tag := ""
			if p.r.several {
				tag = rowTag(row)
			}
			return words(tag, stateCause(s, row))
		})
	case ladder.RowOther, ladder.RowVerdict, ladder.RowLost:
		h.Class, h.Opens = "other", row.Kind != ladder.RowLost
		h.Heading = inTwo(func(s speaker) string { return otherText(s, row) })
	case ladder.RowConnection, ladder.RowTotals:
	}
}
