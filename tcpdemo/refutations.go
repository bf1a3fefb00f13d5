package tcpdemo

import (
	"slices"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// refutations are, by scenario, the beliefs that it refutes and what on its
// timeline refutes them.
var refutations = map[string][]trace.Refutation{
	"handshake": {
		{N: 1, Why: because(
			"the server is ESTABLISHED, and its program has not called accept()",
			"서버 프로그램이 accept()를 부르지 않았는데도 서버는 ESTABLISHED입니다",
		), Seen: []trace.Sight{every(came(server, tcpstate.Established), unaccepted)}},
		{N: 2, Why: counted(
			"on the wire the numbers begin with %d and %d; the ladder counts from there",
			"회선 위의 번호는 %d, %d에서 시작합니다. 사다리 그림은 거기서부터 센 값입니다",
			func(seen []trace.Event) []any { return []any{seen[0].Segment.Seq, seen[1].Segment.Seq} },
		), Seen: []trace.Sight{every(sent(client, tcpstate.SYN), notZero), every(sent(server, tcpstate.SYN), acknowledged(server), notZero)}},
		{N: 3, Why: because(
			"the SYN carries no byte and has the number 0; it is acknowledged with 1, so it has used one",
			"SYN에는 데이터가 없고 번호는 0인데, ACK 번호는 1입니다. 번호 하나를 썼다는 뜻입니다",
		), Seen: []trace.Sight{every(sent(client, tcpstate.SYN), bare), acknowledged(server)}},
	},
	"echo": {
		finUsesANumber,
		{N: 16, Why: counted(
			"the accepted connection's own port is %d, the same that the server listens on",
			"accept한 연결의 로컬 포트는 %d, 서버가 LISTEN하는 포트 그대로입니다",
			func(seen []trace.Event) []any { return []any{seen[1].From.Addr.Port()} },
		), Seen: []trace.Sight{called(server, "listen", 0), acceptedOnSamePort}},
		{N: 23, Why: counted(
			"bytes %d to %d came, and the ACK says %d: the one expected next",
			"%d번부터 %d번 바이트까지 받았고 ACK 번호는 %d입니다. 다음에 받을 바이트의 번호입니다",
			func(seen []trace.Event) []any {
				s := seen[0].Segment
				return []any{s.RelSeq, s.RelSeq + uint32(s.Len) - 1, seen[1].Segment.RelAck}
			},
		), Seen: []trace.Sight{every(carried(client), withoutFIN), acknowledged(server)}},
	},
	"close": {
		finUsesANumber,
		{N: 4, Why: because(
			"the client goes from FIN-WAIT-1 straight to TIME-WAIT: FIN, FIN with ACK, and ACK were enough",
			"클라이언트는 FIN-WAIT-1에서 바로 TIME-WAIT로 갑니다. FIN, ACK를 겸한 FIN, ACK로 충분했습니다",
		), Seen: []trace.Sight{
			sent(client, tcpstate.FIN),
			every(sent(server, tcpstate.FIN), acknowledged(server)),
			straightToTimeWait,
			lastAck,
		}},
	},
	"close-by-server": {{N: 5, Why: because(
		"it is the server that goes to TIME-WAIT, because it closed first",
		"먼저 닫은 서버가 TIME-WAIT에 들어갑니다",
	), Seen: []trace.Sight{every(sent(server, tcpstate.FIN), clientSentNoFIN), every(came(server, tcpstate.TimeWait), here)}}},
	"half-close": {{N: 8, Why: counted(
		"after shutdown(write) the client's read still brings %d bytes; after close there would be none",
		"shutdown(쓰기) 뒤에도 클라이언트의 read는 %d바이트를 받습니다. close였다면 받지 못합니다",
		func(seen []trace.Event) []any { return []any{seen[1].Call.Bytes} },
	), Seen: []trace.Sight{every(called(client, "shutdown", 0), succeeded), every(called(client, "read", 1), here)}}},
	"simultaneous-open": {{N: 15, Why: because(
		"both ends are ESTABLISHED, and no socket was in LISTEN",
		"LISTEN 소켓 없이 양쪽이 ESTABLISHED가 되었습니다",
	), Seen: []trace.Sight{every(established, nobodyListens), every(established, here, ofTheOtherEnd)}}},
	"self-connect": {{N: 15, Why: because(
		"the socket is ESTABLISHED with itself, and none was in LISTEN",
		"LISTEN 소켓 없이 소켓 하나가 자기 자신과 ESTABLISHED가 되었습니다",
	), Seen: []trace.Sight{every(established, nobodyListens, withItself)}}},
	"reset": {
		{N: 9, Why: because(
			"the server's program calls close(), and what its stack sends is a RST",
			"서버 프로그램은 close()를 불렀는데 스택이 보낸 것은 RST입니다",
		), Seen: []trace.Sight{called(server, "close", 0), nextSent(server, tcpstate.RST)}},
		{N: 10, Why: because(
			"this RST follows a close() with SO_LINGER 0: a program that is well has asked for it",
			"이 RST는 SO_LINGER 0을 설정하고 부른 close()의 결과입니다. 멀쩡한 프로그램이 택했습니다",
		), Seen: []trace.Sight{every(called(client, "setsockopt", 0), noLinger), every(called(client, "close", 0), here), nextSent(client, tcpstate.RST)}},
		{N: 12, Why: counted(
			"write() had succeeded with %d bytes, and no program ever read them",
			"write()는 %d바이트로 성공했지만 그 바이트를 읽은 프로그램은 없습니다",
			func(seen []trace.Event) []any { return []any{seen[0].Call.Bytes} },
		), Seen: []trace.Sight{every(called(client, "write", 1), neverRead), every(sent(server, tcpstate.RST), here)}},
	},
	"refused": {{N: 11, Why: because(
		"the answer, a RST, is on its way as soon as the SYN has come: a timeout has no answer",
		"SYN이 도착하자마자 RST라는 응답이 나갑니다. 타임아웃에는 응답이 없습니다",
	), Seen: []trace.Sight{sent(client, tcpstate.SYN), every(sent(server, tcpstate.RST), acknowledged(server), answeredAtOnce), every(failed(client, "connect", "refused"), here, whenItArrived)}}},
	"loss": {{N: 12, Why: counted(
		"write() returned %d bytes at once, and their segment was lost",
		"write()는 곧바로 %d바이트를 돌려주었지만 그 세그먼트는 손실되었습니다",
		func(seen []trace.Event) []any { return []any{seen[0].Call.Bytes} },
	), Seen: []trace.Sight{called(client, "write", 1), lostOfThatWrite}}},
}

// finUsesANumber: belief 3, of the FIN.
var finUsesANumber = trace.Refutation{N: 3, Why: counted(
	"the FIN carries no byte and has the number %d; it is acknowledged with %d, so it has used one",
	"FIN에는 데이터가 없고 번호는 %d인데, ACK 번호는 %d입니다. 번호 하나를 썼다는 뜻입니다",
	func(seen []trace.Event) []any { return []any{seen[0].Segment.RelSeq, seen[1].Segment.RelAck} },
), Seen: []trace.Sight{every(sent(client, tcpstate.FIN), bare), acknowledged(server)}}

// bare sees a segment that carries no octets.
func bare(l *trace.Look) bool { return l.Event().Segment.Len == 0 }

// withoutFIN sees a segment whose octets are all that it takes of the sequence.
func withoutFIN(l *trace.Look) bool { return !l.Event().Segment.Flags.Any(tcpstate.SYN | tcpstate.FIN) }

// notZero sees a segment whose number, as it is on the wire, is not 0.
func notZero(l *trace.Look) bool { return l.Event().Segment.Seq != 0 }

// unaccepted sees what is so before the server's program has accepted anything.
func unaccepted(l *trace.Look) bool {
	return !slices.ContainsFunc(l.Run[:l.At], func(e trace.Event) bool { return isCall(&e, server, "accept") })
}

// acceptedOnSamePort sees an accept whose socket has the port of the listener.
func acceptedOnSamePort(l *trace.Look) bool {
	return isCall(l.Event(), server, "accept") && l.Event().From.Addr.Port() == l.Last().From.Addr.Port()
}

// straightToTimeWait sees the client come from FIN-WAIT-1 to TIME-WAIT by the
// segment seen before.
func straightToTimeWait(l *trace.Look) bool {
	e := l.Event()
	return isState(e, client, tcpstate.TimeWait) && e.State.From == tcpstate.FinWait1 && e.State.Cause.Wire == l.Last().Wire
}

// lastAck sees the acknowledgment of the server's FIN, the segment seen before the
// last event, that arrives and ends the server's part.
func lastAck(l *trace.Look) bool {
	e, fin := l.Event(), l.Seen(len(l.Before)-2)
	return isSegment(e, client, tcpstate.ACK) && here(l) && e.Segment.Ack == fin.Segment.End() && arrived(l.Run[l.At:], e)
}

// clientSentNoFIN sees what is so before the client has sent a FIN.
func clientSentNoFIN(l *trace.Look) bool {
	return !ever(l.Run[:l.At], l.Event().Stream, func(e *trace.Event) bool { return isSegment(e, client, tcpstate.FIN) })
}

// succeeded sees a call that came to no error.
func succeeded(l *trace.Look) bool { return l.Event().Call.Result == "" }

// established sees an end become ESTABLISHED.
func established(l *trace.Look) bool {
	return l.Event().Kind == trace.KindState && l.Event().State.To == tcpstate.Established
}

// ofTheOtherEnd sees an event of another end than the one seen before.
func ofTheOtherEnd(l *trace.Look) bool { return l.Event().From != l.Last().From }

// withItself sees an end whose peer it is itself.
func withItself(l *trace.Look) bool { return l.Event().From.Addr == l.Event().To.Addr }

// nobodyListens sees an event of a run in which no socket ever listens.
func nobodyListens(l *trace.Look) bool {
	return !slices.ContainsFunc(l.Run, func(e trace.Event) bool {
		return e.Kind == trace.KindState && e.State.To == tcpstate.Listen || e.Kind == trace.KindCall && e.Call.Name == "listen"
	})
}

// noLinger sees the option being set that makes close() abort.
func noLinger(l *trace.Look) bool { return l.Event().Call.Args == "SO_LINGER 0 s" }

// neverRead sees a write on a connection of which the server's program reads no
// octet, ever.
func neverRead(l *trace.Look) bool {
	return moved(l.Run, server, "read", l.Event().Stream) == 0
}

// whenItArrived sees what comes of the arrival of the segment seen before.
func whenItArrived(l *trace.Look) bool { return arrived(l.Since(len(l.Before)-1), l.Last()) }

// lostOfThatWrite sees the wire lose a segment with octets that the write seen
// before has handed over, and that had not arrived by then.
func lostOfThatWrite(l *trace.Look) bool {
	e, write := l.Event(), l.Last()
	if e.Kind != trace.KindVerdict || e.From.Role != client || e.Verdict.Fate != trace.Dropped || !here(l) {
		return false
	}
	begin := moved(l.Run[:l.Before[len(l.Before)-1]], client, "write", e.Stream) + 1 // the SYN has the number 0
	end := begin + write.Call.Bytes
	holds := func(e *trace.Event) bool {
		return isSegment(e, client, 0) && int(e.Segment.RelSeq) < end && int(e.Segment.RelSeq)+e.Segment.Len > begin
	}
	return ever(l.Run[:l.At], e.Stream, func(s *trace.Event) bool { return s.Wire == e.Wire && holds(s) }) &&
		!ever(l.Run[:l.At], e.Stream, func(s *trace.Event) bool { return holds(s) && arrived(l.Run[:l.At], s) })
}
