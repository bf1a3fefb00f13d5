package tcpdemo

import (
	"io"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// duplicate delivers one segment twice: the number says that it is not new
// (RFC 9293 §3.10.7.4, "check sequence number").
func duplicate() Scenario {
	return Scenario{
		Name:   "duplicate",
		Title:  trace.Text{En: "A segment arrives twice; its bytes arrive once", Ko: "세그먼트는 두 번 와도 바이트는 한 번만 전달됩니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "The wire doubles a segment that was sent once. By its number the server sees that it has these bytes already.",
				Ko: "한 번 보낸 세그먼트를 회선이 두 번 전달합니다. 서버는 번호를 보고 이미 가진 바이트임을 압니다.",
			},
			{
				En: "The copy is thrown away, but acknowledged again: it might have been a retransmission, because the first ACK was lost.",
				Ko: "사본은 버리지만 ACK는 다시 보냅니다. 앞의 ACK가 손실되어 재전송된 것일 수도 있기 때문입니다.",
			},
		},
		Network: network.Config{
			Server: network.HostConfig{ReceiveBuffer: smallBufferOffered},
			Rules:  network.MustParseRules("duplicate 1st data segment client→server"),
		},
		Run: func(l *Lab) error {
			var server collector
			if _, err := l.listen(discardPort, func(c network.Conn) {
				l.Sleep(3 * settling)
				server.serve(c)
			}); err != nil {
				return err
			}
			l.Act("A connection is open", "연결이 열려 있습니다")
			c, err := l.dial(discardPort)
			if err != nil {
				return err
			}
			l.Step(`"hello" arrives twice: the server keeps 5 bytes, not 10`, `"hello"가 두 번 와도 서버 버퍼에는 5바이트뿐입니다`)
			if _, err := io.WriteString(c, "hello"); err != nil {
				return err
			}
			l.Act("The program reads it once", "프로그램은 한 번만 읽습니다")
			l.Sleep(2 * settling)
			return server.has(l, "hello")
		},
	}
}
