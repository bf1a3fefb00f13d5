package explain

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// fates is what became of segments, where the wire and both taps tell.
type fates struct {
	// watched says that arrivals are told: what has not arrived by now has not
	// been received.
	watched bool
	// forged are frames that the wire will deliver and no stack has sent.
	forged map[uint64]bool
	// named are the addresses that they bear as their sender's.
	named map[netip.Addr]bool
	// pathMTU is when routers said that a packet was too long, the latest last.
	pathMTU []time.Time
}

// observe keeps what an event tells of a segment's fate, while the ends are in
// these states.
func (h *history) observe(ev *trace.Event, states map[endKey]tcpstate.State) {
	switch {
	case ev.Kind == trace.KindSegment && ev.Segment != nil:
		h.add(ev)
		if h.fates.forged[wireOf(ev)] {
			if h.fates.named == nil || len(h.fates.named) >= historyLimit {
				h.fates.named = map[netip.Addr]bool{}
			}
			h.fates.named[ev.From.Addr.Addr()] = true
		}
	case ev.Kind == trace.KindArrival && ev.Segment != nil:
		h.fates.watched = true
		if s := h.find(ev); s != nil && ev.Segment.Checksum != tcpstate.Invalid {
			h.arrives(s, ev.At)
		}
	case ev.Kind == trace.KindVerdict && ev.Verdict != nil:
		h.judge(ev.Verdict, states)
	case ev.Kind == trace.KindOther && ev.Other != nil && strings.HasPrefix(ev.Other.Protocol, "ICMP"):
		// RFC 792 and RFC 4443 §3.2, in decode's words.
		if strings.Contains(ev.Other.Info.En, "fragmentation needed") || strings.Contains(ev.Other.Info.En, "too big") {
			if len(h.fates.pathMTU) >= maxPathMTU {
				h.fates.pathMTU = slices.Delete(h.fates.pathMTU, 0, 1)
			}
			h.fates.pathMTU = append(h.fates.pathMTU, ev.At)
		}
	}
}

// judge takes a verdict, which is told as its segment leaves, and what state each
// end is in then.
func (h *history) judge(v *trace.Verdict, states map[endKey]tcpstate.State) {
	s := h.wire(v.Wire)
	switch v.Fate {
	case trace.Injected: // told before the frame that it is about
		if h.fates.forged == nil || len(h.fates.forged) >= historyLimit {
			h.fates.forged = map[uint64]bool{}
		}
		h.fates.forged[v.Wire] = true
	case trace.Dropped, trace.QueueFull, trace.TooBig, trace.Missing:
		if s != nil {
			s.lost, s.tooBig = true, v.Fate == trace.TooBig
		}
	case trace.Uncovered, trace.Unseen, trace.Doubtful:
		if s != nil {
			s.untold = true
		}
	case trace.Duplicated, trace.Repeated:
		if s != nil {
			s.doubled = true
			s.meet(states)
		}
	case trace.Swapped:
		if s != nil {
			s.meet(states)
		}
	case trace.Delayed, trace.Corrupted, trace.Discarded, trace.Altered, trace.Unsent:
	}
}

// meet keeps the state that a segment's receiver is in when the wire judges it. A
// verdict may be told again, later.
func (s *seen) meet(states map[endKey]tcpstate.State) {
	if !s.met {
		s.met, s.meets = true, states[endKey{s.stream, s.dst}]
	}
}

// reached reports whether a segment may have been received by a time. What is
// explained may lie behind what has been observed.
func (h *history) reached(s *seen, by time.Time) bool {
	if s.arrived.IsZero() {
		return s.untold || !s.lost && !h.fates.watched
	}
	return !s.arrived.After(by)
}

// arrives keeps when a segment arrived. An event may be told again: a copy of the
// same moment is not known from that.
func (h *history) arrives(s *seen, at time.Time) {
	if !s.arrived.IsZero() && !at.After(s.latest) {
		return
	}
	h.turn++
	if s.last, s.latest = h.turn, at; s.arrived.IsZero() {
		s.first, s.arrived = h.turn, at
	}
}

// came returns the turn of a segment's last arrival before ev's segment left; as it
// left itself, where no arrivals are told. 0 if it had not arrived.
func (h *history) came(s *seen, ev *trace.Event) int {
	now := h.turn + 1
	if self := h.find(ev); self != nil {
		now = self.left
	}
	switch {
	case s.last == 0 && (s.untold || !h.fates.watched && !s.lost):
		return s.left
	case s.last < now:
		return s.last
	case s.first < now:
		return s.first
	}
	return 0
}

// toldMTU reports whether a router said between two times that a packet was too
// long.
func (h *history) toldMTU(from, to time.Time) bool {
	return slices.ContainsFunc(h.fates.pathMTU, func(at time.Time) bool { return at.After(from) && !at.After(to) })
}

// maxPathMTU bounds how many of those are remembered.
const maxPathMTU = 64

// receiver is the end that a segment goes to: its own, where a connection is
// joined to itself.
func receiver(s *trace.Segment) tcpstate.End {
	if s.Src == s.Dst {
		return s.From
	}
	return s.From.Peer()
}

// original is the latest earlier transmission of a segment's first octet, nil if
// none is remembered.
func (x *Explainer) original(f facts) *seen {
	return x.history.latest(f.ev, f.s.From, func(s *seen) bool {
		return !s.keepAlive && !s.forged && uint32(f.s.Segment.Seq-s.seq) < s.segLen()
	})
}

// forgedSegment explains a segment that bears a name which is not its sender's.
func (x *Explainer) forgedSegment(f facts) Explanation {
	if f.s.Flags.Has(tcpstate.SYN) && !f.s.Flags.Has(tcpstate.ACK) {
		t := forgedSynText
		if x.stranger(f.ev.From, f.ev.To) {
			t = strangerSynText
		}
		f.values["seq"], f.values["next"] = 0, 1+f.s.Len // counted from its ISN, as in the ladder
		return Explanation{
			Sentence:   join(x.say(t, f.values), x.offers(f)),
			Arithmetic: x.synSum(f),
			Section:    "RFC 9293 §3.5; RFC 5961 §1",
		}
	}
	f.values["brief"] = x.brief(f.s.Flags, f.s.RelSeq, f.s.RelAck, f.s.Len)
	return Explanation{Sentence: x.say(forgedText, f.values), Section: "RFC 5961 §1"}
}

// stranger reports whether nobody has spoken of an address as his own but what
// the wire put in, where the other end tells of itself.
func (x *Explainer) stranger(p, other trace.Participant) bool {
	w := x.reported.witnesses
	return x.history.fates.named[p.Addr.Addr()] && w[other.Addr.Addr()] && !w[p.Addr.Addr()]
}

// called names an end in a sentence: by its role, or by its address where it has
// no host.
func (x *Explainer) called(p, other trace.Participant) string {
	if x.stranger(p, other) {
		return address(p.Addr)
	}
	return inSentence(x.lang, p)
}

// dialled reports whether the end at the event's From has sent a SYN of its own
// accord, not in answer.
func (x *Explainer) dialled(ev *trace.Event) bool {
	for s := range x.history.earlier(ev, func(s *seen) bool { return s.stream == ev.Stream && s.src == ev.From.Addr }) {
		if s.flags.Has(tcpstate.SYN) && !s.flags.Has(tcpstate.ACK) && !s.forged {
			return true
		}
	}
	return false
}
