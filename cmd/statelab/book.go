package main

import "statelab/capture/trace"

// book keeps what each side remembers during a lesson: its stack's control
// blocks, and what its application said last.
type book struct {
	report func(trace.Observation) // puts something on the network's timeline
	sides  []side
	held   map[trace.Role][]trace.Entry
}

// side is a host whose stack can be asked what it remembers.
type side interface {
	Party() trace.Participant
	Memory() trace.Memory
}

func newBook(report func(trace.Observation), sides ...side) *book {
	return &book{report: report, sides: sides, held: map[trace.Role][]trace.Entry{}}
}

// remember puts on the timeline what each side remembers now.
func (b *book) remember() {
	for _, s := range b.sides {
		m := s.Memory()
		m.Entries = append(m.Entries, b.held[s.Party().Role]...)
		b.report(trace.Observation{Kind: trace.ObservedMemory, Party: s.Party(), Memory: &m})
	}
}

// take takes a lesson's own observation. A step ends the one before it, and so
// what was remembered until then is put down first.
func (b *book) take(o trace.Observation) {
	switch {
	case o.Kind == trace.ObservedMemory:
		b.held[o.Party.Role] = o.Memory.Entries
		return
	case o.Kind == trace.ObservedNote && o.Note.Step:
		b.remember()
	}
	b.report(o)
}
