package ladder_test

import (
	"fmt"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Where messages are the arrows, the ends remember their connection all the same,
// and each message shows the states that they came into since the one before it;
// messages stand in the order of their times, whenever it is known what they are.
func TestMessagesRememberToo(t *testing.T) {
	t.Parallel()
	x := &script{}
	observe := func(frame int, fromServer bool, r tcpstate.Reading) {
		from, to := ends(fromServer)
		if r.From = tcpstate.Client; fromServer {
			r.From = tcpstate.Server
		}
		x.add(trace.Event{Kind: trace.KindSegment, Frame: frame, From: from, To: to, Segment: &trace.Segment{Reading: r}})
	}
	say := func(fromServer bool) trace.Event {
		from, to := ends(fromServer)
		return trace.Event{Kind: trace.KindMessage, From: from, To: to, Message: &http1.Message{Request: !fromServer}}
	}
	change := func(who tcpstate.End, to tcpstate.State, basis tcpstate.Basis) tcpstate.Reading {
		return tcpstate.Reading{Changes: []tcpstate.Change{{End: who, To: to, Basis: basis}}}
	}
	observe(1, true, change(tcpstate.Client, tcpstate.Established, tcpstate.Assumed))
	observe(2, true, change(tcpstate.Server, tcpstate.SynReceived, tcpstate.Inferred))
	observe(3, false, change(tcpstate.Server, tcpstate.Established, tcpstate.Assumed))
	observe(4, false, tcpstate.Reading{Settled: []tcpstate.Settlement{{End: tcpstate.Client, State: tcpstate.Established, Frame: 1}}})
	request := say(false)
	x.add(request)
	request = x.events[len(x.events)-1]
	x.events = x.events[:len(x.events)-1] // it is told of at the end
	observe(5, true, tcpstate.Reading{Settled: []tcpstate.Settlement{{End: tcpstate.Server, State: tcpstate.Established, Frame: 3}}})
	observe(6, true, change(tcpstate.Server, tcpstate.FinWait1, tcpstate.Inferred))
	x.add(say(true))
	x.events = append(x.events, request)
	observe(7, true, change(tcpstate.Client, tcpstate.Closed, tcpstate.Inferred))
	got := ""
	for _, r := range x.rows(ladder.Options{Detail: ladder.DetailMessages, Lanes: []trace.Participant{alice, bob}}) {
		if r.Kind != ladder.RowArrow {
			continue
		}
		got += fmt.Sprint("request=", r.Event.Message.Request, " alive=", r.Alive)
		for _, m := range r.States {
			got += fmt.Sprint(", lane ", m.Lane, " ", m.To, " assumed=", m.Basis == tcpstate.Assumed)
		}
		got += fmt.Sprintln(", proofs", len(r.Proofs))
	}
	want := "request=true alive=[ESTABLISHED ESTABLISHED], lane 0 ESTABLISHED assumed=false, lane 1 ESTABLISHED assumed=true, proofs 1\n" +
		"request=false alive=[ESTABLISHED FIN-WAIT-1], lane 1 FIN-WAIT-1 assumed=false, proofs 1\n"
	if got != want {
		t.Errorf("%swant\n%s", got, want)
	}
}
