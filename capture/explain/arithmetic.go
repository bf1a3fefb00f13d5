package explain

import (
	"fmt"
	"math/bits"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// acked finds the segment that an ACK newly acknowledges, and its latest copy:
// which of the two the ACK answers, nobody can tell (Karn's ambiguity, RFC 6298
// §3), unless one of them is known not to have arrived. The same packet, seen twice,
// is no copy of it.
func (x *Explainer) acked(ev *trace.Event) (first, again *seen) {
	s := ev.Segment
	if !s.Flags.Has(tcpstate.ACK) || s.NewerAck != 0 {
		return nil, nil
	}
	first = x.history.frame(s.AcksFrame)
	if first == nil {
		if s.AcksFrame != 0 || x.sameAck(ev) != nil {
			return nil, nil
		}
		// The original may have been lost before it got a number here.
		return x.history.latest(ev, receiver(s), func(o *seen) bool {
			return o.frame != 0 && o.segLen() > 0 && o.seq.Add(o.segLen()) == s.Ack && x.history.reached(o, ev.At)
		}), nil
	}
	var oldest *seen
	for o := range x.history.before(ev, first.from) {
		if o == first {
			break
		}
		if o.seq == first.seq && o.next() == first.next() && o.frame != 0 && !o.copied && x.history.reached(o, ev.At) {
			oldest = o
			if again == nil {
				again = o
			}
		}
	}
	if oldest == nil || x.history.reached(first, ev.At) {
		return first, again
	}
	if again == oldest {
		again = nil
	}
	return oldest, again
}

// ackedFrame names the frame that a segment acknowledges.
func (x *Explainer) ackedFrame(s *trace.Segment, first, again *seen) string {
	switch {
	case first == nil:
		return fmt.Sprint(x.named(s.AcksFrame))
	case again == nil:
		return fmt.Sprint(x.named(first.frame))
	}
	return x.phrase(sentAgainInText, args{"frame": x.named(first.frame), "again": x.named(again.frame)})
}

// nextSum: the number that the sender's next segment will begin with.
func (x *Explainer) nextSum(f facts) string {
	switch fin := f.s.Flags.Has(tcpstate.FIN); {
	case fin && f.s.Len > 0:
		return x.phrase(nextDataFinText, f.values)
	case fin:
		return x.phrase(nextFinText, f.values)
	case f.s.Len > 0:
		return x.phrase(nextDataText, f.values)
	}
	return ""
}

// ackSum: how the acknowledgment number follows from the frame that it
// acknowledges.
func (x *Explainer) ackSum(f facts) string {
	covered := f.acked
	if covered == nil || covered.stream != f.ev.Stream || !f.s.Flags.Has(tcpstate.ACK) {
		return ""
	}
	values := args{"ack": f.s.RelAck, "seq": covered.relSeq, "n": covered.length, "frame": f.values["acked"]}
	syn, fin := covered.flags.Has(tcpstate.SYN), covered.flags.Has(tcpstate.FIN)
	if covered.next() != f.s.RelAck {
		values["last"] = covered.next() - 1
		if f.s.RelAck-covered.relSeq < covered.segLen() {
			return x.phrase(ackWithinText, values)
		}
		return ""
	}
	switch {
	case syn && covered.length > 0:
		return x.phrase(ackOfSynDataText, values)
	case syn:
		return x.phrase(ackOfSynText, values)
	case fin && covered.length > 0:
		return x.phrase(ackOfDataFinText, values)
	case fin:
		return x.phrase(ackOfFinText, values)
	}
	return x.phrase(ackOfDataText, values)
}

// flightSum: what is under way, where that is more than this segment.
func (x *Explainer) flightSum(f facts) string {
	if f.s.InFlight <= f.s.SegLen() {
		return ""
	}
	return x.phrase(flightSumText, f.values)
}

// windowSum: the window is the field, shifted (RFC 7323 §2.3).
func (x *Explainer) windowSum(f facts) string {
	field, size := uint32(f.s.Window), f.s.ScaledWindow
	if !f.s.ScaleKnown || field == 0 || size <= field {
		return ""
	}
	shift := bits.Len32(size) - bits.Len32(field)
	if field<<shift != size {
		return ""
	}
	return x.phrase(windowSumText, args{"field": field, "shift": shift, "size": size})
}

// since is the time from a remembered frame to ev; 0 if it is not known.
func (x *Explainer) since(ev *trace.Event, frame int) time.Duration {
	if s := x.history.frame(frame); s != nil && ev.At.After(s.at) {
		return ev.At.Sub(s.at)
	}
	return 0
}
