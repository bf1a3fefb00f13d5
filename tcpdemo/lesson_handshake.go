package tcpdemo

import "statelab/capture/trace"

// handshake is RFC 9293 §3.5, Figure 6: three segments, and both ends know the
// same four numbers.
func handshake() Scenario {
	return Scenario{
		Name:   "handshake",
		Title:  trace.Text{En: "Three segments open a connection", Ko: "세그먼트 세 개로 연결을 수립합니다"},
		Claims: []string{"A1"},
		Look: []trace.Text{
			{
				En: "Before the first segment the client has no control block at all, and the server only a socket that listens.",
				Ko: "첫 세그먼트가 나가기 전, 클라이언트에는 제어 블록이 없고 서버에는 LISTEN 소켓만 있습니다.",
			},
			{
				En: "Each side announces its own initial sequence number and confirms the other's: two numbers, each sent and acknowledged, need three segments.",
				Ko: "양쪽은 자신의 초기 시퀀스 번호를 알리고 상대의 번호를 확인해 줍니다. 두 번호를 각각 보내고 확인받는 데 세그먼트 세 개가 필요합니다.",
			},
			{
				En: "The server is ESTABLISHED when the third segment arrives, whether or not its program has called accept().",
				Ko: "서버는 프로그램이 accept()를 불렀는지와 상관없이 세 번째 세그먼트가 도착하면 ESTABLISHED가 됩니다.",
			},
		},
		Run: func(l *Lab) error {
			l.Act("The server listens; the client knows nothing yet", "서버가 연결을 기다립니다. 클라이언트는 아직 아무것도 모릅니다")
			// Nobody accepts: the handshake is the stacks' own work.
			if _, err := l.Server.Listen(EchoPort, 0); err != nil {
				return err
			}
			l.Act("The client opens a connection: the three-way handshake", "클라이언트가 연결을 엽니다: 3-way 핸드셰이크")
			_, err := l.dial(EchoPort)
			return err
		},
	}
}
