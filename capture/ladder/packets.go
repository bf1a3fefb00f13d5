package ladder

import (
	"slices"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Folding is what a row stands for where segments are folded: see
// Options.FoldSegments.
type Folding struct {
	// First and Last are the frames that the row stands for, 0 where they are in
	// another file. Gaps: some of those between them are not its own.
	First, Last int
	Gaps        bool
	// Frames are its own, in ascending order: of a message, those that carried its
	// octets, and between them the ACKs of its connection.
	Frames []int
	// Segments counts the segments that opened, closed or troubled the connection.
	Segments int
	// Opens and Closes: there is a SYN, a FIN among them.
	Opens, Closes bool
	// What must not pass unseen: Resent counts retransmissions, Resets segments
	// with RST, Lost, Damaged and Injected what the wire did, Copies what it
	// delivered again.
	Resent, Resets, Lost, Damaged, Injected, Copies int
	// Found are the other findings, in the order in which they were made.
	Found []Found
}

// Found counts a finding by its name.
type Found struct {
	Name string
	N    int
}

// Troubled reports whether something is not as it would be on a good wire.
func (f *Folding) Troubled() bool {
	return f.Resent+f.Resets+f.Lost+f.Damaged+f.Injected+f.Copies > 0
}

// Eventful reports whether there is something that is not to be left out.
func (f *Folding) Eventful() bool { return f.Troubled() || len(f.Found) > 0 }

// find counts a finding.
func (f *Folding) find(name string, n int) {
	for i := range f.Found {
		if f.Found[i].Name == name {
			f.Found[i].N += n
			return
		}
	}
	f.Found = append(f.Found, Found{name, n})
}

// packer folds segments and the calls that send and receive them. What opens and
// closes a connection is one row for as long as nothing else happens; what
// carries messages is told by the messages.
type packer struct {
	runs  []*run    // in order of their first row; of a connection, the last one goes on
	late  []Row     // reports of memory, which stand behind the run
	last  time.Time // of the last row that stays
	loads loads
	// above is the connection of the last row that told of one, if told.
	above int
	told  bool
}

// run is what happened on one connection since the last row that stays.
type run struct {
	row      Row
	openings []Row   // which introduce an end of it
	calls    []Row   // those that changed a state
	folding  Folding // of what opens and closes it
	carried  Folding // of what carries its messages
	shown    bool    // it changes a state
	closes   []int   // lanes that have closed it behind octets that are still on their way
	away     int     // FINs that have left, and whose arrival is another row
}

// fold takes rows and returns those that stay.
func (p *packer) fold(rows []Row) []Row {
	var out []Row
	for i := range rows {
		r := &rows[i]
		switch {
		case r.Kind == RowMemory:
			p.late = append(p.late, *r)
		case r.Kind == RowOpening && !r.First:
			x := p.of(r)
			x.openings = append(x.openings, *r)
		case r.Kind == RowArrow && r.Event.Segment != nil, r.Kind == RowCall && !bare(r):
			p.take(r)
		default:
			if r.Kind == RowMessage {
				p.lend(r)
			}
			out = p.flush(out, r.At)
			p.since(r)
			if r.Kind == RowMessage {
				p.loads.told(r)
			}
			if r.Kind == RowOpening || r.Kind == RowMessage {
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
	for _, known := range slices.Backward(p.runs) {
		if known.row.Stream == r.Stream {
			return known
		}
	}
	return p.begin(r)
}

// begin begins a run of a connection.
func (p *packer) begin(r *Row) *run {
	x := &run{row: *r}
	x.row.Kind, x.row.Lane, x.row.Frame, x.row.Arrow, x.row.States = RowFolded, -1, 0, nil, nil
	x.row.Event = trace.Event{Kind: trace.KindNote, At: r.At, Stream: r.Stream, From: r.Event.From, To: r.Event.To}
	p.runs = append(p.runs, x)
	return x
}

// take folds a row away.
func (p *packer) take(r *Row) {
	x := p.of(r)
	if lane, ok := closing(r); ok && p.loads.owed(r.Stream, lane) && !slices.Contains(x.closes, lane) {
		if len(x.closes) == 0 { // what came before does not wait for the message
			x = p.begin(r)
		}
		x.closes = append(x.closes, lane)
	}
	x.row.Alive = r.Alive
	for _, m := range r.States {
		x.shown = true
		if i := slices.IndexFunc(x.row.States, func(o StateMark) bool { return o.Lane == m.Lane }); i >= 0 {
			x.row.States = slices.Delete(x.row.States, i, i+1)
		}
		x.row.States = append(x.row.States, m)
	}
	if r.Kind != RowArrow {
		if len(r.States) > 0 {
			x.calls = append(x.calls, *r)
		}
		return
	}
	if x.row.Arrow == nil {
		x.row.Arrow = &Arrow{From: r.Arrow.From, To: r.Arrow.To}
	}
	p.loads.add(r)
	if _, ok := closing(r); ok {
		x.away += one(r.Arrow.Part == Departure)
	} else if r.Arrow.Part == Arrival && r.Arrow.Copy < 2 && r.Event.Segment.Flags.Has(tcpstate.FIN) {
		x.away = max(x.away-1, 0)
	}
	if control(r) {
		x.folding.add(r)
		x.done(arrival(r))
	} else {
		x.carried.add(r)
	}
}

// arrival is when all of a segment's row is done, as a message's time is.
func arrival(r *Row) time.Time { return later(r.At, r.Arrow.ArrivedAt) }

// closing returns the lane of the end that closes its direction in a row.
func closing(r *Row) (lane int, ok bool) {
	if r.Kind == RowArrow {
		return r.Arrow.From, r.Arrow.Part != Arrival && r.Event.Segment.Flags.Has(tcpstate.FIN)
	}
	return r.Lane, slices.ContainsFunc(r.States, func(m StateMark) bool {
		return m.To == tcpstate.FinWait1 || m.To == tcpstate.LastAck
	})
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
	f.Copies += one(a.Copy > 1)
	if a.Part == Arrival && !a.Injected { // the row where it left stands for its frame
		f.Damaged += one(a.Damaged)
		return
	}
	f.Opens = f.Opens || s.Flags.Has(tcpstate.SYN)
	f.Closes = f.Closes || s.Flags.Has(tcpstate.FIN)
	f.Resent += one(a.Resent)
	f.Resets += one(s.Flags.Has(tcpstate.RST))
	f.Lost += one(a.Lost)
	f.Damaged += one(a.Damaged && a.Part == Whole)
	f.Injected += one(a.Injected)
	f.Segments++
	for _, x := range s.Findings {
		if !a.Resent && tcpstate.Denies(x.Name, s.Findings) == "" {
			f.find(x.Name, 1)
		}
	}
	if r.Frame > 0 {
		f.Frames = append(f.Frames, r.Frame)
	}
}

// own makes the row stand for frames, beside those that were added to it.
func (f *Folding) own(frames ...int) {
	f.Frames = append(f.Frames, frames...)
	slices.Sort(f.Frames)
	if f.Frames = slices.Compact(f.Frames); len(f.Frames) > 0 {
		f.First, f.Last = f.Frames[0], f.Frames[len(f.Frames)-1]
	}
	f.Gaps = f.Last-f.First >= len(f.Frames)
}

func one(b bool) int {
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
			f.count(&x.carried)
			x.carried = Folding{}
		}
	}
	var span http1.Span
	switch {
	case r.Event.Message != nil:
		span = r.Event.Message.Span
	case r.Event.WebSocket != nil:
		span = r.Event.WebSocket.Span
	}
	if r.Frame > 0 && span.FirstFrame > 0 {
		f.own(span.FirstFrame, span.LastFrame)
	}
	f.own(p.loads.unload(r, f.First, f.Last)...)
	r.Folding = &f
}

// flush appends the rows of the runs that are to be seen, and the reports of
// memory that came in them. next is the time of the row behind them, zero if there
// is none: what was still on its way then stands at that time, but an end that
// closes behind a message that is on its way waits for that.
func (p *packer) flush(out []Row, next time.Time) []Row {
	var behind []*run
	for _, x := range p.runs {
		switch {
		case next.IsZero():
		case x.waits(&p.loads, next):
			behind = append(behind, x)
		case x.row.At.After(next):
			x.done(next)
		}
	}
	slices.SortStableFunc(p.runs, func(a, b *run) int { return a.row.At.Compare(b.row.At) })
	for _, x := range p.runs {
		if !slices.Contains(behind, x) {
			out = p.show(append(out, x.openings...), x)
		}
	}
	for i := range p.late {
		p.since(&p.late[i])
	}
	out = append(out, p.late...)
	p.runs, p.late = behind, nil
	return out
}

// waits reports whether a run closes behind octets of which no message has told yet,
// or is still on its way behind one.
func (x *run) waits(l *loads, next time.Time) bool {
	owed := func(lane int) bool { return l.owed(x.row.Stream, lane) }
	switch {
	case len(x.closes) == 0:
		return false
	case x.away > 0 || next.Before(x.row.At):
		return true
	}
	return next.Equal(x.row.At) && slices.ContainsFunc(x.closes, owed)
}

// show appends a run's row, if there is anything to see: the calls, where no segment
// has left yet.
func (p *packer) show(out []Row, x *run) []Row {
	rows := x.calls
	if x.row.Arrow != nil {
		f := x.folding
		if x.carried.Eventful() { // no message tells of it
			f.count(&x.carried)
			f.Frames = append(f.Frames, x.carried.Frames...)
		}
		f.own()
		if !x.shown && !f.Eventful() {
			return out
		}
		x.row.Folding, x.row.Frame = &f, f.First
		x.row.Apart = p.told && p.above != x.row.Stream
		rows = []Row{x.row}
	}
	for i := range rows {
		p.above, p.told = x.row.Stream, true
		p.since(&rows[i])
	}
	return append(out, rows...)
}

// since makes a row's time count from the row before it that stays.
func (p *packer) since(r *Row) {
	switch r.Kind {
	case RowStep, RowNote, RowPause, RowConnection, RowTotals, RowOpening: // nothing happens at their time
		return
	case RowMemory:
		if r.Delta = 0; !r.Memory.Structural() || !r.At.After(p.last) { // it is of a moment of the row above, or not shown
			return
		}
	default:
	}
	if !p.last.IsZero() {
		r.Delta = r.At.Sub(p.last)
	}
	p.last = r.At
}

// count adds what another counted.
func (f *Folding) count(o *Folding) {
	f.Segments += o.Segments
	f.Resent, f.Resets, f.Lost = f.Resent+o.Resent, f.Resets+o.Resets, f.Lost+o.Lost
	f.Damaged, f.Injected, f.Copies = f.Damaged+o.Damaged, f.Injected+o.Injected, f.Copies+o.Copies
	for _, x := range o.Found {
		f.find(x.Name, x.N)
	}
}
