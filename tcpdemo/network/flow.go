package network

import (
	"net/netip"
	"slices"
	"sort"

	"statelab/capture/tcpstate"
)

// Bounds of what the wire remembers. What is beyond them is forgotten from its
// oldest on, and counts as new when it comes again.
const (
	maxFlows    = 1 << 14
	maxSegments = 1 << 14 // distinct segments of one direction of a connection
)

// ends names a connection as the wire sees it.
type ends struct{ client, server netip.AddrPort }

// flow is one connection on the wire.
type flow struct {
	number uint32 // in order of appearance, from 1
	ways   [2]oneWay
	// counts holds, for each rule that counts in each connection by itself,
	// its counters.
	counts map[int]*[2]uint32
}

// oneWay is one direction of a connection: the distinct segments seen so far.
// Sequence numbers are unwrapped to offsets from the first one seen, so that
// they compare as plain numbers.
type oneWay struct {
	begun   bool
	isn     tcpstate.Seq // offset 0
	nxt     int64        // SND.NXT as an offset: one past the highest octet seen
	acked   int64        // what the peer has acknowledged, as an offset
	window  uint16       // the last window that this direction announced
	records []*record    // by offset
	fin     *record
	last    idle
}

// idle tells segments without sequence space apart: the same numbers again are
// the next of their kind.
type idle struct {
	offset int64
	ack    tcpstate.Seq
	flags  tcpstate.Flags
	nth    uint32
}

// record is one distinct segment.
type record struct {
	start, end    int64 // octets of sequence space, SYN and FIN included
	transmissions uint32
	places        []place // one for each rule
}

// place is where a distinct segment stands in the count of one rule.
type place struct {
	ordinal       uint32 // 0: not counted
	transmissions uint32 // of the segment, as the rule saw them
}

// sighting is one segment as the wire sees it.
type sighting struct {
	flow   *flow
	dir    Direction
	kinds  kindSet
	record *record // by its first octet
	fin    *record // by its FIN, where it has one
	offset int64   // of its first octet
	length int64   // octets of sequence space; 0 for a probe too
	ack    int64   // its acknowledgment number as an offset of the peer's
	// nth is the transmission this is, from 1: of the segment, or where it
	// takes no sequence space, of the same numbers.
	nth uint32
}

// kindSet is the kinds that a segment is of, as bits.
type kindSet uint16

func (k kindSet) has(kind Kind) bool { return k&(1<<kind) != 0 }

// flows is all connections on the wire.
type flows struct {
	all   map[ends]*flow
	order []ends
	count uint32
	rules int
}

// see finds a segment's place in its connection.
func (fs *flows) see(dir Direction, s *tcpstate.Segment) sighting {
	f := fs.find(dir, s)
	w, peer := &f.ways[dir], &f.ways[dir.Back()]
	seen := sighting{flow: f, dir: dir, offset: w.unwrap(s.Seq)}
	probe := w.probes(seen.offset, s, peer)
	seen.kinds = kindsOf(s, probe)
	w.window = s.Window
	if s.Flags.Has(tcpstate.ACK) && peer.begun {
		seen.ack = peer.unwrap(s.Ack)
		peer.acked = max(peer.acked, min(seen.ack, peer.nxt))
	}
	length := int64(s.SegLen())
	if length == 0 || probe || s.Flags.Has(tcpstate.RST) {
		seen.record = fs.newRecord(seen.offset, seen.offset)
		seen.nth = w.repeat(idle{offset: seen.offset, ack: s.Ack, flags: s.Flags})
		return seen
	}
	seen.length = length
	seen.record = w.locate(fs, seen.offset, seen.offset+length)
	seen.record.transmissions++
	seen.nth = seen.record.transmissions
	if s.Flags.Has(tcpstate.FIN) {
		if w.fin == nil {
			w.fin = fs.newRecord(seen.offset+length-1, seen.offset+length)
		}
		seen.fin = w.fin
	}
	return seen
}

