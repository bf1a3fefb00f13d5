package tcpstate_test

import (
	"fmt"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// withinOne is a script that is watched within one machine: each segment is seen to
// leave and to arrive at once, and some may be missed.
func withinOne(t *testing.T) *script {
	p := newScript(t, atBoth)
	p.observe = tcpstate.NewObserver(tcpstate.ObserverOptions{})
	return p
}

// What the capture missed is neither a loss nor an application's time. A hole that
// nobody filled, and that an ACK covers, was the capture's; a duplicate ACK, or a
// segment that fills it, shows that it was not.
func TestMissedByTheCapture(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	const request = "c> PSH,ACK 1 1 +100\nwait 100us\ns> ACK 1 101\nwait 100us\n"
	const hole = request + "s> ACK 1 101 +1000\nwait 100us\nc> ACK 101 1001\nwait 100us\ns> PSH,ACK 2001 101 +1000\n"
	for name, c := range map[string]struct {
		script string
		want   map[tcpstate.Limit]time.Duration // to the millisecond
	}{
		"a segment of a response":        {hole + "wait 40ms\nc> ACK 101 3001", map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 40 * ms}},
		"one of two":                     {hole + "wait 40ms\ns> PSH,ACK 4001 101 +1000\nwait 40ms\nc> ACK 101 3001\nwait 40ms\nc> ACK 101 5001", map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 120 * ms}},
		"a repair, not the loss":         {hole + "c> ACK 101 1001\nwait 40ms\nc> ACK 101 3001", map[tcpstate.Limit]time.Duration{tcpstate.LimitLoss: 40 * ms}},
		"a repair that a SACK asked for": {hole + "c> ACK 101 1001 win=60001 sack=2001-3000\nwait 40ms\nc> ACK 101 3001", map[tcpstate.Limit]time.Duration{tcpstate.LimitLoss: 40 * ms}},
		"nothing: it came late":          {hole + "wait 40ms\ns> ACK 1001 101 +1000\nwait 100us\nc> ACK 101 3001", map[tcpstate.Limit]time.Duration{tcpstate.LimitLoss: 40 * ms}},
		"another, behind a real hole":    {hole + "c> ACK 101 1001\ns> PSH,ACK 4001 101 +1000\nc> ACK 101 3001\nwait 40ms\nc> ACK 101 5001", map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 40 * ms}},
		"another, behind a filled one":   {hole + "s> ACK 1001 101 +1000\ns> PSH,ACK 4001 101 +1000\nwait 40ms\nc> ACK 101 5001", map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 40 * ms}},
		"nothing: an ACK before it":      {request + "s> ACK 1 101 +1000\ns> PSH,ACK 2001 101 +1000\nwait 40ms\nc> ACK 101 501\nwait 100us\ns> ACK 1001 101 +1000", map[tcpstate.Limit]time.Duration{tcpstate.LimitLoss: 40 * ms}},
		"an answered request":            {"c> PSH,ACK 1 1 +100\nwait 40ms\ns> ACK 1 101\nwait 100us\ns> PSH,ACK 1 201 +50", map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 40 * ms}},
		"what came behind a late answer": {request + "wait 300ms\ns> PSH,ACK 1001 101 +50\ns> ACK 1 101 +1000\ns> PSH,ACK 2051 101 +50\nc> ACK 101 2101", map[tcpstate.Limit]time.Duration{tcpstate.LimitServer: 300 * ms}},
		"a whole response":               {request + "wait 40ms\nc> ACK 101 5001\nwait 100us\ns> PSH,ACK 5001 101 +1000", map[tcpstate.Limit]time.Duration{tcpstate.LimitUnseen: 40 * ms}},
		"a request":                      {request + "s> PSH,ACK 1 101 +50\nwait 100us\nc> ACK 101 51\nwait 300ms\ns> PSH,ACK 51 201 +50", map[tcpstate.Limit]time.Duration{tcpstate.LimitUnseen: 300 * ms}},
		"a request on its heels":         {request + "s> PSH,ACK 1 101 +50\nwait 300ms\nc> PSH,ACK 101 151 +100\nwait 100us\ns> ACK 151 201", map[tcpstate.Limit]time.Duration{tcpstate.LimitPath: 300 * ms}},
		"the first of a response":        {request + "wait 300ms\ns> PSH,ACK 1001 101 +50\nwait 100us\nc> ACK 101 1051", map[tcpstate.Limit]time.Duration{tcpstate.LimitUnseen: 300 * ms}},
		"no first of a response: late":   {request + "wait 300ms\ns> PSH,ACK 1001 101 +50\nwait 100us\ns> ACK 1 101 +1000\nwait 100us\nc> ACK 101 1051", map[tcpstate.Limit]time.Duration{tcpstate.LimitServer: 300 * ms}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for place, p := range map[string]*script{"within": withinOne(t), "client": newScript(t, atClient), "between": newScript(t, between)} {
				conn := atOnceThere(p, opened+c.script)
				checkMeasures(t, conn)
				for l, d := range conn.Spent() {
					if got, want := d.Round(ms), c.want[tcpstate.Limit(l)]; (got - want).Abs() > 2*ms {
						t.Errorf("%s: %v on %v, not %v", place, got, tcpstate.Limit(l), want)
					}
				}
			}
		})
	}
}

