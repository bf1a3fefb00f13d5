package decode

import (
	"bytes"
	"container/list"
	"net/netip"
	"slices"
	"time"

	"statelab/capture"
)

// Bounds on what fragments may make a Reassembler keep.
const (
	maxDatagrams  = 1024    // that wait at once
	maxWaiting    = 8 << 20 // bytes of them
	maxPieces     = 2048    // of one datagram: 48 bytes each, as IPv4's least MTU of 68 makes them, and more
	maxPieceBytes = 1 << 18 // of one datagram, what came twice included
	maxPayload    = 65535   // RFC 791 §3.1, RFC 8200 §4.5
	// reassemblyTimeout is RFC 8200 §4.5's 60 s, which RFC 1122 §3.3.2 asks of
	// IPv4 too, counted in the trace's own time from the first fragment to come.
	reassemblyTimeout = 60 * time.Second
)

// A Reassembler puts the fragments of datagrams together (RFC 791 §3.2, RFC 8200
// §4.5) for a Decoder. Its zero value is ready. It keeps a bounded number of
// datagrams, of which the oldest gives way, for a bounded time.
//
// Where IPv4 fragments overlap, what stands at the lower offset counts, and of
// two at the same offset the one that came first, as in Wireshark; that they
// contradict each other is an Error. Where IPv6 fragments overlap, the datagram is
// dropped (RFC 5722), unless one is the other once more.
type Reassembler struct {
	waiting map[datagramKey]*list.Element
	oldest  list.List // of *datagram, by the time of the first fragment
	bytes   int       // that wait
	given   int       // datagrams that were given up
}

// datagramKey is what fragments of one datagram have in common (RFC 791 §3.2, RFC
// 8200 §4.5).
type datagramKey struct {
	src, dst netip.Addr
	id       uint32
	protocol uint8 // of IPv4 alone: in IPv6 the first fragment tells it
	// way keeps a frame that was sent apart from the same one when it arrives.
	way capture.Direction
}

type datagram struct {
	key   datagramKey
	first time.Time
	// pieces are sorted by offset, those of the same offset as they came.
	pieces []piece
	data   []byte // of all pieces, as they came
	total  int    // length of the payload; -1 until the last fragment tells it
	next   uint8  // the first fragment's next header (IPv6)
	dead   bool   // dropped: what still comes of it is dropped too
}

// piece is one fragment: length bytes at data[at:], which belong at offset.
type piece struct{ offset, length, at int }

func (d *datagram) bytes(p piece) []byte { return d.data[p.at : p.at+p.length] }

// Incomplete returns how many datagrams never became whole: those that were given
// up, for their age, for want of room or for an overlap, and those that wait.
func (r *Reassembler) Incomplete() int {
	waiting := 0
	for e := r.oldest.Front(); e != nil; e = e.Next() {
		if !e.Value.(*datagram).dead {
			waiting++
		}
	}
	return r.given + waiting
}

// reassemble takes the fragment whose payload begins at, and reports whether the
// walk can go on there: because the datagram is whole now, and p.data holds it, or
// because it is a first fragment that was cut, so that its datagram cannot become
// whole.
func (d *Decoder) reassemble(p *Packet, at int, next uint8) bool {
	r := d.Fragments
	if r == nil || at > p.payloadEnd {
		return false
	}
	if p.payloadEnd > len(p.data) {
		return p.IP.FragmentOffset == 0
	}
	whole := r.add(p, at, next)
	if whole == nil {
		return false
	}
	if p.IP.Version == 6 {
		p.IP.Protocol = whole.next
	}
	p.data = whole.appendPayload(append(make([]byte, 0, at+whole.total), p.data[:at]...)) // behind its frame's headers
	p.wire, p.payloadEnd = len(p.data), len(p.data)
	p.IP.Fragments = len(whole.pieces)
	p.IP.More, p.IP.FragmentOffset = false, 0
	p.IP.Length = p.IP.HeaderLen + whole.total
	return true
}

// add keeps a fragment, and returns its datagram if that is whole now.
func (r *Reassembler) add(p *Packet, at int, next uint8) *datagram {
	r.expire(p.frame.Time)
	payload := p.data[at:p.payloadEnd]
	offset := p.IP.FragmentOffset
	switch {
	case offset+len(payload) > maxPayload:
		p.fragmentError(at, TooLarge, offset+len(payload), maxPayload)
		return nil
	case p.IP.Version == 6 && p.IP.More && len(payload)%8 != 0: // RFC 8200 §4.5
		p.fragmentError(at, Wrong, len(payload), 0)
		return nil
	}
	d := r.find(p)
	if d.dead {
		return nil
	}
	one := piece{offset: offset, length: len(payload), at: len(d.data)}
	overlaps, conflict, twice := d.compare(one, payload)
	switch {
	case twice:
		return nil
	case overlaps && p.IP.Version == 6:
		p.fragmentError(at, Overlapping, offset, 0)
		r.kill(d)
		return nil
	case conflict:
		p.fragmentError(at, Overlapping, offset, 0)
	}
	if len(d.pieces) == maxPieces || len(d.data)+len(payload) > maxPieceBytes {
		r.kill(d)
		return nil
	}
	d.insert(one, payload)
	r.bytes += len(payload)
	if offset == 0 {
		d.next = next
	}
	if !p.IP.More && d.total < 0 { // of two last ones the first counts
		d.total = offset + len(payload)
	}
	if !d.complete() {
		r.makeRoom(d)
		return nil
	}
	r.forget(d)
	return d
}

