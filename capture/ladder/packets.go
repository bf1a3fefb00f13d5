package ladder

import (
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Folding is what a row stands for where segments are folded: see
// Options.FoldSegments.
type Folding struct {
	// First and Last are the frames that the row stands for, 0 where they are in
	// another file. Gaps: some of those between them stand in other rows.
	First, Last int
	Gaps        bool
	numbered    int // frames from First to Last that are its own
	// Segments counts the segments that opened, closed or troubled the connection.
	Segments int
	// Opens and Closes: there is a SYN, a FIN among them.
	Opens, Closes bool
	// What must not pass unseen: Resent counts retransmissions, Resets segments
	// with RST, Lost, Damaged and Injected what the wire did, Copies what it
	// delivered again.
	Resent, Resets, Lost, Damaged, Injected, Copies int
}

// Troubled reports whether something is not as it would be on a good wire.
func (f *Folding) Troubled() bool {
	return f.Resent+f.Resets+f.Lost+f.Damaged+f.Injected+f.Copies > 0
}

// packer folds segments and the calls that send and receive them. What opens and
// closes a connection is one row for as long as nothing else happens; what
// carries messages is told by the messages.
type packer struct {
	runs []*run    // of connections, in order of their first row
	late []Row     // reports of memory, which stand behind the run
	last time.Time // of the last row that stays
	// above is the connection of the last row that told of one, if told.
	above int
	told  bool
}

// run is what happened on one connection since the last row that stays.
type run struct {
	row     Row
	folding Folding // of what opens and closes it
	carried Folding // of what carries its messages
	shown   bool    // it changes a state
}

// fold takes rows and returns those that stay.
func (p *packer) fold(rows []Row) []Row {
	var out []Row
	for i := range rows {
		r := &rows[i]
		switch {
		case r.Kind == RowMemory:
			p.late = append(p.late, *r)
		case r.Kind == RowArrow && r.Event.Segment != nil, r.Kind == RowCall && !bare(r):
			p.take(r)
		default:
			if r.Kind == RowMessage {
				p.lend(r)
			}
			out = p.flush(out, r.At)
			p.since(r)
			if r.Kind == RowOpening && r.First || r.Kind == RowMessage {
				p.above, p.told = r.Stream, true
			}
			out = append(out, *r)
		}
	}
	return out
}

// bare reports whether a call is none that segments follow: it is a listener's.
func bare(r *Row) bool {
	return r.Event.Call.Name == "listen" || r.Event.Call.Name == "restart" || r.Event.Call.Args == "listener"
}

// of returns the run of a connection.
func (p *packer) of(r *Row) *run {
	for _, known := range p.runs {
		if known.row.Stream == r.Stream {
			return known
		}
	}
	x := &run{row: *r}
	x.row.Kind, x.row.Lane, x.row.Frame, x.row.Arrow, x.row.States = RowFolded, -1, 0, nil, nil
	x.row.Event = trace.Event{Kind: trace.KindNote, At: r.At, Stream: r.Stream, From: r.Event.From, To: r.Event.To}
	p.runs = append(p.runs, x)
	return x
}

// take folds a row away.
func (p *packer) take(r *Row) {
	x := p.of(r)
	x.row.Holds = r.Holds
	for _, m := range r.States {
		x.shown = true
		if i := slices.IndexFunc(x.row.States, func(o StateMark) bool { return o.Lane == m.Lane }); i >= 0 {
			x.row.States = slices.Delete(x.row.States, i, i+1)
		}
		x.row.States = append(x.row.States, m)
	}
	if r.Kind != RowArrow {
		return
	}
	if x.row.Arrow == nil {
		x.row.Arrow = &Arrow{From: r.Arrow.From, To: r.Arrow.To}
	}
	if control(r) {
		x.folding.add(r)
		done := r.At // when all of it was done, as a message's time is
		if r.Arrow.ArrivedAt.After(done) {
			done = r.Arrow.ArrivedAt
		}
		x.done(done)
	} else {
		x.carried.add(r)
	}
}

// done sets the run's time.
func (x *run) done(at time.Time) {
	x.row.Since += at.Sub(x.row.At)
	x.row.At, x.row.Event.At = at, at
}

// control reports whether a segment does more than carry octets.
func control(r *Row) bool {
	return len(r.States) > 0 || r.Event.Segment.Flags.Any(tcpstate.SYN|tcpstate.FIN|tcpstate.RST)
}

// add counts a segment.
func (f *Folding) add(r *Row) {
	s, a := r.Event.Segment, r.Arrow
	f.Copies += count(a.Copy > 1)
	if a.Part == Arrival && !a.Injected { // the row where it left stands for its frame
		f.Damaged += count(a.Damaged)
		return
	}
	f.Opens = f.Opens || s.Flags.Has(tcpstate.SYN)
	f.Closes = f.Closes || s.Flags.Has(tcpstate.FIN)
	f.Resent += count(a.Resent)
	f.Resets += count(s.Flags.Has(tcpstate.RST))
	f.Lost += count(a.Lost)
	f.Damaged += count(a.Damaged && a.Part == Whole)
	f.Injected += count(a.Injected)
	f.Segments++
	f.reach(r)
}

// reach makes the range of frames reach the row's.
func (f *Folding) reach(r *Row) {
	if r.Frame == 0 {
		return
	}
	if f.First == 0 || r.Frame < f.First {
		f.First = r.Frame
	}
	f.Last = max(f.Last, r.Frame)
	f.numbered++
	f.Gaps = f.Last-f.First >= f.numbered
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lend tells a message's row its frames, and what went wrong on their way.
func (p *packer) lend(r *Row) {
	var f Folding
	for _, x := range p.runs {
		if x.row.Stream == r.Stream {
			f, x.carried = x.carried, Folding{}
		}
	}
	f.First, f.Last, f.Gaps = 0, 0, false
	if m := r.Event.Message; m != nil && r.Frame > 0 {
		f.First, f.Last = m.FirstFrame, m.LastFrame
	}
	if w := r.Event.WebSocket; w != nil && r.Frame > 0 {
		f.First, f.Last = w.FirstFrame, w.LastFrame
	}
	r.Folding = &f
}

// flush appends the rows of the runs that are to be seen, and the reports of
// memory that came in them. next is the time of the row behind them, zero if there
// is none: what was still on its way then stands at that time.
func (p *packer) flush(out []Row, next time.Time) []Row {
	for _, x := range p.runs {
		if !next.IsZero() && x.row.At.After(next) {
			x.done(next)
		}
	}
	slices.SortStableFunc(p.runs, func(a, b *run) int { return a.row.At.Compare(b.row.At) })
	for _, x := range p.runs {
		f := x.folding
		if x.carried.Troubled() { // no message tells of it
			f.join(&x.carried)
		}
		if x.shown || f.Troubled() {
			x.row.Folding, x.row.Frame = &f, f.First
			x.row.Apart = p.told && p.above != x.row.Stream
			p.above, p.told = x.row.Stream, true
			p.since(&x.row)
			out = append(out, x.row)
		}
	}
	for i := range p.late {
		if p.late[i].Delta > 0 {
			p.since(&p.late[i])
		}
		out = append(out, p.late[i])
	}
	p.runs, p.late = nil, nil
	return out
}

// since makes a row's time count from the row before it that stays.
func (p *packer) since(r *Row) {
	switch r.Kind {
	case RowStep, RowNote, RowPause, RowConnection, RowTotals, RowOpening: // nothing happens at their time
		return
	default:
	}
	if !p.last.IsZero() {
		r.Delta = r.At.Sub(p.last)
	}
	p.last = r.At
}

// join adds what another counted.
func (f *Folding) join(o *Folding) {
	f.Segments += o.Segments
	f.Resent, f.Resets, f.Lost = f.Resent+o.Resent, f.Resets+o.Resets, f.Lost+o.Lost
	f.Damaged, f.Injected, f.Copies = f.Damaged+o.Damaged, f.Injected+o.Injected, f.Copies+o.Copies
	if o.First > 0 && (f.First == 0 || o.First < f.First) {
		f.First = o.First
	}
	f.Last = max(f.Last, o.Last)
	f.numbered += o.numbered
	f.Gaps = f.Last-f.First >= f.numbered
}
