package tcpstate_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// Before a connection is open, who sent the RST, and whether a SYN,ACK had come, tells
// a port that is closed from one that is open.
func TestResetBeforeOpening(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		kind   tcpstate.VerdictKind
		whose  tcpstate.End
		client tcpstate.State
		least  time.Duration // of LimitOpening, and none of LimitClosing
	}{
		"refused": {"c> SYN 0\nwait 100us\ns> RST,ACK 0 1", tcpstate.VerdictRefused, tcpstate.Client, tcpstate.Closed, 0},
		"refused, asked again, refused": {
			"c> SYN 0\nwait 100us\ns> RST,ACK 0 1\nwait 500ms\nc> SYN 0\nwait 100us\ns> RST,ACK 0 1",
			tcpstate.VerdictRefused, tcpstate.Client, tcpstate.Closed, 500 * time.Millisecond,
		},
		"an open port, scanned": {
			"c> SYN 0\nwait 100us\ns> SYN,ACK 0 1\nwait 100us\nc> RST 1",
			tcpstate.VerdictAborted, tcpstate.Client, tcpstate.Closed, 0,
		},
		"an open port, and its SYN was not seen": {
			"s> SYN,ACK 0 1\nwait 100us\nc> RST 1",
			tcpstate.VerdictAborted, tcpstate.Client, tcpstate.Closed, 0,
		},
		"an answer that is taken back": {
			"c> SYN 0\nwait 100us\ns> SYN,ACK 0 1\nwait 3s\ns> RST 1",
			tcpstate.VerdictAborted, tcpstate.Server, tcpstate.Closed, 3 * time.Second,
		},
		"a SYN,ACK for another's SYN, and no other": {
			"c> SYN 0\nwait 100us\ns> SYN,ACK 0 -500\nwait 100us\nc> RST -500\nwait 1s\ns> SYN,ACK 0 -500",
			tcpstate.VerdictNeverOpened, tcpstate.Client, tcpstate.SynSent, time.Second,
		},
		"a SYN,ACK for another's SYN": {
			"c> SYN 0\nwait 100us\ns> SYN,ACK 0 -500\nwait 100us\nc> RST -500\nwait 1s\nc> SYN 0\nwait 100us\ns> SYN,ACK 900 1\nwait 100us\nc> ACK 1 901",
			tcpstate.VerdictLimited, tcpstate.Client, tcpstate.Established, time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, v := range []view{atClient, between} {
				if v == atClient && name == "an open port, and its SYN was not seen" {
					continue // at its own host nothing is missing
				}
				p := newScript(t, v)
				conn := atOnceThere(p, c.script)
				checkMeasures(t, conn)
				if got := conn.Verdict(); got.Kind != c.kind || got.Whose != c.whose || got.Answered != (c.kind == tcpstate.VerdictAborted) {
					t.Errorf("from %v: %+v", v, got)
				}
				if conn.State[tcpstate.Client] != c.client {
					t.Errorf("from %v: the client is in %v", v, conn.History[tcpstate.Client])
				}
				if spent := conn.Spent(); spent[tcpstate.LimitOpening] < c.least || spent[tcpstate.LimitClosing] != 0 {
					t.Errorf("from %v: %v", v, spent)
				}
				if name == "a SYN,ACK for another's SYN" && slices.Contains(conn.History[tcpstate.Client], tcpstate.SynReceived) {
					t.Errorf("from %v: %v", v, conn.History[tcpstate.Client])
				}
			}
		})
	}
}

