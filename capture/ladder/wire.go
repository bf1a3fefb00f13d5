package ladder

import (
	"cmp"
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// addSegment begins a row for a segment that leaves, or that passes.
func (b *Builder) addSegment(e *trace.Event) {
	b.told = nil
	r := b.push(Row{Kind: RowArrow, Lane: -1, Arrow: b.arrowOf(e)}, e)
	b.open = r
	if e.Wire == 0 {
		b.dialed(e, r.Arrow)
		b.markReading(r, e)
		return
	}
	f := b.flights.of(e.Wire)
	f.stream, f.from, f.to = e.Stream, r.Arrow.From, r.Arrow.To
	f.control = matters(e.Segment)
	f.departure, f.arrival = r, r
	r.waiting, r.flight = true, f
	for _, v := range f.verdicts {
		f.apply(v)
	}
	b.dialed(e, r.Arrow)
	b.flights.cross(f)
}

// arrowOf draws the way of e's segment.
func (b *Builder) arrowOf(e *trace.Event) *Arrow {
	a := &Arrow{From: b.lanes.of(e.From), To: b.lanes.of(e.To), Resent: resent(e.Segment)}
	big, ok := b.tooBig[end{stream: e.Stream, lane: a.From}]
	a.Recut = ok && a.Resent && !e.Segment.Seq.Before(big.Seq) && !e.Segment.End().After(big.End())
	return a
}

// markReading shows what a passive observer concluded from the segment.
func (b *Builder) markReading(r *row, e *trace.Event) {
	for _, c := range e.Segment.Changes {
		lane, conn := r.Arrow.From, connOf(e)
		if c.End != e.Segment.From {
			lane, conn = r.Arrow.To, reversed(conn)
		}
		b.mark(r, lane, conn, &trace.StateChange{Change: c})
	}
	for _, p := range e.Segment.Settled {
		lane := r.Arrow.From
		if p.End != e.Segment.From {
			lane = r.Arrow.To
		}
		r.Proofs = append(r.Proofs, Proof{lane, p.State, p.Frame})
	}
	b.told = slices.Clone(e.Segment.Changes)
}

// addArrival completes a segment's row, or begins the row of its arrival.
func (b *Builder) addArrival(e *trace.Event) {
	f := b.flights.of(e.Wire)
	f.arrivals++
	if f.departure != nil && f.arrivals == 1 {
		b.flights.overtake(f)
		f.departure.waiting = false
		if !f.split {
			f.departure.Arrow.ArrivedAt, f.departure.Arrow.Travelled = e.At, e.At.Sub(f.departure.At)
			b.open = f.departure
			return
		}
	}
	a := b.arrowOf(e)
	a.ArrivedAt = e.At
	if f.arrivals > 1 {
		a.Copy = f.arrivals
	}
	if f.departure != nil {
		a.Part, a.Travelled = Arrival, e.At.Sub(f.departure.At)
		a.Damaged, a.Injected = f.departure.Arrow.Damaged, f.departure.Arrow.Injected
	} else {
		f.stream, f.from, f.to, a.Verdicts = e.Stream, a.From, a.To, f.verdicts
	}
	r := b.push(Row{Kind: RowArrow, Lane: -1, Arrow: a}, e)
	r.flight = f
	b.open, f.arrival = r, r
	if f.departure == nil {
		for _, v := range f.verdicts {
			applyTo(a, v)
		}
	}
}

// addVerdict tells a segment's row what the wire did to it.
func (b *Builder) addVerdict(e *trace.Event) {
	wire := e.Verdict.Wire
	if wire == 0 {
		wire = e.Wire
	}
	if wire == 0 {
		b.plain(RowVerdict, e)
		return
	}
	if b.flights.byWire[wire] == nil && e.Verdict.Fate != trace.Injected {
		b.plain(RowVerdict, e) // a frame that carries no segment
		return
	}
	f := b.flights.of(wire)
	if e.Verdict.Fate == trace.Discarded {
		b.discarded(f, e)
		return
	}
	f.verdicts = append(f.verdicts, *e.Verdict)
	if e.Verdict.Fate == trace.TooBig && f.departure != nil {
		if b.tooBig == nil {
			b.tooBig = map[end]tcpstate.Segment{}
		}
		b.tooBig[end{stream: f.stream, lane: f.from}] = f.departure.Event.Segment.Segment
	}
	if f.departure != nil {
		f.apply(*e.Verdict)
	}
}

// discarded draws on the row of a segment's arrival that it went no further.
func (b *Builder) discarded(f *flight, e *trace.Event) {
	r := f.arrival
	if r == nil || r.out {
		b.plain(RowVerdict, e)
		return
	}
	r.Arrow.Discarded = true
	r.Arrow.Verdicts = append(slices.Clone(r.Arrow.Verdicts), *e.Verdict)
}

// apply draws a verdict on the departure's row.
func (f *flight) apply(v trace.Verdict) {
	r := f.departure
	if r.out {
		return
	}
	r.Arrow.Verdicts = append(r.Arrow.Verdicts, v)
	applyTo(r.Arrow, v)
	if r.Arrow.Lost {
		r.waiting = false
		r.Arrow.Part = Whole
	}
	switch v.Fate {
	case trace.Injected: // it is put in where it arrives
		r.waiting = false
	case trace.Uncovered, trace.Unsent, trace.Unseen, trace.Doubtful: // it is told of here alone
		r.waiting = false
	default:
	}
}

// applyTo draws a verdict on an arrow.
func applyTo(a *Arrow, v trace.Verdict) {
	switch v.Fate {
	case trace.Dropped, trace.TooBig, trace.QueueFull, trace.Missing:
		a.Lost = true
	case trace.Corrupted, trace.Altered:
		a.Damaged = true
	case trace.Injected:
		a.Injected = true
	case trace.Delayed, trace.Duplicated, trace.Swapped, trace.Discarded, trace.Repeated, trace.Uncovered, trace.Unsent, trace.Unseen, trace.Doubtful:
	}
}

// settleAll ends the wait of every row.
func (b *Builder) settleAll() {
	for _, r := range b.queue {
		r.waiting = false
	}
	b.dialing = nil
	b.open = nil
}

// settleStream ends the wait of the segments of a connection that is over.
func (b *Builder) settleStream(stream int) {
	for _, r := range b.queue {
		if r.Stream == stream {
			r.waiting = false
		}
	}
}

// settled gives out the rows at the head of the queue that cannot change any
// more, with the rows between them that time makes.
func (b *Builder) settled() []Row {
	var out []Row
	n := 0
	for _, r := range b.queue {
		leaving := r.Arrow != nil && r.Arrow.Part == Departure && r != b.open
		blocked := (r.waiting && !leaving) || (r == b.open && !b.immediate(r))
		if blocked && len(b.queue)-n <= maxWaiting {
			break
		}
		if b.o.Detail == DetailMessages {
			out = b.tell(out, r)
		} else {
			out = b.emit(out, r)
		}
		n++
	}
	b.queue = slices.Delete(b.queue, 0, n)
	return out
}

// immediate reports whether a row that might still take a change of state is
// given out at once: on a trace of one vantage point, its segment's own reading
// has said all.
func (b *Builder) immediate(r *row) bool { return r.Kind == RowArrow && r.Event.Wire == 0 }

// emit appends r, and before it what time and new connections put in.
func (b *Builder) emit(out []Row, r *row) []Row {
	r.out = true
	if b.last.IsZero() {
		b.last = r.At
	}
	r.Since = r.At.Sub(b.first)
	var passed time.Duration
	switch {
	case r.At.IsZero() || b.last.IsZero(): // summaries may bear no time
		r.Since = 0
	case r.Kind == RowMemory && !(r.Memory.Structural() && r.At.After(b.last) && !r.At.Equal(b.arrived)):
		// It is of a moment of the row above, or is not shown.
	case r.Kind == RowMessage || r.Kind == RowStep || r.Kind == RowConnection || r.Kind == RowTotals:
		// These look back: nothing happens at their time.
	case r.Kind == RowNote: // it shows no time to count from
		passed = r.At.Sub(later(b.last, b.paused))
	default:
		passed = r.At.Sub(later(b.last, b.paused))
		r.Delta = r.At.Sub(b.last)
		b.last, b.arrived = r.At, time.Time{}
		if r.Arrow != nil {
			b.arrived = r.Arrow.ArrivedAt
		}
	}
	if passed >= b.o.Pause {
		b.paused = r.At
		out = append(out, Row{Kind: RowPause, At: r.At, Since: r.Since, Stream: -1, Lane: -1, Pause: passed, Alive: b.alive()})
	}
	if opening, ok := b.opening(r); ok {
		opening.Alive = b.alive()
		out = append(out, opening)
	}
	b.hold(r)
	r.Alive = b.alive()
	if r.Arrow != nil && r.Arrow.Part != Whole && r.flight != nil {
		r.Arrow.Tie = b.flights.tieOf(r.flight)
	}
	switch r.Kind {
	case RowConnection:
		if len(b.summaries) < maxSummaries {
			b.summaries = append(b.summaries, r.Row)
			return out
		}
	case RowTotals:
		out = append(out, b.summed()...)
	default:
	}
	return append(out, r.Row)
}

// summed returns the summaries that were kept, in the order of their connections:
// they were over in another.
func (b *Builder) summed() []Row {
	all := b.summaries
	b.summaries = nil
	slices.SortStableFunc(all, func(x, y Row) int { return cmp.Compare(x.Stream, y.Stream) })
	return all
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// opening returns the row that introduces r's connection, or an end of it whose
// state has not been shown yet.
func (b *Builder) opening(r *row) (Row, bool) {
	if r.Stream < 0 || r.Kind == RowConnection || r.Kind == RowMemory {
		return Row{}, false
	}
	o := Row{Kind: RowOpening, At: r.At, Since: r.Since, Stream: r.Stream, Lane: -1, Event: r.Event}
	o.First = !b.opened[r.Stream]
	if o.First {
		b.opened[r.Stream] = true
		b.total++
	}
	if to, ok := b.called(r); ok && o.First {
		o.States = append(o.States, StateMark{Lane: to, From: tcpstate.Listen, To: tcpstate.Listen})
		b.shown[end{stream: r.Stream, lane: to}] = true
	}
	for _, m := range r.States {
		k := end{stream: r.Stream, lane: m.Lane}
		if b.shown[k] {
			continue
		}
		b.shown[k] = true
		if !o.First && m.From == tcpstate.Listen && b.listens.seen[m.conn.Local] {
			continue // as the rows above have shown; here it would look as if the SYN had made it
		}
		if last, ok := b.latest[m.Lane]; m.From != tcpstate.Unknown && m.To != tcpstate.Listen && !(ok && last == m.From) && !(r.Kind == RowCall && m.From == tcpstate.Closed) {
			o.States = append(o.States, StateMark{Lane: m.Lane, From: m.From, To: m.From, Basis: m.Basis})
		}
	}
	if !o.First && len(o.States) == 0 {
		return Row{}, false
	}
	return o, true
}

// called returns the lane that a connect() or a SYN calls, where it listens and
// shows another connection's state.
func (b *Builder) called(r *row) (lane int, ok bool) {
	to := r.Event.To
	if !asks(r) || !to.Addr.IsValid() {
		return -1, false
	}
	lane = b.lanes.of(to)
	last, shown := b.latest[lane]
	return lane, b.listens.at(to.Addr) && shown && last != tcpstate.Listen && last != tcpstate.SynReceived
}

// asks reports whether a row asks for a connection.
func asks(r *row) bool {
	if r.Kind == RowCall {
		return dials(&r.Event)
	}
	s := r.Event.Segment
	return r.Kind == RowArrow && s != nil && s.Flags.Has(tcpstate.SYN) && !s.Flags.Has(tcpstate.ACK)
}
