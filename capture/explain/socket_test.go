package explain_test

import (
	"strings"
	"testing"

	"statelab/capture/explain"
	. "statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// between is a change of state, or a call, of one end of the connection to peer.
func between(ev trace.Event, stream int, peer trace.Participant) trace.Event {
	ev.Stream, ev.To = stream, peer
	if ev.State != nil && ev.State.Basis == Observed {
		ev.State.Cause = trace.Cause{Kind: ev.State.Trigger.Kind, Name: ev.State.Trigger.Name}
	}
	return ev
}

// told explains events in order, and returns the last sentence.
func told(lang explain.Lang, events ...trace.Event) (sentence string) {
	x := explain.New(lang)
	for i := range events {
		sentence = x.Explain(&events[i]).Sentence
	}
	return sentence
}

// TestCallsKnowTheirConnection: what close and read say follows from how the
// connection stands, whether its end reports that, its segments show it, it was
// polled, or earlier calls have told it.
func TestCallsKnowTheirConnection(t *testing.T) {
	t.Parallel()
	inferred := func(from, to State) trace.Event {
		return between(state(Client, from, to, OnSend, "", Inferred), 0, server)
	}
	polled := func(from, to State) trace.Event {
		return between(state(Client, from, to, OnPoll, "poll", Observed), -1, server)
	}
	calls := func(name, args, result string) trace.Event {
		return between(call(client, name, args, result, 0), 0, server)
	}
	numberless := func(name, args, result string) trace.Event {
		return between(call(client, name, args, result, 0), -1, server)
	}
	other := trace.Participant{Role: trace.RoleServer, Addr: clientAddr}
	for _, c := range []struct {
		name   string
		events []trace.Event
		en, ko string
	}{
		{"its FIN was seen", []trace.Event{inferred(Established, FinWait1), calls("read", "", "EOF")}, "Its own direction was closed before", "자신의 방향은 이미 닫았습니다"},
		{"TIME-WAIT was seen", []trace.Event{inferred(FinWait2, TimeWait), calls("close", "", "")}, "both directions were closed before", "양방향이 이미 닫혀"},
		{"open, as was seen", []trace.Event{inferred(SynSent, Established), calls("close", "", "")}, "close(): a FIN follows", "close(): 버퍼의 데이터 뒤에 FIN"},
		{"SO_LINGER 0", []trace.Event{inferred(SynSent, Established), calls("setsockopt", "SO_LINGER 0 s", ""), calls("close", "", "")}, "with SO_LINGER 0 an RST goes out", "SO_LINGER 0이므로"},
		{"SO_LINGER 0, state unknown", []trace.Event{numberless("setsockopt", "SO_LINGER 0 s", ""), numberless("close", "", "")}, "with SO_LINGER 0 an RST goes out", "SO_LINGER 0이므로"},
		{"a RST was read", []trace.Event{inferred(SynSent, Established), calls("read", "", "connection reset by peer"), calls("close", "", "")}, "the connection was over before", "연결은 이미 끝났으므로"},
		{"polled", []trace.Event{polled(Closed, Established), numberless("close", "", "")}, "if the connection is still open at this end", "이쪽 연결이 아직 열려 있으면"},
		{"polled, and over", []trace.Event{polled(Closed, Established), polled(Established, Closed), numberless("close", "", "")}, "the connection was over before", "연결은 이미 끝났으므로"},
		{"polled, another's end", []trace.Event{
			polled(Closed, Established), between(state(Client, Established, Closed, OnPoll, "poll", Observed), -1, other), numberless("close", "", ""),
		}, "if the connection is still open", "아직 열려 있으면"},
		{"shut, read", []trace.Event{polled(Closed, Established), numberless("shutdown", "write", ""), numberless("read", "", "EOF")}, "Its own direction was closed before", "이미 닫았습니다"},
		{"shut, closed", []trace.Event{polled(Closed, Established), numberless("shutdown", "write", ""), numberless("close", "", "")}, "its FIN went out before", "FIN은 이미 보냈으므로"},
		{"a new connection", []trace.Event{
			polled(Closed, Established), numberless("shutdown", "write", ""), polled(Established, Closed),
			numberless("connect", "10.0.0.2:7", ""), polled(Closed, Established), numberless("read", "", "EOF"),
		}, "Its own direction stays open", "스스로 닫을 때까지"},
		{"a listener", []trace.Event{call(server, "close", "listener", "", 0)}, "those that still wait for accept are reset", "accept를 기다리는 연결은 RST로"},
	} {
		for lang, want := range map[explain.Lang]string{explain.English: c.en, explain.Korean: c.ko} {
			if got := told(lang, c.events...); !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", c.name, got, want)
			}
		}
	}
}

