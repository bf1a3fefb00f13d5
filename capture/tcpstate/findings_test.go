package tcpstate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
)

// TestFindings: each finding in a script of its own, as "name@frame it refers
// to #repetition", in the order of the segments; seen from between, so that
// every line of the script is one frame.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, script, want string }{
		{"nothing to say", handshake + "c> PSH,ACK 1 1 +5\ns> ACK 1 6", ""},
		{"retransmission", handshake + "c> PSH,ACK 1 1 +5\nwait 1s\nc> PSH,ACK 1 1 +5\nwait 2s\nc> PSH,ACK 1 1 +5", "retransmission@4#1 retransmission@4#2"},
		{"in larger pieces", handshake + "c> PSH,ACK 1 1 +5\nc> PSH,ACK 6 1 +5\nwait 1s\nc> PSH,ACK 1 1 +10", "retransmission@4#1"},
		{"fast retransmission", handshake + `
c> ACK 1 1 +10
c> ACK 11 1 +10
s> ACK 1 1
s> ACK 1 1
c> ACK 1 1 +10`, "duplicate-ack@2#1 duplicate-ack@2#2 fast-retransmission@4#1"},
		{"too late to be fast", handshake + `
c> ACK 1 1 +10
c> ACK 11 1 +10
s> ACK 1 1
s> ACK 1 1
wait 50ms
c> ACK 1 1 +10`, "duplicate-ack@2#1 duplicate-ack@2#2 retransmission@4#1"},
		{"acknowledged before it came here", handshake + "c> ACK 1 101\ns> ACK 1 1 +10", "ack-lost-segment@2 spurious-retransmission@0 fills-gap@5"},
		{"behind a reset", handshake + "c> RST 101\nwait 1s\nc> ACK 1 1 +10", "retransmission@0 in-turn@4 assumption-corrected@4"},
		{"spurious", handshake + "c> ACK 1 1 +10\ns> ACK 1 11\nc> ACK 1 1 +10", "spurious-retransmission@4#1"},
		{"a hole, filled at once", handshake + "c> ACK 11 1 +10\nc> ACK 1 1 +10", "lost-segment@1 out-of-order@4"},
		{"a hole, filled late", handshake + "c> ACK 11 1 +10\nwait 1s\nc> ACK 1 1 +10", "lost-segment@1 retransmission@0 fills-gap@4"},
		{"a hole, filled within the round trip of a SYN whose answer was not seen", `
c> SYN 0
wait 100ms
c> ACK 1 1
c> ACK 11 1 +10
wait 50ms
c> ACK 1 1 +10`, "lost-segment@1 out-of-order@3"},
		{"a round trip by a clock that went back", `
c> SYN 0
wait -1s
s> SYN,ACK 0 1
c> ACK 1 1
c> ACK 11 1 +10
wait 5s
c> ACK 1 1 +10`, "lost-segment@1 out-of-order@4"},
		{"a SYN after a hole", "c> SYN 0\nc> ACK 1 1 +10\nc> ACK 21 1 +10\nc> SYN 0\nc> ACK 31 1 +10", "lost-segment@2 retransmission@1#1 lost-segment@3"},
		{"ACK of what was not seen", handshake + "s> ACK 1 100", "ack-lost-segment@1"},
		{"windows", handshake + `
s> ACK 1 1 win=10
c> ACK 1 1 +10
s> ACK 1 11 win=0
c> ACK 11 1 +1
s> ACK 1 11 win=0
s> ACK 1 11 win=500`, "window-update@2 window-full@0 zero-window@0 zero-window-probe@0 zero-window@0 zero-window-probe-ack@7 window-update@6"},
		{"keep-alive", handshake + "wait 60s\nc> ACK 0 1\ns> ACK 1 1\nc> ACK 0 1 +1\ns> ACK 1 1", "keep-alive@1 keep-alive-ack@4 keep-alive@1 keep-alive-ack@6"},
		{"a probe by an old number", handshake + `
s> ACK 1 1 win=0
wait 1s
c> ACK 0 1 +1
s> ACK 1 1 win=0
c> ACK 0 1`, "zero-window@0 keep-alive@1 window-full@0 window-probe@4 zero-window@0 keep-alive@1 window-probe@6"},
		{"reused ports", handshake + "c> RST,ACK 1 1\nc> SYN 0 new", "reused-ports@1"},
		{"a SYN,ACK of another connection than the ACK before it", "c> ACK 1 500\ns> SYN,ACK 0 1\ns> SYN,ACK 0 1", "midstream@0 reused-ports@0 off-figure@0 retransmission@2#1"},
		{"midway", "c> ACK 50 60 +5", "midstream@0"},
		{"challenge", handshake + "c> RST 900\ns> ACK 1 1", "duplicate-ack@2#1 challenge-ack@4"},
		{"half-open", handshake + "c> PSH,ACK 1 1 +5\ns> RST 1", "half-open@4"},
		{"damaged", handshake + "c> PSH,ACK 1 1 +5 bad", "bad-checksum@0"},
		{"a retransmission twice", handshake + "c> PSH,ACK 1 1 +5\nwait 1s\nc> PSH,ACK 1 1 +5\nc> PSH,ACK 1 1 +5 wire\nwait 1s\nc> PSH,ACK 1 1 +5", "retransmission@4#1 retransmission@5#2 duplicate-frame@5 retransmission@4#2"},
		{"new octets behind old ones twice", handshake + "c> PSH,ACK 1 1 +5\nwait 1s\nc> PSH,ACK 1 1 +9\nc> PSH,ACK 1 1 +9 wire", "retransmission@4#1 retransmission@5#2 duplicate-frame@5"},
		{"the frame twice", handshake + "c> PSH,ACK 1 1 +5\nc> PSH,ACK 1 1 +5 wire", "retransmission@4#1 duplicate-frame@4"},
	} {
		p := newScript(t, between)
		var got []string
		counts := map[string]int{}
		p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
			for _, f := range r.Findings {
				counts[f.Name]++
				text := fmt.Sprintf("%s@%d", f.Name, f.Frame)
				if f.Nth > 0 {
					text += fmt.Sprintf("#%d", f.Nth)
				}
				got = append(got, text)
			}
		}
		p.play(tt.script)
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, text, tt.want)
		}
		if tt.name == "reused ports" {
			continue // the finding is the new connection's
		}
		for name, n := range counts {
			if p.conn.Findings[name] != n {
				t.Errorf("%s: the connection counts %d of %s, the readings %d", tt.name, p.conn.Findings[name], name, n)
			}
		}
	}
}

