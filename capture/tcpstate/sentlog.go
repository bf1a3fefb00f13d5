package tcpstate

// maxLogged bounds how many segments of one direction are remembered.
const maxLogged = 1024

// logged is one segment that takes sequence space, as the log keeps it.
type logged struct {
	seq, end Seq
	ack      Seq // the acknowledgment that its first transmission carried
	hasAck   bool
	summed   bool // whether sum is that of its octets: Segment.Sum
	ipid     uint16
	again    uint16 // how often it was retransmitted
	sum      uint16
	frame    int
	late     bool   // it came when what lies beyond it had been seen
	tsval    uint32 // 0 without timestamps
	wire     uint64
	time     int64 // nanoseconds since 1970
}

// seen reports whether there is such a segment: the frame of one that the wire
// lost before the tap that numbers frames has no number.
func (l *logged) seen() bool { return l.frame != 0 || l.wire != 0 }

// sentLog remembers the segments that one end sent: a ring ordered by sequence
// number. What was acknowledged stays until its place is needed, so that a
// late retransmission still finds its original.
//
//	tail          una            seen           head
//	 | acknowledged | the ACK is on its way | in flight |
type sentLog struct {
	ring                  []logged
	tail, una, seen, head uint32
	// right is where the newest segment ends: of most, nothing else in the ring is asked.
	right Seq
	// floor is after the highest octet of the segments that were forgotten.
	floor    Seq
	hasFloor bool
	// ambiguous: what was acknowledged last includes a segment that was sent
	// twice, or came late: then it was most likely sent before, unseen.
	ambiguous bool
}

func (l *sentLog) at(i uint32) *logged { return &l.ring[i&uint32(len(l.ring)-1)] }

// push appends a segment, which must not begin before the last one, and is for the
// caller to fill: what was there before is in it.
func (l *sentLog) push() *logged {
	if l.head-l.tail == uint32(len(l.ring)) {
		l.makeRoom()
	}
	l.head++
	return l.at(l.head - 1)
}

// set makes l a segment that was not there before. Most are written where they lie:
// a literal would be copied there, which takes several times as long.
func (l *logged) set(s *Segment, now int64) {
	*l = logged{}
	l.seq, l.end = s.Seq, s.End()
	l.ack, l.hasAck = s.Ack, s.Flags.Has(ACK)
	l.ipid, l.wire, l.frame, l.time = s.IPID, s.Wire, s.Frame, now
	l.sum, l.summed, l.tsval = s.Sum, s.Summed && !s.Flags.Any(SYN|FIN) && s.Checksum != Invalid, s.Options.TSVal
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
	l.forgetOldest()
}

// forgetOldest forgets the oldest segment: what it held counts as seen.
func (l *sentLog) forgetOldest() {
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

// trim gives back the memory of all but the newest n segments, n a power of 2:
// of a connection that is over, late copies come from the end.
func (l *sentLog) trim(n uint32) {
	if uint32(len(l.ring)) <= n {
		return
	}
	for l.head-l.tail > n {
		l.forgetOldest()
	}
	old := *l
	l.ring = make([]logged, n)
	for i := l.tail; i != l.head; i++ {
		*l.at(i) = *old.at(i)
	}
}

// add records a segment that takes sequence space. It returns how many of its
// octets (SYN and FIN included) were not seen before, and how many of these stand
// at its end, behind others; and sets original to the earliest segment that holds
// any of the others, if there is one.
func (l *sentLog) add(s *Segment, now int64, original *logged) (fresh, anew uint32) {
	if l.head == l.tail || !s.Seq.Before(l.right) {
		l.push().set(s, now)
		l.right = s.End()
		return s.SegLen(), 0
	}
	var e logged
	e.set(s, now)
	i := l.head // of the first segment that ends after e begins
	for i != l.tail && l.at(i-1).end.After(e.seq) {
		i--
	}
	piece := e
	if l.hasFloor {
		piece.seq = later(e.seq, l.floor)
	}
	for ; i != l.head && l.at(i).seq.Before(e.end); i++ {
		piece.summed = false // it is cut
		if piece.end = l.at(i).seq; piece.end.After(piece.seq) {
			fresh += uint32(piece.end - piece.seq)
			piece.late = true
			i = l.insert(i, piece)
		}
		whole := *l.at(i)
		if whole.seq.Before(e.seq) { // of what is sent again in part, each part has its own count
			i = l.split(i, e.seq)
		}
		old := l.at(i)
		rest := *old
		old.again += 1 - old.again/0xffff
		if !original.seen() {
			*original = whole
			original.again = old.again
		}
		old.lower(e) // late or damaged, it may be older than what it repeats
		piece.seq = later(piece.seq, old.end)
		if old.end.After(e.end) {
			second := l.split(i, e.end)
			l.at(second).again, l.at(second).ack, l.at(second).hasAck = rest.again, rest.ack, rest.hasAck
			break
		}
	}
	if piece.end = e.end; piece.end.After(piece.seq) {
		if piece.seq != e.seq {
			piece.summed = false
			anew = uint32(piece.end - piece.seq)
		}
		fresh += uint32(piece.end - piece.seq)
		piece.late = true
		l.insert(i, piece)
	}
	l.right = l.at(l.head - 1).end
	return fresh, anew
}

// lower keeps the lesser of two acknowledgments that came with the same octets.
// None is less than any.
func (l *logged) lower(e logged) {
	l.hasAck = l.hasAck && e.hasAck
	if e.ack.Before(l.ack) {
		l.ack = e.ack
	}
}

// split makes two of the segment at place, and returns where the second is, which
// begins with seq.
func (l *sentLog) split(place uint32, seq Seq) uint32 {
	first := l.at(place)
	first.summed = false
	second := *first
	first.end, second.seq = seq, seq
	acked, seen := l.una-l.tail > place-l.tail, l.seen-l.tail > place-l.tail
	after := l.insert(place+1, second)
	if acked && l.una == after-1 {
		l.una++
	}
	if seen && l.seen == after-1 {
		l.seen++
	}
	return after - 1
}

// insert puts e before the segment at place, and returns where that one is now.
func (l *sentLog) insert(place uint32, e logged) uint32 {
	*l.push() = logged{}
	if place-l.tail >= l.head-l.tail {
		place = l.tail // what was there has been forgotten
	}
	for i := l.head - 1; i != place; i-- {
		*l.at(i) = *l.at(i - 1)
	}
	*l.at(place) = e
	if l.una-l.tail > place-l.tail {
		l.una++
	}
	if l.seen-l.tail > place-l.tail {
		l.seen++
	}
	return place + 1
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
	l.ambiguous = false
	for *mark != l.head {
		e := l.at(*mark)
		if e.end.After(ack) {
			return newest
		}
		newest = e
		l.ambiguous = l.ambiguous || e.again > 0 || e.late
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
