package explain

// What the wire did.
var (
	someFrameText = text{En: "a frame", Ko: "프레임 하나"}
	otherSideText = text{En: "the other side", Ko: "상대"}
	droppedText   = text{
		En: "The wire drops {what}: {to} never learns of it, and the sender, if it still knows of it, only from a missing ACK.",
		Ko: "회선이 {what|을/를} 폐기합니다. {to|은/는} 이를 알 수 없고, 보낸 쪽이 아직 기억한다면 ACK가 오지 않는 것으로만 알게 됩니다.",
	}
	droppedFrameText = text{
		En: "The wire drops {what}: {to} never learns of it.",
		Ko: "회선이 {what|을/를} 폐기합니다. {to|은/는} 이를 알 수 없습니다.",
	}
	droppedAckText = text{
		En: "The wire drops {what}: it takes no number, so nobody sends it again; the next ACK says all that it said.",
		Ko: "회선이 {what|을/를} 폐기합니다. 번호를 차지하지 않아 아무도 다시 보내지 않으며, 다음 ACK가 그 내용을 모두 대신합니다.",
	}
	droppedRSTText = text{
		En: "The wire drops {what}: no timer repeats it. {to} learns that there is no connection only if it sends something more, and the answer to that arrives.",
		Ko: "회선이 {what|을/를} 폐기합니다. 이를 다시 보내는 타이머는 없습니다. {to|은/는} 무언가를 더 보내고 그 답이 도착해야 연결이 없다는 것을 압니다.",
	}
	delayedText = text{
		En: "The wire holds {what} back for {by}.",
		Ko: "회선이 {what|을/를} {by}만큼 늦춥니다.",
	}
	heldText       = text{En: "The wire holds {what} back.", Ko: "회선이 {what|을/를} 늦춥니다."}
	duplicatedText = text{
		En: "The wire delivers {what} twice: by its sequence numbers {to} knows the second copy as one.",
		Ko: "회선이 {what|을/를} 두 번 전달합니다. {to|은/는} 시퀀스 번호로 두 번째가 사본임을 압니다.",
	}
	duplicatedRSTText = text{
		En: "The wire delivers {what} twice: where the first has ended the connection, the second finds none, and is dropped without an answer.",
		Ko: "회선이 {what|을/를} 두 번 전달합니다. 첫 번째로 연결이 끝나면 두 번째는 찾는 연결이 없어 답 없이 버려집니다.",
	}
	duplicatedSYNText = text{
		En: "The wire delivers {what} twice: only if {to} remembers the first can it know the second as a copy, by its number; else it answers both alike.",
		Ko: "회선이 {what|을/를} 두 번 전달합니다. {to|은/는} 첫 번째를 기억할 때에만 번호로 두 번째가 사본임을 알 수 있고, 기억하지 않으면 둘 다 똑같이 답합니다.",
	}
	duplicatedUnknownText = text{
		En: "The wire delivers {what} twice: while {to} remembers the connection, it knows a copy by its number; a copy that comes later gets an RST, like any segment of a connection that it does not know.",
		Ko: "회선이 {what|을/를} 두 번 전달합니다. {to|은/는} 연결을 기억하는 동안에는 번호로 사본임을 압니다. 연결을 잊은 뒤에 온 사본에는, 모르는 연결의 세그먼트가 모두 그렇듯 RST로 답합니다.",
	}
	swappedRSTText = text{
		En: "The wire lets {what} change places with its neighbour: an RST does not wait until what was before it has come. {to} obeys, questions or drops it at once, by its number.",
		Ko: "회선이 {what|을/를} 이웃과 뒤바꿉니다. RST는 먼저 보낸 것이 올 때까지 기다리지 않습니다. {to|은/는} 그 번호에 따라 곧바로 따르거나, 되묻거나, 버립니다.",
	}
	swappedText = text{
		En: "The wire lets {what} change places with its neighbour: as long as {to} remembers the connection, it restores the order by the sequence numbers.",
		Ko: "회선이 {what|을/를} 이웃과 뒤바꿉니다. {to|은/는} 연결을 기억하는 동안에는 시퀀스 번호로 순서를 되돌립니다.",
	}
	swappedSYNText = text{
		En: "The wire lets {what} change places with its neighbour: a SYN asks for a connection of its own, and waits for nothing that was sent before it.",
		Ko: "회선이 {what|을/를} 이웃과 뒤바꿉니다. SYN은 새 연결을 요청하는 것이므로 먼저 보낸 것을 기다리지 않습니다.",
	}
	swappedUnknownText = text{
		En: "The wire lets {what} change places with its neighbour: {to} remembers no connection to put it in order for, and answers it with an RST.",
		Ko: "회선이 {what|을/를} 이웃과 뒤바꿉니다. {to|은/는} 순서를 맞출 연결을 기억하지 않으므로 RST로 답합니다.",
	}
	corruptedText = text{
		En: "The wire flips one bit of {what} (byte {byte} of the frame, from 0): where a checksum covers it, {to} drops the frame.",
		Ko: "회선이 {what}의 비트 하나를 뒤집습니다(프레임의 {byte}번 바이트, 0부터). 체크섬이 보호하는 곳이라면 {to|은/는} 프레임을 버립니다.",
	}
	tooBigText = text{
		En: "The wire cannot carry {what}: longer than its MTU, and not to be fragmented. Path MTU discovery must learn that.",
		Ko: "{what|은/는} MTU보다 길고 단편화도 금지되어 회선이 나르지 못합니다. 경로 MTU 탐색이 이를 알아내야 합니다.",
	}
	queueFullText = text{
		En: "The queue before the slow link is full and drops {what}. To the sender, loss means congestion.",
		Ko: "느린 링크 앞의 큐가 가득 차서 {what|이/가} 폐기됩니다. 보낸 쪽은 손실을 혼잡의 신호로 받아들입니다.",
	}
	injectedText = text{
		En: "No stack at either end sent {what} now: the wire put it in, as an old copy or a forgery would come.",
		Ko: "{what|은/는} 지금 양 끝의 스택이 보낸 것이 아니라 회선에서 끼어든 것입니다. 오래된 사본이나 위조가 이렇게 옵니다.",
	}
	discardedText = text{
		En: "{what} has arrived, and the receiver's stack throws it away without an answer: the queue of connections that wait for accept() is full.",
		Ko: "{what|이/가} 도착했지만 수신 쪽 스택이 답 없이 버립니다. accept()를 기다리는 연결의 백로그가 가득 찼기 때문입니다.",
	}
	missingText = text{
		En: "The capture at the sender holds {what}, that at {to} does not, though it was running: lost on the way.",
		Ko: "보낸 쪽 캡처에는 {what|이/가} 있지만 {to} 쪽 캡처에는 없습니다. 그 캡처도 진행 중이었으므로 중간에 손실된 것입니다.",
	}
	uncoveredText = text{
		En: "One capture alone holds {what}: the other had not begun, or was over. Whether it was lost is not known.",
		Ko: "한쪽 캡처에만 {what|이/가} 있습니다. 다른 쪽 캡처는 아직 시작되지 않았거나 끝난 뒤였으므로 손실되었는지 알 수 없습니다.",
	}
	repeatedText = text{
		En: "{what} left once and came to {to} more than once: duplicated on the way.",
		Ko: "{what|은/는} 한 번 나갔지만 {to}에는 여러 번 도착했습니다. 중간에 복제된 것입니다.",
	}
	alteredText = text{
		En: "{what} came to {to} with other bytes than at the start: damaged on the way, and dropped where a checksum shows it.",
		Ko: "{what|은/는} 나갈 때와 다른 바이트로 {to}에 도착했습니다. 중간에 손상된 것이며, 체크섬으로 드러나면 버려집니다.",
	}
	unsentText = text{
		En: "{what} came to {to}, and the capture at the other end, though it was running, did not see it leave: that capture missed it, or somebody on the way made it.",
		Ko: "{what|이/가} {to}에 도착했지만, 진행 중이던 반대쪽 캡처에는 나간 기록이 없습니다. 그 캡처가 놓쳤거나 중간에서 누군가 만든 것입니다.",
	}
	unseenText = text{
		En: "The capture at {to} does not hold {what}, which {to} acknowledges nonetheless: that capture missed what arrived.",
		Ko: "{to} 쪽 캡처에는 {what|이/가} 없지만 {to|이/가} ACK로 확인합니다. 도착했고, 그 캡처가 놓친 것입니다.",
	}
	doubtfulText = text{
		En: "The capture at the sender holds {what}, that at {to} does not. But that one has missed frames: whether this one was lost is not known.",
		Ko: "보낸 쪽 캡처에는 {what|이/가} 있지만 {to} 쪽 캡처에는 없습니다. 그러나 그 캡처는 놓친 프레임이 있으므로, 이것이 손실되었는지는 알 수 없습니다.",
	}
	unknownFateText = text{En: "The wire did something to {what}.", Ko: "회선이 {what|을/를} 건드렸습니다."}
	noHostText      = text{En: "No host has the address {address}.", Ko: "주소가 {address}인 호스트가 없습니다."}
	ruleText        = text{En: "Rule: {rule}.", Ko: "규칙: {rule}."}
)

// Frames without a TCP segment, and gaps.
var (
	arpText = text{
		En: "ARP, before any TCP: {info}. The frame needs the neighbour's hardware address.",
		Ko: "TCP보다 먼저 오가는 ARP입니다({info}). 프레임을 보내려면 이웃의 하드웨어 주소가 필요합니다.",
	}
	otherText     = text{En: "{protocol}, no TCP segment: {info}.", Ko: "TCP 세그먼트가 아닌 {protocol}입니다({info})."}
	otherBareText = text{En: "{protocol}, no TCP segment.", Ko: "TCP 세그먼트가 아닌 {protocol}입니다."}
	damagedText   = text{
		En: "This frame could not be read further than {protocol}: {error}.",
		Ko: "이 프레임은 {protocol}까지만 읽을 수 있습니다({error}).",
	}
	gapText = text{
		En: "The capture lost {n|frame} here: what seems to be missing below may well have been on the wire.",
		Ko: "여기서 캡처가 프레임 {n}개를 놓쳤습니다. 아래에서 빠진 것처럼 보여도 회선에는 있었을 수 있습니다.",
	}
)
