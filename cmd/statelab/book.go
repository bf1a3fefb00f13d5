package main

import (
	"math"
	"slices"
	"time"

	"statelab/capture/trace"
)

// book keeps what each side remembers during a lesson: its stack's control
// blocks, and what its application said last.
type book struct {
	net   timeline
	sides []side
	held  map[trace.Participant][]trace.Entry
	// stacks is what each side's stack was last known to remember.
	stacks map[trace.Participant]trace.Memory
	// said are what applications have said of their memory since the last time
	// that the book was put on the timeline, with its place there.
	said []trace.Observation
	// coarse: only what is remembered when a step ends is put down.
	coarse bool
}

// timeline is where a network puts what is reported.
type timeline interface {
	Report(trace.Observation)
}

// placer is a timeline on which a place can be kept for what is known later.
type placer interface {
	timeline
	Here() (time.Time, uint64)
	Place(trace.Observation)
}

// side is a host whose stack can be asked what it remembers.
type side interface {
	Party() trace.Participant
	Memory() trace.Memory
}

// diarist is a side that knows when it learned and forgot: it returns what it
// remembered each time, in observations with their places.
type diarist interface {
	Changes() []trace.Observation
}

// lister is a side whose connections are remembered one by one, since whoever
// watches its sockets reports each by itself as well: what its stack remembers is
// in an observation for each connection.
type lister interface {
	Blocks() []trace.Observation
}

func newBook(net timeline, sides ...side) *book {
	return &book{net: net, sides: sides, held: map[trace.Participant][]trace.Entry{}, stacks: map[trace.Participant]trace.Memory{}}
}

// remember puts on the timeline what each side remembers now, and before that,
// where it happened, what it has learned and forgotten since the last time.
func (b *book) remember() {
	for _, s := range b.sides {
		now := trace.Observation{Kind: trace.ObservedMemory, Party: s.Party()}
		var stack trace.Memory
		if l, ok := s.(lister); ok {
			for _, o := range l.Blocks() {
				b.net.Report(o)
			}
		} else {
			stack = s.Memory()
		}
		b.catchUp(s)
		b.net.Report(b.with(now, stack))
	}
	b.said = nil
}

// catchUp puts on the timeline, in its order, what a side's stack and its
// application have learned and forgotten.
func (b *book) catchUp(s side) {
	who := unaddressed(s.Party())
	p, placed := b.net.(placer)
	d, writes := s.(diarist)
	if !placed || !writes || b.coarse {
		b.sayLast(who)
		return
	}
	said := b.said
	sayUntil := func(order uint64) {
		for len(said) > 0 && said[0].Order < order {
			if o := said[0]; unaddressed(o.Party) == who {
				b.held[who] = o.Memory.Entries
				o.Party = s.Party()
				p.Place(b.with(o, b.stacks[who]))
			}
			said = said[1:]
		}
	}
	for _, o := range d.Changes() {
		sayUntil(o.Order)
		b.stacks[who] = *o.Memory
		p.Place(b.with(o, *o.Memory))
	}
	sayUntil(math.MaxUint64)
}

// sayLast makes the last that an application said what it holds.
func (b *book) sayLast(who trace.Participant) {
	for _, o := range b.said {
		if unaddressed(o.Party) == who {
			b.held[who] = o.Memory.Entries
		}
	}
}

// with is o with the memory of a stack and of the application above it.
func (b *book) with(o trace.Observation, stack trace.Memory) trace.Observation {
	stack.Entries = append(slices.Clone(stack.Entries), b.held[unaddressed(o.Party)]...)
	o.Memory = &stack
	return o
}

// take takes a lesson's own observation. A step ends the one before it, and so
// what was remembered until then is put down first.
func (b *book) take(o trace.Observation) {
	switch {
	case o.Kind == trace.ObservedMemory:
		if p, ok := b.net.(placer); ok {
			o.At, o.Order = p.Here()
		}
		b.said = append(b.said, o)
		return
	case o.Kind == trace.ObservedNote && o.Note.Step:
		b.remember()
	}
	b.net.Report(o)
}
