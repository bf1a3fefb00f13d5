package tcpstate

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"time"
)

// Bounds on what an observer keeps, beside ObserverOptions.MaxConns.
const (
	// maxOver is how many connections that are over wait for late segments.
	maxOver = 2048
	// overLogged is how many of the latest segments of each end are remembered
	// of such a connection.
	overLogged = 16
	// maxBarely is how many connections are followed of which one end was heard
	// alone, in no more than barely segments: scans and floods.
	maxBarely = 4096
	barely    = 3
	// maxForgotten is how many connections that were let go keep their numbers,
	// at least; at most twice as many.
	maxForgotten = 1 << 16
	// touched is how exactly it is known who was silent longest, in nanoseconds.
	touched = int64(time.Second)
)

// shelf is where a connection is kept: each has its own bound.
type shelf uint8

const (
	barelyBegun shelf = iota
	alive
	over
	shelves
)

// ring holds the connections of one shelf, the latest used first; its root
// holds none.
type ring struct {
	root Conn
	n    int
}

func (r *ring) init() { r.root.newer, r.root.older = &r.root, &r.root }

// oldest returns the connection that was silent longest, nil if there is none.
func (r *ring) oldest() *Conn {
	if r.n == 0 {
		return nil
	}
	return r.root.newer
}

func (r *ring) add(c *Conn) {
	c.newer, c.older = &r.root, r.root.older
	c.older.newer, r.root.older = c, c
	r.n++
}

func (r *ring) remove(c *Conn) {
	c.newer.older, c.older.newer = c.older, c.newer
	c.newer, c.older = nil, nil
	r.n--
}

// shelf says where a connection belongs.
func (c *Conn) shelf() shelf {
	switch {
	case c.finished():
		return over
	case c.Segments[Client]+c.Segments[Server] <= barely && (c.Segments[Client] == 0 || c.Segments[Server] == 0):
		return barelyBegun
	}
	return alive
}

// file puts a connection, of which a segment has just been observed, where it
// belongs.
func (o *Observer) file(c *Conn) {
	to := c.shelf()
	if to == c.at && o.lastNow-c.placed < touched {
		return
	}
	o.kept[c.at].remove(c)
	c.at, c.placed = to, o.lastNow
	o.kept[to].add(c)
	if to == over {
		c.ends[Client].log.trim(overLogged)
		c.ends[Server].log.trim(overLogged)
	}
	if to == over && o.kept[over].n > maxOver {
		o.drop(o.kept[over].oldest())
	}
}

// makeRoom lets go of what has lingered, and of whoever was silent longest
// where there are too many.
func (o *Observer) makeRoom() {
	for c := o.kept[over].oldest(); c != nil && o.lastNow-c.placed > int64(o.options.Linger); c = o.kept[over].oldest() {
		o.drop(c)
	}
	if o.kept[barelyBegun].n >= maxBarely {
		o.drop(o.kept[barelyBegun].oldest())
	}
	for o.kept[over].n+o.kept[barelyBegun].n+o.kept[alive].n >= o.options.MaxConns {
		var longest *Conn
		for i := range o.kept {
			if c := o.kept[i].oldest(); c != nil && (longest == nil || c.LastTime.Before(longest.LastTime)) {
				longest = c
			}
		}
		o.drop(longest)
	}
}

// flowHash stands for the addresses and ports of a connection, the same for
// both directions. Its seed is the process's own, so that nobody can choose
// connections that collide. Zones are left out: a frame holds none.
type flowHash uint64

var seed = maphash.MakeSeed()

func hashOf(a, b netip.AddrPort) flowHash {
	if a.Addr().Is4() && b.Addr().Is4() {
		x, y := a.Addr().As4(), b.Addr().As4()
		p := uint64(binary.BigEndian.Uint32(x[:]))<<16 | uint64(a.Port())
		q := uint64(binary.BigEndian.Uint32(y[:]))<<16 | uint64(b.Port())
		return flowHash(maphash.Comparable(seed, [2]uint64{min(p, q), max(p, q)}))
	}
	x, y := a.Addr().As16(), b.Addr().As16()
	low := [2]uint64{binary.BigEndian.Uint64(x[:8]), binary.BigEndian.Uint64(x[8:])}
	high := [2]uint64{binary.BigEndian.Uint64(y[:8]), binary.BigEndian.Uint64(y[8:])}
	p, q := a.Port(), b.Port()
	if low[0] > high[0] || low[0] == high[0] && (low[1] > high[1] || low[1] == high[1] && p > q) {
		low, high, p, q = high, low, q, p
	}
	return flowHash(maphash.Comparable(seed, [5]uint64{low[0], low[1], high[0], high[1], uint64(p)<<16 | uint64(q)}))
}

// joins reports whether a segment is one of the connection's.
func (c *Conn) joins(s *Segment) bool {
	return c.Key.Client == s.Src && c.Key.Server == s.Dst || c.Key.Server == s.Src && c.Key.Client == s.Dst
}

// lookup returns the connection of a segment, nil if none is followed.
func (o *Observer) lookup(h flowHash, s *Segment) *Conn {
	c := o.conns[h]
	for c != nil && !c.joins(s) {
		c = c.collides
	}
	return c
}

// enter adds a connection under its hash.
func (o *Observer) enter(c *Conn) {
	c.collides = o.conns[c.hash]
	o.conns[c.hash] = c
}

// leave takes a connection away.
func (o *Observer) leave(c *Conn) {
	if o.conns[c.hash] != c {
		before := o.conns[c.hash]
		for before.collides != c {
			before = before.collides
		}
		before.collides = c.collides
	} else if c.collides != nil {
		o.conns[c.hash] = c.collides
	} else {
		delete(o.conns, c.hash)
	}
	c.collides = nil
}

// forgotten is what is kept of a connection that was let go: enough for its
// segments to bear its number, as in Wireshark, and for the SYN of another to
// be known.
type forgotten struct {
	stream, syn uint32
	isn         Seq  // of the end that opened it,
	hasISN      bool // if its SYN was seen
}

// forgottens are the connections that were let go, in two generations: when
// the younger is full, the older goes.
type forgottens struct{ young, old map[flowHash]forgotten }

func (f *forgottens) add(c *Conn) {
	switch {
	case f.young == nil:
		f.young, f.old = make(map[flowHash]forgotten), make(map[flowHash]forgotten)
	case len(f.young) >= maxForgotten:
		f.old, f.young = f.young, f.old
		clear(f.young)
	}
	f.young[c.hash] = forgotten{stream: uint32(c.Stream), syn: uint32(c.Handshake.SYN), isn: c.ISN[Client], hasISN: c.HasISN[Client]}
}

// take returns what is kept of a connection, and keeps it no longer.
func (f *forgottens) take(h flowHash) (was forgotten, ok bool) {
	if was, ok = f.young[h]; ok {
		delete(f.young, h)
		return was, true
	}
	if was, ok = f.old[h]; ok {
		delete(f.old, h)
	}
	return was, ok
}

// number gives a new connection the number of the one that it goes on, or the
// next.
func (o *Observer) number(c *Conn, s *Segment) {
	was, ok := o.forgotten.take(c.hash)
	opens := s.Flags.Has(SYN) && !s.Flags.Has(ACK)
	switch {
	case ok && !(opens && was.hasISN && was.isn != s.Seq):
		c.Stream, c.Resumed = int(was.stream), true
		return
	case ok:
		o.reading.found(FoundReusedPorts, int(was.syn), 0)
	}
	c.Stream = o.streams
	o.streams++
}
