package trace

import (
	"net/netip"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
)

// Kind says what an Event is, and so which of its parts is set.
type Kind uint8

// Kinds of event.
const (
	// KindSegment: a TCP segment was seen leaving its sender, or passing.
	// Segment is set; From and To are its ends.
	KindSegment Kind = iota
	// KindArrival: that segment was seen reaching its receiver: only where
	// both ends were watched. Segment and Wire are set.
	KindArrival
	// KindState: an end's state changed. State is set; From is whose, To its
	// peer where it has one.
	KindState
	// KindMemory: a party's memory was reported. Memory is set; From is whose,
	// and To the peer, if it is the memory of one connection.
	KindMemory
	// KindVerdict: the wire did something to the frame Wire. Verdict is set;
	// From and To are the frame's ends where known.
	KindVerdict
	// KindCall: an application's call. Call is set; From is whose, To the peer
	// where there is one.
	KindCall
	// KindMessage: an HTTP message is complete. Message is set; From, To.
	KindMessage
	// KindWebSocket: a frame of a connection that was switched to WebSocket is
	// complete. WebSocket is set; From, To.
	KindWebSocket
	// KindNote: Note is set.
	KindNote
	// KindStore: an application read from a store, or wrote to it. Access is set;
	// From is whose application.
	KindStore
	// KindOther: a frame that carries no TCP segment (ARP, ICMP, an unknown
	// protocol, a damaged one). Other is set.
	KindOther
	// KindGap: the capture lost frames. N is how many.
	KindGap
	// KindConnection: a connection is over, or the trace is: its summary.
	// Connection is set.
	KindConnection
	// KindTotals: the last event of every run. Totals is set.
	KindTotals
)

// String returns the kind in English, in lower case: a key, not a label.
func (k Kind) String() string {
	names := [...]string{"segment", "arrival", "state", "memory", "verdict", "call", "message", "websocket", "note", "store", "other", "gap", "connection", "totals"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Kinds is a set of kinds of event. The zero value is all of them.
type Kinds uint32

// KindsOf returns the set of the given kinds.
func KindsOf(kinds ...Kind) (s Kinds) {
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s == 0 || s&(1<<k) != 0 }

// Segment is a TCP segment with what the observer read from it. What explains
// it is in Reading: raw facts, from which explain makes sentences on demand.
type Segment struct {
	tcpstate.Segment
	tcpstate.Reading
}

// StateChange is one end's change of state.
type StateChange struct {
	tcpstate.Change
	// Cause is what the reporting party said, for Basis Observed.
	Cause Cause
	// Contradicted is set on an observed change that the inference from the
	// segments does not agree with.
	Contradicted bool
}

// Other is a frame without a TCP segment.
type Other struct {
	// Protocol is the innermost protocol that was recognised: "ARP", "ICMPv4",
	// "UDP", "ETHERNET 0x88cc".
	Protocol string
	// Info is a short line for people: "who has 10.0.0.2? tell 10.0.0.1".
	Info Text
	// Src and Dst are those of its IP header; not valid where there is none.
	Src, Dst netip.Addr
	// Err is why the frame could not be decoded further, if it could not.
	Err error
}

// Totals closes a run.
type Totals struct {
	Frames, Segments, Connections int
	// Numbered is the last number that a frame has, where the wire is statelab's
	// own: how many the trace of the vantage point holds whose numbers these are.
	// 0 elsewhere.
	Numbered int
	// Others counts frames without a TCP segment, by protocol.
	Others map[string]int
	// Damaged counts frames whose headers were cut or malformed.
	Damaged int
	// Cut counts frames of which the capture kept a part (its snapshot length): payload
	// is missing here that the receiver got.
	Cut int
	// Incomplete counts fragmented datagrams of which not every fragment came,
	// or that were dropped for fragments that overlap.
	Incomplete int
	// Dropped counts frames that the capture lost.
	Dropped int
	// Backward counts frames whose time lies before that of the frame before them,
	// Clamped those whose time stamp no frame can have: see capture.Clamped.
	Backward, Clamped int
	First, Last       time.Time
}

// Event is one thing that happened. Events are reused: an Event and all that
// it points to is valid until the next one is asked for; Clone keeps one.
type Event struct {
	Kind Kind
	At   time.Time
	// Frame is the number of the frame in the trace's file, 0 for none.
	Frame int
	// Wire ties together a segment, its arrival and the wire's verdict about
	// it, where the wire is statelab's own; 0 elsewhere.
	Wire uint64
	// Stream is the connection, from 0; -1 for none.
	Stream   int
	From, To Participant

	Segment    *Segment
	State      *StateChange
	Memory     *Memory
	Verdict    *Verdict
	Call       *Call
	Message    *http1.Message
	WebSocket  *http1.WebSocketFrame
	Note       *Note
	Access     *Access
	Other      *Other
	Connection *tcpstate.Conn
	Totals     *Totals
	N          int
}

// ToItself reports whether an event is of a connection that is joined to itself (see
// tcpstate.Key.OneEnd).
func (e *Event) ToItself() bool { return e.From.Addr == e.To.Addr && e.From.Addr.Port() != 0 }
