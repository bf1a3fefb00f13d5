package ladder_test

import (
	"reflect"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// said tells an HTTP message of frames first to last.
func (s *script) said(first, last int) {
	s.add(trace.Event{Kind: trace.KindMessage, Frame: last, From: alice, To: bob, Message: &http1.Message{Request: true, Span: http1.Span{FirstFrame: first, LastFrame: last}}})
}

// A handshake is one row with the states that it leads to; a message has its
// frames; what was lost and sent again is counted where it is left out.
func TestFoldSegments(t *testing.T) {
	t.Parallel()
	var s script
	s.leave(1, false, tcpstate.SYN)
	s.become(alice, tcpstate.Closed, tcpstate.SynSent, tcpstate.OnSend)
	s.arrive(1, false)
	s.leave(2, true, tcpstate.SYN|tcpstate.ACK)
	s.arrive(2, true)
	s.become(alice, tcpstate.SynSent, tcpstate.Established, tcpstate.OnReceive)
	s.leave(3, false, tcpstate.PSH|tcpstate.ACK)
	s.fate(3, trace.Dropped)
	s.leave(4, false, tcpstate.PSH|tcpstate.ACK)
	s.arrive(4, false)
	s.said(4, 4)
	s.leave(5, true, tcpstate.ACK)
	s.arrive(5, true)
	s.leave(6, true, tcpstate.RST)
	s.arrive(6, true)
	rows := s.rows(ladder.Options{FoldSegments: true})

	var kinds []ladder.RowKind
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
	}
	if want := []ladder.RowKind{ladder.RowOpening, ladder.RowFolded, ladder.RowMessage, ladder.RowFolded}; !reflect.DeepEqual(kinds, want) {
		t.Fatalf("rows %v, want %v", kinds, want)
	}
	open, message, reset := rows[1], rows[2], rows[3]
	if f := open.Folding; f.First != 1 || f.Last != 2 || !f.Opens || f.Closes || f.Troubled() {
		t.Errorf("opening: %+v", f)
	}
	if first := s.rows(ladder.Options{})[0]; !open.At.After(first.At) || open.At.After(message.At) || open.Since-first.Since != open.At.Sub(first.At) {
		t.Errorf("it opened at %v (%v), its first segment left at %v, its first message was whole at %v", open.At, open.Since, first.At, message.At)
	}
	if len(open.States) != 1 || open.States[0].To != tcpstate.Established || open.Holds[0] != 1 {
		t.Errorf("opening leads to %+v, holding %v; want the last state alone", open.States, open.Holds)
	}
	if f := message.Folding; f.First != 4 || f.Last != 4 || f.Lost != 1 {
		t.Errorf("message: %+v, want frame 4 and one lost", f)
	}
	if f := reset.Folding; f.Resets != 1 || f.First != 6 {
		t.Errorf("a reset is folded away: %+v", f)
	}
}

// Whatever is folded, each end comes into the state that it comes into unfolded,
// and the memory reported is the same.
func TestFoldSegmentsKeepsStates(t *testing.T) {
	t.Parallel()
	var s script
	s.call(-1, "listen", "")
	s.leave(1, false, tcpstate.SYN)
	s.become(alice, tcpstate.Closed, tcpstate.SynSent, tcpstate.OnSend)
	s.arrive(1, false)
	s.become(bob, tcpstate.Listen, tcpstate.SynReceived, tcpstate.OnReceive)
	s.add(trace.Event{Kind: trace.KindMemory, From: bob, Memory: &trace.Memory{Entries: []trace.Entry{{Name: "TCB", Bytes: 8}}}})
	s.leave(2, true, tcpstate.SYN|tcpstate.ACK)
	s.arrive(2, true)
	s.become(alice, tcpstate.SynSent, tcpstate.Established, tcpstate.OnReceive)
	s.said(2, 2)
	s.leave(3, false, tcpstate.ACK)
	s.arrive(3, false)
	s.become(bob, tcpstate.SynReceived, tcpstate.Established, tcpstate.OnReceive)
	s.leave(4, false, tcpstate.FIN|tcpstate.ACK)
	s.become(alice, tcpstate.Established, tcpstate.FinWait1, tcpstate.OnSend)
	s.arrive(4, false)
	s.become(bob, tcpstate.Established, tcpstate.CloseWait, tcpstate.OnReceive)

	at := func(o ladder.Options) (states []map[int]tcpstate.State, memories int) {
		now := map[int]tcpstate.State{}
		for _, r := range s.rows(o) {
			for _, m := range r.States {
				now[m.Lane] = m.To
			}
			if r.Kind == ladder.RowMemory {
				memories++
			}
			if r.Kind == ladder.RowMessage {
				states = append(states, map[int]tcpstate.State{0: now[0], 1: now[1]})
			}
		}
		return append(states, now), memories
	}
	plain, told := at(ladder.Options{})
	folded, toldFolded := at(ladder.Options{FoldSegments: true})
	if !reflect.DeepEqual(plain, folded) || told != toldFolded || told != 1 {
		t.Errorf("folded: states %v and %d memories; unfolded: %v and %d", folded, toldFolded, plain, told)
	}
}
