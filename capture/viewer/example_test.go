package viewer_test

import (
	"fmt"

	"statelab/capture/render"
	"statelab/capture/viewer/viewertest"
)

// A connection, its ladder, the segment that was sent again, and its bytes.
func ExampleNew() {
	p := viewertest.Play(traceOf("small.pcap", small(), nil), render.Options{}, 80, 24)
	defer p.Model.Close()
	p.Press("enter", "f", "enter")
	for _, line := range p.Lines()[:7] {
		fmt.Println(line)
	}
	// Output:
	//  1 connections  2 findings  3 HTTP [4 ladder #0] 5 stream #0          small.pcap
	//  frame 5 · 2026-01-01 00:00:00.040000 UTC · 98 bytes
	//  The client sends bytes 1 to 44 again, first sent in frame 4: too soon for a
	//  retransmission timer to have run out.
	//  10 ms after frame 4; next seq 45 = 1 + 44 bytes  [RFC 9293 §3.8]
	// ────────────────────────────────────────────────────────────────────────────────
	// ▶ TCP (20 B)
}
