package tcpdemo

import (
	"io"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// reorder lets one segment overtake another: the receiver puts them in order by
// their numbers (RFC 9293 §3.4).
func reorder() Scenario {
	return Scenario{
		Name:   "reorder",
		Title:  trace.Text{En: "Segments overtake each other; the bytes come in order", Ko: "세그먼트가 서로 앞질러도 바이트는 순서대로 나옵니다"},
		Claims: []string{"A3"},
		Look: []trace.Text{
			{
				En: "The second segment arrives first. The server's program does not get it yet: its bytes wait for their turn in the reorder queue.",
				Ko: "두 번째 세그먼트가 먼저 도착합니다. 서버 프로그램은 아직 받지 못하고, 그 바이트는 재정렬 큐에서 차례를 기다립니다.",
			},
			{
				En: "One duplicate ACK is not enough to call it a loss: three are. Nothing is sent again.",
				Ko: "중복 ACK 하나만으로는 손실로 보지 않습니다. 세 개가 와야 합니다. 그래서 재전송이 없습니다.",
			},
		},
		Network: network.Config{
			Server: network.HostConfig{ReceiveBuffer: smallBufferOffered},
			Rules:  network.MustParseRules("delay 150ms 1st data segment client→server"),
		},
		Run: func(l *Lab) error {
			var server collector
			c, err := l.dialCollector(&server)
			if err != nil {
				return err
			}
			l.Step("The second segment overtakes the first, and must wait", "두 번째 세그먼트가 앞질러 도착해 기다립니다")
			for _, word := range []string{"first ", "second"} {
				if _, err := io.WriteString(c, word); err != nil {
					return err
				}
			}
			l.Step("The first arrives: now both are read, in order", "첫 번째가 도착하자 둘 다 순서대로 읽힙니다")
			if err := server.has(l, ""); err != nil {
				return err
			}
			l.Sleep(settling)
			return server.has(l, "first second")
		},
	}
}
