package vantage

import (
	"slices"
	"time"

	"statelab/capture"
	"statelab/capture/trace"
)

// lay puts all frames in one order: that of time, on the client's clock, except
// that each capture keeps its own order, and no frame arrives before it left.
func (w *work) lay() {
	c := w.c
	c.order = make([]place, 0, len(w.logs[0])+len(w.logs[1]))
	wires := [2][]uint32{make([]uint32, len(w.logs[0])), make([]uint32, len(w.logs[1]))}
	var at [2]int
	var now int64
	wire := uint32(0)
	for at[0] < len(w.logs[0]) || at[1] < len(w.logs[1]) {
		h := w.turn(at, wires)
		i := at[h]
		at[h]++
		p, m := w.place(h, i, &now), &w.mates[h][i]
		sender, between := w.from(&w.logs[h][i])
		switch {
		case !between:
			c.Alone[h]++
			p.skipped = h == Server && w.logs[h][i].key == 0 && w.logs[h][i].src == noParty
		case m.fate == recut:
			c.Recut[sender]++
			p.direction, p.skipped = capture.DirectionUnknown, h != sender
		case h != sender && m.other >= 0:
			p.wire = wires[sender][m.other]
		default:
			wire++
			p.wire = wire
			wires[h][i] = wire
		}
		c.order = append(c.order, p)
		if between {
			w.tell(&c.order[len(c.order)-1], len(c.order)-1, m, sender)
		}
	}
	for h := range c.delays {
		slices.Sort(c.delays[h])
	}
}

// turn chooses the capture whose next frame comes next.
func (w *work) turn(at [2]int, wires [2][]uint32) Host {
	for h := range at {
		if at[h] == len(w.logs[h]) {
			return Host(h).Far()
		}
	}
	h := Client
	if w.time(Server, int32(at[Server])) < w.time(Client, int32(at[Client])) {
		h = Server
	}
	if w.waits(h, at[h], wires) && !w.waits(h.Far(), at[h.Far()], wires) {
		h = h.Far()
	}
	return h
}

// waits reports whether a frame is the arrival of one that has not left yet.
func (w *work) waits(h Host, i int, wires [2][]uint32) bool {
	m := &w.mates[h][i]
	sender, between := w.from(&w.logs[h][i])
	return between && sender != h && m.fate != recut && m.other >= 0 && wires[sender][m.other] == 0
}

// place describes a frame's place. now is the time of the one before it.
func (w *work) place(h Host, i int, now *int64) place {
	r := &w.logs[h][i]
	*now = max(*now, w.time(h, int32(i)))
	p := place{at: *now, number: r.number, host: h}
	if h == Client {
		p.shown = r.number
	}
	sender, between := w.from(r)
	switch m := &w.mates[h][i]; {
	case !between:
		return p
	case sender == h:
		p.direction = capture.Outbound
		switch m.fate { // whether it arrived is not known, or when
		case outside, unseen, doubtful:
			p.direction = capture.DirectionUnknown
		default:
		}
		if h == Server && m.n > 0 {
			p.shown = w.logs[Client][m.other].number
		}
	default:
		p.direction = capture.Inbound
		if h == Server && m.other >= 0 && m.fate != recut {
			p.shown = w.logs[Client][m.other].number
		}
	}
	return p
}

// tell counts what became of a frame, and says what is remarkable of it.
func (w *work) tell(p *place, i int, m *mate, sender Host) {
	c := w.c
	switch {
	case p.host == sender && m.n > 0:
		c.Shared++
		c.delays[sender] = append(c.delays[sender], time.Duration(w.delay(p.host, m.other)))
		if m.fate == damaged {
			c.Damaged[sender]++
			w.verdict(p, i, trace.Altered, 0)
		}
		if m.n > 1 {
			c.Copies[sender] += int(m.n) - 1
			w.verdict(p, i, trace.Repeated, 0)
		}
	case m.fate == lost:
		c.Lost[sender]++
		w.verdict(p, i, trace.Missing, 0)
	case m.fate == outside:
		c.Outside[sender]++
		w.verdict(p, i, trace.Uncovered, 0)
	case m.fate == unseen:
		c.Unseen[sender]++
		w.verdict(p, i, trace.Unseen, 0)
	case m.fate == doubtful:
		c.Doubtful[sender]++
		w.verdict(p, i, trace.Doubtful, 0)
	case m.fate == unsent:
		c.Unsent[sender]++
		w.verdict(p, i, trace.Unsent, 0)
	}
}

// delay is how long the frame that arrived as far's j was on its way.
func (w *work) delay(sender Host, j int32) int64 {
	far := sender.Far()
	return w.time(far, j) - w.time(sender, w.mates[far][j].other)
}
