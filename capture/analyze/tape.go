package analyze

import (
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Bounds of a tape: little enough to stay near the processor, enough for the
// handing over not to count.
const (
	tapeActs  = 512
	tapeBytes = 128 << 10
	tapeKept  = 1 << 20 // memory for larger frames is given back
)

// tape is what the goroutine that follows connections leaves to the one that
// reads their payload and tells events, in its order. It holds copies: the two
// share no memory that either goes on to write.
type tape struct {
	acts   []act
	events []trace.Event
	data   []byte
	err    error // what the frames ended in, after these
}

// act is one thing to do: to tell an event; or to read payload that was
// delivered; or to end the reading of a connection that is over.
type act struct {
	what  doing
	from  tcpstate.End
	flags tcpstate.Flags
	seq   tcpstate.Seq
	ack   tcpstate.Seq
	// at is the place of the event in events, or of the payload's captured octets
	// in data, and upTo the end of these.
	at, upTo int32
	len      int32 // of the payload
	frame    int
	time     time.Time
	of       *exchange
}

// doing is what kind of act one is.
type doing uint8

const (
	telling doing = iota
	reading
	ending
)

// full reports whether another frame may find no room.
func (t *tape) full() bool { return len(t.acts) >= tapeActs || len(t.data) >= tapeBytes }

func (t *tape) payload(x *exchange, from tcpstate.End, s *tcpstate.Segment) {
	if x == nil {
		return
	}
	at := len(t.data)
	t.data = append(t.data, s.Payload...)
	t.acts = append(t.acts, act{
		what: reading, of: x, from: from, flags: s.Flags, seq: s.Seq, ack: s.Ack,
		at: int32(at), upTo: int32(len(t.data)), len: int32(s.Len), frame: s.Frame, time: s.Time,
	})
}

func (t *tape) over(x *exchange) {
	if x != nil {
		t.acts = append(t.acts, act{what: ending, of: x})
	}
}

// event keeps an event, with copies of what is reused.
func (t *tape) event(e *trace.Event) {
	t.acts = append(t.acts, act{what: telling, at: int32(len(t.events))})
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
			s.Len, s.Payload = int(a.len), t.data[a.at:a.upTo:a.upTo]
			r.web.segment(r, a.of, a.from, &s, 0)
		case ending:
			r.web.close(r, a.of)
		}
	}
}

// clear makes the tape empty. The acts are written over.
func (t *tape) clear() {
	clear(t.events)
	t.acts, t.events, t.data = t.acts[:0], t.events[:0], t.data[:0]
	if cap(t.data) > tapeKept {
		t.data = nil
	}
}
