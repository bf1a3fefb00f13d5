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

// stamp is a frame, its time, and how much of the peer's stream its sender had:
// see Chunk.Acked.
type stamp struct {
	frame int
	time  time.Time
	acked int64
}

// piece is a range of the stream that waits for the octets before it, or for those
// of the peer that its sender had. The capture may lack its tail: then data is
// shorter than n.
type piece struct {
	offset int64
	n      int64
	data   []byte
	at     stamp
	whole  stamp // what brought the last of the octets before it
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
	whole   int64    // where the first hole begins, if something waits
	excused int64    // what the peer sends waits for no octets before this offset
	waiting []*piece // ordered, without overlaps, none before next
	held    int      // bytes of memory that these take
	place   *list.Element

	others []tcpstate.Seq // where it would begin by other SYNs than the first: see begin
	acked  int64          // the peer has acknowledged the octets before this offset
	stuck  int64          // the value of next at which it was found to wait in vain,
	since  int            // and the number of the segment that showed it
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
	switch {
	case offset == h.next && len(h.waiting) == 0 && !h.hasFIN && s.Len > 0 && s.Len == len(s.Payload) && h.turn(at): // as nearly always
		h.emit(Data, s.Payload, 0, at, at)
		h.next += int64(s.Len)
		if len(h.peer().waiting) > 0 {
			h.conn.drain(at)
		}
		return
	case s.Len > 0:
		h.add(piece{offset: offset, n: int64(s.Len), data: s.Payload[:min(len(s.Payload), s.Len)], at: at}, at)
	}
	h.finish(at)
}

func (h *half) peer() *half { return &h.conn.halves[h.from.Peer()&1] }

// turn reports whether what the peer's sender had when it sent a piece has been
// delivered, as far as it will be.
func (h *half) turn(at stamp) bool {
	p := h.peer()
	return at.acked <= p.next || at.acked <= p.excused || p.done || p.hasFIN && p.next >= p.fin
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

// add delivers a piece if it is the next, else keeps what is new in it. Octets that
// are there already win over a later copy.
func (h *half) add(p piece, at stamp) {
	end := p.end()
	if h.hasFIN {
		end = min(end, h.fin) // octets behind the FIN belong to no stream
	}
	if end <= h.next || end <= p.offset {
		return // all of it was delivered before
	}
	p = p.part(max(p.offset, h.next), end)
	if p.whole = at; p.offset == h.next && h.turn(p.at) && (len(h.waiting) == 0 || h.waiting[0].offset >= p.end()) {
		h.deliver(&p)
	} else {
		h.keep(p)
	}
	h.grown(at)
	h.conn.drain(at)
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

// grown notes how far the stream reaches without a hole.
func (h *half) grown(at stamp) {
	h.whole = max(h.whole, h.next)
	for i := sort.Search(len(h.waiting), func(i int) bool { return h.waiting[i].offset >= h.whole }); i < len(h.waiting) && h.waiting[i].offset == h.whole; i++ {
		h.waiting[i].whole, h.whole = at, h.waiting[i].end()
	}
}

// drain delivers the pieces whose turn has come, and reports whether there were
// any.
func (h *half) drain(at stamp) (some bool) {
	ready := 0
	for ready < len(h.waiting) && h.waiting[ready].offset == h.next && h.turn(h.waiting[ready].at) {
		p := h.waiting[ready]
		h.deliver(p)
		h.account(-len(p.data) - pieceCost)
		ready++
	}
	h.waiting = slices.Delete(h.waiting, 0, ready)
	if len(h.waiting) == 0 {
		h.waiting = nil
	}
	h.finish(at)
	return ready > 0
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
func (h *half) deliver(p *piece) {
	if len(p.data) > 0 {
		h.emit(Data, p.data, 0, p.at, p.whole)
		h.next += int64(len(p.data))
	}
	if lost := p.n - int64(len(p.data)); lost > 0 { // the frame was cut when it was captured
		h.emit(Gap, nil, lost, p.at, p.whole)
		h.next += lost
	}
}

func (h *half) emit(kind Kind, data []byte, lost int64, carried, release stamp) {
	c := &h.conn.chunk
	c.Kind, c.Offset, c.Data, c.Lost = kind, h.next, data, lost
	c.Frame, c.Time, c.Acked = carried.frame, carried.time, carried.acked
	c.Release, c.ReleaseTime = release.frame, release.time
	h.conn.deliver(h.from, c)
	c.Data = nil
}

// goOn ends the waiting for what is not to come: a hole before the first piece is
// declared lost, and else what the peer is to deliver before it.
func (h *half) goOn(at stamp) {
	if len(h.waiting) == 0 {
		return
	}
	first, p := h.waiting[0], h.peer()
	switch {
	case first.offset > h.next:
		h.emit(Gap, nil, first.offset-h.next, first.at, at)
		h.next = first.offset
		h.grown(at)
	case p.holed():
		p.goOn(at)
		return
	default:
		p.excused = first.at.acked
	}
	h.conn.drain(at)
}

// before reports whether something waits that is to go on before what waits of the
// peer: for a hole alone, or as the earlier.
func (h *half) before(peer *half) bool {
	if len(h.waiting) == 0 || len(peer.waiting) == 0 {
		return len(h.waiting) > 0
	}
	mine, other := h.waiting[0].at, peer.waiting[0].at
	if turn := h.turn(mine); turn != peer.turn(other) {
		return turn
	}
	return mine.time.Before(other.time) || mine.time.Equal(other.time) && h.from == tcpstate.Client
}

// holed reports whether something waits for octets of its own stream.
func (h *half) holed() bool { return len(h.waiting) > 0 && h.waiting[0].offset > h.next }

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

// acknowledged notes how far the peer says that it has received, and returns that
// as Chunk.Acked has it.
func (h *half) acknowledged(ack tcpstate.Seq) int64 {
	h.beginAnew(ack)
	offset := h.offsetOf(ack)
	switch {
	case !h.begun || offset > h.next+maxAhead:
		return -1
	case !h.done:
		h.acked = max(h.acked, offset)
	}
	return max(offset, 0)
}

// giveUp ends a wait that is in vain: for a hole whose octets the receiver has,
// so that its sender will not send it again; or for octets that the sender of what
// waits has received. Something waits.
func (h *half) giveUp(at stamp) {
	if h.holed() != h.inVain() || !h.holed() && h.peer().inVain() {
		return // it may come, or the peer's hole is given up first
	}
	if h.stuck != h.next || h.since == 0 {
		h.stuck, h.since = h.next, h.conn.segments
		return
	}
	if h.conn.segments-h.since >= ackGrace {
		h.since = 0
		h.goOn(at)
	}
}

// inVain reports whether something waits for octets that the peer has received.
func (h *half) inVain() bool { return h.holed() && h.acked >= h.waiting[0].offset }

// close ends the stream, of which nothing waits.
func (h *half) close() {
	if !h.begun || h.done {
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
