package tcpstate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// What a silence near the receiver of data is spent on: an ACK and what it releases
// take a round trip; beyond some of them, a path does not explain it.
func TestPausesNearTheReceiver(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	const request = "c> SYN 0\nwait 50ms\ns> SYN,ACK 0 1\nwait 10us\nc> ACK 1 1\nc> PSH,ACK 1 1 +10\nwait 50ms\n"
	// burst is full segments of the server, each acknowledged, after a pause.
	at := 1
	burst := func(n int, each, pause time.Duration, flags string) string {
		var b strings.Builder
		for i := range n {
			wait := each
			if i == 0 {
				wait = pause
			}
			fmt.Fprintf(&b, "wait %v\ns> %s %d 11 +1000\nwait 10us\nc> ACK 11 %d\n", wait, flags, at, at+1000)
			at += 1000
		}
		return b.String()
	}
	script := func(parts ...string) string { at = 1; return request + strings.TrimSpace(strings.Join(parts, "")) }
	for _, c := range []struct {
		name, script string
		want         map[tcpstate.Limit]time.Duration
		withheld     bool
	}{
		{
			"a window of ten, each round trip, with PSH",
			script(burst(10, 0, 0, "PSH,ACK"), burst(10, 0, 55*ms, "PSH,ACK"), burst(10, 0, 55*ms, "PSH,ACK"), burst(10, 0, 55*ms, "PSH,ACK")),
			map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 200 * ms, tcpstate.LimitServer: 15 * ms},
			false,
		},
		{
			"an application that writes each 200 ms",
			script(burst(1, 0, 0, "PSH,ACK"), burst(3, 200*ms, 200*ms, "PSH,ACK")),
			map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 200 * ms, tcpstate.LimitServer: 450 * ms},
			false,
		},
		{
			"a silence that a timer ends",
			script(burst(20, ms, 0, "ACK"), burst(20, ms, 2000*ms, "ACK")),
			map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 238 * ms, tcpstate.LimitUnseen: 1850 * ms},
			true,
		},
		{
			"a narrow link",
			script(burst(4, 1000*ms, 0, "ACK"), burst(4, 1200*ms, 1200*ms, "ACK")),
			map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 7850 * ms},
			false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, v := range []view{atClient, between} {
				conn := atOnceThere(newScript(t, v), c.script)
				checkMeasures(t, conn)
				spent := conn.Spent()
				for _, l := range []tcpstate.Limit{tcpstate.LimitPath, tcpstate.LimitServer, tcpstate.LimitUnseen, tcpstate.LimitClient} {
					if (spent[l] - c.want[l]).Abs() > 6*ms {
						t.Errorf("from %v: %v on %v, not %v", v, spent[l], l, c.want[l])
					}
				}
				if got := conn.Verdict(); got.Withheld != c.withheld || c.withheld && got.Whose != tcpstate.Server {
					t.Errorf("from %v: %+v", v, got)
				}
			}
		})
	}
}

// A silence behind data of the client that was not answered is told from one behind an
// answer.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	const asked, answered = "c> PSH,ACK 1 1 +10\nwait 100us\ns> ACK 1 11\n", "s> PSH,ACK 1 11 +10\nwait 100us\nc> ACK 11 11\n"
	for name, c := range map[string]struct {
		script string
		want   bool
	}{
		"a FIN of the client's":         {asked + "wait 1s\nc> FIN,ACK 11 1\nwait 100us\ns> FIN,ACK 1 12", true},
		"a FIN of the server's":         {asked + "wait 1s\ns> FIN,ACK 1 11\nwait 100us\nc> FIN,ACK 11 2", true},
		"a RST":                         {asked + "wait 1s\nc> RST,ACK 11 1", true},
		"signs of life":                 {asked + "wait 1s\nc> ACK 10 1\nwait 100us\ns> ACK 1 11\nwait 1s\nc> ACK 10 1", true},
		"a second one":                  {asked + answered + "wait 100ms\nc> PSH,ACK 11 11 +10\nwait 100us\ns> ACK 11 21\nwait 1s\nc> RST,ACK 21 11", true},
		"after the answer":              {asked + answered + "wait 1s\nc> FIN,ACK 11 11", false},
		"signs of life, and the answer": {asked + "wait 1s\nc> ACK 10 1\nwait 100us\ns> ACK 1 11\nwait 100ms\n" + answered + "wait 1500ms\nc> FIN,ACK 11 11", false},
		"a greeting, and silence":       {"s> PSH,ACK 1 1 +10\nwait 100us\nc> ACK 1 11\nwait 1s\nc> FIN,ACK 1 11", false},
		"nothing":                       {"wait 1s\nc> FIN,ACK 1 1", false},
	} {
		for _, v := range []view{atBoth, atClient, between} {
			conn := atOnceThere(newScript(t, v), strings.TrimSpace(opened+c.script))
			checkMeasures(t, conn)
			if got := conn.Verdict(); got.Limit != tcpstate.LimitIdle || got.Unanswered != c.want {
				t.Errorf("%s, from %v: %+v", name, v, got)
			}
		}
	}
}
