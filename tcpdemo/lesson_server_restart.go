package tcpdemo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"statelab/capture/trace"
)

// errNoReboot is what a lesson returns on a network whose hosts it may not
// crash.
var errNoReboot = errors.New("this network's server cannot be rebooted (try --net virtual)")

// serverRestart crashes the server in the middle of a connection (RFC 9293
// §3.5.1, half-open connections).
func serverRestart() Scenario {
	return Scenario{
		Name:   "server-restart",
		Title:  trace.Text{En: "The server restarts, and its half of every connection is lost", Ko: "서버가 재시작하면 모든 연결에서 서버 쪽 절반이 사라집니다"},
		Claims: []string{"A2", "A5"},
		Look: []trace.Text{
			{
				En: "The restart sends nothing. The client stays ESTABLISHED, with all its numbers, and a peer that knows none of them.",
				Ko: "재시작할 때 아무 세그먼트도 나가지 않습니다. 클라이언트는 번호를 모두 지닌 채 ESTABLISHED에 남고, 상대는 그 번호를 모릅니다.",
			},
			{
				En: "The next segment gets a RST: \"I have no such connection\". A new connection works at once: it asks nothing of the server's past.",
				Ko: "다음 세그먼트에 RST가 돌아옵니다. \"그런 연결은 없습니다\"라는 뜻입니다. 새 연결은 서버의 과거와 상관없이 바로 됩니다.",
			},
		},
		Own: true,
		Run: restartTheServer,
	}
}

func restartTheServer(l *Lab) error {
	if l.Reboot == nil {
		return errNoReboot
	}
	if _, err := l.serveEcho(EchoPort); err != nil {
		return err
	}
	l.Act("A connection: both sides remember it", "연결 하나: 양쪽이 기억합니다")
	c, err := l.dial(EchoPort)
	if err != nil {
		return err
	}
	if err := exchange(c, "hello"); err != nil {
		return err
	}
	l.Act("The server's host crashes and starts again: only the client remembers", "서버 호스트가 멈췄다가 다시 시작합니다: 클라이언트만 기억합니다")
	if err := l.Reboot(); err != nil {
		return err
	}
	if _, err := l.serveEcho(EchoPort); err != nil {
		return err
	}
	l.Remark(
		"The echo server is running again, on the same port. Nobody told the client.",
		"에코 서버가 같은 포트에서 다시 돌고 있습니다. 클라이언트에게는 아무도 알리지 않았습니다.")
	l.Step("The client goes on as before: its next segment gets a RST", "클라이언트는 하던 대로 보냅니다: 다음 세그먼트에 RST가 돌아옵니다")
	if _, err := io.WriteString(c, "again"); err != nil {
		return fmt.Errorf("the first write after the restart: %w", err)
	}
	_, err = c.Read(make([]byte, 8))
	if err := l.expect("reading from a server that has restarted", err, syscall.ECONNRESET); err != nil {
		return err
	}
	if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	l.Act("A new handshake gives both sides a state to share again", "새 핸드셰이크로 양쪽이 다시 같은 상태를 갖습니다")
	if c, err = l.dial(EchoPort); err != nil {
		return err
	}
	return exchange(c, "hello")
}
