package analyze

import (
	"slices"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// tape is what the goroutine that follows connections leaves to the one that
// reads their payload and tells events, in its order. What it points to lasts as
// long as the batch that it belongs to.
type tape struct {
	acts   []act
	events []trace.Event
}

// act is one thing to do: with segment, to read its payload; with an event, to
// tell it; else to end the reading of a connection that is over.
type act struct {
	conn    *tcpstate.Conn
	segment *tcpstate.Segment
	from    tcpstate.End
	event   int32 // its place in events, from 1; 0 for none
}

func (t *tape) payload(c *tcpstate.Conn, from tcpstate.End, s *tcpstate.Segment) {
	t.acts = append(t.acts, act{conn: c, segment: s, from: from})
}

func (t *tape) over(c *tcpstate.Conn) { t.acts = append(t.acts, act{conn: c}) }

// event keeps an event, with copies of what is reused.
func (t *tape) event(e *trace.Event) {
	t.events = append(t.events, *e)
	kept := &t.events[len(t.events)-1]
	if e.State != nil {
		c := *e.State
		c.Frames = slices.Clone(c.Frames)
		kept.State = &c
	}
	if e.Other != nil {
		o := *e.Other
		kept.Other = &o
	}
	t.acts = append(t.acts, act{event: int32(len(t.events))})
}

// play does what is on the tape, and clears it.
func (t *tape) play(r *run) {
	for i := range t.acts {
		switch a := &t.acts[i]; {
		case a.event > 0:
			r.give(t.events[a.event-1])
		case a.segment != nil:
			r.web.segment(r, a.conn, a.from, a.segment)
		default:
			r.web.close(r, a.conn)
		}
	}
	clear(t.acts)
	clear(t.events)
	t.acts, t.events = t.acts[:0], t.events[:0]
}
