package render

import (
	"strings"
	"testing"

	"statelab/capture/http1"
	"statelab/capture/ladder"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// A field of 4096 bytes does not tear a picture asunder that is as wide as what it
// shows; the opened row has all of it.
func TestLongFieldsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4096)
	row := ladder.Row{Kind: ladder.RowMessage, Lane: -1, Arrow: &ladder.Arrow{To: 1}}
	row.Event.Kind = trace.KindMessage
	row.Event.Message = &http1.Message{
		Request: true, Method: "GET", Target: "/" + long, Version: "HTTP/1.1",
		Fields: []http1.Field{{Name: "Cookie", Value: "a=" + long}},
	}
	lines := arrowLines(speaker{}, &row, false)
	for _, line := range lines {
		if cells(line) > arrowWidth {
			t.Errorf("a line of %d cells on an arrow: %s", cells(line), line)
		}
	}
	if len(lines) > 10 || !strings.HasPrefix(lines[0], "HTTP GET") {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	p := &painter{r: &report{o: &Options{}, lanes: make([]ladder.Lane, 2), order: []int{0, 1}}}
	var h htmlRow
	p.arrow(&h, &row)
	for _, s := range []string{h.Label.En, h.Label.Ko, h.Fields[0].En, h.Fields[0].Ko} {
		if cells(s) != maxSpoken || !strings.HasSuffix(s, "…") {
			t.Errorf("%d cells in the page: %s", cells(s), s)
		}
	}
	if told := messageLines(&row.Event); told[1] != "Cookie: a="+long {
		t.Errorf("the opened row has %d bytes of the cookie", len(told[1]))
	}
}

// A window that holds the peer back is told, and goes before a number of the ACK;
// what fills it tells of no window of its own.
func TestTightWindow(t *testing.T) {
	t.Parallel()
	seg := func(flags tcpstate.Flags, window uint32, length int) *trace.Segment {
		s := &trace.Segment{}
		s.Flags, s.Window, s.ScaledWindow, s.ScaleKnown, s.Relative, s.RelSeq, s.RelAck, s.Len = flags, uint16(window), window, true, true, 1, 1421, length
		s.Options.HasMSS, s.Options.MSS = true, 1460
		return s
	}
	full := seg(tcpstate.ACK, 2048, 628)
	full.Findings = []tcpstate.Finding{{Name: "window-full"}}
	unscaled := seg(tcpstate.ACK, 628, 0)
	unscaled.ScaleKnown = false
	for _, tt := range []struct {
		seg  *trace.Segment
		want string
	}{
		{seg(tcpstate.ACK, 628, 0), "ACK seq=1 ack=1421 win=628"},
		{seg(tcpstate.ACK, 2920, 0), "ACK seq=1 ack=1421"},
		{unscaled, "ACK seq=1 ack=1421"},
		{full, "window full ACK seq=1 ack=1421 len=628"},
		{seg(tcpstate.SYN|tcpstate.ACK, 2048, 0), "SYN,ACK seq=1 ack=1421 mss=1460 win=2048"},
		{seg(tcpstate.SYN|tcpstate.ACK, 65535, 0), "SYN,ACK seq=1 ack=1421 mss=1460"},
	} {
		if got := (speaker{}).label(tt.seg, "").full(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if got := (&text{}).pick((speaker{}).label(seg(tcpstate.ACK, 628, 0), "").forms(false), 20); got != "ACK ack=1421 win=628" {
		t.Errorf("in 20 cells %q", got)
	}
	if got := (speaker{}).label(seg(tcpstate.SYN|tcpstate.ACK, 2048, 0), "").unsaid("SYN,ACK seq=1 ack=1421", true)[0]; got != "mss=1460 win=2048" {
		t.Errorf("below the SYN,ACK %q", got)
	}
}
