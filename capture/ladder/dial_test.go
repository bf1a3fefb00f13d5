package ladder_test

import (
	"testing"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// call adds an application's call to connection stream.
func (s *script) call(stream int, name, result string) {
	s.add(trace.Event{Kind: trace.KindCall, Stream: stream, From: alice, To: bob, Call: &trace.Call{Name: name, Result: result}})
}

// A connect() on ports that an older connection had belongs to the connection
// that its SYN begins: the older one's end does not touch its lane.
func TestDialOnUsedPorts(t *testing.T) {
	t.Parallel()
	var s script
	s.leave(1, false, tcpstate.SYN)
	s.arrive(1, false)
	s.call(0, "connect", "")
	s.become(alice, tcpstate.Closed, tcpstate.SynSent, tcpstate.OnCall)
	s.add(trace.Event{Kind: trace.KindConnection, From: alice, To: bob, Connection: &tcpstate.Conn{}})
	s.leave(2, false, tcpstate.SYN)
	s.events[len(s.events)-1].Stream = 1
	s.fate(2, trace.Dropped)
	rows := s.rows(ladder.Options{})

	var kinds []ladder.RowKind
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
		switch r.Kind {
		case ladder.RowCall:
			if r.Stream != 1 {
				t.Errorf("connect() is of connection %d, want 1", r.Stream)
			}
		case ladder.RowArrow:
			if r.Stream == 1 && (len(r.Alive) == 0 || r.Alive[0] != tcpstate.SynSent) {
				t.Errorf("in the caller's lane %v are alive, want SYN-SENT", r.Alive)
			}
		default:
		}
	}
	want := []ladder.RowKind{ladder.RowOpening, ladder.RowArrow, ladder.RowOpening, ladder.RowCall, ladder.RowArrow, ladder.RowConnection}
	if len(kinds) != len(want) {
		t.Fatalf("rows %v, want %v", kinds, want)
	}
	for i := range want {
		if kinds[i] != want[i] {
			t.Fatalf("rows %v, want %v", kinds, want)
		}
	}
}

// A connect() that sends nothing does not hold the ladder up.
func TestDialWithoutSegment(t *testing.T) {
	t.Parallel()
	var s script
	s.call(-1, "connect", "")
	s.call(-1, "connect", "no route to host")
	b := ladder.New(ladder.Options{})
	var rows []ladder.Row
	for i := range s.events {
		rows = append(rows, b.Add(&s.events[i])...)
	}
	if len(rows) != 1 || rows[0].Kind != ladder.RowCall {
		t.Errorf("%d rows are out once the result is known, want the connect()", len(rows))
	}
}

// Ties are letters in the order in which the page shows them.
func TestTiesInOrder(t *testing.T) {
	t.Parallel()
	var s script
	unnumbered := func(wire uint64, fromServer bool) {
		s.leave(wire, fromServer, tcpstate.SYN)
		s.events[len(s.events)-1].Frame = 0
	}
	for wire := uint64(1); wire < 9; wire += 4 {
		unnumbered(wire, false)
		unnumbered(wire+1, true)
		s.fate(wire+1, trace.Dropped) // it crossed, and has no tie to show
		s.arrive(wire, false)
		unnumbered(wire+2, false)
		unnumbered(wire+3, true)
		s.arrive(wire+2, false)
		s.arrive(wire+3, true)
	}
	next := 'a'
	for _, r := range s.rows(ladder.Options{}) {
		if r.Arrow != nil && r.Arrow.Part == ladder.Departure {
			if r.Arrow.Tie != string(next) {
				t.Errorf("tie %q, want %q", r.Arrow.Tie, string(next))
			}
			next++
		}
	}
	if next == 'a' {
		t.Error("nothing crossed")
	}
}
