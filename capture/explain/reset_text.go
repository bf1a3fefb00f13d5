package explain

// Resets.
var (
	refusedText = text{
		En: "{from} refuses the SYN of frame {answered}: nobody listens on port {port}. RST answers at once; it is not a timeout.",
		Ko: "{from|이/가} 프레임 {answered}의 SYN을 거절합니다. 포트 {port}에서 연결을 기다리는 프로그램이 없습니다. RST는 곧바로 돌아오며, 타임아웃과는 다릅니다.",
	}
	refusedUnseenText = text{
		En: "{from} refuses the SYN: nobody listens on port {port}. RST answers at once; it is not a timeout.",
		Ko: "{from|이/가} SYN을 거절합니다. 포트 {port}에서 연결을 기다리는 프로그램이 없습니다. RST는 곧바로 돌아오며, 타임아웃과는 다릅니다.",
	}
	abortSelfText = text{
		En: "{from} aborts the connection: closed with unread data, with SO_LINGER 0, or ended by force. Nobody else has to forget it; no TIME-WAIT.",
		Ko: "{from|이/가} 연결을 강제로 끊습니다. 읽지 않은 데이터를 두고 닫았거나, SO_LINGER 0이거나, 강제로 끝난 것입니다. 잊어야 할 상대는 없으며 TIME-WAIT도 없습니다.",
	}
	abortText = text{
		En: "{from} aborts the connection: closed with unread data, with SO_LINGER 0, or ended by force. {to} must forget it; no TIME-WAIT.",
		Ko: "{from|이/가} 연결을 강제로 끊습니다(읽지 않은 데이터가 남은 close, SO_LINGER 0, 강제 종료 등). {to|은/는} 연결을 잊어야 하고 TIME-WAIT도 없습니다.",
	}
	abortServerText = text{
		En: "{from} aborts the connection: closed with unread data, with SO_LINGER 0, before any accept, or ended by force. {to} must forget it; no TIME-WAIT.",
		Ko: "{from|이/가} 연결을 강제로 끊습니다(읽지 않은 데이터가 남은 close, SO_LINGER 0, accept 전에 닫힌 리스너, 강제 종료 등). {to|은/는} 연결을 잊어야 하고 TIME-WAIT도 없습니다.",
	}
	abortQueuedText = text{
		En: "{from} aborts the connection: its listening socket was closed before accept took it from the queue. {to} must forget it; no TIME-WAIT.",
		Ko: "{from|이/가} 연결을 강제로 끊습니다. accept가 백로그에서 꺼내기 전에 리스너가 닫혔습니다. {to|은/는} 연결을 잊어야 하고 TIME-WAIT도 없습니다.",
	}
	abortAfterCloseText = text{
		En: "{from} had closed already and now aborts the connection: what {to} has sent since then, nobody there will read. {to} must forget it; no TIME-WAIT.",
		Ko: "{from|은/는} 이미 닫았고 이제 연결을 강제로 끊습니다. 그 뒤에 {to|이/가} 보낸 것은 읽을 프로그램이 없습니다. {to|은/는} 연결을 잊어야 하고 TIME-WAIT도 없습니다.",
	}
	noConnectionText = text{
		En: "{from} knows no connection that frame {answered} belongs to: it answers RST, and {to} must give up its half.",
		Ko: "{from|은/는} 프레임 {answered|이/가} 속한 연결을 모릅니다. RST로 답하고, {to|은/는} 자기 쪽에 남은 절반을 버려야 합니다.",
	}
	noConnectionUnseenText = text{
		En: "{from} knows no connection that {to}'s segment belongs to: it answers RST, and {to} must give up its half.",
		Ko: "{from|은/는} {to|이/가} 보낸 세그먼트가 속한 연결을 모릅니다. RST로 답하고, {to|은/는} 자기 쪽에 남은 절반을 버려야 합니다.",
	}
	neverAskedText = text{
		En: "{from} does not want the connection that frame {answered} agrees to: an old or forged SYN had asked for it. Two messages could not tell.",
		Ko: "{from|은/는} 프레임 {answered|이/가} 수락한 연결을 원하지 않습니다. 오래됐거나 위조된 SYN 때문입니다. 메시지 두 개로는 알 수 없는 일입니다.",
	}
	gaveUpSynText = text{
		En: "Frame {answered} agrees to what {from} asked for in frame {syn}, but {from}'s TCP has no such connection: its program gave up, a scan sent the SYN past that TCP, or the SYN is an old one.",
		Ko: "프레임 {answered|은/는} {from|이/가} 프레임 {syn}에서 요청한 연결을 수락하지만 {from}의 TCP에는 그런 연결이 없습니다. 프로그램이 포기했거나, 스캐너가 그 TCP를 거치지 않고 SYN을 보냈거나, SYN이 오래된 것입니다.",
	}
	afterCloseText = text{
		En: "{from} had closed already and nobody there reads frame {answered}: RST tells {to} that those bytes are lost.",
		Ko: "{from|은/는} 이미 닫아서 프레임 {answered|을/를} 읽을 프로그램이 없습니다. RST는 그 바이트가 버려졌음을 {to}에 알립니다.",
	}
	afterCloseBareText = text{
		En: "{from} had closed already and remembers nothing of the connection: it answers frame {answered}, like any segment of a connection that it does not know, with RST.",
		Ko: "{from|은/는} 이미 닫았고 연결을 전혀 기억하지 않습니다. 모르는 연결의 세그먼트가 모두 그렇듯 프레임 {answered}에 RST로 답합니다.",
	}
	resetText = text{
		En: "{from} resets the connection: if the number {seq} is in {to}'s window, {to} forgets everything about it at once.",
		Ko: "{from|이/가} 연결을 재설정합니다(RST). 번호 {seq|이/가} {to}의 윈도우 안에 있으면 {to|은/는} 연결을 즉시 잊습니다.",
	}
	wireSeqText  = text{En: "{seq} on the wire", Ko: "{seq}(원래 값)"}
	resetSumText = text{
		En: "seq {seq} = the ACK number of frame {answered}",
		Ko: "seq {seq} = 프레임 {answered}의 ACK 번호",
	}
)
