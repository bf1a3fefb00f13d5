package explain

// What limited a connection: tcpstate.Verdict.
var (
	verdictNeverText = text{
		En: "Never opened: {n|SYN} in {span}, no answer.", Ko: "열리지 않았습니다. {span} 동안 SYN {n}개에 답이 없었습니다.",
	}
	verdictMisfitText = text{
		En: "Never opened: {n|SYN} in {span}, and no answer that fits.", Ko: "열리지 않았습니다. {span} 동안 SYN {n}개에 맞는 답이 없었습니다.",
	}
	verdictUnfinishedText = text{
		En: "Never opened: {n|SYN}, and an answer, but no third segment in {span}.",
		Ko: "열리지 않았습니다. SYN {n}개에 답이 있었지만 {span} 동안 세 번째 세그먼트가 없었습니다.",
	}
	verdictUnseenText  = text{En: "Never opened: no SYN of its client was seen.", Ko: "열리지 않았습니다. 클라이언트의 SYN이 보이지 않았습니다."}
	verdictNextText    = text{En: "Next: {limit}, {for}.", Ko: "그다음은 {limit} {for}입니다."}
	verdictRefusedText = text{En: "Refused after {span}: an RST answered the SYN.", Ko: "{span} 만에 거절되었습니다. RST가 SYN에 답했습니다."}
	verdictAbortedText = text{
		En: "Not opened: the server's SYN-ACK agreed, but the {who} sent an RST. Over after {span}.",
		Ko: "열리지 않았습니다. 서버의 SYN-ACK가 수락했지만 {who|이/가} RST를 보냈습니다. {span} 만에 끝났습니다.",
	}
	verdictUnaskedText = text{
		En: "Not opened: the {who} sent an RST before any answer. Over after {span}.",
		Ko: "열리지 않았습니다. 답이 오기 전에 {who|이/가} RST를 보냈습니다. {span} 만에 끝났습니다.",
	}
	verdictUntimedText = text{
		En: "The trace's clock is wrong here: it does not tell what took how long.",
		Ko: "여기서 트레이스의 시계가 틀려, 무엇이 얼마나 걸렸는지 알 수 없습니다.",
	}
	verdictShortText    = text{En: "Short: {span}, nothing limited it.", Ko: "{span} 만에 끝났고, 아무것도 연결을 늦추지 않았습니다."}
	verdictOneSidedText = text{
		En: "Only the {who} was heard, for {span}: what limited the connection, one side alone does not tell.",
		Ko: "{span} 동안 {who} 쪽만 보였습니다. 무엇이 연결을 늦췄는지는 한쪽만으로 알 수 없습니다.",
	}
	verdictOpeningText = text{En: "Opening it took {for} of {span}.", Ko: "{span} 가운데 {for} 동안 연결을 열고 있었습니다."}

	verdictOpeningAgainText = text{
		En: "Opening it took {for} of {span}: a SYN had to be sent again.",
		Ko: "{span} 가운데 {for} 동안 연결을 열고 있었습니다. SYN을 다시 보내야 했습니다.",
	}
	verdictClosingText = text{
		En: "It was over, but for its last segments, for {for} of {span}.",
		Ko: "{span} 가운데 {for} 동안은 마지막 세그먼트만 남아 있었습니다.",
	}
	verdictLossText = text{
		En: "Loss: the {who} made up for it for {for} of {span}, with {n|retransmission}.",
		Ko: "손실: {who|이/가} {span} 가운데 {for} 동안 손실을 만회했습니다. 재전송은 {n}번입니다.",
	}
	verdictOverflowText = text{
		En: "Loss: the {who} made up for it for {for} of {span}, with {n|retransmission}; round trips had grown from {least} to {median}, so a queue was full.",
		Ko: "손실: {who|이/가} {span} 가운데 {for} 동안 손실을 만회했습니다. 재전송은 {n}번이고, 왕복 시간이 {least}에서 {median}까지 늘었으므로 큐가 가득 찼습니다.",
	}
	verdictUpstreamText = text{
		En: "Loss: octets of the {who} were missing for {for} of {span}; {late|segment} came late, sent again.",
		Ko: "손실: {span} 가운데 {for} 동안 {who} 쪽 데이터가 비어 있었고, 다시 보내져 늦게 온 세그먼트는 {late}개입니다.",
	}
	verdictHolesText = text{
		En: "Loss or reordering: octets of the {who} were missing for {for} of {span}; {late|segment} came late, sent again or overtaken.",
		Ko: "손실 또는 순서 바뀜: {span} 가운데 {for} 동안 {who} 쪽 데이터가 비어 있었고, 늦게 온 세그먼트는 {late}개입니다. 다시 보냈는지 추월당했는지는 알 수 없습니다.",
	}
	verdictOvertakenText = text{
		En: "Reordering: octets of the {who} were missing for {for} of {span}; {late|segment} came late, {overtaken} of which had left before what came first.",
		Ko: "순서 바뀜: {span} 가운데 {for} 동안 {who} 쪽 데이터가 비어 있었습니다. 늦게 온 세그먼트 {late}개 가운데 {overtaken}개는 먼저 온 것보다 먼저 출발했습니다.",
	}
	verdictLateText = text{
		En: "Late, not lost: the {who} sent {n|segment} again for {for} of {span}, and {twice} had come to the {peer} twice (D-SACK).",
		Ko: "늦었을 뿐 손실이 아닙니다. {who|이/가} {span} 가운데 {for} 동안 세그먼트 {n}개를 다시 보냈고, 그중 {twice}개는 {peer} 쪽에 두 번 왔습니다(D-SACK).",
	}
	verdictMissingText = text{
		En: "Octets of the {who} were missing here for {for} of {span}, and none of them came later: lost, or only missed by the capture.",
		Ko: "{span} 가운데 {for} 동안 {who} 쪽 데이터가 여기에 비어 있었고 나중에도 오지 않았습니다. 손실되었거나 캡처가 놓친 것입니다.",
	}
	verdictClosedWindowText = text{
		En: "Limited by the {peer}'s window for {for} of {span}: it was closed for {closed}, for the {peer}'s application did not read.",
		Ko: "{span} 가운데 {for} 동안 {peer} 윈도우에 막혔습니다. 애플리케이션이 읽지 않아 윈도우가 {closed} 동안 닫혀 있었습니다.",
	}
	verdictWindowText = text{
		En: "Limited by the {peer}'s window for {for} of {span}: it offers {window|byte}.",
		Ko: "{span} 가운데 {for} 동안 {peer} 윈도우에 막혔습니다. 윈도우는 {window}바이트입니다.",
	}
	verdictPathText = text{
		En: "Limited by the path for {for} of {span}: data and ACKs were on their way.",
		Ko: "{span} 가운데 {for} 동안 경로에 묶여 있었습니다. 데이터와 ACK가 오가는 중이었습니다.",
	}
	verdictDelayText = text{
		En: "Limited by the path for {for} of {span}: the median round trip is {median}, and the {who} sent at {rate}.",
		Ko: "{span} 가운데 {for} 동안 경로에 묶여 있었습니다. 왕복 시간의 중앙값은 {median}이고, {who} 전송 속도는 {rate}입니다.",
	}
	verdictQueueText = text{
		En: "Limited by the path's rate for {for} of {span}: the {who} sent at {rate}, and round trips grew from {least} to {median} in a queue.",
		Ko: "{span} 가운데 {for} 동안 경로의 속도에 묶여 있었습니다. {who} 전송 속도는 {rate}이고, 큐 때문에 왕복 시간이 {least}에서 {median}까지 늘었습니다.",
	}
	verdictDelayedAckText = text{
		En: "Delayed ACKs held the {who} back for {for} of {span}: {n|small segment} waited (Nagle's algorithm) until the {peer} acknowledged the one before.",
		Ko: "{span} 가운데 {for} 동안 지연 ACK가 {who} 쪽을 붙들었습니다. 작은 세그먼트 {n}개가 (네이글 알고리즘으로) 앞의 것에 대한 {peer} 쪽 ACK를 기다렸습니다.",
	}
	verdictApplicationText = text{
		En: "Waiting for the {who} for {for} of {span}: nothing was on its way.",
		Ko: "{span} 가운데 {for} 동안 {who|을/를} 기다렸습니다. 오가는 것이 없었습니다.",
	}
	verdictIdleText = text{
		En: "Idle for {for} of {span}: nobody had anything to send.",
		Ko: "{span} 가운데 {for} 동안 놀고 있었습니다. 누구도 보낼 것이 없었습니다.",
	}
	verdictUnansweredText = text{
		En: "Silence for {for} of {span}: the server sent no data after the client's last.",
		Ko: "{span} 가운데 {for} 동안 오가는 것이 없었습니다. 서버는 클라이언트의 마지막 데이터 뒤로 데이터를 보내지 않았습니다.",
	}
	verdictWithheldText = text{
		En: "For {for} of {span} the trace does not tell: the {who}'s last data had no PSH, so more was to come, and none did: held back, or lost before it came here.",
		Ko: "{span} 가운데 {for} 동안은 이 트레이스로 알 수 없습니다. {who|이/가} 마지막으로 보낸 데이터에 PSH가 없어 보낼 것이 더 있었지만 오지 않았습니다. 붙들려 있었거나, 여기에 오기 전에 손실되었습니다.",
	}
	verdictNotSeenText = text{
		En: "For {for} of {span} the trace does not tell: octets that the capture missed were sent in that time.",
		Ko: "{span} 가운데 {for} 동안은 이 트레이스로 알 수 없습니다. 그동안 캡처가 놓친 데이터가 오갔습니다.",
	}
)

// limitLabels: tcpstate.Limit.
var limitLabels = map[string]text{
	"limit.opening":      {En: "opening", Ko: "여는 중"},
	"limit.closing":      {En: "closing", Ko: "닫는 중"},
	"limit.loss":         {En: "loss", Ko: "손실"},
	"limit.late":         {En: "reordering or delay", Ko: "순서 바뀜이나 지연"},
	"limit.lost-or-late": {En: "loss or reordering", Ko: "손실 또는 순서 바뀜"},
	"limit.window":       {En: "receiver's window", Ko: "수신자 윈도우"},
	"limit.path":         {En: "path", Ko: "경로"},
	"limit.delayed-ack":  {En: "delayed ACKs", Ko: "지연 ACK"},
	"limit.client":       {En: "client's application", Ko: "클라이언트 애플리케이션"},
	"limit.server":       {En: "server's application", Ko: "서버 애플리케이션"},
	"limit.idle":         {En: "idle", Ko: "유휴"},
	"limit.unseen":       {En: "not seen here", Ko: "여기서 안 보인 시간"},
}
