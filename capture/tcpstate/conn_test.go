package tcpstate_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"statelab/capture/tcpstate"
)

// history is a short way to write a sequence of states.
func history(states ...tcpstate.State) []tcpstate.State { return states }

func TestSelfConnect(t *testing.T) {
	t.Parallel()
	self := netip.MustParseAddrPort("127.0.0.1:5000")
	for name, wheres := range map[string][]tcpstate.Where{
		"passing": {tcpstate.Passing},
		"tapped":  {tcpstate.Sent, tcpstate.Received},
	} {
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{BothTaps: len(wheres) == 2})
		var conn *tcpstate.Conn
		frame := 0
		for _, s := range []tcpstate.Segment{
			{Flags: tcpstate.SYN, Seq: 100},
			{Flags: tcpstate.SYN | tcpstate.ACK, Seq: 100, Ack: 101},
			{Flags: tcpstate.ACK, Seq: 101, Ack: 101},
			{Flags: tcpstate.ACK | tcpstate.PSH, Seq: 101, Ack: 101, Len: 5},
			{Flags: tcpstate.ACK, Seq: 106, Ack: 106},
			{Flags: tcpstate.ACK | tcpstate.FIN, Seq: 106, Ack: 106},
			{Flags: tcpstate.ACK, Seq: 107, Ack: 107},
		} {
			for _, where := range wheres {
				frame++
				s.Frame, s.Src, s.Dst, s.Window = frame, self, self, 1000
				s.Time = time.Unix(0, int64(frame)*1e6)
				r := o.Observe(&s, where)
				checkChanges(t, 0, r)
				conn = r.Conn
			}
		}
		want := history(tcpstate.Closed, tcpstate.SynSent, tcpstate.SynReceived, tcpstate.Established,
			tcpstate.FinWait1, tcpstate.Closing, tcpstate.TimeWait)
		if got := conn.History[tcpstate.Client]; !slices.Equal(got, want) {
			t.Errorf("%s: the one end went through %v, want %v", name, got, want)
		}
		if h := conn.Handshake; !h.Complete || h.RTT != time.Duration(2*len(wheres))*time.Millisecond {
			t.Errorf("%s: its handshake is %+v", name, h)
		}
		if n := conn.Findings[tcpstate.FoundSimultaneousOpen]; n != 2 {
			t.Errorf("%s: %d segments are of the simultaneous open, want the SYN,ACK and the ACK of it", name, n)
		}
		spent := conn.Spent()
		if spent[tcpstate.LimitServer] != 0 || spent[tcpstate.LimitClosing] == 0 {
			t.Errorf("%s: its time was spent on %v", name, spent)
		}
		if d := conn.Direction(tcpstate.Client); d.RTT.Samples == 0 || d.FlightMax != 5 {
			t.Errorf("%s: %d round trips, %d octets in flight", name, d.RTT.Samples, d.FlightMax)
		}
		if len(conn.History[tcpstate.Server]) != 0 {
			t.Errorf("%s: a second end went through %v", name, conn.History[tcpstate.Server])
		}
	}
}

func TestRoundTripTime(t *testing.T) {
	t.Parallel()
	const text = handshake + `
c> PSH,ACK 1 1 +100
wait 100ms
s> ACK 1 101
c| PSH,ACK 101 1 +100
wait 300ms
c> PSH,ACK 101 1 +100
wait 10ms
s> ACK 1 201
`
	// A segment takes 5 ms, and 5 ms pass before the next one is sent.
	for v, want := range map[view]time.Duration{
		atBoth: 120 * time.Millisecond, atClient: 120 * time.Millisecond,
		atServer: 105 * time.Millisecond, between: 115 * time.Millisecond,
	} {
		p := newScript(t, v)
		var times []time.Duration
		acked := map[int]bool{}
		p.each = func(s *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
			if r.AcksFrame != 0 && s.Src == p.addr[tcpstate.Server] && s.Flags == tcpstate.ACK {
				acked[r.AcksFrame] = true
				if r.RTT != 0 {
					times = append(times, r.RTT)
				}
			}
		}
		p.play(text)
		// By Karn's rule (RFC 6298 §3) what was sent twice has no RTT. At the
		// server, nobody knows that it was.
		n := 1
		if v == atServer {
			n = 2
		}
		if len(times) != n || len(acked) != 2 {
			t.Errorf("view %d: round-trip times %v of %d acknowledged frames", v, times, len(acked))
			continue
		}
		if d := (times[0] - want).Abs(); d > 15*time.Millisecond {
			t.Errorf("view %d: a round trip takes %v, want about %v", v, times[0], want)
		}
	}
}