// A RST that nobody obeyed ends nothing: neither the states, nor the time, nor the
// numbers go by it.
func TestResetThatEndsNothing(t *testing.T) {
	t.Parallel()
	const talk = opened + "c> PSH,ACK 1 1 +10\nwait 100us\ns> PSH,ACK 1 11 +10\nwait 100us\nc> ACK 11 11\nwait 200ms\n"
	const forged = talk + "c> RST 111\nwait 100us\ns> ACK 11 11\n"
	const goesOn = "wait 300ms\nc> PSH,ACK 11 11 +10\nwait 100us\ns> ACK 11 21"
	for name, c := range map[string]struct {
		script   string
		ending   tcpstate.Ending
		states   [2]tcpstate.State
		assumed  [2]int
		closing  bool // time was spent on it
		closer   int  // the frame of the first FIN or RST
		findings []string
	}{
		"forged, and challenged": {
			forged + goesOn, tcpstate.EndOpen,
			[2]tcpstate.State{tcpstate.Established, tcpstate.Established},
			[2]int{},
			false, 0,
			[]string{tcpstate.FoundChallengeAck, tcpstate.FoundInTurn, tcpstate.FoundNotArrived},
		},
		"forged, and dropped silently": {
			talk + "c> RST 111\n" + goesOn, tcpstate.EndOpen,
			[2]tcpstate.State{tcpstate.Established, tcpstate.Established},
			[2]int{},
			false, 0,
			[]string{tcpstate.FoundInTurn, tcpstate.FoundNotArrived},
		},
		"challenged, and sent again as it must be": {
			forged + "wait 100us\nc> RST 11", tcpstate.EndRST,
			[2]tcpstate.State{tcpstate.Closed, tcpstate.Closed},
			[2]int{0, 1},
			false, 9,
			[]string{tcpstate.FoundChallengeAck},
		},
		"beyond what the capture holds": {
			talk + "c> RST 111\nwait 300ms\ns> ACK 11 11 +10", tcpstate.EndRST, [2]tcpstate.State{tcpstate.Closed, tcpstate.Established}, [2]int{1, 0}, true, 7, nil,
		},
		"ahead of what left before it": {
			talk + "c> RST 111\nc> PSH,ACK 11 11 +100\nwait 300ms\ns> ACK 11 111", tcpstate.EndRST, [2]tcpstate.State{tcpstate.Closed, tcpstate.Established}, [2]int{1, 0}, true, 7, nil,
		},
		"of its own, and lost": {
			talk + "c> RST,ACK 11 11\nwait 300ms\ns> PSH,ACK 11 11 +10", tcpstate.EndRST, [2]tcpstate.State{tcpstate.Closed, tcpstate.Established}, [2]int{}, true, 7, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newScript(t, between)
			counted := newScript(t, between)
			counted.each = func(s *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
				if r.InFlight > 100 || r.InFlight != 10 && s.Len == 10 {
					t.Errorf("frame %d: %d octets in flight", s.Frame, r.InFlight)
				}
			}
			counted.play(c.script)
			conn := atOnceThere(p, c.script)
			checkMeasures(t, conn)
			_, frame, _ := conn.FirstCloser()
			p.observe.Finish(p.now)
			if conn.Ending != c.ending || conn.State != c.states || conn.Assumed != c.assumed || frame != c.closer {
				t.Errorf("%v in %v, %v assumed, by frame %d", conn.Ending, conn.History, conn.Assumed, frame)
			}
			if closing := conn.Spent()[tcpstate.LimitClosing] > time.Millisecond; closing != c.closing {
				t.Errorf("%v", conn.Spent())
			}
			if c.closer == 0 && conn.Spent()[tcpstate.LimitClient] < 300*time.Millisecond {
				t.Errorf("%v", conn.Spent())
			}
			for _, f := range c.findings {
				if conn.Findings[f] == 0 {
					t.Errorf("no %s in %v", f, conn.Findings)
				}
			}
			if challenged := slices.Contains(c.findings, tcpstate.FoundChallengeAck); !challenged && conn.Findings[tcpstate.FoundChallengeAck] > 0 {
				t.Errorf("%v", conn.Findings)
			}
			if conn.Findings[tcpstate.FoundFillsGap]+conn.Findings[tcpstate.FoundOffFigure] > 0 || conn.Standing()[tcpstate.FoundRetransmission] > 0 {
				t.Errorf("%v", conn.Findings)
			}
		})
	}
}

// An end that lost the connection, and opens it anew (RFC 9293 §3.5.1), opens it for as
// long as that takes.
func TestRecoveryIsOpening(t *testing.T) {
	t.Parallel()
	conn := atOnceThere(newScript(t, between), opened+"wait 5s\nc> SYN 0 new\nwait 100us\ns> ACK 1 -268435455\nwait 100us\nc> RST 4026531841\nwait 1s\nc> SYN 0\nwait 100us\ns> SYN,ACK 0 1 new\nwait 100us\nc> ACK 1 1")
	checkMeasures(t, conn)
	if spent := conn.Spent(); spent[tcpstate.LimitOpening] < time.Second {
		t.Errorf("%v of %v", spent, conn.Span())
	}
	conn = atOnceThere(newScript(t, between), "c> SYN 0\nwait 100us\ns> SYN,ACK 0 1\nwait 100us\nc> ACK 1 999\nwait 1s\ns> PSH,ACK 999 1 +10")
	if spent := conn.Spent(); spent[tcpstate.LimitOpening] > time.Millisecond {
		t.Errorf("where octets were missed, %v of %v", spent, conn.Span())
	}
}

// Where the clock of the trace goes back by a great part of a connection's time, no
// sentence tells of it; a few stamps that changed places are no such clock.
func TestUntimed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   tcpstate.VerdictKind
	}{
		"a stamp far ahead": {"c> SYN 0\nwait 10000h\ns> SYN,ACK 0 1\nwait -10000h\nc> ACK 1 1\nwait 1s\nc> PSH,ACK 1 1 +10", tcpstate.VerdictUntimed},
		"two that changed places": {
			"c> SYN 0\nwait 100us\ns> SYN,ACK 0 1\nwait -50us\nc> ACK 1 1\nwait 1s\nc> PSH,ACK 1 1 +10", tcpstate.VerdictLimited,
		},
	} {
		conn := atOnceThere(newScript(t, between), c.script)
		checkMeasures(t, conn)
		if got := conn.Verdict().Kind; got != c.want {
			t.Errorf("%s: %v of %v", name, got, conn.Span())
		}
	}
}

// A time stamp beyond what a count of nanoseconds can hold stands at the bound.
func TestUntimedAtTheBound(t *testing.T) {
	t.Parallel()
	p := newScript(t, between)
	s := p.segment(tcpstate.Client, []string{"SYN", "0"})
	s.Time = time.Unix(1e9, 0)
	p.observe.Observe(s, tcpstate.Passing)
	s.Time = time.Unix(math.MaxInt64/1_000_000_000-1, 0)
	if v := p.observe.Observe(s, tcpstate.Passing).Conn.Verdict(); v.Kind != tcpstate.VerdictUntimed {
		t.Errorf("%+v", v)
	}
}
