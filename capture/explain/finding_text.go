package explain

// Repair.
var (
	retransmissionText = text{
		En: "{from} sends {what} again, first sent in frame {original}: no ACK for that came in time.",
		Ko: "{from|이/가} 프레임 {original}에서 보낸 {what|을/를} 다시 보냅니다. 제때 ACK가 오지 않았습니다.",
	}
	retransmissionNthText = text{
		En: "{from} sends {what} again ({nth|th} retransmission of frame {original}): there is still no ACK.",
		Ko: "{from|이/가} {what|을/를} 또 보냅니다(프레임 {original}의 {nth|번째} 재전송). 아직 ACK가 없습니다.",
	}
	retransmissionSoonText = text{
		En: "{from} sends {what} again, first sent in frame {original}: too soon for a retransmission timer to have run out.",
		Ko: "{from|이/가} 프레임 {original}에서 보낸 {what|을/를} 다시 보냅니다. 재전송 타이머가 끝났다고 보기에는 너무 이릅니다.",
	}
	retransmissionUnseenText = text{
		En: "{from} sends {what}, below numbers seen before: sent again, as no ACK for that came in time, or late on its way. No other copy is in this capture.",
		Ko: "{from|이/가} 보낸 {what|은/는} 이미 보인 번호보다 앞의 것입니다. 제때 ACK가 오지 않아 다시 보냈거나, 도중에 늦어진 것입니다. 다른 사본은 이 캡처에 없습니다.",
	}
	fastText = text{
		En: "{from} sends {what} of frame {original} again at once: duplicate ACKs say that it is missing; the timer need not run out (fast retransmit).",
		Ko: "{from|이/가} 프레임 {original}의 {what|을/를} 곧바로 다시 보냅니다. 중복 ACK가 빠졌다고 알렸으므로 타이머를 기다리지 않습니다(빠른 재전송).",
	}
	fastUnseenText = text{
		En: "{from} sends {what} again at once: duplicate ACKs say that it is missing; the timer need not run out (fast retransmit).",
		Ko: "{from|이/가} {what|을/를} 곧바로 다시 보냅니다. 중복 ACK가 빠졌다고 알렸으므로 타이머를 기다리지 않습니다(빠른 재전송).",
	}
	fastOrLateText = text{
		En: "{from} sends {what}, seen here for the first time and at once after duplicate ACKs asked for it: sent again (fast retransmit), or only late on its way. Nothing here tells which.",
		Ko: "{from|이/가} 보낸 {what|이/가} 중복 ACK 바로 뒤에 여기서 처음 보입니다. 다시 보낸 것(빠른 재전송)이거나 도중에 늦어진 것인데, 어느 쪽인지는 여기서 알 수 없습니다.",
	}
	reorderedText = text{
		En: "{from} sends {what}, overtaken on the way: it left before frame {first}, which came first. {to} puts all in order by the numbers.",
		Ko: "{from|이/가} 보낸 {what|이/가} 도중에 추월당했습니다. 먼저 온 프레임 {first}보다 먼저 출발한 것입니다. {to|은/는} 번호로 순서를 맞춥니다.",
	}
	reorderedUnseenText = text{
		En: "{from} sends {what}, overtaken on the way: it left before what came first. {to} puts all in order by the numbers.",
		Ko: "{from|이/가} 보낸 {what|이/가} 도중에 추월당했습니다. 먼저 온 것보다 먼저 출발한 것입니다. {to|은/는} 번호로 순서를 맞춥니다.",
	}
	calledResentText  = text{En: "Wireshark's rules take it for a retransmission.", Ko: "Wireshark의 규칙은 이를 재전송으로 봅니다."}
	overtakenDataText = text{
		En: "{from} sends {what}, seen here after bytes with higher numbers that left later: overtaken on the way. {to} puts all in order by the numbers.",
		Ko: "{from|이/가} 보낸 {what|이/가} 나중에 출발한 더 큰 번호의 바이트보다 늦게 보입니다. 도중에 추월당한 것입니다. {to|은/는} 번호로 순서를 맞춥니다.",
	}
	lateAgainText = text{
		En: "{from} sends {what}, seen here after bytes with higher numbers, and sent after them: sent again, as the first copy was lost or is late before this place. {to} puts all in order by the numbers.",
		Ko: "{from|이/가} 보낸 {what|이/가} 더 큰 번호의 바이트보다 늦게 보이고, 출발도 더 늦었습니다. 앞서 보낸 것이 여기에 닿기 전에 손실되었거나 늦어져 다시 보낸 것입니다. {to|은/는} 번호로 순서를 맞춥니다.",
	}
	resentUpstreamText = text{
		En: "{from} sends {what}, below numbers seen before, and left after them: sent again, as the first copy was lost or is late before this place.",
		Ko: "{from|이/가} 보낸 {what|은/는} 이미 보인 번호보다 앞의 것이고, 출발은 더 늦었습니다. 앞서 보낸 것이 여기에 닿기 전에 손실되었거나 늦어져 다시 보낸 것입니다.",
	}
	stampOrderText = text{En: "TSval {val} {sign} {that} of frame {frame}", Ko: "TSval {val} {sign} 프레임 {frame}의 {that}"}
	tailProbeText  = text{
		En: "{from} sends {what} again, its last, first sent in frame {original}: too soon for its retransmission timer, but at the time of a tail loss probe (TLP), whose ACK tells whether the tail is lost.",
		Ko: "{from|이/가} 프레임 {original}에서 마지막으로 보낸 {what|을/를} 다시 보냅니다. 재전송 타이머가 끝나기에는 이르고, 꼬리 손실 프로브(TLP)가 나갈 때입니다. 그 ACK가 끝부분이 손실되었는지 알려 줍니다.",
	}
	needlessText = text{
		En: "So frame {original} has come as well as frame {again}: sending it again was needless.",
		Ko: "따라서 프레임 {original}도 프레임 {again}도 도착했습니다. 다시 보낼 필요가 없었습니다.",
	}
	spuriousText = text{
		En: "{from} sends {what} again, though {to} has acknowledged frame {original}: that ACK was lost, or comes too late. {to} drops the copy and repeats its ACK.",
		Ko: "{to|이/가} 프레임 {original|을/를} 이미 확인했는데 {from|이/가} {what|을/를} 다시 보냅니다. 그 ACK가 손실됐거나 너무 늦은 것입니다. {to|은/는} 사본을 버리고 ACK를 다시 보냅니다.",
	}
	spuriousUnseenText = text{
		En: "{from} sends {what} again, though {to} has acknowledged that: the ACK was lost, or comes too late. {to} drops the copy and repeats its ACK.",
		Ko: "{to|이/가} 이미 확인한 {what|을/를} {from|이/가} 다시 보냅니다. 그 ACK가 손실됐거나 너무 늦은 것입니다. {to|은/는} 사본을 버리고 ACK를 다시 보냅니다.",
	}
	spuriousLateText = text{
		En: "{from} sends {what} again, though {to} has acknowledged frame {original}: that came late, and {from} took it for lost. {to} drops the copy and repeats its ACK.",
		Ko: "{to|이/가} 프레임 {original|을/를} 이미 확인했는데 {from|이/가} {what|을/를} 다시 보냅니다. 그 프레임이 늦게 와서 {from|이/가} 손실로 여긴 것입니다. {to|은/는} 사본을 버리고 ACK를 다시 보냅니다.",
	}
	staleAckText = text{
		En: "An ACK of {from} from before its latest numbers, overtaken on the way: it expects {ack}.",
		Ko: "{from|이/가} 최근 번호보다 먼저 보낸 ACK가 도중에 추월당해 늦게 온 것입니다. {ack}번을 기다립니다.",
	}
	calledKeepAliveText = text{
		En: "Wireshark's rules take it for a keepalive.",
		Ko: "Wireshark의 규칙은 이를 keepalive로 봅니다.",
	}
	overtakenText = text{
		En: "An older ACK of {from}, {ack}, overtaken on the way: frame {newer} brought a higher one before. It acknowledges nothing, and its window is out of date.",
		Ko: "{from|이/가} 더 먼저 보낸 ACK {ack|이/가} 도중에 추월당해 늦게 왔습니다. 더 높은 번호가 프레임 {newer|으로/로} 먼저 왔습니다. 새로 확인하는 것은 없고 윈도우도 옛 값입니다.",
	}
	outOfOrderText = text{
		En: "{from} sends {what}, seen here after bytes with higher numbers: overtaken on the way, or sent again after a loss before this place. {to} puts all in order by the numbers.",
		Ko: "{from|이/가} 보낸 {what|이/가} 더 큰 번호의 바이트보다 늦게 보입니다. 도중에 추월당했거나, 여기에 닿기 전에 손실되어 다시 보낸 것입니다. {to|은/는} 번호로 순서를 맞춥니다.",
	}
	lostText = text{
		En: "{from} sends {what}, but something before number {seq} is missing: lost, late, or not captured.",
		Ko: "{from|이/가} {what|을/를} 보내지만 {seq}번 앞이 비어 있습니다. 손실됐거나, 늦거나, 캡처되지 않은 것입니다.",
	}
	lostEmptyText = text{
		En: "{from} sends no data, but its number {seq} shows that something before it is missing: lost, late, or not captured.",
		Ko: "{from|이/가} 데이터 없이 보낸 번호 {seq|을/를} 보면 그 앞이 비어 있습니다. 손실됐거나, 늦거나, 캡처되지 않은 것입니다.",
	}
	newPartText = text{
		En: "It also brings {part}, for the first time.",
		Ko: "{part|은/는} 이번에 처음 보내는 것입니다.",
	}
	resentAckedText = text{
		En: "{from} sends {what} again, first sent in frame {original}, though frame {answer} has acknowledged that: the ACK was lost, or comes too late.",
		Ko: "{from|이/가} 프레임 {original}에서 보낸 {what|을/를} 다시 보냅니다. 프레임 {answer|이/가} 이미 확인했지만, 그 ACK가 손실됐거나 너무 늦은 것입니다.",
	}
	backoffText = text{En: "The timer waited longer than last time (backoff).", Ko: "타이머가 지난번보다 오래 기다렸습니다(백오프)."}
	ackLostText = text{
		En: "{from} acknowledges bytes before {ack} that were never seen here: the capture missed them, {from} did not.",
		Ko: "{from|이/가} 여기서 보이지 않은 {ack}번 앞의 바이트를 확인합니다. 놓친 것은 캡처이고, {from|은/는} 받았습니다.",
	}
	duplicateText = text{
		En: "{nth|th} duplicate ACK: {from} still expects {ack}, but a later segment has arrived, or an old one once more.",
		Ko: "{nth|번째} 중복 ACK입니다. {from|은/는} 아직 {ack}번을 기다리는데, 그 뒤의 세그먼트가 왔거나 옛 세그먼트가 다시 왔습니다.",
	}
	duplicateUncountedText = text{
		En: "Duplicate ACK: {from} still expects {ack}, but a later segment has arrived, or an old one once more.",
		Ko: "중복 ACK입니다. {from|은/는} 아직 {ack}번을 기다리는데, 그 뒤의 세그먼트가 왔거나 옛 세그먼트가 다시 왔습니다.",
	}
	duplicateUnaskedText = text{
		En: "Duplicate ACK by its form alone: {from} repeats ack {ack}, and nothing of {to}'s is missing or has come again, so it reports no hole. What made {from} send it, the trace does not show.",
		Ko: "형식만 중복 ACK입니다. {from|이/가} ack {ack}번을 되풀이하지만, {to} 쪽에서 빠진 것도 다시 온 것도 없으므로 빈 곳을 알리는 것이 아닙니다. 왜 보냈는지는 이 트레이스에 없습니다.",
	}
	duplicateCopyText = text{
		En: "Duplicate ACK: {from} has received {again} once more (frame {cause}), drops the copy, and repeats that it expects {ack}. Nothing is missing.",
		Ko: "중복 ACK입니다. {from|이/가} {again|을/를} 다시 받아(프레임 {cause}) 사본을 버리고, {ack}번을 기다린다고 되풀이합니다. 빠진 것은 없습니다.",
	}
	answersOldText = text{
		En: "{from} answers an older ACK of {to}, frame {cause}, which has come late: its number lies before what {from} expects, so {from} repeats ack {ack}.",
		Ko: "{from|은/는} 늦게 온 {to}의 이전 ACK(프레임 {cause})에 답합니다. 그 번호가 {from|이/가} 기다리는 번호보다 앞이므로 ack {ack}번을 되풀이합니다.",
	}
	answersEarlierText = text{
		En: "{from} answers frame {cause}, which has come late, from an earlier connection of the same addresses and ports: its number is none that {from} expects, so {from} repeats ack {ack}.",
		Ko: "{from|은/는} 프레임 {cause}에 답합니다. 주소와 포트가 같은 이전 연결에서 늦게 온 것이라 {from|이/가} 기다리는 번호가 아니므로 ack {ack}번을 되풀이합니다.",
	}
	duplicateByFormText    = text{En: "It is a duplicate ACK by its form alone: nothing is missing.", Ko: "형식만 중복 ACK일 뿐 빠진 것은 없습니다."}
	calledKeepAliveAckText = text{
		En: "Wireshark's rules take it for the answer to a keepalive.",
		Ko: "Wireshark의 규칙은 이를 keepalive의 응답으로 봅니다.",
	}
	thirdDuplicateText = text{
		En: "This is the sign for {to} to retransmit at once.",
		Ko: "{to|이/가} 곧바로 재전송하라는 신호입니다.",
	}
	thirdWithSackText = text{
		En: "This is the sign to retransmit, if SACK gave none before.",
		Ko: "앞서 SACK로 알지 못했다면 이것이 재전송하라는 신호입니다.",
	}
	sackFilledText = text{
		En: "{to} has sent that again already, in frame {original}: what is SACKed told it (RFC 6675 §5).",
		Ko: "{to|은/는} 이미 프레임 {original}에서 다시 보냈습니다. SACK된 것을 보고 알았습니다(RFC 6675 §5).",
	}
	duplicateFrameText = text{
		En: "The same IP packet as in frame {original}, seen twice: captured at two places of its way, or doubled on the wire. {from} sent it once.",
		Ko: "프레임 {original|과/와} 같은 IP 패킷이 두 번 보입니다. 경로의 두 곳에서 캡처되었거나 회선이 복제한 것입니다. {from|은/는} 한 번만 보냈습니다.",
	}
	doubledText = text{
		En: "So frame {original} was doubled on the wire, not captured twice.",
		Ko: "따라서 프레임 {original|은/는} 두 번 캡처된 것이 아니라 회선에서 복제된 것입니다.",
	}
	sameIDText = text{En: "the same IP identification {id}", Ko: "같은 IP 식별자 {id}"}
	inTurnText = text{
		En: "Only the RST of frame {original} had gone beyond.",
		Ko: "번호가 더 높았던 것은 프레임 {original}의 RST뿐입니다.",
	}
	challengeText = text{
		En: "{from} does not obey frame {original} but asks: this ACK tells a true peer where the connection stands, and a forger nothing.",
		Ko: "{from|은/는} 프레임 {original|을/를} 따르지 않고 되묻습니다. 이 ACK로 진짜 상대는 연결의 상황을 알고, 위조한 쪽은 아무것도 얻지 못합니다.",
	}
	sackHeldText   = text{En: "SACK: {from} holds {list} already.", Ko: "SACK: {from|은/는} {list}번을 이미 갖고 있습니다."}
	sackAstrayText = text{
		En: "SACK names {list}, which {to} never sent: a middlebox may renumber the bytes, not this option.",
		Ko: "SACK의 {list}번은 {to|이/가} 보낸 적이 없는 번호입니다. 중간 장비가 바이트의 번호만 바꾸고 이 옵션은 그대로 둔 것일 수 있습니다.",
	}
	sackTwiceText = text{En: "SACK: {list} has come to {from} twice (D-SACK).", Ko: "SACK: {list}번이 {from}에 두 번 왔습니다(D-SACK)."}
)

