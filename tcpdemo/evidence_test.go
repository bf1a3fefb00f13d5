package tcpdemo_test

import (
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/tcpdemo/network/virtual"
)

// evidence is what happened in a scenario, for tests that ask for it.
type evidence []trace.Event

// evidenceOf runs a scenario.
func evidenceOf(t testing.TB, name string, seed uint64) evidence {
	t.Helper()
	var all evidence
	for e, err := range events(perform(t, name, seed)) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Clone())
	}
	return all
}

// onSeeds runs a test of one scenario on several seeds.
func onSeeds(t *testing.T, name string, check func(t *testing.T, all evidence)) {
	t.Helper()
	t.Parallel()
	for seed := range uint64(4) {
		check(t, evidenceOf(t, name, seed))
	}
}

// where returns the events for which all conditions hold.
func (all evidence) where(conditions ...func(*trace.Event) bool) evidence {
	var some evidence
	for i := range all {
		if !slices.ContainsFunc(conditions, func(holds func(*trace.Event) bool) bool { return !holds(&all[i]) }) {
			some = append(some, all[i])
		}
	}
	return some
}

// one wants exactly one event.
func (all evidence) one(t testing.TB, what string) *trace.Event {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%s: %d events, want 1", what, len(all))
	}
	return &all[0]
}

// count wants n events.
func (all evidence) count(t testing.TB, what string, n int) {
	t.Helper()
	if len(all) != n {
		t.Errorf("%s: %d events, want %d", what, len(all), n)
	}
}

// gaps returns the times between events.
func (all evidence) gaps() []time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(all); i++ {
		gaps = append(gaps, all[i].At.Sub(all[i-1].At))
	}
	return gaps
}

func sent(e *trace.Event) bool    { return e.Kind == trace.KindSegment }
func arrived(e *trace.Event) bool { return e.Kind == trace.KindArrival }

func data(e *trace.Event) bool { return e.Segment != nil && e.Segment.Len > 0 }

func flags(f tcpstate.Flags) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Segment != nil && e.Segment.Flags.Has(f) }
}

func without(f tcpstate.Flags) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Segment != nil && !e.Segment.Flags.Any(f) }
}

func by(r trace.Role) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.From.Role == r }
}

func stream(n int) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Stream == n }
}

func found(name string) func(*trace.Event) bool {
	return func(e *trace.Event) bool {
		return e.Segment != nil && slices.ContainsFunc(e.Segment.Findings, func(f tcpstate.Finding) bool { return f.Name == name })
	}
}

func fate(f trace.Fate) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Kind == trace.KindVerdict && e.Verdict.Fate == f }
}

func becomes(s tcpstate.State) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Kind == trace.KindState && e.State.To == s }
}

func call(name, result string) func(*trace.Event) bool {
	return func(e *trace.Event) bool {
		return e.Kind == trace.KindCall && e.Call.Name == name && e.Call.Result == result
	}
}

// path returns an end's states on one connection, from the first that a segment
// of it has shown.
func (all evidence) path(r trace.Role, n int) []tcpstate.State {
	var states []tcpstate.State
	for _, e := range all.where(by(r), stream(n)) {
		if e.Kind == trace.KindState {
			states = append(states, e.State.To)
		}
	}
	return states
}

func (all evidence) wantPath(t testing.TB, r trace.Role, n int, want ...tcpstate.State) {
	t.Helper()
	if got := all.path(r, n); !slices.Equal(got, want) {
		t.Errorf("%v's states on connection %d: %v, want %v", r, n, got, want)
	}
}

// wantTimeWait wants an end to stay in TIME-WAIT for 60 s, the stack's 2 MSL.
func (all evidence) wantTimeWait(t testing.TB, r trace.Role, n int) {
	t.Helper()
	in := all.where(by(r), stream(n), becomes(tcpstate.TimeWait)).one(t, "TIME-WAIT begins")
	out := all.where(by(r), stream(n), becomes(tcpstate.Closed)).one(t, "TIME-WAIT ends")
	if d := out.At.Sub(in.At); d != time.Minute {
		t.Errorf("%v was in TIME-WAIT for %v, want 1m", r, d)
	}
	if out.State.Cause.Kind != tcpstate.OnTimer {
		t.Errorf("TIME-WAIT ended by %v", out.State.Cause)
	}
}

// since is the network's time of an event.
func since(e *trace.Event) time.Duration { return e.At.Sub(virtual.DefaultStart) }

// The stack's own word and the segments' agree in every lesson, and every change
// of state is an edge of the figure.
func TestSegmentsConfirmStates(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"handshake", "echo", "close", "close-by-server", "half-close", "simultaneous-open", "simultaneous-close",
		"reset", "refused", "loss", "fast-retransmit", "reorder", "duplicate", "corrupt", "backoff", "zero-window",
	} {
		for _, e := range evidenceOf(t, name, 7) {
			if e.Kind == trace.KindState && (e.State.Contradicted || e.State.Edge == nil) {
				t.Errorf("%s: %s", name, line(&e))
			}
		}
	}
}
