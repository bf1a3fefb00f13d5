package rendertest

import (
	"errors"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Corpus returns the timelines that every renderer is tested with.
func Corpus() []Trace {
	return []Trace{echo(), loss(), crossing(), mishaps(), hostile(), file(), cluster()}
}

// Short names for the tables below.
const (
	client, server   = tcpstate.Client, tcpstate.Server
	syn, ack         = tcpstate.SYN, tcpstate.ACK
	fin, psh, rst    = tcpstate.FIN, tcpstate.PSH, tcpstate.RST
	onCall, onTimer  = tcpstate.OnCall, tcpstate.OnTimer
	onSend, received = tcpstate.OnSend, tcpstate.OnReceive
	rtt              = 20 * time.Millisecond
)

var (
	alice = party(trace.RoleClient, 0, "10.0.0.1:40001")
	bob   = party(trace.RoleServer, 0, "10.0.0.2:7")
)

// handshake opens a connection, from LISTEN at the server to ESTABLISHED at
// both ends.
func (s *story) handshake(c, v trace.Participant) int {
	stream := s.connect(c, v)
	s.conns[stream].State[server] = tcpstate.Listen
	first := s.frame + 1
	s.call(stream, c, "connect", v.Addr.String(), "")
	w := s.send(packet{stream: stream, from: client, flags: syn})
	s.become(stream, client, tcpstate.SynSent, onCall, "connect")
	s.wait(rtt / 2)
	s.arrive(w)
	s.become(stream, server, tcpstate.SynReceived, received, "SYN")
	w = s.send(packet{stream: stream, from: server, flags: syn | ack, ack: 1})
	s.wait(rtt / 2)
	s.arrive(w)
	s.become(stream, client, tcpstate.Established, received, "SYN,ACK")
	w = s.send(packet{stream: stream, from: client, flags: ack, seq: 1, ack: 1})
	s.wait(rtt / 2)
	s.arrive(w)
	s.become(stream, server, tcpstate.Established, received, "ACK")
	s.conns[stream].Handshake = tcpstate.Handshake{SYN: first, SynAck: first + 1, Ack: first + 2, Complete: true, RTT: rtt}
	return stream
}

// deliver sends a segment and lets it arrive.
func (s *story) deliver(p packet) uint64 {
	w := s.send(p)
	s.wait(rtt / 2)
	s.arrive(w)
	return w
}

func tcb(state string, next, expected string) []trace.Entry {
	return []trace.Entry{
		{Kind: trace.MemoryConnection, Name: "state", Value: state, Bytes: 1},
		{Kind: trace.MemoryConnection, Name: "SND.NXT", Value: next, Bytes: 4},
		{Kind: trace.MemoryConnection, Name: "RCV.NXT", Value: expected, Bytes: 4},
	}
}

// echo is a connection's whole life: five bytes there and back, closed by the
// client, remembered for a minute.
func echo() Trace {
	s := newStory("echo", "tcp demo echo")
	s.call(-1, bob, "listen", ":7", "")
	s.step("The connection is set up", "연결을 수립한다")
	id := s.handshake(alice, bob)
	s.remember(alice, tcb("ESTABLISHED", "1", "1")...)
	s.remember(bob, tcb("ESTABLISHED", "1", "1")...)
	s.step("Five bytes go to the server and come back", "5바이트가 서버로 갔다가 돌아온다")
	s.call(id, alice, "write", `"hello"`, "5 bytes")
	s.deliver(packet{stream: id, from: client, flags: psh | ack, seq: 1, ack: 1, data: "hello"})
	s.deliver(packet{stream: id, from: server, flags: ack, seq: 1, ack: 6})
	s.call(id, bob, "write", `"hello"`, "5 bytes")
	s.deliver(packet{stream: id, from: server, flags: psh | ack, seq: 1, ack: 6, data: "hello"})
	s.deliver(packet{stream: id, from: client, flags: ack, seq: 6, ack: 6})
	s.step("Both sides close", "양쪽이 닫는다")
	s.call(id, alice, "close", "", "")
	w := s.send(packet{stream: id, from: client, flags: fin | ack, seq: 6, ack: 6})
	s.become(id, client, tcpstate.FinWait1, onCall, "close")
	s.wait(rtt / 2)
	s.arrive(w)
	s.become(id, server, tcpstate.CloseWait, received, "FIN")
	s.deliver(packet{stream: id, from: server, flags: ack, seq: 6, ack: 7})
	s.become(id, client, tcpstate.FinWait2, received, "ACK")
	s.call(id, bob, "close", "", "")
	w = s.send(packet{stream: id, from: server, flags: fin | ack, seq: 6, ack: 7})
	s.become(id, server, tcpstate.LastAck, onCall, "close")
	s.wait(rtt / 2)
	s.arrive(w)
	s.become(id, client, tcpstate.TimeWait, received, "FIN")
	s.deliver(packet{stream: id, from: client, flags: ack, seq: 7, ack: 7})
	s.become(id, server, tcpstate.Closed, received, "ACK")
	s.remember(bob)
	s.wait(60 * time.Second)
	s.become(id, client, tcpstate.Closed, onTimer, "time-wait")
	s.remember(alice)
	return s.end(tcpstate.EndFIN)
}

// loss drops a data segment: the sender's timer sends it again.
func loss() Trace {
	s := newStory("loss", "tcp demo loss")
	id := s.handshake(alice, bob)
	s.call(id, alice, "write", `"hello"`, "5 bytes")
	w := s.send(packet{stream: id, from: client, flags: psh | ack, seq: 1, ack: 1, data: "hello"})
	first := s.frame
	s.fate(w, trace.Dropped, "drop 1st data segment client→server", 0)
	s.wait(200 * time.Millisecond)
	s.deliver(packet{
		stream: id, from: client, flags: psh | ack, seq: 1, ack: 1, data: "hello",
		findings: []tcpstate.Finding{{Name: "retransmission", Frame: first, Nth: 1}},
	})
	s.deliver(packet{stream: id, from: server, flags: ack, seq: 1, ack: 6})
	return s.end(tcpstate.EndOpen)
}

// crossing closes from both sides at once, so that the FINs meet on the wire.
func crossing() Trace {
	s := newStory("crossing", "tcp demo simultaneous-close")
	id := s.handshake(alice, bob)
	s.call(id, alice, "close", "", "")
	a := s.send(packet{stream: id, from: client, flags: fin | ack, seq: 1, ack: 1})
	s.become(id, client, tcpstate.FinWait1, onCall, "close")
	s.wait(time.Millisecond)
	s.call(id, bob, "close", "", "")
	b := s.send(packet{stream: id, from: server, flags: fin | ack, seq: 1, ack: 1})
	s.become(id, server, tcpstate.FinWait1, onCall, "close")
	s.wait(rtt/2 - time.Millisecond)
	s.arrive(a)
	s.become(id, server, tcpstate.Closing, received, "FIN")
	x := s.send(packet{stream: id, from: server, flags: ack, seq: 2, ack: 2})
	s.wait(time.Millisecond)
	s.arrive(b)
	s.become(id, client, tcpstate.Closing, received, "FIN")
	y := s.send(packet{stream: id, from: client, flags: ack, seq: 2, ack: 2})
	s.wait(rtt/2 - time.Millisecond)
	s.arrive(x)
	s.become(id, client, tcpstate.TimeWait, received, "ACK")
	s.wait(time.Millisecond)
	s.arrive(y)
	s.become(id, server, tcpstate.TimeWait, received, "ACK")
	return s.end(tcpstate.EndFIN)
}

// mishaps is a wire that does everything else to segments.
func mishaps() Trace {
	s := newStory("mishaps", "tcp demo mishaps")
	id := s.handshake(alice, bob)
	s.note("The wire swaps, damages, copies and invents segments.", "회선이 세그먼트의 순서를 바꾸고, 손상하고, 복제하고, 지어낸다.")
	a := s.send(packet{stream: id, from: client, flags: psh | ack, seq: 1, ack: 1, data: "first"})
	s.fate(a, trace.Swapped, "swap 4,5", 0)
	b := s.send(packet{stream: id, from: client, flags: psh | ack, seq: 6, ack: 1, data: "second"})
	s.wait(rtt / 2)
	s.arrive(b)
	dup := s.send(packet{
		stream: id, from: server, flags: ack, seq: 1, ack: 1,
		findings: []tcpstate.Finding{{Name: "duplicate-ack", Frame: 3, Nth: 1}},
	})
	s.wait(time.Millisecond)
	s.arrive(a)
	s.wait(rtt / 2)
	s.arrive(dup)
	s.deliver(packet{stream: id, from: server, flags: ack, seq: 1, ack: 12})
	w := s.send(packet{stream: id, from: client, flags: psh | ack, seq: 12, ack: 1, data: "bad"})
	s.fate(w, trace.Corrupted, "corrupt 3rd data", 0)
	s.wait(rtt / 2)
	s.arrive(w)
	w = s.send(packet{stream: id, from: server, flags: psh | ack, seq: 1, ack: 12, data: "안녕"})
	s.fate(w, trace.Duplicated, "duplicate", 0)
	s.wait(rtt / 2)
	s.arrive(w)
	s.wait(time.Millisecond)
	s.arrive(w)
	w = s.send(packet{
		stream: id, from: server, flags: ack, seq: 7, ack: 12,
		findings: []tcpstate.Finding{{Name: "zero-window"}},
	})
	s.fate(w, trace.Delayed, "delay 30ms", 30*time.Millisecond)
	s.wait(2 * rtt)
	s.arrive(w)
	s.fate(s.wire+1, trace.Injected, "inject RST server→client", 0)
	s.deliver(packet{stream: id, from: server, flags: rst, seq: 7})
	s.become(id, client, tcpstate.Closed, received, "RST")
	s.wire++
	s.fate(s.wire, trace.TooBig, "mtu 600", 0)
	s.add(trace.Event{Kind: trace.KindGap, Stream: -1, N: 3})
	return s.end(tcpstate.EndRST)
}

// Hostile is text that attacks every output there is. Nothing of it may reach
// one unescaped.
const Hostile = "\x1b]0;owned\x07\x1b[31m\u202e\x00\r\n</text></svg><script>alert(1)</script>\"'`;%%{init}%% #quot; end\xff\u200b&amp;]]>"

// hostile is a trace whose every byte wants to break out.
func hostile() Trace {
	s := newStory("hostile", "inspect "+Hostile)
	s.plain()
	s.trace.Network = Hostile
	id := s.connect(alice, bob)
	s.send(packet{
		stream: id, from: client, flags: psh | ack, seq: 1, ack: 1, data: Hostile,
		findings: []tcpstate.Finding{{Name: Hostile}},
	})
	s.message(id, client, http1.Message{
		Request: true, Method: Hostile, Target: Hostile, Version: Hostile,
		Fields: []http1.Field{{Name: "Cookie", Value: Hostile}, {Name: Hostile, Value: Hostile}}, Body: []byte(Hostile),
	})
	s.message(id, server, http1.Message{Status: 200, Reason: Hostile, Version: Hostile})
	s.call(id, alice, Hostile, Hostile, Hostile)
	s.remember(bob, trace.Entry{Kind: trace.MemoryConversation, Name: Hostile, Value: Hostile, Bytes: 99})
	s.note(Hostile, Hostile)
	s.step(Hostile, Hostile)
	s.fate(0, trace.Dropped, Hostile, 0)
	s.other(Hostile, Hostile, errors.New(Hostile))
	return s.end(tcpstate.EndOpen)
}

// file is a trace of one vantage point: two connections over IPv6, an exchange,
// and frames that are not TCP.
func file() Trace {
	s := newStory("file", "inspect capture.pcapng").plain()
	web := party(trace.RoleServer, 0, "[2001:db8::80]:80")
	one := s.connect(party(trace.RoleClient, 0, "[2001:db8::1]:50001"), web)
	two := s.connect(party(trace.RoleClient, 0, "[2001:db8::1]:50002"), web)
	change := func(end tcpstate.End, from, to tcpstate.State, basis tcpstate.Basis) tcpstate.Change {
		return tcpstate.Change{End: end, From: from, To: to, Basis: basis}
	}
	s.other("ICMPv6", "neighbor solicitation for 2001:db8::80", nil)
	s.send(packet{stream: one, from: client, flags: syn, changes: []tcpstate.Change{
		change(client, tcpstate.Closed, tcpstate.SynSent, tcpstate.Inferred),
		change(server, tcpstate.Listen, tcpstate.SynReceived, tcpstate.Assumed),
	}})
	s.wait(150 * time.Microsecond)
	s.send(packet{stream: one, from: server, flags: syn | ack, ack: 1, changes: []tcpstate.Change{
		change(server, tcpstate.Listen, tcpstate.SynReceived, tcpstate.Inferred),
		change(client, tcpstate.SynSent, tcpstate.Established, tcpstate.Assumed),
	}})
	s.wait(90 * time.Microsecond)
	s.send(packet{stream: one, from: client, flags: ack, seq: 1, ack: 1})
	s.add(trace.Event{
		Kind: trace.KindState, Stream: one, From: s.parties[one][server],
		State: &trace.StateChange{Change: change(server, tcpstate.SynReceived, tcpstate.Established, tcpstate.Inferred)},
	})
	request := "GET /session HTTP/1.1\r\nHost: www.example\r\nCookie: sid=7f3a\r\n\r\n"
	s.send(packet{stream: one, from: client, flags: psh | ack, seq: 1, ack: 1, data: request})
	s.message(one, client, http1.Message{
		Request: true, Method: "GET", Target: "/session", Version: "HTTP/1.1",
		Fields: []http1.Field{{Name: "Host", Value: "www.example"}, {Name: "Cookie", Value: "sid=7f3a"}},
	})
	s.wait(3 * time.Millisecond)
	s.send(packet{stream: two, from: client, flags: syn, changes: []tcpstate.Change{
		change(client, tcpstate.Closed, tcpstate.SynSent, tcpstate.Inferred),
	}})
	s.send(packet{stream: two, from: server, flags: rst | ack, ack: 1, changes: []tcpstate.Change{
		change(client, tcpstate.SynSent, tcpstate.Closed, tcpstate.Assumed),
	}})
	s.wait(2 * time.Millisecond)
	s.send(packet{stream: one, from: server, flags: psh | ack, seq: 1, ack: 66, data: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"})
	s.message(one, server, http1.Message{
		Version: "HTTP/1.1", Status: 200, Reason: "OK", BodyBytes: 2, Body: []byte("ok"), Framing: http1.ContentLength,
		Fields: []http1.Field{{Name: "Content-Length", Value: "2"}, {Name: "Set-Cookie", Value: "sid=7f3a; HttpOnly"}},
	})
	s.message(one, client, http1.Message{Request: true, Method: "GET", Target: "/again", Version: "HTTP/1.1"})
	s.other("ARP", "who has 10.0.0.2? tell 10.0.0.1", errors.New("ARP header cut after 20 of 28 bytes"))
	return s.end(tcpstate.EndOpen, tcpstate.EndRST)
}

// cluster is a session behind a balancer, seen at more than two parties.
func cluster() Trace {
	s := newStory("cluster", "http demo cluster")
	balancer := party(trace.RoleBalancer, 0, "10.0.0.2:80")
	backend := party(trace.RoleBackend, 1, "10.0.1.1:8080")
	other := party(trace.RoleBackend, 2, "10.0.1.2:8080")
	store := party(trace.RoleStore, 0, "10.0.2.1:6379")
	s.trace.Lanes = []trace.Participant{alice, balancer, backend, other, store}
	front := s.connect(alice, balancer)
	back := s.connect(party(trace.RoleBalancer, 0, "10.0.0.2:33001"), backend)
	s.step("alice logs in", "alice가 로그인한다")
	get := http1.Message{Request: true, Method: "POST", Target: "/session/login", Version: "HTTP/1.1"}
	s.deliver(packet{stream: front, from: client, flags: psh | ack, seq: 1, ack: 1, data: "POST /session/login HTTP/1.1\r\n\r\n"})
	s.message(front, client, get)
	w := s.send(packet{stream: back, from: client, flags: syn})
	s.become(back, client, tcpstate.SynSent, onSend, "SYN")
	s.wait(rtt / 2)
	s.arrive(w)
	s.become(back, server, tcpstate.SynReceived, received, "SYN")
	s.message(back, client, get)
	s.remember(backend, trace.Entry{Kind: trace.MemoryConversation, Name: "session 7f3a", Value: "alice", Bytes: 9})
	s.remember(store, trace.Entry{Kind: trace.MemoryResource, Name: "account alice", Value: "100", Bytes: 8})
	reply := http1.Message{
		Status: 302, Reason: "Found", Version: "HTTP/1.1",
		Fields: []http1.Field{{Name: "Set-Cookie", Value: "sid=7f3a; HttpOnly; SameSite=Lax"}},
	}
	s.message(back, server, reply)
	s.message(front, server, reply)
	s.step("the backend dies", "백엔드가 죽는다")
	s.remember(backend)
	return s.end()
}
