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

// every sees what all of these see. The sights below look at an event by itself;
// every adds what is known of the events around it.
func every(sights ...trace.Sight) trace.Sight {
	return func(l *trace.Look) bool {
		return !slices.ContainsFunc(sights, func(sees trace.Sight) bool { return !sees(l) })
	}
}

// sent sees a segment of one side that has all of these flags.
func sent(by trace.Role, flags tcpstate.Flags) trace.Sight {
	return func(l *trace.Look) bool { return isSegment(l.Event(), by, flags) }
}

// carried sees a segment of one side that carries octets.
func carried(by trace.Role) trace.Sight {
	return func(l *trace.Look) bool { return isSegment(l.Event(), by, 0) && l.Event().Segment.Len > 0 }
}

// came sees one side come into a state.
func came(who trace.Role, to tcpstate.State) trace.Sight {
	return func(l *trace.Look) bool { return isState(l.Event(), who, to) }
}

// called sees a call of one side's program that moved at least so many octets.
func called(who trace.Role, name string, octets int) trace.Sight {
	return func(l *trace.Look) bool { return isCall(l.Event(), who, name) && l.Event().Call.Bytes >= octets }
}

// failed sees a call of one side's program that came to this.
func failed(who trace.Role, name, result string) trace.Sight {
	return func(l *trace.Look) bool {
		return isCall(l.Event(), who, name) && strings.Contains(l.Event().Call.Result, result)
	}
}

// found sees a segment of one side about which this was found.
func found(by trace.Role, finding string) trace.Sight {
	return func(l *trace.Look) bool { return isSegment(l.Event(), by, 0) && has(l.Event(), finding) }
}

// here sees what is of the connection of the event seen before.
func here(l *trace.Look) bool { return l.Event().Stream == l.Last().Stream }

// acknowledged sees the acknowledgment, by one side, of all that the segment seen
// before it occupies in the sequence (RFC 9293 §3.4), once that has arrived.
func acknowledged(by trace.Role) trace.Sight {
	return func(l *trace.Look) bool {
		e, last := l.Event(), l.Last()
		return isSegment(e, by, tcpstate.ACK) && here(l) &&
			e.Segment.Ack == last.Segment.End() && arrived(l.Since(len(l.Before)-1), last)
	}
}

// answeredAtOnce sees the first segment that the server sends on the connection once
// the client's segment seen before has arrived.
func answeredAtOnce(l *trace.Look) bool {
	e, since := l.Event(), l.Since(len(l.Before)-1)
	came := slices.IndexFunc(since, arrivalOf(l.Last()))
	return isSegment(e, server, 0) && here(l) && came >= 0 &&
		!ever(since[came:], e.Stream, func(e *trace.Event) bool { return isSegment(e, server, 0) })
}

// nextSent sees the first segment that one side sends on the connection after the
// event seen before, where nothing has come from the peer meanwhile: that event is
// what it is sent for.
func nextSent(by trace.Role, flags tcpstate.Flags) trace.Sight {
	return func(l *trace.Look) bool {
		return isSegment(l.Event(), by, flags) && here(l) &&
			!slices.ContainsFunc(l.Since(len(l.Before)-1), func(e trace.Event) bool {
				return e.Stream == l.Event().Stream && (isSegment(&e, by, 0) || e.Kind == trace.KindArrival && e.From.Role != by)
			})
	}
}

func isSegment(e *trace.Event, by trace.Role, flags tcpstate.Flags) bool {
	return e.Kind == trace.KindSegment && e.From.Role == by && e.Segment.Flags.Has(flags)
}

func isState(e *trace.Event, who trace.Role, to tcpstate.State) bool {
	return e.Kind == trace.KindState && e.From.Role == who && e.State.To == to
}

func isCall(e *trace.Event, who trace.Role, name string) bool {
	return e.Kind == trace.KindCall && e.From.Role == who && e.Call.Name == name
}

func has(e *trace.Event, finding string) bool {
	return slices.ContainsFunc(e.Segment.Findings, func(f tcpstate.Finding) bool { return f.Name == finding })
}

// arrived reports whether a segment reached its addressee whole within some events.
func arrived(within []trace.Event, s *trace.Event) bool {
	return slices.ContainsFunc(within, arrivalOf(s))
}

// arrivalOf tells the arrival of a segment, whole, from other events.
func arrivalOf(s *trace.Event) func(trace.Event) bool {
	return func(e trace.Event) bool { return e.Kind == trace.KindArrival && e.Wire == s.Wire && !e.Segment.Damaged }
}

// ever reports whether something on one connection is so within some events.
func ever(within []trace.Event, stream int, is func(*trace.Event) bool) bool {
	for i := range within {
		if within[i].Stream == stream && is(&within[i]) {
			return true
		}
	}
	return false
}

// segmentOf is the segment that a verdict is about, as it left; nil if it is none.
func segmentOf(l *trace.Look) *tcpstate.Segment {
	e := l.Event()
	for i := l.At - 1; i >= 0; i-- {
		if s := &l.Run[i]; s.Kind == trace.KindSegment && s.Wire == e.Wire {
			return &s.Segment.Segment
		}
	}
	return nil
}

// moved is how many octets one side's calls of a name have moved on a connection.
func moved(within []trace.Event, who trace.Role, name string, stream int) (octets int) {
	for i := range within {
		if e := &within[i]; e.Stream == stream && isCall(e, who, name) {
			octets += e.Call.Bytes
		}
	}
	return octets
}
