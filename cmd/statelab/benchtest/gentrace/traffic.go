package main

import (
	"container/heap"
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// schedule is the connections, the one whose turn is next first.
type schedule []*conn

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due() < s[j].due() }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)        { *s = append(*s, x.(*conn)) }
func (s *schedule) Pop() any          { panic("a schedule only ever grows") }

// due is when the connection's next segment is to be sent.
func (c *conn) due() time.Duration { return c.plan[c.done].at }

// traffic writes the segments of all connections in order of time. One that
// has ended is followed by a new one.
func traffic(t *tap, o options) {
	r := rand.New(rand.NewPCG(o.seed, 0))
	all := make(schedule, 0, o.conns)
	opened := 0
	begin := func(c *conn, at time.Duration) {
		c.open(opened, at)
		opened++
	}
	for range o.conns {
		c := &conn{r: r}
		begin(c, time.Duration(r.Int64N(int64(time.Second))))
		heap.Push(&all, c)
	}
	w := wire{t: t}
	for !t.full() {
		c := all[0]
		w.send(c, &c.plan[c.done])
		c.done++
		for c.done == len(c.plan) {
			if c.closed {
				begin(c, c.now+time.Duration(r.Int64N(int64(50*time.Millisecond))))
			} else {
				c.advance()
			}
		}
		heap.Fix(&all, 0)
	}
}

// wire puts planned segments on the tap.
type wire struct {
	t       *tap
	s       segment
	options []byte
}

func (w *wire) send(c *conn, p *planned) {
	src, dst, who := &c.client, &c.server, 0
	if p.fromServer {
		src, dst, who = dst, src, 1
	}
	src.ipid++
	w.s = segment{at: p.at, src: src, dst: dst, seq: p.seq, ack: p.ack, flags: p.flags, window: src.window, ipid: src.ipid}
	if p.flags&syn != 0 {
		w.s.window = 64240
	}
	w.optionsOf(c, p, who)
	w.s.options = w.options
	if p.n > 0 {
		w.s.payload = p.message.part(p.from, p.n)
	}
	w.t.write(&w.s)
}

// optionsOf writes the options: those of a SYN, the timestamps (RFC 7323 §3),
// and what arrived beyond a hole (RFC 2018 §3).
func (w *wire) optionsOf(c *conn, p *planned, who int) {
	now := uint32(p.at / time.Millisecond)
	echoed := c.echo[1-who]
	c.echo[who] = now
	be := binary.BigEndian
	b := w.options[:0]
	if p.flags&syn != 0 {
		b = append(b, 2, 4, 5, 0xb4, 4, 2, 8, 10)
		b = be.AppendUint32(b, now)
		b = be.AppendUint32(b, echoed)
		w.options = append(b, 1, 3, 3, 7)
		return
	}
	b = append(b, 1, 1, 8, 10)
	b = be.AppendUint32(b, now)
	b = be.AppendUint32(b, echoed)
	if p.sackTo != p.sackLeft {
		b = append(b, 1, 1, 5, 10)
		b = be.AppendUint32(b, p.sackLeft)
		b = be.AppendUint32(b, p.sackTo)
	}
	w.options = b
}

// flood writes SYNs that nobody answers, each of a connection of its own.
func flood(t *tap) {
	server := party{port: 80}
	server.address(2, 1)
	for n := 0; !t.full(); n++ {
		c := party{port: uint16(1024 + n%64000), next: uint32(n) * 64000}
		c.address(1, uint32(n/64000))
		t.write(&segment{
			at: time.Duration(n) * time.Microsecond, src: &c, dst: &server, seq: c.next, flags: syn, window: 64240,
			options: []byte{2, 4, 5, 0xb4},
		})
	}
}
