package explain

// A connection, summed up.
var (
	openedText = text{
		En: "Connection {stream}: {client} opened it to {server} with a three-way handshake.",
		Ko: "연결 {stream}: {client|이/가} 3-way 핸드셰이크로 {server}에 연결했습니다.",
	}
	openedRTTText = text{
		En: "Connection {stream}: {client} opened it to {server} with a three-way handshake of {rtt}.",
		Ko: "연결 {stream}: {client|이/가} {rtt}의 3-way 핸드셰이크로 {server}에 연결했습니다.",
	}
	openedSelfText = text{
		En: "Connection {stream}: {client} opened it to itself: one end plays both parts of a simultaneous open.",
		Ko: "연결 {stream}: {client|이/가} 자기 자신에게 연결했습니다. 한쪽 끝이 동시 개방의 두 역할을 모두 맡습니다.",
	}
	neverOpenedText = text{
		En: "Connection {stream}: {client} asked {server}; no three-way handshake was completed.",
		Ko: "연결 {stream}: {client|이/가} {server}에 요청했지만 3-way 핸드셰이크가 끝나지 않았습니다.",
	}
	openerUnknownText = text{
		En: "Connection {stream} between {client} and {server} was there before the capture, so who opened it is a guess.",
		Ko: "연결 {stream|은/는} {client|과/와} {server} 사이에 캡처 전부터 있었으므로, 누가 열었는지는 추측입니다.",
	}
	carriedText = text{
		En: "It carried {up|byte} from the client and {down} from the server.",
		Ko: "클라이언트가 {up}바이트, 서버가 {down}바이트를 보냈습니다.",
	}
	carriedSelfText = text{
		En: "It carried {up|byte}, from that end to itself.",
		Ko: "그 끝에서 그 자신으로 {up}바이트를 보냈습니다.",
	}
	endSelfText     = text{En: "Its one end closed it with FIN.", Ko: "그 하나뿐인 끝이 FIN으로 닫았습니다."}
	endSelfOver     = text{En: "Nobody remembers it any more.", Ko: "이제 아무도 기억하지 않습니다."}
	endOpenText     = text{En: "It was still open when the trace ended.", Ko: "트레이스가 끝날 때까지 열려 있었습니다."}
	endFINText      = text{En: "Both sides closed it with FIN.", Ko: "양쪽이 FIN으로 닫았습니다."}
	endRSTText      = text{En: "An RST cut it off.", Ko: "RST로 끊겼습니다."}
	endHalfText     = text{En: "Only one side closed it before the trace ended.", Ko: "트레이스가 끝날 때까지 한쪽만 닫았습니다."}
	endOneSidedText = text{
		En: "One side closed it; of what the other sent, nothing is in the trace.",
		Ko: "한쪽이 닫았습니다. 다른 쪽이 보낸 것은 트레이스에 없습니다.",
	}
	endTimeoutText = text{En: "It got no more answers and was given up.", Ko: "더는 답이 없어 포기되었습니다."}
	endOverText    = text{En: "Neither side remembers it any more.", Ko: "이제 어느 쪽도 기억하지 않습니다."}
	endNeverText   = text{En: "It never got further than {state}.", Ko: "{state}에서 더 나아가지 못했습니다."}
	endCookieText  = text{
		En: "The server answered with a SYN cookie and remembers nothing of it.", Ko: "서버는 SYN 쿠키로 응답했고 아무것도 기억하지 않습니다.",
	}
	endUnheardText = text{En: "It is still open: the FIN is not acknowledged, and its sender is in {state}.", Ko: "아직 열려 있습니다. FIN의 ACK가 오지 않아 보낸 쪽은 {state}에 머물러 있습니다."}
	endClientText  = text{
		En: "It is half-open: the client still remembers it, the server does not.", Ko: "반개방(half-open) 상태입니다. 클라이언트는 아직 기억하지만 서버는 그렇지 않습니다.",
	}
	endServerText = text{
		En: "It is half-open: the server still remembers it, the client does not.", Ko: "반개방(half-open) 상태입니다. 서버는 아직 기억하지만 클라이언트는 그렇지 않습니다.",
	}
	findingsText  = text{En: "Found: {list}.", Ko: "발견 사항: {list}."}
	sentAgainText = text{
		En: "{who}: {total} bytes sent = {n} + {again} sent again",
		Ko: "{who}: 보낸 {total}바이트 = {n} + 다시 보낸 {again}",
	}
)

// A run, summed up.
var (
	totalsText = text{
		En: "{frames|frame}, {segments|TCP segment}, {connections|connection}.",
		Ko: "프레임 {frames}개, TCP 세그먼트 {segments}개, 연결 {connections}개입니다.",
	}
	othersText          = text{En: "Not TCP: {list}.", Ko: "TCP가 아닌 것: {list}."}
	cutCountText        = text{En: "The capture kept a part of {cut|frame} (its snapshot length): payload is missing here.", Ko: "캡처가 프레임 {cut}개를 일부만 남겼습니다(스냅 길이). 여기에는 페이로드가 빠져 있습니다."}
	damagedCountText    = text{En: "{damaged|frame} with cut or damaged headers.", Ko: "헤더가 잘리거나 손상된 프레임이 {damaged}개 있습니다."}
	incompleteCountText = text{
		En: "{incomplete|datagram} never became whole: fragments are missing, or contradict each other.",
		Ko: "조각이 빠졌거나 서로 어긋나서 끝내 완성되지 않은 데이터그램이 {incomplete}개 있습니다.",
	}
	droppedCountText = text{En: "The capture lost {dropped|frame}.", Ko: "캡처가 프레임 {dropped}개를 놓쳤습니다."}
	spanText         = text{En: "First frame to last: {span}.", Ko: "첫 프레임부터 마지막까지 {span}입니다."}
	framesSumText    = text{En: "{frames} frames = {segments} + {others}", Ko: "프레임 {frames}개 = {segments} + {others}"}
)
