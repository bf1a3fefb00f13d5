package ladder

import "statelab/capture/tcpstate"

// hold follows which ends keep a control block: every state but CLOSED, which
// is the absence of one, and LISTEN, which has no connection yet.
func (b *Builder) hold(r *row) {
	for _, m := range r.States {
		k := endIn(r.Stream, m.Lane, m.conn)
		b.latest[m.Lane] = m.To
		if m.From == tcpstate.Listen && m.conn.Local.IsValid() {
			b.listens.seen[m.conn.Local] = true
		}
		// A call can begin a connection before a segment gives it a number.
		b.release(endIn(-1, m.Lane, m.conn))
		switch m.To {
		case tcpstate.Unknown, tcpstate.Closed, tcpstate.Listen:
			b.release(k)
		default:
			b.keep(k, m.To)
			b.observed[k] = m.Basis == tcpstate.Observed
		}
	}
	if r.Kind == RowConnection { // nothing more comes: a long trace must not fill memory
		for lane := range b.lanes.all {
			k, conn := end{stream: r.Stream, lane: lane}, connOf(&r.Event)
			if b.lanes.has(lane, r.Event.To) {
				conn = reversed(conn)
			}
			if state, ok := b.holding[k]; ok && b.observed[k] {
				b.keep(endIn(-1, lane, conn), state) // it said so itself, and has not yet said otherwise
			}
			b.release(k)
			delete(b.observed, k)
			delete(b.tooBig, k)
			delete(b.state, k)
			delete(b.shown, k)
		}
	}
}

func (b *Builder) keep(k end, state tcpstate.State) {
	b.release(k)
	b.holding[k] = state
	b.blocks = append(b.blocks, make([]blocks, len(b.lanes.all)-len(b.blocks))...)
	b.blocks[k.lane][state]++
}

func (b *Builder) release(k end) {
	if state, ok := b.holding[k]; ok {
		delete(b.holding, k)
		b.blocks[k.lane][state]--
	}
}

// blocks counts the control blocks of a lane's party, by their state.
type blocks [tcpstate.TimeWait + 1]int

// liveliest are the states of a control block, the most alive first.
var liveliest = [...]tcpstate.State{
	tcpstate.Established, tcpstate.SynReceived, tcpstate.SynSent,
	tcpstate.CloseWait, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.Closing, tcpstate.LastAck, tcpstate.TimeWait,
}

// alive is Row.Alive as it is now.
func (b *Builder) alive() []tcpstate.State {
	out := make([]tcpstate.State, len(b.blocks))
	for lane := range out {
		for _, state := range liveliest {
			if b.blocks[lane][state] > 0 {
				out[lane] = state
				break
			}
		}
	}
	return out
}
