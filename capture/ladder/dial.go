package ladder

import (
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// A connect() makes a connection before a segment gives it a number, and may
// use the ports of one that is over. So its row waits for the SYN that it sends,
// and takes the number from there.

// dials reports whether a call opens a connection and has no result yet.
func dials(e *trace.Event) bool {
	return e.Kind == trace.KindCall && e.Call.Name == "connect" && e.Call.Result == ""
}

// dial lets the row of a connect() wait.
func (b *Builder) dial(r *row) {
	r.Stream, r.waiting = -1, true
	b.dialing = append(b.dialing, r)
}

// dialed gives the connection of a SYN that left a host to the connect() that
// sent it.
func (b *Builder) dialed(e *trace.Event, a *Arrow) {
	if a.Injected || !e.Segment.Flags.Has(tcpstate.SYN) || e.Segment.Flags.Has(tcpstate.ACK) {
		return
	}
	r := b.answered(a.From, e.From)
	if r == nil {
		return
	}
	r.Stream, r.Event.Stream, r.Event.From, r.Event.To = e.Stream, e.Stream, e.From, e.To
	for _, m := range r.States {
		b.state[endIn(e.Stream, m.Lane, m.conn)] = m.To
		delete(b.state, endIn(-1, m.Lane, m.conn))
	}
}

// answered ends the wait of the first connect() of a lane that may have used p's
// port, and returns its row; nil if none waits.
func (b *Builder) answered(lane int, p trace.Participant) *row {
	for i, r := range b.dialing {
		port := r.Event.From.Addr.Port()
		if r.Lane == lane && (port == 0 || p.Addr.Port() == 0 || port == p.Addr.Port()) {
			r.waiting = false
			b.dialing = append(b.dialing[:i:i], b.dialing[i+1:]...)
			return r
		}
	}
	return nil
}

// call begins the row of an application's call. The result of a connect() that
// sent nothing ends that one's wait.
func (b *Builder) call(e *trace.Event) {
	lane := b.lanes.of(e.From)
	if e.Call.Name == "connect" && !dials(e) {
		b.answered(lane, e.From)
	}
	r := b.push(Row{Kind: RowCall, Lane: lane}, e)
	b.open = r
	if dials(e) {
		b.dial(r)
	}
}
