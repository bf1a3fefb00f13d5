package http1

import (
	"bytes"
	"time"

	"statelab/capture/stream"
	"statelab/capture/tcpstate"
)

// state is where in a stream a reader is.
type state uint8

const (
	inHead       state = iota // between messages, in a start line or a header section
	inBody                    // octets of a Content-Length are to come
	inUntilClose              // all octets up to the end
	inChunkSize               // the line before a chunk (RFC 9112 §7.1)
	inChunk                   // octets of a chunk are to come
	inChunkEnd                // the line end after a chunk
	inTrailer                 // RFC 9112 §7.1.2
	inTunnel                  // HTTP is over, another protocol speaks
	lost                      // looking for a segment that begins with a start line
	foreign                   // not HTTP: nothing is read any more
	closed                    // the stream has ended
)

// sight is which frame brought octets, and which one let them be read, and when.
type sight struct {
	frame, release    int
	time, releaseTime time.Time
}

func (s *sight) at(c *stream.Chunk) {
	s.frame, s.release, s.time, s.releaseTime = c.Frame, c.Release, c.Time, c.ReleaseTime
}

// reader reads one direction.
type reader struct {
	c     *Conversation
	from  tcpstate.End
	state state
	next  state // the state after this message: inHead or inTunnel
	any   bool  // a message has begun in this stream
	// resumed: the message to come is the first after something was passed over.
	resumed bool
	offset  int64
	acked   int64         // of the message's first octet: see stream.Chunk.Acked
	now     *stream.Chunk // what is being read
	seen    sight         // of the latest octets

	// text is what was read of a head, a trailer section or a chunk's line;
	// line is where in it the current line begins.
	text []byte
	line int
	head string // one that was read at once, until it is settled

	msg      *Message // nil between messages
	headRead bool     // its head is complete
	left     int64    // octets of the body or chunk that are to come
	holed    bool     // the body had a gap: no more of it is kept
}

func (r *reader) feed(c *stream.Chunk) {
	if r.state == closed {
		return
	}
	r.now, r.offset = c, c.Offset
	switch c.Kind {
	case stream.Data:
		r.data(c.Data)
	case stream.Gap:
		r.gap(c.Lost)
	case stream.End, stream.Cut:
		r.end(c.Kind)
	}
	r.now = nil
}

// data reads the octets of one chunk, a step at a time: a step reads some of
// them without crossing the end of a line or a body, settle draws the
// conclusion.
func (r *reader) data(data []byte) {
	if r.state == lost && r.resumes(data) {
		r.state, r.resumed = inHead, true
	}
	r.seen.at(r.now)
	if r.msg != nil {
		r.msg.Span.add(r.now.Frame, r.now.Time)
	}
	for len(data) > 0 {
		if r.state == inTunnel {
			r.tunnel(data)
			return
		}
		n := r.step(data)
		data = data[n:]
		r.offset += int64(n)
		r.settle()
	}
}

// step reads some octets, at least one, and says how many.
func (r *reader) step(data []byte) int {
	switch r.state {
	case inHead:
		if r.msg != nil {
			return r.gather(data)
		}
		if n := lineEnds(data); n > 0 {
			return n // RFC 9112 §2.2: empty lines before a start line do not count
		}
		r.begin()
		if n := r.wholeHead(data); n > 0 {
			return n
		}
		return r.gather(data)
	case inBody, inChunk:
		data = data[:min(int64(len(data)), r.left)]
		r.left -= int64(len(data))
		r.keep(data)
	case inUntilClose:
		r.keep(data)
	case inChunkSize, inChunkEnd, inTrailer:
		return r.gather(data)
	case inTunnel, lost, foreign, closed:
	}
	return len(data)
}

// lineEnds is with how many octets of line ends data begins.
func lineEnds(data []byte) (n int) {
	for n < len(data) && (data[n] == '\r' || data[n] == '\n') {
		n++
	}
	return n
}

// settle moves on where a step has read the last octet of something.
func (r *reader) settle() {
	switch r.state {
	case inHead:
		switch head := r.head; {
		case head != "":
			r.head = ""
			r.headDone(head)
		case r.msg != nil:
			r.settleHead()
		}
	case inBody:
		if r.left == 0 {
			r.finish()
		}
	case inChunk:
		if r.left == 0 {
			r.state = inChunkEnd
		}
	case inChunkSize, inChunkEnd, inTrailer:
		r.settleChunkLine()
	case inUntilClose, inTunnel, lost, foreign, closed:
	}
}

// gather adds up to one line to text, but no more than one octet above the
// limit, which shows that it is passed; it says how many octets that were.
func (r *reader) gather(data []byte) int {
	limit := r.c.limits.Head
	switch r.state {
	case inChunkSize:
		limit = maxChunkLine
	case inChunkEnd:
		limit = len("\r\n")
	default:
	}
	data = data[:min(len(data), limit+1-len(r.text))]
	if n := bytes.IndexByte(data, '\n') + 1; n > 0 {
		data = data[:n]
	}
	r.text = append(r.text, data...)
	return len(data)
}

