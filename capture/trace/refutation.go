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
	// Seen recognises the events that refute it, in their order. Together they
	// are the claim that Why makes: where one of them is missing, it is not made.
	Seen []Sight
}

// Sight recognises an event of a run.
type Sight func(l *Look) bool

// Look is what a Sight is given: one event of a run, and the run around it. What
// an event means often hangs on others: on what was before it, and on what never
// came.
type Look struct {
	// Run is the whole run.
	Run []Event
	// At is the place of the event in question.
	At int
	// Before are the places of those that the sights before this one recognised:
	// each is before the next, and all are before At.
	Before []int
}

// Event is the event in question.
func (l *Look) Event() *Event { return &l.Run[l.At] }

// Seen is the nth event, from 0, that was recognised before.
func (l *Look) Seen(n int) *Event { return &l.Run[l.Before[n]] }

// Last is the event that was recognised last; there has to be one.
func (l *Look) Last() *Event { return l.Seen(len(l.Before) - 1) }

// Since are the events after the nth that was recognised, and before the one in
// question.
func (l *Look) Since(n int) []Event { return l.Run[l.Before[n]+1 : l.At] }

// Refuted is a Refutation with the events of one timeline that show it.
type Refuted struct {
	Refutation
	// Events are as many as Seen has sights, in order; none where the run does
	// not show it.
	Events []Event
	// Start is when the timeline begins.
	Start time.Time
}

// Shown reports whether what refutes the belief was on the timeline.
func (r *Refuted) Shown() bool { return len(r.Events) > 0 }

// Refute looks for what refutes each belief on a timeline: for the first events
// that all of its sights recognise together. It returns the error of the events,
// if they have one.
func Refute(events iter.Seq2[Event, error], beliefs []Refutation) ([]Refuted, error) {
	if len(beliefs) == 0 {
		return nil, nil
	}
	var run []Event
	var start time.Time
	for e, err := range events {
		switch {
		case err != nil:
			return nil, err
		case e.Kind == KindMemory: // what is remembered when a step ends is no event of its own
		default:
			if len(run) == 0 {
				start = e.At
			}
			run = append(run, e.Clone())
		}
	}
	found := make([]Refuted, len(beliefs))
	for i, b := range beliefs {
		found[i] = Refuted{Refutation: b, Start: start}
		for _, at := range b.find(run, nil) {
			found[i].Events = append(found[i].Events, run[at])
		}
	}
	return found, nil
}

// find returns the places of the first events that the sights recognise together,
// where those of the first sights are known; nil if there are none.
func (r *Refutation) find(run []Event, before []int) []int {
	if len(before) == len(r.Seen) {
		return before
	}
	l := Look{Run: run, Before: before}
	if n := len(before); n > 0 {
		l.At = before[n-1] + 1
	}
	for ; l.At < len(run); l.At++ {
		if !r.Seen[len(before)](&l) {
			continue
		}
		if all := r.find(run, append(before[:len(before):len(before)], l.At)); all != nil {
			return all
		}
	}
	return nil
}
