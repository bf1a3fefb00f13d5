package explain

// Parts of sentences.
var (
	bytesText       = text{En: "bytes {first} to {last}", Ko: "{first}~{last}번 바이트"}
	byteText        = text{En: "byte {first}", Ko: "{first}번 바이트"}
	bytesAndFinText = text{En: "bytes {first} to {last} and its FIN", Ko: "{first}~{last}번 바이트와 FIN"}
	byteAndFinText  = text{En: "byte {first} and its FIN", Ko: "{first}번 바이트와 FIN"}
	itsFinText      = text{En: "its FIN", Ko: "FIN"}
	noDataText      = text{En: "no data", Ko: "데이터 없는 세그먼트"}

	sentAgainInText = text{En: "{frame} (sent again: {again})", Ko: "{frame}(재전송 {again})"}

	briefSYNText    = text{En: "the SYN", Ko: "SYN"}
	briefSynAckText = text{En: "the SYN-ACK", Ko: "SYN-ACK"}
	briefFINText    = text{En: "the FIN", Ko: "FIN"}
	briefRSTText    = text{En: "the RST", Ko: "RST"}
	briefAckText    = text{En: "ACK {ack}", Ko: "ACK {ack}"}
)

// Arithmetic.
var (
	nextDataText    = text{En: "next seq {next} = {seq} + {n|byte}", Ko: "다음 seq {next} = {seq} + {n}바이트"}
	nextFinText     = text{En: "next seq {next} = {seq} + 1 for the FIN", Ko: "다음 seq {next} = {seq} + FIN 1"}
	nextDataFinText = text{
		En: "next seq {next} = {seq} + {n|byte} + 1 for the FIN",
		Ko: "다음 seq {next} = {seq} + {n}바이트 + FIN 1",
	}
	nextSynText   = text{En: "next seq {next} = {seq} + 1 for the SYN", Ko: "다음 seq {next} = {seq} + SYN 1"}
	ackOfDataText = text{En: "ack {ack} = {seq} + {n|byte} of frame {frame}", Ko: "ack {ack} = {seq} + 프레임 {frame}의 {n}바이트"}
	ackOfSynText  = text{
		En: "ack {ack} = {seq} + 1 for the SYN of frame {frame}",
		Ko: "ack {ack} = {seq} + 프레임 {frame}의 SYN 1",
	}
	ackOfSynDataText = text{
		En: "ack {ack} = {seq} + 1 for the SYN + {n|byte} of frame {frame}",
		Ko: "ack {ack} = {seq} + SYN 1 + 프레임 {frame}의 {n}바이트",
	}
	ackOfFinText = text{
		En: "ack {ack} = {seq} + 1 for the FIN of frame {frame}",
		Ko: "ack {ack} = {seq} + 프레임 {frame}의 FIN 1",
	}
	ackOfDataFinText = text{
		En: "ack {ack} = {seq} + {n|byte} + 1 for the FIN of frame {frame}",
		Ko: "ack {ack} = {seq} + 프레임 {frame}의 {n}바이트 + FIN 1",
	}
	ackWithinText = text{
		En: "ack {ack} lies within frame {frame} (seq {seq} to {last})",
		Ko: "ack {ack|은/는} 프레임 {frame}의 범위(seq {seq}~{last}) 안",
	}
	flightSumText = text{En: "{flight} in flight", Ko: "미확인 {flight}바이트"}
	windowSumText = text{En: "window {size} bytes = {field} × 2^{shift}", Ko: "윈도우 {size}바이트 = {field} × 2^{shift}"}
)

