package explain

// The handshake.
var (
	synText = text{
		En: "{from} asks {to} for a connection: its numbers begin at ISN {isn}, and the SYN takes the first.",
		Ko: "{from|이/가} {to}에 연결을 요청합니다. 번호는 ISN {isn}에서 시작하고 SYN이 첫 번호를 차지합니다.",
	}
	simultaneousSynText = text{
		En: "{from} asks {to} for the same connection at the same time (simultaneous open): its numbers begin at ISN {isn}.",
		Ko: "{from|도/도} 동시에 {to}에 같은 연결을 요청합니다(동시 개방). 번호는 ISN {isn}에서 시작합니다.",
	}
	selfSynText = text{
		En: "{from} asks itself for a connection: source and destination are the same address and port. ISN {isn}.",
		Ko: "{from|이/가} 자기 자신에게 연결을 요청합니다. 출발지와 목적지의 주소와 포트가 같습니다. ISN은 {isn}입니다.",
	}
	synAckText = text{
		En: "{from} agrees and asks back: it acknowledges the SYN of frame {acked}, and its own SYN takes ISN {isn}.",
		Ko: "{from|이/가} 요청을 받아들이고 자신도 연결을 요청합니다. 프레임 {acked}의 SYN을 확인하고, 자신의 SYN은 ISN {isn|을/를} 차지합니다.",
	}
	synAckNoFrameText = text{
		En: "{from} agrees and asks back: it acknowledges {to}'s SYN, and its own SYN takes ISN {isn}.",
		Ko: "{from|이/가} 요청을 받아들이고 자신도 연결을 요청합니다. {to}의 SYN을 확인하고, 자신의 SYN은 ISN {isn|을/를} 차지합니다.",
	}
	synAgainText = text{
		En: "{from} sends its SYN again ({nth|th} retransmission): no SYN-ACK came before the timer ran out.",
		Ko: "{from|이/가} SYN을 다시 보냅니다({nth|번째} 재전송). 타이머가 끝날 때까지 SYN-ACK가 오지 않았습니다.",
	}
	synOnceMoreText = text{
		En: "{from} sends its SYN again: no SYN-ACK came before the timer ran out.",
		Ko: "{from|이/가} SYN을 다시 보냅니다. 타이머가 끝날 때까지 SYN-ACK가 오지 않았습니다.",
	}
	synAtOnceText = text{
		En: "{from} sends its SYN again at once, before any timer could run out.",
		Ko: "{from|이/가} SYN을 곧바로 다시 보냅니다. 타이머가 끝나기에는 너무 이른 때입니다.",
	}
	synAfterRefusalText = text{
		En: "{from} sends its SYN again at once, after the unacceptable ACK of frame {refused}: no timer ran out.",
		Ko: "{from|이/가} 프레임 {refused}의 받아들일 수 없는 ACK를 거절한 뒤 SYN을 곧바로 다시 보냅니다. 타이머가 끝난 것이 아닙니다.",
	}
	synAckAgainText = text{
		En: "{from} sends its SYN-ACK again: the ACK that completes the handshake has not come.",
		Ko: "{from|이/가} SYN-ACK를 다시 보냅니다. 핸드셰이크를 끝낼 ACK가 오지 않았습니다.",
	}
	synAckFirstHereText = text{
		En: "{from} sends its SYN-ACK again; it is the first that comes here. Its SYN takes ISN {isn}.",
		Ko: "{from|이/가} SYN-ACK를 다시 보냅니다. 여기에는 처음 온 것입니다. 자신의 SYN은 ISN {isn|을/를} 차지합니다.",
	}
	ackSynAloneText = text{
		En: "{from} acknowledges {to}'s SYN, but this ACK brings no SYN: {from} has sent its SYN-ACK before, which was lost on the way or is missing here. Without it the connection does not open for {to}.",
		Ko: "{from|이/가} {to}의 SYN을 확인하지만 이 ACK에는 SYN이 없습니다. {from|은/는} 앞서 SYN-ACK를 보냈으나, 오는 길에 손실되었거나 여기에 빠져 있습니다. SYN-ACK 없이는 {to} 쪽에서 연결이 열리지 않습니다.",
	}
	thirdAckUnseenText = text{
		En: "{from} acknowledges {to}'s SYN, which it has received: before that it would send nothing but its own SYN. The SYN-ACK is missing here.",
		Ko: "{from|이/가} {to}의 SYN을 확인합니다. 받기 전이라면 자신의 SYN 말고는 아무것도 보내지 않습니다. SYN-ACK는 여기에 빠져 있습니다.",
	}
	reusedPortsText = text{
		En: "The same addresses and ports served an earlier connection; the new ISN tells the two apart.",
		Ko: "같은 주소와 포트를 이전 연결이 썼습니다. 새 ISN이 두 연결을 구별합니다.",
	}
	heldOldText = text{
		En: "As far as seen here, {to} still holds an earlier connection of the same ports (half-open).",
		Ko: "이 트레이스에 보이는 한, {to|은/는} 같은 주소와 포트의 이전 연결을 아직 가지고 있습니다(half-open).",
	}
	synDataText = text{
		En: "It already carries {n|byte} of data, to be held back until the handshake is complete.",
		Ko: "데이터 {n}바이트가 이미 들어 있지만, 핸드셰이크가 끝나야 전달됩니다.",
	}
	synDataOpenText = text{
		En: "If the cookie holds, its {n|byte} of data are delivered at once.",
		Ko: "쿠키가 맞으면 함께 실린 데이터 {n}바이트는 곧바로 전달됩니다.",
	}
	fastOpenCookieText  = text{En: "a Fast Open cookie ({n|byte})", Ko: "Fast Open 쿠키({n}바이트)"}
	fastOpenRequestText = text{En: "a request for a Fast Open cookie", Ko: "Fast Open 쿠키 요청"}
	synAckDataText      = text{
		En: "It acknowledges the SYN's data too, taken before the handshake is complete.",
		Ko: "SYN에 실린 데이터도 확인합니다. 핸드셰이크가 끝나기 전에 받아들인 것입니다.",
	}
	synAckNoDataText = text{
		En: "It acknowledges the SYN alone: its data was kept, or must come again.",
		Ko: "SYN만 확인합니다. 데이터는 보관했거나, 다시 보내야 합니다.",
	}
	simultaneousSynAckText = text{
		En: "{from} acknowledges {to}'s SYN and repeats its own, ISN {isn}: both asked at once, and one connection comes of it.",
		Ko: "{from|은/는} {to}의 SYN을 확인하면서 자신의 SYN(ISN {isn})을 다시 보냅니다. 양쪽이 동시에 요청해도 연결은 하나만 생깁니다.",
	}
	ackCrossedText = text{
		En: "{from} acknowledges {to}'s SYN once more, as that SYN came again with a SYN-ACK. If the SYN-ACK of {from} has not opened the connection for {to}, this ACK does.",
		Ko: "{from|이/가} {to}의 SYN을 한 번 더 확인합니다. 그 SYN이 SYN-ACK에 실려 다시 왔기 때문입니다. {from|이/가} 보낸 SYN-ACK로 {to} 쪽에서 연결이 열리지 않았다면 이 ACK로 열립니다.",
	}
	mssSumText          = text{En: "packet {packet} = MSS {mss} + {headers} of headers", Ko: "패킷 {packet} = MSS {mss} + 헤더 {headers}"}
	offersText          = text{En: "It announces {list}.", Ko: "{list|을/를} 알립니다."}
	noOffersText        = text{En: "It announces no options.", Ko: "옵션은 없습니다."}
	scaleOfferText      = text{En: "window scale {shift}", Ko: "윈도우 스케일 {shift}"}
	timestampsOfferText = text{En: "timestamps", Ko: "타임스탬프"}
	scaleSumText        = text{
		En: "scale {shift}: later window fields of {from} × 2^{shift} = × {factor}",
		Ko: "스케일 {shift}: 이후 {from}의 윈도우 필드 × 2^{shift} = × {factor}",
	}
	waitedText = text{En: "{gap} after frame {original}", Ko: "프레임 {original} 이후 {gap}"}
)
