package ladder_test

import (
	"fmt"
	"reflect"
	"slices"
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
	if len(open.States) != 1 || open.States[0].To != tcpstate.Established || open.Alive[0] != tcpstate.Established {
		t.Errorf("opening leads to %+v, with %v alive; want the last state alone", open.States, open.Alive)
	}
	if f := message.Folding; f.First != 4 || f.Last != 4 || f.Lost != 1 {
		t.Errorf("message: %+v, want frame 4 and one lost", f)
	}
	if f := reset.Folding; f.Resets != 1 || f.First != 6 {
		t.Errorf("a reset is folded away: %+v", f)
	}
}

// A finding of a bare ACK is not folded away: the next message of its connection bears
// it, and where there is none, it has a row.
func TestFoldSegmentsKeepsFindings(t *testing.T) {
	t.Parallel()
	var s script
	found := func(wire uint64, names ...string) {
		s.leave(wire, true, tcpstate.ACK, names...)
		s.arrive(wire, true)
	}
	found(1, tcpstate.FoundZeroWindow)
	found(2, tcpstate.FoundDuplicateAck)
	found(3, tcpstate.FoundDuplicateAck)
	found(4, tcpstate.FoundDuplicateAck, tcpstate.FoundSimultaneousOpen) // which denies it
	s.leave(5, false, tcpstate.PSH|tcpstate.ACK)
	s.arrive(5, false)
	s.said(5, 5)
	found(6)
	found(7, tcpstate.FoundWindowUpdate)
	var got []string
	for _, r := range s.rows(ladder.Options{FoldSegments: true}) {
		if r.Folding != nil {
			got = append(got, fmt.Sprint(r.Kind == ladder.RowMessage, r.Folding.Found, r.Folding.Troubled()))
		}
	}
	want := []string{"true [{zero-window 1} {duplicate-ack 2} {simultaneous-open 1}] false", "false [{window-update 1}] false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
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

// on has the last event be of another connection.
func (s *script) on(stream int) { s.events[len(s.events)-1].Stream = stream }

// octets sends a segment with n octets.
func (s *script) octets(wire uint64, fromServer bool, n int) {
	s.leave(wire, fromServer, tcpstate.PSH|tcpstate.ACK)
	s.events[len(s.events)-1].Segment.Len = n
}

// A message's range has gaps where what lies between is not its own: an ACK of its
// connection is, another connection's segment and another message's are not.
func TestFoldSegmentsGaps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		between func(*script)
		gaps    bool
		frames  []int
	}{
		"an ACK":             {func(s *script) { s.leave(2, true, tcpstate.ACK); s.arrive(2, true) }, false, []int{1, 2, 3}},
		"another connection": {func(s *script) { s.leave(2, true, tcpstate.ACK); s.on(1); s.arrive(2, true); s.on(1) }, true, []int{1, 3}},
		"another message":    {func(s *script) { s.octets(2, true, 9); s.arrive(2, true) }, true, []int{1, 3}},
		"another's message": {func(s *script) {
			s.leave(2, true, tcpstate.ACK)
			s.arrive(2, true)
			s.said(0, 0)
			s.on(1)
		}, false, []int{1, 2, 3}},
	} {
		var s script
		s.octets(1, false, 9)
		s.arrive(1, false)
		c.between(&s)
		s.octets(3, false, 9)
		s.arrive(3, false)
		s.said(1, 3)
		for _, r := range s.rows(ladder.Options{FoldSegments: true}) {
			if r.Kind != ladder.RowMessage || r.Stream != 0 {
				continue
			}
			if f := r.Folding; f.First != 1 || f.Last != 3 || f.Gaps != c.gaps || !reflect.DeepEqual(f.Frames, c.frames) {
				t.Errorf("%s between: %+v, want gaps %v in %v", name, f, c.gaps, c.frames)
			}
		}
	}
}

// Who answers and closes at once, is seen to do so in this order, whatever another
// connection tells before the answer is there.
func TestFoldSegmentsClosesBehindItsAnswer(t *testing.T) {
	t.Parallel()
	for _, crossed := range []bool{false, true} {
		var s script
		s.octets(1, true, 9)
		s.leave(2, true, tcpstate.FIN|tcpstate.ACK)
		s.become(bob, tcpstate.Established, tcpstate.FinWait1, tcpstate.OnSend)
		if crossed {
			s.leave(9, false, tcpstate.ACK)
		}
		s.said(0, 0)
		s.on(1)
		s.arrive(1, true)
		s.add(trace.Event{Kind: trace.KindMessage, Frame: 1, From: bob, To: alice, Message: &http1.Message{Span: http1.Span{FirstFrame: 1, LastFrame: 1}}})
		s.said(0, 0)
		s.on(1)
		s.arrive(2, true)
		s.events[len(s.events)-1].Segment.Flags = tcpstate.FIN | tcpstate.ACK
		var got []string
		for _, r := range s.rows(ladder.Options{FoldSegments: true}) {
			switch {
			case r.Kind == ladder.RowMessage && r.Stream == 0:
				got = append(got, "answer")
			case r.Kind == ladder.RowMessage:
				got = append(got, "other")
			case r.Kind == ladder.RowFolded && r.Folding.Closes:
				got = append(got, "closes")
				if last := s.events[len(s.events)-1]; !r.At.Equal(last.At) {
					t.Errorf("crossed %v: it stands at %v, and is done at %v", crossed, r.At, last.At)
				}
			}
		}
		if want := []string{"other", "answer", "other", "closes"}; !reflect.DeepEqual(got, want) {
			t.Errorf("crossed %v: %v, want %v", crossed, got, want)
		}
	}
}

// A call by which no segment has left yet stands at its own lane; an end whose state
// is told for the first time does not come between a call and its segment.
func TestFoldSegmentsCalls(t *testing.T) {
	t.Parallel()
	tell := func(between func(*script)) (kinds []ladder.RowKind) {
		var s script
		s.call(0, "connect", "waits")
		s.become(alice, tcpstate.Closed, tcpstate.SynSent, tcpstate.OnCall)
		between(&s)
		s.leave(1, false, tcpstate.SYN)
		s.arrive(1, false)
		s.become(bob, tcpstate.Listen, tcpstate.SynReceived, tcpstate.OnReceive)
		s.said(0, 0)
		for _, r := range s.rows(ladder.Options{FoldSegments: true}) {
			if r.Kind != ladder.RowOpening {
				kinds = append(kinds, r.Kind)
			}
			if r.Kind == ladder.RowCall && (r.Lane != 0 || len(r.States) != 1) {
				t.Errorf("the call is of lane %d, with %+v", r.Lane, r.States)
			}
			if r.Kind == ladder.RowFolded && (r.Arrow == nil || r.Folding.First != 1) {
				t.Errorf("a folded row without its segment: %+v", r.Folding)
			}
		}
		return kinds
	}
	if got, want := tell(func(*script) {}), []ladder.RowKind{ladder.RowFolded, ladder.RowMessage}; !reflect.DeepEqual(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	note := func(s *script) {
		s.add(trace.Event{Kind: trace.KindNote, Note: &trace.Note{}})
	}
	if got, want := tell(note), []ladder.RowKind{ladder.RowCall, ladder.RowNote, ladder.RowFolded, ladder.RowMessage}; !reflect.DeepEqual(got, want) {
		t.Errorf("with a note between: rows %v, want %v", got, want)
	}
}
