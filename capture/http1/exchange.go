package http1

import (
	"bytes"
	"iter"
	"slices"
	"time"
)

// Exchange is a request and what answers it. Whichever of the two was not seen is
// nil: both are where a capture holds interim responses alone.
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
	// Over says that nothing more will come of it: it is complete, its connection is
	// over, or so many requests wait there that none after them is paired.
	Over bool
}

// Split is how long an exchange took, as seen where the capture was taken. At
// the client, Wait holds a round trip; at the server it does not.
type Split struct {
	Request  time.Duration // from the first byte of the request that came to the last
	Wait     time.Duration // to the first byte of the response; below 0 where it came before the request's last
	Response time.Duration // from the first byte of the response that came to the last
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

// Span is where and when it was seen: from the first octet of its messages that
// came to the last.
func (x *Exchange) Span() (all Span) {
	for m := range x.messages() {
		all.Join(m.Span)
	}
	return all
}

// Started is when the first byte of it was seen: of its request, or of what
// answers it where that was not.
func (x *Exchange) Started() time.Time {
	for m := range x.messages() {
		return m.FirstTime
	}
	return time.Time{}
}

// messages yields what was seen of it, as one follows the other.
func (x *Exchange) messages() iter.Seq[*Message] {
	return func(yield func(*Message) bool) {
		if x.Request != nil && !yield(x.Request) {
			return
		}
		for _, m := range x.Interim {
			if !yield(m) {
				return
			}
		}
		if x.Response != nil {
			yield(x.Response)
		}
	}
}

// Pairing puts messages of any number of connections together to exchanges. Its
// zero value is ready.
type Pairing struct {
	// Bodies keeps what was read of the messages' bodies.
	Bodies bool

	count int
	open  map[int]map[int][]*Exchange // those without a request or a final response yet, by stream and Message.Exchange
	asked map[int]int                 // requests so far, by stream
}

// Add takes a message and returns its exchange, and whether it is a new one. It
// keeps nothing of m, which may be overwritten.
func (p *Pairing) Add(stream int, m *Message) (x *Exchange, fresh bool) {
	if p.open == nil {
		p.open, p.asked = map[int]map[int][]*Exchange{}, map[int]int{}
	}
	open := p.open[stream]
	if open == nil {
		open = map[int][]*Exchange{}
		p.open[stream] = open
	}
	x = find(open[m.Exchange], m)
	if fresh = x == nil; fresh {
		p.count++
		x = &Exchange{Stream: stream, Number: p.count}
		open[m.Exchange] = append(open[m.Exchange], x)
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
	flooded := fresh && m.Request && len(open) > maxPending
	if x.Response != nil && (x.Request != nil || m.Exchange == 0) || flooded {
		x.Over = true
		left := slices.DeleteFunc(open[m.Exchange], func(o *Exchange) bool { return o == x })
		if open[m.Exchange] = left; len(left) == 0 {
			delete(open, m.Exchange)
		}
	}
	return x, fresh
}

// find returns the exchange that a message belongs to, of those whose messages have
// the same Exchange; nil if it begins one. A response may be complete before its
// request is.
func find(open []*Exchange, m *Message) *Exchange {
	for _, x := range open {
		if m.Request && x.Request == nil && m.Exchange > 0 || !m.Request && x.Response == nil {
			return x
		}
	}
	return nil
}

// Forget drops what is kept of a connection that is over, and returns its
// exchanges that have remained without a request or a response.
func (p *Pairing) Forget(stream int) (alone []*Exchange) {
	for _, open := range p.open[stream] {
		alone = append(alone, open...)
	}
	delete(p.open, stream)
	delete(p.asked, stream)
	for _, x := range alone {
		x.Over = true
	}
	slices.SortFunc(alone, func(a, b *Exchange) int { return a.Number - b.Number })
	return alone
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
