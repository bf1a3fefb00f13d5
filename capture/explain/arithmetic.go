package explain

import (
	"math/bits"
	"strconv"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// ackedFrame names the frame that a segment acknowledges, and its latest copy:
// which of the two the ACK answers, nobody can tell (Karn's ambiguity, RFC 6298
// §3).
func (x *Explainer) ackedFrame(ev *trace.Event) string {
	frame := ev.Segment.AcksFrame
	first := x.history.frame(frame)
	if first == nil {
		return strconv.Itoa(frame)
	}
	for s := range x.history.before(ev, first.from) {
		if s == first {
			break
		}
		if s.seq == first.seq && s.segLen() > 0 && s.frame != 0 {
			return x.phrase(sentAgainInText, args{"frame": frame, "again": s.frame})
		}
	}
	return strconv.Itoa(frame)
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
	covered := x.history.frame(f.s.AcksFrame)
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
