package render

import (
	"fmt"

	"statelab/capture/explain"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
)

// withStates puts the changes of state at the edges, or, where there are more
// than two lanes, on a line of their own.
func (t *text) withStates(c *canvas, r *ladder.Row) []*canvas {
	lines := []*canvas{c}
	if !t.grid.two {
		if len(r.States) == 0 {
			return lines
		}
		for _, m := range r.States {
			lines = t.stateBeside(lines, r, m)
		}
		return lines
	}
	taken := map[int]int{} // marks so far, by lane
	for _, m := range r.States {
		n := taken[m.Lane]
		taken[m.Lane]++
		for n >= len(lines) {
			lines = append(lines, t.lanes(r))
		}
		s, st := t.stateText(m)
		if m.Lane == t.grid.left {
			lines[n].right(t.grid.l-1+cells(t.markOf(m)), s+t.markOf(m), st)
		} else {
			lines[n].put(t.grid.r+2-cells(t.markOf(m)), t.markOf(m)+s, st)
		}
	}
	return lines
}

// stateBeside writes a state to the right of its lane, or, where it has no room, to
// the left: on the first line below the segment's on which it runs into no other.
func (t *text) stateBeside(lines []*canvas, r *ladder.Row, m ladder.StateMark) []*canvas {
	s, st := t.stateText(m)
	s, col := s+t.markOf(m), t.grid.cols[m.Lane]
	t.used[symState] = true
	label, at := t.g.state+s, col+1
	if at+cells(label) > t.grid.ladder {
		label = s + t.g.state
		at = max(col-cells(label), 0)
	}
	for n := 1; ; n++ {
		if n == len(lines) {
			lines = append(lines, t.lanes(r))
		}
		if lines[n].same(t.lanes(r), at-1, cells(label)+2) {
			lines[n].put(at, label, st)
			return lines
		}
	}
}

// stateText is the name of a state, and how it looks.
func (t *text) stateText(m ladder.StateMark) (string, style) {
	return explain.StateName(t.o.Lang, m.To), stateStyle(m.To)
}

// markOf says how a change is known, where it is not certain.
func (t *text) markOf(m ladder.StateMark) string {
	switch {
	case m.Contradicted:
		t.used[symContradicted] = true
		return "!"
	case m.Basis == tcpstate.Assumed:
		t.used[symAssumed] = true
		return "?"
	}
	return ""
}

// aliveIn is what is alive in a lane, if something is: see ladder.Row.
func aliveIn(alive []tcpstate.State, lane int) tcpstate.State {
	if lane < len(alive) {
		return alive[lane]
	}
	return tcpstate.Unknown
}

func stateStyle(s tcpstate.State) style {
	switch s {
	case tcpstate.SynSent, tcpstate.SynReceived:
		return opening
	case tcpstate.Established:
		return open
	case tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.CloseWait, tcpstate.Closing, tcpstate.LastAck, tcpstate.TimeWait:
		return closing
	case tcpstate.Unknown, tcpstate.Closed, tcpstate.Listen:
	}
	return faint
}

func (t *text) openingLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	lines := t.withStates(c, r)
	if t.opened < 2 || !r.First {
		if len(r.States) == 0 {
			return nil
		}
		return lines
	}
	middle := fmt.Sprintf(" %s %s ", t.o.connection(t.say, r.Stream), t.tag(r))
	left, right := t.span()
	c.fill(left+1, right, t.g.tick, faint)
	t.centredBetween(c, left, right, t.fit(middle, right-left-3), strong)
	return lines
}

func (t *text) stateLines(r *ladder.Row) []*canvas {
	c := t.lanes(r)
	t.gutter(c, r)
	t.used[symState] = true
	why := stateCause(t.say, r)
	t.beside(c, r.Lane, words(t.g.state, t.whose(r), why), faint)
	return t.withStates(c, r)
}

// whose names the socket of a row: by its connection's tag, or, where no frame
// has given the connection a number, by the addresses that the lane's head does
// not tell.
func (t *text) whose(r *ladder.Row) string {
	from, to := r.Event.From.Addr, r.Event.To.Addr
	if r.Stream >= 0 || !from.IsValid() || from == t.builder.Lanes()[r.Lane].Addr && !to.IsValid() {
		return t.tag(r)
	}
	if to.IsValid() {
		return safe(from.String() + " ↔ " + to.String())
	}
	return safe(from.String())
}
