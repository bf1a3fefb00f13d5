package main

import (
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// mss is how much payload a segment carries: 1500 octets of MTU without the
// headers and the timestamps, for IPv6.
const mss = 1428

// party is one end of a connection.
type party struct {
	v6     bool
	ip     [16]byte // the first 4 for IPv4
	mac    [6]byte
	port   uint16
	next   uint32 // SND.NXT
	window uint16
	ipid   uint16
}

func (p *party) ipLen() int {
	if p.v6 {
		return ipv6Len
	}
	return ipv4Len
}

// planned is a segment of a connection's plan.
type planned struct {
	at         time.Duration
	fromServer bool
	flags      byte
	seq, ack   uint32
	// The payload is n octets of message, from octet from on.
	message  *message
	from, n  int
	sackLeft uint32 // with sackRight, what was received beyond a hole
	sackTo   uint32
}

// conn is a connection and the segments that it is to send next, in order of
// time.
type conn struct {
	r              *rand.Rand
	client, server party
	rtt            time.Duration
	now            time.Duration // when the plan ends
	plan           []planned
	done           int // how much of the plan has been sent
	exchanges      int // still to come
	number         int // of the exchange
	closed         bool
	echo           [2]uint32 // the latest timestamp of client and server
}

// open plans the handshake (RFC 9293 §3.5) of the nth connection.
func (c *conn) open(n int, at time.Duration) {
	r := c.r
	*c = conn{r: r, plan: c.plan[:0], now: at, rtt: time.Duration(2+r.IntN(60)) * time.Millisecond}
	v6 := n%8 == 7
	c.client = party{v6: v6, port: uint16(20000 + n%40000), next: r.Uint32(), window: 502, ipid: uint16(r.Uint32())}
	c.server = party{v6: v6, port: 80, next: r.Uint32(), window: 509, ipid: uint16(r.Uint32())}
	host := uint32(n / 40000 * 251)
	c.client.address(1, host+uint32(n%251))
	c.server.address(2, uint32(n%7))
	c.exchanges = 1 + int(r.ExpFloat64()*12)
	c.send(false, syn)
	c.client.next++
	c.wait(c.rtt / 2)
	c.send(true, syn|ack)
	c.server.next++
	c.wait(c.rtt / 2)
	c.send(false, ack)
}

// address makes the party's addresses: of a network, the nth.
func (p *party) address(network byte, n uint32) {
	p.mac = [6]byte{2, 0, 0, 0, network, byte(n % 7)}
	if p.v6 {
		copy(p.ip[:], []byte{0x20, 0x01, 0x0d, 0xb8, 0, network})
		binary.BigEndian.PutUint32(p.ip[12:], n+1)
		return
	}
	p.ip = [16]byte{10, network<<4 + byte(n>>16), byte(n >> 8), byte(n)}
}

func (c *conn) wait(d time.Duration) { c.now += d }

// send plans a segment without payload.
func (c *conn) send(fromServer bool, flags byte) *planned {
	p := planned{at: c.now, fromServer: fromServer, flags: flags, seq: c.client.next, ack: c.server.next}
	if fromServer {
		p.seq, p.ack = p.ack, p.seq
	}
	if flags&ack == 0 {
		p.ack = 0
	}
	c.plan = append(c.plan, p)
	return &c.plan[len(c.plan)-1]
}

// advance plans what follows when the plan has been carried out.
func (c *conn) advance() {
	c.plan, c.done = c.plan[:0], 0
	switch {
	case c.exchanges > 0:
		c.exchanges--
		c.number++
		c.exchange()
	case !c.closed:
		c.closed = true
		c.close()
	}
}

// close plans an end: mostly by FINs, sometimes by a reset, sometimes none.
func (c *conn) close() {
	byServer := c.r.IntN(8) == 0
	switch way := c.r.IntN(1000); {
	case way == 0:
		return // one of the two has vanished
	case way < 60:
		c.send(byServer, rst|ack)
		return
	}
	c.send(byServer, fin|ack)
	c.finished(byServer)
	c.wait(c.rtt / 2)
	c.send(!byServer, fin|ack)
	c.finished(!byServer)
	c.wait(c.rtt / 2)
	c.send(byServer, ack)
}

// finished counts the FIN.
func (c *conn) finished(byServer bool) {
	if byServer {
		c.server.next++
	} else {
		c.client.next++
	}
}
