package render_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"statelab/capture/explain"
	"statelab/capture/render"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// What the sign for states that nobody saw means is said once, beside the first;
// a change that the figure knows needs none.
func TestLivesSayWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("127.0.0.1:7")}
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("127.0.0.1:40000")}
	var events []trace.Event
	from := tcpstate.Listen
	for _, to := range []tcpstate.State{tcpstate.Established, tcpstate.Closed, tcpstate.Established} {
		c := &trace.StateChange{}
		c.From, c.To, c.Basis, c.Edge = from, to, tcpstate.Observed, tcpstate.FindEdge(from, to)
		events = append(events, trace.Event{Kind: trace.KindState, At: time.Unix(0, 0).UTC(), From: server, To: client, State: c})
		if from = to; to == tcpstate.Closed {
			from = tcpstate.Listen // of the next connection
		}
	}
	for _, c := range []struct {
		lang explain.Lang
		sign string
		why  string
	}{
		{explain.English, "…", "what lay between was over when the system was next asked"},
		{explain.Korean, "…", "그 사이의 상태는 운영체제에 다시 물었을 때 이미 지나간 뒤였음"},
		{explain.English, "..", "what lay between was over when the system was next asked"},
	} {
		var b strings.Builder
		err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
			for _, ev := range events {
				if !yield(ev, nil) {
					return
				}
			}
		}, render.Options{Lang: c.lang, ASCII: c.sign == ".."})
		if err != nil {
			t.Fatal(err)
		}
		for want, n := range map[string]int{
			"LISTEN " + c.sign + " ESTABLISHED": 2, "CLOSED": 1,
			"(" + c.sign + ": " + c.why + ")": 1, " " + c.sign + " ": 2,
		} {
			if got := strings.Count(b.String(), want); got != n {
				t.Errorf("%q is there %d times, want %d:\n%s", want, got, n, b.String())
			}
		}
	}
}

// What lay in a buffer when the system was last asked is not told beside a later
// change of state: it may have been read since.
func TestLivesTellNoOldQueues(t *testing.T) {
	t.Parallel()
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("127.0.0.1:80")}
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("127.0.0.1:40000")}
	state := func(from, to tcpstate.State) trace.Event {
		c := &trace.StateChange{}
		c.From, c.To, c.Basis, c.Edge = from, to, tcpstate.Observed, tcpstate.FindEdge(from, to)
		return trace.Event{Kind: trace.KindState, From: server, To: client, State: c}
	}
	events := []trace.Event{
		state(tcpstate.Listen, tcpstate.Established),
		{Kind: trace.KindMemory, From: server, To: client, Memory: &trace.Memory{Entries: []trace.Entry{
			{Name: "SRTT", Value: "14µs", Bytes: 4}, {Name: "receive buffer", Value: "79 bytes", Bytes: 79},
		}}},
		state(tcpstate.Established, tcpstate.Closed),
	}
	var b strings.Builder
	err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
		for _, ev := range events {
			if !yield(ev, nil) {
				return
			}
		}
	}, render.Options{})
	if err != nil || strings.Contains(b.String(), "79") || !strings.Contains(b.String(), "RTT 14µs") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// A close that polling found at its end may have been an abort, or every state of
// a close one after another: nobody claims to know.
func TestLivesOfAQuickClose(t *testing.T) {
	t.Parallel()
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("127.0.0.1:7")}
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("127.0.0.1:40000")}
	for _, c := range []struct {
		from, to tcpstate.State
		kind     tcpstate.TriggerKind
		want     string
	}{
		{tcpstate.Established, tcpstate.Closed, tcpstate.OnPoll, "ESTABLISHED … CLOSED"},
		{tcpstate.Established, tcpstate.TimeWait, tcpstate.OnPoll, "ESTABLISHED … TIME-WAIT"},
		{tcpstate.FinWait1, tcpstate.TimeWait, tcpstate.OnPoll, "FIN-WAIT-1 … TIME-WAIT"},
		{tcpstate.CloseWait, tcpstate.LastAck, tcpstate.OnPoll, "CLOSE-WAIT → LAST-ACK"},
		{tcpstate.LastAck, tcpstate.Closed, tcpstate.OnPoll, "LAST-ACK → CLOSED"},
		{tcpstate.Established, tcpstate.Closed, tcpstate.OnReceive, "ESTABLISHED → CLOSED"},
		{tcpstate.Listen, tcpstate.Established, tcpstate.OnReceive, "LISTEN → ESTABLISHED"}, // a SYN cookie
	} {
		change := &trace.StateChange{}
		change.From, change.To, change.Basis = c.from, c.to, tcpstate.Observed
		change.Edge, change.Trigger.Kind = tcpstate.FindEdge(c.from, c.to), c.kind
		var b strings.Builder
		err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
			yield(trace.Event{Kind: trace.KindState, From: server, To: client, State: change}, nil)
		}, render.Options{})
		if err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%v\n%s; want %s", err, b.String(), c.want)
		}
	}
}

