package tcpdemo

import (
	"io"
	"strings"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// zeroWindow has a receiver that does not read, until its window is closed
// (RFC 9293 §3.8.6).
func zeroWindow() Scenario {
	return Scenario{
		Name:   "zero-window",
		Title:  trace.Text{En: "A slow reader closes the window, and loses nothing", Ko: "느린 수신자는 윈도우를 닫을 뿐, 아무것도 잃지 않습니다"},
		Claims: []string{"A2", "A3"},
		Look: []trace.Text{
			{
				En: "Each ACK says how many bytes the receiver still has room for: the window. The server's program sleeps, and the window shrinks to 0.",
				Ko: "모든 ACK는 받을 수 있는 바이트 수, 곧 윈도우를 알려 줍니다. 서버 프로그램이 읽지 않는 동안 윈도우는 0까지 줄어듭니다.",
			},
			{
				En: "The client may send no more, but asks again and again with one byte: the zero-window probe. Otherwise a lost window update would stop both for ever.",
				Ko: "클라이언트는 더 보내지 못하지만 1바이트짜리 제로 윈도우 프로브로 거듭 묻습니다. 윈도우 갱신이 손실되면 양쪽이 영원히 멈추기 때문입니다.",
			},
		},
		Network: network.Config{Server: network.HostConfig{ReceiveBuffer: 4096}},
		Run:     fillWindow,
	}
}

func fillWindow(l *Lab) error {
	const size, nap = 3000, 2 * time.Second
	text := strings.Repeat("abcdefghij", size/10)
	var server collector
	if _, err := l.listen(discardPort, func(c network.Conn) {
		l.Sleep(nap)
		server.serve(c)
	}); err != nil {
		return err
	}
	l.Step("The server's program sleeps, and its window fills", "서버 프로그램이 읽지 않아 윈도우가 찹니다")
	c, err := l.dial(discardPort)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	l.Sleep(nap - settling - pause)
	l.Note(
		"The probe repeats the last acknowledged number, with one byte of no meaning (00 on the wire; Linux sends none). A TCP keepalive uses that number too, so Wireshark names both Keep-Alive. The waits double, as those of retransmissions do.",
		"프로브는 이미 확인된 마지막 번호를 다시 쓰고, 뜻 없는 1바이트를 싣습니다(회선에서는 00, Linux는 싣지 않습니다). TCP keepalive도 같은 번호를 쓰므로 Wireshark는 둘 다 Keep-Alive라고 부릅니다. 재전송처럼 간격이 두 배씩 늘어납니다.")
	l.Step("The program reads: the window opens, and the rest comes", "프로그램이 읽자 윈도우가 열리고 나머지가 옵니다")
	if err := server.has(l, ""); err != nil {
		return err
	}
	l.Sleep(nap)
	return server.has(l, text)
}