func TestFindingNames(t *testing.T) {
	t.Parallel()
	names := tcpstate.FindingNames()
	for i, name := range names {
		if name != strings.ToLower(name) || strings.ContainsAny(name, " _") {
			t.Errorf("%q is not lower case with hyphens", name)
		}
		if slices.Contains(names[:i], name) {
			t.Errorf("%q is there twice", name)
		}
	}
	names[0] = "scribbled"
	if tcpstate.FindingNames()[0] == "scribbled" {
		t.Error("a caller can write to the names")
	}
}

// TestRepetitionInPieces: a segment that is sent again in two pieces was sent
// again once, and a further time it is the second.
func TestRepetitionInPieces(t *testing.T) {
	t.Parallel()
	p := newScript(t, atClient)
	var got []int
	p.each = func(_ *tcpstate.Segment, where tcpstate.Where, r *tcpstate.Reading) {
		for _, f := range r.Findings {
			if f.Name == tcpstate.FoundRetransmission && where == tcpstate.Sent {
				got = append(got, f.Nth)
			}
		}
	}
	p.play(handshake + `
c| PSH,ACK 1 1 +100
wait 1s
c| PSH,ACK 1 1 +60
wait 1s
c| PSH,ACK 61 1 +40
wait 1s
c| PSH,ACK 1 1 +100
`)
	if want := []int{1, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("retransmissions are numbered %v, want %v", got, want)
	}
}

// TestDenies: a copy by the capture is no fast retransmission; a hole that was
// reported is no other.
func TestDenies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, beside, want string }{
		{tcpstate.FoundFastRetransmission, tcpstate.FoundDuplicateFrame, tcpstate.FoundDuplicateFrame},
		{tcpstate.FoundKeepAlive, tcpstate.FoundWindowProbe, tcpstate.FoundWindowProbe},
		{tcpstate.FoundWindowFull, tcpstate.FoundWindowProbe, tcpstate.FoundWindowProbe},
		{tcpstate.FoundRetransmission, tcpstate.FoundSimultaneousOpen, tcpstate.FoundSimultaneousOpen},
		{tcpstate.FoundKeepAlive, tcpstate.FoundOvertaken, tcpstate.FoundOvertaken},
		{tcpstate.FoundKeepAliveAck, tcpstate.FoundOvertakenReply, tcpstate.FoundOvertakenReply},
		{tcpstate.FoundFastRetransmission, tcpstate.FoundReordered, tcpstate.FoundReordered},
		{tcpstate.FoundOutOfOrder, tcpstate.FoundReordered, ""},
		{tcpstate.FoundRetransmission, tcpstate.FoundHoleReported, ""},
		{tcpstate.FoundDuplicateFrame, tcpstate.FoundDuplicateFrame, ""},
	} {
		got := tcpstate.Denies(tt.name, []tcpstate.Finding{{Name: tt.name}, {Name: tt.beside}})
		if got != tt.want {
			t.Errorf("%s beside %s is denied by %q, want %q", tt.name, tt.beside, got, tt.want)
		}
	}
}

