package trace

import (
	"net/netip"
	"time"

	"statelab/capture/tcpstate"
)

// Conn names a connection by its addresses, as the reporting party sees it.
type Conn struct{ Local, Remote netip.AddrPort }

// Cause is why a state changed, as the party that reports it knows it.
type Cause struct {
	Kind tcpstate.TriggerKind
	// Name is the call or the timer: "connect", "close", "time-wait".
	Name string
	// Wire identifies the frame that was sent or received, on a wire of
	// statelab's own; 0 elsewhere.
	Wire uint64
}

// Fate is what the wire did with a frame, or the stack that it reached.
type Fate uint8

// Fates. A frame that was simply delivered gets no verdict.
const (
	Dropped Fate = iota
	Delayed
	Duplicated
	Swapped
	Corrupted
	TooBig    // longer than the wire's MTU, and not to be fragmented
	QueueFull // the rate limit's queue overflowed
	Injected  // crafted on the wire by no host's stack
	// Discarded: it arrived, and its receiver's stack threw it away: a SYN for which
	// the accept queue has no room.
	Discarded
	// What two captures say of a frame, one at each end (capture/vantage): the
	// wire itself has not spoken.
	Missing   // seen to leave, never to arrive: lost on the way
	Uncovered // seen at one end, before or after the other's capture
	Repeated  // seen to leave once, to arrive more than once
	Altered   // it arrived with other bytes
	Unsent    // seen to arrive, never to leave
	Unseen    // seen to leave and acknowledged, so it arrived: the capture there missed it
	Doubtful  // seen to leave, not to arrive at a capture that missed frames
)

// String returns the fate in English, in lower case: a key, not a label.
func (f Fate) String() string {
	names := [...]string{"dropped", "delayed", "duplicated", "swapped", "corrupted", "too-big", "queue-full", "injected", "discarded", "missing", "uncovered", "repeated", "altered", "unsent", "unseen", "doubtful"}
	if int(f) < len(names) {
		return names[f]
	}
	return "unknown"
}

// Compared reports whether the fate was concluded from captures at both ends.
func (f Fate) Compared() bool { return f >= Missing }

// Verdict is the truth about one frame, as the wire or its receiver's stack tells it, or what captures at both its
// ends say of it.
type Verdict struct {
	Fate Fate
	Wire uint64
	// Rule is the rule that decided, as the user wrote it; empty where it was
	// the scenario's or the link's nature.
	Rule string
	By   time.Duration // extra delay, where there is one
	// Bit is the bit that was flipped, counted from the frame's first, for
	// Corrupted.
	Bit int
}

// Call is what an application asked of its socket, and what it got.
type Call struct {
	Name string // "listen", "connect", "accept", "read", "write", "shutdown", "close", "setsockopt"
	// Args and Result are for people: `"hello"`, "5 bytes", "EOF",
	// "connection refused". A close of a listening socket has the argument
	// "listener". Bytes from the network in them are escaped.
	Args, Result string
	Bytes        int
}

// Note is a text that a lesson puts on the timeline.
type Note struct {
	// Step marks the beginning of a step: the ledger has one line a step.
	Step bool
	Text Text
	// Segments: the text tells of segments, and not only of what became of the
	// ends and of their programs' calls.
	Segments bool
	// Amiss: what the lesson expected here did not come to pass.
	Amiss bool
}

// ObservationKind says which part of an Observation is set.
type ObservationKind uint8

// Kinds of observation.
const (
	ObservedState ObservationKind = iota
	ObservedMemory
	ObservedVerdict
	ObservedCall
	ObservedNote
	ObservedStore // what an application did with a store: Access
	ObservedGap   // frames lost by the capture: N of them
	// ObservedTick is no observation: it says that none earlier than At will
	// come (see capture.Tick).
	ObservedTick
)

// Observation is what a party itself reports: the stack or the operating
// system of a state, the application of its calls and memory, the wire of what
// it did.
type Observation struct {
	Kind ObservationKind
	At   time.Time
	// Asked, where an answer is reported (tcpstate.OnPoll), is the time before
	// the question: what is reported was so at some moment from Asked to At, and
	// what happened after Asked may be missing from it. Zero elsewhere.
	Asked time.Time
	Order uint64 // see capture.Frame.Order
	Party Participant
	Conn  Conn
	// From, To and Cause are for ObservedState.
	From, To tcpstate.State
	Cause    Cause
	Memory   *Memory
	Verdict  *Verdict
	Call     *Call
	Note     *Note
	Access   *Access
	N        int
}
