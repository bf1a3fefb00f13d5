package rendertest

import (
	"errors"
	"time"

	"statelab/capture/http1"
	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

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
	s.access(alice, trace.Access{Store: Hostile, Op: Hostile, Key: Hostile, Bytes: 1, Outcome: Hostile})
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
	s.access(backend, trace.Access{Store: "redis", Op: trace.StoreWrite, Key: "session:7f3a90c2d41b", Bytes: 9, Revision: 1})
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
