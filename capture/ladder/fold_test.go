package ladder_test

import (
	"fmt"
	"strings"
	"testing"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// data adds n segments of 100 bytes from the client, each with its ACK.
func (s *script) data(from, n int) {
	for i := range n {
		wire := uint64(from + 2*i)
		s.leave(wire, false, tcpstate.ACK)
		s.events[len(s.events)-1].Segment.Len = 100
		s.arrive(wire, false)
		s.leave(wire+1, true, tcpstate.ACK)
		s.arrive(wire+1, true)
	}
}

func (s *script) step(title string) {
	s.add(trace.Event{Kind: trace.KindNote, Stream: -1, Note: &trace.Note{Step: true, Text: trace.Text{En: title, Ko: title}}})
}

// folds returns the notes that stand for what was left out, and counts the
// arrows that were not.
func folds(rows []ladder.Row) (notes []string, arrows int) {
	for _, r := range rows {
		switch {
		case r.Kind == ladder.RowArrow:
			arrows++
		case r.Kind == ladder.RowNote && strings.HasPrefix(r.Event.Note.Text.En, "…"):
			notes = append(notes, r.Event.Note.Text.En)
		}
	}
	return notes, arrows
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		script func(*script)
		notes  string
		arrows int
	}{
		{"few are all shown", func(s *script) { s.data(1, 4) }, "", 8},
		{"many are counted", func(s *script) { s.data(1, 100) }, "… 194 more segments with 9700 bytes", 6},
		{
			"a step begins anew", func(s *script) { s.data(1, 10); s.step("next"); s.data(101, 10) },
			"… 14 more segments with 700 bytes|… 14 more segments with 700 bytes", 12,
		},
		{"a RST is always shown", func(s *script) {
			s.data(1, 10)
			s.leave(900, false, tcpstate.RST)
			s.arrive(900, false)
			s.data(101, 10)
		}, "… 14 more segments with 700 bytes|… 20 more segments with 1000 bytes", 7},
		{"the first losses are shown", func(s *script) {
			s.data(1, 10)
			for i := range uint64(5) {
				s.leave(900+i, false, tcpstate.ACK)
				s.fate(900+i, trace.Dropped)
			}
			s.data(101, 10)
		}, "… 14 more segments with 700 bytes|… 22 more segments with 1000 bytes, 2 of them lost", 9},
		{"a state is always shown", func(s *script) {
			s.data(1, 10)
			s.leave(900, false, tcpstate.ACK)
			s.arrive(900, false)
			s.become(bob, tcpstate.SynReceived, tcpstate.Established, tcpstate.OnReceive)
			s.events[len(s.events)-1].State.Cause.Wire = 900
			s.data(101, 2)
		}, "… 14 more segments with 700 bytes|… 4 more segments with 200 bytes", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s script
			c.script(&s)
			notes, arrows := folds(s.rows(ladder.Options{Fold: true}))
			if got := strings.Join(notes, "|"); got != c.notes || arrows != c.arrows {
				t.Errorf("%d arrows and %q, want %d and %q", arrows, got, c.arrows, c.notes)
			}
			if notes, _ := folds(s.rows(ladder.Options{})); len(notes) != 0 {
				t.Errorf("folded without being asked: %q", notes)
			}
		})
	}
}

func TestFoldInKorean(t *testing.T) {
	t.Parallel()
	var s script
	s.data(1, 10)
	for i := range uint64(5) {
		s.leave(900+i, false, tcpstate.ACK)
		s.fate(900+i, trace.Dropped)
	}
	s.data(101, 10)
	var notes []string
	for _, r := range s.rows(ladder.Options{Fold: true}) {
		if r.Kind == ladder.RowNote && strings.HasPrefix(r.Event.Note.Text.Ko, "…") {
			notes = append(notes, r.Event.Note.Text.Ko)
		}
	}
	if got, want := strings.Join(notes, "|"), "… 세그먼트 14개(700바이트) 더|… 세그먼트 22개(1000바이트, 손실 2개 포함) 더"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Nothing is left out without being counted: what is shown and what the notes
// count are all the segments there were.
func TestFoldCountsAll(t *testing.T) {
	t.Parallel()
	for n := range 60 {
		var s script
		s.data(1, n)
		s.step("next")
		s.data(1001, n/2)
		notes, shown := folds(s.rows(ladder.Options{Fold: true}))
		counted := 0
		for _, note := range notes {
			var k int
			if _, err := fmt.Sscanf(note, "… %d more segments", &k); err != nil {
				t.Fatalf("%q: %v", note, err)
			}
			counted += k
		}
		if want := 2*n + 2*(n/2); shown+counted != want {
			t.Errorf("%d exchanges: %d shown and %d counted, want %d", n, shown, counted, want)
		}
	}
}

// Of many connections the first two are shown and the others counted, all but a
// RST.
func TestFoldConnections(t *testing.T) {
	t.Parallel()
	var s script
	for i := range 20 {
		wire := uint64(10 * i)
		s.leave(wire+1, false, tcpstate.SYN)
		s.events[len(s.events)-1].Stream = i
		s.arrive(wire+1, false)
		s.events[len(s.events)-1].Stream = i
	}
	s.leave(900, true, tcpstate.RST)
	s.events[len(s.events)-1].Stream = 15
	s.arrive(900, true)
	s.events[len(s.events)-1].Stream = 15
	notes, arrows := folds(s.rows(ladder.Options{Fold: true}))
	if want := "… 18 more segments, 18 more connections"; len(notes) != 1 || notes[0] != want || arrows != 3 {
		t.Errorf("%d arrows and %q, want 3 and %q", arrows, notes, want)
	}
}
