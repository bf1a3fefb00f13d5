// Package httpdemo is the HTTP half: a plain server that forgets, everything
// that people add to HTTP to make it remember, and the lessons that show both. A
// lesson runs on whatever network its Env was filled from, and knows none of
// them; its server side is an App, which serves browsers as well.
package httpdemo

import (
	"io"
	"slices"
	"sync"
	"time"

	"statelab/capture/trace"
)

// Env is all that a lesson knows of the world: its parties' machines, what time
// it is, and where to report. Every field is set.
type Env struct {
	// Machines are those of the lesson's parties, in their order.
	Machines []Machine
	// Now is the network's time, Sleep waits for some of it, and Go starts a
	// program on the network: nothing else may be used for waiting.
	Now   func() time.Time
	Sleep func(time.Duration)
	Go    func(func())
	// Rand is the network's randomness: the same seed, the same bytes.
	Rand io.Reader
	// Report puts a note, an access to a store, or what a party's application
	// remembers, on the timeline. The network adds the control blocks to a memory.
	Report func(trace.Observation)

	memories memories
	// asking and serving close the clients and the services that the lesson has started.
	asking, serving []func()
}

// settling is how long a step waits for what is still on the wire, in the
// network's time.
const settling = 100 * time.Millisecond

// Step begins a step of the lesson, when what is still on the wire has arrived:
// the ledger has one line for each.
func (e *Env) Step(t trace.Text) {
	e.Sleep(settling)
	e.Report(trace.Observation{Kind: trace.ObservedNote, At: e.Now(), Note: &trace.Note{Step: true, Text: t}})
}

// Note says something between steps.
func (e *Env) Note(t trace.Text) {
	e.Report(trace.Observation{Kind: trace.ObservedNote, At: e.Now(), Note: &trace.Note{Text: t}})
}

// Close closes what the lesson has left open: clients first, and of each the latest.
func (e *Env) Close() {
	for _, end := range slices.Backward(slices.Concat(e.serving, e.asking)) {
		end()
	}
	e.serving, e.asking = nil, nil
}

// Follow reports what a party's application remembers, all of it: now, and from now
// on whenever a request that it has served, or an answer that it was given, has
// changed that. read takes the place of what the party was followed by before; it is
// called where the party's own programs run.
func (e *Env) Follow(p trace.Participant, read func() []trace.Entry) {
	e.memories.mu.Lock()
	if e.memories.of == nil {
		e.memories.of = map[trace.Participant]*followed{}
	}
	if f := e.memories.of[p]; f != nil {
		f.read = read
	} else {
		e.memories.of[p] = &followed{read: read, told: []trace.Entry{{}}} // which nobody has
	}
	e.memories.mu.Unlock()
	e.look(p)
}

// nothing is what a party remembers that has lost its power.
func nothing() []trace.Entry { return nil }

// lose takes away what a party's application remembers; it is reported when anybody looks.
func (e *Env) lose(p trace.Participant) {
	e.memories.mu.Lock()
	defer e.memories.mu.Unlock()
	if f := e.memories.of[p]; f != nil {
		f.read = nothing
	}
}

// memories are what the parties remember, as far as it was reported.
type memories struct {
	mu sync.Mutex
	of map[trace.Participant]*followed
	// touched are those who have used a store since anybody looked: the machine that
	// serves a request is not always the one whose store keeps what it says.
	touched []trace.Participant
}

func (m *memories) touch(p trace.Participant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.touched, p) {
		m.touched = append(m.touched, p)
	}
}

// take returns those who have used a store since it was last called.
func (m *memories) take() []trace.Participant {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.touched
	m.touched = nil
	return all
}

type followed struct {
	read func() []trace.Entry
	told []trace.Entry
}

// look reports what a party remembers, if it is followed and that has changed.
func (e *Env) look(p trace.Participant) {
	e.memories.mu.Lock()
	f := e.memories.of[p]
	if f == nil {
		e.memories.mu.Unlock()
		return
	}
	read := f.read
	e.memories.mu.Unlock()
	now := read()
	e.memories.mu.Lock()
	changed := !slices.Equal(now, f.told)
	f.told = slices.Clone(now)
	e.memories.mu.Unlock()
	if changed { // Report may wait for its turn
		e.Report(trace.Observation{Kind: trace.ObservedMemory, At: e.Now(), Party: p, Memory: &trace.Memory{Entries: now}})
	}
}
