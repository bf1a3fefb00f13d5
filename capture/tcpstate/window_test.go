package tcpstate_test

import (
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// A sender that went up to the edge of the window waits until a full segment fits,
// whatever its PSH says; where one fits, it has nothing more to send.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	const full = "c> ACK 1 1 +20000\nwait 100us\ns> ACK 1 20001 win=30000\nwait 100us\nc> PSH,ACK 20001 1 +30000\nwait 100us\n"
	for name, c := range map[string]struct {
		script string
		limit  tcpstate.Limit
		want   time.Duration
	}{
		"small windows": {
			opened + full + "s> ACK 1 50001 win=0\nwait 1s\ns> ACK 1 50001 win=8192\nwait 200ms\nc> PSH,ACK 50001 1 +8192\nwait 100us\ns> ACK 1 58193 win=8192\nwait 200ms\nc> PSH,ACK 58193 1 +8192\nwait 100us\ns> ACK 1 66385",
			tcpstate.LimitWindow, 1400 * ms,
		},
		"every segment with PSH": {
			opened + "c> PSH,ACK 1 1 +20000\nc> PSH,ACK 20001 1 +40000\nwait 100us\ns> ACK 1 60001 win=8192\nwait 200ms\nc> PSH,ACK 60001 1 +8192\nwait 100us\ns> ACK 1 68193",
			tcpstate.LimitWindow, 200 * ms,
		},
		"up to the edge, sent again": {
			opened + full + "c> PSH,ACK 20001 1 +30000\nwait 100us\ns> ACK 1 50001 win=8192\nwait 200ms\nc> PSH,ACK 50001 1 +8192\nwait 100us\ns> ACK 1 58193",
			tcpstate.LimitWindow, 200 * ms,
		},
		"behind a hole of the capture's": {
			opened + "c> PSH,ACK 20001 1 +40000\nwait 100us\ns> ACK 1 60001 win=8192\nwait 200ms\nc> PSH,ACK 60001 1 +8192\nwait 100us\ns> ACK 1 68193",
			tcpstate.LimitWindow, 200 * ms,
		},
		"a window that is wide again": {
			opened + full + "s> ACK 1 50001\nwait 300ms\nc> PSH,ACK 50001 1 +8192\nwait 100us\ns> ACK 1 58193",
			tcpstate.LimitClient, 300 * ms,
		},
		"not up to the edge": {
			opened + "c> PSH,ACK 1 1 +20000\nc> PSH,ACK 20001 1 +30000\nwait 100us\ns> ACK 1 50001 win=8192\nwait 300ms\nc> PSH,ACK 50001 1 +8192\nwait 100us\ns> ACK 1 58193",
			tcpstate.LimitClient, 300 * ms,
		},
		"segments that are cut on their way": {
			"c> SYN 0 mss=1460\nwait 100us\ns> SYN,ACK 0 1 mss=1460\nwait 100us\nc> ACK 1 1\n" + full + "s> ACK 1 50001 win=8192\nwait 300ms\nc> PSH,ACK 50001 1 +8192\nwait 100us\ns> ACK 1 58193",
			tcpstate.LimitClient, 300 * ms,
		},
	} {
		for place, p := range map[string]*script{"within": withinOne(t), "both": newScript(t, atBoth), "client": newScript(t, atClient), "between": newScript(t, between)} {
			conn := atOnceThere(p, c.script)
			checkMeasures(t, conn)
			if got := conn.Spent()[c.limit]; (got - c.want).Abs() > 2*ms {
				t.Errorf("%s, %s: %v", name, place, conn.Spent())
			}
		}
	}
}
