// Package stream puts the octets of a TCP connection in order: one stream for
// each direction, as the receiver's application reads it (RFC 9293 §3.4,
// §3.10.7.4).
//
// It follows a connection from outside, from the segments that a capture holds.
// What the capture lacks it reports as a gap, in its place. What one end sends it
// delivers behind what that end had received of the other, as its acknowledgments
// tell, in whatever order a capture shows the two. What it must hold back until a
// hole is filled takes bounded memory.
package stream

import (
	"container/list"
	"time"

	"statelab/capture/tcpstate"
)

// Kind says what a Chunk is.
type Kind uint8

// Kinds of chunk.
const (
	// Data: the next octets of the stream.
	Data Kind = iota
	// Gap: octets that the capture lacks. The stream goes on after them.
	Gap
	// End: the stream's end, by a FIN. Nothing follows.
	End
	// Cut: a reset, or the end of the capture: whether there would have been
	// more is not known. Nothing follows.
	Cut
)

// Chunk is the next piece of a stream.
type Chunk struct {
	Kind Kind
	// Offset is where it begins, in octets from the beginning of the stream:
	// the octet after the SYN is 0. In a stream whose SYN was not seen, the
	// first octet that was seen is 0.
	Offset int64
	// Data is set for Kind Data only, never empty, and valid until the deliver
	// function returns.
	Data []byte
	// Acked is how much of the peer's stream the sender of the octets had received
	// when it sent them, as it acknowledges: an offset there, -1 where it is not
	// known.
	Acked int64
	// Lost is how many octets a Gap lacks; 0 where nobody can know: in front of
	// a stream whose beginning was not seen.
	Lost int64
	// Frame carried the octets (behind a Gap: the next octets; for End and Cut:
	// the FIN, the RST, or the last segment), and Time is when it was seen.
	Frame int
	Time  time.Time
	// Release is the frame that let its receiver have the chunk, and ReleaseTime
	// when it was seen: later than Frame where the octets had to wait for
	// others before them in their stream.
	Release     int
	ReleaseTime time.Time
}

// Limits bound the memory for octets that wait until a hole before them is
// filled. When one is reached, the hole is declared a Gap. 0 means the default.
type Limits struct {
	PerConn int // bytes for both directions of a connection; 4 MiB
	Total   int // bytes for all connections; 64 MiB
}

// Defaults of Limits.
const (
	DefaultPerConn = 4 << 20
	DefaultTotal   = 64 << 20
)

// Assembler assembles any number of connections under common limits. It is not
// safe for concurrent use.
type Assembler struct {
	limits  Limits
	held    int
	waiting list.List // of *half that hold octets, the one that waits longest first
}

// New returns an Assembler.
func New(l Limits) *Assembler {
	if l.PerConn <= 0 {
		l.PerConn = DefaultPerConn
	}
	if l.Total <= 0 {
		l.Total = DefaultTotal
	}
	return &Assembler{limits: l}
}

// Held is how many bytes of memory wait, over all connections.
func (a *Assembler) Held() int { return a.held }

// Conn assembles both directions of one connection.
type Conn struct {
	in       *Assembler
	halves   [2]half // by sender
	deliver  func(tcpstate.End, *Chunk)
	segments int
	chunk    Chunk // that is delivered
}

// Open begins a connection. deliver is called for each chunk, with the end that
// sent it, from within Segment and Close of this connection; and of others too,
// when it is this one that has to give up memory. The chunk is overwritten by the
// next one.
func (a *Assembler) Open(deliver func(from tcpstate.End, c *Chunk)) *Conn {
	c := &Conn{in: a, deliver: deliver}
	for end := range c.halves {
		c.halves[end].conn, c.halves[end].from = c, tcpstate.End(end)
	}
	return c
}

// ackGrace is how many segments may follow an acknowledgment of octets that
// were not seen before these are declared lost: some captures show a segment
// just after the ACK that it caused.
const ackGrace = 8

// Segment takes the next segment, sent by the given end. A segment that its
// receiver would not accept (a wrong checksum, another connection's) is the
// caller's to leave out.
func (c *Conn) Segment(from tcpstate.End, s *tcpstate.Segment) {
	c.segments++
	h := &c.halves[from&1]
	at := stamp{s.Frame, s.Time, -1}
	if s.Flags.Has(tcpstate.ACK) {
		at.acked = c.halves[from.Peer()&1].acknowledged(s.Ack)
	}
	h.take(s, at)
	c.bound(h, at)
	for end := range c.halves {
		if h := &c.halves[end]; len(h.waiting) > 0 {
			h.giveUp(at)
		}
	}
}

// drain delivers the pieces of both directions whose turn has come.
func (c *Conn) drain(at stamp) {
	for c.halves[tcpstate.Client].drain(at) || c.halves[tcpstate.Server].drain(at) {
		continue
	}
}

// Close ends both directions: the connection, or the capture, is over. What
// waits is delivered behind a Gap, then a Cut, unless the stream had its End.
func (c *Conn) Close() {
	a, b := &c.halves[tcpstate.Client], &c.halves[tcpstate.Server]
	last := a.last
	if b.last.frame > last.frame {
		last = b.last
	}
	for a.before(b) || b.before(a) {
		if a.before(b) {
			a.goOn(last)
		} else {
			b.goOn(last)
		}
	}
	for end := range c.halves {
		c.halves[end].close()
	}
}

// Done reports whether both directions have ended: nothing more will be
// delivered.
func (c *Conn) Done() bool { return c.halves[0].done && c.halves[1].done }

// bound holds the limits, at the cost of the direction that has just grown, or
// of whoever has been waiting longest.
func (c *Conn) bound(grown *half, at stamp) {
	for c.halves[0].held+c.halves[1].held > c.in.limits.PerConn {
		h := grown
		if len(h.waiting) == 0 {
			h = grown.peer()
		}
		h.goOn(at)
	}
	for c.in.held > c.in.limits.Total {
		c.in.waiting.Front().Value.(*half).goOn(at)
	}
}
