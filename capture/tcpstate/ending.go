package tcpstate

import "slices"

// finished reports whether both ends are done with the connection.
func (c *Conn) finished() bool {
	over := func(s State) bool { return s == Closed || s == TimeWait || s == Listen }
	return c.reset || over(c.State[Client]) && over(c.State[Server])
}

// end judges how the connection ended. Now is the trace's time, in nanoseconds
// since 1970.
func (c *Conn) end(now int64) { c.Ending = c.ending(now) }

func (c *Conn) ending(now int64) Ending {
	client, server := &c.ends[Client], &c.ends[c.Key.Peer(Client)]
	closed := func(e, peer *end) bool {
		return e.tcb.finSent && (e.tcb.sndUna.After(e.tcb.fin) || peer.flow.hasAck && peer.flow.highAck.After(e.tcb.fin))
	}
	switch {
	case closed(client, server) && closed(server, client):
		return EndFIN
	case c.reset || client.assumed.reset || server.assumed.reset:
		return EndRST
	case c.gaveUp(now):
		return EndTimeout
	case client.tcb.finSent && server.tcb.finSent:
		return EndFIN
	case client.tcb.finSent || server.tcb.finSent:
		return EndHalf
	}
	return c.Unfinished()
}

// Unfinished is how a connection ended that neither closed nor broke off: EndNever
// if an end is still opening it, or none ever went further; else EndOpen.
func (c *Conn) Unfinished() Ending {
	further := !c.OpenerKnown
	for who, s := range c.State {
		if s == SynSent || s == SynReceived {
			return EndNever
		}
		further = further || slices.ContainsFunc(c.History[who], State.synchronized)
	}
	if further {
		return EndOpen
	}
	return EndNever
}

// gaveUp reports whether the last that was seen are retransmissions without an
// answer, and then a silence longer than the pause before the next one would
// have been: the timeout doubles each time (RFC 6298 §5.5).
func (c *Conn) gaveUp(now int64) bool {
	return c.unanswered > 0 && now-c.LastTime.UnixNano() > 2*c.lastPause
}
