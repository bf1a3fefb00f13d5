package analyze_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"statelab/capture"
	"statelab/capture/analyze"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// wired makes the frames of a builder those of a wire with taps at both ends:
// each is seen leaving, and at once arriving.
func wired(frames []capture.Frame) []capture.Frame {
	var out []capture.Frame
	for i, f := range frames {
		f.Wire, f.Order = uint64(i+1), uint64(10*i+1)
		f.Direction = capture.Outbound
		out = append(out, f)
		f.Direction, f.Order = capture.Inbound, f.Order+1
		out = append(out, f)
	}
	return out
}

// TestAbortBySegment: a stack that aborts because of a segment does not first
// take that segment's ACK, and its report of one change is no contradiction to
// the two that the segments show.
func TestAbortBySegment(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	b.send(1, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil) // frame 4: the server closes
	b.send(0, func(t *layers.TCP) { t.ACK, t.PSH = true, true }, nil) // frame 5: its ACK
	b.send(1, func(t *layers.TCP) { t.RST, t.ACK = true, true }, nil) // frame 6: the server aborts because of frame 5
	c := trace.Conn{Local: server, Remote: client}
	frames := wired(b.frames)
	report := func(after int, from, to tcpstate.State, wire uint64) trace.Observation {
		at := frames[2*after-1]
		return trace.Observation{
			Kind: trace.ObservedState, At: at.Time, Order: at.Order, Party: trace.Participant{Role: trace.RoleServer, Addr: server},
			Conn: c, From: from, To: to, Cause: trace.Cause{Kind: tcpstate.OnReceive, Name: "ACK", Wire: wire},
		}
	}
	run := func(cause uint64) []trace.StateChange {
		all, err := tell(t, analyze.Options{Exact: true}.Run(source(frames, nil), slices.Values([]trace.Observation{
			report(1, tcpstate.Listen, tcpstate.SynReceived, 1),
			report(3, tcpstate.SynReceived, tcpstate.Established, 3),
			report(4, tcpstate.Established, tcpstate.FinWait1, 0),
			report(6, tcpstate.FinWait1, tcpstate.Closed, cause),
		})))
		if err != nil {
			t.Fatal(err)
		}
		var out []trace.StateChange
		for _, e := range all {
			if e.Kind == trace.KindState && e.From.Addr == server {
				out = append(out, *e.State)
			}
		}
		return out
	}
	for cause, contradicted := range map[uint64]bool{5: false, 3: true} {
		got := run(cause)
		if len(got) != 4 {
			t.Fatalf("the server's changes: %+v", got)
		}
		if last := got[3]; last.Contradicted != contradicted {
			t.Errorf("because of frame %d: contradicted %v, want %v", cause, last.Contradicted, contradicted)
		}
		for _, s := range got {
			if s.End != tcpstate.Server {
				t.Errorf("%v → %v is told of the %v", s.From, s.To, s.End)
			}
		}
	}
}

// TestCookie: an end that remembered nothing in SYN-RECEIVED goes from LISTEN straight
// to ESTABLISHED (RFC 4987 §3.6), which is none of the edges that the segments show.
func TestCookie(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	frames := wired(b.frames)
	for from, figure := range map[tcpstate.State]bool{tcpstate.Listen: false, tcpstate.SynReceived: true} {
		all, err := tell(t, analyze.Options{Exact: true}.Run(source(frames, nil), slices.Values([]trace.Observation{{
			Kind: trace.ObservedState, At: frames[5].Time, Order: frames[5].Order, Party: trace.Participant{Role: trace.RoleServer, Addr: server},
			Conn: trace.Conn{Local: server, Remote: client}, From: from, To: tcpstate.Established,
			Cause: trace.Cause{Kind: tcpstate.OnReceive, Name: "ACK", Wire: 3},
		}})))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(e trace.Event) bool { return e.Kind == trace.KindState && e.From.Addr == server })
		if i < 0 || all[i].State.From != from || (all[i].State.Edge != nil) != figure {
			t.Errorf("from %v: edge of the figure %v, want %v", from, !figure, figure)
		}
	}
}

