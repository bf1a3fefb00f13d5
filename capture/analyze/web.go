package analyze

import (
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

// exchange is one connection whose payload is read.
type exchange struct {
	conn     *stream.Conn
	messages *http1.Conversation
	frames   *http1.WebSocket // after a switch to it
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

// open begins to read a connection.
func (w *web) open() *exchange {
	x := &exchange{}
	x.messages = http1.New(w.limits, func(from tcpstate.End, m *http1.Message) {
		x.done = append(x.done, message{from: from, m: m})
	})
	x.messages.Tunnel = func(from tcpstate.End, c stream.Chunk) {
		if client, extensions, ok := x.messages.WebSocket(); ok && x.frames == nil {
			x.frames = http1.NewWebSocket(client, extensions, max(w.limits.Body, defaultBody), func(from tcpstate.End, f *http1.WebSocketFrame) {
				x.done = append(x.done, message{from: from, f: f})
			})
		}
		if x.frames != nil {
			x.frames.Feed(from, c)
		}
	}
	x.conn = w.assembler.Open(x.messages.Feed)
	return x
}

// segment takes the payload of a segment that was delivered, and tells the
// messages that are complete with it.
func (w *web) segment(r *run, c *tcpstate.Conn, from tcpstate.End, s *tcpstate.Segment) {
	x, _ := c.Reader.(*exchange)
	if x == nil {
		if s.Len == 0 && !s.Flags.Has(tcpstate.SYN) {
			return // nothing to read yet
		}
		x = w.open()
		c.Reader = x
	}
	if x == readUp {
		return
	}
	x.conn.Segment(from, s)
	w.tell(r, c, x)
	if x.conn.Done() {
		c.Reader = readUp
	}
}

// readUp stands for a connection of which nothing is left to be read: it waits
// for late segments, and takes no memory for its payload.
var readUp = &exchange{}

// close ends the reading of a connection that is over.
func (w *web) close(r *run, c *tcpstate.Conn) {
	x, _ := c.Reader.(*exchange)
	c.Reader = nil
	if x == nil || x == readUp {
		return
	}
	x.conn.Close()
	w.tell(r, c, x)
}

func (w *web) tell(r *run, c *tcpstate.Conn, x *exchange) {
	for _, m := range x.done {
		from, to := r.opts.parties(c, m.from)
		if f := m.f; f != nil {
			r.give(trace.Event{
				Kind: trace.KindWebSocket, At: f.LastTime, Frame: f.LastFrame, Stream: c.Stream,
				From: from, To: to, WebSocket: f,
			})
			continue
		}
		r.give(trace.Event{
			Kind: trace.KindMessage, At: m.m.LastTime, Frame: m.m.LastFrame, Stream: c.Stream,
			From: from, To: to, Message: m.m,
		})
		w.limits.Pool.Put(m.m) // an event is valid until the next one
	}
	x.done = x.done[:0]
}
