package http1

import (
	"bytes"
	"slices"
	"time"
)

// Exchange is a request and what answers it. One whose other half was not seen
// has nil for it.
type Exchange struct {
	Stream int
	// Number counts the exchanges of a trace, and Nth the requests of a
	// connection, both from 1, in the order in which the first of their messages
	// was complete; Nth is 0 where the request was not seen.
	Number, Nth       int
	Request, Response *Message
	// Interim are the responses before the final one (RFC 9110 §15.2); a 101
	// is final: what follows it is not HTTP.
	Interim []*Message
}

// Split is how long an exchange took, as seen where the capture was taken. At
// the client, Wait holds a round trip; at the server it does not.
type Split struct {
	Request  time.Duration // from the first byte of the request to its last
	Wait     time.Duration // to the first byte of the response; below 0 where it came before the request's last
	Response time.Duration // from the first byte of the response to its last
}

// Split returns where the time went, and false unless both messages were seen.
func (x *Exchange) Split() (s Split, ok bool) {
	if x.Request == nil || x.Response == nil {
		return s, false
	}
	return Split{
		Request:  x.Request.LastTime.Sub(x.Request.FirstTime),
		Wait:     x.Response.FirstTime.Sub(x.Request.LastTime),
		Response: x.Response.LastTime.Sub(x.Response.FirstTime),
	}, true
}

// Frames are the first and the last frame that an exchange is seen in.
func (x *Exchange) Frames() (first, last int) {
	for _, m := range append([]*Message{x.Request, x.Response}, x.Interim...) {
		if m == nil {
			continue
		}
		if first == 0 || m.FirstFrame < first {
			first = m.FirstFrame
		}
		last = max(last, m.LastFrame)
	}
	return first, last
}

// Started is when its first byte was seen.
func (x *Exchange) Started() time.Time {
	if x.Request != nil {
		return x.Request.FirstTime
	}
	return x.Response.FirstTime
}

// Pairing puts messages of any number of connections together to exchanges. Its
// zero value is ready.
type Pairing struct {
	// Bodies keeps what was read of the messages' bodies.
	Bodies bool

	count int
	open  map[int][]*Exchange // without a final response yet, by stream
	asked map[int]int         // requests so far, by stream
}

// Add takes a message and returns its exchange, and whether it is a new one. It
// keeps nothing of m, which may be overwritten.
func (p *Pairing) Add(stream int, m *Message) (x *Exchange, fresh bool) {
	if p.open == nil {
		p.open, p.asked = map[int][]*Exchange{}, map[int]int{}
	}
	x = p.find(stream, m)
	if fresh = x == nil; fresh {
		p.count++
		x = &Exchange{Stream: stream, Number: p.count}
		p.open[stream] = append(p.open[stream], x)
	}
	switch kept := p.copy(m); {
	case m.Request:
		p.asked[stream] = max(p.asked[stream]+1, m.Exchange)
		x.Request, x.Nth = kept, p.asked[stream]
	case m.Status >= 100 && m.Status < 200 && m.Status != 101:
		x.Interim = append(x.Interim, kept)
	default:
		x.Response = kept
	}
	if x.Response != nil && (x.Request != nil || m.Exchange == 0) {
		p.open[stream] = slices.DeleteFunc(p.open[stream], func(o *Exchange) bool { return o == x })
	}
	return x, fresh
}

// find returns the exchange that a message belongs to, nil if it begins one. A
// response may be complete before its request is.
func (p *Pairing) find(stream int, m *Message) *Exchange {
	for _, x := range p.open[stream] {
		has := x.Request
		if m.Request || has == nil {
			has = x.Response
		}
		if has == nil && len(x.Interim) > 0 {
			has = x.Interim[0]
		}
		taken := m.Request && x.Request != nil || !m.Request && x.Response != nil
		if !taken && has != nil && has.Exchange == m.Exchange && (m.Exchange > 0 || !m.Request) {
			return x
		}
	}
	return nil
}

// Forget drops what is kept of a connection that is over, and returns its
// exchanges that have remained without a request or a response.
func (p *Pairing) Forget(stream int) []*Exchange {
	open := p.open[stream]
	delete(p.open, stream)
	delete(p.asked, stream)
	return open
}

func (p *Pairing) copy(m *Message) *Message {
	c := *m
	c.Fields, c.Trailers = slices.Clone(m.Fields), slices.Clone(m.Trailers)
	c.Head, c.Body = nil, nil
	if p.Bodies {
		c.Body = bytes.Clone(m.Body)
	}
	return &c
}