// TestListenerEnd: what a listener reports has no connection, and is the
// server's.
func TestListenerEnd(t *testing.T) {
	t.Parallel()
	o := trace.Observation{
		Kind: trace.ObservedState, At: time.Unix(1, 0), Party: trace.Participant{Role: trace.RoleServer, Addr: server},
		Conn: trace.Conn{Local: server}, From: tcpstate.Closed, To: tcpstate.Listen, Cause: trace.Cause{Kind: tcpstate.OnCall, Name: "listen"},
	}
	all, err := tell(t, analyze.Options{Exact: true}.Run(nil, slices.Values([]trace.Observation{o})))
	if err != nil {
		t.Fatal(err)
	}
	if got := all[0].State.End; got != tcpstate.Server {
		t.Errorf("the listener's change is told of the %v", got)
	}
}

// TestSummaryTellsWhatWasReported: where an end reports its states, the summary
// of the connection has those: a timer that no segment shows, too. A host that
// reports and has nothing to say of a connection does not remember it.
func TestSummaryTellsWhatWasReported(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	frames := wired(b.frames)
	c := trace.Conn{Local: client, Remote: server}
	last := frames[len(frames)-1]
	late := func(from, to tcpstate.State, kind tcpstate.TriggerKind, name string) trace.Observation {
		return trace.Observation{
			Kind: trace.ObservedState, At: last.Time.Add(time.Minute), Order: 1000, Conn: c,
			Party: trace.Participant{Role: trace.RoleClient, Addr: client}, From: from, To: to, Cause: trace.Cause{Kind: kind, Name: name},
		}
	}
	observations := []trace.Observation{
		observed(-1, c, trace.RoleClient, tcpstate.Closed, tcpstate.SynSent),
		late(tcpstate.SynSent, tcpstate.Established, tcpstate.OnReceive, "SYN,ACK"),
		late(tcpstate.Established, tcpstate.Closed, tcpstate.OnTimer, "keepalive"),
		{
			Kind: trace.ObservedState, At: last.Time.Add(time.Minute), Order: 1001, Party: trace.Participant{Role: trace.RoleServer, Addr: server},
			Conn: trace.Conn{Local: server, Remote: netip.MustParseAddrPort("10.0.0.9:1")}, From: tcpstate.Listen, To: tcpstate.SynReceived,
			Cause: trace.Cause{Kind: tcpstate.OnReceive, Name: "SYN"},
		},
	}
	all, err := tell(t, analyze.Options{Exact: true}.Run(source(frames, nil), slices.Values(observations)))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(e trace.Event) bool { return e.Kind == trace.KindConnection })
	if i < 0 {
		t.Fatal("no summary")
	}
	got := all[i].Connection
	if want := []tcpstate.State{tcpstate.Closed, tcpstate.SynSent, tcpstate.Established, tcpstate.Closed}; !slices.Equal(got.History[tcpstate.Client], want) {
		t.Errorf("the client went through %v, want %v", got.History[tcpstate.Client], want)
	}
	if got.State[tcpstate.Client] != tcpstate.Closed {
		t.Errorf("the client is in %v", got.State[tcpstate.Client])
	}
	if want := []tcpstate.State{tcpstate.Listen}; !slices.Equal(got.History[tcpstate.Server], want) {
		t.Errorf("a server that reports nothing went through %v, want %v", got.History[tcpstate.Server], want)
	}
}

