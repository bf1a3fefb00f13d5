// Package httpdemo is the HTTP half: a plain server that forgets, and the
// lessons that show it. A lesson runs on whatever network its Env was filled
// from, and knows none of them.
package httpdemo

import (
	"io"
	"time"

	"statelab/capture/trace"
)

// Env is all that a lesson knows of the world: the machines to listen and dial on, what
// time it is, and where to report. Every field is set.
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
	// Report puts a note, or what a party's application remembers, on the
	// timeline. The network adds the control blocks to a memory.
	Report func(trace.Observation)
}

// settling is how long a step waits for what is still on the wire, in the
// network's time.
const settling = 100 * time.Millisecond

// step begins a step of the lesson, when what is still on the wire has arrived:
// the ledger has one line for each.
func (e *Env) step(t trace.Text) {
	e.Sleep(settling)
	e.Report(trace.Observation{Kind: trace.ObservedNote, At: e.Now(), Note: &trace.Note{Step: true, Text: t}})
}

// note says something between steps.
func (e *Env) note(t trace.Text) {
	e.Report(trace.Observation{Kind: trace.ObservedNote, At: e.Now(), Note: &trace.Note{Text: t}})
}

// remember reports what each side's application remembers at this moment.
func (e *Env) remember(client, server []trace.Entry) {
	for _, p := range []struct {
		role    trace.Role
		entries []trace.Entry
	}{{trace.RoleClient, client}, {trace.RoleServer, server}} {
		e.Report(trace.Observation{
			Kind: trace.ObservedMemory, At: e.Now(),
			Party:  trace.Participant{Role: p.role},
			Memory: &trace.Memory{Entries: p.entries},
		})
	}
}
