package render

import (
	"html/template"
	"slices"
	"time"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// maxReport is how many rows a page holds: as many as a browser shows smoothly.
const maxReport = 4000

// report is a timeline on its way to a page.
type report struct {
	o       *Options
	lanes   []ladder.Lane
	order   []int // lanes from left to right
	rows    []ladder.Row
	whys    [][]reason
	left    int // rows that had no room
	several bool
	talked  bool
	ledger  []ladder.Step
	now     []ladder.Remembered
	x       [len(languages)]*explain.Explainer
	conns   []tcpstate.Conn
	totals  *trace.Totals
	found   map[string]*expertEntry
	began   time.Time
	web     exchanges
	frames  pageFrames
	anchors map[int]int // rows that links to frames lead to
	plots   pagePlots
	// pictures are the plots, drawn.
	pictures []template.HTML
}

// reason is one explanation, in both languages.
type reason struct {
	Sentence, Arithmetic trace.Text
	Section              string
}

// maxConnections bounds the page's table of connections.
const maxConnections = 1000

// collectReport reads a timeline to its end. The report is good even where
// there is an error: it shows what came before.
func collectReport(events Events, o *Options) (*report, error) {
	r := &report{o: o, found: map[string]*expertEntry{}}
	for i, lang := range languages {
		r.x[i] = explain.New(lang)
	}
	r.plots.begin(o)
	b := ladder.New(o.ladder())
	var failed error
	for e, err := range timed(events, &r.began) {
		if err != nil {
			failed = err
			break
		}
		o.Between.begins(e.At)
		for _, x := range r.x {
			x.Observe(&e)
		}
		r.note(&e)
		r.take(b, o.Between.add(b, &e))
	}
	r.take(b, b.Flush())
	r.lanes, r.several, r.talked = b.Lanes(), b.Connections() > 1, b.Talked()
	r.order = ladder.Arrange(r.lanes)
	r.dropEmpty()
	r.anchor()
	r.pictures = r.draw()
	r.ledger, r.now = worthShowing(b.Ledger()), b.Memories()
	return r, failed
}

// dropEmpty takes out the openings of connections that show nothing.
func (r *report) dropEmpty() {
	n := 0
	for i := range r.rows {
		row := &r.rows[i]
		if row.Kind == ladder.RowOpening && len(row.States) == 0 && !(r.several && row.First) {
			continue
		}
		r.rows[n], r.whys[n] = *row, r.whys[i]
		n++
	}
	r.rows, r.whys = r.rows[:n], r.whys[:n]
}

// take keeps rows, each with its explanation.
func (r *report) take(b *ladder.Builder, rows []ladder.Row) {
	rows = r.o.Between.Rows(rows)
	for i := range rows {
		row := &rows[i]
		if row.Kind == ladder.RowMemory && !row.Memory.Structural() || row.Kind == ladder.RowConnection || row.Kind == ladder.RowTotals {
			continue // a value that moves on is no news; the summaries have tables
		}
		if len(r.rows) >= maxReport {
			r.left += 1
			continue
		}
		r.rows = append(r.rows, *row)
		for _, n := range octetsOf(row) {
			r.frames.keep(n)
		}
		r.whys = append(r.whys, r.reasons(b.Lanes(), row))
	}
}

// note keeps what the tables and the panel tell of an event.
func (r *report) note(e *trace.Event) {
	if e.Stream >= 0 && !r.o.shows(e.Stream) {
		return
	}
	switch {
	case e.Kind == trace.KindConnection && len(r.conns) < maxConnections && r.o.Between.Touches(Lived(e.Connection)):
		r.conns = append(r.conns, *e.Clone().Connection)
	case e.Kind == trace.KindTotals:
		r.totals = e.Clone().Totals
	case e.Kind == trace.KindSegment:
		for _, f := range e.Segment.Findings {
			noteFinding(r.found, f, e, r.began)
		}
	}
	r.web.add(e)
	if r.o.Between != nil && e.Kind == trace.KindMessage {
		r.web.all = slices.DeleteFunc(r.web.all, func(x *told) bool { return x.Over && !r.o.Between.Touches(x.Span()) })
	}
	r.web.all = r.web.all[:min(len(r.web.all), maxExchanges)]
	r.plots.add(e)
	if (e.Kind == trace.KindSegment || e.Kind == trace.KindOther) && e.Frame > 0 && r.o.Frame != nil && len(r.rows) < maxReport {
		if f, ok := r.o.Frame(e.Frame); ok {
			r.frames.add(e.Frame, f)
		}
	}
}

// reasons explains a row in both languages.
func (r *report) reasons(lanes []ladder.Lane, row *ladder.Row) []reason {
	var out []reason
	for i, x := range r.x {
		for n, said := range explanations(x, lanes, row) {
			if n >= len(out) {
				out = append(out, reason{Section: said.Section})
			}
			why := &out[n]
			if languages[i] == explain.Korean {
				why.Sentence.Ko, why.Arithmetic.Ko = said.Sentence, said.Arithmetic
			} else {
				why.Sentence.En, why.Arithmetic.En = said.Sentence, said.Arithmetic
			}
		}
	}
	return out
}
