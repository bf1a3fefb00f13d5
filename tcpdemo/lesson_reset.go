package tcpdemo

import (
	"errors"
	"io"
	"syscall"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// reset ends connections by RST, twice, and both times by a program that called
// close (RFC 9293 §3.10.4, §3.10.5; RFC 2525 §2.17).
func reset() Scenario {
	return Scenario{
		Name:   "reset",
		Title:  trace.Text{En: "A RST ends a connection at once, and nobody remembers it", Ko: "RST는 연결을 바로 끝내고, 아무도 기억하지 않습니다"},
		Claims: []string{"A2", "A4"},
		Look: []trace.Text{
			{
				En: "No program crashes here. Both times a program calls close, and its stack sends a RST instead of a FIN.",
				Ko: "비정상 종료한 프로그램은 없습니다. 두 번 모두 프로그램이 close를 불렀는데 스택이 FIN 대신 RST를 보냅니다.",
			},
			{
				En: "A RST gets no answer and takes both ends straight to CLOSED: no FIN-WAIT, no TIME-WAIT, nothing left in the ledger.",
				Ko: "RST에는 응답이 없고 양쪽이 바로 CLOSED가 됩니다. FIN-WAIT도 TIME-WAIT도 없고, 장부에 남는 것도 없습니다.",
			},
		},
		Run: func(l *Lab) error {
			if err := l.closeUnread(); err != nil {
				return err
			}
			l.Act("SO_LINGER 0: a program asks for the RST itself", "SO_LINGER 0: 프로그램이 스스로 RST를 택합니다")
			seen := make(chan error, 1)
			if _, err := l.listen(discardPort, func(c network.Conn) {
				_, err := io.Copy(io.Discard, c)
				seen <- err
			}); err != nil {
				return err
			}
			c, err := l.dial(discardPort)
			if err != nil {
				return err
			}
			if err := c.SetLinger(0); err != nil {
				return err
			}
			if err := c.Close(); err != nil {
				return err
			}
			l.Sleep(settling)
			got, err := left(seen, "the server's error")
			if err != nil {
				return err
			}
			return l.expect("the server's read", got, syscall.ECONNRESET)
		},
	}
}

// closeUnread sends bytes to a server that closes without reading them.
func (l *Lab) closeUnread() error {
	accepted := make(chan network.Conn, 1)
	listener, err := l.listen(EchoPort, func(c network.Conn) { accepted <- c })
	if err != nil {
		return err
	}
	l.Act("The client sends 5 bytes, which no program reads yet", "클라이언트가 5바이트를 보냅니다. 아직 읽은 프로그램은 없습니다")
	c, err := l.dial(EchoPort)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c, "hello"); err != nil {
		return err
	}
	l.Act("The server closes with the bytes unread: a RST", "서버가 읽지 않은 채 닫습니다: RST가 나갑니다")
	s, err := left(accepted, "the server's connection")
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 1))
	if err := l.expect("the client's read", err, syscall.ECONNRESET); err != nil {
		return err
	}
	l.Note(
		"The client's write had succeeded, and the server's stack had even acknowledged the 5 bytes. No program ever got them.",
		"클라이언트의 write는 성공했고 서버 스택은 5바이트에 ACK까지 보냈습니다. 그래도 이 바이트를 받은 프로그램은 없습니다.")
	return errors.Join(c.Close(), listener.Close())
}
