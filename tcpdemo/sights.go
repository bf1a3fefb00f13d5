package tcpdemo

import (
	"fmt"
	"slices"
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// The parties of a lesson, for sights.
const (
	client = trace.RoleClient
	server = trace.RoleServer
)

// because is what a refutation says that needs no number of its events.
func because(en, ko string) func([]trace.Event) trace.Text {
	return func([]trace.Event) trace.Text { return trace.Text{En: en, Ko: ko} }
}

// counted is what a refutation says with numbers of its events.
func counted(en, ko string, numbers func(seen []trace.Event) []any) func([]trace.Event) trace.Text {
	return func(seen []trace.Event) trace.Text {
		n := numbers(seen)
		return trace.Text{En: fmt.Sprintf(en, n...), Ko: fmt.Sprintf(ko, n...)}
	}
}

// sent sees a segment of one side that has all of these flags.
func sent(by trace.Role, flags tcpstate.Flags) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindSegment && e.From.Role == by && e.Segment.Flags.Has(flags)
	}
}

// carried sees a segment of one side that carries octets.
func carried(by trace.Role) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindSegment && e.From.Role == by && e.Segment.Len > 0
	}
}

// acknowledged sees the acknowledgment, by one side, of all that the segment
// seen before it occupies in the sequence (RFC 9293 §3.4).
func acknowledged(by trace.Role) trace.Sight {
	return func(e *trace.Event, before []trace.Event) bool {
		if e.Kind != trace.KindSegment || e.From.Role != by || !e.Segment.Flags.Has(tcpstate.ACK) {
			return false
		}
		s := before[len(before)-1].Segment
		next := s.RelSeq + uint32(s.Len)
		if s.Flags.Has(tcpstate.SYN) {
			next++
		}
		if s.Flags.Has(tcpstate.FIN) {
			next++
		}
		return e.Segment.RelAck == next
	}
}

// came sees one side come into a state.
func came(who trace.Role, to tcpstate.State) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindState && e.From.Role == who && e.State.To == to
	}
}

// gaveUp sees a timer of one side end a connection.
func gaveUp(who trace.Role) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindState && e.From.Role == who && e.State.To == tcpstate.Closed && e.State.Cause.Kind == tcpstate.OnTimer
	}
}

// called sees a call of one side's program that moved at least so many octets.
func called(who trace.Role, name string, octets int) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindCall && e.From.Role == who && e.Call.Name == name && e.Call.Bytes >= octets
	}
}

// failed sees a call of one side's program that came to this.
func failed(who trace.Role, name, result string) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindCall && e.From.Role == who && e.Call.Name == name && strings.Contains(e.Call.Result, result)
	}
}

// found sees a segment of one side about which this was found.
func found(by trace.Role, finding string) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindSegment && e.From.Role == by &&
			slices.ContainsFunc(e.Segment.Findings, func(f tcpstate.Finding) bool { return f.Name == finding })
	}
}

// dropped sees the wire drop a frame of one side.
func dropped(from trace.Role) trace.Sight {
	return func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindVerdict && e.From.Role == from && e.Verdict.Fate == trace.Dropped
	}
}
