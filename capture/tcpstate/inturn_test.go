package tcpstate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// A FIN counts only in its turn, and what an end sends tells that it has not taken
// it (RFC 9293 §3.10.7.4).
func TestFINInItsTurn(t *testing.T) {
	t.Parallel()
	const closes = handshake + "c> PSH,ACK 1 1 +3\ns> ACK 1 4\n"
	for name, c := range map[string]struct {
		script  string
		changes string // of the client, after it was established
		found   bool   // an assumption was corrected
	}{
		"beyond a hole": {"s> FIN,ACK 101 4 +50", "", false},
		"the hole is filled": {
			"s> FIN,ACK 101 4 +50\nc> ACK 4 1\ns> ACK 1 4 +60\ns> ACK 61 4 +40", "ESTABLISHED→CLOSE-WAIT?", false,
		},
		"the ACK tells that the hole was the capture's": {
			"s> FIN,ACK 101 4 +50\nc> ACK 4 152", "ESTABLISHED→CLOSE-WAIT", false,
		},
		"an end that gives up":                        {"s> FIN,ACK 101 4 +50\nwait 2s\nc> RST,ACK 4 1", "ESTABLISHED→CLOSED", false},
		"no hole, and an ACK that was on its way":     {"s> FIN,ACK 1 4\nc> ACK 4 1", "ESTABLISHED→CLOSE-WAIT?", false},
		"no hole, and an ACK a long time after":       {"s> FIN,ACK 1 4\nwait 2s\nc> PSH,ACK 4 1 +5", "ESTABLISHED→CLOSE-WAIT? CLOSE-WAIT→ESTABLISHED!", true},
		"no hole, and an end that gives up":           {"s> FIN,ACK 1 4\nc> RST,ACK 4 1", "ESTABLISHED→CLOSE-WAIT? CLOSE-WAIT→ESTABLISHED! ESTABLISHED→CLOSED", true},
		"no hole here, but one there":                 {"s> ACK 1 4 +50\ns> FIN,ACK 51 4\nc> ACK 4 1 sack=51-51", "ESTABLISHED→CLOSE-WAIT? CLOSE-WAIT→ESTABLISHED!", true},
		"a hole there that was reported before":       {"s> ACK 1 4 +50\ns> ACK 51 4 +50\nc> ACK 4 1 sack=51-100\ns> FIN,ACK 101 4", "", false},
		"a FIN sent again after it was not taken":     {"s> FIN,ACK 1 4\nwait 2s\nc> PSH,ACK 4 1 +5\ns> FIN,ACK 1 9", "ESTABLISHED→CLOSE-WAIT? CLOSE-WAIT→ESTABLISHED! ESTABLISHED→CLOSE-WAIT?", true},
		"not again by anything else than its FIN":     {"s> FIN,ACK 1 4\nwait 2s\nc> PSH,ACK 4 1 +5\ns> ACK 2 9", "ESTABLISHED→CLOSE-WAIT? CLOSE-WAIT→ESTABLISHED!", true},
		"a part of one of two holes, and much beyond": {"s> ACK 51 4 +10\ns> ACK 101 4 +10\ns> ACK 71 4 +160\ns> FIN,ACK 231 4", "", false},
		"one of two holes is filled, and more comes":  {"s> ACK 51 4 +10\ns> FIN,ACK 101 4 +50\ns> ACK 1 4 +55", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newScript(t, between).play(closes)
			before := len(p.changes)
			p.play(c.script)
			var got []string
			for _, change := range p.changes[before:] {
				if of, ok := strings.CutPrefix(change, "client "); ok {
					got = append(got, of)
				}
			}
			if text := strings.Join(got, " "); text != c.changes {
				t.Errorf("the client goes %s, not %s", text, c.changes)
			}
			if found := slices.Contains(p.findings, tcpstate.FoundNotArrived); found != c.found {
				t.Errorf("found %v", p.findings)
			}
		})
	}
}

// An ACK that another one has overtaken opens no window, and says which one it was.
func TestOvertakenACK(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	newer := map[int]int{}
	p.each = func(s *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
		if r.NewerAck != 0 {
			newer[s.Frame] = r.NewerAck
		}
	}
	p.play(handshake + `
c> ACK 1 1 +100
c> ACK 101 1 +100
s> ACK 1 201 win=0
s> ACK 1 101
wait 1s
s> ACK 1 201
`)
	if want := map[int]int{7: 6}; fmt.Sprint(newer) != fmt.Sprint(want) {
		t.Errorf("overtaken: %v, want %v", newer, want)
	}
	if got := p.conn.Direction(tcpstate.Server).Closed; got < time.Second {
		t.Errorf("the window was closed for %v: an old one opened it", got)
	}
	if got := p.conn.Spent()[tcpstate.LimitWindow]; got < time.Second {
		t.Errorf("the window held the client back for %v: an old one let it go on", got)
	}
}

