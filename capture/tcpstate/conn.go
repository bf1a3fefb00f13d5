package tcpstate

import "time"

// Ending says how a connection ended, as far as the segments tell.
type Ending uint8

// Endings. The names printed are DESIGN.md's contract.
const (
	EndOpen    Ending = iota // the trace ends before the connection does
	EndFIN                   // both sides closed; the ACK of the last FIN may be missing
	EndRST                   // a reset ended it
	EndHalf                  // the trace has one side's FIN, and none of the other's
	EndTimeout               // one side gave up: retransmissions without an answer, then silence
	EndNever                 // the trace ends before the handshake was complete (RFC 9293 §3.5)
)

// String returns "open", "fin", "rst", "half", "timeout" or "never".
func (e Ending) String() string {
	return [...]string{"open", "fin", "rst", "half", "timeout", "never"}[min(int(e), 5)]
}

// Handshake holds the frames of the three-way handshake; 0 for a segment that
// was not seen, or that has no number.
type Handshake struct {
	SYN, SynAck, Ack int
	// Asked says that a SYN was seen, Answered that a SYN,ACK was, Complete that the
	// ACK was too, whether or not they have numbers.
	Asked, Answered, Complete bool
	// RTT is from the SYN to the SYN,ACK that answers it, and from there to the
	// segment that completes the handshake, as seen at the vantage point. HasRTT is
	// false where there is none, or where a SYN or SYN,ACK was sent again and nothing
	// tells which one was answered.
	RTT    time.Duration
	HasRTT bool
}

// Conn is what the observer knows of one connection. It grows as segments are
// observed, and is bounded: nothing in it grows with the number of octets.
type Conn struct {
	Stream int // from 0, in order of first appearance
	Key    Key
	// Resumed: an observer that had let go of the connection went on with it.
	// What was before is in another Conn of the same Stream.
	Resumed bool
	// OpenerKnown says that a SYN showed who opened it; otherwise Key.Client
	// is a guess.
	OpenerKnown bool
	Handshake   Handshake
	ISN         [2]Seq  // by End, of its first SYN
	HasISN      [2]bool // the SYN of that end was seen
	Options     [2]Options
	State       [2]State
	// History holds each end's states in order, the current one last.
	History [2][]State
	// Assumed counts the states at the end of each History that are assumed, and
	// that no segment has proved.
	Assumed [2]int
	// Bytes counts payload octets sent by each end, every octet once; Total
	// counts them as often as they were sent.
	Bytes, Total [2]int64
	Segments     [2]int
	First, Last  int // frames
	FirstTime    time.Time
	LastTime     time.Time
	Ending       Ending
	// Findings counts each finding by name; Denied, those of them that another one
	// beside them denied.
	Findings, Denied map[string]int
	// Reader is for whoever reads the connection's payload: the observer leaves
	// it alone.
	Reader any

	ends          [2]end
	meters        [2]meter // by the End that sends
	spending      spending
	closer        End // who sent the first FIN or RST, and in which frame
	closed        int
	closedByReset bool
	measured      bool  // an observer made it
	oneEnd        bool  // Key.OneEnd, which is asked for all the time
	syns          int   // SYNs without ACK
	latest        int64 // the latest time of a segment, in nanoseconds since 1970
	// back is the longest way that the trace's clock went back, in nanoseconds; bounded
	// says that it stood at lastTime.
	back    int64
	bounded bool
	// initialRTT is Handshake.RTT as Wireshark knows it: from the latest SYN
	// to the first ACK after it, whether or not the SYN,ACK was seen.
	initialRTT   time.Duration
	synTime      int64
	trip         trip
	acked        bool // Handshake.Ack was seen
	refusedFirst bool // Handshake.SynAck acknowledges another SYN than the client's
	reset        bool // a RST ended it
	lastFrom     End
	unanswered   int   // retransmissions at the end, without any answer
	lastPause    int64 // nanoseconds before the last of them

	// before is the connection that had its addresses and ports, where both hosts are
	// watched, opening the identity of the SYN that began this one. given: OnClose has
	// it.
	before  *Conn
	opening uint64
	given   bool

	at           shelf
	placed       int64 // when it was put there, or last known to be used
	newer, older *Conn
	hash         flowHash
	collides     *Conn // the next one with that hash
}

// Peer is Key.Peer, and takes no comparison.
func (c *Conn) Peer(e End) End {
	if c.oneEnd {
		return e
	}
	return e.Peer()
}
