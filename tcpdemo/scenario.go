package tcpdemo

import (
	"context"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// Scenario is one lesson on TCP: programs on a network, and what to look at
// while they run. Everything that it shows comes from the segments that the
// stacks exchange and from what the stacks report.
type Scenario struct {
	Name  string
	Title trace.Text
	// Claims are the ids of the claims that it shows.
	Claims []string
	// Refutes are the beliefs that it refutes, each with what on its timeline
	// does so: see refutations.
	Refutes []trace.Refutation
	// Look says what to look at, before it runs.
	Look []trace.Text
	// Network is what it runs on. Seed is set by who runs it, and rules of the
	// user's are added to its own.
	Network network.Config
	// Own says that it needs a network of statelab's own even where Network asks
	// for nothing: to inject a frame, to reboot a host, or to let two segments cross.
	Own bool
	// Limit is when it is over at the latest, in the network's time; 0 means
	// two minutes: long enough for TIME-WAIT to end.
	Limit time.Duration
	// Fold says that most of its segments are alike: a ladder shows the first
	// of each run of them, and counts the rest.
	Fold bool
	// Run is the client's program; it starts the server's. An error says that
	// the lesson did not go as it was meant to.
	Run func(l *Lab) error
}

// DefaultLimit is the Limit of a scenario that names none.
const DefaultLimit = 2 * time.Minute

// Within is Limit, or its default.
func (s *Scenario) Within() time.Duration {
	if s.Limit == 0 {
		return DefaultLimit
	}
	return s.Limit
}

// Lab is what a scenario works with.
type Lab struct {
	network.Clock
	Client, Server network.Host
	// Ctx ends when the user interrupts the lesson.
	Ctx context.Context
	// Report puts something on the timeline.
	Report func(trace.Observation)
	// Inject puts a frame on the wire that no host sent. Only networks of
	// statelab's own can do it; nil elsewhere.
	Inject func(toward network.Direction, frame []byte) error
	// Reboot crashes the server's host and starts it again: every control
	// block and listener is gone, and nobody is told. nil where that cannot
	// be done.
	Reboot func() error
	// Bent says that rules of the user's act on the wire beside the lesson's own:
	// then a lesson may take another course than it was written for.
	Bent bool
	// silent: the course is another one, and the step's notes would not be true.
	silent bool
	// Waiting reports whether a stack remembers a connection in TIME-WAIT; nil where
	// that takes 2 MSL to the moment.
	Waiting func() bool
	// Heap is what the process has on its heap, in bytes, after a collection of
	// garbage. It is not the same from run to run; nil where it is not measured.
	Heap func() int64
}

// settling is how long a step waits for what is still on the wire, in the
// network's time: several round trips of a quiet network.
const settling = 100 * time.Millisecond

// Step begins a step, when what is still on the wire has arrived: the ledger
// says what each side remembered when the one before it ended. Its title tells of
// segments and writes: where rules of the user's act, it stands only if these were
// the same, and the segments fared the same, as without. What hangs on how many
// reads there were, a lesson counts itself.
func (l *Lab) Step(en, ko string) { l.begin(en, ko, true) }

// Act begins a step whose title tells only of what the programs' calls came to,
// and of the states of both ends: it stands where those are as they are without
// rules of the user's.
func (l *Lab) Act(en, ko string) { l.begin(en, ko, false) }

func (l *Lab) begin(en, ko string, segments bool) {
	l.Sleep(settling)
	l.silent = false
	l.Report(trace.Observation{Kind: trace.ObservedNote, At: l.Now(), Note: &trace.Note{Step: true, Segments: segments, Text: trace.Text{En: en, Ko: ko}}})
}

// Note says something within a step that rests on its segments and writes,
// as Step does.
func (l *Lab) Note(en, ko string) {
	l.say(trace.Note{Segments: true, Text: trace.Text{En: en, Ko: ko}})
}

// Remark says something within a step that rests on calls and states, as Act
// does.
func (l *Lab) Remark(en, ko string) { l.say(trace.Note{Text: trace.Text{En: en, Ko: ko}}) }

func (l *Lab) say(n trace.Note) {
	if l.silent {
		return
	}
	l.Report(trace.Observation{Kind: trace.ObservedNote, At: l.Now(), Note: &n})
}
