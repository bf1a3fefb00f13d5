package tcpstate_test

import (
	"slices"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
)

// stampedOpening is a handshake with timestamps.
const stampedOpening = "c> SYN 0 ts=1,0\ns> SYN,ACK 0 1 ts=1,1\nc> ACK 1 1 ts=5,1\n"

// foundAll are the findings of a script, in their order.
func foundAll(p *script, text string) string {
	p.play(text)
	return strings.Join(p.findings, " ")
}

// TestReordered: octets that come here for the first time, below what came first, were
// overtaken if their timestamp is older, or their ACK lower; if it is newer, they were
// sent again; of the same tick, nothing tells.
func TestReordered(t *testing.T) {
	t.Parallel()
	const asked = "c> ACK 11 1 +10 ts=20,5\ns> ACK 1 1 ts=9,5\ns> ACK 1 1 ts=9,5\ns> ACK 1 1 ts=9,5\n"
	for _, tt := range []struct {
		name, script, want string
		overtaken, remade  int
		missing            tcpstate.Missing
	}{
		{"before it", "c> ACK 11 1 +10 ts=20,5\nwait 1s\nc> ACK 1 1 +10 ts=19,5", "lost-segment retransmission reordered", 1, 0, tcpstate.MissingLate},
		{"in the same tick", "c> ACK 11 1 +10 ts=20,5\nwait 1s\nc> ACK 1 1 +10 ts=20,5", "lost-segment retransmission fills-gap", 0, 0, tcpstate.MissingUnknown},
		{"after it", "c> ACK 11 1 +10 ts=20,5\nwait 1s\nc> ACK 1 1 +10 ts=21,5", "lost-segment retransmission fills-gap", 0, 1, tcpstate.MissingLost},
		{"as if asked for", asked + "c> ACK 1 1 +10 ts=19,5", "lost-segment duplicate-ack duplicate-ack duplicate-ack fast-retransmission reordered", 1, 0, tcpstate.MissingLate},
		{"without timestamps", "c> ACK 11 1 +10\nwait 1s\nc> ACK 1 1 +10", "lost-segment retransmission fills-gap", 0, 0, tcpstate.MissingUnknown},
		{"by its ACK", "s> ACK 1 1 +5\nc> ACK 11 6 +10\nwait 1s\nc> ACK 1 1 +10", "lost-segment retransmission reordered", 1, 0, tcpstate.MissingLate},
	} {
		p := newScript(t, between)
		if got := foundAll(p, stampedOpening+tt.script); got != tt.want {
			t.Errorf("%s: found %s, want %s", tt.name, got, tt.want)
		}
		if d := p.conn.Direction(tcpstate.Client); d.Late != 1 || d.Overtaken != tt.overtaken || d.Remade != tt.remade || d.Missing() != tt.missing {
			t.Errorf("%s: %d late, %d overtaken, %d sent again: %v", tt.name, d.Late, d.Overtaken, d.Remade, d.Missing())
		}
	}
}

// TestReportedTwice: what the receiver reports to have had twice was late, and not lost.
func TestReportedTwice(t *testing.T) {
	t.Parallel()
	const again = "c> ACK 1 1 +10\nc> ACK 11 1 +10\ns> ACK 1 1 sack=11-20\ns> ACK 1 1 sack=11-20\ns> ACK 1 1 sack=11-20\nc> ACK 1 1 +10\n"
	for report, want := range map[string]tcpstate.Missing{"s> ACK 1 21": tcpstate.MissingLost, "s> ACK 1 21 sack=1-10": tcpstate.MissingLate} {
		p := newScript(t, atClient).play(handshake + again + report)
		if d := p.conn.Direction(tcpstate.Client); d.Again.Segments != 1 || d.Missing() != want {
			t.Errorf("%s: %v, want %v of %+v", report, d.Missing(), want, d.Again)
		}
	}
}