// Flow control and keepalive.
var (
	zeroWindowText = text{
		En: "Window 0: {from}'s receive buffer is full, so {to} must stop sending data. Nothing is lost, the connection stays open.",
		Ko: "윈도우 0: {from}의 수신 버퍼가 가득 차서 {to|은/는} 데이터 전송을 멈춰야 합니다. 손실은 없고 연결은 유지됩니다.",
	}
	windowUpdateText = text{
		En: "{from} has room again: {to} may send up to {window|byte} from number {ack} on. Its ACK number was sent before.",
		Ko: "{from}에 다시 빈자리가 생겼습니다. {to|은/는} {ack}번부터 {window}바이트까지 보낼 수 있습니다. ACK 번호는 전에 보낸 것과 같습니다.",
	}
	windowLargerText = text{
		En: "{from} announces a larger window: {to} may send up to {window|byte} from number {ack} on. Its ACK number was sent before.",
		Ko: "{from|이/가} 더 커진 윈도우를 알립니다. {to|은/는} {ack}번부터 {window}바이트까지 보낼 수 있습니다. ACK 번호는 전에 보낸 것과 같습니다.",
	}
	windowChangedText = text{
		En: "{from} announces its window: {to} may send up to {window|byte} from number {ack} on. Its ACK number was sent before.",
		Ko: "{from|이/가} 윈도우를 알립니다. {to|은/는} {ack}번부터 {window}바이트까지 보낼 수 있습니다. ACK 번호는 전에 보낸 것과 같습니다.",
	}
	windowAlsoText = text{
		En: "It also announces a larger window, {window|byte} (Wireshark's rules call it a window update).",
		Ko: "더 커진 윈도우({window}바이트)도 알립니다. Wireshark의 규칙은 이를 윈도우 갱신이라고 부릅니다.",
	}
	windowUpdateRawText = text{
		En: "{from} changes its window: the field says {window}, but the SYNs that agreed on its scale are not both in this trace.",
		Ko: "{from|이/가} 윈도우를 바꿉니다. 필드 값은 {window}이지만, 스케일을 정한 두 SYN이 이 트레이스에 다 있지는 않아 알 수 없습니다.",
	}
	probeText = text{
		En: "{from} probes {to}'s closed window (persist timer): a window update may have been lost, and nobody would repeat it.",
		Ko: "{from|이/가} {to}의 닫힌 윈도우를 살핍니다(persist 타이머). 윈도우 갱신이 손실되면 아무도 다시 보내지 않기 때문입니다.",
	}
	probeAckText = text{
		En: "{from} answers the probe: it still expects {ack}, and its window is still 0.",
		Ko: "{from|이/가} 프로브에 답합니다. 여전히 {ack}번을 기다리며 윈도우는 아직 0입니다.",
	}
	probeAckOpenText = text{
		En: "{from} answers the probe: it expects {ack}, and its window is open again.",
		Ko: "{from|이/가} 프로브에 답합니다. {ack}번을 기다리며 윈도우가 다시 열렸습니다.",
	}
	keepAliveText = text{
		En: "TCP keepalive: {from} sends an empty segment with a number long acknowledged, which {to} must answer if it is still there.",
		Ko: "TCP keepalive: {from|이/가} 이미 확인된 번호로 빈 세그먼트를 보냅니다. {to|이/가} 살아 있다면 답해야 합니다.",
	}
	keepAliveByteText = text{
		En: "TCP keepalive: {from} sends one old byte again, which {to} must answer if it is still there.",
		Ko: "TCP keepalive: {from|이/가} 이미 확인된 바이트 하나를 다시 보냅니다. {to|이/가} 살아 있다면 답해야 합니다.",
	}
	keepAliveOrOldText = text{
		En: "{from} sends an empty segment with the number of frame {original}, which is acknowledged: a TCP keepalive, which {to} must answer if it is still there, or an ACK from before that frame, overtaken on the way.",
		Ko: "{from|이/가} 이미 확인된 프레임 {original}의 번호로 빈 세그먼트를 보냅니다. {to|이/가} 살아 있다면 답해야 하는 TCP keepalive이거나, 그 프레임보다 먼저 보낸 ACK가 도중에 추월당한 것입니다.",
	}
	keepAliveOrAgainText = text{
		En: "{from} sends the byte of frame {original} again, which is acknowledged: a TCP keepalive, which {to} must answer if it is still there, or a retransmission that the ACK came too late for.",
		Ko: "{from|이/가} 이미 확인된 프레임 {original}의 바이트를 다시 보냅니다. {to|이/가} 살아 있다면 답해야 하는 TCP keepalive이거나, ACK가 너무 늦어 일어난 재전송입니다.",
	}
	keepAliveProbeText = text{
		En: "{from} probes {to}'s closed window (persist timer) by a number long acknowledged, which {to} must answer. Wireshark's rules call it a keepalive.",
		Ko: "{from|이/가} 이미 확인된 번호로 {to}의 닫힌 윈도우를 살핍니다(persist 타이머). {to|은/는} 답해야 합니다. Wireshark의 규칙은 이를 keepalive라고 부릅니다.",
	}
	keepAliveSumText = text{
		En: "seq {seq} = {expected} − 1, one below what {to} expects",
		Ko: "seq {seq} = {expected} − 1, {to|이/가} 기다리는 번호보다 1 작음",
	}
	keepAliveAckText = text{
		En: "{from} answers the keepalive: it is still there and still expects {ack}.",
		Ko: "{from|이/가} keepalive에 답합니다. 살아 있으며 여전히 {ack}번을 기다립니다.",
	}
)
