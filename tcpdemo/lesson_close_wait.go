package tcpdemo

import (
	"fmt"
	"net"
	"time"

	"statelab/capture/trace"
)

// closeWait is a server that never closes: CLOSE-WAIT has no timer
// (RFC 9293 §3.6, §3.3.2).
func closeWait() Scenario {
	return Scenario{
		Name:   "close-wait",
		Title:  trace.Text{En: "The CLOSE-WAIT leak: the program does not close, and its stack remembers for ever", Ko: "CLOSE-WAIT 누수: 프로그램이 닫지 않으면 스택이 끝없이 기억합니다"},
		Claims: []string{"A2", "A4"},
		Look: []trace.Text{
			{
				En: "The network does all it should: the FIN arrives and is acknowledged. What is missing is one call of close by the server's program.",
				Ko: "네트워크는 할 일을 다 했습니다. FIN이 도착했고 ACK도 갔습니다. 빠진 것은 서버 프로그램의 close 호출 하나입니다.",
			},
			{
				En: "The client gives up its half after a minute in FIN-WAIT-2. CLOSE-WAIT has no timer at all: a day later nothing has changed.",
				Ko: "클라이언트는 FIN-WAIT-2에서 1분 뒤 자기 쪽을 포기합니다. CLOSE-WAIT에는 타이머가 없어서 하루가 지나도 그대로입니다.",
			},
		},
		Limit: 48 * time.Hour,
		Run: func(l *Lab) error {
			listener, err := l.Server.Listen(discardPort, 0)
			if err != nil {
				return err
			}
			l.Act("A client connects and closes; the server reads EOF, and does not close", "클라이언트가 연결했다가 닫습니다. 서버는 EOF를 읽고도 닫지 않습니다")
			if err := l.abandon(listener); err != nil {
				return err
			}
			l.Act("The next client: one more control block on the server", "다음 클라이언트: 서버에 제어 블록이 하나 더 쌓입니다")
			if err := l.abandon(listener); err != nil {
				return err
			}
			l.Act("A day later: the clients have forgotten, the server has not", "하루 뒤: 클라이언트는 잊었지만 서버는 그대로입니다")
			l.Sleep(24 * time.Hour)
			l.Note(
				"No timer ran on the server, and no segment will come. Only close, or the end of the process, frees these blocks.",
				"서버에서는 타이머가 하나도 돌지 않았고 올 세그먼트도 없습니다. close를 부르거나 프로세스가 끝나야 제어 블록이 사라집니다.")
			return nil
		},
	}
}

// abandon lets a client connect and close, and a server's program read the EOF
// and forget about the connection.
func (l *Lab) abandon(listener net.Listener) error {
	c, err := l.dial(discardPort)
	if err != nil {
		return err
	}
	server, err := listener.Accept()
	if err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	if n, err := server.Read(make([]byte, 1)); err == nil {
		if err := l.surprised(fmt.Errorf("the server read %d bytes, expected EOF", n)); err != nil {
			return err
		}
	}
	return nil
}
