// Package httpdemo is the HTTP half: a plain server that forgets, everything
// that people add to HTTP to make it remember, and the lessons that show both. A
// lesson runs on whatever network its Env was filled from, and knows none of
// them; its server side is an App, which serves browsers as well.
package httpdemo

import (
	"io"
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

// Remember reports what a party's application remembers at this moment: all of
// it.
func (e *Env) Remember(p trace.Participant, entries []trace.Entry) {
	e.Report(trace.Observation{
		Kind: trace.ObservedMemory, At: e.Now(), Party: p, Memory: &trace.Memory{Entries: entries},
	})
}
