package explain

// Changes that may happen in any state, or whose edge does not matter.
var (
	metMidway = moveText{text: text{
		En: "{who} is in {b}: the connection was there before the capture began, or its opening was not seen.",
		Ko: "{who|은/는} {b} 상태입니다. 캡처 전에 이미 있던 연결이거나, 여는 과정이 보이지 않았습니다.",
	}, section: "RFC 9293 §3.3.2"}
	otherMove = moveText{text: text{
		En: "{who} goes from {a} to {b}: RFC 9293's figure has no such edge.",
		Ko: "{who|이/가} {a}에서 {b|으로/로} 바뀝니다. RFC 9293의 그림에는 없는 변화입니다.",
	}, section: "RFC 9293 §3.3.2 Figure 5"}
	refusedMove = moveText{text: text{
		En: "RST answered {who}'s SYN: connection refused. {who} forgets the number it chose.",
		Ko: "{who}의 SYN에 RST가 왔습니다. 연결이 거부되었고(connection refused), {who|은/는} 자신이 고른 번호를 잊습니다.",
	}, section: "RFC 9293 §3.10.7.3"}
	backToListen = moveText{text: text{
		En: "RST: {who} forgets the connection in the making and goes back to listening, as it had never asked for it itself.",
		Ko: "RST가 왔습니다. {who|은/는} 맺던 연결을 잊고 LISTEN으로 돌아갑니다. 스스로 요청한 연결이 아니기 때문입니다.",
	}, section: "RFC 9293 §3.3.2 Figure 5 note 1; §3.5.3"}
	resetMove = moveText{text: text{
		En: "RST from {peer}: {who} deletes its control block at once and tells its application that the connection was reset.",
		Ko: "{peer}의 RST를 받은 {who|은/는} 제어 블록을 즉시 지우고, 연결이 재설정되었다고 애플리케이션에 알립니다.",
	}, section: "RFC 9293 §3.5.3"}
	abortMove = moveText{text: text{
		En: "{who} aborts: it sends RST, throws away what was unsent or unread, and remembers nothing. No TIME-WAIT.",
		Ko: "{who|이/가} 강제로 끊습니다. RST를 보내고, 보내거나 읽지 못한 것을 버리며, 아무것도 기억하지 않습니다. TIME-WAIT도 없습니다.",
	}, section: "RFC 9293 §3.10.5"}
	synTimeout = moveText{text: text{
		En: "No answer to any SYN: {who} gives up (timed out) and forgets the number it chose.",
		Ko: "모든 SYN에 답이 없어 {who|은/는} 포기하고(타임아웃) 자신이 고른 번호를 잊습니다.",
	}, section: "RFC 9293 §3.8.3"}
	synAckTimeout = moveText{text: text{
		En: "The ACK of its SYN never came: {who} gives up and forgets the connection in the making.",
		Ko: "자기 SYN의 ACK가 끝내 오지 않아 {who|은/는} 포기하고 맺던 연결을 잊습니다.",
	}, section: "RFC 9293 §3.8.3"}
	orphanTimeout = moveText{text: text{
		En: "{peer}'s FIN never came: no application holds {who}'s end, so its stack drops it after a time limit of its own, not of the RFC.",
		Ko: "{peer}의 FIN이 끝내 오지 않았습니다. {who} 쪽 애플리케이션은 이미 떠났으므로 스택이 자체 시한(RFC에는 없음) 뒤에 정리합니다.",
	}}
	gaveUp = moveText{text: text{
		En: "{peer} has not answered for too long: {who} gives up, deletes its control block and reports a timeout.",
		Ko: "{peer|이/가} 너무 오래 답하지 않습니다. {who|은/는} 포기하고 제어 블록을 지우며 타임아웃을 알립니다.",
	}, section: "RFC 9293 §3.8.3"}
)

// How a change is known.
var (
	inferredText     = text{En: "(Inferred from frame {frames}.)", Ko: "(프레임 {frames|으로/로} 추론.)"}
	inferredBareText = text{En: "(Inferred from the segments.)", Ko: "(세그먼트로 추론.)"}
	assumedText      = text{
		En: "(Assumed until a later segment shows that frame {frames} arrived.)",
		Ko: "(프레임 {frames|이/가} 도착했음을 이후 세그먼트가 보여 줄 때까지는 가정.)",
	}
	assumedBareText  = text{En: "(Assumed until a later segment shows it.)", Ko: "(이후 세그먼트가 보여 줄 때까지는 가정.)"}
	contradictedText = text{
		En: "The stack itself says so; the segments seen here suggested otherwise.",
		Ko: "스택이 직접 알린 것이며, 여기서 보인 세그먼트로 추론한 것과는 다릅니다.",
	}
	twoMSLText = text{En: "2 MSL = 60 s on Linux and gVisor; RFC 9293 takes MSL = 2 min", Ko: "2 MSL = 리눅스와 gVisor에서 60초, RFC 9293의 MSL은 2분"}
)