func (p *Packet) fragmentError(at int, problem Problem, value, bound int) {
	layer := "IPv4"
	if p.IP.Version == 6 {
		layer = "IPv6 Fragment"
	}
	p.fail(Error{Layer: layer, Field: "Fragment Offset", Problem: problem, Offset: at, Value: value, Bound: bound})
}

// find returns the fragment's datagram, a new one if it is the first to come.
func (r *Reassembler) find(p *Packet) *datagram {
	key := datagramKey{src: p.IP.Src, dst: p.IP.Dst, id: p.IP.ID}
	if p.IP.Version == 4 {
		key.protocol = p.IP.Protocol
	}
	if p.frame.Wire != 0 {
		key.way = p.frame.Direction
	}
	if e, ok := r.waiting[key]; ok {
		return e.Value.(*datagram)
	}
	if r.waiting == nil {
		r.waiting = make(map[datagramKey]*list.Element)
	}
	d := &datagram{key: key, first: p.frame.Time, total: -1}
	r.waiting[key] = r.oldest.PushBack(d)
	return d
}

// compare tells how a piece with this payload stands to those that are there:
// whether it overlaps one, whether it contradicts one, and whether it is one of
// them once more.
func (d *datagram) compare(one piece, payload []byte) (overlaps, conflict, twice bool) {
	end := one.offset + one.length
	for _, other := range d.pieces {
		if other.offset >= end {
			break
		}
		from, to := max(one.offset, other.offset), min(end, other.offset+other.length)
		if from >= to {
			continue
		}
		overlaps = true
		same := bytes.Equal(payload[from-one.offset:to-one.offset], d.bytes(other)[from-other.offset:to-other.offset])
		if same && one.offset == other.offset && one.length == other.length {
			return true, false, true
		}
		conflict = conflict || !same
	}
	return overlaps, conflict, false
}

func (d *datagram) insert(one piece, payload []byte) {
	i, _ := slices.BinarySearchFunc(d.pieces, one.offset, func(p piece, offset int) int {
		if p.offset <= offset { // behind those of the same offset
			return -1
		}
		return 1
	})
	d.pieces = slices.Insert(d.pieces, i, one)
	d.data = append(d.data, payload...)
}

// complete reports whether the pieces leave no hole.
func (d *datagram) complete() bool {
	if d.total < 0 || len(d.data) < d.total {
		return false
	}
	at := 0
	for _, p := range d.pieces {
		if p.offset > at {
			break
		}
		at = max(at, p.offset+p.length)
	}
	return at >= d.total
}

// appendPayload appends what the pieces make together.
func (d *datagram) appendPayload(to []byte) []byte {
	at := 0
	for _, p := range d.pieces {
		end := min(p.offset+p.length, d.total)
		if end > at {
			to = append(to, d.bytes(p)[at-p.offset:end-p.offset]...)
			at = end
		}
	}
	return to
}

// expire gives up what has waited too long. Frames may be out of order by a
// little: time that runs backwards expires nothing.
func (r *Reassembler) expire(now time.Time) {
	for e := r.oldest.Front(); e != nil; e = r.oldest.Front() {
		d := e.Value.(*datagram)
		if now.Sub(d.first) <= reassemblyTimeout {
			return
		}
		r.giveUp(d)
	}
}

// makeRoom gives up the oldest datagrams until what waits is within bounds; keep
// is the one that a fragment has just come for.
func (r *Reassembler) makeRoom(keep *datagram) {
	for r.bytes > maxWaiting || len(r.waiting) > maxDatagrams {
		d := r.oldest.Front().Value.(*datagram)
		r.giveUp(d)
		if d == keep {
			return
		}
	}
}

// kill drops a datagram and remembers that it did.
func (r *Reassembler) kill(d *datagram) {
	r.given++
	r.bytes -= len(d.data)
	d.dead, d.pieces, d.data = true, nil, nil
	r.makeRoom(d)
}

func (r *Reassembler) giveUp(d *datagram) {
	if !d.dead {
		r.given++
	}
	r.forget(d)
}

func (r *Reassembler) forget(d *datagram) {
	r.bytes -= len(d.data)
	r.oldest.Remove(r.waiting[d.key])
	delete(r.waiting, d.key)
}
