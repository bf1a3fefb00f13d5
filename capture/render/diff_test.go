package render

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
)

func segmentsOf(r *rand.Rand, n int) []DiffSegment {
	all := make([]DiffSegment, n)
	for i := range all {
		all[i] = DiffSegment{Frame: i + 1, SinceUS: int64(i) * 1000, Seq: uint32(r.IntN(4)), Ack: uint32(r.IntN(2)), Len: r.IntN(2)}
	}
	return all
}

// Every segment of both sides stands in the rows once, in its own order; what is
// called the same is; and what differs names what.
func TestAlignKeepsBothSides(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		left, right := segmentsOf(r, r.IntN(12)), segmentsOf(r, r.IntN(12))
		l, n := 0, 0
		for _, row := range Align(left, right) {
			if row.Left != nil {
				if row.Left != &left[l] {
					t.Fatalf("seed %d: left %d is out of order", seed, l)
				}
				l++
			}
			if row.Right != nil {
				if row.Right != &right[n] {
					t.Fatalf("seed %d: right %d is out of order", seed, n)
				}
				n++
			}
			both := row.Left != nil && row.Right != nil
			switch row.Kind {
			case "same":
				if !both || !alike(row.Left, row.Right) {
					t.Fatalf("seed %d: %+v is called the same", seed, row)
				}
			case "changed":
				if !both || len(row.Changed) == 0 {
					t.Fatalf("seed %d: %+v is called changed", seed, row)
				}
			default:
				if both {
					t.Fatalf("seed %d: %+v is on both sides", seed, row)
				}
			}
		}
		if l != len(left) || n != len(right) {
			t.Fatalf("seed %d: %d of %d left, %d of %d right", seed, l, len(left), n, len(right))
		}
	}
}

// A connection beside itself is the same throughout, and no line is too wide.
func TestDiffOfOne(t *testing.T) {
	t.Parallel()
	s := DiffSide{Name: "a\x1b[31m.pcapng", Segments: segmentsOf(rand.New(rand.NewPCG(1, 1)), 40)}
	var out bytes.Buffer
	if err := DiffText(&out, s, s, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "in both: 40, left alone: 0, right alone: 0, changed: 0") {
		t.Errorf("%s", out.String())
	}
	for line := range strings.Lines(out.String()) {
		if cells(strings.TrimRight(line, "\n")) > 80 || strings.Contains(line, "\x1b") {
			t.Errorf("%q", line)
		}
	}
}

// TestDiffCell: where there is too little room, no number is cut, and what differs most
// often stays.
func TestDiffCell(t *testing.T) {
	t.Parallel()
	s := &DiffSegment{SinceUS: 140000, Seq: 75, Ack: 255, Len: 209, flags: tcpstate.PSH | tcpstate.ACK}
	for room, want := range map[int]string{
		60: " 0.1400 → PSH,ACK 75 ack=255 len=209",
		33: " 0.1400 → PSH 75 ack=255 len=209",
		31: " 0.1400 → PSH,ACK 75 len=209",
		27: " 0.1400 → PSH 75 len=209",
	} {
		if got := diffCell(s, room, 7, false); got != want {
			t.Errorf("%d cells: %q, not %q", room, got, want)
		}
	}
}

// Of a path too long for a heading its end stays, and the connection's number; times
// stand in a column.
func TestDiffHeading(t *testing.T) {
	t.Parallel()
	s := DiffSide{Name: "/a/long/path/of/many/parts/to/the/very/same.pcapng", Segments: []DiffSegment{
		{SinceUS: 1}, {SinceUS: 12_345_678, Seq: 123456, Ack: 1234567, Len: 1448, flags: tcpstate.PSH | tcpstate.ACK},
	}}
	other := s
	other.Stream = 12
	var out bytes.Buffer
	if err := DiffText(&out, s, other, Options{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if !strings.Contains(lines[0], "to/the/very/same.pcapng #0 ") || !strings.HasSuffix(lines[0], "the/very/same.pcapng #12") {
		t.Errorf("%q", lines[0])
	}
	if !strings.HasPrefix(lines[1], " 0.0000 →") || !strings.HasPrefix(lines[2], "12.3457 → PSH,ACK 123456 len=1448") {
		t.Errorf("%q", lines[1:3])
	}
}
