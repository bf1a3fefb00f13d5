package tcpdemo

import (
	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// simultaneousClose is RFC 9293 §3.6, Figure 13: two FINs cross, and nobody is
// second.
func simultaneousClose() Scenario {
	return Scenario{
		Name:   "simultaneous-close",
		Title:  trace.Text{En: "Both close at once, and both remember in TIME-WAIT", Ko: "양쪽이 동시에 닫으면 둘 다 TIME-WAIT에 남습니다"},
		Claims: []string{"A2", "A4"},
		Look: []trace.Text{
			{
				En: "The two FINs cross on the wire. Each side gets a FIN while it waits for the ACK of its own: that state is CLOSING.",
				Ko: "두 FIN이 회선에서 엇갈립니다. 자기 FIN의 ACK를 기다리는데 상대의 FIN이 먼저 오는 상태가 CLOSING입니다.",
			},
			{
				En: "Nobody closed second, so nobody may forget at once: there are two TIME-WAITs.",
				Ko: "나중에 닫은 쪽이 없으므로 바로 잊어도 되는 쪽도 없습니다. TIME-WAIT가 두 개입니다.",
			},
		},
		Own: true,
		Run: func(l *Lab) error {
			accepted := make(chan network.Conn, 1)
			if _, err := l.listen(EchoPort, func(c network.Conn) { accepted <- c }); err != nil {
				return err
			}
			l.Act("A connection is open", "연결이 열려 있습니다")
			c, err := l.dial(EchoPort)
			if err != nil {
				return err
			}
			l.Act("Both programs close at the same moment", "두 프로그램이 같은 순간에 닫습니다")
			s, err := left(accepted, "the server's connection")
			if err != nil {
				return err
			}
			l.Go(func() { _ = s.Close() })
			if err := c.Close(); err != nil {
				return err
			}
			l.Act("60 seconds pass on both sides", "양쪽에서 60초가 지납니다")
			l.outlive()
			return nil
		},
	}
}
