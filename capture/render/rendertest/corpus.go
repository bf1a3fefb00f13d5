package rendertest

import (
	"time"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// Corpus returns the timelines that every renderer is tested with.
func Corpus() []Trace {
	return []Trace{echo(), loss(), crossing(), mishaps(), hostile(), file(), cluster(), session()}
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
	s.conns[stream].Handshake = tcpstate.Handshake{SYN: first, SynAck: first + 1, Ack: first + 2, Asked: true, Answered: true, Complete: true, HasRTT: true, RTT: rtt}
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
