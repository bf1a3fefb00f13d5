package tcpstate

import "math/bits"

// maxEmpties is how many of the latest segments that take no sequence space are
// remembered of each direction: copies come soon.
const maxEmpties = 4

// empties are such segments, in a ring: what tells each from others, and its frame.
type empties struct {
	marks  [maxEmpties]uint64
	frames [maxEmpties]int
	next   uint8
}

// again returns the frame of the IP packet that was seen before and is seen once
// more, 0 if it is another, and remembers it. Without an identification nobody can
// tell (IPv6 has none, and stacks may send 0: RFC 6864 §4.1): whatever comes twice is
// answered by two ACKs of which nothing differs.
func (e *empties) again(s *Segment, f *flow) (frame int) {
	if s.Wire == 0 && s.IPID == 0 {
		return 0
	}
	this := mark(s)
	if f.hasAck && !s.Ack.After(f.highAck) { // else it is new
		for i, m := range e.marks {
			if m == this && e.frames[i] != 0 {
				return e.frames[i]
			}
		}
	}
	at := e.next % maxEmpties
	e.marks[at], e.frames[at] = this, s.Frame
	e.next++
	return 0
}

// mark is the same for copies of one IP packet, and all but never for two packets: 64
// bits of its identification, numbers, length, window, flags and timestamp.
func mark(s *Segment) (m uint64) {
	const odd = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
	for _, part := range [...]uint64{
		uint64(s.Seq)<<32 | uint64(s.Ack),
		uint64(s.Options.TSVal)<<32 | uint64(s.Window)<<16 | uint64(s.IPID),
		uint64(s.Len)<<48 ^ s.Wire<<16 ^ uint64(s.Flags),
	} {
		high, low := bits.Mul64(m^part^odd, odd)
		m = high ^ low
	}
	return m
}
