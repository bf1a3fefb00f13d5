package tcpstate_test

import (
	"slices"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
)

func TestFigureIsTheRFCs(t *testing.T) {
	t.Parallel()
	// The arrows of Figure 5, counted in the drawing.
	const arrows = 20
	drawn := 0
	for _, e := range tcpstate.Edges() {
		if e.Figure {
			drawn++
		}
		if e.From == tcpstate.Unknown || e.To == tcpstate.Unknown || e.From == e.To {
			t.Errorf("%s→%s is no change between two states of the RFC", e.From, e.To)
		}
		if !strings.HasPrefix(e.Source, "RFC 9293 §3.") {
			t.Errorf("%s→%s has no source: %q", e.From, e.To, e.Source)
		}
		if e.On.Name == "" {
			t.Errorf("%s→%s has no trigger", e.From, e.To)
		}
	}
	if drawn != arrows {
		t.Errorf("%d edges are marked as drawn in Figure 5, which has %d", drawn, arrows)
	}
}

func TestFigureIsReachable(t *testing.T) {
	t.Parallel()
	sockets := func(e tcpstate.Edge) bool { return e.Unreachable == "" }
	all := tcpstate.Reachable(tcpstate.Closed, nil)
	if len(all) != int(tcpstate.TimeWait) {
		t.Errorf("from CLOSED %v can be reached, not all states", all)
	}
	if got := tcpstate.Reachable(tcpstate.Closed, sockets); !slices.Equal(got, all) {
		t.Errorf("with sockets only %v can be reached", got)
	}
	drawn := func(e tcpstate.Edge) bool { return e.Figure }
	for s := tcpstate.Closed; s <= tcpstate.TimeWait; s++ {
		if got := tcpstate.Reachable(s, drawn); s != tcpstate.Closed && !slices.Contains(got, tcpstate.Closed) {
			t.Errorf("from %s the figure never leads to CLOSED", s)
		}
	}
}

func TestUnreachableEdges(t *testing.T) {
	t.Parallel()
	var got []string
	for _, e := range tcpstate.Edges() {
		if e.Unreachable != "" && e.Figure {
			got = append(got, e.From.String()+"→"+e.To.String()+" on "+e.On.Name)
		}
	}
	if want := []string{"LISTEN→SYN-SENT on SEND"}; !slices.Equal(got, want) {
		t.Errorf("drawn edges that no socket reaches: %q, want %q", got, want)
	}
}

func TestEveryStateCanBeReset(t *testing.T) {
	t.Parallel()
	for s := tcpstate.SynSent; s <= tcpstate.TimeWait; s++ {
		if tcpstate.FindEdge(s, tcpstate.Closed, tcpstate.OnReceive) == nil {
			t.Errorf("%s has no edge for a RST that arrives", s)
		}
		if tcpstate.FindEdge(s, tcpstate.Closed, tcpstate.OnCall) == nil {
			t.Errorf("%s has no edge for ABORT", s)
		}
		if tcpstate.FindEdge(s, tcpstate.Closed, tcpstate.OnTimer) == nil {
			t.Errorf("%s has no edge for a timeout", s)
		}
	}
}

func TestFindEdge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to tcpstate.State
		kind     tcpstate.TriggerKind
		want     string
	}{
		{tcpstate.Closed, tcpstate.SynSent, tcpstate.OnSend, "OPEN / snd SYN"},
		{tcpstate.SynReceived, tcpstate.Listen, tcpstate.OnReceive, "rcv RST"},
		{tcpstate.FinWait1, tcpstate.TimeWait, tcpstate.OnReceive, "rcv FIN,ACK / snd ACK"},
		{tcpstate.Established, tcpstate.Closed, tcpstate.OnReceive, "rcv RST"},
		{tcpstate.Established, tcpstate.Closed, tcpstate.OnSend, "ABORT / snd RST"},
		{tcpstate.TimeWait, tcpstate.SynReceived, tcpstate.OnReceive, "rcv SYN / snd SYN,ACK"},
		{tcpstate.Established, tcpstate.Listen, tcpstate.OnReceive, ""},
		{tcpstate.CloseWait, tcpstate.LastAck, tcpstate.OnTimer, ""},
	} {
		got := ""
		if e := tcpstate.FindEdge(tt.from, tt.to, tt.kind); e != nil {
			got = strings.TrimPrefix(e.Label(), "active ")
		}
		if got != tt.want {
			t.Errorf("%s→%s: %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestEdgesAreACopy(t *testing.T) {
	t.Parallel()
	tcpstate.Edges()[0].Note = "scribbled"
	tcpstate.Invisible()[0].Reason = "scribbled"
	if tcpstate.Edges()[0].Note == "scribbled" || tcpstate.Invisible()[0].Reason == "scribbled" {
		t.Error("a caller can write to the figure")
	}
}

func TestInvisibleChangesAreEdges(t *testing.T) {
	t.Parallel()
	for _, c := range tcpstate.Invisible() {
		if tcpstate.FindEdge(c.From, c.To) == nil {
			t.Errorf("%s→%s is no edge", c.From, c.To)
		}
		if c.Reason == "" || c.Source == "" {
			t.Errorf("%s→%s lacks a reason or a source", c.From, c.To)
		}
	}
}

func TestMermaidDiagram(t *testing.T) {
	t.Parallel()
	golden(t, "figure.mmd", tcpstate.MermaidDiagram(false))
	golden(t, "figure-all.mmd", tcpstate.MermaidDiagram(true))
}
