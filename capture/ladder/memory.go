package ladder

import (
	"slices"
	"time"

	"statelab/capture/trace"
)

// Kinds are the kinds of memory, in the order in which tables show them.
var Kinds = [...]trace.MemoryKind{trace.MemoryConnection, trace.MemoryConversation, trace.MemoryResource}

// Sizes are content bytes by kind of memory.
type Sizes [len(Kinds)]int

// Total adds them up.
func (s Sizes) Total() int {
	n := 0
	for _, b := range s {
		n += b
	}
	return n
}

// sizesOf measures m.
func sizesOf(m *trace.Memory) Sizes {
	var s Sizes
	for i, k := range Kinds {
		s[i] = m.Bytes(k)
	}
	return s
}

// MemoryChange is how one party's memory differs from what it was.
type MemoryChange struct {
	Before, After           Sizes
	Added, Changed, Removed []trace.Entry
}

// Structural reports whether something was learned or forgotten, rather than
// only a value changed, such as a sequence number that moves on, or the state of
// one of very many connections.
func (c *MemoryChange) Structural() bool {
	is := func(e trace.Entry) bool { return !e.Tally() }
	return c.Before != c.After || slices.ContainsFunc(c.Added, is) || slices.ContainsFunc(c.Removed, is)
}

type entryKey struct {
	kind trace.MemoryKind
	name string
}

// indexEntries finds entries by what they are; several may be the same, such as
// two control blocks of connections to one peer.
func indexEntries(m *trace.Memory) map[entryKey][]trace.Entry {
	out := map[entryKey][]trace.Entry{}
	if m != nil {
		for _, e := range m.Entries {
			k := entryKey{e.Kind, e.Name}
			out[k] = append(out[k], e)
		}
	}
	return out
}

// compare tells how after differs from before, which may be nil.
func compare(before, after *trace.Memory) *MemoryChange {
	c := &MemoryChange{After: sizesOf(after)}
	if before != nil {
		c.Before = sizesOf(before)
	}
	old := indexEntries(before)
	for _, e := range after.Entries {
		k := entryKey{e.Kind, e.Name}
		was := old[k]
		if len(was) == 0 {
			c.Added = append(c.Added, e)
			continue
		}
		if was[0] != e {
			c.Changed = append(c.Changed, e)
		}
		old[k] = was[1:]
	}
	if before == nil {
		return c
	}
	for _, e := range before.Entries {
		if k := (entryKey{e.Kind, e.Name}); len(old[k]) > 0 {
			c.Removed = append(c.Removed, old[k][0])
			old[k] = old[k][1:]
		}
	}
	return c
}

// Remembered is what the party of one lane remembers.
type Remembered struct {
	Lane   int
	At     time.Time
	Memory trace.Memory
}

// Holding is how much the party of one lane remembers.
type Holding struct {
	Lane  int
	Sizes Sizes
	// Heap is measured heap in bytes, where HeapMeasured.
	Heap         int64
	HeapMeasured bool
}

// Step is one line of the ledger: what every party held when a step ended.
type Step struct {
	// Title is the step's note; empty for what came before the first.
	Title    trace.Text
	Holdings []Holding // by lane, those that ever reported
}

// maxSteps bounds the ledger: a lesson has tens of steps.
const maxSteps = 1000

// ledger follows who remembers what.
type ledger struct {
	last  []Remembered
	parts []parts // of each of last
	steps []Step
	title trace.Text
	begun bool // a step has begun, or something was reported before the first
}

// parts are what a party's memory is put together from: of each connection that
// is reported by itself, and all else.
type parts struct {
	blocks trace.Blocks
	rest   trace.Memory
}

// take takes a report, and returns all that the party remembers with it.
func (p *parts) take(e *trace.Event) *trace.Memory {
	if e.To.Addr.IsValid() {
		p.blocks.Set(trace.Conn{Local: e.From.Addr, Remote: e.To.Addr}, *e.Memory)
	} else {
		p.rest = *e.Memory
	}
	all := p.rest
	all.Entries = slices.Concat(p.blocks.Memory().Entries, p.rest.Entries)
	return &all
}

// report takes a party's memory, all of it or that of one connection, and tells
// what it remembers in all, and what of that changed.
func (l *ledger) report(lane int, e *trace.Event) (*trace.Memory, *MemoryChange) {
	l.begun = true
	i := slices.IndexFunc(l.last, func(r Remembered) bool { return r.Lane == lane })
	if i < 0 {
		i = len(l.last)
		l.last, l.parts = append(l.last, Remembered{Lane: lane}), append(l.parts, parts{})
		m := l.parts[i].take(e)
		l.last[i].At, l.last[i].Memory = e.At, *m
		return m, compare(nil, m)
	}
	m, r := l.parts[i].take(e), &l.last[i]
	c := compare(&r.Memory, m)
	r.At, r.Memory = e.At, *m
	return m, c
}

// step closes the step that was running and begins the next.
func (l *ledger) step(title trace.Text) {
	l.close()
	l.title, l.begun = title, true
}

// close writes down what everybody holds as the running step ends.
func (l *ledger) close() {
	if !l.begun || len(l.steps) >= maxSteps {
		return
	}
	l.steps = append(l.steps, Step{Title: l.title, Holdings: l.holdings()})
	l.title, l.begun = trace.Text{}, false
}

func (l *ledger) holdings() []Holding {
	out := make([]Holding, 0, len(l.last))
	for _, r := range l.last {
		out = append(out, Holding{
			Lane: r.Lane, Sizes: sizesOf(&r.Memory),
			Heap: r.Memory.Heap, HeapMeasured: r.Memory.HeapMeasured,
		})
	}
	return out
}
