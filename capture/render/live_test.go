package render_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

var (
	caller   = trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:40001")}
	listener = trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("10.0.0.2:7")}
)

func viewed(t *testing.T, view string, o render.Options, all ...trace.Event) string {
	t.Helper()
	f, ok := render.Choose(view, "text")
	if !ok {
		t.Fatalf("no %s as text", view)
	}
	var out bytes.Buffer
	if err := f.Render(&out, func(yield func(trace.Event, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A server that nobody has called stands in its own column, at the right.
func TestServerAlone(t *testing.T) {
	t.Parallel()
	c := &trace.StateChange{Cause: trace.Cause{Kind: tcpstate.OnPoll, Name: "poll"}}
	c.To = tcpstate.Listen
	out := viewed(t, "ladder", render.Options{Width: 80}, trace.Event{Kind: trace.KindState, At: time.Unix(1_700_000_000, 0), Stream: -1, From: listener, State: c})
	if !strings.Contains(out, "◆ ┊ LISTEN") || strings.Contains(out, "LISTEN ┊") {
		t.Errorf("the server is not at the right:\n%s", out)
	}
}

// Where a conversation is followed from a segment's arrival, its frame has the
// number under which it left: the time is said to be the arrival's.
func TestFollowSaysWhatItsTimeIs(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 0)
	event := func(kind trace.Kind, after time.Duration, wire uint64) trace.Event {
		s := &trace.Segment{}
		s.Time, s.Frame, s.Src, s.Dst = at.Add(after), 1, caller.Addr, listener.Addr
		s.Segment.Flags, s.Segment.Seq, s.Payload, s.Len = tcpstate.SYN, 1, []byte("x"), 1
		s.Conn = &tcpstate.Conn{Key: tcpstate.Key{Client: caller.Addr, Server: listener.Addr}}
		return trace.Event{Kind: kind, At: s.Time, Frame: 1, Wire: wire, From: caller, To: listener, Segment: s}
	}
	for _, c := range []struct {
		events []trace.Event
		lang   explain.Lang
		want   string
	}{
		{[]trace.Event{event(trace.KindSegment, 0, 1), event(trace.KindArrival, 10*time.Millisecond, 1)}, explain.English, "frame 1, arrives at 0.01000 s"},
		{[]trace.Event{event(trace.KindSegment, 0, 1), event(trace.KindArrival, 10*time.Millisecond, 1)}, explain.Korean, "프레임 1, 도착 0.01000 s"},
		{[]trace.Event{event(trace.KindSegment, 0, 0)}, explain.English, "frame 1, 0.00000 s"},
	} {
		if out := viewed(t, "follow", render.Options{Width: 120, Lang: c.lang}, c.events...); !strings.Contains(out, c.want) {
			t.Errorf("no %q in\n%s", c.want, out)
		}
	}
}
