package main

import "time"

// gap is the time between two segments of a burst, and between a segment and
// its acknowledgment.
const gap = 12 * time.Microsecond

// exchange plans a request and its response.
func (c *conn) exchange() {
	r := c.r
	c.wait(time.Duration(r.ExpFloat64() * float64(20*time.Millisecond)))
	if r.IntN(400) == 0 {
		c.keepAlive()
	}
	asked := request(r, c.number)
	c.transfer(false, asked)
	c.wait(c.rtt/2 + time.Duration(r.ExpFloat64()*float64(4*time.Millisecond)))
	c.transfer(true, response(r, asked))
}

// keepAlive plans a pause with a probe of the idle connection and its answer
// (RFC 9293 §3.8.4).
func (c *conn) keepAlive() {
	c.wait(10 * time.Second)
	c.send(false, ack).seq--
	c.wait(c.rtt / 2)
	c.send(true, ack)
	c.wait(c.rtt)
}

// transfer plans a message in bursts that grow, as slow start has them (RFC
// 5681 §3.1), each acknowledged segment for two.
func (c *conn) transfer(fromServer bool, m *message) {
	burst := 10
	for from := 0; from < m.len(); {
		n := min(burst, (m.len()-from+mss-1)/mss)
		c.burst(fromServer, m, from, n)
		from += n * mss
		burst = min(2*burst, 80)
		if from < m.len() {
			c.wait(c.rtt)
		}
	}
}

// fate is what becomes of one segment of a burst.
type fate int

const (
	arrives fate = iota
	lostBefore
	lostBehind // the tap sees it, its receiver does not
	overtaken  // by the next one
)

// burst plans n segments of m from octet from on, with what befalls one of
// them now and then.
func (c *conn) burst(fromServer bool, m *message, from, n int) {
	sender, receiver := &c.client, &c.server
	if fromServer {
		sender, receiver = receiver, sender
	}
	what, which := arrives, -1
	if r := c.r.IntN(1000); r < 6*n && n > 1 {
		what, which = fate(1+r%3), c.r.IntN(n-1)
	}
	base := sender.next
	data := func(i int) {
		p := c.send(fromServer, ack)
		p.seq, p.ack = base+uint32(i*mss), receiver.next
		p.message, p.from = m, from+i*mss
		p.n = min(mss, m.len()-p.from)
		if p.from+p.n == m.len() {
			p.flags |= psh
		}
		c.wait(gap)
	}
	acknowledge := func(to, sackLeft, sackTo int) {
		p := c.send(!fromServer, ack)
		p.seq, p.ack = receiver.next, base+uint32(min(to*mss, m.len()-from))
		if sackTo > sackLeft {
			p.sackLeft, p.sackTo = base+uint32(sackLeft*mss), base+uint32(min(sackTo*mss, m.len()-from))
		}
		c.wait(gap)
	}
	for i := 0; i < n; i++ {
		switch {
		case i != which:
			data(i)
		case what == lostBehind:
			data(i)
			continue
		case what == lostBefore:
			c.wait(gap)
			continue
		case what == overtaken:
			data(i + 1)
			acknowledge(i, i+1, i+2)
			data(i)
			i++
		}
		switch hole := which >= 0 && i > which && what != overtaken; {
		case hole:
			acknowledge(which, which+1, i+1)
		case i%2 == 1 || i == n-1:
			acknowledge(i+1, 0, 0)
		}
	}
	if what == lostBefore || what == lostBehind {
		if n-which-1 >= 3 {
			c.wait(c.rtt) // the third duplicate has asked for it (RFC 5681 §3.2)
		} else {
			c.wait(200*time.Millisecond + c.rtt)
		}
		data(which)
		acknowledge(n, 0, 0)
	}
	sender.next = base + uint32(min(n*mss, m.len()-from))
}
