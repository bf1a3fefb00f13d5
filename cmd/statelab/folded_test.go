package main

import (
	"net/netip"
	"strings"
	"testing"

	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
	"statelab/httpdemo"
)

// Where segments are folded, a frame stands in one row, a row that is not of the
// connection above it says so, a range tells of gaps where there are any, and nobody
// closes before what he has said.
func TestFoldedFramesStandInOneRow(t *testing.T) {
	t.Parallel()
	type end struct {
		stream int
		addr   netip.AddrPort
	}
	folded, apart, ranges, closed := 0, 0, 0, 0
	for _, l := range httpdemo.Lessons() {
		if l.Run == nil {
			continue
		}
		p := performed(t, l)
		stands, of, above := map[int]bool{}, map[int]int{}, -1
		fins, silent := map[int]end{}, map[end]bool{}
		b := ladder.New(ladder.Options{FoldSegments: true})
		check := func(rows []ladder.Row) {
			for _, r := range rows {
				if r.Kind == ladder.RowFolded {
					folded++
					if away := above >= 0 && above != r.Stream; away != r.Apart {
						t.Errorf("%s: a row of connection %d below one of %d: apart is %v", l.Name, r.Stream+1, above+1, r.Apart)
					} else if away {
						apart++
					}
					for n := r.Folding.First; n > 0 && n <= r.Folding.Last; n++ {
						switch s, known := of[n]; {
						case known && s != r.Stream && !r.Folding.Gaps:
							t.Errorf("%s: frame %d of connection %d is in a row of %d", l.Name, n, s+1, r.Stream+1)
						case known && s == r.Stream && stands[n]:
							t.Errorf("%s: frame %d stands in two rows", l.Name, n)
						case known && s == r.Stream:
							stands[n] = true
						}
					}
				}
				if r.Kind == ladder.RowMessage {
					if silent[end{r.Stream, r.Event.From.Addr}] {
						t.Errorf("%s: frame %d of connection %d is told of after its sender's FIN", l.Name, r.Frame, r.Stream+1)
					}
					own := map[int]bool{}
					for _, n := range r.Folding.Frames {
						own[n] = true
						if of[n] != r.Stream {
							t.Errorf("%s: a message of connection %d has frame %d, of %d", l.Name, r.Stream+1, n, of[n]+1)
						}
					}
					for n := r.Folding.First; n > 0 && n < r.Folding.Last; n++ {
						if ranges++; !own[n] && !r.Folding.Gaps {
							t.Errorf("%s: frame %d is none of a message of frames %d to %d", l.Name, n, r.Folding.First, r.Folding.Last)
						}
					}
				}
				if r.Kind == ladder.RowFolded {
					for _, n := range r.Folding.Frames {
						if who, ok := fins[n]; ok {
							silent[who] = true
							closed++
						}
					}
				}
				if r.Kind == ladder.RowFolded || r.Kind == ladder.RowMessage || r.Kind == ladder.RowOpening && r.First {
					above = r.Stream
				}
			}
		}
		for e, err := range p.events(vantageClient) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Kind == trace.KindSegment && e.Frame > 0 {
				of[e.Frame] = e.Stream
				if e.Segment.Flags.Has(tcpstate.FIN) {
					fins[e.Frame] = end{e.Stream, e.From.Addr}
				}
			}
			check(b.Add(&e))
		}
		check(b.Flush())
	}
	if folded < 100 || apart == 0 || ranges < 100 || closed < 50 {
		t.Errorf("%d folded rows, %d of them of another connection than the one above; %d frames in ranges, %d FINs", folded, apart, ranges, closed)
	}
	if page := output(t, "http", "demo", "cart", "--color", "never", "--lang", "en"); !strings.Contains(page, ":52911 TCP closes") {
		t.Error("a row below another connection's divider does not name its own")
	}
}
