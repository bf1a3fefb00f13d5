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
		Title:  trace.Text{En: "Both dial, nobody listens: one connection all the same", Ko: "둘 다 걸고 아무도 기다리지 않아도 연결이 하나 생깁니다"},
		Claims: []string{"A1", "A4"}, Refutes: []int{15},
		Look: []trace.Text{
			{
				En: "No socket listens. Each side calls the other's port from a port that the other knows, and the two SYNs cross on the wire.",
				Ko: "기다리는 소켓이 없습니다. 서로 상대가 아는 포트에서 상대의 포트로 걸고, 두 SYN이 선로에서 엇갈립니다.",
			},
			{
				En: "SYN-SENT, SYN-RECEIVED, ESTABLISHED on both sides: a path through the state machine that no ordinary client takes.",
				Ko: "양쪽 모두 SYN-SENT, SYN-RECEIVED, ESTABLISHED를 거칩니다. 보통 클라이언트는 지나지 않는 길입니다.",
			},
		},
		Run: func(l *Lab) error {
			const near, far = 1000, 2000
			l.Step("Both sides open at the same moment: four segments instead of three", "양쪽이 동시에 엽니다: 세그먼트가 세 개 아닌 네 개입니다")
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
			l.Step("It is a connection like any other", "여느 연결과 다르지 않습니다")
			return exchange(c, "hi")
		},
	}
}
