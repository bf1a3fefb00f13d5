package main

import (
	"fmt"
	"slices"

	"statelab/capture/render"
	"statelab/capture/trace"
)

// selection is what of a trace was chosen, as its events pass. Of an empty one it
// is said that it is empty: nothing shown is else taken for nothing found.
type selection struct {
	between *render.Between // nil for all
	streams []int           // chosen; none for all
	wanted  []int           // asked for by number, and yet to come
	// connections is how many the trace has. Of what was chosen, any is whether
	// something lies between, and spans whether a connection goes on over it.
	connections int
	any, spans  bool
}

// selects watches what a trace has of what the flags choose: of these streams,
// none for all.
func (f *chooseFlags) selects(streams []int) *selection {
	return &selection{between: f.between(), streams: streams, wanted: slices.Clone(f.streams)}
}

// kinds adds to what is asked for of an analysis what a selection is judged by.
func (s *selection) kinds(k trace.Kinds) trace.Kinds {
	if k == 0 || len(s.wanted) == 0 {
		return k
	}
	return k | trace.KindsOf(trace.KindConnection)
}

// events passes events on.
func (s *selection) events(events render.Events) render.Events {
	return func(yield func(trace.Event, error) bool) {
		for e, err := range events {
			if err == nil {
				s.see(&e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (s *selection) see(e *trace.Event) {
	if c := e.Connection; c != nil {
		s.connections = max(s.connections, c.Stream+1)
		s.wanted = slices.DeleteFunc(s.wanted, func(n int) bool { return n == c.Stream })
		s.spans = s.spans || s.has(c.Stream) && s.between.Touches(render.Lived(c))
		return
	}
	if e.Kind != trace.KindTotals && s.between.Holds(e.Frame, e.At) {
		s.any = s.any || s.has(e.Stream)
	}
}

// has reports whether a connection is chosen. What belongs to none is part of a
// whole trace alone.
func (s *selection) has(stream int) bool {
	return len(s.streams) == 0 || slices.Contains(s.streams, stream)
}

// tell says which part of the selection the trace does not have.
func (s *selection) tell(v view, e *env, name string) {
	say := func(t trace.Text, args ...any) {
		fmt.Fprintf(e.stderr, "statelab: "+v.lang.Of(t)+"\n", append([]any{trace.Escape(name)}, args...)...)
	}
	for _, n := range s.wanted {
		say(trace.Text{En: "%s has no connection %d: it has %d, counted from 0", Ko: "%s에 연결 %d번이 없습니다. 연결은 0번부터 세어 %d개입니다"}, n, s.connections)
	}
	if s.between == nil || s.any || len(s.wanted) > 0 || slices.Contains(s.streams, noStream) { // the last was said where it was found
		return
	}
	if s.spans {
		say(trace.Text{
			En: "%s has nothing of this between --from and --to, but for connections that go on over it",
			Ko: "%s에는 --from과 --to 사이에 해당하는 것이 없고, 그 앞뒤에 걸친 연결만 있습니다",
		})
		return
	}
	say(trace.Text{En: "%s has nothing of this between --from and --to", Ko: "%s에는 --from과 --to 사이에 해당하는 것이 없습니다"})
}
