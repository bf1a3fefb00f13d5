package tcpstate

import (
	"time"
)

// Defaults of ObserverOptions.
const (
	DefaultMaxConns = 1 << 13
	DefaultLinger   = 4 * time.Minute
)

// ObserverOptions sets an observer's bounds.
type ObserverOptions struct {
	// MaxConns bounds how many connections are followed at once; 0 means
	// DefaultMaxConns. Beyond it the one that was silent longest is given up, to
	// the second. Of those that are over, 2048 are kept, and of those in which
	// one end was heard alone, in three segments or fewer, 4096.
	//
	// One that was let go and goes on keeps its number, as long as it is among
	// the latest 65536 that were: Conn.Resumed.
	MaxConns int
	// Linger is how long, in the trace's own time, a connection that is over
	// is kept for late segments; 0 means DefaultLinger, twice the maximum
	// segment lifetime (RFC 9293 §3.4.2).
	Linger time.Duration
	// BothTaps says that every segment is seen at both hosts: as it leaves
	// (Sent) and, if it arrives, as it does (Received). Nothing is then
	// assumed. Without it the observer finds out for itself, per connection
	// and end, from the first segment that is seen at that end's host.
	BothTaps bool
	// OnClose, if set, gets each connection when the observer lets go of it:
	// when it is over and its linger has passed, when its addresses and ports
	// are used again, when it has to make room, and at Finish. The Conn is
	// complete then, and the receiver's to keep.
	OnClose func(*Conn)
}

// Observer follows both ends of every TCP connection of a trace from the
// segments alone. Its memory is bounded by the connections that are open. It
// is not safe for concurrent use.
type Observer struct {
	options ObserverOptions
	conns   map[flowHash]*Conn
	// kept are the connections by shelf, and latest the one that was used last.
	kept      [shelves]ring
	latest    *Conn
	forgotten forgottens
	streams   int
	lastNow   int64

	reading Reading
	frames  [64]int // backs Change.Frames
	nFrames int
}

// NewObserver returns an observer that has seen nothing yet.
func NewObserver(options ObserverOptions) *Observer {
	if options.MaxConns <= 0 {
		options.MaxConns = DefaultMaxConns
	}
	if options.Linger <= 0 {
		options.Linger = DefaultLinger
	}
	o := &Observer{options: options, conns: make(map[flowHash]*Conn)}
	for i := range o.kept {
		o.kept[i].init()
	}
	return o
}

// Observe takes the next segment of the trace, in the order in which segments
// were seen, and returns what it tells. The Reading, and what it points to
// except Conn, is valid until the next call. Nothing of s is kept.
//
// A segment that was seen leaving its host, and is now seen arriving, changes
// its receiver's state alone: it has been counted, and compared with others,
// as it left.
func (o *Observer) Observe(s *Segment, where Where) *Reading {
	r := &o.reading
	*r = Reading{Findings: r.Findings[:0], Changes: r.Changes[:0], Settled: r.Settled[:0]}
	o.nFrames = 0
	now := s.Time.UnixNano()
	o.lastNow = max(o.lastNow, now)
	c := o.find(s, where)
	r.Conn = c
	from, to := c.direction(s)
	r.From = from
	c.mark(from, to, where, o.options.BothTaps)
	arrival := where == Received && c.ends[from].tapped
	if c.Segments[from] == 0 && !arrival {
		o.first(c, s, from)
	}
	c.rebase(r, s, from, arrival)
	var a analysis // it is filled where it lies: a literal would be copied there
	a.Reading, a.s, a.now = r, s, now
	a.fwd, a.rev = c.flows(from, arrival)
	a.irtt, a.control = int64(c.initialRTT), s.Flags.Any(SYN|FIN|RST)
	a.unheard = !arrival && s.Wire != 0 && s.Frame == 0 && c.ends[from].both != nil && c.ends[to].flow.lastFrame != 0
	switch s.Checksum {
	case Valid:
		c.ends[from].sums = true
	case Invalid:
		r.found(FoundBadChecksum, 0, 0)
		r.Damaged = c.ends[from].sums || where == Received
	case Unverified:
	}
	pause := now - c.LastTime.UnixNano()
	if !arrival {
		c.count(s, from)
		c.handshake(s, from, now)
		a.irtt = c.openingTrip(s, from, now)
		a.analyse(&c.ends[from].log)
		c.unique(s, from, a.fresh)
	} else if c.ends[from].both != nil {
		if c.Segments[from] == 0 { // crafted on the wire: nobody was seen sending it
			c.count(s, from)
			c.handshake(s, from, now)
			c.control(s, from)
		}
		c.openingTrip(s, to, now)
		a.arrives(&c.ends[from].flow)
	}
	a.acknowledges(c, from, arrival)
	if s.Options.SackBlocks > 0 {
		r.Astray = a.astray(c)
	}
	c.measure(&a, from, to, arrival)
	follow{o: o, c: c, s: s, r: r, from: from, to: to}.segment(where, arrival)
	if !arrival {
		c.patience(s, from, pause, r.repeats())
	}
	c.tally(r)
	if c.given {
		c.end(o.lastNow) // something that was on its way has come
	} else {
		o.file(c)
	}
	return r
}