// TestOvertaken: an ACK that left before its sender's FIN and comes behind it has the
// form of a keep-alive, and the answer to it that of an answer to one. The wire's count
// says so, or a timestamp; where the window is closed, it is no probe of that either. A
// keep-alive behind the FIN is one.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	const known = "keep-alive overtaken keep-alive-ack overtaken-reply"
	for _, tt := range []struct {
		name, script string
		view         view
		want         string
	}{
		{"by the wire's count", "c~x ACK 1 1\nc> FIN,ACK 1 1\ns> ACK 1 2\nx\ns> ACK 1 2", atServer, known},
		{"where both are watched", "c~x ACK 1 1\nc> FIN,ACK 1 1\ns> ACK 1 2\nx\ns> ACK 1 2", atBoth, "duplicate-ack keep-alive-ack overtaken-reply"},
		{"by the echo", "c> FIN,ACK 1 1 ts=20,10\ns> ACK 1 2\nc> ACK 1 1 ts=20,9\ns> ACK 1 2", between, known},
		{"by the clock", "c> FIN,ACK 1 1 ts=20,10\ns> ACK 1 2\nc> ACK 1 1 ts=19,10\ns> ACK 1 2", between, known},
		{"by the ACK", "s> ACK 1 1 +5\nc> FIN,ACK 1 6\ns> ACK 6 2\nc> ACK 1 1\ns> ACK 6 2", between, known},
		{"and the window is closed", "c> FIN,ACK 1 1 ts=20,10\ns> ACK 1 2 win=0\nc> ACK 1 1 ts=20,9", between, "zero-window keep-alive overtaken"},
		{"at the moment of the FIN", "c> FIN,ACK 1 1 ts=20,10\ns> ACK 1 2\nc> ACK 1 1 ts=20,10\ns> ACK 1 2", between, "keep-alive keep-alive-ack"},
		{"sent behind the FIN", "c> FIN,ACK 1 1\ns> ACK 1 2\nwait 60s\nc> ACK 1 1\ns> ACK 1 2", atBoth, "keep-alive keep-alive-ack"},
		{"a keep-alive before anything else", "wait 60s\nc> ACK 0 1 ts=10,3000000000\ns> ACK 1 1", between, "keep-alive keep-alive-ack"},
	} {
		p := newScript(t, tt.view)
		var got []string
		p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
			for _, f := range r.Findings {
				got = append(got, f.Name)
			}
		}
		p.play("c> SYN 0 ts=1,0\ns> SYN,ACK 0 1\nc> ACK 1 1 ts=5,5\n" + tt.script)
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s: found %s, want %s", tt.name, text, tt.want)
		}
	}
}

// TestSimultaneousOpen: each end's SYN,ACK bears the number of its SYN, and its ACK
// that of its SYN,ACK; nothing was sent for want of an answer. A second SYN,ACK was.
func TestSimultaneousOpen(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	var got []string
	p.each = func(s *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
		for _, f := range r.Findings {
			if tcpstate.Denies(f.Name, r.Findings) == "" {
				got = append(got, fmt.Sprintf("%v:%s", s.Frame, f.Name))
			}
		}
	}
	p.play(`
c| SYN 0
s| SYN 0
c| SYN,ACK 0 1
s| SYN,ACK 0 1
c| ACK 1 1
s| ACK 1 1
wait 1s
s| SYN,ACK 0 1
`)
	const want = "3:simultaneous-open 4:simultaneous-open 5:simultaneous-open 6:simultaneous-open 7:retransmission 7:assumption-corrected"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("found %s, want %s", text, want)
	}
	if c := p.conn; c.Standing()["retransmission"] != 1 || c.Findings["retransmission"] != 3 || c.Direction(tcpstate.Client).Again.Segments != 0 {
		t.Errorf("%v stand of %v; the client sent %d again", c.Standing(), c.Findings, c.Direction(tcpstate.Client).Again.Segments)
	}
}

// TestThirdACKBeyondTheWindow: an ACK whose sequence number lies outside the window
// completes no handshake, wherever it is seen.
func TestThirdACKBeyondTheWindow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		ack  string
		want tcpstate.State
	}{{"c| ACK 1 1", tcpstate.Established}, {"c| ACK 500000 1", tcpstate.SynReceived}} {
		p := newScript(t, between).play("c| SYN 0\ns| SYN,ACK 0 1\n" + tt.ack)
		if got := p.conn.State[tcpstate.Server]; got != tt.want {
			t.Errorf("%s: the server is in %v, want %v", tt.ack, got, tt.want)
		}
	}
}