// find returns the segment's connection. A SYN with another ISN begins a new
// one between the same ends.
func (fs *flows) find(dir Direction, s *tcpstate.Segment) *flow {
	key := ends{s.Src, s.Dst}
	if dir == ServerToClient {
		key = ends{s.Dst, s.Src}
	}
	f, known := fs.all[key]
	opens := s.Flags.Has(tcpstate.SYN) && !s.Flags.Has(tcpstate.ACK)
	if known && !(opens && f.ways[dir].begun && f.ways[dir].isn != s.Seq) {
		return f
	}
	if !known {
		if len(fs.order) == maxFlows {
			delete(fs.all, fs.order[0])
			fs.order = fs.order[1:]
		}
		fs.order = append(fs.order, key)
	}
	fs.count++
	f = &flow{number: fs.count}
	fs.all[key] = f
	return f
}

func (fs *flows) newRecord(start, end int64) *record {
	return &record{start: start, end: end, places: make([]place, fs.rules)}
}

// unwrap returns a sequence number as an offset, taking it for the nearest to
// what is expected next.
func (w *oneWay) unwrap(seq tcpstate.Seq) int64 {
	if !w.begun {
		w.begun, w.isn = true, seq
		return 0
	}
	expected := w.isn.Add(uint32(w.nxt))
	return w.nxt + int64(seq.Sub(expected))
}

// locate returns the distinct segment that an octet belongs to, a new one when
// it was not seen before.
func (w *oneWay) locate(fs *flows, start, end int64) *record {
	after := sort.Search(len(w.records), func(i int) bool { return w.records[i].start > start })
	if after > 0 && start < w.records[after-1].end {
		if end > w.nxt { // a retransmission that takes new octets along
			w.records[len(w.records)-1].end, w.nxt = end, end
		}
		return w.records[after-1]
	}
	r := fs.newRecord(start, end)
	w.records = slices.Insert(w.records, after, r)
	w.nxt = max(w.nxt, end)
	if len(w.records) > maxSegments {
		w.records = slices.Delete(w.records, 0, maxSegments/4)
	}
	return r
}

// repeat returns which of its kind a segment without sequence space is.
func (w *oneWay) repeat(i idle) uint32 {
	i.nth = 1
	if w.last.offset == i.offset && w.last.ack == i.ack && w.last.flags == i.flags {
		i.nth = w.last.nth + 1
	}
	w.last = i
	return i.nth
}

// probes reports whether a segment only asks whether the peer is there: at most
// one octet that the peer has acknowledged already (keep-alive, RFC 9293
// §3.8.4), or one octet into a closed window (§3.8.6.1).
func (w *oneWay) probes(offset int64, s *tcpstate.Segment, peer *oneWay) bool {
	if s.Len > 1 || s.Flags.Any(tcpstate.SYN|tcpstate.FIN|tcpstate.RST) {
		return false
	}
	keepAlive := w.nxt > 0 && offset == w.nxt-1 && w.acked >= w.nxt
	zeroWindow := s.Len == 1 && peer.begun && peer.window == 0 && offset == w.acked
	return keepAlive || zeroWindow
}

func kindsOf(s *tcpstate.Segment, probe bool) kindSet {
	var k kindSet
	f := s.Flags
	set := func(kind Kind, is bool) {
		if is {
			k |= 1 << kind
		}
	}
	set(KindAny, true)
	set(KindFrame, true)
	set(KindData, s.Len > 0 && !probe)
	set(KindSYN, f.Has(tcpstate.SYN))
	set(KindSYNACK, f.Has(tcpstate.SYN|tcpstate.ACK))
	set(KindACK, f.Has(tcpstate.ACK))
	set(KindPureACK, f.Has(tcpstate.ACK) && s.Len == 0 && !f.Any(tcpstate.SYN|tcpstate.FIN|tcpstate.RST) && !probe)
	set(KindFIN, f.Has(tcpstate.FIN))
	set(KindRST, f.Has(tcpstate.RST))
	set(KindPSH, f.Has(tcpstate.PSH))
	set(KindProbe, probe)
	return k
}
