package tcpstate

import (
	"net/netip"
	"time"
)

// End names one end of a connection. The client is the end that sent the first
// SYN, or, where no SYN was seen, the end that looks like it.
type End uint8

// The two ends.
const (
	Client End = iota
	Server
)

// Peer returns the other end.
func (e End) Peer() End { return e ^ 1 }

// String returns "client" or "server".
func (e End) String() string {
	if e == Server {
		return "server"
	}
	return "client"
}

// Where says what seeing a segment proves.
type Where uint8

// Where a segment was seen.
const (
	Passing  Where = iota // somewhere between: it was sent; whether it arrived is not known
	Sent                  // at its sender, as it left
	Received              // at its receiver, as it arrived
)

// Basis is how a change of state is known.
type Basis uint8

// Bases, from the strongest to the weakest.
const (
	Observed Basis = iota // the stack or the operating system said so
	Inferred              // the segments prove it
	Assumed               // it follows if the segment arrived, which nothing has proved yet
)

// Trigger is what makes a change: the label on an edge of the figure.
type Trigger struct {
	Kind TriggerKind
	// Name is the call ("CLOSE"), the timer ("time-wait"), or for segments the
	// flags that matter ("SYN,ACK").
	Name string
}

// TriggerKind groups triggers.
type TriggerKind uint8

// Kinds of trigger.
const (
	OnCall TriggerKind = iota // the local user's call: OPEN, CLOSE, ABORT
	OnReceive
	OnSend // the segment that the end itself sent shows the change (its call was not seen)
	OnTimer
	OnPoll // only the outcome was seen, by asking the operating system again and again: what made the change is not known
)

// Change is one end's change of state.
type Change struct {
	End      End
	From, To State
	Trigger  Trigger
	Basis    Basis
	// Edge is the edge of the figure that the change took; nil when it is not
	// on the figure (it is then a finding, or the start of a connection met
	// midway).
	Edge *Edge
	// Frames are the numbers of the frames that prove it, the latest last.
	Frames []int
	// Corrects says that the end was not in From: that had been assumed, and
	// this reading refutes it.
	Corrects bool
}

// PassedOver reports whether a change that polling found may have led through
// states that were over when the system was next asked: no edge joins the two, or
// an abort or a reset takes one, and a close that is quick looks the same.
func (c *Change) PassedOver() bool {
	if c.Trigger.Kind != OnPoll || c.From == Unknown {
		return false
	}
	switch c.From {
	case Established, CloseWait, FinWait2:
		return c.Edge == nil || c.To == Closed || c.To == TimeWait
	case FinWait1, Closing:
		return c.Edge == nil || c.To == Closed || c.From == FinWait1 && c.To == TimeWait
	default:
		return c.Edge == nil
	}
}

// Settlement is what a segment proves of an end that had been assumed.
type Settlement struct {
	End   End
	State State // and those that were assumed before it
	Frame int   // the segment by which the state was assumed
}

// Edge is one edge of RFC 9293's state machine.
type Edge struct {
	From, To State
	On       Trigger
	Action   string // what the end sends: "SYN,ACK"; empty for nothing
	Figure   bool   // drawn in Figure 5; false for the edges that §3.10 adds
	Source   string // "RFC 9293 §3.3.2 Figure 5", "RFC 9293 §3.10.7.4"
	Note     string // the figure's own notes, in short
	// Unreachable is why no program that uses the sockets interface can take
	// this edge; empty for the others.
	Unreachable string
}

// Finding is one observation about one segment, with the frame that is its
// evidence. Names are DESIGN.md's contract: Wireshark's tcp.analysis.* with
// hyphens, and our own beside them.
type Finding struct {
	Name string
	// Frame is the frame that the finding refers to: the original of a
	// retransmission, the segment that a duplicate ACK repeats; 0 if none.
	Frame int
	// Nth counts repetitions: the third duplicate ACK, the second
	// retransmission; 0 where counting makes no sense.
	Nth int
}

// Reading is what the observer concluded from one segment. It is reused: valid
// until the next segment is observed.
type Reading struct {
	Conn *Conn
	From End // who sent it
	// RelSeq and RelAck are relative to each side's ISN; Relative is false,
	// and they are raw, where the ISN is not known nor assumed.
	RelSeq, RelAck uint32
	Relative       bool
	// ScaledWindow is the window in bytes after scaling (RFC 7323 §2.3);
	// ScaleKnown is false when the SYNs that agreed on the scale were not both seen:
	// then it is the field as sent.
	ScaledWindow uint32
	ScaleKnown   bool
	// AcksFrame is the newest frame whose data this segment's ACK newly
	// acknowledges, 0 if none; RTT its round-trip time as seen at the vantage
	// point, 0 where Karn's rule forbids one (RFC 6298 §3): the ACK covers octets
	// that were sent twice, or came late.
	AcksFrame int
	RTT       time.Duration
	// NewerAck is the frame that carried its sender's highest acknowledgment, where
	// this segment's is below it: it was overtaken, and neither its ACK nor its window
	// says how things stand now. 0 if it was not.
	NewerAck int
	// Anew is how many octets at the end of a segment that carries others again it
	// carries for the first time, SYN and FIN included; 0 where it carries none again.
	Anew uint32
	// Astray has a bit for each block of the SACK option, 1 for the first, that names
	// octets which the peer has not sent, nor may have, unseen: see analysis.astray.
	Astray uint8
	// InFlight is how many octets the sender has sent and not seen
	// acknowledged, this segment included.
	InFlight uint32
	// Damaged: the checksum is wrong, and the segment was seen as it arrived,
	// or others of its sender were right, so that its receiver must drop it
	// (RFC 9293 §3.1). Where none was right, the trace was altered, or the
	// checksums were left to a network card: those segments count.
	Damaged  bool
	Findings []Finding
	Changes  []Change
	// Settled are the states that had been assumed, and that this segment proves.
	// Changes that it makes come after them.
	Settled []Settlement
}

// Aborts reports whether s is the RST of an end that has no TCB any more: what was
// sent to it and not yet read is lost, and it sends no more of the connection
// (RFC 9293 §3.10.5, §3.10.7.1). It is to be asked of the latest reading alone.
func (r *Reading) Aborts(s *Segment) bool {
	return s.Flags.Has(RST) && !r.Damaged && r.Conn.State[r.From] == Closed
}

// Key is a connection's addresses.
type Key struct{ Client, Server netip.AddrPort }

// OneEnd reports whether a connection is joined to itself: a socket that connects to
// its own port opens simultaneously with itself (RFC 9293 §3.10.7.3). All that its
// one end, the client, sends comes back to it; there is no server.
func (k Key) OneEnd() bool { return k.Client.Port() == k.Server.Port() && k.Client == k.Server }

// Peer returns the end that an end's segments go to: itself, where there is one.
func (k Key) Peer(e End) End {
	if k.OneEnd() {
		return e
	}
	return e.Peer()
}
