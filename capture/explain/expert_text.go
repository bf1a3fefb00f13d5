package explain

// matterTexts: why each of tcpstate.FindingNames matters.
var matterTexts = map[string]text{
	"retransmission":              {En: "What was lost, or not acknowledged in time, was sent again: the connection waited for it.", Ko: "손실되었거나 제때 확인되지 않은 것을 다시 보냈습니다. 그동안 연결이 기다렸습니다."},
	"fast-retransmission":         {En: "Duplicate ACKs told of the hole, so it cost about a round trip and no timeout.", Ko: "중복 ACK가 빈 곳을 알려서 타임아웃 없이 왕복 한 번쯤으로 끝났습니다."},
	"spurious-retransmission":     {En: "The receiver had it already: the first was only late, as where others overtook it, the timer ran out too early, or an ACK was lost.", Ko: "수신자에게 이미 있던 것입니다. 추월당하는 등 먼저 것이 늦었을 뿐이거나, 타이머가 너무 일찍 끝났거나, ACK가 손실되었습니다."},
	"out-of-order":                {En: "A segment came after a later one; if it was overtaken by three or more, its sender takes it for lost.", Ko: "뒤의 세그먼트보다 늦게 왔습니다. 셋 이상에 추월당하면 송신자는 손실로 여깁니다."},
	"lost-segment":                {En: "Octets are missing here: lost on the way, late, or missed by the capture.", Ko: "여기에 빠진 바이트가 있습니다. 도중에 손실되었거나, 늦었거나, 캡처가 놓쳤습니다."},
	"ack-lost-segment":            {En: "The receiver has what the capture has not: do not trust what this trace says of loss.", Ko: "캡처가 놓친 것을 수신자는 받았습니다. 이 트레이스로 손실을 판단하면 안 됩니다."},
	"duplicate-ack":               {En: "Where something is without an ACK, the receiver got a segment beyond a hole, or an old one again, and three of these make the sender repeat what is missing; elsewhere it only repeats itself.", Ko: "확인되지 않은 것이 있으면 수신자가 빈 곳 너머의 것이나 옛것을 받았다는 뜻이고, 세 번이면 송신자가 빠진 것을 다시 보냅니다. 그 밖에는 되풀이일 뿐입니다."},
	"window-update":               {En: "The receiver's application has read, or more room was found: the window changed.", Ko: "수신 애플리케이션이 읽었거나 공간이 늘어 윈도우가 바뀌었습니다."},
	"window-full":                 {En: "The sender has used all of the receiver's window, and must wait: the window limits the rate.", Ko: "송신자가 수신자의 윈도우를 다 써서 기다려야 합니다. 속도가 윈도우에 막힙니다."},
	"zero-window":                 {En: "The receiver's application does not read as fast as data comes: nothing may be sent.", Ko: "수신 애플리케이션이 데이터가 오는 만큼 빨리 읽지 않아 아무것도 보낼 수 없습니다."},
	"zero-window-probe":           {En: "The sender asks whether the window is open again, for a lost update would stop both for ever.", Ko: "송신자가 윈도우가 다시 열렸는지 묻습니다. 갱신이 손실되면 양쪽이 영원히 멈추기 때문입니다."},
	"zero-window-probe-ack":       {En: "The window is still closed: the sender's wait goes on.", Ko: "윈도우가 아직 닫혀 있어 송신자는 계속 기다립니다."},
	"keep-alive":                  {En: "An idle stack asks whether its peer is still there; no application takes part.", Ko: "쉬고 있는 스택이 상대가 살아 있는지 묻습니다. 애플리케이션은 관여하지 않습니다."},
	"keep-alive-ack":              {En: "The peer's stack is still there, and still remembers the connection.", Ko: "상대 스택이 살아 있고 연결을 아직 기억합니다."},
	"reused-ports":                {En: "The same addresses and ports open again: an old segment could be taken for a new one.", Ko: "같은 주소와 포트로 다시 엽니다. 옛 세그먼트를 새것으로 오해할 수 있습니다."},
	"midstream":                   {En: "The opening was not captured: relative numbers and window scales are not known.", Ko: "연결을 여는 장면이 캡처되지 않아 상대 번호와 윈도우 스케일을 알 수 없습니다."},
	"bad-checksum":                {En: "Its receiver drops it, as if it were lost; in a capture at the sender the card may only not have computed it yet.", Ko: "수신자는 손실된 것처럼 버립니다. 송신 호스트의 캡처라면 네트워크 카드가 아직 계산하지 않았을 수도 있습니다."},
	"challenge-ack":               {En: "Somebody sent a RST or SYN that does not quite fit: a forgery, or an end that has forgotten.", Ko: "꼭 맞지 않는 RST나 SYN을 누군가 보냈습니다. 위조이거나, 연결을 잊은 쪽입니다."},
	"half-open":                   {En: "One end remembers the connection and the other does not: it crashed, restarted, or gave it up.", Ko: "한쪽만 연결을 기억합니다. 다른 쪽은 다운되었거나, 재시작했거나, 포기했습니다."},
	"off-figure":                  {En: "No edge of the state machine allows it: a faulty stack, a device between, or a capture with gaps.", Ko: "상태 기계의 어느 변으로도 갈 수 없습니다. 잘못된 스택, 중간 장비, 또는 빠진 캡처입니다."},
	"assumption-corrected":        {En: "What was taken to have arrived had not: a state was assumed too early.", Ko: "도착했으리라 여긴 것이 도착하지 않았습니다. 상태를 너무 일찍 가정했습니다."},
	"duplicate-frame":             {En: "One packet was seen twice: nobody sent it twice, so count no loss for it.", Ko: "한 패킷이 두 번 보였습니다. 두 번 보낸 것이 아니므로 손실로 세면 안 됩니다."},
	"bytes-seen-before":           {En: "It was here before, so it was sent again, whatever its timing looks like.", Ko: "전에 여기를 지나갔으므로, 시간이 어떻게 보이든 다시 보낸 것입니다."},
	"fills-gap":                   {En: "It was never here before: the loss, or the delay, is between its sender and this place.", Ko: "전에 여기를 지나간 적이 없습니다. 손실이나 지연은 송신자와 이 위치 사이에 있습니다."},
	"reordered":                   {En: "It left before what came first, so it was overtaken, and not lost; three that overtake it make its sender send it again.", Ko: "먼저 온 것보다 먼저 출발했으므로 손실이 아니라 추월당한 것입니다. 셋이 추월하면 송신자는 그것을 다시 보냅니다."},
	"inconsistent-retransmission": {En: "The same numbers with other bytes: no sound stack sends that, so something forged or changed one of the two, and which one counts is not known.", Ko: "같은 번호에 다른 바이트입니다. 정상적인 스택은 그렇게 보내지 않으므로 무엇인가 둘 중 하나를 위조했거나 바꾸었고, 어느 것이 받아들여졌는지는 알 수 없습니다."},
	"tail-loss-probe":             {En: "The last segment again, before its timer ran out: it asks for the ACK that tells a loss at the end, or an ACK that is late.", Ko: "타이머가 끝나기 전에 마지막 세그먼트를 다시 보낸 것입니다. 끝에서 생긴 손실이나 늦은 ACK를 알아내려는 것입니다."},
	"in-turn":                     {En: "Only an RST had gone beyond it: nothing was lost, and nothing is sent again.", Ko: "RST만 그보다 앞서 갔습니다. 손실된 것도, 다시 보낸 것도 없습니다."},
	"hole-reported":               {En: "The receiver had asked for it, so it is the answer to duplicate ACKs or SACK and no timeout.", Ko: "수신자가 요청한 것이므로 중복 ACK나 SACK에 대한 답이고 타임아웃이 아닙니다."},
	"window-exhausted":            {En: "Less than a full segment of the window is left, so the sender stops before the edge: the window limits the rate.", Ko: "윈도우가 세그먼트 하나보다 적게 남아 송신자가 끝에 닿기 전에 멈춥니다. 속도가 윈도우에 막힙니다."},
	"simultaneous-open":           {En: "Both ends have called each other, and each answers the other's SYN: nothing is sent for want of an answer.", Ko: "양쪽이 서로를 불렀고 각자 상대의 SYN에 답하는 것입니다. 응답이 없어서 다시 보낸 것이 아닙니다."},
	"overtaken":                   {En: "It was sent before what came before it, and asks for nothing: the order changed on the way.", Ko: "먼저 온 것보다 먼저 보낸 것이며 아무것도 묻지 않습니다. 도중에 순서가 바뀌었습니다."},
	"overtaken-reply":             {En: "The number of an ACK that came late lies before the window, and a receiver answers such a segment.", Ko: "늦게 온 ACK의 번호는 윈도우보다 앞이고, 수신자는 그런 세그먼트에 답합니다."},
	"window-probe":                {En: "The window is closed, and the sender asks whether there is room again, by a number that a keepalive uses too.", Ko: "윈도우가 닫혀 있어 송신자가 빈자리가 생겼는지 묻습니다. keepalive도 쓰는 번호로 묻습니다."},
}

// severityLabels: Severity.
var severityLabels = map[string]text{
	"severity.error":   {En: "error", Ko: "오류"},
	"severity.warning": {En: "warning", Ko: "경고"},
	"severity.note":    {En: "note", Ko: "참고"},
	"severity.chat":    {En: "chat", Ko: "정보"},
}
