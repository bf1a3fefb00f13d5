package trace

import (
	"iter"
	"time"
)

// Refutation is something that many believe, and what on a lesson's timeline
// shows that it is not so.
type Refutation struct {
	// N is the belief's number: see explain.Misconceptions.
	N int
	// Why says what is to be seen there, of the events that Seen recognised.
	Why func(seen []Event) Text
	// Seen recognises the events that refute it, in their order.
	Seen []Sight
}

// Sight recognises an event. It is told which events were recognised before.
type Sight func(e *Event, before []Event) bool

// Refuted is a Refutation with the events of one timeline that show it.
type Refuted struct {
	Refutation
	// Events are as many as were recognised, in order; copies.
	Events []Event
	// Start is when the timeline begins.
	Start time.Time
}

// Shown reports whether all that refutes the belief was on the timeline.
func (r *Refuted) Shown() bool { return len(r.Events) == len(r.Seen) }

// Refute looks for what refutes each belief on a timeline. It returns the error
// of the events, if they have one.
func Refute(events iter.Seq2[Event, error], beliefs []Refutation) ([]Refuted, error) {
	found := make([]Refuted, len(beliefs))
	for i, b := range beliefs {
		found[i].Refutation = b
	}
	begun := false
	var start time.Time
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		if !begun && e.Kind != KindMemory {
			begun, start = true, e.At
		}
		for i := range found {
			f := &found[i]
			if !f.Shown() && f.Seen[len(f.Events)](&e, f.Events) {
				f.Events = append(f.Events, e.Clone())
			}
		}
	}
	for i := range found {
		found[i].Start = start
	}
	return found, nil
}