// TestInconsistent: other octets under the same numbers are found, where both are whole.
func TestInconsistent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, script, want string }{
		{"the same", "c> PSH,ACK 1 1 +5 sum=7\nwait 1s\nc> PSH,ACK 1 1 +5 sum=7", "retransmission"},
		{"others", "c> PSH,ACK 1 1 +5 sum=7\nwait 1s\nc> PSH,ACK 1 1 +5 sum=8", "retransmission inconsistent-retransmission"},
		{"damaged", "c> PSH,ACK 1 1 +5 sum=7\nwait 1s\nc> PSH,ACK 1 1 +5 sum=8 bad", "bad-checksum retransmission"},
		{"cut", "c> PSH,ACK 1 1 +5 sum=7\nwait 1s\nc> PSH,ACK 1 1 +5", "retransmission"},
		{"a part, then all", "c> PSH,ACK 1 1 +5 sum=7\nwait 1s\nc> PSH,ACK 1 1 +3 sum=5\nwait 1s\nc> PSH,ACK 1 1 +5 sum=7", "retransmission retransmission"},
		{"with the FIN in its place", "c> PSH,ACK 1 1 +5 sum=7\nwait 1s\nc> FIN,ACK 1 1 +4 sum=5", "retransmission"},
		{"a keep-alive's", "c> PSH,ACK 1 1 +1 sum=7\ns> ACK 1 2\nwait 60s\nc> ACK 1 1 +1 sum=0", "keep-alive"},
	} {
		if got := foundAll(newScript(t, between), handshake+tt.script); got != tt.want {
			t.Errorf("%s: found %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestCopiesWithoutIdentification: where no packet has an identification, one that
// differs in nothing and comes at once, before its sender can have heard anything, is a
// copy. Of an ACK nothing may be missing.
func TestCopiesWithoutIdentification(t *testing.T) {
	t.Parallel()
	const data, atOnce = "c> ACK 1 1 +5 ts=9,1 sum=7\n", "wait -10ms\n" // a line takes 10 ms
	const acked = data + "s> ACK 1 6 ts=3,9\n"
	for _, tt := range []struct{ name, script, want string }{
		{"data", data + atOnce + data, "retransmission duplicate-frame"},
		{"data of a later tick", data + atOnce + "c> ACK 1 1 +5 ts=10,1 sum=7", "retransmission"},
		{"other data", data + atOnce + "c> ACK 1 1 +5 ts=9,1 sum=8", "retransmission inconsistent-retransmission"},
		{"data, later", data + data, "retransmission"},
		{"data, when it was asked for", data + "wait -10ms\ns> ACK 1 1 ts=2,9\n" + atOnce + data, "duplicate-ack retransmission"},
		{"data without timestamps", "c> ACK 1 1 +5\n" + atOnce + "c> ACK 1 1 +5", "retransmission"},
		{"an ACK", acked + atOnce + "s> ACK 1 6 ts=3,9", "duplicate-ack"}, // two segments may have asked for two
	} {
		p := newScript(t, between)
		p.noID = true
		if got := foundAll(p, stampedOpening+tt.script); got != tt.want {
			t.Errorf("%s: found %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestTailProbe: the last segment again, after two round trips and before its timer.
func TestTailProbe(t *testing.T) {
	t.Parallel()
	const open = "c> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1\nc> PSH,ACK 1 1 +5\ns> ACK 1 6\nc> ACK 6 1 +5\nc> PSH,ACK 11 1 +5\n" // 20 ms a round trip
	for _, tt := range []struct{ name, script, want string }{
		{"in its time", "wait 35ms\nc> PSH,ACK 11 1 +5", "retransmission tail-loss-probe"},
		{"sooner", "c> PSH,ACK 11 1 +5", "retransmission"},
		{"later", "wait 200ms\nc> PSH,ACK 11 1 +5", "retransmission"},
		{"the first", "wait 35ms\nc> ACK 6 1 +5", "retransmission"},
		{"once more", "wait 35ms\nc> PSH,ACK 11 1 +5\nwait 35ms\nc> PSH,ACK 11 1 +5", "retransmission tail-loss-probe retransmission"},
		{"with its FIN", "wait 15ms\nc> FIN,ACK 16 1\nwait 35ms\nc> FIN,ACK 16 1", "retransmission"},
	} {
		if got := foundAll(newScript(t, atClient), open+tt.script); got != tt.want {
			t.Errorf("%s: found %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestPartsSentAgain: of a segment that was sent again in part, the other part has not
// been: as of Fast Open's data, where its SYN was sent again alone.
func TestPartsSentAgain(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	var nth []int
	p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
		for _, f := range r.Findings {
			if f.Name == tcpstate.FoundRetransmission {
				nth = append(nth, f.Nth)
			}
		}
	}
	p.play("c| SYN 0 +30\nwait 1s\nc| SYN 0\nwait 2s\nc| SYN 0\ns> SYN,ACK 0 1\nwait 1s\nc> ACK 1 1 +30\nwait 1s\nc> ACK 1 1 +30")
	if want := []int{1, 2, 1, 2}; !slices.Equal(nth, want) {
		t.Errorf("numbered %v, want %v", nth, want)
	}
}

// TestFastOpenIsNotMore: a SYN's data has no PSH, and tells of no more behind it.
func TestFastOpenIsNotMore(t *testing.T) {
	t.Parallel()
	p := newScript(t, atClient).play("c> SYN 0 +30\ns> SYN,ACK 0 31\nc> ACK 31 1\ns> PSH,ACK 1 31 +40\nc> ACK 31 41\nwait 1s\ns> FIN,ACK 41 31")
	if v := p.conn.Verdict(); v.Limit == tcpstate.LimitPath {
		t.Errorf("limited by %v for %v of %v", v.Limit, v.For, v.Span)
	}
	if d := p.conn.Direction(tcpstate.Client); d.FlightMax != 30 {
		t.Errorf("%d octets in flight at most", d.FlightMax)
	}
}