// An access to a store is told, and what came from a client in its key is escaped.
func TestLivesTellOfStores(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
		yield(trace.Event{
			Kind: trace.KindStore, At: time.Unix(0, 0).UTC(), From: trace.Participant{Role: trace.RoleServer}, Stream: -1,
			Access: &trace.Access{Store: "redis", Op: trace.StoreWrite, Key: "3f2a\x1b[2J", Bytes: 212, Revision: 2},
		}, nil)
	}, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, "redis: write") || !strings.Contains(got, "212 B, revision 2") || strings.Contains(got, "\x1b[2J") {
		t.Errorf("%q", got)
	}
}

// What a note says stands on one line, however long: it may be what went by, octet
// for octet. No octet of it begins another line.
func TestLivesKeepNotesWhole(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	long := "> " + strings.Repeat("word ", 40)
	err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
		for _, text := range []string{long, "two\nlines"} {
			yield(trace.Event{
				Kind: trace.KindNote, At: time.Unix(0, 0).UTC(), Stream: -1, Note: &trace.Note{Text: trace.Text{En: text, Ko: text}},
			}, nil)
		}
	}, render.Options{Width: 80})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(b.String(), "\n"); len(got) != 3 || !strings.HasSuffix(got[0], strings.TrimPrefix(long, "> ")) {
		t.Errorf("%q", got)
	}
}

// The two ends of a connection share a number, also where the one is over before the
// other is first seen. A connection that begins anew has its own.
func TestLivesShareTheirNumber(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	client := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("127.0.0.1:40000")}
	server := trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("127.0.0.1:7")}
	seen := func(after time.Duration, who trace.Participant, from, to tcpstate.State) trace.Event {
		c := &trace.StateChange{}
		c.From, c.To, c.Basis, c.Trigger.Kind = from, to, tcpstate.Observed, tcpstate.OnPoll
		peer := client
		if who == client {
			peer = server
		}
		return trace.Event{Kind: trace.KindState, At: began.Add(after), Stream: -1, From: who, To: peer, State: c}
	}
	opened, closed := seen(0, server, tcpstate.Listen, tcpstate.Established), seen(0, server, tcpstate.Established, tcpstate.Closed)
	for _, c := range []struct {
		name string
		next trace.Event
		want string
	}{
		{"seen late", seen(time.Second, client, tcpstate.Closed, tcpstate.TimeWait), "#1  client"},
		{"begins anew", seen(time.Second, client, tcpstate.Closed, tcpstate.SynSent), "#2  client"},
		{"too late", seen(time.Minute, client, tcpstate.Closed, tcpstate.TimeWait), "#2  client"},
	} {
		var b strings.Builder
		err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
			for _, ev := range []trace.Event{opened, closed, c.next} {
				if !yield(ev, nil) {
					return
				}
			}
		}, render.Options{})
		if err != nil || !strings.Contains(b.String(), c.want) || (strings.Count(b.String(), " → 127.0.0.1:7\n") == 1) != strings.HasPrefix(c.want, "#1") {
			t.Errorf("%s: %v, no %q in\n%s", c.name, err, c.want, b.String())
		}
	}
}

// With Explain each kind of change is explained once, in letters that the screen has.
func TestLivesExplain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	c := &trace.StateChange{}
	c.From, c.To, c.Basis, c.Trigger.Kind = tcpstate.Listen, tcpstate.Established, tcpstate.Observed, tcpstate.OnPoll
	told := func(o render.Options) string {
		var b strings.Builder
		err := render.Lives(&b, func(yield func(trace.Event, error) bool) {
			for _, port := range []string{"40000", "40001"} {
				peer := trace.Participant{Role: trace.RoleClient, Addr: netip.MustParseAddrPort("127.0.0.1:" + port)}
				if !yield(trace.Event{Kind: trace.KindState, At: at, Stream: -1, From: trace.Participant{Role: trace.RoleServer, Addr: netip.MustParseAddrPort("127.0.0.1:7")}, To: peer, State: c}, nil) {
					return
				}
			}
		}, o)
		if err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, ask := range []struct {
		o    render.Options
		want string
		n    int
	}{
		{render.Options{Width: 200}, "[RFC", 0},
		{render.Options{Width: 200, Explain: true}, "· The server is in ESTABLISHED now", 1},
		{render.Options{Width: 200, Explain: true, Lang: explain.Korean}, "· 서버는 이제 ESTABLISHED 상태입니다", 1},
		{render.Options{Width: 200, Explain: true, ASCII: true}, "[RFC 9293 sec. 3.3.2]", 1},
	} {
		if out := told(ask.o); strings.Count(out, ask.want) != ask.n {
			t.Errorf("%+v: not %d times %q in\n%s", ask.o, ask.n, ask.want, out)
		}
	}
}
