package tcpstate_test

import (
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

const opened = "c> SYN 0\nwait 100us\ns> SYN,ACK 0 1\nwait 100us\nc> ACK 1 1\n"

// Whom a late ACK, and a silence before a FIN, belongs to, is told by what comes
// next, from each place alike.
func TestLateAcks(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		script string
		want   map[tcpstate.Limit]time.Duration // to the millisecond
		held   int
	}{
		"an answer, after a delayed ACK": {
			script: "c> PSH,ACK 1 1 +100\nwait 40ms\ns> ACK 1 101\nwait 960ms\ns> PSH,ACK 1 101 +50\nwait 100us\nc> ACK 101 51",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitServer: 1000 * ms},
		},
		"an answer to a client that has closed": {
			script: "c> PSH,ACK 1 1 +100\nwait 40ms\ns> ACK 1 101\nwait 360ms\nc> FIN,ACK 101 1\nwait 40ms\ns> ACK 1 102\nwait 560ms\ns> PSH,ACK 1 102 +50\nwait 100us\nc> ACK 102 51",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitServer: 1000 * ms},
		},
		"an answer behind a sign of life": {
			script: "c> PSH,ACK 1 1 +100\nwait 100us\ns> ACK 1 101\nwait 60s\nc> ACK 100 1\nwait 100us\ns> ACK 1 101\nwait 1s\ns> PSH,ACK 1 101 +50",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitServer: 61000 * ms},
		},
		"a request behind a sign of life": {
			script: "c> PSH,ACK 1 1 +100\nwait 100us\ns> PSH,ACK 1 101 +50\nwait 100us\nc> ACK 101 51\nwait 60s\ns> ACK 50 101\nwait 100us\nc> ACK 101 51\nwait 1s\nc> PSH,ACK 101 51 +100",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitIdle: 60000 * ms, tcpstate.LimitClient: 1000 * ms},
		},
		"no answer before the FIN": {
			script: "c> PSH,ACK 1 1 +100\nwait 40ms\ns> ACK 1 101\nwait 360ms\nc> FIN,ACK 101 1\nwait 100us\ns> FIN,ACK 1 102\nwait 100us\nc> ACK 102 2",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitIdle: 400 * ms},
		},
		"small segments that wait for a delayed ACK": {
			script: "c> PSH,ACK 1 1 +100\nwait 40ms\ns> ACK 1 101\nc> PSH,ACK 101 1 +10\nwait 40ms\ns> ACK 1 111\nc> PSH,ACK 111 1 +10\nwait 300us\ns> PSH,ACK 1 121 +50",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitDelayedAck: 80 * ms},
			held:   2,
		},
		"data that comes long after a delayed ACK": {
			script: "c> PSH,ACK 1 1 +100\nwait 40ms\ns> ACK 1 101\nwait 60ms\nc> PSH,ACK 101 1 +10\nwait 100us\ns> ACK 1 111",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitClient: 100 * ms},
		},
		"a full segment after a late ACK": {
			script: "c> ACK 1 1 +1460\nwait 40ms\ns> ACK 1 1461\nc> PSH,ACK 1461 1 +1460\nwait 100us\ns> ACK 1 2921",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 40 * ms},
		},
		"an ACK that is late for a long flight": {
			script: "c> ACK 1 1 +1460\nc> ACK 1461 1 +1460\nc> PSH,ACK 2921 1 +1460\nwait 40ms\ns> ACK 1 4381\nwait 60ms\ns> PSH,ACK 1 4381 +50",
			want:   map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 40 * ms, tcpstate.LimitServer: 60 * ms},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, v := range []view{atBoth, atClient, between} {
				conn := atOnceThere(newScript(t, v), opened+c.script)
				checkMeasures(t, conn)
				for l, d := range conn.Spent() {
					if got, want := d.Round(ms), c.want[tcpstate.Limit(l)]; (got - want).Abs() > 2*ms {
						t.Errorf("from %v: %v on %v, not %v", v, got, tcpstate.Limit(l), want)
					}
				}
				if got := conn.Verdict(); got.Held != c.held {
					t.Errorf("from %v: %d segments were held back, not %d", v, got.Held, c.held)
				}
			}
		})
	}
}

// atOnceThere plays a script over wires without delay: what one end sends is at
// the other in the same moment.
func atOnceThere(p *script, text string) *tcpstate.Conn {
	p.t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.Fields(line)
		if words[0] == "wait" {
			p.line(words)
			continue
		}
		from := tcpstate.Client
		if words[0] == "s>" {
			from = tcpstate.Server
		}
		s := p.segment(from, words[1:])
		p.frame++
		s.Frame, s.Time = p.frame, p.now
		switch {
		case p.view == between:
			p.conn = p.observe.Observe(s, tcpstate.Passing).Conn
		case p.view == atBoth, from == tcpstate.Client:
			p.conn = p.observe.Observe(s, tcpstate.Sent).Conn
		}
		if p.view == atBoth || p.view == atClient && from == tcpstate.Server {
			p.conn = p.observe.Observe(s, tcpstate.Received).Conn
		}
	}
	return p.conn
}
