package analyze

import (
	"time"

	"statelab/capture/http1"
	"statelab/capture/stream"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// web reads HTTP messages out of the payload of each connection.
type web struct {
	limits    http1.Limits
	assembler *stream.Assembler
}

// exchange is one connection whose payload is read. Only conn is set before its
// turn to be read has come.
type exchange struct {
	conn     *tcpstate.Conn
	stream   *stream.Conn // nil before its first segment, and when all has been read
	messages *http1.Conversation
	frames   *http1.WebSocket // after a switch to it
	// readUp: nothing of it is left to be read. It waits for late segments.
	readUp bool
	// late is by how much the last segment was read later than its time.
	late time.Duration
	// done holds what was completed by the segment at hand.
	done []message
}

// message is a message, or a frame.
type message struct {
	from tcpstate.End
	m    *http1.Message
	f    *http1.WebSocketFrame
}

// What bodies take: see Options.Bodies.
const (
	defaultBody = 1 << 10
	openBodies  = 64 << 20
)

func (w *web) init(bodies int) {
	if bodies == 0 {
		bodies = defaultBody
	}
	w.limits = http1.Limits{Body: bodies, Budget: http1.NewBudget(openBodies), Pool: new(http1.Pool)}
	w.assembler = stream.New(stream.Limits{})
}

// exchangeOf returns the exchange that a segment belongs to, nil while there is
// nothing to read.
func exchangeOf(c *tcpstate.Conn, s *tcpstate.Segment) *exchange {
	x, _ := c.Reader.(*exchange)
	if x == nil && (s.Len > 0 || s.Flags.Has(tcpstate.SYN)) {
		x = &exchange{conn: c}
		c.Reader = x
	}
	return x
}

// leave returns the exchange of a connection that is over, nil if there is none.
func leave(c *tcpstate.Conn) *exchange {
	x, _ := c.Reader.(*exchange)
	c.Reader = nil
	return x
}

// open begins to read an exchange.
func (w *web) open(x *exchange) {
	x.messages = http1.New(w.limits, func(from tcpstate.End, m *http1.Message) {
		x.done = append(x.done, message{from: from, m: m})
	})
	x.messages.Tunnel = func(from tcpstate.End, c *stream.Chunk) {
		if client, extensions, ok := x.messages.WebSocket(); ok && x.frames == nil {
			x.frames = http1.NewWebSocket(client, extensions, max(w.limits.Body, defaultBody), func(from tcpstate.End, f *http1.WebSocketFrame) {
				x.done = append(x.done, message{from: from, f: f})
			})
		}
		if x.frames != nil {
			x.frames.Feed(from, c)
		}
	}
	x.stream = w.assembler.Open(x.messages.Feed)
}

// segment takes the payload of a segment that was delivered, and tells the
// messages that are complete with it. It was delivered late after its time, which is
// that of another tap: what is told of it happens then.
func (w *web) segment(r *run, x *exchange, from tcpstate.End, s *tcpstate.Segment, late time.Duration) {
	if x == nil || x.readUp {
		return
	}
	if x.stream == nil {
		w.open(x)
	}
	x.late = late
	x.stream.Segment(from, s)
	w.tell(r, x)
	if x.stream.Done() {
		*x = exchange{conn: x.conn, readUp: true} // and takes no memory for its payload
	}
}

// close ends the reading of an exchange: nothing of its payload is to come.
func (w *web) close(r *run, x *exchange) {
	if x == nil || x.stream == nil {
		return
	}
	x.stream.Close()
	w.tell(r, x)
	*x = exchange{conn: x.conn, readUp: true}
}

func (w *web) tell(r *run, x *exchange) {
	for _, m := range x.done {
		from, to := r.opts.parties(x.conn, m.from)
		if f := m.f; f != nil {
			r.give(trace.Event{
				Kind: trace.KindWebSocket, At: f.LastTime.Add(x.late), Frame: f.LastFrame, Stream: x.conn.Stream,
				From: from, To: to, WebSocket: f,
			})
			continue
		}
		r.give(trace.Event{
			Kind: trace.KindMessage, At: m.m.LastTime.Add(x.late), Frame: m.m.LastFrame, Stream: x.conn.Stream,
			From: from, To: to, Message: m.m,
		})
		w.limits.Pool.Put(m.m) // an event is valid until the next one
	}
	x.done = x.done[:0]
}
