package explain

import "statelab/capture/tcpstate"

// Changes that may happen in any state, or whose edge does not matter.
var (
	metMidway = moveText{text: text{
		En: "{who} is in {b}: the connection was there before the capture began, or its opening was not seen.",
		Ko: "{who|은/는} {b} 상태입니다. 캡처 전에 이미 있던 연결이거나, 여는 과정이 보이지 않았습니다.",
	}, section: "RFC 9293 §3.3.2"}
	metPolled = moveText{text: text{
		En: "{who} is in {b}: the connection was there before anybody watched it.",
		Ko: "{who|은/는} {b} 상태입니다. 지켜보기 전부터 있던 연결입니다.",
	}, section: "RFC 9293 §3.3.2"}
	metListening = moveText{text: text{
		En: "{who} listens: it waits for a SYN from anyone. It remembers its port, and no peer yet.",
		Ko: "{who|은/는} LISTEN 상태로 누구의 SYN이든 기다립니다. 포트만 기억할 뿐 아직 상대는 없습니다.",
	}, section: "RFC 9293 §3.10.1"}
	otherMove = moveText{text: text{
		En: "{who} goes from {a} to {b}.",
		Ko: "{who|이/가} {a}에서 {b|으로/로} 바뀝니다.",
	}, section: "RFC 9293 §3.3.2"}
	offFigureMove = moveText{text: text{
		En: "{who} goes from {a} to {b}: RFC 9293's figure has no such edge.",
		Ko: "{who|이/가} {a}에서 {b|으로/로} 바뀝니다. RFC 9293의 그림에는 없는 변화입니다.",
	}, section: "RFC 9293 §3.3.2 Figure 5"}
	polledMove = moveText{text: text{
		En: "{who} is in {b} now. It was in {a}; what lay between was over when the system was next asked.",
		Ko: "{who|은/는} 이제 {b} 상태입니다. {a} 뒤에 거친 상태는 운영체제에 다시 물었을 때 이미 지나간 뒤였습니다.",
	}, section: "RFC 9293 §3.3.2"}
	polledEnd = moveText{text: text{
		En: "{who} is in {b} now. It was in {a}; at once or through other states, nobody saw: the system was asked only later.",
		Ko: "{who|은/는} 이제 {b} 상태입니다. {a}에서 곧바로 왔는지 다른 상태를 거쳤는지는 알 수 없습니다. 운영체제에 다시 물은 것은 그 뒤입니다.",
	}, section: "RFC 9293 §3.3.2"}
	polledUnopened = moveText{text: text{
		En: "{who} asks no more, and forgets the number it chose: refused or given up, the system does not say when it is asked.",
		Ko: "{who|은/는} 더 요청하지 않고 자신이 고른 번호를 잊습니다. 거부되었는지 포기했는지는 운영체제에 물어서는 알 수 없습니다.",
	}, section: "RFC 9293 §3.10.7.3"}
	silentAbortMove = moveText{text: text{
		En: "{who} drops what was left of the connection and remembers nothing; no RST is needed any more.",
		Ko: "{who|은/는} 남아 있던 연결을 버리고 아무것도 기억하지 않습니다. RST는 더 필요하지 않습니다.",
	}, section: "RFC 9293 §3.10.5"}
	restartMove = moveText{text: text{
		En: "{who} restarts and has forgotten the connection, without a word. {peer} may still hold its half (half-open connection).",
		Ko: "{who|은/는} 재시작하면서 말없이 연결을 잊었습니다. {peer|은/는} 아직 자기 쪽 절반을 가지고 있을 수 있습니다(half-open 연결).",
	}, section: "RFC 9293 §3.5.1"}
	lostMove = moveText{text: text{
		En: "{who}'s RST shows that it has no such connection any more: it had forgotten it before, and {peer} had not (half-open).",
		Ko: "{who}의 RST는 그런 연결이 더는 없음을 보여 줍니다. {who|은/는} 이미 잊었고 {peer|은/는} 기억하고 있었습니다(half-open).",
	}, section: "RFC 9293 §3.5.1"}
	resetBySynMove = moveText{text: text{
		En: "A SYN arrived on a connection that {who} held open: it gives the old connection up.",
		Ko: "{who|이/가} 열어 둔 연결에 SYN이 왔습니다. 옛 연결을 포기합니다.",
	}, section: "RFC 9293 §3.10.7.4"}
	icmpMove = moveText{text: text{
		En: "An ICMP error came back: {who} gives up and tells its application that {peer} cannot be reached.",
		Ko: "ICMP 오류가 돌아왔습니다. {who|은/는} 포기하고 {peer}에 닿을 수 없다고 애플리케이션에 알립니다.",
	}, section: "RFC 9293 §3.9.2.2"}
	noNeighbour = moveText{text: text{
		En: "Nobody answered {who}'s ARP request, so its SYN never left: no route to the host.",
		Ko: "{who}의 ARP 요청에 아무도 답하지 않아 SYN은 나가지도 못했습니다. 호스트로 가는 길이 없습니다.",
	}, section: "RFC 826"}
	keepAliveTimeout = moveText{text: text{
		En: "{who}'s latest TCP keepalives were not answered, as many as it was to send: it takes {peer} for dead and forgets the connection.",
		Ko: "{who|이/가} 정해진 횟수만큼 보낸 마지막 TCP keepalive들에 답이 없었습니다. {peer|이/가} 사라졌다고 보고 연결을 잊습니다.",
	}, section: "RFC 9293 §3.8.4"}
	refusedMove = moveText{text: text{
		En: "RST answered {who}'s SYN: connection refused. {who} forgets the number it chose.",
		Ko: "{who}의 SYN에 RST가 왔습니다. 연결이 거부되었고(connection refused), {who|은/는} 자신이 고른 번호를 잊습니다.",
	}, section: "RFC 9293 §3.10.7.3"}
	backToListen = moveText{text: text{
		En: "RST: {who} forgets the connection in the making and goes back to listening, as it had never asked for it itself.",
		Ko: "RST가 왔습니다. {who|은/는} 맺던 연결을 잊고 LISTEN으로 돌아갑니다. 스스로 요청한 연결이 아니기 때문입니다.",
	}, section: "RFC 9293 §3.3.2 Figure 5, note 1; §3.5.3"}
	resetMove = moveText{text: text{
		En: "RST from {peer}: {who} deletes its control block at once and tells its application so.",
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

// returned are the calls by whose return an end knows that it is ESTABLISHED, where
// nobody has told it before.
var returned = map[tcpstate.Trigger]moveText{
	{Kind: tcpstate.OnCall, Name: "accept"}: {text: text{
		En: "{who} is in ESTABLISHED: its stack had completed the handshake before accept could take the connection.",
		Ko: "{who|은/는} ESTABLISHED 상태입니다. accept가 연결을 꺼내기 전에 스택이 핸드셰이크를 이미 끝냈습니다.",
	}, section: "RFC 9293 §3.10.7.4"},
	{Kind: tcpstate.OnCall, Name: "connect"}: {text: text{
		En: "{who} is in ESTABLISHED: connect has returned, so {peer}'s SYN-ACK has come.",
		Ko: "{who|은/는} ESTABLISHED 상태입니다. connect가 돌아왔으니 {peer}의 SYN-ACK가 온 것입니다.",
	}, section: "RFC 9293 §3.10.7.3"},
}

// How a change is known.
var (
	inferredText     = text{En: "(Inferred from {frames}.)", Ko: "({frames}에서 추론했습니다.)"}
	inferredBareText = text{En: "(Inferred from the segments.)", Ko: "(세그먼트에서 추론했습니다.)"}
	assumedText      = text{
		En: "(Assumed until a later segment shows that {frames} arrived.)",
		Ko: "({frames|이/가} 도착했다고 가정한 것이며, 이후 세그먼트로 확인됩니다.)",
	}
	// assumedSecondText: it sends a FIN, and acknowledges the peer's in it.
	assumedSecondText = text{
		En: "(Assumed: a FIN of its own that was lost before the peer's came would look the same.)",
		Ko: "(가정입니다. 상대의 FIN보다 먼저 보낸 자신의 FIN이 손실되었어도 똑같이 보입니다.)",
	}
	assumedResetText = text{
		En: "(Assumed: its number lies beyond all that {who} has sent here, so another may have sent it.)",
		Ko: "(가정입니다. 번호가 여기서 본 {who}의 모든 데이터보다 앞서 있어, 남이 보낸 것일 수 있습니다.)",
	}
	// assumedFirstText: it acknowledges octets that were not seen.
	assumedFirstText = text{
		En: "(Assumed: the peer's FIN may be among what it acknowledges and is missing here.)",
		Ko: "(가정입니다. 확인한 것 가운데 여기에 없는 상대의 FIN이 있을 수 있습니다.)",
	}
	assumedBareText = text{En: "(Assumed until a later segment shows it.)", Ko: "(가정이며, 이후 세그먼트로 확인됩니다.)"}
	settledText     = text{
		En: "This shows that {who} had reached {state}, as was assumed since frame {original}.",
		Ko: "이로써 {who|이/가} {state}에 이르렀음이 확인됩니다. 프레임 {original}부터 가정한 것입니다.",
	}
	contradictedText = text{
		En: "The stack itself says so; the segments seen here suggested otherwise.",
		Ko: "스택이 직접 알린 것이며, 여기서 보인 세그먼트로 추론한 것과는 다릅니다.",
	}
	framesText = text{En: "frames {list}", Ko: "프레임 {list}"}
	frameText  = text{En: "frame {list}", Ko: "프레임 {list}"}
	twoMSLText = text{En: "2 MSL = 60 s on Linux and gVisor; RFC 9293 takes MSL = 2 min", Ko: "2 MSL = 리눅스와 gVisor에서 60초, RFC 9293의 MSL은 2분"}
)
