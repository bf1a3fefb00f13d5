package tcpdemo

import (
	"strings"

	"statelab/capture/tcpstate"
	"statelab/capture/trace"
)

// refutationsOfFlow are refutations by lessons on the flow of octets, on long
// waits, and on what a server keeps.
var refutationsOfFlow = map[string][]trace.Refutation{
	"fast-retransmit": {ackNamesTheNext},
	"reorder":         {ackNamesTheNext},
	"backoff": {{N: 18, Why: because(
		"with the cable out the stack is told nothing: it sends the same bytes again and again, until the last of these, the peer's ACK, and the connection goes on",
		"케이블이 빠져도 스택에는 아무 통지가 없습니다. 같은 바이트를 거듭 다시 보내다가 마지막 프레임에서 상대의 ACK를 받고, 연결은 그대로 이어집니다",
	), Seen: []trace.Sight{carried(client), cutOff, resentData, resentData, acknowledged(server)}}},
	"keepalive": {
		{N: 18, Why: because(
			"the cable is out already as this probe is lost; only the side that asked gives up",
			"케이블이 이미 빠져서 이 프로브가 손실됩니다. 물어본 쪽만 연결을 포기합니다",
		), Seen: []trace.Sight{dropped(client), gaveUp(client)}},
		{N: 19, Why: because(
			"the probe is a segment between two stacks: no program reads or writes, and nobody speaks HTTP",
			"프로브는 두 스택 사이의 세그먼트일 뿐입니다. 읽거나 쓴 프로그램도, HTTP도 없습니다",
		), Seen: []trace.Sight{found(client, "keep-alive"), sent(server, tcpstate.ACK)}},
	},
	"zero-window": {{N: 28, Why: because(
		"the window was closed, only probes went out, and when it had opened the rest was read",
		"윈도우가 닫힌 동안 프로브만 보내다가, 열린 뒤 나머지까지 다 읽었습니다",
	), Seen: []trace.Sight{found(server, "zero-window"), called(server, "read", 1), called(server, "read", 1)}}},
	"nagle": {{N: 21, Why: because(
		"Go had switched it off; switched on, it holds the second half back until the first is acknowledged",
		"Go는 꺼 두었습니다. 켜면 뒷부분은 앞부분의 ACK가 올 때까지 나가지 못합니다",
	), Seen: []trace.Sight{called(client, "setsockopt", 0), carried(client), acknowledged(server), carried(client)}}},
	"framing": {{N: 20, Why: counted(
		"three writes of %d, %d and %d bytes became one read of %d",
		"%d바이트, %d바이트, %d바이트 write 세 번이 %d바이트 read 한 번이 되었습니다",
		func(seen []trace.Event) []any {
			return []any{seen[0].Call.Bytes, seen[1].Call.Bytes, seen[2].Call.Bytes, seen[3].Call.Bytes}
		},
	), Seen: []trace.Sight{called(client, "write", 1), called(client, "write", 1), called(client, "write", 1), readOfAll}}},
	"mss": {
		{N: 24, Why: counted(
			"the client announces %d, the server %d, and both hold: each for what the other sends",
			"클라이언트는 %d, 서버는 %d를 알립니다. 각각 상대가 보내는 세그먼트에 적용됩니다",
			func(seen []trace.Event) []any {
				return []any{seen[0].Segment.Options.MSS, seen[1].Segment.Options.MSS}
			},
		), Seen: []trace.Sight{sent(client, tcpstate.SYN), sent(server, tcpstate.SYN|tcpstate.ACK)}},
		{N: 25, Why: counted(
			"the MSS that the receiver announced is %d, and this full segment carries %d bytes: options take the rest",
			"받는 쪽이 알린 MSS는 %d인데 가득 찬 이 세그먼트의 데이터는 %d바이트입니다. 나머지는 옵션의 자리입니다",
			func(seen []trace.Event) []any { return []any{seen[0].Segment.Options.MSS, seen[1].Segment.Len} },
		), Seen: []trace.Sight{sent(client, tcpstate.SYN), nearlyTheMSS}},
	},
	"window-scale": {{N: 27, Why: counted(
		"the field says %d; shifted by the announced scale it is %d bytes",
		"필드 값은 %d이고, 알린 배율만큼 시프트하면 %d바이트입니다",
		func(seen []trace.Event) []any { return []any{seen[0].Segment.Window, seen[0].Segment.ScaledWindow} },
	), Seen: []trace.Sight{func(e *trace.Event, _ []trace.Event) bool {
		return e.Kind == trace.KindSegment && e.Segment.ScaleKnown && e.Segment.ScaledWindow > uint32(e.Segment.Window)
	}}}},
	"backlog": {
		{N: 1, Why: because(
			"the server is ESTABLISHED; its program calls accept() only later",
			"서버는 ESTABLISHED이고, 프로그램은 나중에야 accept()를 부릅니다",
		), Seen: []trace.Sight{came(server, tcpstate.Established), called(server, "accept", 0)}},
		{N: 13, Why: because(
			"nothing comes back, no RST either: the client waits, and sends its SYN again",
			"RST조차 오지 않습니다. 클라이언트는 기다리다가 SYN을 다시 보냅니다",
		), Seen: []trace.Sight{found(client, "retransmission")}},
	},
	"close-wait": {{N: 7, Why: because(
		"the network has delivered the FIN, and read() has told the program; what is missing is its close()",
		"네트워크는 FIN을 전달했고 read()가 프로그램에 알렸습니다. 빠진 것은 프로그램의 close()입니다",
	), Seen: []trace.Sight{came(server, tcpstate.CloseWait), failed(server, "read", "EOF")}}},
	"old-duplicate": {{N: 14, Why: because(
		"with two messages the server would now hold a connection with nobody; the third one, a RST, tells it so",
		"메시지 두 개뿐이었다면 서버는 상대 없는 연결을 지니게 됩니다. 세 번째인 RST가 그것을 알려 줍니다",
	), Seen: []trace.Sight{injected, sent(server, tcpstate.SYN|tcpstate.ACK), sent(client, tcpstate.RST)}}},
}

