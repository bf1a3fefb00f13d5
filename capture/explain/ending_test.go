package explain_test

import (
	"net/netip"
	"testing"

	"statelab/capture/explain"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// TestEnding: what the ends report decides how a connection is said to have
// ended, where its segments leave it open.
func TestEnding(t *testing.T) {
	t.Parallel()
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("10.0.0.1:40001")}
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("10.0.0.2:7")}
	type step struct {
		server   bool
		from, to tcpstate.State
	}
	const cl, ls = tcpstate.Closed, tcpstate.Listen
	const ss, sr, es = tcpstate.SynSent, tcpstate.SynReceived, tcpstate.Established
	opened := []step{{false, cl, ss}, {true, ls, sr}, {false, ss, es}, {true, sr, es}}
	cases := []struct {
		name   string
		states []step
		reset  bool
		conn   tcpstate.Conn
		en, ko string
	}{
		{name: "open", states: opened, en: "still open", ko: "아직 열려 있음"},
		{name: "keepalive", states: append(opened[:4:4], step{false, es, cl}), en: "half-open: the server still remembers it", ko: "반개방(half-open): 서버만 아직 기억함"},
		{name: "restart", states: append(opened[:4:4], step{true, es, cl}), en: "half-open: the client still remembers it", ko: "반개방(half-open): 클라이언트만 아직 기억함"},
		{name: "flood", states: []step{{true, ls, sr}}, en: "never completed (SYN-RECEIVED)", ko: "연결이 완성되지 않음(SYN-RECEIVED)"},
		{name: "capture of a flood", conn: tcpstate.Conn{State: [2]tcpstate.State{ss, sr}}, en: "never completed (SYN-RECEIVED)", ko: "연결이 완성되지 않음(SYN-RECEIVED)"},
		{
			name: "reset, then an old SYN", reset: true, states: append(opened[:4:4], step{false, es, cl}, step{true, es, cl}, step{true, ls, sr}, step{false, cl, ss}),
			en: "reset (RST)", ko: "RST로 끊김",
		},
		{
			name: "a FIN that nobody hears", states: append(opened[:4:4], step{false, es, tcpstate.FinWait1}),
			en: "still open: the FIN is not acknowledged (FIN-WAIT-1)", ko: "아직 열려 있음: FIN의 ACK가 오지 않음(FIN-WAIT-1)",
		},
		{
			name: "a leak", conn: tcpstate.Conn{Ending: tcpstate.EndHalf},
			states: append(opened[:4:4], step{false, es, tcpstate.FinWait1}, step{true, es, tcpstate.CloseWait}, step{false, tcpstate.FinWait1, tcpstate.FinWait2}, step{false, tcpstate.FinWait2, cl}),
			en:     "half-open: the server still remembers it", ko: "반개방(half-open): 서버만 아직 기억함",
		},
		{name: "closed", conn: tcpstate.Conn{Ending: tcpstate.EndFIN}, en: "closed by both sides (FIN)", ko: "양쪽이 닫음(FIN)"},
	}
	for _, c := range cases {
		c.conn.Key = tcpstate.Key{Client: client.Addr, Server: server.Addr}
		for lang, want := range map[explain.Lang]string{explain.English: c.en, explain.Korean: c.ko} {
			x := explain.New(lang)
			for _, s := range c.states {
				change := &trace.StateChange{}
				change.Change.From, change.To = s.from, s.to
				ev := trace.Event{Kind: trace.KindState, From: client, To: server, State: change}
				if s.server {
					ev.From, ev.To = server, client
				}
				x.Observe(&ev)
				if c.reset && s.to == cl {
					seg := &trace.Segment{}
					seg.Flags = tcpstate.RST
					x.Observe(&trace.Event{Kind: trace.KindSegment, Segment: seg})
				}
			}
			if got := x.Ending(&c.conn); got != want {
				t.Errorf("%s: %q, want %q", c.name, got, want)
			}
		}
	}
	// A server that reports its states, and none of this connection, keeps none.
	x := explain.New(explain.English)
	listens := &trace.StateChange{}
	listens.To = ls
	x.Observe(&trace.Event{Kind: trace.KindState, Stream: -1, From: server, State: listens})
	answer := &trace.Segment{}
	answer.Flags = tcpstate.SYN | tcpstate.ACK
	x.Observe(&trace.Event{Kind: trace.KindSegment, From: server, To: client, Segment: answer})
	for _, shown := range []tcpstate.State{sr, ls} { // from segments alone, and after its reports were heard
		conn := tcpstate.Conn{
			Key: tcpstate.Key{Client: client.Addr, Server: server.Addr}, State: [2]tcpstate.State{ss, shown},
		}
		if got := x.Ending(&conn); got != "answered with a SYN cookie; the server remembers nothing" {
			t.Errorf("cookie, server %v: %q", shown, got)
		}
	}
}
