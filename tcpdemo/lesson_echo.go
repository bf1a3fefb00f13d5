package tcpdemo

import "statelab/capture/trace"

// echoes is a whole life: handshake, one exchange, close.
func echoes() Scenario {
	return Scenario{
		Name:   "echo",
		Title:  trace.Text{En: "A connection lives, carries five bytes there and back, and dies", Ko: "연결이 태어나 5바이트를 주고받고 사라집니다"},
		Claims: []string{"A1", "A2", "A3", "A4"},
		Look: []trace.Text{
			{
				En: "Every byte has a number. An acknowledgment names the next byte expected, not the last one received.",
				Ko: "모든 바이트에는 번호가 있습니다. ACK 번호는 마지막으로 받은 바이트가 아니라 다음에 받을 바이트를 가리킵니다.",
			},
			{
				En: "The control blocks appear with the first segment and are gone only when TIME-WAIT has passed.",
				Ko: "제어 블록은 첫 세그먼트와 함께 생기고, TIME-WAIT가 지나야 사라집니다.",
			},
		},
		Run: func(l *Lab) error {
			if _, err := l.serveEcho(EchoPort); err != nil {
				return err
			}
			l.Act("The three-way handshake: both ends make a control block", "3-way 핸드셰이크: 양쪽에 제어 블록이 생깁니다")
			c, err := l.dial(EchoPort)
			if err != nil {
				return err
			}
			l.Act(`The client sends "hello", the server sends it back`, `클라이언트가 "hello"를 보내고 서버가 되돌려줍니다`)
			if err := exchange(c, "hello"); err != nil {
				return err
			}
			l.Act("The client closes, then the server", "클라이언트가 먼저 닫고, 서버가 뒤따라 닫습니다")
			if err := c.Close(); err != nil {
				return err
			}
			l.Act("60 seconds pass in TIME-WAIT, and the last control block goes", "TIME-WAIT에서 60초가 지나면 마지막 제어 블록이 사라집니다")
			l.outlive()
			return nil
		},
	}
}
