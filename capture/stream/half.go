package stream

import (
	"bytes"
	"container/list"
	"slices"
	"sort"
	"time"

	"statelab/capture/tcpstate"
)

// maxAhead is how far ahead of the stream a segment may lie: the largest window
// there is (RFC 7323 §2.3). What is further ahead belongs to something else.
const maxAhead = 1 << 30

// pieceCost is what a piece that waits takes besides its octets.
const pieceCost = 128

// stamp is a frame and its time.
type stamp struct {
	frame int
	time  time.Time
}

// piece is a range of the stream that waits for the octets before it. The
// capture may lack its tail: then data is shorter than n.
type piece struct {
	offset int64
	n      int64
	data   []byte
	at     stamp
}

func (p *piece) end() int64 { return p.offset + p.n }

// part returns the piece's octets from offset a up to offset b.
func (p *piece) part(a, b int64) piece {
	have := int64(len(p.data))
	return piece{
		offset: a, n: b - a, at: p.at,
		data: p.data[min(a-p.offset, have):min(b-p.offset, have)],
	}
}

// half is one direction of a connection.
type half struct {
	conn *Conn
	from tcpstate.End

	begun   bool
	done    bool         // End or Cut was delivered
	base    tcpstate.Seq // the sequence number of offset 0
	next    int64        // the offset of the next octet to deliver: RCV.NXT
	hasFIN  bool
	fin     int64 // the FIN's offset
	finAt   stamp
	last    stamp
	waiting []*piece // ordered, without overlaps, all behind next
	held    int      // bytes of memory that these take
	place   *list.Element

	others  []tcpstate.Seq // where it would begin by other SYNs than the first: see begin
	acked   int64          // the peer has acknowledged the octets before this offset
	hole    int64          // the value of next at which they were found to be missing,
	missing int            // and the number of the segment that showed it
}

// take puts a segment's octets where they belong.
func (h *half) take(s *tcpstate.Segment, at stamp) {
	h.last = at
	seq := s.Seq
	if s.Flags.Has(tcpstate.SYN) {
		seq = seq.Add(1) // the SYN takes the number before the first octet (RFC 9293 §3.4)
		if h.begin(seq); seq != h.base {
			return // what it carries is of the stream that it would begin
		}
	} else {
		h.beginAnew(seq)
	}
	if (s.Len > 0 || s.Flags.Has(tcpstate.FIN)) && !s.Flags.Has(tcpstate.RST) {
		h.beginMidway(seq, at)
	}
	if !h.begun || h.done {
		return
	}
	offset := h.offsetOf(seq)
	if s.Flags.Has(tcpstate.RST) {
		h.reset(offset, at)
		return
	}
	if offset > h.next+maxAhead || s.Len < 0 {
		return
	}
	if s.Flags.Has(tcpstate.FIN) && !h.hasFIN && offset+int64(s.Len) >= h.next {
		h.hasFIN, h.fin, h.finAt = true, offset+int64(s.Len), at
	}
	if offset == h.next && len(h.waiting) == 0 && !h.hasFIN && s.Len > 0 && s.Len == len(s.Payload) { // as nearly always
		h.emit(Data, s.Payload, 0, at, at)
		h.next += int64(s.Len)
		return
	}
	if s.Len > 0 {
		h.add(piece{offset: offset, n: int64(s.Len), data: s.Payload[:min(len(s.Payload), s.Len)], at: at}, at)
	}
	h.finish(at)
}

// reset ends the stream if the reset bears exactly the next number; the
// receiver would not believe another (RFC 9293 §3.10.7.4, RFC 5961 §3.2). What
// payload it has says why, and is none of the stream's.
func (h *half) reset(offset int64, at stamp) {
	if offset == h.next {
		h.done = true
		h.emit(Cut, nil, 0, at, at)
		h.drop()
	}
}

// maxOthers bounds how many other beginnings of a stream are remembered.
const maxOthers = 4

// begin notes where the stream begins: at the SYN. A second SYN is a
// retransmission, or from an end that has forgotten the first, and begins with
// another number: which of them opens the stream, only what follows tells.
func (h *half) begin(seq tcpstate.Seq) {
	switch {
	case !h.begun:
		h.begun, h.base = true, seq
	case seq != h.base && h.untouched() && !slices.Contains(h.others, seq) && len(h.others) < maxOthers:
		h.others = append(h.others, seq)
	}
}

// untouched reports whether nothing is known of the stream but its beginning.
func (h *half) untouched() bool {
	return h.next == 0 && len(h.waiting) == 0 && !h.hasFIN && h.acked == 0
}

// beginAnew takes another beginning for the stream's, where that is the number
// which its sender goes on with, or its peer acknowledges.
func (h *half) beginAnew(seq tcpstate.Seq) {
	i := slices.Index(h.others, seq)
	if i >= 0 && h.untouched() {
		h.base, h.others[i] = seq, h.base
	}
}

// beginMidway begins with the first octet that the capture holds.
func (h *half) beginMidway(seq tcpstate.Seq, at stamp) {
	if h.begun {
		return
	}
	h.begun, h.base = true, seq
	h.emit(Gap, nil, 0, at, at)
}