// TestLatePoll: a state that segments have passed for certain is no news when a
// poll answers late; one that lies ahead is.
func TestLatePoll(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.loopback = true
	b.handshake()
	local, remote := netip.MustParseAddrPort("127.0.0.1:7"), netip.MustParseAddrPort("127.0.0.1:40000")
	c := trace.Conn{Local: local, Remote: remote}
	poll := func(from, to tcpstate.State) trace.Observation {
		return trace.Observation{
			Kind: trace.ObservedState, At: b.now.Add(time.Millisecond), Order: 9, Conn: c,
			Party: trace.Participant{Role: trace.RoleServer, Addr: local}, From: from, To: to, Cause: trace.Cause{Kind: tcpstate.OnPoll},
		}
	}
	for to, told := range map[tcpstate.State]bool{
		tcpstate.SynReceived: false, tcpstate.Established: false, tcpstate.CloseWait: true, tcpstate.Closed: true,
	} {
		all, err := tell(t, analyze.Run(source(b.frames, nil), slices.Values([]trace.Observation{poll(tcpstate.Listen, to)})))
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(all, func(e trace.Event) bool {
			return e.Kind == trace.KindState && e.State.Basis == tcpstate.Observed
		})
		if got != told {
			t.Errorf("a poll of %v after ESTABLISHED: told %v, want %v", to, got, told)
		}
	}
}

