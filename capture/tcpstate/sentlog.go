package tcpstate

// maxLogged bounds how many segments of one direction are remembered.
const maxLogged = 1024

// logged is one segment that takes sequence space, as the log keeps it.
type logged struct {
	seq, end Seq
	ack      Seq // the acknowledgment that its first transmission carried
	hasAck   bool
	ipid     uint16
	again    uint16 // how often it was retransmitted
	frame    int
	wire     uint64
	time     int64 // nanoseconds since 1970
}

// sentLog remembers the segments that one end sent: a ring ordered by sequence
// number. What was acknowledged stays until its place is needed, so that a
// late retransmission still finds its original.
//
//	tail          una            seen           head
//	 | acknowledged | the ACK is on its way | in flight |
type sentLog struct {
	ring                  []logged
	tail, una, seen, head uint32
	// floor is after the highest octet of the segments that were forgotten.
	floor    Seq
	hasFloor bool
}

func (l *sentLog) at(i uint32) *logged { return &l.ring[i&uint32(len(l.ring)-1)] }

// push appends a segment, which must not begin before the last one.
func (l *sentLog) push(e logged) {
	if l.head-l.tail == uint32(len(l.ring)) {
		l.makeRoom()
	}
	*l.at(l.head) = e
	l.head++
}

// makeRoom forgets the oldest acknowledged segment, or grows the ring, or, at
// the bound, forgets the oldest segment of all.
func (l *sentLog) makeRoom() {
	if l.tail == l.una && len(l.ring) < maxLogged {
		old := *l
		l.ring = make([]logged, max(4, 2*len(old.ring)))
		for i := l.tail; i != l.head; i++ {
			*l.at(i) = *old.at(i)
		}
		return
	}
	if end := l.at(l.tail).end; !l.hasFloor || end.After(l.floor) {
		l.floor, l.hasFloor = end, true
	}
	l.tail++
	if l.una-l.tail > maxLogged {
		l.una = l.tail
	}
	if l.seen-l.una > maxLogged {
		l.seen = l.una
	}
}

// add records a segment. It returns how many of its octets (SYN and FIN
// included) were not seen before, and the earliest segment that holds any of
// the others: its frame is 0 if there is none.
func (l *sentLog) add(e logged) (fresh uint32, original logged) {
	fresh = uint32(e.end - e.seq)
	if l.head == l.tail || !e.seq.Before(l.at(l.head-1).end) {
		l.push(e)
		return fresh, original
	}
	top := l.at(l.head - 1).end
	if n := l.floor.Sub(e.seq); l.hasFloor && n > 0 {
		fresh -= min(fresh, uint32(n))
	}
	var place uint32
	fresh, original, place = l.overlap(e, fresh)
	if fresh == 0 {
		return fresh, original
	}
	if e.end.After(top) {
		e.seq = top
		l.push(e)
		return fresh, original
	}
	l.insert(place, e)
	return fresh, original
}

// overlap marks what e repeats and returns what remains fresh of it, the
// earliest segment that it repeats, and where it belongs in the ring.
func (l *sentLog) overlap(e logged, fresh uint32) (uint32, logged, uint32) {
	var original logged
	place := l.head
	for i := l.head; i != l.tail; i-- {
		old := l.at(i - 1)
		if e.seq.Before(old.seq) {
			place = i - 1
		}
		if !old.end.After(e.seq) {
			break
		}
		from, to := later(old.seq, e.seq), earlier(old.end, e.end)
		if n := to.Sub(from); n > 0 {
			fresh -= min(fresh, uint32(n))
			old.again += 1 - old.again/0xffff
			original = *old
			old.lower(e) // late or damaged, it may be older than what it repeats
		}
	}
	return fresh, original, place
}

// lower keeps the lesser of two acknowledgments that came with the same octets.
// None is less than any.
func (l *logged) lower(e logged) {
	l.hasAck = l.hasAck && e.hasAck
	if e.ack.Before(l.ack) {
		l.ack = e.ack
	}
}

// insert puts e at a place inside the ring: it fills a hole.
func (l *sentLog) insert(place uint32, e logged) {
	l.push(logged{})
	if place-l.tail >= l.head-l.tail {
		place = l.tail
	}
	for i := l.head - 1; i != place; i-- {
		*l.at(i) = *l.at(i - 1)
	}
	*l.at(place) = e
}

// acked moves over what ack acknowledges and returns the newest segment of it,
// nil if there is nothing new.
func (l *sentLog) acked(ack Seq) *logged {
	newest := l.advance(&l.una, ack)
	if l.seen-l.tail < l.una-l.tail {
		l.seen = l.una
	}
	return newest
}

// announced is acked for an ACK that was seen leaving, and has yet to arrive.
func (l *sentLog) announced(ack Seq) *logged { return l.advance(&l.seen, ack) }

func (l *sentLog) advance(mark *uint32, ack Seq) (newest *logged) {
	for *mark != l.head {
		e := l.at(*mark)
		if e.end.After(ack) {
			return newest
		}
		newest = e
		*mark++
	}
	return newest
}

// ackFor returns the lowest acknowledgment that any segment holding the octet
// at seq carried: whoever has received that octet has received at least this
// acknowledgment. ok is false if the octet is not in the log.
func (l *sentLog) ackFor(seq Seq) (ack Seq, frame int, ok bool) {
	for i := l.head; i != l.tail; i-- {
		e := l.at(i - 1)
		if seq.In(e.seq, uint32(e.end-e.seq)) {
			ack, frame, ok = e.ack, e.frame, e.hasAck
		} else if !e.end.After(seq) {
			return ack, frame, ok
		}
	}
	return ack, frame, ok
}

func later(a, b Seq) Seq {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b Seq) Seq {
	if a.Before(b) {
		return a
	}
	return b
}
