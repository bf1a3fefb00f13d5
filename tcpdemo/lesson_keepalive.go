package tcpdemo

import (
	"net"
	"syscall"
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// keepalive asks an idle peer whether it is still there (RFC 9293 §3.8.4,
// RFC 1122 §4.2.3.6), before and after the cable is pulled.
func keepalive() Scenario {
	return Scenario{
		Name:   "keepalive",
		Title:  trace.Text{En: "Nothing is sent on an idle connection, unless a side asks: are you still there?", Ko: "유휴 연결에는 아무것도 오가지 않습니다. 한쪽이 살아 있는지 묻기 전까지는"},
		Claims: []string{"A2"},
		Look: []trace.Text{
			{
				En: "A probe carries no data: its sequence number is one below the next, so the peer's stack must answer with an ACK. No program notices, and no HTTP is involved.",
				Ko: "프로브에는 데이터가 없습니다. 시퀀스 번호가 다음 번호보다 하나 작아서 상대 스택이 ACK로 답해야 합니다. 프로그램은 모르고, HTTP와도 관계가 없습니다.",
			},
			{
				En: "The cable is pulled at 15 s. Only the side that asks finds out; the other one remembers the connection for ever.",
				Ko: "15초에 케이블을 뽑습니다. 물어보는 쪽만 알게 되고, 다른 쪽은 연결을 끝없이 기억합니다.",
			},
		},
		Limit:   2 * time.Hour,
		Network: network.Config{Rules: network.MustParseRules("cut from 15s")},
		Run:     probeThePeer,
	}
}

func probeThePeer(l *Lab) error {
	if _, err := l.listen(discardPort, discard); err != nil {
		return err
	}
	l.Act("A connection; the client asks its stack for probes after 10 s of silence", "연결을 열고, 10초 동안 조용하면 프로브를 보내도록 클라이언트를 설정합니다")
	c, err := l.dial(discardPort)
	if err != nil {
		return err
	}
	probes := net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 2 * time.Second, Count: 3}
	if err := c.SetKeepAliveConfig(probes); err != nil {
		return err
	}
	l.Step("10 s of silence: a probe, and its ACK", "10초 동안 조용하면 프로브를 보내고 ACK를 받습니다")
	l.Sleep(probes.Idle + time.Second)
	l.Note(
		"The probe has the last acknowledged number and no byte. A zero-window probe has that number too, and carries one byte of no meaning: Wireshark names both Keep-Alive.",
		"프로브는 이미 확인된 마지막 번호를 쓰고 바이트는 싣지 않습니다. 제로 윈도우 프로브도 같은 번호를 쓰지만 뜻 없는 1바이트를 싣습니다. Wireshark는 둘 다 Keep-Alive라고 부릅니다.")
	l.Step("The cable is pulled: probes every 2 s, no answer, three times", "케이블을 뽑습니다: 2초마다 프로브를 보내지만 세 번 모두 답이 없습니다")
	_, err = c.Read(make([]byte, 1))
	if err := l.expect("reading from a peer that is gone", err, syscall.ETIMEDOUT); err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	l.Act("An hour later: the server has no keepalive, and still believes", "한 시간 뒤: keepalive를 켜지 않은 서버는 아직도 연결이 살아 있다고 믿습니다")
	l.Sleep(time.Hour)
	l.Note(
		"Nothing was sent, so nothing failed. Without keepalive this control block stays until its program writes, or the host restarts.",
		"보낸 것이 없으니 실패한 것도 없습니다. keepalive가 없으면 이 제어 블록은 프로그램이 write를 하거나 호스트가 재시작할 때까지 남습니다.")
	return nil
}
