package explain

import "statelab/capture/trace"

// Misconception is something that many believe, and that an experiment refutes
// in under a minute.
type Misconception struct {
	// N is its number: stable, from 1. Scenarios name those that they refute.
	N int
	// Text states what is believed, not what is true.
	Text trace.Text
}

// Misconceptions returns all of them, in the order of their numbers.
func Misconceptions() []Misconception {
	all := make([]Misconception, len(misconceptionTexts))
	for i, t := range misconceptionTexts {
		all[i] = Misconception{N: i + 1, Text: t}
	}
	return all
}

// MisconceptionText returns the statement of number n; false if there is none.
func MisconceptionText(n int) (trace.Text, bool) {
	if n < 1 || n > len(misconceptionTexts) {
		return trace.Text{}, false
	}
	return misconceptionTexts[n-1], true
}

// misconceptionTexts: the place in the list is the number.
var misconceptionTexts = [...]trace.Text{
	{En: "accept() performs the handshake", Ko: "accept()가 핸드셰이크를 수행한다"},
	{En: "sequence numbers start at 0", Ko: "시퀀스 번호는 0부터 시작한다"},
	{En: "SYN and FIN use no sequence number", Ko: "SYN과 FIN은 시퀀스 번호를 쓰지 않는다"},
	{En: "closing takes four segments", Ko: "연결 종료에는 반드시 세그먼트 네 개가 필요하다"},
	{En: "the client always holds TIME-WAIT", Ko: "TIME-WAIT는 항상 클라이언트에 남는다"},
	{En: "TIME-WAIT is a bug that SO_REUSEADDR on restart cures", Ko: "TIME-WAIT는 버그이고 재시작할 때 SO_REUSEADDR만 켜면 해결된다"},
	{En: "CLOSE-WAIT is the network's fault", Ko: "CLOSE-WAIT가 쌓이는 것은 네트워크 탓이다"},
	{En: "close equals shutdown", Ko: "close와 shutdown은 같다"},
	{En: "close always sends FIN", Ko: "close는 항상 FIN을 보낸다"},
	{En: "RST means a crash", Ko: "RST는 프로그램이 죽었다는 뜻이다"},
	{En: "connection refused is a timeout", Ko: "connection refused는 타임아웃이다"},
	{En: "a successful write means delivered", Ko: "write가 성공하면 상대에게 전달된 것이다"},
	{En: "a full backlog refuses", Ko: "백로그가 가득 차면 연결이 거절된다"},
	{En: "two messages would do for a handshake", Ko: "핸드셰이크는 메시지 두 개면 충분하다"},
	{En: "a connection needs a server", Ko: "연결에는 반드시 서버가 필요하다"},
	{En: "accept gives a new port", Ko: "accept는 새 포트를 준다"},
	{En: "one source port, one connection", Ko: "출발지 포트 하나로는 연결을 하나만 맺을 수 있다"},
	{En: "TCP notices a pulled cable", Ko: "TCP는 케이블이 뽑히면 바로 안다"},
	{En: "TCP keepalive is HTTP keep-alive", Ko: "TCP keepalive와 HTTP keep-alive는 같다"},
	{En: "one send is one recv", Ko: "send 한 번은 recv 한 번에 대응한다"},
	{En: "Nagle's algorithm is harmless, or always on", Ko: "네이글 알고리즘은 해가 없거나 항상 켜져 있다"},
	{En: "every segment gets its own ACK", Ko: "모든 세그먼트는 저마다 ACK를 받는다"},
	{En: "ACK is the last byte received", Ko: "ACK 번호는 마지막으로 받은 바이트의 번호이다"},
	{En: "the MSS is negotiated to one value", Ko: "MSS는 협상해서 하나의 값으로 정해진다"},
	{En: "MSS, payload and MTU are the same", Ko: "MSS와 페이로드와 MTU는 같다"},
	{En: "a captured frame is a wire segment", Ko: "캡처된 프레임은 회선 위의 세그먼트와 같다"},
	{En: "the window field is bytes", Ko: "윈도우 필드의 단위는 항상 바이트이다"},
	{En: "a slow reader loses data", Ko: "느리게 읽으면 데이터를 잃는다"},
	{En: "stateless means disconnecting after each response", Ko: "무상태란 응답마다 연결을 끊는다는 뜻이다"},
	{En: "a persistent connection remembers you", Ko: "지속 연결은 사용자를 기억한다"},
	{En: "the cookie holds the session", Ko: "쿠키에 세션이 들어 있다"},
	{En: "logging out revokes a JWT", Ko: "로그아웃하면 JWT가 폐기된다"},
	{En: "a JWT is encrypted", Ko: "JWT는 암호화되어 있다"},
	{En: "sticky means replicated", Ko: "스티키 세션이면 세션이 복제되어 있다"},
}