// TestEndOfTimeWait: no segment shows it, and a poll that does is told; so is not
// that a new connection begins, which a segment will show.
func TestEndOfTimeWait(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.loopback = true
	b.handshake()
	b.send(0, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	b.send(1, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	b.send(0, func(t *layers.TCP) { t.ACK = true }, nil)
	here, there := netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:7")
	for to, told := range map[tcpstate.State]bool{tcpstate.Closed: true, tcpstate.FinWait2: false, tcpstate.SynReceived: false} {
		all, err := tell(t, analyze.Run(source(b.frames, nil), slices.Values([]trace.Observation{{
			Kind: trace.ObservedState, At: b.now.Add(time.Millisecond), Order: 99, Conn: trace.Conn{Local: here, Remote: there},
			Party: trace.Participant{Role: trace.RoleClient, Addr: here}, From: tcpstate.TimeWait, To: to, Cause: trace.Cause{Kind: tcpstate.OnPoll},
		}})))
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(all, func(e trace.Event) bool {
			return e.Kind == trace.KindState && e.State.Basis == tcpstate.Observed && e.State.To == to
		})
		if got != told {
			t.Errorf("a poll of %v after TIME-WAIT: told %v, want %v", to, got, told)
		}
	}
}

// TestOlderMemory: of two samples, the one that was asked for first is not told
// behind the other; that nothing is remembered always is.
func TestOlderMemory(t *testing.T) {
	t.Parallel()
	here, there := netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:7")
	at := time.Unix(1_700_000_000, 0)
	sample := func(asked, answered int, entries ...trace.Entry) trace.Observation {
		return trace.Observation{
			Kind: trace.ObservedMemory, At: at.Add(time.Duration(answered) * time.Millisecond), Asked: at.Add(time.Duration(asked) * time.Millisecond),
			Conn: trace.Conn{Local: here, Remote: there}, Party: trace.Participant{Role: trace.RoleClient, Addr: here}, Memory: &trace.Memory{Entries: entries},
		}
	}
	block := trace.Entry{Kind: trace.MemoryConnection, Name: "state", Value: "ESTABLISHED", Bytes: 1}
	all, err := tell(t, analyze.Run(source(nil, nil), slices.Values([]trace.Observation{
		sample(2, 3, block), sample(1, 4, block), sample(5, 6, block), sample(4, 7), sample(8, 9, block),
	})))
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, e := range all {
		if e.Kind == trace.KindMemory {
			got = append(got, int(e.At.Sub(at)/time.Millisecond))
		}
	}
	if want := []int{3, 6, 7, 9}; !slices.Equal(got, want) {
		t.Errorf("the samples of %v ms were told, want %v", got, want)
	}
}

// TestMemoryOfAReportedEnd: what was asked for before an end was reported to be
// CLOSED is of a control block that is gone; a new one is told again.
func TestMemoryOfAReportedEnd(t *testing.T) {
	t.Parallel()
	here, there := netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:7")
	at := time.Unix(1_700_000_000, 0)
	report := func(asked, answered int) trace.Observation {
		return trace.Observation{
			At: at.Add(time.Duration(answered) * time.Millisecond), Asked: at.Add(time.Duration(asked) * time.Millisecond),
			Conn: trace.Conn{Local: here, Remote: there}, Party: trace.Participant{Role: trace.RoleClient, Addr: here}, Cause: trace.Cause{Kind: tcpstate.OnPoll},
		}
	}
	becomes := func(asked, answered int, from, to tcpstate.State) trace.Observation {
		o := report(asked, answered)
		o.Kind, o.From, o.To = trace.ObservedState, from, to
		return o
	}
	holds := func(asked, answered int) trace.Observation {
		o := report(asked, answered)
		o.Kind, o.Memory = trace.ObservedMemory, &trace.Memory{Entries: []trace.Entry{{Kind: trace.MemoryConnection, Name: "state", Value: "ESTABLISHED", Bytes: 1}}}
		return o
	}
	all, err := tell(t, analyze.Run(source(nil, nil), slices.Values([]trace.Observation{
		becomes(1, 2, tcpstate.SynSent, tcpstate.Established), holds(3, 4), becomes(6, 7, tcpstate.Established, tcpstate.Closed), holds(5, 8),
		becomes(9, 10, tcpstate.Closed, tcpstate.Established), holds(9, 11),
	})))
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, e := range all {
		if e.Kind == trace.KindMemory {
			got = append(got, int(e.At.Sub(at)/time.Millisecond))
		}
	}
	if want := []int{4, 11}; !slices.Equal(got, want) {
		t.Errorf("the samples of %v ms were told, want %v", got, want)
	}
}

// TestLateListener: that somebody listens is no news when a segment has been
// answered by a listener's child; that he listens no more is.
func TestLateListener(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.loopback = true
	b.handshake()
	begun := b.now
	both, gone := []tcpstate.State{tcpstate.Listen, tcpstate.Closed}, []tcpstate.State{tcpstate.Closed}
	for _, c := range []struct {
		at     string
		frames int
		want   []tcpstate.State
	}{
		{"127.0.0.1:7", 0, both},
		{"127.0.0.1:7", len(b.frames), gone},
		{"0.0.0.0:7", 0, both},
		{"0.0.0.0:7", len(b.frames), gone}, // it listens on every address
		{"[::]:7", len(b.frames), gone},
		{"0.0.0.0:8", len(b.frames), both}, // another
		{"127.0.0.2:7", len(b.frames), both},
	} {
		b.now = begun
		local := netip.MustParseAddrPort(c.at)
		poll := func(from, to tcpstate.State) trace.Observation {
			b.now = b.now.Add(time.Millisecond)
			return trace.Observation{
				Kind: trace.ObservedState, At: b.now, Order: 99, Conn: trace.Conn{Local: local},
				Party: trace.Participant{Role: trace.RoleServer, Addr: local}, From: from, To: to, Cause: trace.Cause{Kind: tcpstate.OnPoll},
			}
		}
		reports := []trace.Observation{poll(tcpstate.Closed, tcpstate.Listen), poll(tcpstate.Listen, tcpstate.Closed)}
		all, err := tell(t, analyze.Run(source(b.frames[:c.frames], nil), slices.Values(reports)))
		if err != nil {
			t.Fatal(err)
		}
		var got []tcpstate.State
		for _, e := range all {
			if e.Kind == trace.KindState && e.State.Basis == tcpstate.Observed {
				got = append(got, e.State.To)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("after %d frames the listener at %s is told to be %v, want %v", c.frames, c.at, got, c.want)
		}
	}
}

// TestLateMemory: a sample of a control block that segments have shown to be gone
// is not told: not of the end that is CLOSED, nor the full block of the one that
// keeps only TIME-WAIT's. What an end remembers while it remembers is, and that
// it remembers nothing.
func TestLateMemory(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.loopback = true
	b.handshake()
	open := len(b.frames)
	b.send(0, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	b.send(1, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	b.send(0, func(t *layers.TCP) { t.ACK = true }, nil)
	here, there := netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:7")
	for _, tc := range []struct {
		name   string
		frames int
		local  netip.AddrPort
		state  tcpstate.State // of the sample; CLOSED has no entries
		told   bool
	}{
		{"an open server", open, there, tcpstate.Established, true},
		{"a closed server", len(b.frames), there, tcpstate.LastAck, false},
		{"a closed server that forgot", len(b.frames), there, tcpstate.Closed, true},
		{"the full block before TIME-WAIT", len(b.frames), here, tcpstate.FinWait1, false},
		{"TIME-WAIT's block", len(b.frames), here, tcpstate.TimeWait, true},
	} {
		remote := there
		if tc.local == there {
			remote = here
		}
		m := &trace.Memory{}
		if tc.state != tcpstate.Closed {
			m.Entries = []trace.Entry{{Kind: trace.MemoryConnection, Name: "state", Value: tc.state.String(), Bytes: 1}}
		}
		all, err := tell(t, analyze.Run(source(b.frames[:tc.frames], nil), slices.Values([]trace.Observation{{
			Kind: trace.ObservedMemory, At: b.now.Add(time.Millisecond), Asked: b.now, Order: 99, Memory: m,
			Party: trace.Participant{Addr: tc.local}, Conn: trace.Conn{Local: tc.local, Remote: remote},
		}})))
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(all, func(e trace.Event) bool { return e.Kind == trace.KindMemory })
		if got != tc.told {
			t.Errorf("a late sample of %s: told %v, want %v", tc.name, got, tc.told)
		}
	}
}

// TestLateAccept: accept may be called long after the handshake. It tells of a
// connection that nobody has seen yet, and is no news of one that has gone on.
func TestLateAccept(t *testing.T) {
	t.Parallel()
	local, remote := netip.MustParseAddrPort("127.0.0.1:7"), netip.MustParseAddrPort("127.0.0.1:40000")
	at := time.Unix(1_700_000_000, 0)
	change := func(to tcpstate.State, cause trace.Cause) trace.Observation {
		at = at.Add(time.Millisecond)
		return trace.Observation{
			Kind: trace.ObservedState, At: at, Conn: trace.Conn{Local: local, Remote: remote},
			Party: trace.Participant{Role: trace.RoleServer, Addr: local}, From: tcpstate.Listen, To: to, Cause: cause,
		}
	}
	poll, accept := trace.Cause{Kind: tcpstate.OnPoll}, trace.Cause{Kind: tcpstate.OnCall, Name: "accept"}
	for polled, told := range map[tcpstate.State]bool{tcpstate.Unknown: true, tcpstate.SynReceived: true, tcpstate.CloseWait: false} {
		var obs []trace.Observation
		if polled != tcpstate.Unknown {
			obs = append(obs, change(polled, poll))
		}
		all, err := tell(t, analyze.Run(source(nil, nil), slices.Values(append(obs, change(tcpstate.Established, accept)))))
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(all, func(e trace.Event) bool { return e.Kind == trace.KindState && e.State.To == tcpstate.Established })
		if got != told {
			t.Errorf("accept after a poll of %v: told %v, want %v", polled, got, told)
		}
	}
}

// TestLateConnect: so does connect, and a look that was asked for before it returned
// has no news.
func TestLateConnect(t *testing.T) {
	t.Parallel()
	local, remote := netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:7")
	at := time.Unix(1_700_000_000, 0)
	change := func(from, to tcpstate.State, cause trace.Cause) trace.Observation {
		at = at.Add(time.Millisecond)
		return trace.Observation{
			Kind: trace.ObservedState, At: at, Conn: trace.Conn{Local: local, Remote: remote},
			Party: trace.Participant{Role: trace.RoleClient, Addr: local}, From: from, To: to, Cause: cause,
		}
	}
	poll, connect := trace.Cause{Kind: tcpstate.OnPoll}, trace.Cause{Kind: tcpstate.OnCall, Name: "connect"}
	all, err := tell(t, analyze.Run(source(nil, nil), slices.Values([]trace.Observation{
		change(tcpstate.Closed, tcpstate.Established, connect),
		change(tcpstate.Closed, tcpstate.SynSent, poll),
		change(tcpstate.SynSent, tcpstate.Established, poll),
		change(tcpstate.Established, tcpstate.CloseWait, poll),
		change(tcpstate.Closed, tcpstate.Established, connect),
	})))
	if err != nil {
		t.Fatal(err)
	}
	var got []tcpstate.State
	for _, e := range all {
		if e.Kind == trace.KindState {
			got = append(got, e.State.To)
		}
	}
	if want := []tcpstate.State{tcpstate.Established, tcpstate.CloseWait}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestLateAnswerAfterAccept: the system was asked before accept returned, and the
// answer comes behind it. It is no news; what comes then is, also of the next
// connection with the same addresses.
func TestLateAnswerAfterAccept(t *testing.T) {
	t.Parallel()
	local, remote := netip.MustParseAddrPort("127.0.0.1:7"), netip.MustParseAddrPort("127.0.0.1:40000")
	at := time.Unix(1_700_000_000, 0)
	poll, accept := trace.Cause{Kind: tcpstate.OnPoll}, trace.Cause{Kind: tcpstate.OnCall, Name: "accept"}
	change := func(from, to tcpstate.State, cause trace.Cause) trace.Observation {
		at = at.Add(time.Millisecond)
		return trace.Observation{
			Kind: trace.ObservedState, At: at, Conn: trace.Conn{Local: local, Remote: remote},
			Party: trace.Participant{Role: trace.RoleServer, Addr: local}, From: from, To: to, Cause: cause,
		}
	}
	all, err := tell(t, analyze.Run(source(nil, nil), slices.Values([]trace.Observation{
		change(tcpstate.Listen, tcpstate.Established, accept),
		change(tcpstate.Listen, tcpstate.SynReceived, poll),
		change(tcpstate.SynReceived, tcpstate.Established, poll),
		change(tcpstate.Established, tcpstate.Closed, poll),
		change(tcpstate.Listen, tcpstate.Established, poll),
		change(tcpstate.Established, tcpstate.CloseWait, poll),
	})))
	if err != nil {
		t.Fatal(err)
	}
	var got []tcpstate.State
	for _, e := range all {
		if e.Kind == trace.KindState {
			got = append(got, e.State.To)
		}
	}
	if want := []tcpstate.State{tcpstate.Established, tcpstate.Closed, tcpstate.Established, tcpstate.CloseWait}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// An end that has lost its power takes no change of state from what still comes for the
// connection; a new connection at the same addresses does.
func TestNothingIsInferredOfALostEnd(t *testing.T) {
	t.Parallel()
	b := newBuilder(t)
	b.handshake()
	lost := len(b.frames)
	b.send(0, func(t *layers.TCP) { t.FIN, t.ACK = true, true }, nil)
	b.send(1, func(t *layers.TCP) { t.RST, t.ACK = true, true }, nil)
	for _, again := range []bool{false, true} {
		want := []tcpstate.State{tcpstate.SynReceived, tcpstate.Established, tcpstate.Closed}
		if again {
			b.seq, b.now = [2]uint32{500_000, 700_000}, b.now.Add(time.Minute)
			b.handshake()
			want = append(want, tcpstate.SynReceived, tcpstate.Established)
		}
		all, err := tell(t, analyze.Run(source(b.frames, nil), slices.Values([]trace.Observation{{
			Kind: trace.ObservedState, At: b.frames[lost-1].Time.Add(time.Microsecond), Conn: trace.Conn{Local: server, Remote: client},
			Party: trace.Participant{Role: trace.RoleServer, Addr: server},
			From:  tcpstate.Established, To: tcpstate.Closed, Cause: trace.Cause{Kind: tcpstate.OnCall, Name: "restart"},
		}})))
		if err != nil {
			t.Fatal(err)
		}
		var got []tcpstate.State
		for _, e := range all {
			if e.Kind == trace.KindState && e.State.End == tcpstate.Server {
				got = append(got, e.State.To)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("a new connection: %v; the server goes to %v, want %v", again, got, want)
		}
	}
}
