package tcpdemo

import (
	"io"
	"net/netip"

	"statelab/capture/trace"
)

// simultaneousOpen is RFC 9293 §3.5, Figure 7: two active opens meet.
func simultaneousOpen() Scenario {
	return Scenario{
		Name:   "simultaneous-open",
		Title:  trace.Text{En: "Both dial, nobody listens: one connection all the same", Ko: "양쪽이 서로 연결을 시도하면 LISTEN 소켓이 없어도 연결됩니다"},
		Claims: []string{"A1", "A4"},
		Look: []trace.Text{
			{
				En: "No socket listens. Each side calls the other's port from a port that the other knows, and the two SYNs cross on the wire.",
				Ko: "LISTEN 소켓이 하나도 없습니다. 미리 정한 포트로 서로 연결을 시도하고, 두 SYN이 회선에서 엇갈립니다.",
			},
			{
				En: "SYN-SENT, SYN-RECEIVED, ESTABLISHED on both sides: a path through the state machine that no ordinary client takes.",
				Ko: "양쪽 모두 SYN-SENT, SYN-RECEIVED, ESTABLISHED를 거칩니다. 보통의 클라이언트는 지나지 않는 경로입니다.",
			},
		},
		Own: true,
		Run: func(l *Lab) error {
			const near, far = 1000, 2000
			l.Act("Both sides open at the same moment", "양쪽이 같은 순간에 엽니다")
			l.Go(func() {
				c, err := l.Server.Dial(l.Ctx, netip.AddrPortFrom(l.Client.Addr(), near), far)
				if err == nil { // otherwise the client's dialling fails as well
					_, _ = io.Copy(c, c)
				}
			})
			c, err := l.Client.Dial(l.Ctx, netip.AddrPortFrom(l.Server.Addr(), far), near)
			if err != nil {
				return err
			}
			l.Note(
				"RFC 9293 Figure 7 needs four segments: each side's SYN, and each side's SYN again with an ACK. This stack adds a bare ACK from each. A SYN-ACK with the number of the SYN before: that is why Wireshark's rules call it a retransmission.",
				"RFC 9293 Figure 7에서는 세그먼트가 네 개입니다. 양쪽이 SYN을 보내고, 그 SYN에 ACK를 실어 한 번 더 보냅니다. 이 스택은 여기에 ACK를 하나씩 더 보냅니다. SYN-ACK의 번호가 앞서 보낸 SYN과 같으므로 Wireshark의 규칙은 재전송이라고 부릅니다.")
			l.Act("It is a connection like any other", "여느 연결과 똑같이 쓸 수 있습니다")
			return exchange(c, "hi")
		},
	}
}
