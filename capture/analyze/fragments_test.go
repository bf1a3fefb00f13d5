package analyze_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/trace"
)

// fragmented cuts a frame's IPv4 datagram in two behind n bytes of its payload.
func fragmented(f capture.Frame, n int) (first, last capture.Frame) {
	const header = 14 + 20
	first, last = f.Clone(), f.Clone()
	first.Data = first.Data[:header+n]
	last.Data = append(slices.Clone(last.Data[:header]), last.Data[header+n:]...)
	binary.BigEndian.PutUint16(first.Data[14+6:], 0x2000)
	binary.BigEndian.PutUint16(last.Data[14+6:], uint16(n/8))
	for _, f := range []*capture.Frame{&first, &last} {
		binary.BigEndian.PutUint16(f.Data[14+2:], uint16(len(f.Data)-14))
		f.Length = len(f.Data)
	}
	return first, last
}

// TestFragments: the segment belongs to the frame that completes its datagram; a
// datagram that never becomes whole is told at the end.
func TestFragments(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	b.data(100)
	first, last := fragmented(b.frames[3], 64)
	for _, test := range []struct {
		name       string
		frames     []capture.Frame
		segments   int
		incomplete int
	}{
		{"both", []capture.Frame{first, last}, 4, 0},
		{"the last first", []capture.Frame{last, first}, 4, 0},
		{"one", []capture.Frame{first}, 3, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			frames := slices.Concat(slices.Clone(b.frames[:3]), test.frames)
			for i := range frames {
				frames[i].Number = i + 1
			}
			events, err := tell(t, analyze.Run(source(frames, nil), nil))
			if err != nil {
				t.Fatal(err)
			}
			totals := events[len(events)-1].Totals
			if totals.Segments != test.segments || totals.Others["IPv4 fragment"] != 1 || totals.Incomplete != test.incomplete {
				t.Errorf("totals %+v", totals)
			}
			at := 0
			for _, e := range events {
				if e.Kind == trace.KindSegment && e.Segment.Len == 100 {
					at = e.Frame
				}
			}
			if want := 5 * (test.segments - 3); at != want {
				t.Errorf("the segment is in frame %d, want %d", at, want)
			}
		})
	}
}
