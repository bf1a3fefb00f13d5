// Package ladder turns a timeline of events into the geometry of a ladder
// diagram: lanes, rows and arrows, computed once for every renderer. It knows
// nothing of fonts, colours or languages.
//
// # One row a segment
//
// A segment that both ends were watched for departs in one event and arrives in
// another. The two are one row, an arrow from lane to lane, unless that would
// tell a lie about the order in which the ends learned things. A segment is
// split into a departure row and an arrival row, tied by Arrow.Tie, when
//
//   - it crosses a segment of the opposite direction, and one of the two
//     carries SYN, FIN or RST or is a retransmission: neither sender knew of
//     the other's segment (simultaneous open and close, a spurious
//     retransmission);
//   - a later segment of the same direction overtakes it (reordering);
//   - its receiver's state changes, in a row below, while it is on its way;
//   - it carries SYN, FIN or RST or is a retransmission, and its receiver's
//     party learns or forgets something, in a row below, while it is on its way.
//
// Data and acknowledgments that merely cross, as they always do in a bulk
// transfer, stay one row each: their numbers say what their senders knew.
package ladder

import (
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// RowKind says what a Row shows.
type RowKind uint8

// Kinds of row.
const (
	// RowArrow: a segment, or with DetailMessages a message. Arrow is set.
	RowArrow RowKind = iota
	// RowOpening: a connection appears (First), or an end of it does. States
	// holds what its ends are in before their first change, where that is
	// known and not to be seen above.
	RowOpening
	// RowState: a state changed with no segment of its own: a timer, or a call.
	RowState
	// RowCall: an application's call; Lane is whose. States holds the change
	// that it made, if it made one.
	RowCall
	// RowStore: an application's access to a store; Lane is whose.
	RowStore
	// RowMessage: an HTTP message is complete. Arrow tells its direction.
	RowMessage
	// RowMemory: what a party remembers changed. Memory is set.
	RowMemory
	// RowStep begins a step of a lesson; RowNote is any other note.
	RowStep
	RowNote
	// RowPause: nothing happened for the duration Pause.
	RowPause
	// RowOther: a frame without a TCP segment.
	RowOther
	// RowVerdict: the wire did something to a frame that no row shows.
	RowVerdict
	// RowLost: the capture lost Event.N frames.
	RowLost
	// RowFolded stands for segments and calls that changed a state, or that had
	// trouble on their way: see Options.FoldSegments. Folding is set, and Arrow
	// where there was a segment: the way of the first.
	RowFolded
	// RowConnection and RowTotals are the summaries at the end.
	RowConnection
	RowTotals
)

// Row is one row of the ladder. It shares no memory with the event that made
// it, except Reading.Conn, which the observer goes on changing.
type Row struct {
	Kind RowKind
	At   time.Time
	// Since is the time since the trace's first event, Delta since the row before:
	// of memory, where it was looked at later than the row before shows.
	Since, Delta time.Duration
	Frame        int // number in the trace's file, 0 for none
	Stream       int // connection, -1 for none
	First        bool
	// Lane is whose row it is, as an index of Builder.Lanes: for calls, states
	// and memory. -1 where it is nobody's alone.
	Lane  int
	Arrow *Arrow
	// Apart: the connection of a message is not that of the arrow above it, or that of
	// a folded row not that of the row above it.
	Apart  bool
	States []StateMark
	// Proofs are the states, assumed by earlier rows, that the row's segment proves.
	Proofs []Proof
	// Alive is, by lane, the state of the connection that is most alive among those
	// that the lane's party keeps a transmission control block for after this row
	// (RFC 9293 §3.3.1), as far as the changes of state tell: an open one, else one
	// that opens, else one that closes. Unknown where it keeps none; so a lane beyond
	// its end.
	Alive  []tcpstate.State
	Memory *MemoryChange
	// Folding is set on rows that stand for segments: RowFolded, and messages
	// where segments are folded.
	Folding *Folding
	Pause   time.Duration
	// Event is the event that made the row. Of a payload or a body, only the
	// first bytes are kept.
	Event trace.Event
}

// Part says how much of a segment's way a row shows.
type Part uint8

// Parts.
const (
	Whole     Part = iota // from lane to lane
	Departure             // from its sender's lane onto the wire
	Arrival               // from the wire to its receiver's lane
)

// Arrow is a segment's or a message's way from lane to lane.
type Arrow struct {
	From, To int // lanes
	Part     Part
	// Tie is the same in a departure row and its arrival rows: the frame's
	// number where it has one, else a letter.
	Tie string
	// Lost: it never arrived. Damaged: it arrived with a flipped bit.
	// Injected: no host sent it. Resent: it carries sequence numbers that
	// were sent before.
	Lost, Damaged, Injected, Resent bool
	// Discarded: it arrived whole, and its receiver's stack threw it away.
	Discarded bool
	// Recut: it is Resent because the path had no room for so much at once, and said
	// so: nothing went wrong (RFC 1191 §3).
	Recut bool
	// Copy is 2 for the arrival of the wire's second copy, and so on.
	Copy int
	// Verdicts are what the wire did to it, on the row where it left, and what its
	// receiver's stack did, where it arrived.
	Verdicts []trace.Verdict
	// ArrivedAt is when a Whole or Arrival row's segment arrived, where its
	// receiver was watched; zero elsewhere.
	ArrivedAt time.Time
	// Travelled is how long it was on its way, beside ArrivedAt, where it was
	// seen to leave.
	Travelled time.Duration
}

// ThrownAway reports whether the row's segment arrives, and goes no further.
func (a *Arrow) ThrownAway() bool { return a.Discarded || a.Damaged && a.Part != Departure }

// StateMark is a change of state at one lane.
type StateMark struct {
	Lane     int
	From, To tcpstate.State
	Basis    tcpstate.Basis
	// Contradicted: the segments do not agree with what the party reported.
	Contradicted bool
	Change       trace.StateChange
	conn         trace.Conn // whose: see connOf
}

// Proof says that what this row shows proves a state which had been assumed.
type Proof struct {
	Lane  int
	State tcpstate.State
	Frame int // the segment by which it was assumed
}

// Proves reports whether the row proves a change of state which had been assumed.
func (r *Row) Proves(m *StateMark) bool {
	return slices.ContainsFunc(r.Proofs, func(p Proof) bool { return p.Lane == m.Lane && p.State == m.To })
}

// Detail is how closely the ladder looks.
type Detail uint8

// Details.
const (
	DetailSegments Detail = iota // every segment is an arrow
	// DetailMessages: HTTP messages are the arrows, in the order of their times;
	// each shows the states that its ends came into since the one before it.
	DetailMessages
)

// Options choose what a ladder shows.
type Options struct {
	// Streams are the connections to show; empty means all.
	Streams []int
	Detail  Detail
	// Pause is the silence from which a RowPause is put in; 0 means 1 s.
	Pause time.Duration
	// Lanes are the parties that are known beforehand; others get a lane when
	// they first appear.
	Lanes []trace.Participant
	// Fold shows only the first of the rows of a step that are alike, and counts
	// the others in a note.
	Fold bool
	// FoldSegments shows messages without the segments that carried them. What
	// opens and closes a connection is one row, with the states that the ends came
	// into; what is lost or sent again is counted where it is left out.
	FoldSegments bool
}
