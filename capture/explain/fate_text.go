package explain

import "statelab/capture/tcpstate"

// What is known only where the wire, or both ends, are watched.
var (
	forgedSynText = text{
		En: "A SYN in the name of {from} asks {to} for a connection, with ISN {isn}: {from}'s stack has not sent it now.",
		Ko: "{from}의 이름으로 온 SYN이 {to}에 연결을 요청합니다(ISN {isn}). {from}의 스택이 지금 보낸 것이 아닙니다.",
	}
	strangerSynText = text{
		En: "A SYN in the name of {from} asks {to} for a connection, with ISN {isn}. No host here has told of that address as its own.",
		Ko: "{from}의 이름으로 온 SYN이 {to}에 연결을 요청합니다(ISN {isn}). 이 주소를 자기 것이라고 밝힌 호스트는 없습니다.",
	}
	forgedText = text{
		En: "{brief} in the name of {from}: {from}'s stack has not sent it now.",
		Ko: "{from}의 이름으로 온 {brief}: {from}의 스택이 지금 보낸 것이 아닙니다.",
	}
	synAckForgedText = text{
		En: "{from} agrees and asks back: it acknowledges the SYN that came in the name of {to}, and its own SYN takes ISN {isn}.",
		Ko: "{from|이/가} 요청을 받아들이고 자신도 연결을 요청합니다. {to}의 이름으로 온 SYN을 확인하고, 자신의 SYN은 ISN {isn|을/를} 차지합니다.",
	}
	synAckOtherText = text{
		En: "{from} agrees to a connection, ISN {isn}, but not to the one that {to} asks for: the SYN that it acknowledges is another than that of frame {syn}, an old duplicate or a forged one.",
		Ko: "{from|이/가} 연결을 수락하지만(ISN {isn}) {to|이/가} 요청한 연결이 아닙니다. 확인하는 SYN은 프레임 {syn}의 SYN이 아니라 오래된 사본이거나 위조된 것입니다.",
	}
	selfSynAckText = text{
		En: "{from} acknowledges its own SYN, which has come back to it, and repeats it with the same ISN {isn}: one end plays both parts of a simultaneous open.",
		Ko: "{from|이/가} 자신에게 돌아온 SYN을 확인하면서 같은 ISN({isn})으로 다시 보냅니다. 한쪽 끝이 동시 개방의 두 역할을 모두 맡습니다.",
	}
	cameBackText = text{
		En: "The same segment once more: as it comes back to its sender, which is also its receiver.",
		Ko: "같은 세그먼트가 한 번 더 보입니다. 보낸 쪽이 받는 쪽이기도 하므로 자신에게 돌아온 것입니다.",
	}
	synAckSoonText = text{
		En: "{from}'s SYN-ACK once more, too soon for a timer to have run out: the wire has doubled it, or {from} has heard a SYN twice.",
		Ko: "{from}의 SYN-ACK가 한 번 더 왔습니다. 타이머가 끝나기에는 너무 이르므로 회선이 복제했거나, {from|이/가} SYN을 두 번 받은 것입니다.",
	}
	duplicatedAckText = text{
		En: "The wire delivers {what} twice: it takes no number, and heard twice it says no more than once.",
		Ko: "회선이 {what|을/를} 두 번 전달합니다. 번호를 차지하지 않으며, 두 번 와도 한 번 온 것과 같습니다.",
	}
	swappedAckText = text{
		En: "The wire lets {what} change places with its neighbour: as long as {to} remembers the connection, an ACK that comes after a higher one says nothing new to it.",
		Ko: "회선이 {what|을/를} 이웃과 뒤바꿉니다. {to|이/가} 연결을 기억하는 동안에는, 더 큰 ACK 뒤에 온 ACK는 새로 알리는 것이 없습니다.",
	}
	resentLostText = text{
		En: "{from} sends {what} again: no ACK for that came in time. The wire had dropped the original, which so has no number in this capture.",
		Ko: "{from|이/가} {what|을/를} 다시 보냅니다. 제때 ACK가 오지 않았습니다. 원래 세그먼트는 회선이 폐기해서 이 캡처에 번호가 없습니다.",
	}
	resentPendingText = text{
		En: "{from} sends {what} again: no ACK for that came in time. The original has not arrived yet.",
		Ko: "{from|이/가} {what|을/를} 다시 보냅니다. 제때 ACK가 오지 않았습니다. 원래 세그먼트는 아직 도착하지 않았습니다.",
	}
	resentNoTimerText = text{
		En: "{from} sends {what} again: the wire had dropped the original.",
		Ko: "{from|이/가} {what|을/를} 다시 보냅니다. 원래 세그먼트는 회선이 폐기했습니다.",
	}
	resentSmallerText = text{
		En: "{from} sends {what} again, cut to fit: the original was longer than the path's MTU, which it now knows by ICMP.",
		Ko: "{from|이/가} {what|을/를} 크기를 줄여 다시 보냅니다. ICMP 메시지로 경로의 MTU를 알게 되었고, 원래 세그먼트는 그보다 길었습니다.",
	}
	resentText = text{
		En: "{from} sends {what} again, first sent in frame {original}.",
		Ko: "{from|이/가} 프레임 {original}에서 보낸 {what|을/를} 다시 보냅니다.",
	}
	resentBareText = text{
		En: "{from} sends {what} again.",
		Ko: "{from|이/가} {what|을/를} 다시 보냅니다.",
	}
	calledOutOfOrderText = text{
		En: "It came within a round trip of the highest number: Wireshark's rules call it out of order.",
		Ko: "가장 큰 번호가 나간 지 왕복 시간이 지나지 않아, Wireshark의 규칙은 이를 순서가 뒤바뀐 것으로 봅니다.",
	}
	droppedProbeText = text{
		En: "The wire drops {what}, a probe: {to} never learns that it was asked, and no answer can come.",
		Ko: "회선이 프로브({what})를 폐기합니다. {to|은/는} 질문을 받은 것조차 모르므로 답도 올 수 없습니다.",
	}
	uncountedText = text{
		En: "Wireshark's rules do not count what first came out of turn, as in frame {acked}, and take it for unseen.",
		Ko: "Wireshark의 규칙은 프레임 {acked}처럼 차례가 아닐 때 처음 온 것을 세지 않아, 보이지 않은 것으로 봅니다.",
	}
	numberedAnewText = text{
		En: "The numbers of {to} began anew with frame {acked}: Wireshark's rules miss what was before.",
		Ko: "{to}의 번호가 프레임 {acked}에서 새로 시작되어, Wireshark의 규칙은 그 앞이 빠졌다고 봅니다.",
	}
)