// find returns the segment's connection: a new one for new addresses and
// ports, and for a SYN that opens known ones again.
func (o *Observer) find(s *Segment, where Where) *Conn {
	c := o.latest
	if c == nil || !c.joins(s) {
		h := hashOf(s.Src, s.Dst)
		if c = o.lookup(h, s); c == nil {
			o.latest = o.open(h, s)
			return o.latest
		}
		o.latest = c
	}
	if !o.reopens(c, s, where) {
		return o.incarnation(c, s, where)
	}
	o.drop(c)
	o.forgotten.take(c.hash) // known better than from there
	o.latest = o.open(c.hash, s)
	o.reading.found(FoundReusedPorts, c.Handshake.SYN, 0)
	o.latest.inherit(c, &o.reading, o.options.BothTaps)
	if o.options.BothTaps {
		o.latest.before, o.latest.opening = c, s.Wire
	}
	return o.latest
}

// incarnation returns the connection that a segment left in, where its arrival is
// seen too: it may be one before c, of the same addresses and ports.
func (o *Observer) incarnation(c *Conn, s *Segment, where Where) *Conn {
	for where == Received && c.before != nil && s.Wire < c.opening && c.before.left(s) {
		c = c.before
	}
	return c
}

// left reports whether a segment may have left in this connection.
func (c *Conn) left(s *Segment) bool {
	from, _ := c.direction(s)
	e := &c.ends[from]
	return e.tapped && e.flow.hasNext && !s.Seq.Before(e.flow.base) && !s.End().After(e.flow.nextSeq)
}

// reopens reports whether a segment is the SYN of a new incarnation of the
// connection: its sequence number is not the one that its sender began with.
func (o *Observer) reopens(c *Conn, s *Segment, where Where) bool {
	if !s.Flags.Has(SYN) || s.Flags.Has(ACK) {
		return false
	}
	from, _ := c.direction(s)
	e := &c.ends[from]
	return e.flow.hasBase && e.flow.base != s.Seq && !(where == Received && e.tapped)
}

// open begins a connection, after having made room for it.
func (o *Observer) open(h flowHash, s *Segment) *Conn {
	o.makeRoom()
	c := &Conn{First: s.Frame, FirstTime: s.Time, Last: s.Frame, LastTime: s.Time, hash: h, placed: o.lastNow}
	c.Key, c.OpenerKnown = roles(s)
	c.oneEnd = c.Key.OneEnd()
	c.latest = s.Time.UnixNano()
	c.spending.mark, c.measured = c.latest, true
	o.number(c, s)
	o.enter(c)
	o.kept[c.at].add(c)
	return c
}

// drop lets go of a connection, and remembers its number.
func (o *Observer) drop(c *Conn) {
	o.leave(c)
	o.kept[c.at].remove(c)
	if o.latest == c {
		o.latest = nil
	}
	o.forgotten.add(c)
	c.given = true
	c.end(o.lastNow)
	if o.options.OnClose != nil {
		o.options.OnClose(c)
	}
}

// Finish ends the trace: every connection that is still followed is judged and
// handed to OnClose, in order of appearance. At is when the capture ended,
// which tells silence from the end of the trace; zero takes the time of the
// last segment. The observer is empty afterwards.
func (o *Observer) Finish(at time.Time) {
	if !at.IsZero() {
		o.lastNow = max(o.lastNow, at.UnixNano())
	}
	for _, c := range o.Conns() {
		o.drop(c)
	}
	o.forgotten = forgottens{}
}
