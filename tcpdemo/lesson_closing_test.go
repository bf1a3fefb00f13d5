package tcpdemo_test

import (
	"testing"
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

const (
	client = trace.RoleClient
	server = trace.RoleServer
)

func TestLessonClose(t *testing.T) {
	onSeeds(t, "close", func(t *testing.T, all evidence) {
		all.wantPath(t, client, 0, tcpstate.Established, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.TimeWait, tcpstate.Closed)
		all.wantPath(t, server, 0, tcpstate.SynReceived, tcpstate.Established, tcpstate.CloseWait, tcpstate.LastAck, tcpstate.Closed)
		// The FIN,ACK does the lost ACK's work: FIN-WAIT-2 is never entered.
		all.wantPath(t, client, 1, tcpstate.Established, tcpstate.FinWait1, tcpstate.TimeWait, tcpstate.Closed)
		all.wantTimeWait(t, client, 0)
		all.wantTimeWait(t, client, 1)
		for connection, want := range []int{4, 3} {
			closed := all.where(stream(connection), by(client), becomes(tcpstate.FinWait1)).one(t, "close")
			all.where(stream(connection), arrived, func(e *trace.Event) bool { return e.At.After(closed.At) && e.Segment.RelAck > 0 && afterHandshake(e) }).
				count(t, "segments that arrive once the client has closed", want)
		}
		lost := all.where(fate(trace.Dropped)).one(t, "lost segment")
		all.where(sent, by(server), stream(1), without(tcpstate.FIN|tcpstate.SYN), func(e *trace.Event) bool { return e.Wire == lost.Wire }).
			one(t, "the server's bare ACK")
	})
}

// afterHandshake reports whether a segment is no longer the handshake's last
// ACK, which may arrive after the client has closed.
func afterHandshake(e *trace.Event) bool {
	return e.Segment.Flags.Has(tcpstate.FIN) || e.Segment.RelSeq > 1 || e.Segment.RelAck > 1
}

func TestLessonCloseByServer(t *testing.T) {
	onSeeds(t, "close-by-server", func(t *testing.T, all evidence) {
		all.wantPath(t, server, 0, tcpstate.SynReceived, tcpstate.Established, tcpstate.FinWait1, tcpstate.FinWait2, tcpstate.TimeWait, tcpstate.Closed)
		all.wantPath(t, client, 0, tcpstate.Established, tcpstate.CloseWait, tcpstate.LastAck, tcpstate.Closed)
		all.wantTimeWait(t, server, 0)
		all.where(call("read", "16 bytes"), by(client)).one(t, "the date")
	})
}

func TestLessonHalfClose(t *testing.T) {
	onSeeds(t, "half-close", func(t *testing.T, all evidence) {
		fin := all.where(sent, by(client), flags(tcpstate.FIN)).one(t, "the client's FIN")
		half := all.where(by(client), becomes(tcpstate.FinWait2)).one(t, "FIN-WAIT-2")
		answer := all.where(arrived, by(server), data).one(t, "the answer")
		if !answer.At.After(half.At) {
			t.Errorf("the answer came at %v, before the client was in FIN-WAIT-2 at %v", since(answer), since(half))
		}
		wait := all.where(by(server), becomes(tcpstate.CloseWait)).one(t, "CLOSE-WAIT")
		last := all.where(by(server), becomes(tcpstate.LastAck)).one(t, "LAST-ACK")
		if last.At.Sub(wait.At) < time.Second {
			t.Errorf("the server was in CLOSE-WAIT for %v only", last.At.Sub(wait.At))
		}
		all.where(call("write", "broken pipe"), by(client)).one(t, "a write after shutdown")
		all.where(sent, by(client), data, func(e *trace.Event) bool { return e.At.After(fin.At) }).count(t, "data after the FIN", 0)
		all.wantTimeWait(t, client, 0)
	})
}

func TestLessonSimultaneousOpen(t *testing.T) {
	onSeeds(t, "simultaneous-open", func(t *testing.T, all evidence) {
		for _, r := range []trace.Role{client, server} {
			all.where(by(r), becomes(tcpstate.Listen)).count(t, "LISTEN", 0)
			all.where(by(r), becomes(tcpstate.SynSent)).one(t, "SYN-SENT")
			all.where(by(r), stream(0), becomes(tcpstate.SynReceived)).one(t, "SYN-RECEIVED")
			all.where(by(r), stream(0), becomes(tcpstate.Established)).one(t, "ESTABLISHED")
			all.where(sent, by(r), flags(tcpstate.SYN), without(tcpstate.ACK)).one(t, "SYN")
			all.where(sent, by(r), flags(tcpstate.SYN|tcpstate.ACK)).one(t, "SYN,ACK")
		}
		if c := all.where(func(e *trace.Event) bool { return e.Kind == trace.KindConnection }); len(c) != 1 {
			t.Errorf("%d connections, want 1", len(c))
		}
	})
}

func TestLessonSimultaneousClose(t *testing.T) {
	onSeeds(t, "simultaneous-close", func(t *testing.T, all evidence) {
		all.wantPath(t, client, 0, tcpstate.Established, tcpstate.FinWait1, tcpstate.Closing, tcpstate.TimeWait, tcpstate.Closed)
		all.wantPath(t, server, 0, tcpstate.SynReceived, tcpstate.Established, tcpstate.FinWait1, tcpstate.Closing, tcpstate.TimeWait, tcpstate.Closed)
		all.wantTimeWait(t, client, 0)
		all.wantTimeWait(t, server, 0)
		fins := all.where(sent, flags(tcpstate.FIN))
		if len(fins) != 2 || !fins[0].At.Equal(fins[1].At) {
			t.Errorf("FINs were not sent at one moment: %d of them, %v apart", len(fins), fins.gaps())
		}
	})
}

func TestLessonReset(t *testing.T) {
	onSeeds(t, "reset", func(t *testing.T, all evidence) {
		all.where(sent, flags(tcpstate.FIN)).count(t, "FIN", 0)
		all.where(becomes(tcpstate.TimeWait)).count(t, "TIME-WAIT", 0)
		for connection, who := range []trace.Role{server, client} {
			rst := all.where(sent, stream(connection), flags(tcpstate.RST)).one(t, "RST")
			if rst.From.Role != who {
				t.Errorf("connection %d: the RST is the %v's, want the %v's", connection, rst.From.Role, who)
			}
			for _, r := range []trace.Role{client, server} {
				end := all.where(by(r), stream(connection), becomes(tcpstate.Closed)).one(t, "CLOSED")
				if d := end.At.Sub(rst.At); d < 0 || d > 10*time.Millisecond {
					t.Errorf("connection %d: the %v was CLOSED %v after the RST", connection, r, d)
				}
			}
			all.where(stream(connection), call("read", "connection reset by peer"), by(other(who))).one(t, "the peer's read")
		}
		all.where(stream(0), call("read", "5 bytes")).count(t, "reads of what was lost", 0)
		all.where(stream(0), sent, by(server), without(tcpstate.RST), func(e *trace.Event) bool { return e.Segment.RelAck == 6 }).one(t, "ACK of what was lost")
	})
}

func other(r trace.Role) trace.Role {
	if r == client {
		return server
	}
	return client
}

func TestLessonRefused(t *testing.T) {
	onSeeds(t, "refused", func(t *testing.T, all evidence) {
		syn := all.where(sent, by(client)).one(t, "the client's segments")
		rst := all.where(sent, by(server)).one(t, "the server's segments")
		if !syn.Segment.Flags.Has(tcpstate.SYN) || !rst.Segment.Flags.Has(tcpstate.RST) || rst.Segment.RelAck != 1 {
			t.Errorf("%s was answered by %s", line(syn), line(rst))
		}
		all.where(by(server), func(e *trace.Event) bool { return e.Kind == trace.KindState }).count(t, "states of the server", 0)
		answer := all.where(call("connect", "connection refused")).one(t, "connect")
		if d := answer.At.Sub(syn.At); d != 20*time.Millisecond {
			t.Errorf("refused after %v, want one round trip of 20ms", d)
		}
	})
}
