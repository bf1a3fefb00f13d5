package httpdemo

import (
	"strings"

	"statelab/capture/http1"
	"statelab/capture/trace"
)

// because is what a refutation says.
func because(en, ko string) func([]trace.Event) trace.Text {
	return func([]trace.Event) trace.Text { return trace.Text{En: en, Ko: ko} }
}

// requested sees a request that has come whole, and of which this is so.
func requested(is func(*http1.Message) bool) trace.Sight {
	return func(l *trace.Look) bool { return isMessage(l.Event(), true) && is(l.Event().Message) }
}

// answered sees the final answer, with one of these statuses, to the request that
// was seen before: it has come whole.
func answered(statuses ...int) trace.Sight {
	return func(l *trace.Look) bool {
		e, request := l.Event(), l.Last()
		if !isMessage(e, false) || e.Stream != request.Stream || e.Message.Exchange != request.Message.Exchange {
			return false
		}
		for _, s := range statuses {
			if e.Message.Status == s {
				return true
			}
		}
		return false
	}
}

// responded sees a final response that has come whole, to a request that was seen.
func responded(l *trace.Look) bool {
	return isMessage(l.Event(), false) && l.Event().Message.Status >= 200 && l.Event().Message.Exchange > 0
}

// respondedNext sees the response to the request after that which the response seen
// before answers, on the same connection.
func respondedNext(l *trace.Look) bool {
	e, last := l.Event(), l.Last()
	return responded(l) && e.Stream == last.Stream && e.Message.Exchange == last.Message.Exchange+1
}

// isMessage reports whether an event is a request, or a response, that has come
// whole.
func isMessage(e *trace.Event, request bool) bool {
	return e.Kind == trace.KindMessage && e.Message.Request == request && !e.Message.Truncated && !e.Message.Malformed
}

// field is a message's first field of that name, empty if it has none.
func field(m *http1.Message, name string) string {
	v, _ := m.Get(name)
	return v
}

// to reports whether a message is a request for a page, whatever its query.
func to(m *http1.Message, page string) bool {
	path, _, _ := strings.Cut(m.Target, "?")
	return path == page
}

// requestOf is the request that a response of the run answers; nil if it has not
// come whole.
func requestOf(l *trace.Look, response *trace.Event) *http1.Message {
	for i := range l.Run {
		e := &l.Run[i]
		if isMessage(e, true) && e.Stream == response.Stream && e.Message.Exchange == response.Message.Exchange {
			return e.Message
		}
	}
	return nil
}