// offsetOf tells the offset of a sequence number, which is taken for the one
// of its kind that lies nearest to the next octet: numbers wrap every 4 GiB,
// offsets do not.
func (h *half) offsetOf(seq tcpstate.Seq) int64 {
	return h.next + int64(seq.Sub(h.base.Add(uint32(h.next))))
}

// add delivers a piece if it is the stream's next, else keeps what is new in
// it. Octets that are there already win over a later copy.
func (h *half) add(p piece, at stamp) {
	end := p.end()
	if h.hasFIN {
		end = min(end, h.fin) // octets behind the FIN belong to no stream
	}
	if end <= h.next || end <= p.offset {
		return // all of it was delivered before
	}
	p = p.part(max(p.offset, h.next), end)
	if p.offset == h.next && (len(h.waiting) == 0 || h.waiting[0].offset >= p.end()) {
		h.deliver(&p, at)
	} else {
		h.keep(p)
	}
	h.drain(at)
}

// keep copies those ranges of p that no waiting piece covers.
func (h *half) keep(p piece) {
	i := sort.Search(len(h.waiting), func(i int) bool { return h.waiting[i].end() > p.offset })
	for from := p.offset; from < p.end(); i++ {
		until := p.end()
		if i < len(h.waiting) {
			until = min(until, h.waiting[i].offset)
		}
		if from < until {
			fresh := p.part(from, until)
			fresh.data = bytes.Clone(fresh.data)
			h.waiting = slices.Insert(h.waiting, i, &fresh)
			h.account(len(fresh.data) + pieceCost)
			i++
		}
		if i == len(h.waiting) {
			return
		}
		from = h.waiting[i].end()
	}
}

// drain delivers the pieces whose turn has come.
func (h *half) drain(at stamp) {
	ready := 0
	for ready < len(h.waiting) && h.waiting[ready].offset == h.next {
		p := h.waiting[ready]
		h.deliver(p, at)
		h.account(-len(p.data) - pieceCost)
		ready++
	}
	h.waiting = slices.Delete(h.waiting, 0, ready)
	if len(h.waiting) == 0 {
		h.waiting = nil
	}
}

// account keeps the books of memory, and the order of who waits longest.
func (h *half) account(bytes int) {
	h.held += bytes
	a := h.conn.in
	a.held += bytes
	switch {
	case h.held > 0 && h.place == nil:
		h.place = a.waiting.PushBack(h)
	case h.held == 0 && h.place != nil:
		a.waiting.Remove(h.place)
		h.place = nil
	}
}

// deliver hands out a piece that begins at next.
func (h *half) deliver(p *piece, at stamp) {
	if len(p.data) > 0 {
		h.emit(Data, p.data, 0, p.at, at)
		h.next += int64(len(p.data))
	}
	if lost := p.n - int64(len(p.data)); lost > 0 { // the frame was cut when it was captured
		h.emit(Gap, nil, lost, p.at, at)
		h.next += lost
	}
}

func (h *half) emit(kind Kind, data []byte, lost int64, carried, release stamp) {
	c := &h.conn.chunk
	c.Kind, c.Offset, c.Data, c.Lost = kind, h.next, data, lost
	c.Frame, c.Time = carried.frame, carried.time
	c.Release, c.ReleaseTime = release.frame, release.time
	h.conn.deliver(h.from, c)
	c.Data = nil
}

// skipHole declares the first hole lost, and goes on behind it.
func (h *half) skipHole(at stamp) {
	if len(h.waiting) == 0 {
		return
	}
	first := h.waiting[0]
	h.emit(Gap, nil, first.offset-h.next, first.at, at)
	h.next = first.offset
	h.drain(at)
	h.finish(at)
}

// finish delivers the End once all octets before the FIN have been.
func (h *half) finish(at stamp) {
	if !h.hasFIN || h.done || h.next < h.fin {
		return
	}
	h.done = true
	h.emit(End, nil, 0, h.finAt, at)
	h.drop()
}

// drop lets go of what waits when the stream is over.
func (h *half) drop() {
	h.waiting = nil
	h.account(-h.held)
}

// acknowledged notes how far the peer says that it has received.
func (h *half) acknowledged(ack tcpstate.Seq) {
	h.beginAnew(ack)
	if offset := h.offsetOf(ack); h.begun && !h.done && offset <= h.next+maxAhead {
		h.acked = max(h.acked, offset)
	}
}

// giveUpAcknowledged declares a hole lost that the receiver has received: its
// sender will not send it again, so that waiting for it is in vain. Something waits.
func (h *half) giveUpAcknowledged(at stamp) {
	if h.acked < h.waiting[0].offset {
		return
	}
	if h.hole != h.next || h.missing == 0 {
		h.hole, h.missing = h.next, h.conn.segments
		return
	}
	if h.conn.segments-h.missing >= ackGrace {
		h.missing = 0
		h.skipHole(at)
	}
}

// close delivers what waits, and ends the stream.
func (h *half) close() {
	if !h.begun || h.done {
		return
	}
	for len(h.waiting) > 0 {
		h.skipHole(h.last)
	}
	if h.done {
		return
	}
	if h.hasFIN {
		h.emit(Gap, nil, h.fin-h.next, h.finAt, h.last)
		h.next = h.fin
		h.finish(h.last)
		return
	}
	h.done = true
	h.emit(Cut, nil, 0, h.last, h.last)
}
