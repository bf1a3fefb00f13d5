package ladder_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var carol = trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:40002")}

// reports is a change of state that who's system told, of a connection that no
// segment has given a number.
func (s *script) reports(who, peer trace.Participant, from, to tcpstate.State, kind tcpstate.TriggerKind) {
	c := &trace.StateChange{Cause: trace.Cause{Kind: kind}}
	c.Change.From, c.To, c.Basis, c.Trigger.Kind = from, to, tcpstate.Observed, kind
	s.add(trace.Event{Kind: trace.KindState, Stream: -1, From: who, To: peer, State: c})
}

func alive(rows []ladder.Row, kinds ...ladder.RowKind) (states []string) {
	for _, r := range rows {
		if slices.Contains(kinds, r.Kind) {
			states = append(states, fmt.Sprint(r.Alive))
		}
	}
	return states
}

// TestConnectionsWithoutNumbers: the end of one is not that of another in the same
// lane, nor is that of a listener.
func TestConnectionsWithoutNumbers(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.reports(alice, bob, tcpstate.Closed, tcpstate.Established, tcpstate.OnPoll)
	x.reports(carol, bob, tcpstate.Closed, tcpstate.Established, tcpstate.OnPoll)
	x.reports(carol, bob, tcpstate.Established, tcpstate.Closed, tcpstate.OnPoll)
	x.reports(bob, trace.Participant{}, tcpstate.Closed, tcpstate.Listen, tcpstate.OnPoll)
	x.reports(bob, alice, tcpstate.Listen, tcpstate.Established, tcpstate.OnPoll)
	x.reports(bob, trace.Participant{}, tcpstate.Listen, tcpstate.Closed, tcpstate.OnPoll)
	got := alive(x.rows(ladder.Options{}), ladder.RowState)
	if want := []string{"[ESTABLISHED]", "[ESTABLISHED]", "[ESTABLISHED]", "[ESTABLISHED]", "[ESTABLISHED ESTABLISHED]", "[ESTABLISHED ESTABLISHED]"}; !slices.Equal(got, want) {
		t.Errorf("alive by row: %v, want %v", got, want)
	}
}

// TestOldTimeWait: a connection from before the capture is remembered while a new
// one begins beside it.
func TestOldTimeWait(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.reports(carol, bob, tcpstate.Unknown, tcpstate.TimeWait, tcpstate.OnPoll)
	x.leave(0, false, syn)
	x.events[1].Segment.Changes = []tcpstate.Change{{End: tcpstate.Client, From: tcpstate.Closed, To: tcpstate.SynSent, Basis: tcpstate.Inferred}}
	got := alive(x.rows(ladder.Options{}), ladder.RowState, ladder.RowArrow)
	if want := []string{"[TIME-WAIT]", "[SYN-SENT unknown]"}; !slices.Equal(got, want) {
		t.Errorf("alive by row: %v, want %v", got, want)
	}
}

// TestPolledStateHasItsRow: the system does not say that a call has made a state,
// and was asked later. What a call itself has told stands in its row.
func TestPolledStateHasItsRow(t *testing.T) {
	t.Parallel()
	for kind, own := range map[tcpstate.TriggerKind]bool{tcpstate.OnPoll: true, tcpstate.OnCall: false} {
		x := &script{}
		x.add(trace.Event{Kind: trace.KindCall, Stream: -1, From: alice, To: bob, Call: &trace.Call{Name: "connect", Result: "connected"}})
		x.reports(alice, bob, tcpstate.Closed, tcpstate.Established, kind)
		got := slices.ContainsFunc(x.rows(ladder.Options{}), func(r ladder.Row) bool { return r.Kind == ladder.RowState })
		if got != own {
			t.Errorf("told by %v: a row of its own %v", kind, got)
		}
	}
}

// TestListenStandsAboveTheSYN: where somebody is known to listen, a further
// connection begins with that; below its SYN it would look like the SYN's doing.
func TestListenStandsAboveTheSYN(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		x := &script{}
		if known {
			x.reports(bob, trace.Participant{}, tcpstate.Closed, tcpstate.Listen, tcpstate.OnPoll)
		}
		for stream := range 2 {
			at := len(x.events)
			x.leave(0, false, syn)
			x.leave(0, true, syn|ack)
			x.events[at+1].Segment.Changes = []tcpstate.Change{
				{End: tcpstate.Server, From: tcpstate.Listen, To: tcpstate.SynReceived, Basis: tcpstate.Inferred},
				{End: tcpstate.Server, From: tcpstate.SynReceived, To: tcpstate.Established, Basis: tcpstate.Inferred},
			}
			for i := range x.events[at:] {
				x.events[at+i].Stream = stream
				if x.events[at+i].Segment != nil {
					x.events[at+i].Segment.Reading.From = tcpstate.End(i)
				}
			}
		}
		var got []string
		for _, r := range x.rows(ladder.Options{}) {
			switch {
			case r.Stream != 1:
			case r.Kind == ladder.RowOpening:
				got = append(got, fmt.Sprint("opening ", len(r.States)))
			case r.Kind == ladder.RowArrow:
				got = append(got, "segment")
			default:
			}
		}
		want := []string{"opening 0", "segment", "segment"}
		if known {
			want[0] = "opening 1"
		}
		if !slices.Equal(got, want) {
			t.Errorf("the second connection, listener known %v: %q, want %q", known, got, want)
		}
	}
}

// TestListenerGoneAfterACallWithoutNumber: nor does the row of a connection's call
// swallow it where no segment has given the connection a number.
func TestListenerGoneAfterACallWithoutNumber(t *testing.T) {
	t.Parallel()
	x := &script{}
	x.add(trace.Event{Kind: trace.KindCall, Stream: -1, From: bob, To: alice, Call: &trace.Call{Name: "close"}})
	x.reports(bob, trace.Participant{}, tcpstate.Listen, tcpstate.Closed, tcpstate.OnPoll)
	rows := x.rows(ladder.Options{})
	if last := rows[len(rows)-1]; last.Kind != ladder.RowState {
		t.Errorf("the last row is %+v", last)
	}
}
