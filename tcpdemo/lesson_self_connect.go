package tcpdemo

import (
	"io"
	"net/netip"

	"statelab/capture/trace"
)

// selfConnect dials a socket's own address and port: RFC 9293 §3.5, Figure 7,
// with one end.
func selfConnect() Scenario {
	return Scenario{
		Name:   "self-connect",
		Title:  trace.Text{En: "A socket that dials itself: a connection with one end and no server", Ko: "자기 자신에게 연결하는 소켓: 끝이 하나이고 서버가 없는 연결"},
		Claims: []string{"A1", "A4"},
		Look: []trace.Text{
			{
				En: "No socket listens. The client dials its own address from the very port that it calls: its SYN comes back to the socket that sent it.",
				Ko: "LISTEN 상태인 소켓이 없습니다. 클라이언트가 자기 주소의, 지금 쓰고 있는 바로 그 포트로 연결을 시도합니다. SYN은 그것을 보낸 소켓으로 되돌아옵니다.",
			},
			{
				En: "In SYN-SENT a SYN without an ACK means a simultaneous open: SYN-RECEIVED, a SYN-ACK with the same ISN, ESTABLISHED. One control block is both ends.",
				Ko: "SYN-SENT에서 ACK 없는 SYN을 받으면 동시 개방입니다. SYN-RECEIVED, 같은 ISN의 SYN-ACK, ESTABLISHED로 갑니다. 제어 블록 하나가 양쪽 끝을 겸합니다.",
			},
		},
		Own: true,
		Run: func(l *Lab) error {
			const port = 5000
			l.Step("The client dials its own port", "클라이언트가 자기 포트로 연결을 시도합니다")
			c, err := l.Client.Dial(l.Ctx, netip.AddrPortFrom(l.Client.Addr(), port), port)
			if err != nil {
				return err
			}
			l.Note(
				"The SYN-ACK has the number of the SYN before it: in a simultaneous open that is no retransmission. The rules of Wireshark, which expect two ends, call it one. The tap sees each segment leave and arrive, so a trace of this lesson holds each of them twice: 14 frames.",
				"SYN-ACK의 시퀀스 번호가 앞선 SYN과 같지만, 동시 개방에서 이것은 재전송이 아닙니다. 끝이 둘이라고 가정하는 Wireshark의 규칙은 재전송이라고 부릅니다. 탭은 세그먼트가 나갈 때와 들어올 때를 모두 보므로, 이 시나리오의 트레이스에는 같은 세그먼트가 두 번씩 모두 14프레임이 있습니다.")
			l.Act("What it writes, it reads", "쓴 것을 자기가 읽습니다")
			if err := exchange(c, "hello"); err != nil {
				return err
			}
			l.Step("It closes: it is both who closes first and who closes last", "닫습니다: 먼저 닫는 쪽이자 나중에 닫는 쪽입니다")
			if err := c.CloseWrite(); err != nil {
				return err
			}
			if _, err := io.ReadAll(c); err != nil {
				return err
			}
			return c.Close()
		},
	}
}
