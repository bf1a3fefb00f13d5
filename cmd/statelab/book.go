package main

import (
	"math"
	"slices"
	"sync"
	"time"

	"statelab/capture/trace"
)

// book keeps what each side remembers during a lesson: its stack's control
// blocks, and what its application said last.
type book struct {
	net   timeline
	sides []side
	// coarse: only what is remembered when a step ends is put down.
	coarse bool

	mu   sync.Mutex // guards what follows: servers have goroutines of their own
	held map[trace.Participant][]trace.Entry
	// said are what applications have said of their memory since the last time
	// that the book was put on the timeline.
	said []statement
}

// statement is what an application said it remembers.
type statement struct {
	who     trace.Participant
	entries []trace.Entry
	// below is what the stack below remembered at that place of the timeline,
	// where it can be asked for it: see diarist.
	below trace.Observation
}

// timeline is where a network puts what is reported.
type timeline interface {
	Report(trace.Observation)
}

// placer is a timeline that takes what has its place already.
type placer interface {
	timeline
	Place(trace.Observation)
}

// side is a host whose stack can be asked what it remembers.
type side interface {
	Party() trace.Participant
	Memory() trace.Memory
}

// diarist is a side that knows when it learned and forgot: it returns what it
// remembered each time, in observations with their places; and what it remembers at
// the present place.
type diarist interface {
	Changes() []trace.Observation
	Here() trace.Observation
}

// lister is a side whose connections are remembered one by one, since whoever
// watches its sockets reports each by itself as well: what its stack remembers is
// in an observation for each connection.
type lister interface {
	Blocks() []trace.Observation
}

func newBook(net timeline, sides ...side) *book {
	return &book{net: net, sides: sides, held: map[trace.Participant][]trace.Entry{}}
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
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = nil
}

// catchUp puts on the timeline, in its order, what a side's stack and its
// application have learned and forgotten. An application's memory stands beside
// what its stack remembers at the same place: neither is older than the other.
func (b *book) catchUp(s side) {
	d, writes := s.(diarist)
	p, placed := b.net.(placer)
	said := b.saidBy(unaddressed(s.Party()))
	if !placed || !writes || b.coarse {
		for _, st := range said {
			b.hold(st)
		}
		return
	}
	sayUntil := func(order uint64) {
		for len(said) > 0 && said[0].below.Order < order {
			b.hold(said[0])
			p.Place(b.with(said[0].below, *said[0].below.Memory))
			said = said[1:]
		}
	}
	for _, o := range d.Changes() {
		sayUntil(o.Order)
		p.Place(b.with(o, *o.Memory))
	}
	sayUntil(math.MaxUint64)
}

func (b *book) saidBy(who trace.Participant) (all []statement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		if s.who == who {
			all = append(all, s)
		}
	}
	return all
}

// hold makes a statement the last that its application has made.
func (b *book) hold(s statement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[s.who] = s.entries
}

// with is o with the memory of a stack and of the application above it.
func (b *book) with(o trace.Observation, stack trace.Memory) trace.Observation {
	b.mu.Lock()
	defer b.mu.Unlock()
	stack.Entries = append(slices.Clone(stack.Entries), b.held[unaddressed(o.Party)]...)
	o.Memory = &stack
	return o
}

// take takes a lesson's own observation. A step ends the one before it, and so
// what was remembered until then is put down first.
func (b *book) take(o trace.Observation) {
	switch {
	case o.Kind == trace.ObservedMemory:
		b.hear(o)
		return
	case o.Kind == trace.ObservedNote && o.Note.Step:
		b.remember()
		o.At = time.Time{} // now, behind what was remembered: to find that out has taken time
	}
	b.net.Report(o)
}

// hear takes what an application says that it remembers. Where the connections are
// reported by themselves it goes on the timeline at once.
func (b *book) hear(o trace.Observation) {
	s := statement{who: unaddressed(o.Party), entries: o.Memory.Entries}
	i := slices.IndexFunc(b.sides, func(x side) bool { return unaddressed(x.Party()) == s.who })
	if i >= 0 && !b.coarse {
		if _, alone := b.sides[i].(lister); alone {
			b.hold(s)
			o.Party = b.sides[i].Party()
			b.net.Report(b.with(o, trace.Memory{}))
			return
		}
		if d, ok := b.sides[i].(diarist); ok {
			s.below = d.Here()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, s)
}
