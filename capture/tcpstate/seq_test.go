package tcpstate_test

import (
	"testing"
	"testing/quick"

	"statelab/capture/tcpstate"
)

// half is the largest distance that can be told from going the other way round.
const half = 1<<31 - 1

func TestSeqOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b   tcpstate.Seq
		before bool
	}{
		{0, 1, true},
		{1, 0, false},
		{5, 5, false},
		{0xffffffff, 0, true}, // across the wrap
		{0xfffffff0, 0x10, true},
		{0x10, 0xfffffff0, false},
		{0, half, true},
		{half, 0, false},
	} {
		if got := tt.a.Before(tt.b); got != tt.before {
			t.Errorf("%#x before %#x: %v", tt.a, tt.b, got)
		}
		if got := tt.b.After(tt.a); got != tt.before {
			t.Errorf("%#x after %#x: %v", tt.b, tt.a, got)
		}
	}
}

func TestSeqWindow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s, start tcpstate.Seq
		size     uint32
		in       bool
	}{
		{10, 10, 1, true},
		{11, 10, 1, false},
		{9, 10, 100, false},
		{10, 10, 0, false}, // nothing is in an empty window
		{0x05, 0xfffffffe, 8, true},
		{0x06, 0xfffffffe, 8, false},
	} {
		if got := tt.s.In(tt.start, tt.size); got != tt.in {
			t.Errorf("%#x in [%#x, +%d): %v", tt.s, tt.start, tt.size, got)
		}
	}
}

// TestSeqProperties holds what sequence arithmetic promises wherever on the
// circle it begins.
func TestSeqProperties(t *testing.T) {
	t.Parallel()
	for name, property := range map[string]any{
		"Sub undoes Add": func(s tcpstate.Seq, n uint32) bool {
			return s.Add(n%half).Sub(s) == int32(n%half)
		},
		"what is added to lies before": func(s tcpstate.Seq, n uint32) bool {
			n = n%half + 1
			return s.Before(s.Add(n)) && !s.After(s.Add(n)) && !s.Add(n).Before(s)
		},
		"one of three": func(s tcpstate.Seq, n uint32) bool {
			o := s.Add(n % half)
			count := 0
			for _, holds := range []bool{s.Before(o), s.After(o), s == o} {
				if holds {
					count++
				}
			}
			return count == 1
		},
		"order does not depend on the place": func(s, turn tcpstate.Seq, n uint32) bool {
			o := s.Add(n % half)
			return s.Before(o) == (s + turn).Before(o+turn)
		},
		"a window is its octets": func(start tcpstate.Seq, size, n uint32) bool {
			return start.Add(n).In(start, size) == (n < size)
		},
	} {
		if err := quick.Check(property, &quick.Config{MaxCount: 2000}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSegLen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		flags tcpstate.Flags
		n     int
		want  uint32
	}{
		{tcpstate.ACK, 0, 0},
		{tcpstate.SYN, 0, 1},
		{tcpstate.FIN | tcpstate.ACK, 5, 6},
		{tcpstate.SYN | tcpstate.FIN, 3, 5},
	} {
		s := tcpstate.Segment{Seq: 0xffffffff, Flags: tt.flags, Len: tt.n}
		if got := s.SegLen(); got != tt.want {
			t.Errorf("SEG.LEN of flags %#x with %d octets is %d, want %d", tt.flags, tt.n, got, tt.want)
		}
		if got := s.End(); got != s.Seq+tcpstate.Seq(tt.want) {
			t.Errorf("the end of flags %#x with %d octets is %#x", tt.flags, tt.n, got)
		}
	}
}