// keep counts octets of a body, and keeps those below the limit.
func (r *reader) keep(data []byte) {
	r.msg.BodyBytes += int64(len(data))
	if room := r.c.limits.Body - len(r.msg.Body); room > 0 && !r.holed {
		wanted := min(len(data), room)
		got := r.c.limits.Budget.take(wanted)
		r.msg.Body = append(r.msg.Body, data[:got]...)
		r.holed = got < wanted
	}
}

// begin begins a message at the present octet.
func (r *reader) begin() {
	r.text, r.line, r.left, r.holed = r.text[:0], 0, 0, false
	r.msg, r.headRead = r.c.limits.Pool.get(), false
	r.msg.Start, r.acked = r.offset, r.now.Acked
	r.msg.Span = Span{r.now.Frame, r.now.Frame, r.now.Time, r.now.Time}
	if r.resumed {
		r.msg.Marks, r.resumed = Resumed, false
	}
}

// finish delivers the message, which ends before the present octet.
func (r *reader) finish() {
	m := r.msg
	m.End = r.offset
	m.CompletedBy, m.CompletedAt = r.now.Release, r.now.ReleaseTime
	r.msg, r.text = nil, r.text[:0]
	r.state, r.next = r.next, inHead
	r.c.limits.Budget.giveBack(len(m.Body))
	r.c.deliver(r.from, m)
}

// breakOff ends the message early, if one has begun, and reading with it until
// a start line is found again.
func (r *reader) breakOff(why Break) {
	switch {
	case r.msg == nil:
	case r.msg.Version == "": // not even the start line is there
		r.msg = nil
	default:
		if !r.headRead {
			r.msg.HeadCut = true
			r.readHead(string(r.text[:r.line]))
		}
		r.msg.truncate(why)
		r.finish()
	}
	r.state, r.next = lost, inHead
	r.lostRequests(true)
}

// lostRequests: some may be missing at the present octet. none: or not.
func (r *reader) lostRequests(none bool) {
	if r.c.roles && r.from == r.c.asks {
		r.c.pending.lostRequests(r.offset, none)
	}
}

// malformed breaks off because nobody can tell where the message ends.
func (r *reader) malformed() {
	r.msg.Malformed = true
	r.breakOff(NoBreak)
}

// giveUp stops reading where something else than a start line stands. A SOCKS
// handshake may come before HTTP: it begins with its version, 4 or 5, and the
// reply in version 4 with 0 (RFC 1928 §3).
func (r *reader) giveUp() {
	if r.any || r.text[0] == 4 || r.text[0] == 5 || r.text[0] == 0 {
		r.msg = nil
		r.breakOff(NoBreak)
		return
	}
	r.state, r.msg, r.text = foreign, nil, nil
}

// gap passes over octets that the capture lacks. Where the framing tells that
// they belong to the body, the message goes on behind them.
func (r *reader) gap(missing int64) {
	if missing == 0 {
		r.c.pending.beginsMidway()
	}
	switch r.state {
	case inTunnel:
		r.tunnel(nil)
	case foreign, closed, lost:
	case inBody, inChunk, inUntilClose:
		if r.state != inUntilClose && missing > r.left {
			r.breakOff(BreakGap)
			break
		}
		r.msg.BodyBytes += missing
		r.msg.Missing += missing
		r.msg.truncate(BreakGap)
		r.holed = true
		r.offset += missing
		if r.state != inUntilClose {
			r.left -= missing
			r.settle()
		}
	case inHead, inChunkSize, inChunkEnd, inTrailer:
		if r.state == inHead && r.msg == nil && missing > 0 {
			r.lostRequests(false)
		}
		r.breakOff(BreakGap)
	}
	r.offset = r.now.Offset + missing
}

// end ends the stream. A FIN completes a body that lasts until then (RFC 9112
// §6.3, rule 8), a Cut does not.
func (r *reader) end(kind stream.Kind) {
	switch {
	case r.state == inTunnel:
		r.tunnel(nil)
	case r.state == inUntilClose && kind == stream.End:
		r.finish()
	case r.msg != nil:
		r.breakOff(breakOf(kind))
	}
	r.state, r.text = closed, nil
}

// become changes the state because of what the other end has said.
func (r *reader) become(s state) {
	switch {
	case r.state == closed:
	case r.msg != nil && r.msg.Version != "":
		r.next = s
	case s == inTunnel || r.state == inTunnel:
		r.state, r.next, r.msg = s, inHead, nil
	}
}

// tunnel hands on what is not HTTP any more.
func (r *reader) tunnel(data []byte) {
	if r.c.Tunnel != nil {
		c := *r.now
		c.Data, c.Offset = data, r.offset
		r.c.Tunnel(r.from, &c)
	}
}
