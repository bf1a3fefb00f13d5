package tcpstate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// What an ACK of unseen octets acknowledges is not in flight.
func TestInFlightAfterMissedOctets(t *testing.T) {
	t.Parallel()
	for place, p := range map[string]*script{"within": withinOne(t), "client": newScript(t, atClient), "between": newScript(t, between)} {
		var last uint32
		p.each = func(_ *tcpstate.Segment, where tcpstate.Where, r *tcpstate.Reading) {
			if where != tcpstate.Received || p.view != atBoth {
				last = r.InFlight
			}
		}
		p.play(opened + "s> ACK 1 1 +1000\nc> ACK 1 1001\nc> ACK 1 500001\ns> ACK 500001 1 +1000\ns> ACK 501001 1 +1000")
		if last != 2000 {
			t.Errorf("%s: %d octets in flight", place, last)
		}
	}
}

// A connection that is joined to itself has agreed on its scale with itself.
func TestScaleOfASelfConnect(t *testing.T) {
	t.Parallel()
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	p := newScript(t, between)
	self := p.addr[tcpstate.Client]
	for i, s := range []tcpstate.Segment{
		{Seq: 100, Flags: tcpstate.SYN, Window: 65535, Options: tcpstate.Options{HasScale: true, Scale: 10}},
		{Seq: 100, Ack: 101, Flags: tcpstate.SYN | tcpstate.ACK, Window: 65535, Options: tcpstate.Options{HasScale: true, Scale: 10}},
		{Seq: 101, Ack: 101, Flags: tcpstate.ACK, Window: 64},
	} {
		s.Src, s.Dst, s.Time, s.Frame = self, self, p.now.Add(time.Duration(i)*time.Millisecond), i+1
		for _, where := range []tcpstate.Where{tcpstate.Sent, tcpstate.Received} {
			r := o.Observe(&s, where)
			if i == 2 && (!r.ScaleKnown || r.ScaledWindow != 64<<10) {
				t.Errorf("a window of %d, known %v", r.ScaledWindow, r.ScaleKnown)
			}
			if kind := r.Conn.Verdict().Kind; kind == tcpstate.VerdictOneSided {
				t.Errorf("it is %v, but both ends are one", kind)
			}
		}
	}
}

// That an end still holds an old connection is assumed where its RST may have been
// missed: what it sends proves or refutes it.
func TestHeldConnection(t *testing.T) {
	t.Parallel()
	const again = handshake + "c> PSH,ACK 1 1 +5\ns> ACK 1 6\nwait 10s\nc> SYN 0 new\n"
	for answer, c := range map[string]struct {
		change  string
		found   string
		assumed int
		settled bool
	}{
		"":                    {"client CLOSED→SYN-SENT", tcpstate.FoundHalfOpen, 1, false},
		"s> SYN,ACK 0 1 new":  {"server ESTABLISHED→SYN-RECEIVED!", tcpstate.FoundNotArrived, 0, false},
		"s> ACK 1 -268435450": {"client CLOSED→SYN-SENT", tcpstate.FoundChallengeAck, 0, true}, // by the old numbers
	} {
		p := newScript(t, atServer)
		settled := false
		p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
			settled = settled || len(r.Settled) > 0 && r.Conn.Stream == 1
		}
		p.play(again)
		if answer != "" {
			p.play(answer)
		}
		if !slices.Contains(p.changes, c.change) || !slices.Contains(p.findings, c.found) || slices.Contains(p.findings, tcpstate.FoundOffFigure) {
			t.Errorf("%q: %v %v", answer, p.changes, p.findings)
		}
		if got := p.conn.Assumed[tcpstate.Server]; got != c.assumed || settled != c.settled {
			t.Errorf("%q: %d states are assumed, settled %v", answer, got, settled)
		}
	}
}

// Of a connection with one end heard alone nothing tells what limited it.
func TestOneSided(t *testing.T) {
	t.Parallel()
	server := "s> SYN,ACK 0 1\nwait 5ms\ns> ACK 1 84\nwait 300ms\ns> PSH,ACK 1 84 +100\nwait 40ms\ns> FIN,ACK 101 165"
	for text, c := range map[string]struct {
		kind tcpstate.VerdictKind
		who  tcpstate.End
	}{
		server: {tcpstate.VerdictOneSided, tcpstate.Server},
		"c> SYN 0\nwait 5ms\nc> ACK 1 1\nwait 1s\nc> PSH,ACK 1 1 +50": {tcpstate.VerdictOneSided, tcpstate.Client},
		"c> SYN 0\nwait 1s\nc> SYN 0":                                 {tcpstate.VerdictNeverOpened, tcpstate.Client},
		server + "\nc> RST 165":                                       {tcpstate.VerdictLimited, tcpstate.Server},
	} {
		conn := atOnceThere(newScript(t, between), text)
		checkMeasures(t, conn)
		if v := conn.Verdict(); v.Kind != c.kind || v.Whose != c.who || c.kind == tcpstate.VerdictOneSided && v.For != 0 {
			t.Errorf("%q: %+v", text, v)
		}
	}
}

// A FIN that acknowledges octets that were not seen may answer a FIN among them: who
// closed first is assumed, until more octets of the peer's show it.
func TestUnheardFIN(t *testing.T) {
	t.Parallel()
	for text, assumed := range map[string]int{
		"s> SYN,ACK 0 1\ns> ACK 1 84\ns> FIN,ACK 1 165":             1,
		"s> PSH,ACK 1 84 +5\ns> FIN,ACK 6 165":                      1,
		"s> PSH,ACK 1 -2000 +5\ns> FIN,ACK 6 -1000":                 1,
		handshake + "s> FIN,ACK 1 1":                                0,
		handshake + "s> FIN,ACK 1 51":                               1,
		handshake + "s> FIN,ACK 1 51\nc> PSH,ACK 1 1 +50":           1, // late, and the FIN may lie behind
		handshake + "s> FIN,ACK 1 51\nc> PSH,ACK 51 2 +10":          0,
		handshake + "s> FIN,ACK 1 51\nc> ACK 51 2\nc> FIN,ACK 51 2": 0,
		handshake + "s> FIN,ACK 1 51\nc> ACK 51 2":                  2,
	} {
		p := newScript(t, atServer).play(text)
		if got := p.conn.Assumed[tcpstate.Server]; got != assumed {
			t.Errorf("%q: %d states of %v are assumed, not %d", text, got, p.conn.History[tcpstate.Server], assumed)
		}
		if p := newScript(t, atBoth); strings.HasPrefix(text, handshake) && !strings.Contains(text, "51") {
			if p.play(text); p.conn.Assumed[tcpstate.Server] != 0 {
				t.Errorf("%q: assumed where both are watched", text)
			}
		}
	}
}
