package tcpstate_test

import (
	"fmt"
	"strings"
	"testing"

	"statelab/capture/tcpstate"
)

// What an end sends proves what was assumed of it; what nothing proves is still
// assumed at the end.
func TestSettled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		view    view
		script  string
		settled string
		assumed [2]int
	}{
		"a handshake and a request": {
			between, "c> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1\nc> PSH,ACK 1 1 +10\ns> ACK 1 11",
			"3: client ESTABLISHED since 2; 5: server ESTABLISHED since 3",
			[2]int{},
		},
		"the last ACK": {
			between, "c> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1\nc> FIN,ACK 1 1\ns> ACK 1 2\ns> FIN,ACK 1 2\nc> ACK 2 2",
			"3: client ESTABLISHED since 2; 5: server ESTABLISHED since 3; 5: server CLOSE-WAIT since 4; 7: client TIME-WAIT since 6",
			[2]int{0, 1},
		},
		"a FIN that may have been sent before": {
			between, "c> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1\ns> ACK 1 1 +5\nc> FIN,ACK 1 6\ns> FIN,ACK 6 2\nc> ACK 2 7",
			"3: client ESTABLISHED since 2; 4: server ESTABLISHED since 3; 7: client TIME-WAIT since 6",
			[2]int{0, 3},
		},
		"midway": {
			between, "c> ACK 1 1\ns> ACK 1 1\nc> ACK 1 1\nc> ACK 1 1 +10\ns> ACK 1 11",
			"4: client ESTABLISHED since 1",
			[2]int{0, 1},
		},
		"at both ends": {atBoth, "c> SYN 0\ns> SYN,ACK 0 1\nc> ACK 1 1\nc> FIN,ACK 1 1\ns> FIN,ACK 1 2\nc> ACK 2 2", "", [2]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newScript(t, c.view)
			var settled []string
			p.each = func(s *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
				for _, x := range r.Settled {
					settled = append(settled, fmt.Sprintf("%d: %v %v since %d", s.Frame, x.End, x.State, x.Frame))
				}
				for e, n := range r.Conn.Assumed {
					if n > len(r.Conn.History[e]) {
						t.Errorf("frame %d: %d states assumed of %v", s.Frame, n, r.Conn.History[e])
					}
				}
			}
			p.play(c.script)
			if got := strings.Join(settled, "; "); got != c.settled {
				t.Errorf("settled %s\n    not %s", got, c.settled)
			}
			if p.conn.Assumed != c.assumed {
				t.Errorf("%v are assumed at the end of %v, not %v", p.conn.Assumed, p.conn.History, c.assumed)
			}
		})
	}
}
