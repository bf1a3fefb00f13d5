// Package explain says why: it turns an event into one sentence that a student
// understands, in English or in Korean, with the arithmetic behind the numbers
// and the section of the RFC that says so. It also holds the words of every
// screen (Label) and the misconceptions that lessons refute.
//
// It is pure: it reads events and nothing else, and starts nothing.
package explain

import (
	"strings"

	"statelab/capture/trace"
)

// Explanation is what is to be said about one event. It is plain text without
// markup; what came from a network or a file is escaped in it (trace.Escape).
// A part about which there is nothing to say is empty.
type Explanation struct {
	// Sentence is one sentence, or a few short ones.
	Sentence string
	// Arithmetic shows where a number comes from:
	// "ack 85 = 1 + 84 bytes of frame 4".
	Arithmetic string
	// Section is the source: "RFC 9293 §3.5". Several are separated by "; ".
	Section string
}

// String returns the parts on one line: "Sentence (arithmetic) [RFC 9293 §3.5]".
func (x Explanation) String() string {
	s := x.Sentence
	if x.Arithmetic != "" {
		s += " (" + x.Arithmetic + ")"
	}
	if x.Section != "" {
		s += " [" + x.Section + "]"
	}
	return strings.TrimSpace(s)
}

// Explainer explains the events of one trace, in one language. It remembers
// the latest segments, at most historyLimit of them, since an acknowledgment
// is explained by what it acknowledges: give it the events in their order, to
// Observe or to Explain. An event may be explained more than once.
//
// An Explainer is not safe for concurrent use.
type Explainer struct {
	// Heard, where it is set, spells what a party of the trace said, escaped
	// already: as for a terminal that has no symbols but those of ASCII.
	Heard func(said string) string
	// Frame, where it is set, names a frame by its number in the events: where what
	// is said is read beside other numbers than theirs. The name follows the word
	// "frame", and is escaped already.
	Frame func(number int) string

	lang     Lang
	history  history
	reported reported
}

// New returns an Explainer that has seen nothing yet.
func New(lang Lang) *Explainer { return &Explainer{lang: lang} }

// Lang returns the language of the explanations.
func (x *Explainer) Lang() Lang { return x.lang }

// Observe remembers what later explanations refer to. Explain does so too: it
// is for events that are skipped.
func (x *Explainer) Observe(ev *trace.Event) {
	x.history.observe(ev, x.reported.state)
	x.reported.observe(ev)
}

// Explain says what happened and why. An event whose part is missing gets an
// empty Explanation.
func (x *Explainer) Explain(ev *trace.Event) Explanation {
	x.Observe(ev)
	switch {
	case ev.Kind == trace.KindSegment && ev.Segment != nil:
		return x.segment(ev)
	case ev.Kind == trace.KindArrival && ev.Segment != nil:
		return x.arrival(ev)
	case ev.Kind == trace.KindState && ev.State != nil:
		return x.state(ev)
	case ev.Kind == trace.KindMemory && ev.Memory != nil:
		return x.memory(ev)
	case ev.Kind == trace.KindVerdict && ev.Verdict != nil:
		return x.verdict(ev)
	case ev.Kind == trace.KindCall && ev.Call != nil:
		return x.call(ev)
	case ev.Kind == trace.KindMessage && ev.Message != nil:
		return x.message(ev)
	case ev.Kind == trace.KindWebSocket && ev.WebSocket != nil:
		return x.webSocket(ev)
	case ev.Kind == trace.KindNote && ev.Note != nil:
		return Explanation{Sentence: x.lang.Of(ev.Note.Text)}
	case ev.Kind == trace.KindStore && ev.Access != nil:
		return x.store(ev)
	case ev.Kind == trace.KindOther && ev.Other != nil:
		return x.other(ev)
	case ev.Kind == trace.KindGap:
		return x.gap(ev)
	case ev.Kind == trace.KindConnection && ev.Connection != nil:
		return x.connection(ev.Connection)
	case ev.Kind == trace.KindTotals && ev.Totals != nil:
		return x.totals(ev.Totals)
	}
	return Explanation{}
}

// say fills one template as a sentence.
func (x *Explainer) say(t text, values args) string { return sentence(x.lang, t, values) }

// phrase fills one template as part of a sentence.
func (x *Explainer) phrase(t text, values args) string { return fill(x.lang, t, values) }

// named is the number or the name of a frame, as a template's value.
func (x *Explainer) named(frame int) any {
	if x.Frame == nil {
		return frame
	}
	return x.Frame(frame)
}

// join puts sentences after one another; empty ones are left out.
func join(sentences ...string) string { return joinWith(" ", sentences...) }

func joinWith(separator string, parts ...string) string {
	kept := make([]string, 0, len(parts))
	for _, s := range parts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, separator)
}
