package tcpstate_test

import (
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// A packet that was seen twice was sent once: its ACK gives a round trip (RFC 6298 §3
// forbids one over what was sent again), and its octets count once.
func TestCopiesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		again   string
		samples int
		trip    time.Duration // the latest
		total   int64
	}{
		"once":                   {"", 2, 40, 10},
		"seen twice":             {"c> PSH,ACK 1 1 +10 wire\n", 2, 50, 10},
		"sent again":             {"c> PSH,ACK 1 1 +10\n", 1, 20, 20},
		"sent again, seen twice": {"c> PSH,ACK 1 1 +10\nc> PSH,ACK 1 1 +10 wire\n", 1, 20, 20},
	} {
		p := newScript(t, between)
		p.play("c> SYN 0\nwait 10ms\ns> SYN,ACK 0 1\nwait 10ms\nc> ACK 1 1\nc> PSH,ACK 1 1 +10\n" + c.again + "wait 30ms\ns> ACK 1 11")
		d := p.conn.Direction(tcpstate.Client)
		if d.RTT.Samples != c.samples || d.RTT.Latest != c.trip*time.Millisecond || d.Total != c.total {
			t.Errorf("%s: %d round trips, the latest of %v, %d octets", name, d.RTT.Samples, d.RTT.Latest, d.Total)
		}
	}
}