// By Karn's rule an ACK that covers anything sent twice has no round trip, whichever
// segment is the last of it (RFC 6298 §3).
func TestNoRoundTripOverARepetition(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	var rtts []time.Duration
	p.each = func(s *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
		if s.Frame > 3 && r.AcksFrame != 0 {
			rtts = append(rtts, r.RTT)
		}
	}
	p.play(handshake + "c> ACK 1 1 +100\nc> ACK 101 1 +100\nwait 1s\nc> ACK 1 1 +100\ns> ACK 1 201\nc> ACK 201 1 +100\ns> ACK 1 301")
	if len(rtts) != 2 || rtts[0] != 0 || rtts[1] == 0 {
		t.Errorf("round trips %v: none over what was sent twice, one after", rtts)
	}
}

// The round trip of a handshake in which something was sent again is known only where
// a timestamp tells what was answered.
func TestHandshakeRoundTrip(t *testing.T) {
	t.Parallel()
	const none = -1
	for name, c := range map[string]struct {
		script string
		want   time.Duration // from SYN to SYN,ACK and on to the ACK: 10 ms each
	}{
		"plain":                    {"c> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1", 20 * time.Millisecond},
		"the SYN again":            {"c> SYN 0\nwait 1s\nc> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1", none},
		"… which is answered":      {"c> SYN 0 ts=1,0\nwait 1s\nc> SYN 0 ts=1000,0\ns> SYN,ACK 0 1 ts=7,1000\nc> ACK 1 1 ts=1020,7", 20 * time.Millisecond},
		"… after the answer":       {"c> SYN 0 ts=1,0\nwait 1s\nc> SYN 0 ts=1000,0\ns> SYN,ACK 0 1 ts=7,1\nc> ACK 1 1 ts=1020,7", none},
		"… seen twice":             {"c> SYN 0\nc> SYN 0 wire\ns> SYN,ACK 0 1\nc> ACK 1 1", 30 * time.Millisecond},
		"the SYN,ACK again":        {"c> SYN 0 ts=1,0\ns> SYN,ACK 0 1 ts=7,1\nwait 1s\ns> SYN,ACK 0 1 ts=1007,1\nc> ACK 1 1 ts=1020,1007", 20 * time.Millisecond},
		"… and the first answered": {"c> SYN 0 ts=1,0\ns> SYN,ACK 0 1 ts=7,1\nwait 1s\ns> SYN,ACK 0 1 ts=1007,1\nc> ACK 1 1 ts=1020,7", none},
		"… and nothing tells":      {"c> SYN 0\ns> SYN,ACK 0 1\nwait 1s\ns> SYN,ACK 0 1\nc> ACK 1 1", none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newScript(t, between).play(c.script).conn.Handshake
			switch {
			case !h.Complete:
				t.Errorf("the handshake is not complete: %+v", h)
			case h.HasRTT != (c.want != none):
				t.Errorf("a round trip of %v is known: %v", h.RTT, h.HasRTT)
			case h.HasRTT && h.RTT != c.want:
				t.Errorf("a round trip of %v, not %v", h.RTT, c.want)
			}
		})
	}
}

// A pure ACK seen twice is found by its IP identification, beside Wireshark's name and
// denying it; a second one is a duplicate ACK.
func TestEmptyPacketSeenTwice(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"c> ACK 1 1 wire": "duplicate-ack duplicate-frame",
		"c> ACK 1 1":      "duplicate-ack",
	} {
		p := newScript(t, between).play(handshake + "s> ACK 1 1 +9\nc> ACK 1 1")
		before := len(p.findings)
		if got := strings.Join(p.play(script).findings[before:], " "); got != want {
			t.Errorf("%s: found %s, want %s", script, got, want)
		}
		if got, copied := p.conn.Standing()["duplicate-ack"], strings.Contains(script, "wire"); copied && got != 1 || !copied && got != 2 {
			t.Errorf("%s: %d duplicate ACKs stand", script, got)
		}
	}
}

// What a segment carries for the first time behind what it carries again is counted.
func TestNewOctetsBehindOldOnes(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	var got []uint32
	p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) { got = append(got, r.Anew) }
	p.play(handshake + "c> ACK 1 1 +10\nc> ACK 1 1 +15\nc> ACK 1 1 +15\nc> FIN,ACK 11 1 +5\nc> FIN,ACK 11 1 +5\nc> ACK 31 1 +10\nc> ACK 26 1 +10")
	if want := []uint32{0, 0, 0, 0, 5, 0, 1, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("new octets %v, want %v", got, want)
	}
}