func TestReadingNumbers(t *testing.T) {
	t.Parallel()
	p := newScript(t, atClient)
	type numbers struct {
		seq, ack, inFlight uint32
		acks               int
	}
	var got []numbers
	p.each = func(_ *tcpstate.Segment, _ tcpstate.Where, r *tcpstate.Reading) {
		if !r.Relative {
			t.Errorf("frame %d has no relative numbers", p.frame)
		}
		got = append(got, numbers{r.RelSeq, r.RelAck, r.InFlight, r.AcksFrame})
	}
	p.play(handshake + `
c> PSH,ACK 1 1 +20
c> PSH,ACK 21 1 +20
s> ACK 1 21
s> ACK 1 41`)
	want := []numbers{
		{0, 0, 0, 0},
		{0, 1, 0, 1},
		{1, 1, 0, 2},
		{1, 1, 20, 0},
		{21, 1, 40, 0},
		{1, 21, 0, 4},
		{1, 41, 0, 5},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestUniqueOctets: whatever order pieces come in, and however often, each octet
// counts once.
func TestUniqueOctets(t *testing.T) {
	t.Parallel()
	a, b := netip.MustParseAddrPort("10.0.0.1:1000"), netip.MustParseAddrPort("10.0.0.2:80")
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 3))
		base := tcpstate.Seq(rng.Uint32())
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
		var conn *tcpstate.Conn
		see := func(s tcpstate.Segment) {
			s.Time = time.Unix(0, 0)
			conn = o.Observe(&s, tcpstate.Passing).Conn
		}
		see(tcpstate.Segment{Src: a, Dst: b, Seq: base - 1, Flags: tcpstate.SYN})
		seen := make([]bool, 40_000)
		unique, contiguous, total := 0, 0, 0
		for range 300 {
			// Near what is missing first, in pieces that overlap.
			at := max(0, contiguous-300+rng.IntN(1500))
			n := 1 + rng.IntN(400)
			total += n
			for i := at; i < at+n; i++ {
				if !seen[i] {
					seen[i] = true
					unique++
				}
			}
			for seen[contiguous] {
				contiguous++
			}
			see(tcpstate.Segment{Src: a, Dst: b, Seq: base.Add(uint32(at)), Flags: tcpstate.ACK, Len: n})
			if rng.IntN(2) == 0 {
				see(tcpstate.Segment{Src: b, Dst: a, Flags: tcpstate.ACK, Ack: base.Add(uint32(contiguous))})
			}
		}
		if got := conn.Bytes[tcpstate.Client]; got != int64(unique) || conn.Total[tcpstate.Client] != int64(total) {
			t.Fatalf("seed %d: %d octets once and %d in all, want %d and %d", seed, got, conn.Total[tcpstate.Client], unique, total)
		}
	}
}

func TestWindowScale(t *testing.T) {
	t.Parallel()
	a, b := netip.MustParseAddrPort("10.0.0.1:1000"), netip.MustParseAddrPort("10.0.0.2:80")
	scale := func(n uint8) tcpstate.Options { return tcpstate.Options{HasScale: true, Scale: n} }
	for _, tt := range []struct {
		name         string
		syn, synAck  tcpstate.Options
		client, serv uint32
	}{
		{"both offer", scale(7), scale(2), 1000 << 7, 1000 << 2},
		{"the server does not", scale(7), tcpstate.Options{}, 1000, 1000},
		{"the client does not", tcpstate.Options{}, scale(7), 1000, 1000},
		{"more than 14 is 14", scale(200), scale(0), 1000 << 14, 1000},
	} {
		o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
		see := func(s tcpstate.Segment) tcpstate.Reading {
			s.Window, s.Time = 1000, time.Unix(0, 0)
			return *o.Observe(&s, tcpstate.Passing)
		}
		if r := see(tcpstate.Segment{Src: a, Dst: b, Flags: tcpstate.SYN, Options: tt.syn}); r.ScaledWindow != 1000 {
			t.Errorf("%s: the SYN's own window is scaled to %d", tt.name, r.ScaledWindow)
		}
		see(tcpstate.Segment{Src: b, Dst: a, Flags: tcpstate.SYN | tcpstate.ACK, Ack: 1, Options: tt.synAck})
		r := see(tcpstate.Segment{Src: a, Dst: b, Flags: tcpstate.ACK, Seq: 1, Ack: 1})
		if r.ScaledWindow != tt.client || !r.ScaleKnown {
			t.Errorf("%s: the client's window is %d (%v), want %d", tt.name, r.ScaledWindow, r.ScaleKnown, tt.client)
		}
		r = see(tcpstate.Segment{Src: b, Dst: a, Flags: tcpstate.ACK, Seq: 1, Ack: 1})
		if r.ScaledWindow != tt.serv || !r.ScaleKnown {
			t.Errorf("%s: the server's window is %d (%v), want %d", tt.name, r.ScaledWindow, r.ScaleKnown, tt.serv)
		}
	}
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{})
	if r := o.Observe(&tcpstate.Segment{Src: a, Dst: b, Flags: tcpstate.ACK, Window: 77}, tcpstate.Passing); r.ScaleKnown || r.ScaledWindow != 77 {
		t.Errorf("met midway, the window is %d (%v), want 77 as sent", r.ScaledWindow, r.ScaleKnown)
	}
}

