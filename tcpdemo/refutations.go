package tcpdemo

import (
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
		), Seen: []trace.Sight{came(server, tcpstate.Established)}},
		{N: 2, Why: counted(
			"on the wire the numbers begin with %d and %d; the ladder counts from there",
			"회선 위의 번호는 %d, %d에서 시작합니다. 사다리 그림은 거기서부터 센 값입니다",
			func(seen []trace.Event) []any { return []any{seen[0].Segment.Seq, seen[1].Segment.Seq} },
		), Seen: []trace.Sight{sent(client, tcpstate.SYN), sent(server, tcpstate.SYN|tcpstate.ACK)}},
		{N: 3, Why: because(
			"the SYN carries no byte and has the number 0; it is acknowledged with 1, so it has used one",
			"SYN에는 데이터가 없고 번호는 0인데, ACK 번호는 1입니다. 번호 하나를 썼다는 뜻입니다",
		), Seen: []trace.Sight{sent(client, tcpstate.SYN), acknowledged(server)}},
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
		), Seen: []trace.Sight{carried(client), acknowledged(server)}},
	},
	"close": {
		finUsesANumber,
		{N: 4, Why: because(
			"the client goes from FIN-WAIT-1 straight to TIME-WAIT: FIN, FIN with ACK, and ACK were enough",
			"클라이언트는 FIN-WAIT-1에서 바로 TIME-WAIT로 갑니다. FIN, ACK를 겸한 FIN, ACK로 충분했습니다",
		), Seen: []trace.Sight{func(e *trace.Event, _ []trace.Event) bool {
			return e.Kind == trace.KindState && e.From.Role == client && e.State.From == tcpstate.FinWait1 && e.State.To == tcpstate.TimeWait
		}}},
	},
	"close-by-server": {{N: 5, Why: because(
		"it is the server that goes to TIME-WAIT, because it closed first",
		"먼저 닫은 서버가 TIME-WAIT에 들어갑니다",
	), Seen: []trace.Sight{sent(server, tcpstate.FIN), came(server, tcpstate.TimeWait)}}},
	"half-close": {{N: 8, Why: counted(
		"after shutdown(write) the client's read still brings %d bytes; after close there would be none",
		"shutdown(쓰기) 뒤에도 클라이언트의 read는 %d바이트를 받습니다. close였다면 받지 못합니다",
		func(seen []trace.Event) []any { return []any{seen[1].Call.Bytes} },
	), Seen: []trace.Sight{called(client, "shutdown", 0), called(client, "read", 1)}}},
	"simultaneous-open": {{N: 15, Why: because(
		"both ends are ESTABLISHED, and no socket was in LISTEN",
		"LISTEN 소켓 없이 양쪽이 ESTABLISHED가 되었습니다",
	), Seen: []trace.Sight{came(server, tcpstate.Established), came(client, tcpstate.Established)}}},
	"self-connect": {{N: 15, Why: because(
		"the socket is ESTABLISHED with itself, and none was in LISTEN",
		"LISTEN 소켓 없이 소켓 하나가 자기 자신과 ESTABLISHED가 되었습니다",
	), Seen: []trace.Sight{came(client, tcpstate.Established)}}},
	"reset": {
		{N: 9, Why: because(
			"the server's program calls close(), and what its stack sends is a RST",
			"서버 프로그램은 close()를 불렀는데 스택이 보낸 것은 RST입니다",
		), Seen: []trace.Sight{called(server, "close", 0), sent(server, tcpstate.RST)}},
		{N: 10, Why: because(
			"this RST follows a close() with SO_LINGER 0: a program that is well has asked for it",
			"이 RST는 SO_LINGER 0을 설정하고 부른 close()의 결과입니다. 멀쩡한 프로그램이 택했습니다",
		), Seen: []trace.Sight{called(client, "setsockopt", 0), called(client, "close", 0), sent(client, tcpstate.RST)}},
		{N: 12, Why: counted(
			"write() had succeeded with %d bytes, and no program ever read them",
			"write()는 %d바이트로 성공했지만 그 바이트를 읽은 프로그램은 없습니다",
			func(seen []trace.Event) []any { return []any{seen[0].Call.Bytes} },
		), Seen: []trace.Sight{called(client, "write", 1), sent(server, tcpstate.RST)}},
	},
	"refused": {{N: 11, Why: because(
		"the answer, a RST, is on its way as soon as the SYN has come: a timeout has no answer",
		"SYN이 도착하자마자 RST라는 응답이 나갑니다. 타임아웃에는 응답이 없습니다",
	), Seen: []trace.Sight{sent(client, tcpstate.SYN), sent(server, tcpstate.RST), failed(client, "connect", "refused")}}},
	"loss": {{N: 12, Why: counted(
		"write() returned %d bytes at once, and their segment was lost",
		"write()는 곧바로 %d바이트를 돌려주었지만 그 세그먼트는 손실되었습니다",
		func(seen []trace.Event) []any { return []any{seen[0].Call.Bytes} },
	), Seen: []trace.Sight{called(client, "write", 1), dropped(client)}}},
}

// finUsesANumber: belief 3, of the FIN.
var finUsesANumber = trace.Refutation{N: 3, Why: counted(
	"the FIN carries no byte and has the number %d; it is acknowledged with %d, so it has used one",
	"FIN에는 데이터가 없고 번호는 %d인데, ACK 번호는 %d입니다. 번호 하나를 썼다는 뜻입니다",
	func(seen []trace.Event) []any { return []any{seen[0].Segment.RelSeq, seen[1].Segment.RelAck} },
), Seen: []trace.Sight{bareFIN, acknowledged(server)}}

// bareFIN sees a FIN of the client that carries no octets.
func bareFIN(e *trace.Event, before []trace.Event) bool {
	return sent(client, tcpstate.FIN)(e, before) && e.Segment.Len == 0
}

// acceptedOnSamePort sees an accept whose socket has the port of the listener.
func acceptedOnSamePort(e *trace.Event, before []trace.Event) bool {
	return called(server, "accept", 0)(e, before) && e.From.Addr.Port() == before[0].From.Addr.Port()
}
