package tcpstate

// empty is a segment that takes no sequence space, as far as copies of it are to be
// known.
type empty struct {
	seq, ack     Seq
	tsVal        uint32
	window, ipid uint16
	flags        Flags
	frame        int
	wire         uint64
}

// empties are the latest of one direction, in a ring: copies come soon.
type empties struct {
	ring []empty
	next uint8
}

// maxEmpties bounds the ring.
const maxEmpties = 8

// again returns the frame of the IP packet that was seen before and is seen once
// more, 0 if it is another, and remembers it. Without an identification nobody can
// tell: IPv6 has none, and stacks may send 0 (RFC 6864 §4.1).
func (e *empties) again(s *Segment, f *flow) (frame int) {
	if s.Wire == 0 && s.IPID == 0 {
		return 0
	}
	this := empty{
		seq: s.Seq, ack: s.Ack, tsVal: s.Options.TSVal, window: s.Window, ipid: s.IPID, flags: s.Flags,
		frame: s.Frame, wire: s.Wire,
	}
	if f.hasAck && !s.Ack.After(f.highAck) { // else it is new
		for i := range e.ring {
			if e.ring[i].same(&this) {
				return e.ring[i].frame
			}
		}
	}
	if len(e.ring) < maxEmpties {
		e.ring = append(e.ring, this)
		return 0
	}
	e.ring[e.next] = this
	e.next = (e.next + 1) % maxEmpties
	return 0
}

// same reports whether two are one IP packet.
func (e *empty) same(o *empty) bool {
	return e.wire == o.wire && e.ipid == o.ipid && e.seq == o.seq && e.ack == o.ack &&
		e.window == o.window && e.flags == o.flags && e.tsVal == o.tsVal
}
