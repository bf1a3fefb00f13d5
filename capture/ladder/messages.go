package ladder

import (
	"slices"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// teller gives out the rows of a ladder on which messages are the arrows, in the
// order of their times: a message that never became complete is told of when its
// connection is over, after those that came behind it.
type teller struct {
	waiting []*row         // the oldest first; at most maxWaiting
	untold  map[int]untold // by connection
}

// untold is what rows that are left out tell of the ends, for the next row of their
// connection.
type untold struct {
	states []StateMark
	proofs []Proof
}

// quiet reports whether a row is TCP's, or of what lies below it: messages leave it
// out.
func quiet(r *row) bool {
	switch r.Event.Kind {
	case trace.KindSegment, trace.KindArrival, trace.KindVerdict, trace.KindState, trace.KindOther, trace.KindCall:
		return true
	case trace.KindMessage, trace.KindWebSocket, trace.KindMemory, trace.KindNote, trace.KindStore, trace.KindGap, trace.KindConnection, trace.KindTotals:
	}
	return false
}

// tell takes a row that is settled, and appends to out those that no message can
// come before any more.
func (b *Builder) tell(out []Row, r *row) []Row {
	t := &b.teller
	if r.out = true; quiet(r) && len(r.States)+len(r.Proofs) == 0 {
		return out
	}
	at := len(t.waiting)
	for r.Arrow != nil && at > 0 && t.waiting[at-1].At.After(r.At) {
		at--
	}
	t.waiting = slices.Insert(t.waiting, at, r)
	for len(t.waiting) > maxWaiting {
		out, t.waiting = b.emitTold(out, t.waiting[0]), t.waiting[1:]
	}
	return out
}

// tellAll appends the rows that were waiting.
func (b *Builder) tellAll(out []Row) []Row {
	for _, r := range b.teller.waiting {
		out = b.emitTold(out, r)
	}
	b.teller.waiting = nil
	return out
}

// emitTold appends a row, with the states that its ends came into since the last of
// its connection; of a row that is left out, it keeps those.
func (b *Builder) emitTold(out []Row, r *row) []Row {
	t := &b.teller
	switch {
	case quiet(r):
		b.hold(r)
		t.leave(r)
		for _, m := range r.States {
			b.shown[end{stream: r.Stream, lane: m.Lane}] = true
		}
		return out
	case r.Kind == RowConnection:
		delete(t.untold, r.Stream)
	case r.Arrow != nil:
		x := t.untold[r.Stream]
		r.States, r.Proofs = x.states, x.proofs
		delete(t.untold, r.Stream)
	}
	return b.emit(out, r)
}

// leave keeps what a row tells that is left out.
func (t *teller) leave(r *row) {
	x := t.untold[r.Stream]
	for i := range x.states {
		if r.Proves(&x.states[i]) {
			x.states[i].Basis = tcpstate.Inferred
		}
	}
	for _, m := range r.States {
		x.states = append(slices.DeleteFunc(x.states, func(old StateMark) bool { return old.Lane == m.Lane }), m)
	}
	x.proofs = append(x.proofs, r.Proofs...)
	if t.untold == nil {
		t.untold = map[int]untold{}
	}
	t.untold[r.Stream] = x
}
