package http1

import (
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// Limits bound what is kept of one message. 0 means the default.
type Limits struct {
	// Head is how long a start line with its header section, a trailer section
	// or a chunk's size line may be, in bytes; 64 KiB. A longer one ends the
	// reading of its stream.
	Head int
	// Body is how much of a body is kept, in bytes; 64 KiB, and less than 0
	// means nothing, nor of the head as it was sent. The rest is counted.
	Body int
	// Pool, if set, is where messages come from: who gets one puts it back.
	Pool *Pool
	// Budget, if set, is shared by conversations, and bounds what all bodies
	// that have not ended take together.
	Budget *Budget
}

// Budget is bytes of memory that conversations share. The zero value holds
// none.
type Budget struct{ left int }

// NewBudget returns a budget of that many bytes.
func NewBudget(bytes int) *Budget { return &Budget{left: bytes} }

// take takes up to n bytes and says how many. A nil Budget is without end.
func (b *Budget) take(n int) int {
	if b == nil {
		return n
	}
	n = min(n, b.left)
	b.left -= n
	return n
}

func (b *Budget) giveBack(n int) {
	if b != nil {
		b.left += n
	}
}

const defaultLimit = 64 << 10

// Conversation reads the messages in both directions of one connection. Only
// together can they be read: a response has a body or none according to the
// request's method (RFC 9112 §6.3).
//
// Which end sends requests is told by what it sends. A stream that does not
// begin as HTTP/1.x is left alone. After a gap, and in a connection whose
// beginning the capture lacks, reading resumes at the next segment that begins
// with a start line.
type Conversation struct {
	// Tunnel, if set, gets what is sent after the connection has stopped
	// speaking HTTP: after a 101 response or a successful CONNECT.
	Tunnel func(from tcpstate.End, c *stream.Chunk)

	limits   Limits
	deliver  func(tcpstate.End, *Message)
	readers  [2]reader // by sender
	roles    bool      // it is known which end sends requests,
	asks     tcpstate.End
	pending  pending
	count    int // requests so far
	protocol string
	// extensions of WebSocket that were agreed upon (RFC 6455 §9.1).
	extensions string
}

// New returns a Conversation. deliver is called from within Feed and Close with
// each message when it is complete, or has turned out to be truncated; the
// message is the receiver's to keep.
func New(l Limits, deliver func(from tcpstate.End, m *Message)) *Conversation {
	if l.Head <= 0 {
		l.Head = defaultLimit
	}
	if l.Body == 0 {
		l.Body = defaultLimit
	}
	c := &Conversation{limits: l, deliver: deliver}
	for end := range c.readers {
		c.readers[end].c, c.readers[end].from = c, tcpstate.End(end)
	}
	return c
}

// Feed takes the next chunk of the stream that the given end sends. Nothing of it is
// kept.
func (c *Conversation) Feed(from tcpstate.End, chunk *stream.Chunk) {
	c.readers[from&1].feed(chunk)
}

// Close says that nothing more will come from the given end, without an End or
// a Cut having been fed.
func (c *Conversation) Close(from tcpstate.End) {
	r := &c.readers[from&1]
	r.feed(&stream.Chunk{
		Kind: stream.Cut, Offset: r.offset, Frame: r.seen.frame, Time: r.seen.time,
		Release: r.seen.release, ReleaseTime: r.seen.releaseTime,
	})
}

// HTTP reports whether at least one start line of HTTP/1.x was seen.
func (c *Conversation) HTTP() bool { return c.roles }

// Protocol is what the connection was switched to: the Upgrade field of the 101
// response ("websocket"), or "CONNECT" for a tunnel; empty while it speaks HTTP.
func (c *Conversation) Protocol() string { return c.protocol }

// WebSocket reports whether the connection was switched to WebSocket (RFC 6455
// §4.2.2), which end had asked for it, and the extensions that were agreed upon.
func (c *Conversation) WebSocket() (client tcpstate.End, extensions string, ok bool) {
	return c.asks, c.extensions, equalFold(c.protocol, "websocket")
}

// accepts says whether the end may send such a message, and learns the roles
// from the first one.
func (c *Conversation) accepts(from tcpstate.End, isRequest bool) bool {
	asks := from
	if !isRequest {
		asks = from.Peer()
	}
	if !c.roles {
		c.roles, c.asks = true, asks
	}
	return c.asks == asks
}

// asked notes a request whose head is complete.
func (c *Conversation) asked(m *Message, r *reader) {
	c.count++
	m.Exchange = c.count
	connect := m.Method == "CONNECT"
	if m.Marks.Has(Resumed) {
		c.pending.lostRequests(m.Start, true)
	}
	c.pending.add(request{
		exchange: c.count, head: m.Method == "HEAD", connect: connect,
		start: m.Start, heard: r.acked,
	})
	if connect {
		r.next = inTunnel // until a refusal says otherwise
	}
}

// answered finds the request that a response's head belongs to, and switches
// protocols where it says so.
func (c *Conversation) answered(m *Message, r *reader) (to request) {
	asker := &c.readers[r.from.Peer()]
	if m.Marks.Has(Resumed) {
		c.pending.lostResponses(m.Start)
	}
	// What of the requests was received, and not read.
	unread := r.acked > asker.offset || asker.msg != nil && !asker.headRead && asker.msg.Start < r.acked
	to = c.pending.answered(response{start: m.Start, acked: r.acked, final: m.Status >= 200 || m.Status == 101, unread: unread})
	m.Exchange = to.exchange
	if asker.msg != nil && m.Exchange > 0 && asker.msg.Exchange == m.Exchange && m.Status >= 200 {
		m.Marks |= Early
	}
	switch {
	case m.Status == 101: // RFC 9110 §15.2.2
		c.protocol, _ = m.Get("Upgrade")
		c.extensions, _ = m.Get("Sec-WebSocket-Extensions")
		r.next = inTunnel
		asker.become(inTunnel)
	case to.connect && m.Status/100 == 2: // RFC 9110 §9.3.6
		c.protocol = "CONNECT"
		r.next = inTunnel
		asker.become(inTunnel)
	case to.connect && m.Status >= 300:
		asker.become(inHead)
	}
	return to
}