// A loss is its sender's whose octets were missing, be they sent again or not.
func TestWhoseLoss(t *testing.T) {
	t.Parallel()
	conn := atOnceThere(newScript(t, between), opened+"c> PSH,ACK 1 1 +10\nwait 100us\ns> PSH,ACK 1001 11 +10\nwait 1s\ns> PSH,ACK 1011 11 +10")
	if v := conn.Verdict(); v.Limit != tcpstate.LimitLoss || v.Whose != tcpstate.Server {
		t.Errorf("%+v", v)
	}
}

// A FIN that answers a FIN is its application's, as an answer with data is.
func TestFINAnswers(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	const asked = "c> PSH,ACK 1 1 +100\nwait 100us\ns> PSH,ACK 1 101 +50\nwait 100us\nc> FIN,ACK 101 51\nwait 40ms\n"
	for text, want := range map[string]tcpstate.Limit{
		asked + "s> FIN,ACK 51 102\nwait 100us\nc> ACK 102 52":                                   tcpstate.LimitServer,
		asked + "s> FIN,ACK 51 101\nwait 100us\nc> ACK 102 52\ns> ACK 52 102":                    tcpstate.LimitPath, // they crossed
		asked + "s> FIN,ACK 51 102\nwait 100us\ns> FIN,ACK 51 102\nwait 100us\nc> ACK 102 52":    tcpstate.LimitServer,
		asked + "s> PSH,ACK 51 102 +9\nwait 100us\ns> FIN,ACK 60 102\nwait 100us\nc> ACK 102 61": tcpstate.LimitServer,
		asked + "s> ACK 51 102\nwait 100us\ns> FIN,ACK 51 102\nwait 100us\nc> ACK 102 52":        tcpstate.LimitPath, // a late ACK
		asked + "c> FIN,ACK 101 51\nwait 100us\ns> FIN,ACK 51 102\nwait 100us\nc> ACK 102 52":    tcpstate.LimitLoss,
		asked + "s> RST,ACK 51 102": tcpstate.LimitPath,
		asked + "s> ACK 51 102\nwait 100us\ns> PSH,ACK 51 102 +9\nwait 100us\ns> FIN,ACK 60 102": tcpstate.LimitServer,
		"c> PSH,ACK 1 1 +100\nwait 40ms\ns> FIN,ACK 1 101":                                       tcpstate.LimitPath, // of a request
	} {
		for place, p := range map[string]*script{"within": withinOne(t), "both": newScript(t, atBoth), "client": newScript(t, atClient), "between": newScript(t, between)} {
			conn := atOnceThere(p, opened+text)
			checkMeasures(t, conn)
			if got := conn.Spent()[want]; got < 39*ms || got > 42*ms {
				t.Errorf("%s, %q: %v", place, text, conn.Spent())
			}
		}
	}
}

// Round trips that are no longer than the handshake's have not grown, and where the
// order changes on the way, no queue is what they wait in.
func TestQueueOrNone(t *testing.T) {
	t.Parallel()
	const sent = "\nc> ACK %d 1 +1000\nc> ACK %d 1 +1000\nwait %v\ns> ACK 1 %d"
	for name, c := range map[string]struct {
		opening time.Duration
		late    string
		queued  bool
	}{
		"grown":                   {10 * time.Millisecond, "", true},
		"no longer than at first": {200 * time.Millisecond, "", false},
		"reordered":               {10 * time.Millisecond, "\nc> ACK 1001 1 +1000 ts=20,1\nwait 1s\nc> ACK 1 1 +1000 ts=19,1\ns> ACK 1 2001", false},
	} {
		text := fmt.Sprintf("c> SYN 0 ts=1,0\nwait %v\ns> SYN,ACK 0 1 ts=1,1\nc> ACK 1 1 ts=1,1", c.opening) + c.late
		base := 1
		if c.late != "" {
			base = 2001
		}
		for i := range 9 {
			at, wait := base+2000*i, 100*time.Millisecond
			if i == 0 {
				wait = time.Millisecond
			}
			text += fmt.Sprintf(sent, at, at+1000, wait, at+2000)
		}
		if v := newScript(t, atClient).play(text).conn.Verdict(); v.Queued != c.queued {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// A queue is told by round trips over the whole way, as they are printed; within one
// machine there is none.
func TestQueueIsOnTheWholeWay(t *testing.T) {
	t.Parallel()
	trips := func(p *script, near, far time.Duration) *tcpstate.Conn {
		text := fmt.Sprintf("c> SYN 0\nwait %v\ns> SYN,ACK 0 1\nwait %v\nc> ACK 1 1", near, far)
		for i := range 9 { // from here to the receiver and back takes three times as long then
			at := 1 + 2000*i
			text += fmt.Sprintf("\nc> ACK %d 1 +1000\nc> ACK %d 1 +1000\nwait %v\ns> ACK 1 %d", at, at+1000, 3*near, at+2000)
		}
		return atOnceThere(p, text)
	}
	const us, ms = time.Microsecond, time.Millisecond
	for name, c := range map[string]struct {
		p         *script
		near, far time.Duration
		queued    bool
	}{
		"a small part of the way": {newScript(t, between), 20 * ms, 100 * ms, false},
		"most of the way":         {newScript(t, between), 30 * ms, 100 * us, true},
		"from the sender":         {newScript(t, atClient), 30 * ms, 100 * us, true},
		"within one machine":      {withinOne(t), 30 * ms, 100 * us, false},
	} {
		v := trips(c.p, c.near, c.far).Verdict()
		if v.Queued != c.queued || v.Queued && v.RTT < 2*v.RTTMin {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