func TestEndings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, script string
		silence      time.Duration
		want         tcpstate.Ending
	}{
		{"open", handshake, 0, tcpstate.EndOpen},
		{"open and idle", handshake, time.Hour, tcpstate.EndOpen},
		{"closed", handshake + "c> FIN,ACK 1 1\ns> FIN,ACK 1 2\nc> ACK 2 2", 0, tcpstate.EndFIN},
		{"half", handshake + "c> FIN,ACK 1 1\ns> ACK 1 2", time.Hour, tcpstate.EndHalf},
		{"reset", handshake + "s> RST,ACK 1 1", 0, tcpstate.EndRST},
		{"closed, then reset", handshake + "c> FIN,ACK 1 1\ns> FIN,ACK 1 2\nc> ACK 2 2\nc> RST 2", 0, tcpstate.EndFIN},
		{"SYN timeout", "c| SYN 0\nwait 1s\nc| SYN 0\nwait 2s\nc| SYN 0", time.Minute, tcpstate.EndTimeout},
		{"cut while waiting", "c| SYN 0\nwait 1s\nc| SYN 0\nwait 2s\nc| SYN 0", 3 * time.Second, tcpstate.EndNever},
		{"SYN,ACK unanswered", "c> SYN 0\ns> SYN,ACK 0 1", 0, tcpstate.EndNever},
		{"data timeout", handshake + "c| PSH,ACK 1 1 +9\nwait 1s\nc| PSH,ACK 1 1 +9\nwait 2s\nc| PSH,ACK 1 1 +9", time.Minute, tcpstate.EndTimeout},
	} {
		p := newScript(t, between).play(tt.script)
		p.observe.Finish(p.now.Add(tt.silence))
		if p.conn.Ending != tt.want {
			t.Errorf("%s: ended %q, want %q", tt.name, p.conn.Ending, tt.want)
		}
	}
}

// TestBounds: the observer gives up the connection that was silent longest, and
// those that are over after their linger.
func TestBounds(t *testing.T) {
	t.Parallel()
	var closed []int
	o := tcpstate.NewObserver(tcpstate.ObserverOptions{
		MaxConns: 3, Linger: time.Minute, OnClose: func(c *tcpstate.Conn) {
			if !c.Resumed {
				closed = append(closed, c.Stream)
			}
		},
	})
	server := netip.MustParseAddrPort("10.0.0.2:80")
	now := time.Unix(0, 0)
	see := func(port uint16, flags tcpstate.Flags) {
		client := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), port)
		o.Observe(&tcpstate.Segment{Time: now, Src: client, Dst: server, Flags: flags}, tcpstate.Passing)
	}
	for port := range uint16(3) {
		see(port, tcpstate.SYN)
	}
	now = now.Add(time.Second)
	see(0, tcpstate.SYN) // a retransmission makes stream 0 the latest
	see(3, tcpstate.SYN)
	if want := []int{1}; !slices.Equal(closed, want) {
		t.Fatalf("to make room %v were given up, want %v", closed, want)
	}
	for port := range uint16(4) {
		see(port, tcpstate.RST)
	}
	now = now.Add(2 * time.Minute)
	see(9, tcpstate.SYN)
	if n := len(o.Conns()); n > 3 {
		t.Errorf("%d connections are followed, with 3 allowed", n)
	}
	o.Finish(time.Time{})
	if len(o.Conns()) != 0 {
		t.Error("the observer is not empty after Finish")
	}
	slices.Sort(closed)
	for i, stream := range closed {
		if i != stream {
			t.Fatalf("streams %v ended, not every one once", closed)
		}
	}
}