// Changes of an end that is joined to itself: its own segments come back to it.
var selfMoves = map[move]moveText{
	{tcpstate.Closed, tcpstate.SynSent}: {section: "RFC 9293 §3.10.1", text: text{
		En: "{who} has sent its SYN to its own port and remembers the number it chose: the SYN will come back to it.",
		Ko: "{who|이/가} 자기 포트로 SYN을 보내고 자신이 고른 번호를 기억합니다. 이 SYN은 자신에게 돌아옵니다.",
	}},
	{tcpstate.SynSent, tcpstate.SynReceived}: {section: "RFC 9293 §3.10.7.3", text: text{
		En: "{who}'s own SYN has come back to it, and means to it what a peer's would (simultaneous open): it acknowledges it.",
		Ko: "{who}의 SYN이 자신에게 돌아왔습니다. 상대의 SYN과 똑같이 다루어(동시 개방) 확인합니다.",
	}},
	{tcpstate.SynReceived, tcpstate.Established}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{who} has acknowledged its own SYN: the connection is open, with one end.",
		Ko: "{who|이/가} 자신의 SYN을 스스로 확인했습니다. 끝이 하나뿐인 연결이 열렸습니다.",
	}},
	{tcpstate.FinWait1, tcpstate.Closing}: {section: "RFC 9293 §3.10.7.4", text: text{
		En: "{who}'s own FIN has come back to it before its ACK, as where both close at the same time.",
		Ko: "{who}의 FIN이 그 ACK보다 먼저 자신에게 돌아왔습니다. 양쪽이 동시에 닫은 것과 같습니다.",
	}},
	{tcpstate.Closing, tcpstate.TimeWait}: {section: "RFC 9293 §3.10.7.4; §3.6.1", text: text{
		En: "{who} has acknowledged its own FIN, and remembers the connection for 2 MSL.",
		Ko: "{who|이/가} 자신의 FIN을 스스로 확인했고, 2 MSL 동안 연결을 기억합니다.",
	}},
}

// Changes whose meaning depends on what else has been seen.
var (
	openBothMove = moveText{section: "RFC 9293 §3.10.7.4", text: text{
		En: "The ACK of its SYN has come: for {who} the connection is open. Both had asked, so nobody had to listen.",
		Ko: "자기 SYN의 ACK가 왔습니다. {who} 쪽에서 연결이 열렸습니다. 양쪽이 요청했으므로 기다리는 쪽이 없어도 됩니다.",
	}}
	answeredForgedMove = moveText{section: "RFC 9293 §3.10.7.2", text: text{
		En: "{who} has answered a SYN in the name of {peer} and now waits for the ACK of its own: a connection in the making, already remembered.",
		Ko: "{who|은/는} {peer}의 이름으로 온 SYN에 답했고 자기 SYN의 ACK를 기다립니다. 아직 맺는 중인 연결이지만 이미 기억하고 있습니다.",
	}}
	correctedMove = moveText{section: "RFC 9293 §3.3.2", text: text{
		En: "{who} was not in {a} after all, as had been assumed here: it is in {b}.",
		Ko: "{who|은/는} 여기서 가정한 {a} 상태가 아니었습니다. 실제로는 {b} 상태입니다.",
	}}
	restartListenMove = moveText{section: "RFC 9293 §3.3.2", text: text{
		En: "{who} restarts: its listening socket is gone like everything else, and a SYN would be refused until a program listens again.",
		Ko: "{who|이/가} 재시작합니다. 기다리던 소켓도 모두 사라져, 프로그램이 다시 listen하기 전까지 SYN은 거절됩니다.",
	}}
	dataAfterCloseMove = moveText{section: "RFC 9293 §3.6.1; RFC 1122 §4.2.2.13", text: text{
		En: "Data came after {who}'s program had closed, and nobody there will read it: its stack aborts with an RST, to tell {peer} that data was lost.",
		Ko: "{who}의 프로그램이 닫은 뒤에 데이터가 왔고 읽을 프로그램이 없습니다. 스택은 데이터가 버려졌음을 {peer}에 알리려고 RST로 끊습니다.",
	}}
	gapAfterCloseMove = moveText{section: "RFC 9293 §3.6.1; RFC 1122 §4.2.2.13", text: text{
		En: "The number of what came lies beyond what {who} expects, after its program had closed: what is missing between, nobody there would read. Its stack takes that for lost data, and aborts with an RST.",
		Ko: "{who}의 프로그램이 닫은 뒤에, 기다리던 번호보다 뒤의 번호가 왔습니다. 그 사이에 빠진 것을 읽을 프로그램이 없으므로 스택은 데이터가 버려진 것으로 보고 RST로 끊습니다.",
	}}
)