// Ordinary segments.
var (
	dataText = text{
		En: "{from} sends {n|byte}, numbered {first} to {last}.",
		Ko: "{from|이/가} {first}번부터 {last}번까지 {n}바이트를 보냅니다.",
	}
	dataByteText = text{
		En: "{from} sends one byte, number {first}.",
		Ko: "{from|이/가} {first}번 바이트 하나를 보냅니다.",
	}
	quoteText = text{
		En: "{from} sends {n|byte}, numbered {first} to {last}: \"{text}\".",
		Ko: "{from|이/가} {first}번부터 {last}번까지 {n}바이트(\"{text}\")를 보냅니다.",
	}
	quoteByteText = text{
		En: "{from} sends one byte, number {first}: \"{text}\".",
		Ko: "{from|이/가} {first}번 바이트 하나(\"{text}\")를 보냅니다.",
	}
	pushText = text{
		En: "PSH: deliver to the application without delay.",
		Ko: "PSH는 애플리케이션에 지체 없이 넘기라는 뜻입니다.",
	}
	piggybackText = text{
		En: "The same segment acknowledges frame {acked} (piggybacked ACK).",
		Ko: "같은 세그먼트로 프레임 {acked}도 확인합니다(피기백 ACK).",
	}
	windowFullText = text{
		En: "That fills {to}'s window: {from} must now wait for room.",
		Ko: "이것으로 {to}의 윈도우가 가득 차서 {from|은/는} 빈자리를 기다려야 합니다.",
	}
	windowExhaustedText = text{
		En: "Less than a full segment of {to}'s window is left after that: window exhausted.",
		Ko: "이 뒤로 {to}의 윈도우에는 꽉 찬 세그먼트 하나가 들어갈 자리도 남지 않습니다(윈도우 소진).",
	}
	eceText = text{
		En: "ECE: a router marked congestion on the way here.",
		Ko: "ECE는 오는 길의 라우터가 혼잡을 표시했다는 뜻입니다.",
	}
	cwrText = text{
		En: "CWR: {from} has slowed down.",
		Ko: "CWR은 {from|이/가} 전송 속도를 줄였다는 뜻입니다.",
	}
	urgentText = text{
		En: "URG marks part of them as urgent.",
		Ko: "URG는 일부가 긴급 데이터라는 표시입니다.",
	}
	finText = text{
		En: "{from} has nothing more to send: its FIN takes number {seq} and closes its own direction.",
		Ko: "{from|은/는} 더 보낼 것이 없습니다. FIN은 {seq}번을 차지하며 이 방향만 닫습니다.",
	}
	finDataText = text{
		En: "{from} sends its last {n|byte}, {first} to {last}, and a FIN: this direction is closed.",
		Ko: "{from|이/가} 마지막 {n}바이트({first}~{last}번)와 FIN을 함께 보내 이 방향을 닫습니다.",
	}
	finFirstText = text{
		En: "{to} may still send (half-close).",
		Ko: "{to|은/는} 아직 보낼 수 있습니다(하프 클로즈).",
	}
	finUnseenText = text{
		En: "Whether {to} closed before, is not seen here.",
		Ko: "{to|이/가} 먼저 닫았는지는 여기서 보이지 않습니다.",
	}
	finBothText = text{
		En: "{to} has sent a FIN of its own, which {from} has not received yet: both close at once (simultaneous close).",
		Ko: "{to|도/도} FIN을 보냈지만 {from|은/는} 아직 받지 못했습니다. 양쪽이 동시에 닫습니다(동시 종료).",
	}
	finSelfText = text{
		En: "The connection has one end: the FIN comes back to its sender, and closes the other direction too.",
		Ko: "끝이 하나뿐인 연결이므로 FIN은 보낸 쪽에 돌아와 반대 방향도 닫습니다.",
	}
	finSecondText = text{
		En: "{to} had closed before: now both directions are.",
		Ko: "{to|은/는} 이미 닫았으므로 이제 양방향이 모두 닫힙니다.",
	}
	thirdAckText = text{
		En: "{from} acknowledges {to}'s SYN: once this arrives, each side knows that the other has its number, and the three-way handshake is complete.",
		Ko: "{from|이/가} {to}의 SYN을 확인합니다. 이것이 도착하면 양쪽 모두 상대가 자기 번호를 받았음을 알게 되고, 3-way 핸드셰이크가 끝납니다.",
	}
	ackText = text{
		En: "{from} has everything up to number {upto}, the end of frame {acked}, and expects {ack} next (cumulative ACK).",
		Ko: "{from|은/는} 프레임 {acked}의 끝인 {upto}번까지 모두 받았고, 다음으로 {ack}번을 기다립니다(누적 ACK).",
	}
	ackRTTText = text{
		En: "{from} has everything up to number {upto}, the end of frame {acked}, and expects {ack} next (cumulative ACK). RTT seen here: {rtt}.",
		Ko: "{from|은/는} 프레임 {acked}의 끝인 {upto}번까지 모두 받았고, 다음으로 {ack}번을 기다립니다(누적 ACK). 여기서 본 RTT는 {rtt}입니다.",
	}
	ackNothingText = text{
		En: "{from} repeats that it expects {ack} next; nothing new is acknowledged.",
		Ko: "{from|은/는} 다음으로 {ack}번을 기다린다고 다시 알립니다. 새로 확인하는 것은 없습니다.",
	}
	ackNoFrameText = text{
		En: "{from} has everything before number {ack}, which it expects next (cumulative ACK).",
		Ko: "{from|은/는} {ack}번 앞까지 모두 받았고, 다음으로 {ack}번을 기다립니다(누적 ACK).",
	}
	closesWindowText = text{
		En: "Its own window is 0: {to} must not send data back now.",
		Ko: "자신의 윈도우는 0이므로 {to|은/는} 지금 데이터를 보낼 수 없습니다.",
	}
	ackFinText = text{
		En: "{from} acknowledges the FIN of frame {acked}: the direction from {to} is closed and done.",
		Ko: "{from|이/가} 프레임 {acked}의 FIN을 확인합니다. {to}에서 오는 방향은 완전히 닫혔습니다.",
	}
	ackFinSelfText = text{
		En: "{from} acknowledges its own FIN, in frame {acked}, which has come back to it: both directions are closed and done.",
		Ko: "{from|이/가} 자신에게 돌아온 자기 FIN(프레임 {acked})을 확인합니다. 두 방향이 모두 완전히 닫혔습니다.",
	}
	arrivalText = text{
		En: "{to} receives {brief} from {from}.",
		Ko: "{from|이/가} 보낸 {brief|이/가} {to}에 도착합니다.",
	}
	arrivalDelayText = text{
		En: "{to} receives {brief}, sent by {from} {delay} before.",
		Ko: "{from|이/가} 보낸 {brief|이/가} {delay} 만에 {to}에 도착합니다.",
	}
	midstreamText = text{
		En: "The opening of the connection was not seen: it was there before this capture, or what opened it is missing here.",
		Ko: "연결을 여는 과정이 보이지 않았습니다. 캡처 전부터 있었거나, 여는 프레임이 여기에 없습니다.",
	}
	notArrivedText = text{
		En: "So frame {original} had not reached {from} yet.",
		Ko: "따라서 프레임 {original|은/는} 아직 {from}에 닿지 않았습니다.",
	}
	finNotTakenText = text{
		En: "So the FIN of frame {original} does not count for {from} yet: it has not arrived, or something before it is missing.",
		Ko: "따라서 프레임 {original}의 FIN은 아직 {from}에서 처리되지 않았습니다. 도착하지 않았거나 그 앞이 비어 있습니다.",
	}
	livesOnText = text{
		En: "So the RST of frame {original} was not {from}'s own.",
		Ko: "따라서 프레임 {original}의 RST는 {from|이/가} 보낸 것이 아닙니다.",
	}
	offFigureText = text{
		En: "Nothing of this kind is sent in {from}'s state: it comes late, or something is missing.",
		Ko: "{from}의 상태에서는 이런 것을 보내지 않습니다. 늦게 도착했거나, 여기에 빠진 것이 있습니다.",
	}
	inconsistentText = text{
		En: "But its bytes are not those of frame {original}: one of the two is forged or changed, and which counts for {to} is not known.",
		Ko: "그런데 바이트가 프레임 {original|과/와} 다릅니다. 둘 중 하나는 위조되었거나 바뀐 것이고, {to|이/가} 어느 것을 받아들였는지는 알 수 없습니다.",
	}
	doubtfulChecksumText = text{
		En: "Its TCP checksum is wrong: {to} drops it, unless the sender's network card was still to fill it in.",
		Ko: "TCP 체크섬이 틀렸습니다. 보낸 쪽의 네트워크 카드가 나중에 채울 값이 아니라면 {to|은/는} 이것을 버립니다.",
	}
	wrongChecksumText = text{En: "(Wrong TCP checksum.)", Ko: "(TCP 체크섬이 틀립니다.)"}
	badChecksumText   = text{
		En: "{to} receives {brief} from {from} with a wrong TCP checksum, and drops it all silently, as if lost on the way.",
		Ko: "{from|이/가} 보낸 {brief|이/가} 틀린 체크섬과 함께 {to}에 도착합니다. {to|은/는} 손실된 것처럼 조용히 버립니다.",
	}
	synAndEndText = text{
		En: "SYN together with FIN or RST makes no sense: no sound stack sends it. Scanners do, to see how {to} reacts.",
		Ko: "SYN을 FIN이나 RST와 함께 보내는 것은 말이 되지 않습니다. 정상적인 스택은 이렇게 보내지 않으며, {to}의 반응을 보려는 스캐너나 보냅니다.",
	}
	noAckBitText = text{
		En: "The ACK bit is missing: after the SYN every segment must carry it, so {to} drops this one.",
		Ko: "ACK 비트가 없습니다. SYN 이후의 모든 세그먼트에는 ACK가 있어야 하므로 {to|은/는} 이것을 버립니다.",
	}
)
