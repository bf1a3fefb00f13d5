package rendertest

import (
	"bytes"
	"iter"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// Trace is one timeline of the corpus.
type Trace struct {
	Name, Title, Network string
	Lanes                []trace.Participant
	events               []trace.Event
}

// Events yields the timeline as analyze does: each event, and all that it
// points to, is overwritten when the next one is asked for.
func (tr *Trace) Events() iter.Seq2[trace.Event, error] {
	return func(yield func(trace.Event, error) bool) {
		for i := range tr.events {
			e := tr.events[i].Clone()
			ok := yield(e, nil)
			scribble(&e)
			if !ok {
				return
			}
		}
	}
}

// Until yields the first n events, and then the error err.
func (tr *Trace) Until(n int, err error) iter.Seq2[trace.Event, error] {
	return func(yield func(trace.Event, error) bool) {
		left := n
		for e := range tr.Events() {
			if left == 0 {
				break
			}
			left--
			if !yield(e, nil) {
				return
			}
		}
		yield(trace.Event{}, err)
	}
}

// Len is the number of events.
func (tr *Trace) Len() int { return len(tr.events) }

// scribble makes what an event pointed to useless.
func scribble(e *trace.Event) {
	if s := e.Segment; s != nil {
		wipe(s.Payload)
		clear(s.Findings)
		clear(s.Changes)
		*s = trace.Segment{}
	}
	if m := e.Message; m != nil {
		wipe(m.Body)
		clear(m.Fields)
		*m = http1.Message{}
	}
	if f := e.WebSocket; f != nil {
		wipe(f.Payload)
		wipe(f.Inflated)
		clear(f.Problems)
		*f = http1.WebSocketFrame{}
	}
	if m := e.Memory; m != nil {
		clear(m.Entries)
		*m = trace.Memory{}
	}
	if e.State != nil {
		*e.State = trace.StateChange{}
	}
	if e.Call != nil {
		*e.Call = trace.Call{}
	}
	if e.Verdict != nil {
		*e.Verdict = trace.Verdict{}
	}
	if e.Note != nil {
		*e.Note = trace.Note{}
	}
	if e.Other != nil {
		*e.Other = trace.Other{}
	}
	if e.Totals != nil {
		clear(e.Totals.Others)
		*e.Totals = trace.Totals{}
	}
}

func wipe(b []byte) { copy(b, bytes.Repeat([]byte{'Z'}, len(b))) }