// TestResetOfTheQueue: who closes a listener resets what nobody has accepted.
func TestResetOfTheQueue(t *testing.T) {
	t.Parallel()
	reset := seg{frame: 4, ms: 9, from: Server, seq: 1, ack: 1, flags: RST | ACK}.event()
	closed := call(server, "close", "listener", "", 0)
	accepted := between(call(server, "accept", "", "10.0.0.1:16000", 0), 0, client)
	for _, c := range []struct {
		name   string
		events []trace.Event
		en, ko string
	}{
		{"in the queue", []trace.Event{closed, reset}, "its listening socket was closed before accept", "accept가 백로그에서 꺼내기 전에"},
		{"accepted", []trace.Event{accepted, closed, reset}, "with SO_LINGER 0, or ended by force", "SO_LINGER 0, 강제 종료 등"},
		{"of a file", []trace.Event{reset}, "before any accept", "accept 전에 닫힌 리스너"},
		{"listens again", []trace.Event{closed, call(server, "listen", "port 7", "", 0), reset}, "before any accept", "accept 전에 닫힌 리스너"},
		{"of a client", []trace.Event{seg{frame: 4, ms: 9, from: Client, seq: 1, ack: 1, flags: RST | ACK}.event()}, "with SO_LINGER 0, or ended by force", "SO_LINGER 0, 강제 종료 등"},
	} {
		for lang, want := range map[explain.Lang]string{explain.English: c.en, explain.Korean: c.ko} {
			if got := told(lang, c.events...); !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", c.name, got, want)
			}
		}
	}
}

// TestPolledChanges: the system tells what is, and neither what has made it nor
// what was in between.
func TestPolledChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to State
		kind     TriggerKind
		name     string
		en, ko   string
	}{
		{Listen, Established, OnPoll, "poll", "what lay between was over", "거친 상태는"},
		{Closed, Established, OnPoll, "poll", "what lay between was over", "거친 상태는"},
		{Established, Closed, OnPoll, "poll", "at once or through other states", "곧바로 왔는지"},
		{FinWait1, TimeWait, OnPoll, "poll", "at once or through other states", "곧바로 왔는지"},
		{SynSent, Closed, OnPoll, "poll", "refused or given up", "거부되었는지 포기했는지"},
		{Established, CloseWait, OnPoll, "poll", "the client has closed", "클라이언트가 닫았습니다"},
		{Unknown, Listen, OnPoll, "poll", "the server listens", "LISTEN 상태로"},
		{Unknown, TimeWait, OnPoll, "poll", "before anybody watched", "지켜보기 전부터"},
		{Listen, Established, OnCall, "accept", "before accept could take", "accept가 연결을 꺼내기 전에"},
		{Closed, Established, OnCall, "connect", "connect has returned", "connect가 돌아왔으니"},
		{Listen, Established, OnReceive, "ACK of a SYN cookie", "brought back a SYN cookie", "SYN 쿠키를"},
		{Closed, Established, OnReceive, "ACK", "no such edge", "그림에는 없는"},
	} {
		ev := between(state(Server, c.from, c.to, c.kind, c.name, Observed), -1, client)
		if c.kind == OnPoll {
			ev.State.Edge = FindEdge(c.from, c.to)
		}
		for lang, want := range map[explain.Lang]string{explain.English: c.en, explain.Korean: c.ko} {
			if got := told(lang, ev); !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
				t.Errorf("%v to %v by %s: %q does not say %q", c.from, c.to, c.name, got, want)
			}
		}
	}
}