// ackNamesTheNext: belief 23, where an ACK repeats itself.
var ackNamesTheNext = trace.Refutation{N: 23, Why: counted(
	"later bytes have come, and the ACK still says %d: it names the byte that is missing",
	"뒤의 바이트가 왔는데도 ACK 번호는 그대로 %d입니다. 빠진 바이트를 가리킵니다",
	func(seen []trace.Event) []any { return []any{seen[0].Segment.RelAck} },
), Seen: []trace.Sight{found(server, "duplicate-ack")}}

// readOfAll sees a read that brings what the writes before it wrote, no more.
func readOfAll(e *trace.Event, before []trace.Event) bool {
	all := 0
	for _, w := range before {
		all += w.Call.Bytes
	}
	return called(server, "read", all)(e, before) && e.Call.Bytes == all
}

// nearlyTheMSS sees a segment of the server that is full, and yet carries less
// than the MSS that was announced to it: RFC 6691 has options count.
func nearlyTheMSS(e *trace.Event, before []trace.Event) bool {
	if !carried(server)(e, before) {
		return false
	}
	mss := int(before[0].Segment.Options.MSS)
	return e.Segment.Len < mss && e.Segment.Len+40 >= mss
}

// cutOff sees the segment before it lost where the cable is out.
func cutOff(e *trace.Event, before []trace.Event) bool {
	return dropped(client)(e, before) && strings.HasPrefix(e.Verdict.Rule, "cut") && e.Verdict.Wire == before[0].Wire
}

// resentData sees octets of the client that it sends once more.
func resentData(e *trace.Event, before []trace.Event) bool {
	return carried(client)(e, before) && found(client, "retransmission")(e, before)
}

// injected sees a SYN that no host has sent.
func injected(e *trace.Event, _ []trace.Event) bool {
	return e.Kind == trace.KindVerdict && e.Verdict.Fate == trace.Injected
}
