package analyze

import (
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// tapeActs bounds a tape: little enough to stay near the processor, enough for the
// handing over not to count.
const tapeActs = 512

// tape is what the goroutine that follows connections leaves to the one that
// reads their payload and tells events, in its order. Beside payload, it holds
// copies: the two share no memory that either goes on to write.
type tape struct {
	acts   []act
	events []trace.Event
}

// act is one thing to do: to tell an event; or to read payload that was
// delivered; or to end the reading of a connection that is over.
type act struct {
	what  doing
	from  tcpstate.End
	flags tcpstate.Flags
	seq   tcpstate.Seq
	ack   tcpstate.Seq
	at    int32 // the place of the event in events
	len   int   // of the payload
	frame int
	time  time.Time
	of    *exchange
	// payload is what was captured of it.
	payload []byte
}

// doing is what kind of act one is.
type doing uint8

const (
	telling doing = iota
	reading
	ending
)

// full reports whether another frame may find no room.
func (t *tape) full() bool { return len(t.acts) >= tapeActs }

func (t *tape) payload(x *exchange, from tcpstate.End, s *tcpstate.Segment) {
	if x == nil {
		return
	}
	a := t.next()
	a.what, a.of, a.from = reading, x, from
	a.flags, a.seq, a.ack = s.Flags, s.Seq, s.Ack
	a.len, a.payload, a.frame, a.time = s.Len, s.Payload, s.Frame, s.Time
}

// next is the next act, to be filled where it lies: it may hold what an earlier
// tape had there.
func (t *tape) next() *act {
	if n := len(t.acts); n < cap(t.acts) {
		t.acts = t.acts[:n+1]
	} else {
		t.acts = append(t.acts, act{})
	}
	return &t.acts[len(t.acts)-1]
}

func (t *tape) over(x *exchange) {
	if x != nil {
		a := t.next()
		a.what, a.of = ending, x
	}
}

// event keeps an event, with copies of what is reused.
func (t *tape) event(e *trace.Event) {
	a := t.next()
	a.what, a.at = telling, int32(len(t.events))
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
}

// play does what is on the tape.
func (t *tape) play(r *run) {
	var s tcpstate.Segment
	for i := range t.acts {
		switch a := &t.acts[i]; a.what {
		case telling:
			r.give(t.events[a.at])
		case reading:
			s.Flags, s.Seq, s.Ack, s.Frame, s.Time = a.flags, a.seq, a.ack, a.frame, a.time
			s.Len, s.Payload = a.len, a.payload
			r.web.segment(r, a.of, a.from, &s, 0)
		case ending:
			r.web.close(r, a.of)
		}
	}
}

// clear makes the tape empty. The acts are written over.
func (t *tape) clear() {
	clear(t.events)
	t.acts, t.events = t.acts[:0], t.events[:0]
}
