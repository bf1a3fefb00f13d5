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
		c = t.lanes(r)
		for _, m := range r.States {
			s, st := t.stateText(m)
			col := t.grid.cols[m.Lane] + 1
			next := t.grid.ladder
			for _, other := range r.States {
				if at := t.grid.cols[other.Lane]; at > col {
					next = min(next, at)
				}
			}
			if label := s + t.markOf(m) + t.g.state; next == t.grid.ladder && cells(label) > next-col && t.clear(r, m, col-1-cells(label)) {
				c.right(col-1, label, st) // at the edge there is room on the other side alone
				continue
			}
			c.put(col, t.fit(t.g.state+s+t.markOf(m), next-col), st)
		}
		return append(lines, c)
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

// clear reports whether a label that begins at a column keeps away from those of
// the other changes of a row.
func (t *text) clear(r *ladder.Row, m ladder.StateMark, from int) bool {
	for _, o := range r.States {
		s, _ := t.stateText(o)
		if at := t.grid.cols[o.Lane]; o.Lane != m.Lane && at+2+cells(s)+1 > from {
			return false
		}
	}
	return true
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
