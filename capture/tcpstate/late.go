package tcpstate

import "time"

// lateness is time that has been attributed, and may have to be moved: only the
// next data tells whom a late ACK, or a silence that no data ended, belongs to.
type lateness struct {
	of End // whose octets waited for the ACK
	// ack is time of LimitPath in which its data was without an ACK for longer than
	// the least round trip, though no more of it was on its way than a receiver may
	// leave without one: less than two full segments (RFC 9293 §3.8.6.3).
	ack int64
	// fin is time of LimitPath in which nothing but its FIN was on its way.
	fin int64
	// silence is time of LimitIdle, which a FIN or a sign of life ended.
	silence int64
	until   int64 // when the ACK came
}

const (
	// delayedAck is what an ACK comes later than the least round trip, at the
	// least, to be a delayed one. Stacks wait for 40 ms and more, or until a clock
	// ticks; RFC 9293 §3.8.6.3 allows less than 0.5 s.
	delayedAck = 10 * time.Millisecond
	// atOnce is how soon after an ACK has reached it an end sends what waited for
	// that ACK.
	atOnce = time.Millisecond
	// maxOptions is what TCP's options take of a full segment at most, in octets.
	maxOptions = 40
)

// outstays notes how much of a stretch of LimitPath, which this segment ends, was
// longer than a round trip takes.
func (c *Conn) outstays(h *happening, now, passed int64) {
	client, server := c.meters[Client].flight(), c.meters[Server].flight()
	l, of, n := &c.spending.late, Client, client
	if client == 0 {
		of, n = Server, server
	}
	m := &c.meters[of]
	if client > 0 && server > 0 || n == 0 || m.full > 0 && n >= 2*m.full {
		return
	}
	if l.of != of {
		l.of, l.ack, l.fin = of, 0, 0
	}
	if m.unread() == 0 {
		l.fin += passed
	} else if over := now - m.spoke - int64(m.rtt.Min); over > 0 {
		l.ack += min(over, passed)
	}
	if h.from != of {
		l.until = now
	}
}

// assign moves what was late to whom the new data of this segment shows it to
// belong to, and notes whether that data had been held back for an ACK.
//
// Data from the end that the ACK came from is an answer: its application was
// waited for all the time, if it is the server's, also before and after a FIN of
// the client's. Data
// from the other was held back, where it is a small segment that comes at once on
// an ACK that was delayed; else its application had not given it.
func (c *Conn) assign(h *happening, now int64) {
	s, m, peer := &c.spending, &c.meters[h.from], &c.meters[c.Peer(h.from)]
	l := s.late
	s.late = lateness{}
	if h.again || h.beyond || m.flight() > 0 || s.now != LimitPath && s.now != undecided {
		return
	}
	to := limitOf(h.from)
	switch {
	case l.of != h.from:
		c.move(LimitPath, to, l.ack+l.fin)
	case l.ack < int64(max(delayedAck, m.rtt.Min)) || !c.prompted(h, now-l.until) || !c.small(h):
		if s.now == undecided {
			c.move(LimitPath, to, l.ack)
		}
	default:
		h.held = true
		c.move(LimitPath, LimitDelayedAck, l.ack)
		m.heldFor += l.ack
		m.held++
	}
	if h.from == Server && peer.spoke >= m.spoke && peer.data > 0 {
		c.move(LimitIdle, to, l.silence)
		s.unheeded -= l.silence
	}
}

// move attributes time anew.
func (c *Conn) move(from, to Limit, n int64) {
	c.spending.spent[from] -= n
	c.spending.spent[to] += n
	if from == LimitPath {
		for i := range c.meters {
			c.meters[i].sincePath = max(c.meters[i].sincePath-n, 0)
		}
	}
}

// leave attributes a silence that a FIN, a RST or a sign of life ends. The ACK
// before it kept nobody waiting, so how late it was belongs to the silence.
func (c *Conn) leave(to Limit, passed int64) {
	s := &c.spending
	c.move(LimitPath, to, s.late.ack)
	s.spent[to] += passed
	if to == LimitIdle {
		s.late.silence += passed + s.late.ack
		if c.Awaits() {
			s.unheeded += passed + s.late.ack
		}
	}
	s.late.ack = 0
}

// prompted reports whether new data comes as soon after an ACK as it does where
// that ACK released it: at its sender's host at once, elsewhere when the ACK has
// gone there, and the data come back.
func (c *Conn) prompted(h *happening, after int64) bool {
	way := int64(c.meters[c.Peer(h.from)].rtt.Min)
	if c.ends[h.from].tapped {
		way = 0
	}
	return after >= way-int64(atOnce) && after <= way+way/2+int64(atOnce)
}

// small reports whether a segment is less than a full one, which is what Nagle's
// algorithm holds back (RFC 9293 §3.7.4).
func (c *Conn) small(h *happening) bool {
	full, o := c.meters[h.from].full, &c.Options[c.Peer(h.from)]
	return (full == 0 || h.size < full) && (!o.HasMSS || h.size+maxOptions < uint32(o.MSS))
}
