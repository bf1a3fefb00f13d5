package explain

import (
	"iter"
	"net/netip"
	"slices"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// historyLimit is how many segments an Explainer remembers, over all
// connections: more than any window holds in a lesson, and bounded in a trace
// of millions.
const historyLimit = 4096

// seen is what is remembered of a segment.
type seen struct {
	frame          int
	wire           uint64
	stream         int
	from           tcpstate.End
	src, dst       netip.AddrPort
	at             time.Time
	relSeq, relAck uint32
	seq, ack       tcpstate.Seq
	flags          tcpstate.Flags
	length         int
	window         uint32 // scaled, in bytes, where the scale is known
	keepAlive      bool   // a probe
	doubtful       bool   // or something else that looks like one
	stamp          uint32 // TSval (RFC 7323 §3), 0 for none
	copied         bool   // a packet that had been seen before
	late           bool   // octets that are new here, below numbers seen before
	overtaken      bool   // it came after a higher ACK of its sender
	windowFull     bool   // fills the receiver's window
	// What became of it, where that is told: see history.reached.
	arrived      time.Time      // first, whole
	latest       time.Time      // the last copy, whole
	left         int            // its turn among all that left and arrived,
	first, last  int            // and those of its first and its last arrival; 0 for none
	doubled      bool           // the wire delivers it twice
	met          bool           // the wire doubles or swaps it,
	meets        tcpstate.State // and its receiver is in this state as it leaves
	lost, tooBig bool
	untold       bool // it may have arrived, and nobody saw it
	forged       bool // no stack sent it
	refused      bool // a SYN,ACK that answers another SYN than its receiver's
}

// next is the relative sequence number after the segment (SEG.LEN counts SYN
// and FIN: RFC 9293 §3.4).
func (s *seen) next() uint32 { return s.relSeq + s.segLen() }

func (s *seen) segLen() uint32 {
	n := uint32(s.length)
	if s.flags.Has(tcpstate.SYN) {
		n++
	}
	if s.flags.Has(tcpstate.FIN) {
		n++
	}
	return n
}

// history is the latest segments, in a ring. The zero value is ready.
type history struct {
	ring    []seen
	oldest  int // index in ring, once it is full
	byFrame map[int]int
	byWire  map[uint64]int
	turn    int
	fates   fates
	// firstDamaged is the first frame with a wrong TCP checksum.
	firstDamaged int
}

// add remembers a segment; one that is remembered already is not added again.
func (h *history) add(ev *trace.Event) {
	if h.byFrame == nil {
		h.byFrame, h.byWire = map[int]int{}, map[uint64]int{}
	}
	if h.find(ev) != nil {
		return
	}
	s := ev.Segment
	if s.Checksum == tcpstate.Invalid && h.firstDamaged == 0 {
		h.firstDamaged = frameOf(ev)
	}
	h.turn++
	entry := seen{
		left:  h.turn,
		frame: frameOf(ev), wire: wireOf(ev), stream: ev.Stream, from: s.From, at: ev.At,
		src: s.Src, dst: s.Dst, relSeq: s.RelSeq, relAck: s.RelAck, seq: s.Seq, ack: s.Ack, flags: s.Flags, length: s.Len,
		window: s.ScaledWindow, windowFull: found(s, tcpstate.FoundWindowFull), stamp: s.Options.TSVal,
		copied: found(s, tcpstate.FoundDuplicateFrame), overtaken: s.NewerAck != 0,
		late:   found(s, tcpstate.FoundReordered) || found(s, tcpstate.FoundFillsGap) || found(s, tcpstate.FoundOutOfOrder) && !found(s, tcpstate.FoundBytesSeen),
		forged: h.fates.forged[wireOf(ev)], refused: h.refuses(ev),
	}
	if entry.keepAlive = found(s, tcpstate.FoundKeepAlive) && h.probes(ev); entry.keepAlive {
		entry.doubtful = h.doubtful(ev)
	}
	at := len(h.ring)
	if at < historyLimit {
		h.ring = append(h.ring, entry)
	} else {
		at = h.oldest
		h.oldest = (h.oldest + 1) % historyLimit
		h.forget(at)
		h.ring[at] = entry
	}
	if entry.frame != 0 {
		h.byFrame[entry.frame] = at
	}
	if entry.wire != 0 {
		h.byWire[entry.wire] = at
	}
}

// probes reports whether a segment that Wireshark's rules call a keepalive asks
// for an answer: its number is acknowledged already. Otherwise it is an older ACK
// that something has overtaken, or an octet that is sent again.
func (h *history) probes(ev *trace.Event) bool {
	s := ev.Segment
	if own := tcpstate.Denies(tcpstate.FoundKeepAlive, s.Findings); own != "" && own != tcpstate.FoundWindowProbe {
		return false
	}
	peer := h.latest(ev, s.From.Peer(), func(s *seen) bool { return s.flags.Has(tcpstate.ACK) })
	return peer == nil || peer.ack.After(s.Segment.Seq)
}

// doubtful reports whether what has the form of a keepalive may be something else,
// as its number stood at the end of what its sender had sent before, and has one
// octet of its own: an ACK from then, or that octet once more. The wire's own count
// tells, and so may timestamps.
func (h *history) doubtful(ev *trace.Event) bool {
	s := ev.Segment
	if s.Wire != 0 {
		return false
	}
	octet := h.octet(ev)
	switch {
	case octet == nil:
		return false
	case s.Len > 0:
		return octet.length > 0
	case s.Options.HasTimestamps:
		return octet.stamp == s.Options.TSVal
	}
	return ev.At.Sub(octet.at) < maxLifetime
}

// maxLifetime is how long a segment may be on its way (MSL, RFC 9293 §3.4.2).
const maxLifetime = 2 * time.Minute

// octet is the segment of one octet of sequence space, a FIN or a byte, that bore
// the number of ev's before; nil if there is none.
func (h *history) octet(ev *trace.Event) *seen {
	return h.latest(ev, ev.Segment.From, func(s *seen) bool {
		return s.seq == ev.Segment.Segment.Seq && s.segLen() == 1 && !s.keepAlive && !s.flags.Has(tcpstate.SYN)
	})
}

// refuses reports whether a SYN,ACK acknowledges another SYN than the one that
// its receiver has sent (RFC 9293 §3.5 Figure 8): Fast Open's data apart, which
// may be acknowledged with the SYN or not (RFC 7413 §4.2.2).
func (h *history) refuses(ev *trace.Event) bool {
	syn := h.asked(ev)
	return syn != nil && (!ev.Segment.Ack.After(syn.seq) || ev.Segment.Ack.After(syn.seq.Add(syn.segLen())))
}

// asked is the SYN that the receiver of a SYN,ACK has sent itself, the latest.
func (h *history) asked(ev *trace.Event) *seen {
	s := ev.Segment
	if !s.Flags.Has(tcpstate.SYN | tcpstate.ACK) {
		return nil
	}
	return h.latest(ev, receiver(s), func(s *seen) bool {
		return s.flags.Has(tcpstate.SYN) && !s.flags.Has(tcpstate.ACK) && !s.forged
	})
}

func found(s *trace.Segment, name string) bool {
	return slices.ContainsFunc(s.Findings, func(f tcpstate.Finding) bool { return f.Name == name })
}

func (h *history) forget(at int) {
	old := &h.ring[at]
	if h.byFrame[old.frame] == at {
		delete(h.byFrame, old.frame)
	}
	if h.byWire[old.wire] == at {
		delete(h.byWire, old.wire)
	}
}

// find returns the entry of this very segment, nil if it is not remembered.
func (h *history) find(ev *trace.Event) *seen {
	if wire := wireOf(ev); wire != 0 {
		return h.wire(wire)
	}
	return h.frame(frameOf(ev))
}

func (h *history) frame(n int) *seen {
	if at, ok := h.byFrame[n]; ok && n != 0 {
		return &h.ring[at]
	}
	return nil
}

func (h *history) wire(id uint64) *seen {
	if at, ok := h.byWire[id]; ok && id != 0 {
		return &h.ring[at]
	}
	return nil
}

// before yields the segments of ev's connection that an end sent before ev, the
// newest first.
func (h *history) before(ev *trace.Event, from tcpstate.End) iter.Seq[*seen] {
	return h.earlier(ev, func(s *seen) bool { return s.stream == ev.Stream && s.from == from })
}

// answeredBy returns the segment, the last to come before ev, whose ACK number ev's
// segment bears as its own number, as an RST does that refuses it (RFC 9293 §3.5.2).
// No RST is answered. An earlier connection of the same addresses and ports may have
// sent it.
func (h *history) answeredBy(ev *trace.Event, rst *seen) (answered *seen) {
	last := 0
	for s := range h.earlier(ev, func(s *seen) bool { return s.src == rst.dst && s.dst == rst.src }) {
		if !s.flags.Has(tcpstate.ACK) || s.flags.Has(tcpstate.RST) || s.ack != rst.seq {
			continue
		}
		if !h.fates.watched {
			return s
		}
		if at := h.came(s, ev); at > last {
			answered, last = s, at
		}
	}
	return answered
}

// earlier yields the segments before ev for which ok holds, the newest first.
func (h *history) earlier(ev *trace.Event, ok func(*seen) bool) iter.Seq[*seen] {
	return func(yield func(*seen) bool) {
		self := h.find(ev)
		met := self == nil
		for i := range h.ring {
			s := &h.ring[(h.oldest+len(h.ring)-1-i)%len(h.ring)]
			if s == self {
				met = true
				continue
			}
			if met && ok(s) && !yield(s) {
				return
			}
		}
	}
}

// last returns the newest segment of ev's connection before ev, of either end.
func (h *history) last(ev *trace.Event) *seen {
	for s := range h.earlier(ev, func(s *seen) bool { return s.stream == ev.Stream }) {
		return s
	}
	return nil
}

// latest returns the newest of them for which ok holds, nil if there is none.
func (h *history) latest(ev *trace.Event, from tcpstate.End, ok func(*seen) bool) *seen {
	for s := range h.before(ev, from) {
		if ok(s) {
			return s
		}
	}
	return nil
}

// frameOf is the number of the frame that an event is about.
func frameOf(ev *trace.Event) int {
	if ev.Frame == 0 && ev.Segment != nil {
		return ev.Segment.Frame
	}
	return ev.Frame
}

func wireOf(ev *trace.Event) uint64 {
	if ev.Wire == 0 && ev.Segment != nil {
		return ev.Segment.Segment.Wire
	}
	return ev.Wire
}
