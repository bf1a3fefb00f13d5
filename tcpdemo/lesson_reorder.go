package tcpdemo

import (
	"time"

	"statelab/capture/trace"
	"statelab/tcpdemo/network"
)

// reorder lets one segment overtake another: the receiver puts them in order by
// their numbers (RFC 9293 §3.4).
func reorder() Scenario {
	return Scenario{
		Name:   "reorder",
		Title:  trace.Text{En: "Segments overtake each other; the bytes come in order", Ko: "세그먼트가 서로 앞질러도 바이트는 순서대로 나옵니다"},
		Claims: []string{"A3"}, Refutes: []int{23},
		Look: []trace.Text{
			{
				En: "The second segment arrives first. The server's program does not get it yet: its bytes wait for their turn in the reorder queue.",
				Ko: "두 번째 세그먼트가 먼저 도착합니다. 서버 프로그램은 아직 받지 못하고, 그 바이트는 재정렬 큐에서 차례를 기다립니다.",
			},
			{
				En: "One duplicate ACK is not enough to call it a loss: three are. Nothing is sent again.",
				Ko: "중복 ACK 하나로는 유실로 보지 않습니다. 세 개여야 합니다. 그래서 다시 보내는 것이 없습니다.",
			},
		},
		Network: network.Config{Rules: network.MustParseRules("swap 1,2 data client→server")},
		Run: func(l *Lab) error {
			return l.inOrder([]string{"first ", "second"}, 100*time.Millisecond,
				trace.Text{En: "Two segments; the second overtakes the first", Ko: "두 번째 세그먼트가 첫 번째를 앞지릅니다"})
		},
	}
}
